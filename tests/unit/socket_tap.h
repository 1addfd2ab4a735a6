/*
 * A simulated tap that listens on a Unix socket, for one client, as `--connect` looks for it. Nothing here waits: who has it says when, and
 * runs its clock (sim_tap_run) between socket_tap_obey and socket_tap_send.
 */
#ifndef CORDON_TESTS_SOCKET_TAP_H
#define CORDON_TESTS_SOCKET_TAP_H

#include "sim_tap.h"

struct socket_tap {
	char path[96];
	int listening, client; /* client: -1 nobody has come */
	struct sim_tap tap;
};

/* What was at `path` is removed. False where it cannot listen; then there is nothing to be closed. */
bool socket_tap_open(struct socket_tap *s, const char *path, const struct sim_tap_options *o);
void socket_tap_close(struct socket_tap *s);

/* True where the client is there. */
bool socket_tap_accept(struct socket_tap *s);

/* Commands that have come: whole ones, as the project's own programs send them. False where the client has gone. */
bool socket_tap_obey(struct socket_tap *s);

/* What the tap has to say, as far as the socket takes it. False where the client has gone. */
bool socket_tap_send(struct socket_tap *s);

#endif
