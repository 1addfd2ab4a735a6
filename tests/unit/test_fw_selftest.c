/* The self-test's steps on a model of the board: what a good one passes, and which part each fault is told as. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/adc_curve.h"
#include "core/sensor.h"
#include "core/selftest.h"

enum { MS = WIRE_TICK_HZ / 1000, TURN = MS / 10, VOLT = 65536 * 10 / 33 };

static struct selftest s;

/* The board, and what is wrong with it. */
static struct {
	uint64_t now, since;
	uint8_t set[16];
	bool driving;
	uint8_t driven, lines, somebody; /* pulled up by somebody else */
	uint8_t stuck_low, stuck_high;
	uint16_t current[2], radio, far_radio, vbus;
	unsigned lose;       /* this packet does not come back; 0 none */
	unsigned damage;     /* this one comes back damaged */
	unsigned drives;     /* how often anything was driven */
	bool refuses_switch; /* the latch has tripped */
	bool keyboard;
} board;

static struct wire_selftest r;

static void see_lines(void)
{
	bool through = board.driving && board.set[WIRE_SET_SWITCH] == WIRE_SWITCH_PROBE;
	uint8_t lines = through ? board.driven : board.somebody;

	lines = (uint8_t)((lines | board.stuck_high) & ~board.stuck_low);
	if (lines != board.lines)
		board.since = board.now;
	board.lines = lines;
}

static void hear(void)
{
	uint8_t bytes[SAMPLE_KEYBOARD_PACKET];
	struct rx_packet p = {.bytes = bytes, .len = s.packet_len};

	if (s.sent == board.lose)
		return;
	memcpy(bytes, s.packet, s.packet_len);
	if (s.sent == board.damage)
		bytes[0] ^= 1;
	selftest_packet(&s, &p);
	if (s.sent == 20)
		s.keyboard = board.keyboard;
}

static void show_bands(void)
{
	uint8_t range = board.set[WIRE_SET_RANGE], input = board.set[WIRE_SET_MUX];
	const uint16_t level[3] = {board.current[range], board.radio,
	                           input == SENSOR_FAR_RADIO ? board.far_radio
	                           : input == 0              ? board.vbus
	                                                     : 0};

	for (uint8_t i = 0; i < 3; i++) {
		const struct wire_band b = {
			.channel = i, .range = i ? 0 : range, .input = i == WIRE_MUX ? input : 0};

		selftest_band(&s, &b, level[i]);
	}
}

static int start(void **state)
{
	(void)state;
	memset(&board, 0, sizeof(board));
	board.current[0] = board.current[1] = ADC_CURVE_ZERO;
	board.radio = board.far_radio = VOLT / 2;
	board.keyboard = true;
	board.now = 5 * MS;
	board.set[WIRE_SET_MUX] = 3;
	board.set[WIRE_SET_PULL_DOWNS] = 1;
	return 0;
}

/* Returns the milliseconds that it took. */
static unsigned run(bool lines)
{
	const struct selftest_before before = {.mux = 3, .pull_downs = 1};
	uint64_t from = board.now, band = board.now + MS;
	struct selftest_action a;

	selftest_start(&s, &before, lines, WIRE_CHECK_FLASH, 0, board.now);
	do {
		const struct selftest_seen seen = {.now = board.now,
		                                   .lines = (enum wire_lines)board.lines,
		                                   .since = board.since};

		assert_true(board.now - from < 3000ull * MS);
		a = selftest_step(&s, &seen);
		switch (a.what) {
		case SELFTEST_SET:
			if (board.refuses_switch && a.setting == WIRE_SET_SWITCH && a.value)
				selftest_refused(&s);
			else
				board.set[a.setting] = a.value;
			break;
		case SELFTEST_DRIVE:
			/* Nothing is driven against somebody, nor without the pull-downs that show whether there is one. */
			assert_int_equal(board.somebody, 0);
			assert_int_equal(board.set[WIRE_SET_PULL_DOWNS], 3);
			board.driving = true;
			board.driven = a.value;
			board.drives++;
			break;
		case SELFTEST_RELEASE:
			board.driving = false;
			break;
		case SELFTEST_SEND:
			hear();
			break;
		default:
			break;
		}
		see_lines();
		if (board.now >= band) {
			band += MS;
			show_bands();
		}
		board.now += TURN;
	} while (a.what != SELFTEST_DONE);
	assert_false(s.running);
	assert_false(board.driving);
	assert_int_equal(board.set[WIRE_SET_SWITCH], WIRE_SWITCH_OPEN);
	assert_int_equal(board.set[WIRE_SET_RANGE], WIRE_RANGE_MA);
	assert_int_equal(board.set[WIRE_SET_MUX], 3);
	assert_int_equal(board.set[WIRE_SET_PULL_DOWNS], 1);
	r = s.result;
	return (unsigned)((board.now - from) / MS);
}

static void a_good_board_passes(void **state)
{
	(void)state;
	assert_true(run(false) < 20);
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.ran,
	                 WIRE_CHECK_FLASH | WIRE_CHECK_CURRENT | WIRE_CHECK_RADIO | WIRE_CHECK_MUX);
	assert_int_equal(board.drives, 0);
	run(true);
	assert_int_equal(r.failed, 0);
	assert_true(r.ran & WIRE_CHECK_LISTEN);
	assert_int_equal(r.detail >> SELFTEST_SENT_SHIFT, 69);
	assert_int_equal(r.detail >> SELFTEST_READ_SHIFT & 0xff, 69);
	assert_int_equal(r.detail & 0xffff, 0);
}

