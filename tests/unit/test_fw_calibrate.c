/* Measuring for the calibration, on a model of the board: what is kept, and why the rest is not. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/calibrate.h"

enum { MS = WIRE_TICK_HZ / 1000, VOLT = 65536 * 10 / 33 };

static struct calibrate c;

static struct board {
	uint8_t set[16];
	uint64_t now;
	int32_t off[2];     /* counts times 16 */
	unsigned gain[2];   /* thousandths */
	uint32_t ua, noise; /* of the current; counts from one millisecond to the next */
	unsigned lines_busy_ms, vbus_lost_ms, range_left_ms; /* at so many ms; 0 never */
	bool no_bands, refuses;
} board;

static int start(void **state)
{
	(void)state;
	board = (struct board){.gain = {1000, 1000}, .now = 77};
	board.set[WIRE_SET_PULL_DOWNS] = 1;
	return 0;
}

static void show_band(unsigned ms)
{
	uint8_t range = board.set[WIRE_SET_RANGE];
	int64_t v = ADC_CURVE_ZERO + board.off[range];
	const struct wire_band b = {.channel = WIRE_CURRENT, .range = range},
			       other = {.channel = WIRE_RADIO};

	if (board.set[WIRE_SET_VBUS])
		v += (int64_t)board.ua * board.gain[range] * (range ? 250 : 5) * 65536 / 3300 /
		     1000000;
	v += ms % 2 ? board.noise : 0;
	if (!board.no_bands)
		calibrate_band(&c, &b, (uint16_t)(v > UINT16_MAX ? UINT16_MAX : v));
	calibrate_band(&c, &other, 60000);
}

static enum wire_error run(enum wire_calibrate_what what, enum wire_range range, uint32_t na,
                           const struct calibration *newest, unsigned *took_ms)
{
	const struct wire_calibrate command = {
		.what = (uint8_t)what, .range = (uint8_t)range, .current_na = na};
	enum wire_error error = calibrate_start(&c, &command, newest, 1, board.now);
	struct calibrate_action a = {0};
	unsigned ms = 0;

	if (error)
		return error;
	while (a.what != CALIBRATE_DONE) {
		struct calibrate_seen seen = {.now = board.now,
		                              .range = (enum wire_range)board.set[WIRE_SET_RANGE],
		                              .lines_free = true};

		assert_true(ms < 10000);
		if (board.lines_busy_ms && ms >= board.lines_busy_ms)
			seen.lines_free = false;
		if (board.vbus_lost_ms && ms >= board.vbus_lost_ms)
			board.set[WIRE_SET_VBUS] = 0;
		seen.vbus = board.set[WIRE_SET_VBUS];
		if (board.range_left_ms && ms >= board.range_left_ms)
			seen.range = WIRE_RANGE_MA;
		a = calibrate_step(&c, &seen);
		if (a.what == CALIBRATE_SET && board.refuses && a.value &&
		    a.setting == WIRE_SET_VBUS)
			calibrate_refused(&c);
		else if (a.what == CALIBRATE_SET)
			board.set[a.setting] = a.value;
		/* The inrush does not go through the 10 ohm. */
		if (a.what == CALIBRATE_SET && a.setting == WIRE_SET_VBUS && a.value)
			assert_int_equal(board.set[WIRE_SET_RANGE], WIRE_RANGE_MA);
		board.now += MS;
		show_band(++ms);
	}
	assert_false(c.running);
	assert_int_equal(board.set[WIRE_SET_VBUS], 0);
	assert_int_equal(board.set[WIRE_SET_RANGE], WIRE_RANGE_MA);
	assert_int_equal(board.set[WIRE_SET_PULL_DOWNS], 1);
	if (took_ms)
		*took_ms = ms;
	return WIRE_OK;
}

static const struct calibration none;

