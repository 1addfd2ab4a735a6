/*
 * The hot path of the receiver: whole words behind a packet's sync, two at a time. In: words, the state of a struct rx. Out: bytes
 * and their checksum in it. Leaves alone: beginnings and ends (packet_rx.c).
 * In three passes over some words at a time, each with so little state that the core's eight registers hold it: symbols to bits,
 * bits to bytes, bytes to checksum. Words are taken for little-endian, as they are on the chip and on the PC.
 */
#include "core/packet_plain.h"
#include "core/crc.h"
#include "core/wire.h"

/* How many of a byte's low bits are like its lowest. */
uint8_t packet_run_length[256];
uint8_t packet_gathered[256];

void rx_tables(void)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		unsigned n = 1;

		while (n < 8 && (byte >> n & 1) == (byte & 1))
			n++;
		packet_run_length[byte] = (uint8_t)n;
		packet_gathered[byte] =
			(uint8_t)((byte & 1) | (byte >> 1 & 2) | (byte >> 2 & 4) | (byte >> 3 & 8) |
		                  (byte << 3 & 16) | (byte << 2 & 32) | (byte << 1 & 64) |
		                  (byte & 128));
	}
}

/* The loops below keep all they need in eight registers, and lose that when they are put into others. */
#define APART __attribute__((noinline))

/* Whether six ones follow each other anywhere. */
static inline uint32_t six_ones(uint32_t x)
{
	x &= x >> 1;
	return x & x >> 2 & x >> 4;
}

/* The state of the unstuffing behind so many ones: the seventh is taken for the stuffed bit, whatever it is. */
static inline unsigned ones_behind(uint32_t bits)
{
	unsigned ones = 0;

	for (; bits >> 31; bits <<= 1)
		ones = ones == STUFF_AFTER ? 0 : ones + 1;
	return ones;
}

/*
 * Pairs of whole words to bits behind NRZI, up to `end` or a word that is not whole. `levels` are the last 32. Returns where the
 * bits end; they begin with the level before them, and the last levels are behind them.
 */
static inline uint32_t *pairs_to_bits(uint32_t *to, const uint32_t *end, const uint32_t *words,
                                      uint32_t levels, unsigned shift)
{
	while (to < end) {
		uint32_t a = *words++, b = *words++, last = levels >> 31;

		if (!packet_is_whole(a) || !packet_is_whole(b))
			break;
		levels = packet_levels(a >> shift);
		levels |= packet_levels(b >> shift) << 16;
		*to++ = ~(levels ^ (levels << 1 | last));
	}
	*to = levels;
	return to;
}

static APART uint32_t *full_speed_bits(uint32_t *to, const uint32_t *end, const uint32_t *words,
                                       uint32_t levels)
{
	return pairs_to_bits(to, end, words, levels, 0);
}

static APART uint32_t *low_speed_bits(uint32_t *to, const uint32_t *end, const uint32_t *words,
                                      uint32_t levels)
{
	return pairs_to_bits(to, end, words, levels, 1);
}

/* Of 32 bits, those before which six ones stand: stuffed bits. `before` are the 32 before them. */
static inline uint32_t stuffed(uint32_t bits, uint32_t before)
{
	uint32_t two = bits & (bits << 1 | before >> 31), two_before = before & before << 1;
	uint32_t four = two & (two << 2 | two_before >> 30),
		 four_before = two_before & two_before << 2;
	uint32_t six = four & (two << 4 | two_before >> 28),
		 six_before = four_before & two_before << 4;

	return six << 1 | six_before >> 31;
}

/* Both halves of what unstuffing leaves: bits, and in the upper half how many; 128 more where a stuffed bit was not zero. */
static inline uint64_t unstuffed(uint32_t bits, uint32_t count)
{
	return (uint64_t)count << 32 | bits;
}

/* A seventh one stands where a stuffed bit must: by the table, step by step, so that all is as it was for one bit at a time. */
static APART uint64_t unstuff_bad(uint32_t from, uint32_t before, unsigned valid)
{
	unsigned ones = ones_behind(before), n = 0;
	uint32_t to = 0;

	for (; valid; valid--, from >>= 1) {
		if (ones == STUFF_AFTER) {
			ones = 0;
			continue;
		}
		to |= (from & 1) << n++;
		ones = from & 1 ? ones + 1 : 0;
	}
	return unstuffed(to, n | 128);
}

