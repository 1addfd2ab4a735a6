/* R16, R17, R18: resistance of the data wires, CC pins, dangerous voltages; and what the seller claims. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sensor_feed.h"

#define OPEN (-1.0)

static void path(struct build *b, enum wire_path which, double ohm)
{
	struct record r = {.kind = RECORD_DC_PATH};

	r.dc_path.path = which;
	r.dc_path.open = ohm < 0;
	r.dc_path.resistance_uohm = ohm < 0 ? 0 : (uint32_t)(ohm * 1e6);
	feed_record(b, &r, b->t_ns);
}

static unsigned paths(const char *claim, double dp, double dm, const char *words)
{
	struct build b;
	unsigned n;

	feed_powered(&b, PROFILE_BARE);
	if (claim)
		feed_text(&b, RECORD_CLAIM, claim);
	for (unsigned i = 0; i < 3; i++) { /* said once, however often it is measured */
		path(&b, WIRE_PATH_DP, dp);
		path(&b, WIRE_PATH_DM, dm);
		path(&b, WIRE_PATH_VBUS, 5);
		path(&b, WIRE_PATH_GROUND, 5);
	}
	n = build_count(&b, "R16");
	if (n) {
		assert_int_equal(build_find(&b, "R16")->weight, WEIGHT_MEDIUM);
		assert_non_null(strstr(build_find(&b, "R16")->text, words));
	}
	build_release(&b);
	return n;
}

static void copper_and_what_is_not(void **state)
{
	(void)state;
	assert_int_equal(paths("data=yes", 0.2, 0.6, ""), 0);
	assert_int_equal(paths("data=yes", 3.0, 3.0, ""), 0);
	assert_int_equal(paths("data=yes", 3.1, 3.0, "D+ has 3.1 ohm"), 1);
	assert_int_equal(paths("data=yes", 4.5, 10.6, "D- has 10.6 ohm"), 1);
	assert_int_equal(paths("data=yes", 0.2, 1.3, "differ by 1.1 ohm"), 1);
	assert_int_equal(paths("data=yes", 0.2, 1.1, ""), 0);
	assert_int_equal(paths("data=yes", OPEN, OPEN, "sold as a data cable"), 1);
	assert_int_equal(paths("data=true", OPEN, 0.3, "D+ is not joined"), 1);
	assert_int_equal(paths("data=no", OPEN, OPEN, ""), 0);
	assert_int_equal(paths("data=0", OPEN, OPEN, ""), 0);
	assert_int_equal(paths("data=perhaps", OPEN, OPEN, "fine in a charging cable"), 1);
	assert_int_equal(paths("data:no", OPEN, OPEN, "fine in a charging cable"), 1);
	assert_int_equal(paths("datacable=no", OPEN, OPEN, "fine in a charging cable"), 1);
	assert_int_equal(paths(NULL, OPEN, OPEN, "fine in a charging cable"), 1);
	/* A charging cable's lines need not be copper, but what is there has to be. */
	assert_int_equal(paths("data=no", 4.5, 4.5, "ohm"), 1);
}

static void one_wire_alone_says_nothing(void **state)
{
	struct build b;

	(void)state;
	feed_powered(&b, PROFILE_BARE);
	path(&b, WIRE_PATH_DP, 9);
	assert_int_equal(build_count(&b, "R16"), 0);
	path(&b, WIRE_PATH_DM, 9);
	assert_int_equal(build_count(&b, "R16"), 1);
	build_release(&b);
	feed_powered(&b, PROFILE_KEYBOARD);
	path(&b, WIRE_PATH_DP, 9);
	path(&b, WIRE_PATH_DM, 9);
	assert_int_equal(build_count(&b, "R16"), 0);
	build_release(&b);
}

static unsigned cc(const char *claim, uint16_t cc1, uint16_t cc2, unsigned readings, uint8_t flags)
{
	struct build b;
	unsigned n;

	feed_powered(&b, PROFILE_BARE);
	feed_text(&b, RECORD_CLAIM, claim);
	for (unsigned i = 0; i < readings; i++) {
		struct record r = {.kind = RECORD_CC, .flags = flags, .cc = {cc1, cc2}};

		feed_record(&b, &r, b.t_ns);
	}
	n = build_count(&b, "R17");
	if (n)
		assert_int_equal(build_find(&b, "R17")->weight, WEIGHT_WEAK);
	build_release(&b);
	return n;
}

