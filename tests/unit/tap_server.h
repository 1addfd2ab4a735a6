/* A simulated tap behind a Unix socket, in a thread of its own and in real time, for one client. */
#ifndef CORDON_TESTS_TAP_SERVER_H
#define CORDON_TESTS_TAP_SERVER_H

#include "sim_tap.h"

struct tap_server_options {
	struct sim_tap_options tap;
	unsigned hang_up_ms; /* after the client came; 0: when it goes */
	bool noise;          /* not a tap: bytes of all kinds */
	bool mute;           /* not a word */
};

struct tap_server;

/* Listens when this returns. NULL where it cannot. */
struct tap_server *tap_server_start(const char *path, const struct tap_server_options *o);

/* How many numbered packets the socket has taken so far, at the least. */
uint64_t tap_server_sent(struct tap_server *s);

/* Until the client has gone, or was hung up on. */
void tap_server_wait(struct tap_server *s);

/* Ends it, whatever it is at; tells how many packets there were, as above. */
uint64_t tap_server_stop(struct tap_server *s);

#endif