/* `valid` bits (the others are 0) with stuffed ones among them, without those. */
static APART uint64_t unstuff(uint32_t bits, uint32_t before, unsigned valid)
{
	uint32_t at = stuffed(bits, before);

	/* Behind the last valid bit none is stuffed. In two steps, for 32. */
	at &= ~(~1u << (valid - 1));
	/* Behind seven ones six of them are no longer what stands before a stuffed bit. */
	if (at & bits || before >> 25 == 0x7f)
		return unstuff_bad(bits, before, valid);
	for (; at; valid--) {
		uint32_t below = (at & -at) - 1;

		bits = (bits & below) | (bits >> 1 & ~below);
		at = (at & (at - 1)) >> 1;
	}
	return unstuffed(bits, valid);
}

/* Bits, thirty-two at a time, to words of bytes without the stuffed ones. Returns where these end. */
static APART uint32_t *pack(uint32_t *to, const uint32_t *from, const uint32_t *end,
                            struct packet_packing *p)
{
	uint32_t held = p->held, before = p->before;
	unsigned held_bits = p->held_bits;

	do {
		uint32_t bits = *from++, two = bits & bits >> 1;

		if ((two & two >> 2 & two >> 4) ||
		    (before >> 31 && six_ones(bits << 6 | before >> 26))) {
			uint64_t left = unstuff(bits, before, 32);
			unsigned n = (unsigned)(left >> 32);

			before = bits;
			bits = (uint32_t)left;
			p->bad |= n;
			n &= 63;
			held |= bits << held_bits;
			held_bits += n;
			if (held_bits < 32)
				continue;
			*to++ = held;
			held_bits -= 32;
			held = bits >> 1 >> (n - held_bits - 1);
			continue;
		}
		before = bits;
		*to++ = held | bits << held_bits;
		/* By 32 in two steps, which C wants. */
		held = bits >> 1 >> (31 - held_bits);
	} while (from < end);
	p->held = held;
	p->held_bits = held_bits;
	p->before = before;
	return to;
}

static inline void flush_bytes(struct rx *rx, uint32_t held, unsigned held_bits)
{
	uint8_t *bytes = rx_bytes(rx), *to = bytes + rx->len;

	for (; held_bits >= 8; held_bits -= 8, held >>= 8)
		*to++ = (uint8_t)held;
	rx->held = held;
	rx->held_bits = (uint8_t)held_bits;
	rx->len = (uint16_t)(to - bytes);
}

/* Bits of some pairs, to the bytes of the packet. */
static void take_bits(struct rx *rx, const uint32_t *bits, const uint32_t *end)
{
	struct packet_packing p;
	uint32_t *to;

	p.held = rx->held;
	p.held_bits = rx->held_bits;
	p.before = rx->before;
	p.bad = 0;
	/* Bytes that do not fill a word go back to the bits that wait, so that the next one does. */
	for (; (rx->len - 1) & 3; p.held_bits += 8)
		p.held = p.held << 8 | rx_bytes(rx)[--rx->len];
	to = pack(rx->store + 1 + (rx->len - 1) / 4, bits, end, &p);
	rx->len = (uint16_t)(1 + 4 * (to - rx->store - 1));
	rx->before = p.before;
	rx->ones = (uint8_t)ones_behind(p.before);
	flush_bytes(rx, p.held, p.held_bits);
	if (p.bad & 0x80)
		rx->flags |= WIRE_BAD_STUFFING;
}

void packet_sum(struct rx *rx)
{
	const uint32_t *at = rx->store + 1 + rx->summed / 4,
		       *end = rx->store + 1 + (rx->len - 1) / 4;

	if (at >= end || rx->len > PACKET_RX_MAX)
		return;
	if (!rx->summed)
		crc16_word(&rx->crc, *at++ ^ 0xffff);
	crc16_take_words(&rx->crc, at, end);
	rx->summed = (uint16_t)(4 * (end - rx->store - 1));
}

void packet_take_rest(struct rx *rx, uint32_t levels, unsigned n)
{
	uint32_t bits = ~(levels ^ (levels << 1 | rx->level)) & ~(~1u << (n - 1)), held = rx->held;
	unsigned held_bits = rx->held_bits, got;
	uint64_t left = unstuff(bits, rx->before, n);

	rx->before = rx->before >> n | bits << (32 - n);
	rx->level = (uint8_t)(levels >> (n - 1) & 1);
	rx->ones = (uint8_t)ones_behind(rx->before);
	bits = (uint32_t)left;
	got = (unsigned)(left >> 32);
	if (got & 128)
		rx->flags |= WIRE_BAD_STUFFING;
	got &= 63;
	/* Fewer than eight are held, and a whole word's room is there for both after the first half. */
	if (got > 16) {
		flush_bytes(rx, held | (bits & 0xffff) << held_bits, held_bits + 16);
		held = rx->held;
		held_bits = rx->held_bits;
		bits >>= 16;
		got -= 16;
	}
	flush_bytes(rx, held | bits << held_bits, held_bits + got);
}

