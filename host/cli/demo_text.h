/* A show without a terminal: its sentences in order, and after each chapter what was found. */
#ifndef CORDON_CLI_DEMO_TEXT_H
#define CORDON_CLI_DEMO_TEXT_H

#include "sim/show.h"

/* `path` is that of the show. From chapter `first` on, to standard output. The exit code; a failure has been told. */
int demo_text(const struct show *show, const char *path, const struct scenarios *scenarios,
              size_t first);

#endif
