/*
 * The rings that the listener's DMA channels fill (rp2040/listen.c), and how far they have been read: for what reads them, listen.c and
 * listen_three.c. In a ring of changes an entry has its cycle counter, its microsecond, its lines and its place among the words.
 */
#ifndef CORDON_RP2040_LISTEN_RINGS_H
#define CORDON_RP2040_LISTEN_RINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

enum {
	WORDS = BOARD_LINE_RING_BYTES / 4,
	EVENTS = BOARD_EVENT_RING,
	USED = 0xff, /* in the ring of lines: read, or never written */
};

/* What is put into others there loses the registers that it needs. */
#define APART __attribute__((noinline))

extern volatile uint32_t ring_words[WORDS];
extern volatile uint16_t ring_cycles[EVENTS], ring_microsecond[EVENTS], ring_place[EVENTS];
extern volatile uint8_t ring_lines[EVENTS];

extern struct ring_read {
	uint32_t word, event; /* indices */
} ring_read;

/* What is handed over has been written, and is not written again before the ring comes round. */
static inline const uint32_t *words_at(uint32_t index)
{
	return (const uint32_t *)(uintptr_t)ring_words + index;
}

static inline uint32_t place_of(uint32_t event)
{
	return ring_place[event % EVENTS] / 4 % WORDS;
}

/* Stamps of one run of the main loop, each from the one before. Microseconds tell how far about, cycles exactly. */
struct stamp {
	uint64_t tick;
	uint16_t cycles, us;
	bool known;
	bool owed; /* the J at ring_read.event - 1 has not been told */
};

uint64_t ring_tick(struct stamp *s, uint32_t event);

#endif
