/*
 * The inner parts of the receiver (core/packet_rx.c), for itself alone: tables, and the hot path through the whole words
 * of a packet. Everything here works on a struct rx in RX_PLAIN behind its sync.
 */
#ifndef CORDON_CORE_PACKET_PLAIN_H
#define CORDON_CORE_PACKET_PLAIN_H

#include "core/packet_rx.h"

enum {
	STUFF_AFTER = 6,
	/* Entries of the unstuffing table: eight bits of data, then these. */
	BITS_SHIFT = 8,
	ONES_SHIFT = 12,
	ONES_MASK = 7 << ONES_SHIFT,
	ENTRY_BAD = 1u << 15,
};

/* What eight bits with stuffing become, by the number of ones before them. */
extern uint16_t packet_unstuffed[STUFF_AFTER + 1][256];
/* How many of a byte's low bits are like its lowest. */
extern uint8_t packet_run_length[256];

/* The even bits of a word, packed. */
static inline uint32_t packet_levels(uint32_t v)
{
	v &= 0x55555555;
	v = (v | v >> 1) & 0x33333333;
	v = (v | v >> 2) & 0x0f0f0f0f;
	v = (v | v >> 4) & 0x00ff00ff;
	return (v | v >> 8) & 0xffff;
}

/* SE0 is never a symbol, and a word that is not full is zero at the bottom. */
static inline bool packet_is_whole(uint32_t word)
{
	return (word & 3) != 0;
}

/* Whole words, for as long as there is room for their bytes. Returns how many were taken. */
unsigned packet_take_plain(struct rx *rx, const uint32_t *words, unsigned count);

/* What is wrong with a packet's length for its PID, or with its checksum; enum wire_packet_flag. */
uint8_t packet_check(const struct rx *rx);

#endif