static void zero_and_slopes_of_a_board_that_is_off(void **state)
{
	struct calibration kept;
	unsigned ms;

	(void)state;
	board.off[0] = 700;
	board.off[1] = -150;
	board.gain[0] = 1040;
	board.gain[1] = 955;
	assert_int_equal(run(WIRE_CALIBRATE_ZERO, 0, 0, &none, &ms), WIRE_OK);
	assert_int_equal(c.reason, WIRE_CALIBRATE_KEPT);
	assert_in_range(ms, 2500, 2700);
	assert_int_equal(c.next.curve[0].zero, ADC_CURVE_ZERO + 700);
	assert_int_equal(c.next.curve[1].zero, ADC_CURVE_ZERO - 150);
	assert_int_equal(c.next.curve[0].slope, ADC_CURVE_ONE);
	kept = c.next;
	kept.id = 1;
	board.ua = 100000;
	assert_int_equal(run(WIRE_CALIBRATE_SLOPE, WIRE_RANGE_MA, 100000000, &kept, &ms), WIRE_OK);
	assert_int_equal(c.reason, WIRE_CALIBRATE_KEPT);
	assert_true(ms < 1700);
	assert_in_range(c.next.curve[0].slope, 15752, 15756); /* 16384 / 1.04 = 15753.8 */
	assert_int_equal(c.next.curve[0].zero, kept.curve[0].zero);
	assert_memory_equal(&c.next.curve[1], &kept.curve[1], sizeof(kept.curve[1]));
	board.ua = 1000;
	assert_int_equal(run(WIRE_CALIBRATE_SLOPE, WIRE_RANGE_UA, 1000000, &kept, NULL), WIRE_OK);
	assert_in_range(c.next.curve[1].slope, 17152, 17160); /* 16384 / 0.955 = 17156.0 */
	/* And it corrects what is measured: 1 mA in range uA is 0.25 V above zero. */
	assert_in_range(adc_corrected(&c.next.curve[1],
	                              (uint16_t)(ADC_CURVE_ZERO - 150 + VOLT * 955 / 4000)),
	                ADC_CURVE_ZERO + VOLT / 4 - 4, ADC_CURVE_ZERO + VOLT / 4 + 4);
}

