/* R7: lives that are too short, and changes of structure, with the supply steady or not. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
static struct model_device *live(struct build *b, unsigned slot, int64_t life_ns,
                                 int64_t after_report_ns)
{
	struct model_device *d = build_device(b, slot, USB_SPEED_LOW);
	struct model_hid *h = build_hid(b, d, slot, 0, HID_KIND_KEYBOARD, NULL, 63);

	build_hashed_fill(b, d, 0x11);
	b->t_ns += life_ns - after_report_ns;
	build_key(b, h, 4, 0);
	b->t_ns += after_report_ns;
	b->packet = 77;
	build_gone(b, d);
	return d;
}

static void quiet_second(struct build *b)
{
	b->t_ns += BUILD_S;
	build_tick(b);
}

static void short_life(void **state)
{
	struct build b;

	(void)state;
	for (unsigned k = PROFILE_BARE; k <= PROFILE_HOST; k++) {
		build_init(&b, (enum profile_kind)k);
		live(&b, 0, 2 * BUILD_S, 43 * BUILD_MS);
		assert_int_equal(build_count(&b, "R7"), 0); /* the supply may break yet */
		quiet_second(&b);
		assert_int_equal(build_count(&b, "R7"), 1);
		assert_int_equal(build_find(&b, "R7")->weight, WEIGHT_STRONG);
		assert_int_equal(build_find(&b, "R7")->packet, 77);
		assert_int_equal(build_find(&b, "R7")->t_ns, 3 * BUILD_S);
		assert_true(build_find(&b, "R7")->has_device);
		build_release(&b);
	}
}

static void the_end_settles_it(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_HOST);
	live(&b, 0, 2 * BUILD_S, 43 * BUILD_MS);
	build_event(&b, EVENT_END, NULL);
	assert_int_equal(build_count(&b, "R7"), 1);
	build_release(&b);
}

static void long_or_silent_lives(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_HOST);
	live(&b, 0, 10 * BUILD_S, 43 * BUILD_MS);
	quiet_second(&b);
	d = build_device(&b, 1, USB_SPEED_LOW);
	b.t_ns += BUILD_S;
	build_gone(&b, d);
	quiet_second(&b);
	assert_int_equal(build_count(&b, "R7"), 0);
	build_release(&b);
}

/* B16: the contact breaks; supply and data do not go at the same moment, and not always in this order. */
static void supply_breaks(void **state)
{
	static const int64_t offsets[] = {-900 * BUILD_MS, -BUILD_MS, 0, BUILD_MS, 400 * BUILD_MS};

	(void)state;
	for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		struct build b;
		struct model_device *d;
		struct model_hid *h;

		build_init(&b, PROFILE_KEYBOARD);
		d = build_device(&b, 0, USB_SPEED_LOW);
		h = build_hid(&b, d, 0, 0, HID_KIND_KEYBOARD, NULL, 63);
		build_key(&b, h, 4, 0);
		b.t_ns += 3 * BUILD_S;
		if (offsets[i] <= 0) {
			b.t_ns += offsets[i];
			build_line(&b, LINE_VBUS_OFF, USB_SPEED_UNKNOWN);
			b.t_ns -= offsets[i];
		}
		build_gone(&b, d);
		if (offsets[i] > 0) {
			b.t_ns += offsets[i];
			build_line(&b, LINE_VBUS_OFF, USB_SPEED_UNKNOWN);
		}
		build_line(&b, LINE_VBUS_ON, USB_SPEED_UNKNOWN);
		quiet_second(&b);
		assert_int_equal(build_count(&b, "R7"), 0);
		build_release(&b);
	}
}

static void supply_not_seen(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_HOST);
	b.m->vbus_known = false;
	live(&b, 0, 2 * BUILD_S, 43 * BUILD_MS);
	quiet_second(&b);
	assert_int_equal(build_count(&b, "R7"), 1);
	build_release(&b);
	/* A hand pulls the plug. */
	build_init(&b, PROFILE_HOST);
	b.m->vbus_known = false;
	live(&b, 0, 5 * BUILD_S, 900 * BUILD_MS);
	quiet_second(&b);
	assert_int_equal(build_count(&b, "R7"), 0);
	build_release(&b);
}

/* An operating system re-uses an address: no detach was seen. */
static void no_detach_no_life(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_HOST);
	d = build_device(&b, 0, USB_SPEED_LOW);
	build_key(&b, build_hid(&b, d, 0, 0, HID_KIND_KEYBOARD, NULL, 63), 4, 0);
	b.t_ns += BUILD_S;
	d->gone = true;
	build_event(&b, EVENT_DEVICE_GONE, d);
	quiet_second(&b);
	assert_int_equal(build_count(&b, "R7"), 0);
	build_release(&b);
}

