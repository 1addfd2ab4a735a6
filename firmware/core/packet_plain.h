/*
 * The inner parts of the receiver (core/packet_rx.c), for itself alone: tables, and the hot path through the whole words
 * of a packet. Everything here works on a struct rx in RX_PLAIN behind its sync.
 */
#ifndef CORDON_CORE_PACKET_PLAIN_H
#define CORDON_CORE_PACKET_PLAIN_H

#include "core/packet_rx.h"

enum {
	STUFF_AFTER = 6,
};

/* How many of a byte's low bits are like its lowest. */
extern uint8_t packet_run_length[256];

/* Every second bit of eight: the four even ones are symbols 0 to 3, the odd ones 4 to 7. */
extern uint8_t packet_gathered[256];

/* The even bits of a word, packed. */
static inline uint32_t packet_levels(uint32_t v)
{
	v &= 0x55555555;
	v |= v >> 7;
	return packet_gathered[v & 0xff] | (uint32_t)packet_gathered[v >> 16 & 0xff] << 8;
}

/* SE0 is never a symbol, and a word that is not full is zero at the bottom. */
static inline bool packet_is_whole(uint32_t word)
{
	return (word & 3) != 0;
}

/* The levels of a word's first `n` symbols, which the receiver remembers as the newest. */
static inline uint32_t packet_note_levels(struct rx *rx, uint32_t word, unsigned n)
{
	uint32_t levels = packet_levels(word >> (rx->speed == USB_SPEED_LOW));

	rx->recent = rx->recent >> n | levels << (32 - n);
	return levels;
}

/* Whole words, for as long as there is room for their bytes. Returns how many were taken. */
unsigned packet_take_plain(struct rx *rx, const uint32_t *words, unsigned count);

/*
 * All words behind the first, and the symbols of the last; sync and PID are there. False where not all are whole, or they are more than
 * any packet has.
 */
bool packet_take_whole(struct rx *rx, const uint32_t *words, unsigned count, uint32_t last,
                       unsigned symbols);

/* 1 to 31 levels more, the first lowest, the others 0. Fewer than eight bits may be held. */
void packet_take_rest(struct rx *rx, uint32_t levels, unsigned n);

/* Of the bytes that are there, those that fill a word go into the checksum. */
void packet_sum(struct rx *rx);

/* What is wrong with a packet's length for its PID, or with its checksum; enum wire_packet_flag. */
uint8_t packet_check(struct rx *rx);

#endif
