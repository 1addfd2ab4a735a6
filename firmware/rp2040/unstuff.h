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

/* A data packet of so many words stands at `index`, and will for the next milliseconds. False where there is no room: offer it again. */
bool unstuff_offer(uint32_t index, uint32_t count);

/* The ring ran over: what was offered has no answer. */
void unstuff_lost(void);

enum unstuff_state {
	UNSTUFF_NONE, /* it was not offered, or is not to be had */
	UNSTUFF_WAITS,
	UNSTUFF_DONE,
};

/* The packet at `index`; those that were offered before it are forgotten. `words` are borrowed until the next offer. */
enum unstuff_state unstuff_result(uint32_t index, const uint32_t **words, unsigned *bits);

#endif