static unsigned take_pairs(struct rx *rx, const uint32_t *words, unsigned pairs)
{
	uint32_t bits[RX_PAIRS + 1], *end = bits + pairs, levels = (uint32_t)rx->level << 31;

	end = rx->speed == USB_SPEED_LOW ? low_speed_bits(bits, end, words, levels)
	                                 : full_speed_bits(bits, end, words, levels);
	if (end == bits)
		return 0;
	rx->recent = *end;
	rx->level = (uint8_t)(*end >> 31);
	take_bits(rx, bits, end);
	return (unsigned)(end - bits);
}

/* Whole words behind sync and PID, for as long as there is room for their bytes. */
unsigned packet_take_plain(struct rx *rx, const uint32_t *words, unsigned count)
{
	unsigned done = 0;

	while (done < count && rx->len <= PACKET_RX_MAX) {
		unsigned room = (PACKET_RX_MAX + 4 - rx->len) / 4u, pairs = (count - done) / 2;

		if (pairs > RX_PAIRS)
			pairs = RX_PAIRS;
		if (pairs > room)
			pairs = room;
		if (pairs)
			pairs = take_pairs(rx, words + done, pairs);
		if (pairs) {
			done += 2 * pairs;
			continue;
		}
		if (!packet_is_whole(words[done]))
			break;
		packet_take_rest(rx, packet_note_levels(rx, words[done++], 16), 16);
	}
	rx->symbols += 16 * done;
	return done;
}

int packet_unpack(struct rx *rx, const uint32_t *words, unsigned count, struct packet_packing *p)
{
	bool low = rx->speed == USB_SPEED_LOW;
	uint32_t bits[RX_PAIRS + 1], last = words[--count], *to = rx->store + 1, *end;
	unsigned n;
	uint64_t left;

	if (packet_is_whole(last) || count > 2 * (PACKET_RX_MAX * 7 / 6 / 4 + 2))
		return -1;
	for (; count >= 2; count -= 2 * (unsigned)(end - bits), words += 2 * (end - bits)) {
		unsigned pairs = count / 2 < RX_PAIRS ? count / 2 : RX_PAIRS;

		end = low ? low_speed_bits(bits, bits + pairs, words, p->levels)
		          : full_speed_bits(bits, bits + pairs, words, p->levels);
		if (end != bits + pairs || to > rx->store + 1 + PACKET_RX_MAX / 4)
			return -1;
		p->levels = *end;
		to = pack(to, bits, end, p);
	}
	n = packet_last_symbols(&last);
	last = packet_levels(last >> low);
	if (count) {
		if (!packet_is_whole(*words))
			return -1;
		last = packet_levels(*words >> low) | last << 16;
		n += 16;
	}
	if (n) {
		left = unstuff(~(last ^ (last << 1 | p->levels >> 31)) & ~(~1u << (n - 1)),
		               p->before, n);
		p->levels = p->levels >> n | last << (32 - n);
		n = (unsigned)(left >> 32);
		p->bad |= n;
		n &= 63;
		to[0] = p->held | (uint32_t)left << p->held_bits;
		/* By 32 in two steps, which C wants. */
		to[1] = (uint32_t)left >> 1 >> (31 - p->held_bits);
	} else {
		to[0] = p->held;
	}
	return (int)(32 * (unsigned)(to - rx->store - 1) + n + p->held_bits);
}

bool packet_take_whole(struct rx *rx, const uint32_t *words, unsigned count)
{
	struct packet_packing p;
	int n;

	packet_packing_begin(&p, rx_bytes(rx)[0], rx->recent);
	n = packet_unpack(rx, words, count, &p);
	if (n < 0)
		return false;
	rx->recent = p.levels;
	rx->len = (uint16_t)(1 + n / 8);
	rx->held_bits = n & 7;
	rx->flags = p.bad & 0x80 ? WIRE_BAD_STUFFING : 0;
	return true;
}
