/* The listener end to end on the PC: waveforms in picoseconds through the real PIO programs and the real decoder. */
#include <math.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/wave/heard.h"

static const double CYCLE = 1e12 / WIRE_TICK_HZ;
enum { STAMP_LIMIT = 12 }; /* ticks: 100 ns */

/* All is done twice: word by word, and with whole packets. */
static bool batch;

struct bench {
	struct wave w;
	struct heard sent, heard;
	struct listener l;
};

static void bench_init(struct bench *b, enum usb_speed speed, uint32_t seed)
{
	wave_init(&b->w, speed, seed);
	heard_init(&b->sent);
	heard_init(&b->heard);
	listener_init(&b->l, &b->heard.sink);
	b->l.batch = batch;
}

static void bench_release(struct bench *b)
{
	wave_release(&b->w);
	heard_release(&b->sent);
	heard_release(&b->heard);
}

/* Attach: SE0, J, long enough for the speed to be set. */
static void attach(struct bench *b)
{
	wave_wait(&b->w, 5e6);
	wave_lines(&b->w, wave_j(&b->w));
	wave_wait(&b->w, 20e6);
}

static void packet(struct bench *b, const uint8_t *bytes, size_t len, double idle)
{
	enum usb_speed speed = b->w.speed;
	int64_t at = wave_packet(&b->w, bytes, len, idle);

	heard_expect(&b->sent, at, speed, bytes, len);
}

static void token(struct bench *b, enum usb_pid pid, unsigned address, unsigned endpoint,
                  double idle)
{
	uint8_t p[3];
	packet(b, p, wave_token(p, pid, address, endpoint), idle);
}

static void handshake(struct bench *b, enum usb_pid pid, double idle)
{
	uint8_t p[1];
	packet(b, p, wave_handshake(p, pid), idle);
}

static void data(struct bench *b, enum usb_pid pid, const uint8_t *payload, size_t len, double idle)
{
	static uint8_t p[PACKET_RX_MAX + 8];
	packet(b, p, wave_data(p, pid, payload, len), idle);
}

static void play(struct bench *b)
{
	double phase = (wave_random(&b->w) & 0xffff) / 65536.0 * CYCLE;

	listener_play(&b->l, &b->w, phase, 5000);
}

static void assert_all_heard(const struct bench *b)
{
	/* The sender's own jitter and skew move its first edge too. */
	double limit = STAMP_LIMIT + (b->w.jitter_next / 2 + fabs(b->w.skew)) / CYCLE;

	for (size_t i = 0; i < b->sent.packets && i < b->heard.packets; i++) {
		const struct heard_packet *s = &b->sent.packet[i], *h = &b->heard.packet[i];
		double off = (double)h->ps - (double)s->ps / CYCLE;

		assert_int_equal(h->flags, s->flags);
		assert_int_equal(h->len, s->len);
		assert_memory_equal(h->bytes, s->bytes, s->len);
		assert_int_equal(h->speed, s->speed);
		assert_true(off > -limit && off < limit);
	}
	assert_int_equal(b->heard.packets, b->sent.packets);
	assert_int_equal(b->l.line.stray_words, 0);
}

static void fill(struct wave *w, uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(wave_random(w) >> 11);
	/* Now and then the patterns that stuff most and least. */
	switch (wave_random(w) % 8) {
	case 0:
		memset(to, 0xff, len);
		break;
	case 1:
		memset(to, 0x00, len);
		break;
	case 2:
		memset(to, 0xfc, len);
		break;
	}
}

static void some_traffic(struct bench *b, unsigned rounds)
{
	uint8_t payload[64];

	for (unsigned i = 0; i < rounds; i++) {
		size_t most = b->w.speed == USB_SPEED_LOW ? 8 : 64,
		       len = wave_random(&b->w) % (most + 1);

		fill(&b->w, payload, len);
		token(b, i & 1 ? USB_PID_IN : USB_PID_SETUP, i & 127, i & 15,
		      2 + (wave_random(&b->w) & 7) / 2.0);
		data(b, i & 2 ? USB_PID_DATA0 : USB_PID_DATA1, payload, len,
		     2 + (wave_random(&b->w) & 7) / 2.0);
		handshake(b, i % 3 ? USB_PID_ACK : USB_PID_NAK, 3 + (wave_random(&b->w) & 15));
	}
}

