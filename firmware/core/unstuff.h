/*
 * A PIO program that takes a packet's bits out of the sampler's words: NRZI and stuffed bits away, thirty-two to a word. At full speed,
 * five cycles a symbol. In: whole words, the last one made whole (below). Out: words, and a flag where a seventh one follows six.
 * Leaves alone: DMA and queue (rp2040/unstuff.c); what the bits mean, and any packet that is not as it should be: the flag says
 * only that, and core/packet_plain.c, which gives the same bits, decides. RP2040 datasheet §3.4; USB 2.0 §7.1.8, §7.1.9.
 */
#ifndef CORDON_CORE_UNSTUFF_H
#define CORDON_CORE_UNSTUFF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/packet_words.h"

enum {
	UNSTUFF_LEN = 18,
	UNSTUFF_AT = 32 - UNSTUFF_LEN,  /* PIO1's, at its end: fourteen words are the probe's */
	UNSTUFF_WRAP = UNSTUFF_AT + 10, /* what follows its last instruction */
	UNSTUFF_IRQ = 0,                /* raised by a seventh one */
	/* Of a packet: below, the words are decoded as fast. */
	UNSTUFF_WORDS_LEAST = 12,
	UNSTUFF_WORDS_MOST = PACKET_WORDS,
	UNSTUFF_OUT = (16 + 16 * UNSTUFF_WORDS_MOST) / 32 + 1,
	/*
	 * The program takes no notice of an end. What comes behind it keeps it going until all its bits have come out, however many of
	 * the packet's were stuffed (one in seven symbols): eight words, and those that still wait when the last is sent off: four
	 * in the FIFO and the one that is being taken apart.
	 */
	UNSTUFF_FILL = 8 + 5,
};

extern const uint16_t unstuff_pio[UNSTUFF_LEN];

/*
 * To be executed before the first word: six ones are to come before a stuffed bit; sixteen bits that are no packet's, so that sync and PID
 * fill the first word and the data begin with the second; the idle bus is J.
 */
enum { UNSTUFF_BEGIN = 3 };
extern const uint16_t unstuff_begin[UNSTUFF_BEGIN];

/* What is sent behind all words of a packet but the last. */
struct unstuff_tail {
	uint32_t last;
	uint32_t fill[UNSTUFF_FILL];
};

/* The fillings: [0] goes on behind J. */
extern const uint32_t unstuff_fill[2];

/* A packet's end: its last symbols, the level of the last one once more (a one), and then a change each symbol (zeros). */
struct unstuff_end {
	uint32_t last;
	bool low;     /* which filling comes behind it: [1] where its last symbol is K */
	uint8_t outs; /* words that come out: the one that follows the packet's bits is in the last of them that is not 0 */
};

/* `words` and `count` (2 at least) of a packet with its last one. */
struct unstuff_end unstuff_end(const uint32_t *words, unsigned count);

/* Whether the first word is a data packet's, at full speed: sync and DATA0 or DATA1. */
bool unstuff_is_data(uint32_t word);

/*
 * How many bits of data and checksum stand from to[1] on, where `to` has what came out; 0 where they are not bytes, give or take
 * the one bit that a hub may add (USB 2.0 §7.1.9.1): the words themselves tell what it is.
 */
unsigned unstuff_bits(const uint32_t *to, unsigned outs);

#endif
