/* A simulated tap on a Unix socket: whoever connects gets its bulk stream, at its own pace. */
#ifndef CORDON_CLI_SIM_LISTEN_H
#define CORDON_CLI_SIM_LISTEN_H

#include "sim/recording.h"

/* Waits for one connection, plays to its end or until that hangs up; the socket goes away again. 0 or EXIT_FAULT. */
int sim_listen(const struct scenario_plan *plan, const struct play_watch *watch, const char *path,
               double speed);

#endif