static void pins_against_the_claim(void **state)
{
	(void)state;
	assert_int_equal(cc("emarker=yes", 3300, 90, 5, 0), 0);
	assert_int_equal(cc("emarker=yes", 410, 90, 5, 0), 0);
	assert_int_equal(cc("emarker=yes", 3300, 3300, 5, 0), 1);
	assert_int_equal(cc("emarker=yes", 410, 3300, 5, 0), 1);
	assert_int_equal(cc("emarker=no", 3300, 90, 5, 0), 1);
	assert_int_equal(cc("emarker=no", 3300, 3300, 5, 0), 0);
	assert_int_equal(cc("emarker=no", 410, 3300, 5, 0), 0);
	assert_int_equal(cc("brand=x", 3300, 90, 5, 0), 0);
	assert_int_equal(cc("brand=x", 410, 410, 5, 0), 1);
	assert_int_equal(cc("emarker=no", 3300, 90, 2, 0), 0);
	assert_int_equal(cc("emarker=no", 3300, 90, 5, RECORD_PORT_FAR), 0);
}

static void a_strike(void **state)
{
	struct build b;
	struct record alert = {.kind = RECORD_ALERT, .alert.what = WIRE_ALERT_OVERVOLTAGE};

	(void)state;
	feed_powered(&b, PROFILE_DEVICE);
	feed_setting(&b, WIRE_SET_VBUS, WIRE_BY_COMMAND, 1);
	feed_setting(&b, WIRE_SET_OVERVOLTAGE, WIRE_BY_COMMAND, 0);
	assert_int_equal(build_count(&b, "R18"), 0);
	feed_setting(&b, WIRE_SET_OVERVOLTAGE, WIRE_BY_HARDWARE, 1);
	feed_record(&b, &alert, b.t_ns);
	assert_int_equal(build_count(&b, "R18"), 1);
	assert_int_equal(build_find(&b, "R18")->weight, WEIGHT_DECISIVE);
	assert_int_equal(build_find(&b, "R18")->group, GROUP_LINE);
	build_release(&b);
	feed_powered(&b, PROFILE_BARE);
	alert.alert.what = WIRE_ALERT_VBUS_FAULT;
	feed_record(&b, &alert, b.t_ns);
	assert_int_equal(build_count(&b, "R18"), 0);
	alert.alert.what = WIRE_ALERT_OVERVOLTAGE;
	feed_record(&b, &alert, b.t_ns);
	assert_int_equal(build_count(&b, "R18"), 1);
	build_release(&b);
}

static unsigned charging(enum profile_kind kind, unsigned phases, double ma, unsigned length,
                         unsigned drift)
{
	struct build b;
	unsigned n;

	feed_powered(&b, kind);
	feed_steady(&b, 1200, 0);
	for (unsigned i = 0; i < phases; i++) {
		feed_steady(&b, length, ma);
		feed_steady(&b, 550 + i % 2 * drift, 0.02);
	}
	n = build_count(&b, "R18");
	build_release(&b);
	return n;
}

static void charging_again_and_again(void **state)
{
	(void)state;
	assert_int_equal(charging(PROFILE_BARE, 10, 400, 50, 0), 1);
	assert_int_equal(charging(PROFILE_BARE, 4, 301, 50, 0), 1);
	assert_int_equal(charging(PROFILE_BARE, 3, 400, 50, 0), 0);
	assert_int_equal(charging(PROFILE_BARE, 10, 290, 50, 0), 0);
	assert_int_equal(charging(PROFILE_BARE, 10, 400, 2, 0), 0); /* a radio's bursts */
	assert_int_equal(charging(PROFILE_BARE, 10, 400, 500, 0),
	                 0); /* a load that comes and goes */
	assert_int_equal(charging(PROFILE_BARE, 10, 400, 50, 300), 0);
	assert_int_equal(charging(PROFILE_DEVICE, 10, 400, 50, 0), 0);
}

/* An implant's start, again and again: the tap itself switches the supply (keyed supply). */
static void switched_by_the_tap(void **state)
{
	struct build b;

	(void)state;
	feed_powered(&b, PROFILE_BARE);
	for (unsigned i = 0; i < 10; i++) {
		feed_steady(&b, 160, 70);
		feed_steady(&b, 40, 400);
		feed_steady(&b, 300, 67);
		feed_setting(&b, WIRE_SET_VBUS, WIRE_BY_COMMAND, 0);
		feed_steady(&b, 100, 0);
		feed_setting(&b, WIRE_SET_VBUS, WIRE_BY_COMMAND, 1);
	}
	assert_int_equal(build_count(&b, "R18"), 0);
	build_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copper_and_what_is_not),
		cmocka_unit_test(one_wire_alone_says_nothing),
		cmocka_unit_test(pins_against_the_claim),
		cmocka_unit_test(a_strike),
		cmocka_unit_test(charging_again_and_again),
		cmocka_unit_test(switched_by_the_tap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
