/*
 * The inner parts of the receiver (core/packet_rx.c), for itself alone: tables, and the hot path through the whole words
 * of a packet. Everything here works on a struct rx in RX_PLAIN behind its sync.
 */
#ifndef CORDON_CORE_PACKET_PLAIN_H
#define CORDON_CORE_PACKET_PLAIN_H

#include "core/listen_pio.h"
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

/* Sync and PID of a data packet at full speed, as the sampler makes a word of them; at low speed each bit is the other. */
#define PACKET_HEAD_DATA0 0xa99aa666u
#define PACKET_HEAD_DATA1 0x965aa666u

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

/* Levels, the newest on top: whether the sampler was stopped by J for long. Else it was by SE0. */
static inline bool packet_ends_idle(uint32_t levels)
{
	return !(~levels >> (32 - LISTEN_IDLE_BITS));
}

/* Symbols of a packet's last word: they are at its top, and are moved down. */
static inline unsigned packet_last_symbols(uint32_t *word)
{
	unsigned n = 16;

	if (!*word)
		return 0;
	if (!(*word & 0xffff)) {
		*word >>= 16;
		n = 8;
	}
	if (!(*word & 0xff)) {
		*word >>= 8;
		n -= 4;
	}
	for (; !(*word & 3); n--)
		*word >>= 2;
	return n;
}

/*
 * The two places where the words of a short packet may be kept. All of the symbols have a say: tokens of one device differ in those of the
 * endpoint and of the checksum alone, and take turns on a bus.
 */
static inline struct rx_short *packet_place(struct rx *rx, const uint32_t *words)
{
	/* 2^32 over the golden ratio, odd: the top bits of the product hang on all bits below. */
	return &rx->known[(words[0] ^ words[1]) * 0x9e3779b1u >> 27 & ~1u];
}
_Static_assert(RX_SHORT == 1 << (32 - 27), "the places above");

/* Whether it is this one, to the bit. The sync in the first word tells the speed too. */
static inline bool packet_is_known(const struct rx_short *k, const uint32_t *words, unsigned count)
{
	return words[0] == k->words[0] && words[1] == k->words[1] && count == k->count &&
	       (count != 3 || words[2] == k->words[2]);
}

/* NULL where it was not heard before, or has been forgotten. */
static inline struct rx_short *packet_known(struct rx *rx, const uint32_t *words, unsigned count)
{
	struct rx_short *k = packet_place(rx, words);

	if (packet_is_known(k, words, count))
		return k;
	return packet_is_known(k + 1, words, count) ? k + 1 : NULL;
}

/* What passes through the unstuffing, and comes out of it. */
struct packet_packing {
	uint32_t held, held_bits; /* bits that fill no word yet */
	uint32_t before;          /* the last 32 bits, with the stuffed ones */
	uint32_t levels;          /* the last 32 symbols */
	uint32_t bad;             /* & 128: a stuffed bit was not zero */
};

/* Behind a whole sync and a PID. Field by field: a call that clears it takes longer. */
static inline void packet_packing_begin(struct packet_packing *p, uint32_t pid, uint32_t levels)
{
	p->held = p->held_bits = p->bad = 0;
	p->before = pid << 24 | 1u << 23;
	p->levels = levels;
}

/*
 * A packet's words behind the first, the last one too, to bits without the stuffed ones from rx->store + 1 on. Returns how many.
 * Negative where all but the last are not whole, or they are more than any packet has.
 */
int packet_unpack(struct rx *rx, const uint32_t *words, unsigned count, struct packet_packing *p);

/* Whole words, for as long as there is room for their bytes. Returns how many were taken. */
unsigned packet_take_plain(struct rx *rx, const uint32_t *words, unsigned count);

/* All words behind the first; sync and PID are there. False where packet_unpack cannot. */
bool packet_take_whole(struct rx *rx, const uint32_t *words, unsigned count);

/* 1 to 31 levels more, the first lowest, the others 0. Fewer than eight bits may be held. */
void packet_take_rest(struct rx *rx, uint32_t levels, unsigned n);

/* Of the bytes that are there, those that fill a word go into the checksum. */
void packet_sum(struct rx *rx);

/* What is wrong with a packet's length for its PID, or with its checksum; enum wire_packet_flag. */
uint8_t packet_check(struct rx *rx);

#endif
