/*
 * The receiver's inner loop. In: words of samples. Out: packets. Whole words inside a packet go through two table look-ups, with the
 * state in registers (take_plain); all else (beginnings, ends, low speed on a full-speed bus, damaged syncs) goes bit by bit. Leaves
 * alone: time outs, line states.
 */
#include "core/packet_rx.h"
#include "core/crc.h"
#include "core/listen_pio.h"
#include "core/wire.h"

enum {
	SLOW = 8, /* symbols a bit of a low-speed packet on a full-speed bus */
	SYNC_ZEROS = 7,
	SYNC_ZEROS_MIN = 3, /* a hub may swallow some. USB 2.0 §7.1.10 */
	STUFF_AFTER = 6,
	CRC16_GOOD = 0xb001, /* what a register of ffff holds behind data and its checksum */
	PRE_BYTE = 0x3c,
	/* Entries of the unstuffing table. */
	BITS_SHIFT = 8,
	ONES_SHIFT = 12,
	ONES_MASK = 7 << ONES_SHIFT,
	ENTRY_BAD = 1u << 15,
};

/* What eight bits with stuffing become, by the number of ones before them. */
static uint16_t unstuffed[STUFF_AFTER + 1][256];
/* How many of a byte's low bits are like its lowest. */
static uint8_t run_length[256];

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
			unstuffed[ones][byte] = unstuff_byte(ones, byte);
		while (n < 8 && (byte >> n & 1) == (byte & 1))
			n++;
		run_length[byte] = (uint8_t)n;
	}
}

void rx_init(struct rx *rx, const struct rx_sink *sink)
{
	rx->sink = sink;
	rx->phase = RX_CLOSED;
}

static void start_packet(struct rx *rx, enum rx_phase phase, uint64_t tick)
{
	rx->phase = phase;
	rx->start = tick;
	rx->in_sync = true;
	rx->zeros = 0;
	rx->ones = 0;
	rx->flags = 0;
	rx->held = 0;
	rx->held_bits = 0;
	rx->len = 0;
	rx->crc = 0xffff;
	rx->enough = 0;
}

static void take_byte(struct rx *rx, uint8_t byte)
{
	if (rx->len < PACKET_RX_MAX)
		rx->bytes[rx->len] = byte;
	if (rx->len)
		rx->crc = crc16_update(rx->crc, &byte, 1);
	/* Noise can last for ever. */
	if (rx->len < UINT16_MAX)
		rx->len++;
}

static inline void take_bits(struct rx *rx, uint32_t bits, unsigned n)
{
	rx->held |= bits << rx->held_bits;
	rx->held_bits = (uint8_t)(rx->held_bits + n);
	while (rx->held_bits >= 8) {
		take_byte(rx, (uint8_t)rx->held);
		rx->held >>= 8;
		rx->held_bits = (uint8_t)(rx->held_bits - 8);
	}
}

static void sync_ends(struct rx *rx)
{
	if (rx->zeros != SYNC_ZEROS)
		rx->flags |= WIRE_BAD_SYNC;
	rx->in_sync = false;
	rx->ones = 1;
}

/* One bit behind NRZI. */
static void take_bit(struct rx *rx, unsigned bit)
{
	uint16_t entry;

	if (rx->in_sync) {
		if (!bit && rx->zeros < UINT8_MAX) {
			rx->zeros++;
		} else if (bit) {
			if (rx->zeros < SYNC_ZEROS_MIN)
				rx->flags |= WIRE_BAD_SYNC;
			sync_ends(rx);
		}
		return;
	}
	if (rx->ones == STUFF_AFTER) {
		rx->ones = 0;
		if (bit)
			rx->flags |= WIRE_BAD_STUFFING;
		return;
	}
	entry = (uint16_t)bit;
	rx->ones = (uint8_t)(bit ? rx->ones + 1 : 0);
	take_bits(rx, entry, 1);
}

static void take_level_bits(struct rx *rx, uint32_t levels, unsigned n)
{
	for (; n; n--, levels >>= 1) {
		unsigned level = levels & 1;

		rx->before = rx->before >> 1 | (uint32_t)(level == rx->level) << 31;
		take_bit(rx, level == rx->level);
		rx->level = (uint8_t)level;
	}
}

static void take_byte_of_levels(struct rx *rx, uint32_t bits)
{
	uint16_t entry = unstuffed[rx->ones][bits];

	rx->ones = entry >> ONES_SHIFT & 7;
	if (entry & ENTRY_BAD)
		rx->flags |= WIRE_BAD_STUFFING;
	take_bits(rx, entry & 0xff, entry >> BITS_SHIFT & 15);
}

