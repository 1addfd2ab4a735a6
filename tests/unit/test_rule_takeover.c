/* R8: lines that are switched over while the load stays, and plugs that are pulled. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sensor_feed.h"

struct swap {
	double load, gap_load, after_load;
	enum usb_speed before, after;
	bool blind, supply_breaks, declared_again;
	unsigned gap_ms;
};

static unsigned swap(struct swap x, enum profile_kind kind)
{
	struct model_device *d;
	struct build b;
	unsigned n;

	feed_powered(&b, kind);
	b.p.has_hash = true;
	memset(b.p.structure_sha256, 7, sizeof(b.p.structure_sha256));
	build_line(&b, LINE_ATTACH, x.before);
	if (x.blind)
		build_line(&b, LINE_BLIND, USB_SPEED_UNKNOWN);
	feed_steady(&b, 2000, x.load);
	build_line(&b, x.blind ? LINE_SIGHTED : LINE_DETACH, USB_SPEED_UNKNOWN);
	feed_steady(&b, x.gap_ms / 2, x.gap_load);
	if (x.supply_breaks) {
		feed_vbus(&b, false);
		feed_vbus(&b, true);
	}
	feed_steady(&b, x.gap_ms / 2, x.gap_load);
	build_line(&b, LINE_ATTACH, x.after);
	feed_steady(&b, 400, x.after_load);
	d = build_device(&b, 0, x.after);
	build_hashed_fill(&b, d, x.declared_again ? 7 : 9);
	feed_steady(&b, 1000, x.after_load);
	n = build_count(&b, "R8");
	if (n) {
		assert_int_equal(build_find(&b, "R8")->weight, WEIGHT_DECISIVE);
		assert_int_equal(build_find(&b, "R8")->group, GROUP_PRESENCE);
	}
	build_release(&b);
	return n;
}

#define FS USB_SPEED_FULL
#define LS USB_SPEED_LOW

static void lines_switched_over(void **state)
{
	const struct swap full_to_low = {500, 490, 510, FS, LS, false, false, false, 250};
	struct swap x = full_to_low;

	(void)state;
	assert_int_equal(swap(x, PROFILE_DEVICE), 1);
	assert_int_equal(swap(x, PROFILE_KEYBOARD), 1);
	assert_int_equal(swap(x, PROFILE_BARE), 0);
	assert_int_equal(swap(x, PROFILE_HOST), 0);
	x.blind = true;
	x.gap_ms = 10;
	assert_int_equal(swap(x, PROFILE_DEVICE), 1);
	/* High speed, then another that stays at full speed; and the declared one that does. */
	x.after = FS;
	assert_int_equal(swap(x, PROFILE_DEVICE), 1);
	x.declared_again = true;
	assert_int_equal(swap(x, PROFILE_DEVICE), 0);
	/* Limits of the load: 20 %, and 5 mA. */
	x = full_to_low;
	x.gap_load = 405;
	assert_int_equal(swap(x, PROFILE_DEVICE), 1);
	x.gap_load = 395;
	assert_int_equal(swap(x, PROFILE_DEVICE), 0);
	x = (struct swap){4.9, 4.9, 4.9, FS, LS, false, false, false, 250};
	assert_int_equal(swap(x, PROFILE_DEVICE), 0);
	x.load = x.gap_load = x.after_load = 5.1;
	assert_int_equal(swap(x, PROFILE_DEVICE), 1);
}

static void plugs_pulled(void **state)
{
	struct swap x = {12, 0, 12, FS, LS, false, false, false, 1000};

	(void)state;
	assert_int_equal(swap(x, PROFILE_KEYBOARD), 0);
	x.gap_load = 12;
	x.after_load = 0;
	assert_int_equal(swap(x, PROFILE_KEYBOARD), 0);
	x.after_load = 12;
	x.supply_breaks = true;
	assert_int_equal(swap(x, PROFILE_KEYBOARD), 0);
	/* The same speed again, as of a phone that changes its mode; and long after. */
	x = (struct swap){500, 500, 500, FS, FS, false, false, false, 300};
	assert_int_equal(swap(x, PROFILE_DEVICE), 0);
	x = (struct swap){500, 500, 500, FS, LS, false, false, false, 10100};
	assert_int_equal(swap(x, PROFILE_DEVICE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_switched_over),
		cmocka_unit_test(plugs_pulled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
