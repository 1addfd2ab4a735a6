/*
 * Three packets at once: a token, data and an ACK, of which a full bus is full. Their data go to the helper (rp2040/unstuff.h) as soon as they
 * are there, and with what it makes of them the three are told a turn of the main loop later. In: the rings. Out: core/line.h.
 */
#ifndef CORDON_RP2040_LISTEN_THREE_H
#define CORDON_RP2040_LISTEN_THREE_H

#include "rp2040/listen_rings.h"
#include "core/line.h"

/* To the helper, of what has come up to this change. Each turn, first. */
void three_look_ahead(const struct line *line, uint32_t event_end);

enum three_step {
	THREE_NONE,  /* they are something else: nothing was taken */
	THREE_WAITS, /* the helper is not yet done with them */
	THREE_TAKEN,
};

/* Those that begin at ring_read, after others of their kind. */
enum three_step three_take(struct line *line, struct stamp *stamp, uint32_t event_end);

/* The rings ran over. */
void three_forget(void);

#endif
