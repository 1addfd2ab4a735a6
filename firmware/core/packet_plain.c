/*
 * The hot path of the receiver: whole words behind a packet's sync, two at a time, with the state in registers. In: words, the
 * state of a struct rx. Out: bytes and their checksum in it. Leaves alone: beginnings and ends (packet_rx.c).
 */
#include "core/packet_plain.h"
#include "core/crc.h"
#include "core/wire.h"

/* What eight bits with stuffing become, by the number of ones before them. */
uint16_t packet_unstuffed[STUFF_AFTER + 1][256];
/* How many of a byte's low bits are like its lowest. */
uint8_t packet_run_length[256];

static uint16_t unstuff_byte(unsigned ones, unsigned byte)
{
	unsigned data = 0, n = 0, bad = 0;

	for (unsigned i = 0; i < 8; i++) {
		unsigned bit = byte >> i & 1;

		if (ones == STUFF_AFTER) {
			bad |= bit;
			ones = 0;
			continue;
		}
		data |= bit << n++;
		ones = bit ? ones + 1 : 0;
	}
	return (uint16_t)(data | n << BITS_SHIFT | ones << ONES_SHIFT | (bad ? ENTRY_BAD : 0));
}

void rx_tables(void)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		unsigned n = 1;

		for (unsigned ones = 0; ones <= STUFF_AFTER; ones++)
			packet_unstuffed[ones][byte] = unstuff_byte(ones, byte);
		while (n < 8 && (byte >> n & 1) == (byte & 1))
			n++;
		packet_run_length[byte] = (uint8_t)n;
	}
}

/* Whether six ones follow each other anywhere. */
static inline uint32_t six_ones(uint32_t x)
{
	x &= x >> 1;
	return x & x >> 2 & x >> 4;
}

/* The state of the unstuffing behind so many ones: the seventh is taken for the stuffed bit, whatever it is. */
static unsigned ones_behind(uint32_t bits)
{
	unsigned ones = 0;

	for (; bits >> 31; bits <<= 1)
		ones = ones == STUFF_AFTER ? 0 : ones + 1;
	return ones;
}

/* 32 bits with stuffed ones among them, without those. Returns how many are left, 27 or more. */
static unsigned unstuff(uint32_t *bits, uint32_t before, uint32_t *bad)
{
	uint32_t from = *bits, to = 0;
	unsigned ones = ones_behind(before), n = 0;

	for (unsigned i = 0; i < 4; i++, from >>= 8) {
		uint32_t entry = packet_unstuffed[ones][from & 0xff];

		*bad |= entry;
		ones = entry >> ONES_SHIFT & 7;
		to |= (entry & 0xff) << n;
		n += entry >> BITS_SHIFT & 15;
	}
	*bits = to;
	return n;
}

/* Two whole words at a time: their 32 bits are three or four bytes, with what was left of the bits before. */
static unsigned take_pairs(struct rx *rx, const uint32_t *words, unsigned count, unsigned shift)
{
	const uint16_t *table = crc16_table();
	const uint32_t *at = words, *end = words + (count & ~1u);
	uint32_t held = rx->held, crc = rx->crc, level = rx->level, before = rx->before,
		 levels = rx->recent, bad = 0;
	unsigned held_bits = rx->held_bits;
	uint8_t *to = rx->bytes + rx->len, *room = rx->bytes + PACKET_RX_MAX - 4;

	for (; at < end && to < room && packet_is_whole(at[0]) && packet_is_whole(at[1]); at += 2) {
		uint32_t bits, raw;
		unsigned n = 32;

		levels = packet_levels(at[0] >> shift) | packet_levels(at[1] >> shift) << 16;
		raw = bits = ~(levels ^ (levels << 1 | level));
		level = levels >> 31;
		if (six_ones(bits) | six_ones(bits << 6 | before >> 26))
			n = unstuff(&bits, before, &bad);
		before = raw;
		raw = held | bits << held_bits;
		to[0] = (uint8_t)raw;
		to[1] = (uint8_t)(raw >> 8);
		to[2] = (uint8_t)(raw >> 16);
		crc = crc >> 8 ^ table[(crc ^ raw) & 0xff];
		crc = crc >> 8 ^ table[(crc ^ raw >> 8) & 0xff];
		crc = crc >> 8 ^ table[(crc ^ raw >> 16) & 0xff];
		if (held_bits + n >= 32) {
			to[3] = (uint8_t)(raw >> 24);
			crc = crc >> 8 ^ table[(crc ^ raw >> 24) & 0xff];
			to += 4;
			held = held_bits ? bits >> (32 - held_bits) : 0;
			held_bits = held_bits + n - 32;
		} else {
			to += 3;
			held = raw >> 24;
			held_bits = held_bits + n - 24;
		}
	}
	if (at == words)
		return 0;
	rx->before = before;
	rx->recent = levels;
	rx->ones = (uint8_t)ones_behind(before);
	rx->held = held;
	rx->held_bits = (uint8_t)held_bits;
	rx->crc = (uint16_t)crc;
	rx->level = (uint8_t)level;
	rx->len = (uint16_t)(to - rx->bytes);
	rx->symbols += 16 * (uint32_t)(at - words);
	if (bad & ENTRY_BAD)
		rx->flags |= WIRE_BAD_STUFFING;
	return (unsigned)(at - words);
}

/* One word behind the sync, whatever is in it. */
static void take_single(struct rx *rx, uint32_t word, unsigned shift)
{
	/* The whole table's first entry: rows are reached across their borders. */
	const uint16_t *rows = (const uint16_t *)&packet_unstuffed;
	const uint16_t *table = crc16_table(), *row = packet_unstuffed[rx->ones];
	uint32_t levels = packet_levels(word >> shift),
		 bits = ~(levels ^ (levels << 1 | rx->level)), bad = 0;

	rx->recent = rx->recent >> 16 | levels << 16;
	rx->before = rx->before >> 16 | bits << 16;
	rx->level = (uint8_t)(levels >> 15);
	rx->symbols += 16;
	for (unsigned half = 0; half < 2; half++, bits >>= 8) {
		uint32_t entry = row[bits & 0xff];

		bad |= entry;
		rx->held |= (entry & 0xff) << rx->held_bits;
		rx->held_bits = (uint8_t)(rx->held_bits + (entry >> BITS_SHIFT & 15));
		row = rows + ((entry & ONES_MASK) >> (ONES_SHIFT - 8));
		if (rx->held_bits >= 8) {
			rx->bytes[rx->len++] = (uint8_t)rx->held;
			rx->crc = rx->crc >> 8 ^ table[(rx->crc ^ rx->held) & 0xff];
			rx->held >>= 8;
			rx->held_bits = (uint8_t)(rx->held_bits - 8);
		}
	}
	rx->ones = (uint8_t)((row - rows) >> 8);
	if (bad & ENTRY_BAD)
		rx->flags |= WIRE_BAD_STUFFING;
}

/* Whole words behind sync and PID, for as long as there is room for their bytes. */
unsigned packet_take_plain(struct rx *rx, const uint32_t *words, unsigned count)
{
	unsigned shift = rx->speed == USB_SPEED_LOW, done = 0;

	while (done < count && rx->len < PACKET_RX_MAX - 2) {
		done += take_pairs(rx, words + done, count - done, shift);
		if (done == count || !packet_is_whole(words[done]) || rx->len >= PACKET_RX_MAX - 2)
			break;
		take_single(rx, words[done++], shift);
	}
	return done;
}
