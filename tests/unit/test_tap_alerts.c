/* Alerts on their two ways: capture/tap_alerts.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "capture/tap_alerts.h"

#define HOLD TAP_ALERTS_HOLD_NS

static struct tap_alerts a;

static int begin(void **state)
{
	(void)state;
	memset(&a, 0xff, sizeof(a));
	tap_alerts_begin(&a);
	return 0;
}

static bool hid(uint16_t sequence, int64_t now_ns)
{
	return tap_alerts_by_hid(&a, &(struct wire_alert){.sequence = sequence}, now_ns);
}

/* 0: dropped; 1: taken; 2: taken, and new. */
static int stream(uint16_t sequence)
{
	bool first = false;

	if (!tap_alerts_in_stream(&a, &(struct wire_alert){.sequence = sequence}, &first))
		return 0;
	return 1 + first;
}

/* Its number; -1 none. */
static int overdue(int64_t now_ns, bool all)
{
	struct wire_alert out;

	return tap_alerts_overdue(&a, now_ns, all, &out) ? out.sequence : -1;
}

static void told_once_whichever_is_first(void **state)
{
	(void)state;
	assert_true(hid(1, 0));
	assert_false(hid(1, 1));
	assert_int_equal(stream(1), 1);
	assert_int_equal(stream(1), 0);
	assert_int_equal(stream(2), 2);
	assert_false(hid(2, 2));
	assert_int_equal(overdue(INT64_MAX, true), -1);
	assert_true(tap_alerts_due(&a) == INT64_MAX);
}

static void the_stream_does_not_bring_it(void **state)
{
	(void)state;
	assert_true(hid(7, 1000));
	assert_true(tap_alerts_due(&a) == 1000 + HOLD);
	assert_int_equal(overdue(999 + HOLD, false), -1);
	assert_int_equal(overdue(1000 + HOLD, false), 7);
	assert_int_equal(overdue(1000 + HOLD, true), -1);
	/* It comes after all. */
	assert_int_equal(stream(7), 0);
	assert_false(hid(7, 2000 + HOLD));
}

static void the_stream_has_passed_it(void **state)
{
	(void)state;
	assert_true(hid(UINT16_MAX, 0));
	assert_true(hid(0, 0));
	assert_true(hid(1, 0));
	assert_int_equal(stream(0), 1);
	assert_int_equal(overdue(1, false), UINT16_MAX);
	assert_int_equal(overdue(1, false), -1);
	assert_int_equal(stream(1), 1);
}

static void all_at_the_end_in_order(void **state)
{
	(void)state;
	assert_true(hid(3, 0));
	assert_true(hid(4, 5));
	assert_int_equal(overdue(6, false), -1);
	assert_int_equal(overdue(6, true), 3);
	assert_int_equal(overdue(6, true), 4);
	assert_int_equal(overdue(6, true), -1);
}

static void more_than_are_held(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < TAP_ALERTS_HELD + 3; i++)
		assert_true(hid(i, 0));
	for (uint16_t i = 0; i < TAP_ALERTS_HELD; i++)
		assert_int_equal(overdue(HOLD, false), i);
	assert_int_equal(overdue(HOLD, true), -1);
	assert_int_equal(stream(TAP_ALERTS_HELD), 2);
}

static void another_boot_counts_anew(void **state)
{
	(void)state;
	assert_int_equal(stream(1), 2);
	assert_true(hid(2, 0));
	tap_alerts_begin(&a);
	assert_int_equal(stream(1), 2);
	assert_true(hid(2, 0));
	assert_int_equal(stream(2), 1);
	for (unsigned i = 0; i < 70000; i++)
		assert_int_equal(stream((uint16_t)(i + 100)), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(told_once_whichever_is_first, begin),
		cmocka_unit_test_setup(the_stream_does_not_bring_it, begin),
		cmocka_unit_test_setup(the_stream_has_passed_it, begin),
		cmocka_unit_test_setup(all_at_the_end_in_order, begin),
		cmocka_unit_test_setup(more_than_are_held, begin),
		cmocka_unit_test_setup(another_boot_counts_anew, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
