/* How often a host asks an endpoint: declared periods at speeds that the capture does or does not tell. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/decode_state.h"

static struct model_device device;

/* Microseconds; `count`: usbmon's, 0 none. */
static uint32_t poll(enum usb_speed speed, uint8_t bInterval, uint32_t count)
{
	const struct usb_endpoint_descriptor ep = {0x81, USB_ENDPOINT_INTERRUPT, 8, bInterval};

	device.speed = speed;
	return poll_declared_ns(count, &device, &ep) / 1000;
}

static int fresh(void **state)
{
	(void)state;
	memset(&device, 0, sizeof(device));
	return 0;
}

/* USB 2.0 §9.6.6 */
static void at_a_known_speed(void **state)
{
	(void)state;
	assert_int_equal(poll(USB_SPEED_LOW, 10, 0), 8000);
	assert_int_equal(poll(USB_SPEED_FULL, 1, 0), 1000);
	assert_int_equal(poll(USB_SPEED_FULL, 255, 0), 128000);
	assert_int_equal(poll(USB_SPEED_HIGH, 1, 0), 125);
	assert_int_equal(poll(USB_SPEED_HIGH, 4, 0), 1000);
	assert_int_equal(poll(USB_SPEED_SUPER, 16, 0), 4096000);
	assert_int_equal(poll(USB_SPEED_HIGH, 17, 0), 0);
	assert_int_equal(poll(USB_SPEED_FULL, 0, 0), 0);
}

static void nothing_declared(void **state)
{
	(void)state;
	assert_int_equal(poll_declared_ns(8, &device, NULL), 0);
}

static void by_usbmons_count(void **state)
{
	(void)state;
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 4, 8), 1000);
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 4, 4), 4000);
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 10, 8), 8000);
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 7, 64), 8000);
	/* Neither, or both. */
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 4, 77), 1000);
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 1, 1), 1000);
	/* A speed that is known is no question. */
	assert_int_equal(poll(USB_SPEED_FULL, 4, 8), 4000);
}

static void by_descriptors(void **state)
{
	struct usb_endpoint_descriptor *ep = &device.config.endpoint[0];

	(void)state;
	device.has_device = device.has_config = true;
	device.device.bcdUSB = 0x0200;
	device.device.bMaxPacketSize0 = 64;
	device.config.endpoints = 1;
	*ep = (struct usb_endpoint_descriptor){0x82, USB_ENDPOINT_INTERRUPT, 8, 4};
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 4, 0), 1000);
	ep->wMaxPacketSize = 1024;
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 7, 0), 8000);
	*ep = (struct usb_endpoint_descriptor){0x82, USB_ENDPOINT_BULK, 512, 0};
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 7, 0), 8000);
	ep->wMaxPacketSize = 64;
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 4, 0), 4000);
	device.config.endpoints = 0;
	device.device.bMaxPacketSize0 = 8;
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 4, 0), 4000);
	device.device.bMaxPacketSize0 = 64;
	device.device.bcdUSB = 0x0110;
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 4, 0), 4000);
}

static void the_shorter_where_nothing_tells(void **state)
{
	(void)state;
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 1, 0), 1000);
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 4, 0), 1000);
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 5, 0), 2000);
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 10, 0), 8000);
	assert_int_equal(poll(USB_SPEED_UNKNOWN, 255, 0), 128000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(at_a_known_speed, fresh),
		cmocka_unit_test_setup(nothing_declared, fresh),
		cmocka_unit_test_setup(by_usbmons_count, fresh),
		cmocka_unit_test_setup(by_descriptors, fresh),
		cmocka_unit_test_setup(the_shorter_where_nothing_tells, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