static void clean_traffic_is_heard(void **state)
{
	(void)state;
	for (int speed = USB_SPEED_LOW; speed <= USB_SPEED_FULL; speed++)
		for (uint32_t seed = 1; seed <= 6; seed++) {
			struct bench b;

			bench_init(&b, (enum usb_speed)speed, seed);
			attach(&b);
			some_traffic(&b, 10);
			play(&b);
			assert_int_equal(b.heard.speed, speed);
			assert_all_heard(&b);
			assert_int_equal(heard_count(&b.heard, WIRE_GATE), 0);
			/* Attach is the only edge outside packets. */
			assert_int_equal(b.heard.edges, 1);
			bench_release(&b);
		}
}

static void sweep(enum usb_speed speed, double ppm, double next, double pair, uint32_t seeds)
{
	for (uint32_t seed = 1; seed <= seeds; seed++) {
		struct bench b;

		bench_init(&b, speed, seed * 77);
		attach(&b);
		b.w.ppm = seed & 1 ? ppm : -ppm;
		b.w.jitter_next = next;
		b.w.jitter_pair = pair;
		b.w.skew = (double)((int)(seed % 5) - 2) * CYCLE;
		some_traffic(&b, 8);
		play(&b);
		assert_all_heard(&b);
		bench_release(&b);
	}
}

/* The limits of USB 2.0: ±2500 ppm, §7.1.11; TJR1 18.5 ns and TJR2 9 ns, table 7-9; two cycles of skew. */
static void full_speed_is_heard_at_the_limits(void **state)
{
	(void)state;
	sweep(USB_SPEED_FULL, 2500, 18500, 9000, 60);
}

/* ±15000 ppm; TUJR1 152 ns and TUJR2 200 ns, table 7-10. */
static void low_speed_is_heard_at_the_limits(void **state)
{
	(void)state;
	sweep(USB_SPEED_LOW, 15000, 152000, 152000, 30);
}

static void longest_packet_is_heard(void **state)
{
	static uint8_t payload[1023];
	struct bench b;

	(void)state;
	bench_init(&b, USB_SPEED_FULL, 5);
	attach(&b);
	for (int ppm = -2500; ppm <= 2500; ppm += 2500) {
		b.w.ppm = ppm;
		fill(&b.w, payload, sizeof(payload));
		token(&b, USB_PID_IN, 3, 1, 3);
		data(&b, USB_PID_DATA0, payload, sizeof(payload), 4);
	}
	play(&b);
	assert_all_heard(&b);
	bench_release(&b);
}

static void packets_back_to_back_are_heard(void **state)
{
	struct bench b;

	(void)state;
	bench_init(&b, USB_SPEED_FULL, 9);
	attach(&b);
	/* Two bit times from SE0 to the next K is the least. USB 2.0 §7.1.18.1. The J of the EOP is one of them. */
	for (int i = 0; i < 500; i++) {
		token(&b, USB_PID_IN, 1, 1, 2);
		handshake(&b, USB_PID_NAK, 2);
	}
	play(&b);
	assert_all_heard(&b);
	bench_release(&b);
}

static void slow_packets_behind_pre_are_heard(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 20; seed++) {
		static const uint8_t pre[] = {0x3c};
		struct bench b;
		uint8_t p[16], payload[8];
		size_t n;

		bench_init(&b, USB_SPEED_FULL, seed);
		attach(&b);
		b.w.jitter_next = 10000;
		b.w.jitter_pair = 5000;
		for (int i = 0; i < 4; i++) {
			token(&b, USB_PID_SOF, 5, 0, 20);
			heard_expect(&b.sent, wave_pre(&b.w, 5 + i), USB_SPEED_FULL, pre, 1);
			n = wave_token(p, USB_PID_IN, 9, 1);
			heard_expect(&b.sent, wave_packet_slow(&b.w, p, n, 1), USB_SPEED_LOW, p, n);
			fill(&b.w, payload, sizeof(payload));
			n = wave_data(p, USB_PID_DATA1, payload, sizeof(payload));
			heard_expect(&b.sent, wave_packet_slow(&b.w, p, n, 1), USB_SPEED_LOW, p, n);
			heard_expect(&b.sent, wave_pre(&b.w, 5), USB_SPEED_FULL, pre, 1);
			n = wave_handshake(p, USB_PID_ACK);
			heard_expect(&b.sent, wave_packet_slow(&b.w, p, n, 4), USB_SPEED_LOW, p, n);
		}
		play(&b);
		assert_all_heard(&b);
		bench_release(&b);
	}
}

