/* The core's share of time awake: the arithmetic, across the ends of both counters. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/cpu_share.h"

enum { PERIOD = 12000000, SLEEP = 30000, SLEEPS = PERIOD / SLEEP };

/* A period from `now` on, of which `asleep` of each SLEEP cycles are slept. */
static uint16_t period(struct cpu_share *c, uint32_t now, uint16_t asleep)
{
	for (uint32_t i = 0; i < SLEEPS; i++) {
		uint16_t from = (uint16_t)(now + i * SLEEP);

		cpu_share_slept(c, from, (uint16_t)(from + asleep));
	}
	cpu_share_next(c, now + PERIOD);
	return c->share;
}

static void share_is_of_the_last_period(void **state)
{
	struct cpu_share c;

	(void)state;
	cpu_share_init(&c, 1000);
	assert_int_equal(c.share, 0);
	assert_int_equal(period(&c, 1000, SLEEP), 0);
	assert_int_equal(period(&c, 1000 + PERIOD, 0), UINT16_MAX);
	assert_int_equal(period(&c, 1000 + 2 * PERIOD, SLEEP / 5), 52428);
	/* In the middle of the next one nothing has changed. */
	cpu_share_slept(&c, 0, SLEEP);
	assert_int_equal(c.share, 52428);
}

/* 32 bits of ticks end after 35 s, the cycles' 16 bits within each third sleep: at every place of a period. */
static void counters_wrap(void **state)
{
	(void)state;
	for (uint32_t before = 0; before <= PERIOD; before += PERIOD / 96) {
		struct cpu_share c;

		cpu_share_init(&c, 0 - before);
		assert_int_equal(period(&c, 0 - before, SLEEP / 4), 49151);
		assert_int_equal(period(&c, PERIOD - before, SLEEP / 2), 32768);
	}
}

static void longest_sleep(void **state)
{
	struct cpu_share c;

	(void)state;
	cpu_share_init(&c, 0);
	cpu_share_slept(&c, 7, 6);
	cpu_share_next(&c, 2 * 65535);
	assert_int_equal(c.share, 32768);
}

/* The whole range of a period: 64 bits hold what comes between. */
static void longest_period(void **state)
{
	struct cpu_share c;

	(void)state;
	cpu_share_init(&c, 5);
	cpu_share_next(&c, 4);
	assert_int_equal(c.share, UINT16_MAX);
}

static void ends_of_what_is_possible(void **state)
{
	struct cpu_share c;

	(void)state;
	cpu_share_init(&c, 0);
	/* The clocks are read apart: more sleep than time is all of it. */
	cpu_share_slept(&c, 0, 1004);
	cpu_share_next(&c, 1000);
	assert_int_equal(c.share, 0);
	cpu_share_next(&c, 2000);
	assert_int_equal(c.share, UINT16_MAX);
	/* No time at all: what was known stays, and nothing is divided by it. */
	cpu_share_next(&c, 2000);
	assert_int_equal(c.share, UINT16_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(share_is_of_the_last_period),
		cmocka_unit_test(counters_wrap),
		cmocka_unit_test(longest_sleep),
		cmocka_unit_test(longest_period),
		cmocka_unit_test(ends_of_what_is_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