/* A run of one level has ended: so many bits of it, the first of which is a change. */
static void slow_run(struct rx *rx)
{
	uint32_t n = (rx->run + SLOW / 2) / SLOW;

	if (!n)
		n = 1;
	/* More than a stuffed packet can have: idle, or noise. The eighth shows as bad stuffing. */
	if (n > 8)
		n = 8;
	take_bit(rx, 0);
	while (--n)
		take_bit(rx, 1);
}

static void take_slow(struct rx *rx, uint32_t levels, unsigned n)
{
	unsigned at = 0;

	while (at < n) {
		unsigned same = run_length[levels & 0xff], level = levels & 1;

		if (same > n - at)
			same = n - at;
		if (rx->phase == RX_GAP) {
			if (!level) {
				start_packet(rx, RX_SLOW,
				             rx->origin + (uint64_t)(rx->symbols + at) *
				                                  PACKET_RX_TICKS_PER_BIT);
				rx->level = 0;
				rx->run = same;
				rx->run_at = rx->symbols + at;
			}
		} else if (level == rx->level) {
			rx->run += same;
		} else {
			slow_run(rx);
			rx->level = (uint8_t)level;
			rx->run = same;
			rx->run_at = rx->symbols + at;
		}
		at += same;
		levels >>= same;
	}
}

static uint8_t check_length(uint8_t pid, uint16_t len)
{
	switch (pid & 0xf) {
	case USB_PID_ACK:
	case USB_PID_NAK:
	case USB_PID_STALL:
	case USB_PID_NYET:
	case USB_PID_PRE:
		return len == 1 ? 0 : WIRE_BAD_LENGTH;
	case USB_PID_SPLIT:
		return len == 4 ? 0 : WIRE_BAD_LENGTH;
	case USB_PID_DATA0:
	case USB_PID_DATA1:
	case USB_PID_DATA2:
	case USB_PID_MDATA:
		return len >= 3 && len <= PACKET_RX_MAX ? 0 : WIRE_BAD_LENGTH;
	default:
		return len == 3 ? 0 : WIRE_BAD_LENGTH;
	}
}

static uint8_t check_crc(const struct rx *rx)
{
	uint32_t v;

	switch (rx->bytes[0] & 0xf) {
	case USB_PID_DATA0:
	case USB_PID_DATA1:
	case USB_PID_DATA2:
	case USB_PID_MDATA:
		return rx->crc == CRC16_GOOD ? 0 : WIRE_BAD_CRC;
	case USB_PID_SPLIT:
		v = (uint32_t)rx->bytes[1] | (uint32_t)rx->bytes[2] << 8 |
		    (uint32_t)rx->bytes[3] << 16;
		return crc5(v, 19) == v >> 19 ? 0 : WIRE_BAD_CRC;
	default:
		if (rx->len == 1)
			return 0;
		v = (uint32_t)rx->bytes[1] | (uint32_t)rx->bytes[2] << 8;
		return crc5(v & 0x7ff, 11) == v >> 11 ? 0 : WIRE_BAD_CRC;
	}
}

static void finish(struct rx *rx, bool eop)
{
	struct rx_packet p = {
		.start = rx->start,
		.speed = rx->phase == RX_SLOW ? USB_SPEED_LOW : rx->speed,
		.len = rx->len,
		.len_true = rx->len,
		.bytes = rx->bytes,
	};

	rx->phase = RX_CLOSED;
	if (rx->flags & WIRE_UNCHECKED) {
		/* By the clock of the samples: all bits behind the sync. */
		p.len_true = (uint16_t)(rx->symbols / 8 - 1);
		p.flags = rx->flags;
		rx->sink->packet(rx->sink->context, &p);
		return;
	}
	if (rx->in_sync)
		rx->flags |= WIRE_BAD_SYNC;
	/* A hub may stretch the last bit into one too many. USB 2.0 §7.1.9.1 */
	if (!eop || rx->held_bits > 1)
		rx->flags |= WIRE_BAD_EOP;
	if (!rx->len) {
		rx->flags |= WIRE_BAD_LENGTH;
	} else {
		uint8_t bad = check_length(rx->bytes[0], rx->len);

		if (!usb_pid_valid(rx->bytes[0]))
			rx->flags |= WIRE_BAD_PID;
		rx->flags |= bad;
		if (!bad)
			rx->flags |= check_crc(rx);
	}
	p.flags = rx->flags;
	rx->sink->packet(rx->sink->context, &p);
}

