/*
 * From symbols to packets. In: words of samples. Out: packets. Whole words inside a packet go through packet_plain.c; beginnings
 * and ends, low speed on a full-speed bus and damaged syncs go bit by bit here. Leaves alone: time outs, line states.
 */
#include "core/packet_rx.h"
#include "core/packet_plain.h"
#include "core/crc.h"
#include "core/listen_pio.h"
#include "core/wire.h"

enum {
	SLOW = 8, /* symbols a bit of a low-speed packet on a full-speed bus */
	SYNC_ZEROS = 7,
	SYNC_ZEROS_MIN = 3, /* a hub may swallow some. USB 2.0 §7.1.10 */
	PRE_BYTE = 0x3c,
};

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
	uint16_t entry = packet_unstuffed[rx->ones][bits];

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
		unsigned same = packet_run_length[levels & 0xff], level = levels & 1;

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
		if (!usb_pid_valid(rx->bytes[0]))
			rx->flags |= WIRE_BAD_PID;
		rx->flags |= packet_check(rx);
	}
	p.flags = rx->flags;
	rx->sink->packet(rx->sink->context, &p);
}

/* The level of each of a word's symbols. */
static inline uint32_t levels_of(const struct rx *rx, uint32_t word)
{
	return packet_levels(word >> (rx->speed == USB_SPEED_LOW));
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

	while (n < count && packet_is_whole(words[n]))
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
				done += packet_take_plain(rx, words + done, 4);
			else
				done += packet_take_plain(rx, words + done, rest);
			if (done == count)
				break;
			if (packet_is_whole(words[done]))
				continue;
		}
		if (!packet_is_whole(words[done])) {
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
