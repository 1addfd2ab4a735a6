/* What is no packet: attach, reset, suspend, keep-alives, text on one wire, high speed, changes of speed, noise. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/wave/heard.h"

static const double CYCLE = 1e12 / WIRE_TICK_HZ;
static const double US = 1e6, MS = 1e9;

/* All is done twice: word by word, and with whole packets. */
static bool batch;

struct bench {
	struct wave w;
	struct heard heard;
	struct listener l;
};

static void bench_init(struct bench *b, enum usb_speed speed)
{
	wave_init(&b->w, speed, 1);
	heard_init(&b->heard);
	listener_init(&b->l, &b->heard.sink);
	b->l.batch = batch;
}

static void bench_release(struct bench *b)
{
	wave_release(&b->w);
	heard_release(&b->heard);
}

static void lines(struct bench *b, int state, double ps)
{
	wave_lines(&b->w, state);
	wave_wait(&b->w, ps);
}

static uint64_t ticks(double ps)
{
	return (uint64_t)(ps / CYCLE);
}

static void assert_near(uint64_t got, double ps, unsigned limit)
{
	assert_in_range(got, ticks(ps) - limit, ticks(ps) + limit);
}

static void send(struct bench *b, enum usb_pid pid)
{
	uint8_t p[3];
	wave_packet(&b->w, p, wave_token(p, pid, 0, 0), 10);
}

static void life_of_a_device(enum usb_speed speed)
{
	struct bench b;
	double attach, reset, suspend, resume, detach;
	const struct heard_event *e;

	bench_init(&b, speed);
	lines(&b, WAVE_SE0, 3 * MS);
	attach = b.w.now;
	lines(&b, wave_j(&b.w), 2.9 * MS);
	reset = b.w.now;
	lines(&b, WAVE_SE0, 20 * MS);
	lines(&b, wave_j(&b.w), 1 * MS);
	send(&b, USB_PID_SETUP);
	suspend = b.w.now;
	lines(&b, wave_j(&b.w), 6 * MS);
	resume = b.w.now;
	lines(&b, wave_k(&b.w), 20 * MS);
	lines(&b, WAVE_SE0, 1.33 * US);
	lines(&b, wave_j(&b.w), 1 * MS);
	send(&b, USB_PID_IN);
	detach = b.w.now;
	lines(&b, WAVE_SE0, 150 * MS);
	listener_play(&b.l, &b.w, 0, 1000);

	assert_int_equal(b.heard.speed, speed);
	assert_int_equal(heard_count(&b.heard, WIRE_ATTACH), 1);
	assert_near(heard_first(&b.heard, WIRE_ATTACH)->tick, attach, 12);
	assert_int_equal(heard_count(&b.heard, WIRE_RESET), 2); /* the detach begins like one */
	assert_near(heard_first(&b.heard, WIRE_RESET)->tick, reset, 12);
	e = heard_first(&b.heard, WIRE_RESET_END);
	assert_non_null(e);
	assert_near(e->duration, 20 * MS, 12);
	assert_int_equal(heard_count(&b.heard, WIRE_SUSPEND), 1);
	assert_near(heard_first(&b.heard, WIRE_SUSPEND)->tick, suspend, 2000);
	assert_int_equal(heard_count(&b.heard, WIRE_RESUME), 1);
	e = heard_first(&b.heard, WIRE_RESUME);
	assert_near(e->tick, resume, 12);
	assert_near(e->duration, 20 * MS + 1.33 * US, 60);
	assert_int_equal(heard_count(&b.heard, WIRE_DETACH), 1);
	assert_near(heard_first(&b.heard, WIRE_DETACH)->tick, detach, 2000);
	assert_int_equal(heard_count(&b.heard, WIRE_BLIND), 0);
	assert_int_equal(b.heard.packets, 2);
	assert_int_equal(b.heard.packet[0].flags | b.heard.packet[1].flags, 0);
	bench_release(&b);
}

static void life_at_both_speeds(void **state)
{
	(void)state;
	life_of_a_device(USB_SPEED_FULL);
	life_of_a_device(USB_SPEED_LOW);
}

static void keepalives_are_told_from_text(void **state)
{
	struct bench b;

	(void)state;
	bench_init(&b, USB_SPEED_LOW);
	lines(&b, WAVE_SE0, 1 * MS);
	lines(&b, WAVE_DM, 1 * MS);
	for (int i = 0; i < 50; i++) {
		lines(&b, WAVE_SE0, (1.25 + 0.005 * i) * US);
		lines(&b, WAVE_DM, 998.7 * US);
	}
	listener_play(&b.l, &b.w, 0, 1000);
	assert_int_equal(heard_count(&b.heard, WIRE_KEEPALIVE), 50);
	assert_int_equal(heard_count(&b.heard, WIRE_SUSPEND), 0);
	assert_int_equal(b.heard.edges, 1);
	bench_release(&b);
}

