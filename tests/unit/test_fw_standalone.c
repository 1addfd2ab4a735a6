/* The verdict of the tap alone, and text told from edges at each rate. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/adc_curve.h"
#include "core/standalone.h"
#include "core/uart_watch.h"

static struct standalone s;
static struct standalone_seen seen;

/* Milliseconds with a current, microamperes; the range is left above 10 mA, as the firmware does it. */
static void run(unsigned ms, uint32_t ua)
{
	while (ms--) {
		if (seen.range == WIRE_RANGE_UA && ua > 10000)
			seen.range = WIRE_RANGE_MA;
		seen.current = (uint16_t)(ADC_CURVE_ZERO + (uint64_t)ua * (seen.range ? 250 : 5) *
		                                                   65536 / 3300 / 1000);
		seen.current_known = true;
		if (standalone_ms(&s, &seen))
			seen.range = WIRE_RANGE_UA;
	}
}

static int start(void **state)
{
	(void)state;
	seen = (struct standalone_seen){.range = WIRE_RANGE_MA};
	standalone_start(&s);
	return 0;
}

static void nothing_is_green_after_ten_seconds(void **state)
{
	(void)state;
	run(9999, 900);
	assert_int_equal(s.colour, STANDALONE_NONE);
	run(1, 900);
	assert_int_equal(s.colour, STANDALONE_GREEN);
	assert_false(s.running);
	seen.text = true;
	run(10, 900);
	assert_int_equal(s.colour, STANDALONE_GREEN);
}

static void current_for_a_second_is_amber(void **state)
{
	static const uint32_t ua[] = {1100, 9000, 11000, 12500, 67000, 400000};

	for (unsigned i = 0; i < sizeof(ua) / sizeof(ua[0]); i++) {
		start(state);
		run(STANDALONE_SETTLE_MS + STANDALONE_CURRENT_MS - 1, ua[i]);
		assert_int_equal(s.colour, STANDALONE_NONE);
		run(3, ua[i]);
		assert_int_equal(s.colour, STANDALONE_AMBER);
	}
	/* In the inrush it is none. */
	start(state);
	run(150, 400000);
	run(STANDALONE_MS, 100);
	assert_int_equal(s.colour, STANDALONE_GREEN);
	/* For less than a second no amber of its own, but not nothing: a beacon's five milliseconds neither. */
	start(state);
	run(1150, 100);
	run(900, 2000);
	assert_int_equal(s.colour, STANDALONE_NONE);
	run(STANDALONE_MS, 100);
	assert_int_equal(s.colour, STANDALONE_AMBER);
	start(state);
	run(5000, 100);
	run(5, 8000);
	assert_int_equal(s.colour, STANDALONE_NONE);
	run(STANDALONE_MS, 100);
	assert_int_equal(s.colour, STANDALONE_AMBER);
}

/* Pushed out of range uA now and then: never a second in a row, but not nothing. */
static void peaks_are_not_nothing(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20 && s.running; i++) {
		run(2, 50000);
		run(498, 100);
		assert_int_not_equal(s.colour, STANDALONE_GREEN);
	}
	run(1, 100);
	assert_int_equal(s.colour, STANDALONE_AMBER);
}

static void a_j_or_text_is_red(void **state)
{
	(void)state;
	seen.j_ms = 9;
	run(500, 100);
	assert_int_equal(s.colour, STANDALONE_NONE);
	seen.j_ms = 10;
	run(1, 100);
	assert_int_equal(s.colour, STANDALONE_RED);
	start(state);
	seen.text = true;
	run(1, 100);
	assert_int_equal(s.colour, STANDALONE_RED);
	/* It never gets better. */
	seen.text = false;
	seen.lost = true;
	run(10000, 100);
	assert_int_equal(s.colour, STANDALONE_RED);
}

static void what_was_not_seen_is_amber(void **state)
{
	bool *const why[] = {&seen.lost, &seen.blind, &seen.failed};

	for (unsigned i = 0; i < 3; i++) {
		start(state);
		*why[i] = true;
		run(1, 100);
		assert_int_equal(s.colour, STANDALONE_AMBER);
	}
	start(state);
	run(300, 100);
	seen.moved = true;
	run(1, 100);
	seen.moved = false;
	run(9699, 100);
	assert_int_equal(s.colour, STANDALONE_AMBER);
	/* While VBUS rises lines may move. */
	start(state);
	seen.moved = true;
	run(100, 100);
	seen.moved = false;
	run(9900, 100);
	assert_int_equal(s.colour, STANDALONE_GREEN);
}

static bool sends(const char *text, double baud, unsigned wire, double off)
{
	static struct uart_watch w;
	double bit = 120e6 / baud * off, t = 12345;
	unsigned level = 1;

	uart_watch_init(&w);
	uart_watch_edge(&w, 1, (enum wire_lines)(1 << wire));
	for (const char *c = text; *c; c++, t += bit) {
		unsigned frame = (unsigned char)*c << 1 | 0x200;

		for (unsigned i = 0; i < 10; i++, t += bit)
			if ((frame >> i & 1) != level) {
				level = frame >> i & 1;
				uart_watch_edge(&w, (uint64_t)t, (enum wire_lines)(level << wire));
			}
	}
	return w.text;
}

static void text_is_told_at_each_rate(void **state)
{
	static const double rates[] = {9600,   19200,  38400,  57600, 74880,
	                               115200, 230400, 460800, 921600};

	(void)state;
	for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		for (unsigned wire = 0; wire < 2; wire++)
			for (int off = -2; off <= 2; off++)
				assert_true(sends(" ets Jan  8 2013,rst cause:1", rates[i], wire,
				                  1 + off / 100.));
	assert_false(sends(" ets Ja", 74880, 1, 1));
	assert_false(
		sends("\x01\x02\x83\x94\xa5\xb6\xc7\xd8\xe9\xfa\x81\x92\x93\x94", 115200, 0, 1));
}

/* Keep-alives, resets, noise: long runs of edges that are no text. */
static void edges_alone_are_no_text(void **state)
{
	static struct uart_watch w;
	uint64_t t = 1;

	(void)state;
	uart_watch_init(&w);
	for (unsigned i = 0; i < 5000; i++) {
		uart_watch_edge(&w, t += 120000 - 160, WIRE_SE0);
		uart_watch_edge(&w, t += 160, WIRE_DM);
	}
	assert_false(w.text);
	srand(7);
	for (unsigned i = 0; i < 20000; i++)
		uart_watch_edge(&w, t += 1 + (unsigned)rand() % 4000,
		                (enum wire_lines)(rand() & 3));
	assert_false(w.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_green_after_ten_seconds, start),
		cmocka_unit_test_setup(current_for_a_second_is_amber, start),
		cmocka_unit_test_setup(peaks_are_not_nothing, start),
		cmocka_unit_test_setup(a_j_or_text_is_red, start),
		cmocka_unit_test_setup(what_was_not_seen_is_amber, start),
		cmocka_unit_test(text_is_told_at_each_rate),
		cmocka_unit_test(edges_alone_are_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
