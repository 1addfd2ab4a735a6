/*
 * The loop of a command with a dashboard: the real clock, signals, one poll over terminal, input and the kernel's news of
 * keyboards. Ctrl-C reaches the dashboard as a key; SIGTERM, SIGHUP and SIGINT end the loop.
 */
#ifndef CORDON_CLI_SCREEN_LOOP_H
#define CORDON_CLI_SCREEN_LOOP_H

#include "tui/dashboard.h"

/* Until `turn` says so, by false, or a signal does, or the terminal is gone. Between two turns it waits. */
void screen_loop(struct dashboard *d, bool (*turn)(void *context, int64_t now_ns), void *context);

#endif