/* One damaged packet between two good ones; the flags it must and may have. */
static void check_damage(const uint8_t *bytes, size_t len, uint8_t must, uint8_t may)
{
	struct bench b;

	bench_init(&b, USB_SPEED_FULL, 3);
	attach(&b);
	handshake(&b, USB_PID_ACK, 10);
	wave_packet(&b.w, bytes, len, 10);
	handshake(&b, USB_PID_ACK, 10);
	play(&b);
	assert_int_equal(b.heard.packets, 3);
	assert_int_equal(b.heard.packet[0].flags, 0);
	assert_int_equal(b.heard.packet[1].flags & must, must);
	assert_int_equal(b.heard.packet[1].flags & ~(must | may), 0);
	assert_int_equal(b.heard.packet[2].flags, 0);
	assert_int_equal(b.heard.packet[1].len, len);
	bench_release(&b);
}

static void damage_is_told_apart(void **state)
{
	static uint8_t p[1200];
	uint8_t payload[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	size_t n;

	(void)state;
	n = wave_data(p, USB_PID_DATA0, payload, 8);
	p[4] ^= 0x10;
	check_damage(p, n, WIRE_BAD_CRC, 0);
	n = wave_token(p, USB_PID_IN, 4, 1);
	p[2] ^= 0x80;
	check_damage(p, n, WIRE_BAD_CRC, 0);
	n = wave_handshake(p, USB_PID_ACK);
	p[0] ^= 0x40;
	check_damage(p, n, WIRE_BAD_PID, WIRE_BAD_LENGTH);
	n = wave_handshake(p, USB_PID_NAK);
	p[1] = 0;
	check_damage(p, n + 1, WIRE_BAD_LENGTH, 0);
	check_damage(p, 0, WIRE_BAD_LENGTH, 0);
	memset(p, 0x55, sizeof(p));
	p[0] = 0xc3;
	check_damage(p, 1100, WIRE_BAD_LENGTH, 0);
}

/* Bits that no sender makes: one more than six ones, half a byte. */
static void stuffing_and_eop_are_checked(void **state)
{
	struct bench b;

	(void)state;
	bench_init(&b, USB_SPEED_FULL, 4);
	attach(&b);
	for (int kind = 0; kind < 2; kind++) {
		static const uint8_t sync[] = {0, 1, 0, 1, 0, 1, 0, 0}; /* J is 1 */

		for (int i = 0; i < 8; i++) {
			wave_lines(&b.w, sync[i] ? wave_j(&b.w) : wave_k(&b.w));
			wave_wait(&b.w, wave_bit(&b.w));
		}
		for (int i = 0; i < (kind ? 4 : 12); i++) {
			/* kind 0: K for 12 bits more; kind 1: half a byte of changes */
			wave_lines(&b.w, kind && !(i & 1) ? wave_j(&b.w) : wave_k(&b.w));
			wave_wait(&b.w, wave_bit(&b.w));
		}
		wave_lines(&b.w, WAVE_SE0);
		wave_wait(&b.w, 2 * wave_bit(&b.w));
		wave_lines(&b.w, wave_j(&b.w));
		wave_wait(&b.w, 10 * wave_bit(&b.w));
	}
	play(&b);
	assert_int_equal(b.heard.packets, 2);
	assert_true(b.heard.packet[0].flags & WIRE_BAD_STUFFING);
	assert_true(b.heard.packet[1].flags & WIRE_BAD_EOP);
	assert_false(b.heard.packet[1].flags & WIRE_BAD_STUFFING);
	bench_release(&b);
}

/* A packet whose SE0 never comes: closed after 28 bit times of J, and the next one is whole. */
static void missing_end_costs_one_packet(void **state)
{
	struct bench b;
	uint8_t p[3];

	(void)state;
	bench_init(&b, USB_SPEED_FULL, 4);
	attach(&b);
	wave_token(p, USB_PID_IN, 5, 1);
	wave_packet(&b.w, p, 3, 0);
	/* Take the SE0 back: the last two edges of each wire before J. */
	b.w.wire[0].count -= b.w.wire[0].edge[b.w.wire[0].count - 1].high ? 1 : 0;
	b.w.lines = WAVE_SE0;
	wave_lines(&b.w, WAVE_DP);
	wave_wait(&b.w, 5e6);
	handshake(&b, USB_PID_ACK, 10);
	play(&b);
	assert_int_equal(b.heard.packets, 2);
	assert_int_equal(b.heard.packet[1].flags, 0);
	bench_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_traffic_is_heard),
		cmocka_unit_test(full_speed_is_heard_at_the_limits),
		cmocka_unit_test(low_speed_is_heard_at_the_limits),
		cmocka_unit_test(longest_packet_is_heard),
		cmocka_unit_test(packets_back_to_back_are_heard),
		cmocka_unit_test(slow_packets_behind_pre_are_heard),
		cmocka_unit_test(damage_is_told_apart),
		cmocka_unit_test(stuffing_and_eop_are_checked),
		cmocka_unit_test(missing_end_costs_one_packet),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	batch = true;
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
