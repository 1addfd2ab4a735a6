/*
 * The listener's hardware: PIO, DMA and the clock of the stamps. In: pins TAP_DP and TAP_DM. Out: changes and words, in
 * order, to a struct line. What could not be kept is counted. All of it runs in the main loop.
 */
#ifndef CORDON_RP2040_LISTEN_H
#define CORDON_RP2040_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/line.h"

struct listen_lost {
	uint32_t words,
		changes; /* since the start; a ring that ran over loses all that was in it */
	uint32_t line_high, event_high; /* most ever waiting */
};

/* Starts clock, rings and state machines, with no speed set. */
void listen_start(void);

/* Sampler and watcher for a speed; unknown: only the watcher, for all changes. */
void listen_speed(enum usb_speed speed);

/*
 * Hands over what has come, at most `budget` packets and changes. False where there was nothing left. Packets that are not all
 * there yet may wait for the next call.
 */
bool listen_run(struct line *line, unsigned budget);

/* How far the decoder is behind: 255 where half of the ring of words waits, or more. */
unsigned listen_behind(void);

/* At the end of a packet, in its interrupt: where its words begin in the ring. Returns how many there are. */
uint32_t listen_packet(uint32_t *from);
void listen_copy(uint32_t *to, uint32_t from, uint32_t count);

extern struct listen_lost listen_lost;

#endif
