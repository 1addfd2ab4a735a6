/*
 * A state machine of PIO1 as the core's helper: of a full bus's data packets it makes bits out of the sampler's words (core/unstuff.h), one
 * packet after the other, without the core but for an interrupt a packet. In: places in the ring of words. Out: what came of each, in order.
 * Nothing depends on it: a packet that it has not, or that is not as it should be, is decoded from its words.
 */
#ifndef CORDON_RP2040_UNSTUFF_H
#define CORDON_RP2040_UNSTUFF_H

#include <stdbool.h>
#include <stdint.h>

/* `ring`: of BOARD_LINE_RING_BYTES. Once, before the first word. */
void unstuff_start(const volatile uint32_t *ring);

enum { UNSTUFF_SLOTS = 16 }; /* 0.8 ms of a full bus */

/* Whether one more finds room. */
bool unstuff_has_room(void);

/* A data packet of so many words stands at `index`, and will for the next milliseconds. There is room. */
void unstuff_offer(uint32_t index, uint32_t count);

enum unstuff_state {
	UNSTUFF_NONE, /* it is not to be had */
	UNSTUFF_WAITS,
	UNSTUFF_DONE,
};

/* The oldest that was offered: its bits (core/unstuff.h), until it is dropped. */
enum unstuff_state unstuff_oldest(const uint32_t **words, unsigned *bits);
void unstuff_drop(void);

#endif