static void what_is_asked_for_must_make_sense(void **state)
{
	const struct calibration kept = {
		.id = 5,
		.curve = {{ADC_CURVE_ZERO, ADC_CURVE_ONE}, {ADC_CURVE_ZERO, ADC_CURVE_ONE}}};
	static const struct {
		enum wire_range range;
		uint32_t na;
		enum wire_error error;
	} table[] = {
		{WIRE_RANGE_MA, 9900000, WIRE_E_VALUE},
		{WIRE_RANGE_MA, 10100000, WIRE_OK},
		{WIRE_RANGE_MA, 559000000, WIRE_OK},
		{WIRE_RANGE_MA, 561000000, WIRE_E_VALUE},
		{WIRE_RANGE_UA, 198000, WIRE_E_VALUE},
		{WIRE_RANGE_UA, 202000, WIRE_OK},
		{WIRE_RANGE_UA, 9990000, WIRE_OK},
		{WIRE_RANGE_UA, 10010000, WIRE_E_VALUE},
		{WIRE_RANGE_MA, UINT32_MAX, WIRE_E_VALUE},
		{WIRE_RANGE_UA, UINT32_MAX, WIRE_E_VALUE},
		{2, 1000000, WIRE_E_VALUE},
		{255, 1000000, WIRE_E_VALUE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		board.ua = table[i].na / 1000;
		assert_int_equal(
			run(WIRE_CALIBRATE_SLOPE, table[i].range, table[i].na, &kept, NULL),
			table[i].error);
		if (!table[i].error)
			assert_int_equal(c.reason, WIRE_CALIBRATE_KEPT);
	}
	assert_int_equal(run(WIRE_CALIBRATE_SLOPE, 0, 100000000, &none, NULL), WIRE_E_STATE);
	assert_int_equal(run(WIRE_CALIBRATE_READ, 0, 0, &none, NULL), WIRE_E_VALUE);
	assert_int_equal(run((enum wire_calibrate_what)3, 0, 0, &none, NULL), WIRE_E_VALUE);
}

static void zero_at_its_limits(void **state)
{
	static const struct {
		int32_t off[2];
		enum wire_calibrate_reason reason;
	} table[] = {
		{{CALIBRATION_ZERO_OFF_MA, CALIBRATION_ZERO_OFF_UA}, WIRE_CALIBRATE_KEPT},
		{{-CALIBRATION_ZERO_OFF_MA, -CALIBRATION_ZERO_OFF_UA}, WIRE_CALIBRATE_KEPT},
		{{CALIBRATION_ZERO_OFF_MA + 1, 0}, WIRE_CALIBRATE_IMPOSSIBLE},
		{{0, CALIBRATION_ZERO_OFF_UA + 1}, WIRE_CALIBRATE_IMPOSSIBLE},
		{{-CALIBRATION_ZERO_OFF_MA - 1, 0}, WIRE_CALIBRATE_IMPOSSIBLE},
		{{0, -CALIBRATION_ZERO_OFF_UA - 1}, WIRE_CALIBRATE_IMPOSSIBLE},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		start(state);
		board.off[0] = table[i].off[0];
		board.off[1] = table[i].off[1];
		assert_int_equal(run(WIRE_CALIBRATE_ZERO, 0, 0, &none, NULL), WIRE_OK);
		assert_int_equal(c.reason, table[i].reason);
	}
}

static void each_thing_that_goes_wrong(void **state)
{
	const struct calibration kept = {
		.id = 5,
		.curve = {{ADC_CURVE_ZERO, ADC_CURVE_ONE}, {ADC_CURVE_ZERO, ADC_CURVE_ONE}}};

	/* A cable that sleeps at 70 uA is told in range uA alone; one of 60 mA in the first. */
	board.ua = 70;
	run(WIRE_CALIBRATE_ZERO, 0, 0, &none, NULL);
	assert_int_equal(c.reason, WIRE_CALIBRATE_IMPOSSIBLE);
	assert_true(c.measured[1] > 0);
	start(state);
	board.ua = 60000;
	run(WIRE_CALIBRATE_ZERO, 0, 0, &none, NULL);
	assert_int_equal(c.reason, WIRE_CALIBRATE_IMPOSSIBLE);
	assert_int_equal(c.measured[1], 0);
	/* 198 counts are 10 mV: as much as a quiet board moves, and no more. */
	start(state);
	board.noise = 65536 * 10 / 3300;
	run(WIRE_CALIBRATE_ZERO, 0, 0, &none, NULL);
	assert_int_equal(c.reason, WIRE_CALIBRATE_KEPT);
	board.noise++;
	run(WIRE_CALIBRATE_ZERO, 0, 0, &none, NULL);
	assert_int_equal(c.reason, WIRE_CALIBRATE_UNSTEADY);
	start(state);
	board.no_bands = true;
	run(WIRE_CALIBRATE_ZERO, 0, 0, &none, NULL);
	assert_int_equal(c.reason, WIRE_CALIBRATE_UNSTEADY);
	for (unsigned ms = 600; ms < 2500; ms += 100) {
		start(state);
		board.lines_busy_ms = ms;
		run(WIRE_CALIBRATE_ZERO, 0, 0, &none, NULL);
		assert_int_equal(c.reason, WIRE_CALIBRATE_IN_USE);
		start(state);
		board.vbus_lost_ms = ms;
		run(WIRE_CALIBRATE_ZERO, 0, 0, &none, NULL);
		assert_int_equal(c.reason, WIRE_CALIBRATE_TRIPPED);
	}
	start(state);
	board.range_left_ms = 1700;
	run(WIRE_CALIBRATE_ZERO, 0, 0, &none, NULL);
	assert_int_equal(c.reason, WIRE_CALIBRATE_TRIPPED);
	start(state);
	board.refuses = true;
	run(WIRE_CALIBRATE_ZERO, 0, 0, &none, NULL);
	assert_int_equal(c.reason, WIRE_CALIBRATE_TRIPPED);
	/* Another resistor than was told; none at all. */
	start(state);
	board.ua = 88000;
	run(WIRE_CALIBRATE_SLOPE, 0, 100000000, &kept, NULL);
	assert_int_equal(c.reason, WIRE_CALIBRATE_IMPOSSIBLE);
	board.ua = 0;
	run(WIRE_CALIBRATE_SLOPE, 0, 100000000, &kept, NULL);
	assert_int_equal(c.reason, WIRE_CALIBRATE_IMPOSSIBLE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(zero_and_slopes_of_a_board_that_is_off, start),
		cmocka_unit_test_setup(what_is_asked_for_must_make_sense, start),
		cmocka_unit_test_setup(zero_at_its_limits, start),
		cmocka_unit_test_setup(each_thing_that_goes_wrong, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
