/*
 * The receiver's inner loop. In: words of samples. Out: packets. Two table look-ups a word in the common case; all else
 * (ends of packets, low speed on a full-speed bus, damaged syncs) goes bit by bit. Leaves alone: time outs, line states.
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
		.bytes = rx->bytes,
	};

	rx->phase = RX_CLOSED;
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

/* The level of each of a word's symbols, packed. */
static inline uint32_t levels_of(const struct rx *rx, uint32_t word)
{
	uint32_t v = (rx->speed == USB_SPEED_LOW ? word >> 1 : word) & 0x55555555;

	v = (v | v >> 1) & 0x33333333;
	v = (v | v >> 2) & 0x0f0f0f0f;
	v = (v | v >> 4) & 0x00ff00ff;
	return (v | v >> 8) & 0xffff;
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
	/* PRE has no EOP: idle follows, then eight-fold bits. USB 2.0 §8.6.5 */
	if (rx->speed == USB_SPEED_FULL && rx->bytes[0] == PRE_BYTE) {
		finish(rx, true);
		rx->phase = RX_GAP;
	}
}

static void take_levels(struct rx *rx, uint32_t levels, unsigned n)
{
	uint32_t bits;

	switch (rx->phase) {
	case RX_FIRST:
		take_first(rx, levels, n);
		break;
	case RX_PLAIN:
		if (n != 16 || rx->in_sync) {
			take_level_bits(rx, levels, n);
			break;
		}
		bits = ~(levels ^ (levels << 1 | rx->level));
		rx->level = levels >> 15 & 1;
		take_byte_of_levels(rx, bits & 0xff);
		take_byte_of_levels(rx, bits >> 8 & 0xff);
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

bool rx_word(struct rx *rx, uint32_t word)
{
	unsigned n = 16;
	uint32_t levels;

	if (((word | word >> 1) & 0x55555555) == 0x55555555) {
		levels = levels_of(rx, word);
		rx->recent = rx->recent >> 16 | levels << 16;
		take_levels(rx, levels, 16);
		return false;
	}
	for (; n && !(word & 3); n--)
		word >>= 2;
	if (n) {
		levels = levels_of(rx, word);
		rx->recent = rx->recent >> n | levels << (32 - n);
		take_levels(rx, levels, n);
	}
	if (rx->phase == RX_SLOW) {
		if (ended_by_idle(rx))
			return true;
		slow_run(rx);
	}
	if (rx->phase == RX_FIRST || rx->phase == RX_GAP)
		rx->phase = RX_CLOSED;
	else if (rx->phase != RX_CLOSED)
		finish(rx, !ended_by_idle(rx));
	return true;
}

void rx_close(struct rx *rx)
{
	if (rx->phase == RX_PLAIN || rx->phase == RX_SLOW)
		finish(rx, false);
	rx->phase = RX_CLOSED;
}