/* The first words of the boot log of threats.md, on D- of a device that looks like low speed, and on D+. */
static void boot_log_can_be_read(void **state)
{
	static const char text[] = "\r\n ets Jan  8 2013,rst cause:1, boot mode:(3,7)\r\n";
	static const double bauds[] = {9600, 38400, 57600, 74880, 115200, 921600};

	(void)state;
	for (size_t i = 0; i < sizeof(bauds) / sizeof(bauds[0]); i++)
		for (unsigned wire = 0; wire < 2; wire++) {
			struct bench b;
			char got[100];
			size_t n;

			bench_init(&b, USB_SPEED_LOW);
			lines(&b, WAVE_SE0, 1 * MS);
			lines(&b, wire ? WAVE_DM : WAVE_DP, 4.75 * MS);
			wave_uart(&b.w, wire, bauds[i], text);
			wave_wait(&b.w, 1 * MS);
			listener_play(&b.l, &b.w, 3000, 1000);
			n = heard_uart(&b.heard, wire, bauds[i], got, sizeof(got));
			assert_int_equal(n, sizeof(text) - 1);
			assert_memory_equal(got, text, n);
			assert_int_equal(b.heard.packets, 0);
			bench_release(&b);
		}
}

static void high_speed_is_known_from_silence(void **state)
{
	struct bench b;
	double reset;

	(void)state;
	bench_init(&b, USB_SPEED_FULL);
	lines(&b, WAVE_SE0, 1 * MS);
	lines(&b, WAVE_DP, 110 * MS);
	reset = b.w.now;
	lines(&b, WAVE_SE0, 400 * MS);
	/* It falls back when it is suspended. */
	lines(&b, WAVE_DP, 5 * MS);
	listener_play(&b.l, &b.w, 0, 1000);
	assert_int_equal(heard_count(&b.heard, WIRE_BLIND), 1);
	assert_near(heard_first(&b.heard, WIRE_BLIND)->tick, reset, 12);
	assert_int_equal(heard_count(&b.heard, WIRE_DETACH), 0);
	assert_int_equal(heard_count(&b.heard, WIRE_SIGHTED), 1);
	assert_near(heard_first(&b.heard, WIRE_SIGHTED)->duration, 400 * MS, 20);
	bench_release(&b);
}

static void speed_changes_within_a_run(void **state)
{
	struct bench b;

	(void)state;
	bench_init(&b, USB_SPEED_FULL);
	for (int i = 0; i < 6; i++) {
		b.w.speed = i & 1 ? USB_SPEED_LOW : USB_SPEED_FULL;
		lines(&b, WAVE_SE0, 12 * MS);
		lines(&b, wave_j(&b.w), 3 * MS);
		for (int k = 0; k < 20; k++)
			send(&b, USB_PID_IN);
		wave_wait(&b.w, 0.5 * MS);
	}
	listener_play(&b.l, &b.w, 0, 1000);
	assert_int_equal(b.heard.speed_changes, 6);
	assert_int_equal(b.heard.packets, 120);
	for (size_t i = 0; i < b.heard.packets; i++) {
		assert_int_equal(b.heard.packet[i].flags, 0);
		assert_int_equal(b.heard.packet[i].speed,
		                 (i / 20) & 1 ? USB_SPEED_LOW : USB_SPEED_FULL);
	}
	bench_release(&b);
}

/* Spikes on the data line, of each length: told as a gate at most, and the packets between them are whole. */
static void glitches_cost_nothing_but_themselves(void **state)
{
	struct bench b;
	unsigned heard = 0;

	(void)state;
	bench_init(&b, USB_SPEED_FULL);
	lines(&b, WAVE_SE0, 1 * MS);
	lines(&b, WAVE_DP, 0.1 * MS);
	for (int i = 1; i < 200; i++) {
		lines(&b, i & 1 ? WAVE_DM : WAVE_SE0, i * 3000.0);
		lines(&b, WAVE_DP, 10 * US);
		send(&b, USB_PID_IN);
		wave_wait(&b.w, 5 * US);
	}
	listener_play(&b.l, &b.w, 1000, 1000);
	for (size_t i = 0; i < b.heard.packets; i++)
		heard += !b.heard.packet[i].flags;
	assert_int_equal(heard, 199);
	assert_true(heard_count(&b.heard, WIRE_GATE) > 50);
	bench_release(&b);
}

/* Any edges at all: nothing hangs, and a packet after it is heard. */
static void noise_is_survived(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 30; seed++) {
		struct bench b;

		bench_init(&b, USB_SPEED_FULL);
		b.w.seed = seed;
		lines(&b, WAVE_SE0, 1 * MS);
		lines(&b, WAVE_DP, 3 * MS);
		for (int i = 0; i < 3000; i++)
			lines(&b, (int)(wave_random(&b.w) & 3), wave_random(&b.w) % 200000);
		lines(&b, WAVE_SE0, 12 * MS);
		lines(&b, WAVE_DP, 3 * MS);
		send(&b, USB_PID_SETUP);
		listener_play(&b.l, &b.w, 0, 1000);
		assert_true(b.heard.packets > 0);
		assert_int_equal(b.heard.packet[b.heard.packets - 1].flags, 0);
		bench_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(life_at_both_speeds),
		cmocka_unit_test(keepalives_are_told_from_text),
		cmocka_unit_test(boot_log_can_be_read),
		cmocka_unit_test(high_speed_is_known_from_silence),
		cmocka_unit_test(speed_changes_within_a_run),
		cmocka_unit_test(glitches_cost_nothing_but_themselves),
		cmocka_unit_test(noise_is_survived),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	batch = true;
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
