/* R5 and R5b: what shows up in a cable whose far end is empty. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"

static void j_state(int64_t ns, enum line_event then, unsigned want)
{
	struct build b;

	build_init(&b, PROFILE_BARE);
	b.packet = 7;
	build_line(&b, LINE_J, USB_SPEED_LOW);
	b.t_ns += ns;
	b.packet = 8;
	build_line(&b, then, USB_SPEED_UNKNOWN);
	b.t_ns += BUILD_S;
	build_tick(&b);
	build_event(&b, EVENT_END, NULL);
	assert_int_equal(build_count(&b, "R5"), want);
	if (want) {
		const struct finding *f = build_find(&b, "R5");

		assert_int_equal(f->weight, WEIGHT_DECISIVE);
		assert_int_equal(f->group, GROUP_PRESENCE);
		assert_int_equal(f->packet, 7);
		assert_false(f->has_device);
	}
	build_release(&b);
}

static void pull_up_over_10_ms(void **state)
{
	(void)state;
	j_state(10 * BUILD_MS + 1, LINE_SE0, 1);
	j_state(204 * BUILD_MS, LINE_SE0, 1);
	j_state(BUILD_S, LINE_RESET, 1);
}

/* The 25 us and 4.75 ms pulses of an O.MG's boot, and the limit itself. */
static void short_pulses_are_none(void **state)
{
	(void)state;
	j_state(25000, LINE_SE0, 0);
	j_state(4750000, LINE_K, 0);
	j_state(10 * BUILD_MS, LINE_SE0, 0);
	j_state(BUILD_MS, LINE_VBUS_OFF, 0);
}

static void ticks_and_the_end_tell_too(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_BARE);
	build_line(&b, LINE_J, USB_SPEED_FULL);
	b.t_ns += 11 * BUILD_MS;
	build_tick(&b);
	assert_int_equal(build_count(&b, "R5"), 1);
	build_release(&b);

	build_init(&b, PROFILE_BARE);
	build_line(&b, LINE_J, USB_SPEED_FULL);
	b.t_ns += 11 * BUILD_MS;
	build_event(&b, EVENT_END, NULL);
	assert_int_equal(build_count(&b, "R5"), 1);
	build_release(&b);
}

static void a_lost_span_is_no_pull_up(void **state)
{
	struct build b;
	struct usb_bus_event lost = {.kind = RECORD_LOST};
	struct event ev = {.kind = EVENT_LOST, .bus = &lost};

	(void)state;
	build_init(&b, PROFILE_BARE);
	build_line(&b, LINE_J, USB_SPEED_FULL);
	lost.t_ns = b.t_ns + BUILD_MS;
	ev.t_ns = lost.t_ns;
	engine_event(b.e, &ev);
	b.t_ns += BUILD_S;
	build_tick(&b);
	assert_int_equal(build_count(&b, "R5"), 0);
	build_release(&b);
}

static void each_device_once(void **state)
{
	static const struct build_interface hid[] = {{3, 1, 1, 63, {0x81}}};
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_BARE);
	build_line(&b, LINE_ATTACH, USB_SPEED_LOW);
	assert_int_equal(build_count(&b, "R5"), 1);
	d = build_device(&b, 0, USB_SPEED_LOW);
	build_described(&b, d, 0x1234, 0x5678);
	build_config(&b, d, hid, 1);
	assert_int_equal(build_count(&b, "R5"), 2);
	assert_int_equal(build_count(&b, "R5b"), 0);
	build_device(&b, 1, USB_SPEED_FULL);
	assert_int_equal(build_count(&b, "R5"), 3);
	/* The slot's next user is another device. */
	build_device(&b, 0, USB_SPEED_FULL);
	assert_int_equal(build_count(&b, "R5"), 4);
	build_release(&b);
}

static void services(void **state)
{
	static const struct {
		struct build_interface i;
		const char *says; /* NULL: none */
	} cases[] = {
		{{8, 6, 0x50, 0, {0}}, "a disk"},
		{{2, 2, 1, 0, {0}}, "a serial port"},
		{{2, 2, 0xff, 0, {0}}, "a network adapter"},
		{{2, 6, 0, 0, {0}}, "a network adapter"},
		{{2, 0x0d, 0, 0, {0}}, "a network adapter"},
		{{0xe0, 1, 3, 0, {0}}, "a network adapter"},
		{{0xef, 4, 1, 0, {0}}, "a network adapter"},
		{{0xe0, 1, 1, 0, {0}}, NULL}, /* Bluetooth */
		{{3, 1, 1, 0, {0}}, NULL},
		{{1, 1, 0, 0, {0}}, NULL},
		{{0xff, 0, 0, 0, {0}}, NULL},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct build b;
		struct model_device *d;

		build_init(&b, PROFILE_BARE);
		d = build_device(&b, 3, USB_SPEED_FULL);
		build_config(&b, d, &cases[i].i, 1);
		build_config(&b, d, &cases[i].i, 1);
		assert_int_equal(build_count(&b, "R5b"), cases[i].says != NULL);
		if (cases[i].says)
			assert_non_null(strstr(build_find(&b, "R5b")->text, cases[i].says));
		build_release(&b);
	}
}

static void off_elsewhere(void **state)
{
	static const enum profile_kind kinds[] = {PROFILE_KEYBOARD, PROFILE_DEVICE, PROFILE_HOST};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct build b;

		build_init(&b, kinds[i]);
		build_line(&b, LINE_ATTACH, USB_SPEED_LOW);
		build_device(&b, 0, USB_SPEED_LOW);
		assert_int_equal(build_count(&b, "R5"), 0);
		build_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pull_up_over_10_ms),
		cmocka_unit_test(short_pulses_are_none),
		cmocka_unit_test(ticks_and_the_end_tell_too),
		cmocka_unit_test(a_lost_span_is_no_pull_up),
		cmocka_unit_test(each_device_once),
		cmocka_unit_test(services),
		cmocka_unit_test(off_elsewhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
