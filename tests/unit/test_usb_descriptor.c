/* Descriptors: good ones field by field, each kind of damage by its bit, and every prefix of every list. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "usb/descriptor.h"

/* clang-format off */
static const uint8_t device[] = {
	18, 1, 0x10, 0x02, 0xef, 0x02, 0x01, 64, 0x34, 0x12, 0x78, 0x56, 0x05, 0x01, 1, 2, 3, 1,
};

/* A keyboard, an audio pair under an IAD with an alternate setting, a HID whose descriptor follows its endpoint. */
static const uint8_t configuration[] = {
	9, 2, 101, 0, 4, 1, 5, 0xa0, 50,
	9, 4, 0, 0, 1, 3, 1, 1, 7,
	9, 0x21, 0x11, 0x01, 0, 1, 0x22, 65, 0,
	7, 5, 0x81, 3, 8, 0, 10,
	8, 0x0b, 1, 2, 1, 2, 0, 0,
	9, 4, 1, 0, 0, 1, 1, 0, 0,
	9, 4, 2, 0, 0, 1, 2, 0, 0,
	9, 4, 2, 1, 1, 1, 2, 0, 0,
	7, 5, 0x02, 1, 0xc0, 0, 1,
	9, 4, 3, 0, 1, 3, 0, 0, 0,
	7, 5, 0x83, 3, 64, 0, 1,
	9, 0x21, 0x11, 0x01, 0, 1, 0x22, 0x2c, 0x01,
};

static const uint8_t bos[] = {
	5, 0x0f, 32, 0, 2,
	7, 0x10, 2, 0x06, 0, 0, 0,
	20, 0x10, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
};
/* clang-format on */

static uint8_t *exact(const uint8_t *from, size_t len)
{
	uint8_t *p = malloc(len ? len : 1);

	assert_non_null(p);
	if (len)
		memcpy(p, from, len);
	/* An allocation of one byte for none would hide an overread of the first. */
	if (!len) {
		free(p);
		p = NULL;
	}
	return p;
}

static void device_fields(void **state)
{
	struct usb_device_descriptor d;
	bool whole;

	(void)state;
	assert_true(usb_device_descriptor_read(&d, device, sizeof(device), &whole));
	assert_true(whole);
	assert_int_equal(d.bcdUSB, 0x0210);
	assert_int_equal(d.bDeviceClass, 0xef);
	assert_int_equal(d.bDeviceProtocol, 1);
	assert_int_equal(d.bMaxPacketSize0, 64);
	assert_int_equal(d.idVendor, 0x1234);
	assert_int_equal(d.idProduct, 0x5678);
	assert_int_equal(d.bcdDevice, 0x0105);
	assert_int_equal(d.iSerialNumber, 3);
	assert_int_equal(d.bNumConfigurations, 1);
}

static void device_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(device); len++) {
		uint8_t *p = exact(device, len);
		struct usb_device_descriptor d;
		bool whole;

		assert_int_equal(usb_device_descriptor_read(&d, p, len, &whole), len >= 8);
		assert_false(whole);
		assert_int_equal(d.idVendor, len >= 10 ? 0x1234 : 0);
		free(p);
	}
}

static void configuration_fields(void **state)
{
	struct usb_configuration c;
	const struct usb_interface_descriptor *f;
	const struct usb_endpoint_descriptor *e;

	(void)state;
	assert_true(usb_configuration_read(&c, configuration, sizeof(configuration)));
	assert_int_equal(c.problems, 0);
	assert_int_equal(c.wTotalLength, sizeof(configuration));
	assert_int_equal(c.bMaxPower, 50);
	assert_int_equal(c.interfaces, 5);
	assert_int_equal(c.endpoints, 3);
	f = usb_interface_find(&c, 0);
	assert_non_null(f);
	assert_int_equal(f->report_descriptor_len, 65);
	assert_int_equal(f->iad, 0);
	assert_int_equal(f->iInterface, 7);
	f = usb_interface_find(&c, 2);
	assert_int_equal(f->bNumEndpoints, 0);
	assert_int_equal(f->iad, 2);
	f = usb_endpoint_owner(&c, 0x02, &e);
	assert_int_equal(f->bAlternateSetting, 1);
	assert_int_equal(e->wMaxPacketSize, 0xc0);
	f = usb_endpoint_owner(&c, 0x83, NULL);
	assert_int_equal(f->report_descriptor_len, 300);
	assert_int_equal(f->iad, 0);
	assert_null(usb_interface_find(&c, 4));
	assert_null(usb_endpoint_owner(&c, 0x82, &e));
	assert_null(e);
}

