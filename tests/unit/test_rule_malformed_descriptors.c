/* R14d: what no device has, and what devices in the field do have. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
static void report(uint32_t problems, uint16_t len, uint16_t announced, unsigned want)
{
	struct build_interface i = {3, 1, 1, announced, {0x81}};
	struct build b;
	struct model_device *d;
	struct model_hid *h;
	struct event ev = {.kind = EVENT_HID_DESCRIBED};

	build_init(&b, PROFILE_HOST);
	d = build_device(&b, 0, USB_SPEED_FULL);
	build_config(&b, d, &i, 1);
	h = build_hid(&b, d, 0, 0, HID_KIND_KEYBOARD, NULL, len);
	h->descriptor.problems = problems;
	ev.device = d;
	ev.hid = h;
	engine_event(b.e, &ev);
	engine_event(b.e, &ev);
	assert_int_equal(build_count(&b, "R14d"), want);
	if (want)
		assert_int_equal(build_find(&b, "R14d")->weight, WEIGHT_MEDIUM);
	build_release(&b);
}

static void hostile_reports(void **state)
{
	(void)state;
	report(HID_PROBLEM_STACK, 63, 63, 1);
	report(HID_PROBLEM_LIMIT, 63, 63, 1);
	report(HID_PROBLEM_TRUNCATED, 63, 63, 1);
}

static void mildly_broken_reports(void **state)
{
	(void)state;
	report(0, 63, 63, 0);
	report(HID_PROBLEM_COLLECTION | HID_PROBLEM_RANGE | HID_PROBLEM_RESERVED | HID_PROBLEM_SIZE,
	       63, 63, 0);
	/* The capture, not the device, cut it; or nobody knows. */
	report(HID_PROBLEM_TRUNCATED, 32, 63, 0);
	report(HID_PROBLEM_TRUNCATED, 63, 0, 0);
}

static void configurations(void **state)
{
	static const struct {
		uint8_t claims;
		uint32_t problems;
		uint16_t captured;
		unsigned want;
	} cases[] = {
		{255, USB_PROBLEM_COUNT, 9, 1},
		{33, USB_PROBLEM_COUNT, 9, 1},
		{32, USB_PROBLEM_COUNT, 9, 0},
		{255, USB_PROBLEM_COUNT, 8, 0}, /* not all of it was captured */
		{255, 0, 9, 1},                 /* it holds them, and no product does */
		{3, USB_PROBLEM_COUNT | USB_PROBLEM_LENGTH | USB_PROBLEM_ORDER, 9, 0},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct build b;
		struct model_device *d;

		build_init(&b, PROFILE_HOST);
		d = build_device(&b, 0, USB_SPEED_FULL);
		d->has_config = true;
		d->config.wTotalLength = 9;
		d->config_len = cases[i].captured;
		d->config.bNumInterfaces = cases[i].claims;
		d->config.problems = cases[i].problems;
		build_event(&b, EVENT_DEVICE_DESCRIBED, d);
		assert_int_equal(build_count(&b, "R14d"), cases[i].want);
		build_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_reports),
		cmocka_unit_test(mildly_broken_reports),
		cmocka_unit_test(configurations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
