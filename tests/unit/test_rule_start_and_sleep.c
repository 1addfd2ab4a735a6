/* R2 and R11: current when the supply comes on, and while the bus sleeps. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sensor_feed.h"

/* Supply on, `idle` until `from` ms, `ma` for `length`, then `idle` again. */
static unsigned start(enum profile_kind kind, unsigned from, unsigned length, double ma,
                      double idle)
{
	struct build b;
	unsigned n;

	feed_powered(&b, kind);
	feed_steady(&b, from, idle);
	feed_steady(&b, length, ma);
	feed_steady(&b, 500, idle);
	n = build_count(&b, "R2");
	if (n) {
		assert_int_equal(build_find(&b, "R2")->weight, WEIGHT_STRONG);
		assert_int_equal(build_find(&b, "R2")->group, GROUP_POWER);
	}
	build_release(&b);
	return n;
}

static void a_radio_starts(void **state)
{
	(void)state;
	assert_int_equal(start(PROFILE_BARE, 160, 40, 300, 75), 1);
	assert_int_equal(start(PROFILE_BARE, 160, 40, 251, 0), 1);
	/* A load about the limit, whose noise crosses it: 150 mA are missing before it, behind it, or both. */
	assert_int_equal(start(PROFILE_BARE, 160, 40, 256, 244), 0);
	assert_int_equal(start(PROFILE_BARE, 160, 40, 300, 151), 0);
	assert_int_equal(start(PROFILE_BARE, 160, 40, 300, 149), 1);
	/* limits: 120 to 220 ms, 25 to 55 ms, 250 mA */
	assert_int_equal(start(PROFILE_BARE, 120, 25, 300, 75), 1);
	assert_int_equal(start(PROFILE_BARE, 219, 55, 300, 75), 1);
	assert_int_equal(start(PROFILE_BARE, 118, 40, 300, 75), 0);
	assert_int_equal(start(PROFILE_BARE, 223, 40, 300, 75), 0);
	assert_int_equal(start(PROFILE_BARE, 160, 23, 300, 75), 0);
	assert_int_equal(start(PROFILE_BARE, 160, 58, 300, 75), 0);
	assert_int_equal(start(PROFILE_BARE, 160, 40, 250, 75), 0); /* less its doubt */
	/* a capacitor, a lamp, a display */
	assert_int_equal(start(PROFILE_BARE, 0, 40, 500, 0), 0);
	assert_int_equal(start(PROFILE_BARE, 0, 1000, 500, 0), 0);
	assert_int_equal(start(PROFILE_BARE, 0, 700, 80, 0), 0);
	assert_int_equal(start(PROFILE_KEYBOARD, 160, 40, 300, 75), 0);
	assert_int_equal(start(PROFILE_DEVICE, 160, 40, 300, 75), 0);
}

static void noise_does_not_hide_it_and_time_counts_from_the_supply(void **state)
{
	struct build b;

	(void)state;
	feed_powered(&b, PROFILE_BARE);
	feed_steady(&b, 160, 75);
	for (unsigned i = 0; i < 40; i++) /* two milliseconds of ten fall below */
		feed_steady(&b, 1, i % 10 < 2 ? 240 : 300);
	feed_steady(&b, 100, 75);
	assert_int_equal(build_count(&b, "R2"), 1);
	build_release(&b);
	/* The same hump, long after. */
	feed_powered(&b, PROFILE_BARE);
	feed_steady(&b, 5000, 0);
	feed_steady(&b, 40, 300);
	feed_steady(&b, 500, 0);
	assert_int_equal(build_count(&b, "R2"), 0);
	/* And again 160 ms after a second start. */
	feed_vbus(&b, false);
	feed_steady(&b, 500, 0);
	feed_vbus(&b, true);
	feed_steady(&b, 160, 0);
	feed_steady(&b, 40, 300);
	feed_steady(&b, 500, 0);
	assert_int_equal(build_count(&b, "R2"), 1);
	build_release(&b);
}

static unsigned asleep(double ma, bool device, bool resumed, enum profile_kind kind)
{
	struct build b;
	unsigned n;

	feed_powered(&b, kind);
	if (device)
		build_device(&b, 0, USB_SPEED_FULL)->configuration = 1;
	feed_steady(&b, 3000, 40);
	build_line(&b, LINE_SUSPEND, USB_SPEED_UNKNOWN);
	feed_steady(&b, 90, 40); /* it may take its time to fall asleep */
	feed_steady(&b, 700, ma);
	if (resumed)
		build_line(&b, LINE_RESUME, USB_SPEED_UNKNOWN);
	feed_steady(&b, 3000, ma);
	n = build_count(&b, "R11");
	if (n)
		assert_true(build_find(&b, "R11")->has_device);
	build_release(&b);
	return n;
}

static void sleep_is_quiet(void **state)
{
	(void)state;
	assert_int_equal(asleep(40, true, false, PROFILE_BARE), 1);
	assert_int_equal(asleep(2.71, true, false, PROFILE_BARE), 1);
	assert_int_equal(asleep(2.69, true, false, PROFILE_BARE), 0); /* less its doubt */
	assert_int_equal(asleep(40, true, true, PROFILE_BARE), 0);
	assert_int_equal(asleep(40, false, false, PROFILE_BARE), 0);
	assert_int_equal(asleep(40, true, false, PROFILE_DEVICE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_radio_starts),
		cmocka_unit_test(noise_does_not_hide_it_and_time_counts_from_the_supply),
		cmocka_unit_test(sleep_is_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
