/* R13: a raw channel beside the keys of a low-speed keyboard, and traffic on it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
static const struct build_interface hidx[] = {
	{3, 1, 2, 52, {0x81}}, {3, 1, 1, 63, {0x82}}, {3, 0, 0, 32, {0x83, 0x03}}};

static struct model_device *device(struct build *b, enum usb_speed speed, uint32_t third)
{
	struct model_device *d = build_device(b, 0, speed);

	build_config(b, d, hidx, 3);
	build_hid(b, d, 0, 0, HID_KIND_MOUSE, NULL, 52);
	build_hid(b, d, 1, 1, HID_KIND_KEYBOARD | HID_KIND_LED, NULL, 63);
	build_hid(b, d, 2, 2, third, NULL, 32);
	return d;
}

static unsigned found(enum profile_kind kind, enum usb_speed speed, uint32_t third)
{
	struct build b;
	unsigned n;

	build_init(&b, kind);
	device(&b, speed, third);
	n = build_count(&b, "R13");
	if (n)
		assert_int_equal(build_find(&b, "R13")->weight, WEIGHT_MEDIUM);
	build_release(&b);
	return n;
}

static void beside_the_keys(void **state)
{
	(void)state;
	for (unsigned k = PROFILE_BARE; k <= PROFILE_HOST; k++)
		assert_int_equal(found((enum profile_kind)k, USB_SPEED_LOW,
		                       HID_KIND_VENDOR_IN | HID_KIND_VENDOR_OUT),
		                 1);
}

static void near_misses(void **state)
{
	(void)state;
	assert_int_equal(found(PROFILE_BARE, USB_SPEED_LOW, HID_KIND_VENDOR_IN), 0);
	assert_int_equal(found(PROFILE_BARE, USB_SPEED_LOW, HID_KIND_VENDOR_OUT), 0);
	/* M21, B09, B10: receivers and gaming keyboards at full speed; and where the speed is not known. */
	assert_int_equal(
		found(PROFILE_BARE, USB_SPEED_FULL, HID_KIND_VENDOR_IN | HID_KIND_VENDOR_OUT), 0);
	assert_int_equal(
		found(PROFILE_HOST, USB_SPEED_UNKNOWN, HID_KIND_VENDOR_IN | HID_KIND_VENDOR_OUT),
		0);
}

static void halves_in_two_interfaces(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_BARE);
	d = build_device(&b, 0, USB_SPEED_LOW);
	build_hid(&b, d, 0, 0, HID_KIND_KEYBOARD, NULL, 63);
	build_hid(&b, d, 1, 1, HID_KIND_VENDOR_IN, NULL, 63);
	build_hid(&b, d, 2, 2, HID_KIND_VENDOR_OUT, NULL, 63);
	assert_int_equal(build_count(&b, "R13"), 0);
	build_release(&b);
}

static unsigned traffic(unsigned reports, int64_t gap_ns, uint8_t out_endpoint, uint32_t len)
{
	struct build b;
	struct model_device *d;
	unsigned n = 0;

	build_init(&b, PROFILE_BARE);
	d = device(&b, USB_SPEED_LOW, HID_KIND_VENDOR_IN | HID_KIND_VENDOR_OUT);
	for (unsigned i = 0; i < reports; i++) {
		struct usb_transfer in = {.endpoint = 0x83, .len_true = len};
		struct usb_transfer out = {.endpoint = out_endpoint, .len_true = len};

		out.has_setup = !out_endpoint;
		out.setup = (struct usb_setup){0x21, HID_SET_REPORT, 0x0200, 2, 8};
		build_transfer(&b, d, &in);
		build_transfer(&b, d, &out);
		b.t_ns += gap_ns;
	}
	n = build_count(&b, "R13") - 1;
	build_release(&b);
	return n;
}

static void sustained_traffic(void **state)
{
	(void)state;
	assert_int_equal(traffic(200, 8 * BUILD_MS, 0x03, 8), 1);
	assert_int_equal(traffic(200, 8 * BUILD_MS, 0, 8), 1); /* SET_REPORT */
	assert_int_equal(traffic(50, 8 * BUILD_MS, 0x03, 8), 1);
	assert_int_equal(traffic(49, 8 * BUILD_MS, 0x03, 8), 0);
	assert_int_equal(traffic(200, 300 * BUILD_MS, 0x03, 8), 0); /* too slow */
	assert_int_equal(traffic(200, 8 * BUILD_MS, 0x83, 8), 0);   /* one way */
	assert_int_equal(traffic(200, 8 * BUILD_MS, 0x05, 8), 0);   /* not its endpoint */
	assert_int_equal(traffic(200, 8 * BUILD_MS, 0x03, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beside_the_keys),
		cmocka_unit_test(near_misses),
		cmocka_unit_test(halves_in_two_interfaces),
		cmocka_unit_test(sustained_traffic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
