/*
 * What the program says on stderr, and whether what it said on stdout arrived. Names of files and whatever else comes from
 * the outside are escaped on the way: a terminal obeys nothing of them.
 */
#ifndef CORDON_CLI_SAY_H
#define CORDON_CLI_SAY_H

#include <stdarg.h>

#include "usb/err.h"

/* "cordon: ", the message, a new line. */
void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_error_list(const char *format, va_list args);

/* `code` where all of stdout was written or it says that something was flagged, else EXIT_FAULT; a message the first time. */
int say_written(int code);

/* Why there is no dashboard, by what dashboard_new returned. Returns EXIT_FAULT. */
int say_no_screen(enum err err);

#endif