/* The even bits of a word, packed. */
static inline uint32_t packed(uint32_t v)
{
	v &= 0x55555555;
	v = (v | v >> 1) & 0x33333333;
	v = (v | v >> 2) & 0x0f0f0f0f;
	v = (v | v >> 4) & 0x00ff00ff;
	return (v | v >> 8) & 0xffff;
}

/* The level of each of a word's symbols. */
static inline uint32_t levels_of(const struct rx *rx, uint32_t word)
{
	return packed(word >> (rx->speed == USB_SPEED_LOW));
}

/* Decides what kind of packet the first samples belong to. */
static void take_first(struct rx *rx, uint32_t levels, unsigned n)
{
	uint32_t bits = ~(levels ^ (levels << 1 | 1));

	/* Six times K: no full-speed sync, and the first bit of a low-speed one. */
	if (rx->speed == USB_SPEED_FULL && n >= 6 && !(levels & 0x3f)) {
		rx->phase = RX_GAP;
		take_slow(rx, levels, n);
		return;
	}
	rx->phase = RX_PLAIN;
	if (n != 16 || (bits & 0xff) != 0x80) {
		take_level_bits(rx, levels, n);
		return;
	}
	rx->zeros = SYNC_ZEROS;
	sync_ends(rx);
	rx->level = levels >> 15 & 1;
	take_byte_of_levels(rx, bits >> 8 & 0xff);
	rx->before = bits << 16;
	/* PRE has no EOP: idle follows, then eight-fold bits. USB 2.0 §8.6.5 */
	if (rx->speed == USB_SPEED_FULL && rx->bytes[0] == PRE_BYTE) {
		finish(rx, true);
		rx->phase = RX_GAP;
	}
}

static void take_levels(struct rx *rx, uint32_t levels, unsigned n)
{
	switch (rx->phase) {
	case RX_FIRST:
		take_first(rx, levels, n);
		break;
	case RX_PLAIN:
		take_level_bits(rx, levels, n);
		break;
	case RX_GAP:
	case RX_SLOW:
		take_slow(rx, levels, n);
		break;
	case RX_CLOSED:
		break;
	}
	rx->symbols += n;
}

/* A low-speed packet on a full-speed bus can be J for longer than the sampler waits: by the clock it is known how long. */
static bool resume_slow(struct rx *rx, uint64_t tick)
{
	uint64_t at = (tick - rx->origin + PACKET_RX_TICKS_PER_BIT / 2) / PACKET_RX_TICKS_PER_BIT;

	if (rx->phase != RX_SLOW || !rx->level || at - rx->run_at >= 9 * SLOW)
		return false;
	rx->symbols = (uint32_t)at;
	rx->run = rx->symbols - rx->run_at;
	return true;
}

void rx_end(struct rx *rx, uint64_t tick)
{
	if (!resume_slow(rx, tick)) {
		rx_close(rx);
		return;
	}
	slow_run(rx);
	finish(rx, true);
}

void rx_begin(struct rx *rx, uint64_t tick, enum usb_speed speed)
{
	if (speed == rx->speed && resume_slow(rx, tick))
		return;
	rx_close(rx);
	rx->speed = speed;
	rx->origin = tick;
	rx->symbols = 0;
	rx->recent = 0;
	rx->level = 1;
	start_packet(rx, RX_FIRST, tick);
}

/* What the sampler was stopped by: SE0, unless all its last symbols were J. */
static bool ended_by_idle(const struct rx *rx)
{
	return !(~rx->recent >> (32 - LISTEN_IDLE_BITS));
}

/* The last word of a packet: its symbols are at the top. */
static void take_last(struct rx *rx, uint32_t word)
{
	unsigned n = 16;
	uint32_t levels;

	if (!word)
		n = 0;
	for (; n > 4 && !(word & 0xff); n -= 4)
		word >>= 8;
	for (; n && !(word & 3); n--)
		word >>= 2;
	if (n && !(rx->flags & WIRE_UNCHECKED)) {
		levels = levels_of(rx, word);
		rx->recent = rx->recent >> n | levels << (32 - n);
		take_levels(rx, levels, n);
	}
	if (rx->phase == RX_SLOW) {
		if (ended_by_idle(rx))
			return;
		slow_run(rx);
	}
	if (rx->phase == RX_FIRST || rx->phase == RX_GAP)
		rx->phase = RX_CLOSED;
	else if (rx->phase != RX_CLOSED)
		finish(rx, !ended_by_idle(rx));
}

