/*
 * The two PIO programs that listen to D+ and D-, as data: the chip loads them, the tests interpret them.
 *
 * The sampler (state machine 0) takes one symbol of two bits each bit time while a packet lasts: bit 0 is D+, bit 1 is
 * D-. Sixteen make a word, the first in the lowest bits. It finds its phase anew at each edge of the data line (the one
 * that is high in J), so that neither the other line's skew nor the distance between the clocks adds up. A packet ends
 * with SE0 or with 28 bit times of J; then the word begun is pushed as it is, its symbols at the top: the zero pair in
 * the lowest bits (SE0 is never a symbol) marks the last word.
 *
 * The watcher (state machine 1) pushes the lines' state at each change, after a second look 3 cycles later that
 * passes over the skew between the wires. From a K on it is silent (a packet may begin) until the sampler has seen the end; then it
 * takes up at SE0. So a good packet gives two pushes: K at its first edge, J behind its end.
 */
#ifndef CORDON_CORE_LISTEN_PIO_H
#define CORDON_CORE_LISTEN_PIO_H

#include <stdint.h>

#include "core/usb_packet.h"

enum listen_pio {
	LISTEN_SAMPLER = 0, /* state machines */
	LISTEN_WATCHER = 1,
	LISTEN_SAMPLER_START = 11, /* where each begins, and where its wrap lies */
	LISTEN_SAMPLER_WRAP_BOTTOM = 13,
	LISTEN_SAMPLER_WRAP_TOP = 20,
	LISTEN_WATCHER_START = 28,
	LISTEN_WATCHER_WRAP_BOTTOM = 29,
	LISTEN_WATCHER_WRAP_TOP = 31,
	LISTEN_PIO_LEN = 32,
	/* J for so long ends a packet. Of eight-fold low-speed bits it ends in the middle of the fourth: at an edge the sampler would be busy ending. */
	LISTEN_IDLE_BITS = 28,
	LISTEN_IRQ_END = 0, /* raised by the sampler at the end of a packet */
	LISTEN_CYCLES_PER_BIT = 10,
	LISTEN_LOW_SPEED_DIVIDER = 8,
	/* Cycles from an edge on the pin to the watcher's push: synchroniser 2, poll 0 to 2, program 5. The mean. */
	LISTEN_WATCHER_DELAY = 8,
};

extern const uint16_t listen_pio[LISTEN_PIO_LEN];

/* Three words depend on the speed: which line is high in J, and what K looks like. 0: no speed, every change is pushed. */
struct listen_patch {
	uint8_t at;
	uint16_t word;
};
enum { LISTEN_PATCHES = 3 };
void listen_pio_patch(struct listen_patch patch[LISTEN_PATCHES], enum usb_speed speed);

/* Of the pair, from 0: D+ at full speed, D- at low. */
static inline unsigned listen_data_line(enum usb_speed speed)
{
	return speed == USB_SPEED_LOW ? 1 : 0;
}

#endif