static struct model_device *plain(struct build *b, unsigned slot, uint8_t structure)
{
	struct model_device *d = build_device(b, slot, USB_SPEED_FULL);

	build_hashed_fill(b, d, structure);
	return d;
}

static void another_comes_back(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_HOST);
	build_gone(&b, plain(&b, 0, 0x11));
	b.t_ns += 800 * BUILD_MS;
	plain(&b, 1, 0x22);
	assert_int_equal(build_count(&b, "R7"), 1);
	assert_string_equal(build_find(&b, "R7")->name, "changed-life");
	build_release(&b);
}

/* B12: a hub takes what is behind it along, and both come back. */
static void the_same_comes_back(void **state)
{
	struct build b;
	struct model_device *hub, *keyboard;

	(void)state;
	build_init(&b, PROFILE_HOST);
	hub = plain(&b, 0, 0x11);
	keyboard = plain(&b, 1, 0x22);
	b.t_ns += 20 * BUILD_S;
	build_gone(&b, keyboard);
	build_gone(&b, hub);
	b.t_ns += BUILD_S;
	plain(&b, 2, 0x11);
	plain(&b, 3, 0x22);
	/* And something new behind the hub is an addition. */
	plain(&b, 4, 0x33);
	assert_int_equal(build_count(&b, "R7"), 0);
	build_release(&b);
}

static void changed_with_the_supply_off(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_HOST);
	build_gone(&b, plain(&b, 0, 0x11));
	build_line(&b, LINE_VBUS_OFF, USB_SPEED_UNKNOWN);
	b.t_ns += 800 * BUILD_MS;
	build_line(&b, LINE_VBUS_ON, USB_SPEED_UNKNOWN);
	plain(&b, 1, 0x22);
	assert_int_equal(build_count(&b, "R7"), 0);
	build_release(&b);
	/* Not seen: what takes a hand's time counts as one. */
	build_init(&b, PROFILE_HOST);
	b.m->vbus_known = false;
	build_gone(&b, plain(&b, 0, 0x11));
	b.t_ns += 1001 * BUILD_MS;
	plain(&b, 1, 0x22);
	assert_int_equal(build_count(&b, "R7"), 0);
	build_release(&b);
}

static void change_without_a_detach(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_HOST);
	d = plain(&b, 0, 0x11);
	d->gone = true;
	build_event(&b, EVENT_DEVICE_GONE, d);
	b.t_ns += 100 * BUILD_MS;
	plain(&b, 1, 0x22);
	assert_int_equal(build_count(&b, "R7"), 0);
	build_release(&b);
}

/* SE0 of 84 ms is no host's reset: the pull-up was gone. One of 55 ms may well be. */
static void a_reset_too_long_is_a_detach(void **state)
{
	(void)state;
	for (unsigned ms = 55; ms <= 84; ms += 29) {
		struct model_device *d;
		struct build b;

		build_init(&b, PROFILE_BARE);
		d = plain(&b, 0, 0x11);
		b.t_ns += 15 * BUILD_S;
		build_line(&b, LINE_RESET, USB_SPEED_UNKNOWN);
		b.t_ns += ms * BUILD_MS;
		build_line(&b, LINE_RESET_END, USB_SPEED_UNKNOWN);
		b.t_ns += 200 * BUILD_MS;
		d->gone = true;
		d->gone_ns = b.t_ns;
		build_event(&b, EVENT_DEVICE_GONE, d);
		plain(&b, 1, 0x22);
		assert_int_equal(build_count(&b, "R7"), ms == 84);
		build_release(&b);
	}
}

static void structure_unknown_is_not_another(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_HOST);
	build_gone(&b, build_device(&b, 0, USB_SPEED_FULL));
	b.t_ns += 100 * BUILD_MS;
	plain(&b, 1, 0x22);
	assert_int_equal(build_count(&b, "R7"), 0);
	build_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_life),
		cmocka_unit_test(the_end_settles_it),
		cmocka_unit_test(long_or_silent_lives),
		cmocka_unit_test(supply_breaks),
		cmocka_unit_test(supply_not_seen),
		cmocka_unit_test(no_detach_no_life),
		cmocka_unit_test(another_comes_back),
		cmocka_unit_test(the_same_comes_back),
		cmocka_unit_test(changed_with_the_supply_off),
		cmocka_unit_test(a_reset_too_long_is_a_detach),
		cmocka_unit_test(change_without_a_detach),
		cmocka_unit_test(structure_unknown_is_not_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