static void each_sensor_at_its_limits(void **state)
{
	static const uint16_t off = VOLT * 6 / 100;
	const struct {
		uint16_t *level, good, bad, check, detail;
	} table[] = {
		{&board.current[0], ADC_CURVE_ZERO + off, ADC_CURVE_ZERO + off + 1,
	         WIRE_CHECK_CURRENT, SELFTEST_RANGE_MA},
		{&board.current[0], ADC_CURVE_ZERO - off, ADC_CURVE_ZERO - off - 1,
	         WIRE_CHECK_CURRENT, SELFTEST_RANGE_MA},
		{&board.current[1], ADC_CURVE_ZERO + off, 65535, WIRE_CHECK_CURRENT,
	         SELFTEST_RANGE_UA},
		{&board.current[1], ADC_CURVE_ZERO - off, 0, WIRE_CHECK_CURRENT, SELFTEST_RANGE_UA},
		{&board.radio, VOLT / 5, VOLT / 5 - 1, WIRE_CHECK_RADIO, 0},
		{&board.radio, 2 * VOLT, 2 * VOLT + 1, WIRE_CHECK_RADIO, 0},
		{&board.vbus, VOLT / 4, VOLT / 4 + 1, WIRE_CHECK_MUX, SELFTEST_MUX_VBUS},
		{&board.far_radio, VOLT / 5, VOLT / 5 - 1, WIRE_CHECK_MUX, SELFTEST_MUX_RADIO},
		{&board.far_radio, 2 * VOLT, 2 * VOLT + 1, WIRE_CHECK_MUX, SELFTEST_MUX_RADIO},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		start(state);
		*table[i].level = table[i].good;
		run(false);
		assert_int_equal(r.failed, 0);
		*table[i].level = table[i].bad;
		run(false);
		assert_int_equal(r.failed, table[i].check);
		assert_int_equal(r.detail, table[i].detail);
	}
}

static void each_wire(void **state)
{
	static const struct {
		uint8_t low, high;
	} table[] = {
		{1, 0}, {2, 0}, {3, 0}, {0, 1}, {0, 2},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		start(state);
		run(true);
		assert_int_equal(r.failed, 0);
		/* What is stuck high looks like a device, and is left alone. */
		board.stuck_low = table[i].low;
		board.stuck_high = table[i].high;
		see_lines();
		run(true);
		if (table[i].high) {
			assert_int_equal(r.failed, 0);
			assert_false(r.ran & WIRE_CHECK_LISTEN);
			assert_int_equal(r.detail, SELFTEST_IN_USE);
			continue;
		}
		assert_int_equal(r.failed, WIRE_CHECK_LISTEN);
		/* The first one that does not follow is told: nothing is driven after that. */
		assert_int_equal(r.detail, table[i].low & 1 ? SELFTEST_DP : SELFTEST_DM);
	}
}

static void each_packet_counts(void **state)
{
	for (unsigned n = 1; n <= 69; n++) {
		start(state);
		board.lose = n;
		run(true);
		assert_int_equal(r.failed, WIRE_CHECK_LISTEN);
		assert_int_equal(r.detail & 0xffff,
		                 SELFTEST_PACKETS | (n == 20 ? SELFTEST_KEYBOARD : 0));
		assert_int_equal(r.detail >> SELFTEST_READ_SHIFT & 0xff, 68);
		board.lose = 0;
		board.damage = n;
		run(true);
		assert_int_equal(r.failed, WIRE_CHECK_LISTEN);
		assert_int_equal(r.detail & 0xffff, SELFTEST_PACKETS);
	}
	start(state);
	board.keyboard = false;
	run(true);
	assert_int_equal(r.failed, WIRE_CHECK_LISTEN);
	assert_int_equal(r.detail & 0xffff, SELFTEST_KEYBOARD);
}

static void what_is_in_use_is_left_alone(void **state)
{
	(void)state;
	board.somebody = WIRE_DM;
	see_lines();
	run(true);
	assert_int_equal(board.drives, 0);
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.detail, SELFTEST_IN_USE);
	start(state);
	/* A supply of somebody's, at both ends of what one may have: its current is no zero. */
	for (unsigned high = 0; high < 2; high++) {
		start(state);
		board.vbus = high ? VOLT * 11 / 4 : 2 * VOLT;
		board.current[0] = board.current[1] = 60000;
		run(true);
		assert_int_equal(board.drives, 0);
		assert_int_equal(r.failed, 0);
		assert_int_equal(r.detail, SELFTEST_IN_USE);
		assert_false(r.ran & (WIRE_CHECK_LISTEN | WIRE_CHECK_CURRENT));
		run(false);
		assert_int_equal(r.failed, 0);
		assert_int_equal(r.ran, WIRE_CHECK_FLASH | WIRE_CHECK_RADIO | WIRE_CHECK_MUX);
	}
	start(state);
	board.vbus = VOLT * 11 / 4 + 1;
	run(true);
	assert_int_equal(board.drives, 0);
	assert_int_equal(r.failed, WIRE_CHECK_MUX);
	assert_int_equal(r.detail, SELFTEST_MUX_VBUS | SELFTEST_IN_USE);
	start(state);
	board.refuses_switch = true;
	run(true);
	assert_int_equal(r.failed, WIRE_CHECK_LISTEN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_good_board_passes, start),
		cmocka_unit_test_setup(each_sensor_at_its_limits, start),
		cmocka_unit_test_setup(each_wire, start),
		cmocka_unit_test_setup(each_packet_counts, start),
		cmocka_unit_test_setup(what_is_in_use_is_left_alone, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
