/*
 * A state machine of PIO1 as the core's helper: it takes the level of D+ out of each symbol of the sampler's words, sixteen bits a word.
 * In: the ring of words, and what part of it is filled. Out: a ring of halfwords beside it, the same index for the same word.
 * It is five times as fast as the bus, and nothing waits for it: who finds a word's levels missing takes them out of the word.
 */
#ifndef CORDON_RP2040_GATHER_H
#define CORDON_RP2040_GATHER_H

#include <stdint.h>

/* `ring`: of BOARD_LINE_RING_BYTES, aligned to its size. Once, before the first word. */
void gather_start(const volatile uint32_t *ring);

/* The ring is filled from index `read` up to `end`. What is new is set to work on, unless the last piece is not yet done. */
void gather_feed(uint32_t read, uint32_t end);

/* The ring ran over. */
void gather_lost(void);

/* Levels of `count` words from `index` on, which lie between the last `read` and `end`; NULL where they are not there yet. */
const uint16_t *gather_levels(uint32_t index, uint32_t count);

#endif