/* SE0 is never a symbol, and a word that is not full is zero at the bottom. */
static inline bool is_whole(uint32_t word)
{
	return (word & 3) != 0;
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
		uint32_t entry = unstuffed[ones][from & 0xff];

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

	for (; at < end && to < room && is_whole(at[0]) && is_whole(at[1]); at += 2) {
		uint32_t bits, raw;
		unsigned n = 32;

		levels = packed(at[0] >> shift) | packed(at[1] >> shift) << 16;
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
	const uint16_t *table = crc16_table(), *row = unstuffed[rx->ones];
	uint32_t levels = packed(word >> shift), bits = ~(levels ^ (levels << 1 | rx->level)),
		 bad = 0;

	rx->recent = rx->recent >> 16 | levels << 16;
	rx->before = rx->before >> 16 | bits << 16;
	rx->level = (uint8_t)(levels >> 15);
	rx->symbols += 16;
	for (unsigned half = 0; half < 2; half++, bits >>= 8) {
		uint32_t entry = row[bits & 0xff];

		bad |= entry;
		rx->held |= (entry & 0xff) << rx->held_bits;
		rx->held_bits = (uint8_t)(rx->held_bits + (entry >> BITS_SHIFT & 15));
		row = unstuffed[0] + ((entry & ONES_MASK) >> (ONES_SHIFT - 8));
		if (rx->held_bits >= 8) {
			rx->bytes[rx->len++] = (uint8_t)rx->held;
			rx->crc = rx->crc >> 8 ^ table[(rx->crc ^ rx->held) & 0xff];
			rx->held >>= 8;
			rx->held_bits = (uint8_t)(rx->held_bits - 8);
		}
	}
	rx->ones = (uint8_t)((row - unstuffed[0]) >> 8);
	if (bad & ENTRY_BAD)
		rx->flags |= WIRE_BAD_STUFFING;
}

/* Whole words behind sync and PID, for as long as there is room for their bytes. */
static unsigned take_plain(struct rx *rx, const uint32_t *words, unsigned count)
{
	unsigned shift = rx->speed == USB_SPEED_LOW, done = 0;

	while (done < count && rx->len < PACKET_RX_MAX - 2) {
		done += take_pairs(rx, words + done, count - done, shift);
		if (done == count || !is_whole(words[done]) || rx->len >= PACKET_RX_MAX - 2)
			break;
		take_single(rx, words[done++], shift);
	}
	return done;
}

static bool has_enough(const struct rx *rx)
{
	uint8_t pid = rx->bytes[0] & 0xf;

	return rx->enough && rx->len >= rx->enough &&
	       (pid == USB_PID_DATA0 || pid == USB_PID_DATA1);
}

/* Words whose number is all that is wanted of them: two bytes each, without the stuffed bits. */
static unsigned skip_plain(struct rx *rx, const uint32_t *words, unsigned count)
{
	unsigned n = 0;

	while (n < count && is_whole(words[n]))
		n++;
	if (n)
		rx->flags |= WIRE_CUT | WIRE_UNCHECKED;
	rx->symbols += 16 * n;
	return n;
}

unsigned rx_words(struct rx *rx, const uint32_t *words, unsigned count)
{
	unsigned done = 0;
	uint32_t levels;

	while (done < count && rx->phase != RX_CLOSED) {
		if (rx->phase == RX_PLAIN && !rx->in_sync && rx->len &&
		    rx->len < PACKET_RX_MAX - 2) {
			unsigned rest = count - done;

			if (has_enough(rx))
				done += skip_plain(rx, words + done, rest);
			else if (rx->enough && rest > 4)
				done += take_plain(rx, words + done, 4);
			else
				done += take_plain(rx, words + done, rest);
			if (done == count)
				break;
			if (is_whole(words[done]))
				continue;
		}
		if (!is_whole(words[done])) {
			take_last(rx, words[done]);
			return done + 1;
		}
		levels = levels_of(rx, words[done++]);
		rx->recent = rx->recent >> 16 | levels << 16;
		take_levels(rx, levels, 16);
	}
	return done;
}

void rx_close(struct rx *rx)
{
	if (rx->phase == RX_PLAIN || rx->phase == RX_SLOW)
		finish(rx, false);
	rx->phase = RX_CLOSED;
}