static void configuration_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(configuration); len++) {
		uint8_t *p = exact(configuration, len);
		struct usb_configuration c;

		assert_int_equal(usb_configuration_read(&c, p, len), len >= 9);
		if (len >= 9)
			assert_int_equal(c.problems, USB_PROBLEM_TRUNCATED);
		assert_int_equal(c.interfaces >= 1, len >= 18);
		assert_int_equal(c.endpoints >= 1, len >= 34);
		free(p);
	}
}

/* Every byte of the good list set to every value: no crash, bounds kept, endpoints owned within bounds. */
static void configuration_damaged(void **state)
{
	(void)state;
	for (size_t at = 0; at < sizeof(configuration); at++)
		for (unsigned v = 0; v < 256; v++) {
			uint8_t *p = exact(configuration, sizeof(configuration));
			struct usb_configuration c;

			p[at] = (uint8_t)v;
			usb_configuration_read(&c, p, sizeof(configuration));
			assert_in_range(c.interfaces, 0, USB_INTERFACES_MAX);
			for (unsigned i = 0; i < c.interfaces; i++)
				assert_in_range(c.interface[i].endpoint_at +
				                        c.interface[i].endpoints,
				                0, c.endpoints);
			free(p);
		}
}

struct damage {
	const char *what;
	uint32_t problems;
	size_t len;
	uint8_t bytes[48];
};

static const struct damage damages[] = {
	{.what = "longer than what is left",
         .problems = USB_PROBLEM_TRUNCATED,
         .len = 17,
         .bytes = {9, 2, 17, 0, 1, 1, 0, 0, 0, 9, 4, 0, 0, 0, 3, 1, 1}},
	{.what = "HID list cut",
         .problems = USB_PROBLEM_LENGTH,
         .len = 26,
         .bytes = {9, 2, 26, 0, 1, 1, 0,    0,    0, 9, 4, 0,    0,
                   0, 3, 1,  1, 0, 8, 0x21, 0x11, 1, 0, 1, 0x22, 65}},
	{.what = "zero length",
         .problems = USB_PROBLEM_LENGTH | USB_PROBLEM_COUNT,
         .len = 12,
         .bytes = {9, 2, 12, 0, 1, 1, 0, 0, 0, 0, 4, 0}},
	{.what = "length one",
         .problems = USB_PROBLEM_LENGTH | USB_PROBLEM_COUNT,
         .len = 12,
         .bytes = {9, 2, 12, 0, 1, 1, 0, 0, 0, 1, 4, 0}},
	{.what = "short interface",
         .problems = USB_PROBLEM_LENGTH,
         .len = 17,
         .bytes = {9, 2, 17, 0, 0, 1, 0, 0, 0, 8, 4, 0, 0, 0, 3, 1, 1}},
	{.what = "endpoint first",
         .problems = USB_PROBLEM_ORDER,
         .len = 16,
         .bytes = {9, 2, 16, 0, 0, 1, 0, 0, 0, 7, 5, 0x81, 3, 8, 0, 10}},
	{.what = "HID first",
         .problems = USB_PROBLEM_ORDER,
         .len = 18,
         .bytes = {9, 2, 18, 0, 0, 1, 0, 0, 0, 9, 0x21, 0x11, 1, 0, 1, 0x22, 65, 0}},
	{.what = "interfaces promised",
         .problems = USB_PROBLEM_COUNT,
         .len = 9,
         .bytes = {9, 2, 9, 0, 1, 1, 0, 0, 0}},
	{.what = "endpoints promised",
         .problems = USB_PROBLEM_COUNT,
         .len = 18,
         .bytes = {9, 2, 18, 0, 1, 1, 0, 0, 0, 9, 4, 0, 0, 1, 3, 1, 1, 0}},
	{.what = "total under nine",
         .problems = USB_PROBLEM_LENGTH,
         .len = 9,
         .bytes = {9, 2, 4, 0, 0, 1, 0, 0, 0}},
	{.what = "more than there is",
         .problems = USB_PROBLEM_TRUNCATED,
         .len = 9,
         .bytes = {9, 2, 255, 255, 0, 1, 0, 0, 0}},
	{.what = "HID list too long",
         .problems = USB_PROBLEM_LENGTH,
         .len = 27,
         .bytes = {9, 2, 27, 0, 1, 1,    0,    0, 0, 9, 4,    0,  0, 0,
                   3, 1, 1,  0, 9, 0x21, 0x11, 1, 0, 9, 0x22, 65, 0}},
	{.what = "bytes past the total are no part of it",
         .problems = 0,
         .len = 18,
         .bytes = {9, 2, 9, 0, 0, 1, 0, 0, 0, 9, 4, 0, 0, 0, 3, 1, 1, 0}},
};

static void configuration_problems(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		uint8_t *p = exact(damages[i].bytes, damages[i].len);
		struct usb_configuration c;

		assert_true(usb_configuration_read(&c, p, damages[i].len));
		if (c.problems != damages[i].problems)
			print_error("%s: %#x\n", damages[i].what, c.problems);
		assert_int_equal(c.problems, damages[i].problems);
		free(p);
	}
}

