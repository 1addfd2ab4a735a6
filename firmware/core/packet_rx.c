/*
 * From symbols to packets. In: words of samples. Out: packets. Whole words inside a packet go through packet_plain.c; beginnings
 * and ends, low speed on a full-speed bus and damaged syncs go bit by bit here. Leaves alone: time outs, line states.
 */
#include "core/packet_rx.h"
#include "core/packet_plain.h"
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
	for (unsigned i = 0; i < RX_SHORT; i++)
		rx->known[i].count = 0;
	rx->last[0] = rx->last[1] = rx->known;
	rx->data = (struct rx_packet){.bytes = rx_bytes(rx)};
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
	rx->summed = 0;
	rx->crc.rest = rx->crc.all = 0;
}

static void take_byte(struct rx *rx, uint8_t byte)
{
	if (rx->len < PACKET_RX_MAX)
		rx_bytes(rx)[rx->len] = byte;
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

/* The packet is over: what is wrong with it, and all of it. */
static void finish(struct rx *rx, bool eop)
{
	struct rx_packet p = {.bytes = rx_bytes(rx),
	                      .start = rx->start,
	                      .speed = rx->phase == RX_SLOW ? USB_SPEED_LOW : rx->speed,
	                      .len = rx->len,
	                      .len_true = rx->len};

	rx->phase = RX_CLOSED;
	if (rx->in_sync)
		rx->flags |= WIRE_BAD_SYNC;
	/* A hub may stretch the last bit into one too many. USB 2.0 §7.1.9.1 */
	if (!eop || rx->held_bits > 1)
		rx->flags |= WIRE_BAD_EOP;
	if (!rx->len) {
		rx->flags |= WIRE_BAD_LENGTH;
	} else {
		if (!usb_pid_valid(p.bytes[0]))
			rx->flags |= WIRE_BAD_PID;
		rx->flags |= packet_check(rx);
	}
	p.flags = rx->flags;
	rx->sink->packet(rx->sink->context, &p);
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
	rx->level = levels >> 7 & 1;
	rx->before = bits << 24;
	packet_take_rest(rx, levels >> 8, 8);
	/* PRE has no EOP: idle follows, then eight-fold bits. USB 2.0 §8.6.5. With a stuffed bit the first byte is not there yet. */
	if (rx->speed == USB_SPEED_FULL && rx->len && rx_bytes(rx)[0] == PRE_BYTE) {
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
		if (!rx->in_sync && rx->len <= PACKET_RX_MAX)
			packet_take_rest(rx, levels, n);
		else
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
	rx->recent = rx->before = 0;
	rx->level = 1;
	start_packet(rx, RX_FIRST, tick);
}

static bool ended_by_idle(const struct rx *rx)
{
	return packet_ends_idle(rx->recent);
}

/* The last word of a packet. */
static void take_last(struct rx *rx, uint32_t word)
{
	unsigned n = packet_last_symbols(&word);

	if (n)
		take_levels(rx, packet_note_levels(rx, word, n), n);
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

/* A bus that is held in K, as a resume does for 20 ms and more, is the same word for thousands of times. */
static unsigned take_held(struct rx *rx, const uint32_t *words, unsigned count)
{
	const uint32_t k = 0xaaaaaaaa;
	unsigned done = 0;

	if (rx->phase != RX_SLOW || rx->level)
		return 0;
	while (done < count && words[done] == k)
		done++;
	rx->run += 16 * done;
	rx->symbols += 16 * done;
	rx->recent = done > 1 ? 0 : rx->recent >> 16 * done;
	return done;
}

unsigned rx_words(struct rx *rx, const uint32_t *words, unsigned count)
{
	unsigned done = 0;

	while (done < count && rx->phase != RX_CLOSED) {
		done += take_held(rx, words + done, count - done);
		if (done == count)
			break;
		if (rx->phase == RX_PLAIN && !rx->in_sync && rx->len && rx->len <= PACKET_RX_MAX) {
			done += packet_take_plain(rx, words + done, count - done);
			if (done == count)
				break;
			if (packet_is_whole(words[done]))
				continue;
		}
		if (!packet_is_whole(words[done])) {
			take_last(rx, words[done]);
			return done + 1;
		}
		take_levels(rx, packet_note_levels(rx, words[done++], 16), 16);
	}
	return done;
}

/* The first eight symbols of a packet, as they are at either speed: K J K J K J K K. USB 2.0 §7.1.10 */
static const uint16_t sync_symbols[2] = {0xa666, 0x5999};

bool rx_again(struct rx *rx, const uint32_t *words, unsigned count)
{
	struct rx_short *k = packet_known(rx, words, count);

	if (!k)
		return false;
	k->packet.start = rx->start;
	rx->sink->packet(rx->sink->context, &k->packet);
	return true;
}

static void learn(struct rx *rx, const uint32_t *words, unsigned count)
{
	struct rx_short *k = packet_place(rx, words);

	/* A SOF does not come again, and would take another's place. */
	if (rx->flags || rx->len != (count == 2 ? 1 : 3) || packet_is_whole(words[count - 1]) ||
	    (rx_bytes(rx)[0] & 0xf) == USB_PID_SOF)
		return;
	if (k[0].count && (!k[1].count || rx->turn++ & 1))
		k++;
	k->count = count;
	for (unsigned i = 0; i < 3; i++) {
		k->words[i] = i < count ? words[i] : 0;
		k->bytes[i] = rx_bytes(rx)[i];
	}
	k->packet = (struct rx_packet){
		.speed = rx->speed, .len = rx->len, .len_true = rx->len, .bytes = k->bytes};
}

/* All but the conclusion. */
static bool take_whole(struct rx *rx, const uint32_t *words, unsigned count)
{
	bool low = rx->speed == USB_SPEED_LOW;
	uint32_t levels, pid;

	if (count < 2 || (words[0] & 0xffff) != sync_symbols[low] || !packet_is_whole(words[0]))
		return false;
	levels = packet_levels(words[0] >> low);
	pid = ~(levels ^ levels << 1) >> 8 & 0xff;
	/* No PID that is one has so many ones that any of its bits were stuffed. */
	if (!usb_pid_valid((uint8_t)pid) || (pid == PRE_BYTE && !low))
		return false;
	rx->in_sync = false;
	rx->summed = 0;
	rx->crc.rest = rx->crc.all = 0;
	rx->recent = levels << 16;
	rx_bytes(rx)[0] = (uint8_t)pid;
	return packet_take_whole(rx, words + 1, count - 1);
}

bool rx_whole(struct rx *rx, const uint32_t *words, unsigned count)
{
	if (!take_whole(rx, words, count))
		return false;
	finish(rx, !ended_by_idle(rx));
	if (count <= 3)
		learn(rx, words, count);
	return true;
}

void rx_close(struct rx *rx)
{
	if (rx->phase == RX_PLAIN || rx->phase == RX_SLOW)
		finish(rx, false);
	rx->phase = RX_CLOSED;
}