static void configuration_limit(void **state)
{
	enum { INTERFACES = USB_INTERFACES_MAX + 8, ENDPOINTS = USB_ENDPOINTS_MAX + 8 };
	uint8_t list[9 + INTERFACES * 9 + ENDPOINTS * 7];
	struct usb_configuration c;
	size_t at = 9;

	(void)state;
	memcpy(list, (const uint8_t[]){9, 2, 0, 0, INTERFACES, 1, 0, 0, 0}, 9);
	list[2] = sizeof(list) & 0xff;
	list[3] = sizeof(list) >> 8;
	for (unsigned i = 0; i < INTERFACES; i++) {
		const uint8_t interface[] = {9, 4, (uint8_t)i, 0, i ? 0 : ENDPOINTS, 3, 0, 0, 0};

		memcpy(list + at, interface, 9);
		at += 9;
		for (unsigned k = 0; !i && k < ENDPOINTS; k++, at += 7)
			memcpy(list + at, (const uint8_t[]){7, 5, (uint8_t)k, 3, 8, 0, 1}, 7);
	}
	assert_int_equal(at, sizeof(list));
	assert_true(usb_configuration_read(&c, list, sizeof(list)));
	assert_int_equal(c.problems, USB_PROBLEM_LIMIT);
	assert_int_equal(c.interfaces, USB_INTERFACES_MAX);
	assert_int_equal(c.endpoints, USB_ENDPOINTS_MAX);
}

static void bos_fields_and_cuts(void **state)
{
	struct usb_bos b;

	(void)state;
	assert_true(usb_bos_read(&b, bos, sizeof(bos)));
	assert_int_equal(b.problems, 0);
	assert_int_equal(b.capabilities, 1u << 2 | 1u << 5);
	assert_int_equal(b.platforms, 1);
	assert_int_equal(b.platform_uuid[0][0], 1);
	assert_int_equal(b.platform_uuid[0][15], 16);
	for (size_t len = 0; len < sizeof(bos); len++) {
		uint8_t *p = exact(bos, len);

		assert_int_equal(usb_bos_read(&b, p, len), len >= 5);
		if (len >= 5)
			assert_int_equal(b.problems, USB_PROBLEM_TRUNCATED);
		assert_int_equal(b.platforms, 0);
		free(p);
	}
}

static void hub_fields_and_cuts(void **state)
{
	static const uint8_t hub[] = {9, 0x29, 4, 0xe0, 0x01, 50, 100, 0, 0xff};
	struct usb_hub_descriptor d;

	(void)state;
	assert_true(usb_hub_descriptor_read(&d, hub, sizeof(hub)));
	assert_int_equal(d.bNbrPorts, 4);
	assert_int_equal(d.wHubCharacteristics, 0x01e0);
	assert_int_equal(d.bHubContrCurrent, 100);
	for (size_t len = 0; len < sizeof(hub); len++) {
		uint8_t *p = exact(hub, len);

		assert_int_equal(usb_hub_descriptor_read(&d, p, len), len >= 7);
		free(p);
	}
}

static void strings(void **state)
{
	static const uint8_t text[] = {16,   3,    'O',  0,    0xe9, 0x00, 0xac, 0x20,
	                               0x3d, 0xd8, 0x00, 0xde, 0x00, 0xdc, 0,    0};
	static const char want[] = "O\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd";
	uint8_t longest[255];
	char out[USB_STRING_MAX];

	(void)state;
	assert_int_equal(usb_string_read(out, text, sizeof(text)), sizeof(want) - 1);
	assert_string_equal(out, want);
	for (size_t len = 0; len < sizeof(text); len++) {
		uint8_t *p = exact(text, len);
		size_t n = usb_string_read(out, p, len);

		assert_int_equal(out[n], 0);
		assert_int_equal(strlen(out), n);
		if (len == 10) /* the first half of a pair, and no more */
			assert_string_equal(out, "O\xc3\xa9\xe2\x82\xac\xef\xbf\xbd");
		free(p);
	}
	memset(longest, 0xff, sizeof(longest));
	longest[1] = 3;
	assert_int_equal(usb_string_read(out, longest, sizeof(longest)), 126 * 3);
	longest[1] = 4;
	assert_int_equal(usb_string_read(out, longest, sizeof(longest)), 0);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_fields),         cmocka_unit_test(device_cut),
		cmocka_unit_test(configuration_fields),  cmocka_unit_test(configuration_cut),
		cmocka_unit_test(configuration_damaged), cmocka_unit_test(configuration_problems),
		cmocka_unit_test(configuration_limit),   cmocka_unit_test(bos_fields_and_cuts),
		cmocka_unit_test(hub_fields_and_cuts),   cmocka_unit_test(strings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
