/* The device stack against a fake controller: chapter 9 request by request, halts, toggles, order, both pipes. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/usb_dcd.h"
#include "core/usb_desc.h"

/* What the stack has asked of the controller, by endpoint and direction (1 is IN). */
static struct {
	struct {
		bool open, stalled, armed;
		unsigned opened;
		size_t len;
		uint8_t data[64];
	} ep[3][2];
	uint8_t address;
} fake;

#define EP(e) fake.ep[(e)&15][(e) >> 7]

void usb_dcd_address(uint8_t address)
{
	fake.address = address;
}

void usb_dcd_open(uint8_t endpoint, uint8_t type)
{
	assert_true(type == USB_DCD_BULK || type == USB_DCD_INTERRUPT);
	EP(endpoint).open = true;
	EP(endpoint).stalled = EP(endpoint).armed = false;
	EP(endpoint).opened++;
}

void usb_dcd_close(uint8_t endpoint)
{
	EP(endpoint).open = EP(endpoint).armed = false;
}

void usb_dcd_stall(uint8_t endpoint)
{
	EP(endpoint).stalled = true;
	EP(endpoint).armed = false;
}

void usb_dcd_send(uint8_t endpoint, const uint8_t *data, size_t len)
{
	assert_true(endpoint & 0x80);
	assert_true(len <= 64);
	assert_false(EP(endpoint).armed);
	EP(endpoint).armed = true;
	EP(endpoint).len = len;
	if (len)
		memcpy(EP(endpoint).data, data, len);
}

void usb_dcd_receive(uint8_t endpoint)
{
	assert_false(endpoint & 0x80);
	EP(endpoint).armed = true;
}

static struct {
	unsigned commands, active_calls;
	bool active, by_hid;
	size_t len;
	uint8_t data[64];
	size_t stream; /* bytes that wait */
} client_saw;

static size_t bulk_wanted(void *context, const uint8_t **from)
{
	static uint8_t packet[64];
	size_t n = client_saw.stream < 64 ? client_saw.stream : 64;

	(void)context;
	memset(packet, 0xab, n);
	*from = packet;
	client_saw.stream -= n;
	return n;
}

static void on_command(void *context, const uint8_t *data, size_t len, bool by_hid)
{
	(void)context;
	client_saw.commands++;
	client_saw.by_hid = by_hid;
	client_saw.len = len;
	memcpy(client_saw.data, data, len);
}

static void on_report(void *context, uint8_t *to)
{
	(void)context;
	memset(to, 0x5c, USB_DEV_REPORT);
}

static void on_active(void *context, bool active)
{
	(void)context;
	client_saw.active = active;
	client_saw.active_calls++;
}

static const struct usb_dev_client client = {.bulk_wanted = bulk_wanted,
                                             .command = on_command,
                                             .report = on_report,
                                             .active = on_active};
static struct usb_dev dev;

static int start(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	memset(&client_saw, 0, sizeof(client_saw));
	usb_dev_init(&dev, &client, 0x0123456789abcdef);
	usb_dev_on_reset(&dev);
	return 0;
}

static void setup(uint8_t type, uint8_t request, uint16_t value, uint16_t index, uint16_t length)
{
	uint8_t s[8] = {type, request};

	store_le16(s + 2, value);
	store_le16(s + 4, index);
	store_le16(s + 6, length);
	memset(&fake.ep[0], 0, sizeof(fake.ep[0]));
	usb_dev_on_setup(&dev, s);
}

enum { STALLED = -1 };

/* A whole control transfer; the bytes read, or STALLED. */
static int control(uint8_t type, uint8_t request, uint16_t value, uint16_t index, uint16_t length,
                   uint8_t *to)
{
	int got = 0;

	setup(type, request, value, index, length);
	for (;;) {
		if (EP(0x80).stalled) {
			assert_true(EP(0x00).stalled);
			return STALLED;
		}
		if (!(type & 0x80) || !length)
			break;
		assert_true(EP(0x80).armed);
		size_t n = EP(0x80).len;

		assert_true(got + (int)n <= length);
		memcpy(to + got, EP(0x80).data, n);
		got += (int)n;
		EP(0x80).armed = false;
		usb_dev_on_sent(&dev, 0x80);
		if (n < 64 || got == length)
			break;
	}
	if (type & 0x80 && length) {
		assert_true(EP(0x00).armed);
		assert_false(EP(0x80).armed);
		EP(0x00).armed = false;
		usb_dev_on_received(&dev, 0x00, NULL, 0);
	} else {
		assert_true(EP(0x80).armed);
		assert_int_equal(EP(0x80).len, 0);
		EP(0x80).armed = false;
		usb_dev_on_sent(&dev, 0x80);
	}
	return got;
}

static void configure(void)
{
	assert_int_equal(control(0x00, 5, 9, 0, 0, NULL), 0);
	assert_int_equal(fake.address, 9);
	assert_int_equal(control(0x00, 9, 1, 0, 0, NULL), 0);
	assert_true(client_saw.active);
}

static void descriptors_are_consistent(void **state)
{
	uint8_t d[256], r[256];
	unsigned at, interfaces = 0, endpoints = 0;
	int n;

	(void)state;
	assert_int_equal(control(0x80, 6, 0x100, 0, 64, d), 18);
	assert_int_equal(d[7], 64);
	n = control(0x80, 6, 0x200, 0, 255, d);
	assert_int_equal(n, load_le16(d + 2));
	for (at = 0; at < (unsigned)n; at += d[at]) {
		assert_true(d[at] >= 2);
		interfaces += d[at + 1] == 4;
		endpoints += d[at + 1] == 5;
		if (d[at + 1] == 0x21) {
			configure();
			assert_int_equal(control(0x81, 6, 0x2200, 1, 255, r),
			                 load_le16(d + at + 7));
			assert_int_equal(r[0], 0x06);
			assert_int_equal(load_le16(r + 1), 0xff00);
		}
	}
	assert_int_equal(at, n);
	assert_int_equal(interfaces, d[4]);
	assert_int_equal(endpoints, 4);
	/* BOS and the set it announces. */
	n = control(0x80, 6, 0xf00, 0, 255, d);
	assert_int_equal(n, load_le16(d + 2));
	assert_int_equal(control(0xc0, d[n - 2], 0, 7, 255, r), load_le16(d + n - 4));
	assert_int_equal(load_le16(r + 8), load_le16(d + n - 4));
	/* Its parts fill it. */
	n = load_le16(r + 8);
	for (at = 0; at < (unsigned)n; at += load_le16(r + at))
		assert_true(load_le16(r + at) >= 8);
	assert_int_equal(at, n);
	/* The serial number is the flash's. */
	assert_int_equal(control(0x80, 6, 0x303, 0x409, 255, d), 34);
	assert_int_equal(d[2], '0');
	assert_int_equal(d[32], 'F');
}

static void reads_end_where_they_should(void **state)
{
	uint8_t d[512];
	const uint8_t *whole;
	size_t len;

	(void)state;
	whole = usb_desc(2, 0, &len);
	/* Each length, and with it each way to end: short packet, exact, zero packet. */
	for (uint16_t ask = 1; ask < 200; ask++) {
		int n = control(0x80, 6, 0x200, 0, ask, d);

		assert_int_equal(n, ask < len ? ask : len);
		assert_memory_equal(d, whole, n);
	}
	/* 192 bytes of answer to a question for more would need a packet of none; the BOS of 33 and others do not. */
	setup(0xc0, USB_DESC_VENDOR_CODE, 0, USB_DESC_MS_OS_20_INDEX, 500);
	usb_desc_ms_os_20(&len);
	for (size_t got = 0;;) {
		size_t n = EP(0x80).len;

		assert_true(EP(0x80).armed);
		EP(0x80).armed = false;
		usb_dev_on_sent(&dev, 0x80);
		got += n;
		if (n < 64) {
			assert_int_equal(got, len);
			break;
		}
	}
}

static void what_is_not_meant_is_stalled(void **state)
{
	static const struct {
		uint8_t type, request;
		uint16_t value, index, length;
	} no[] = {
		{0x80, 6, 0x0600, 0, 10},  /* device qualifier: full speed only */
		{0x80, 6, 0x0309, 0, 255}, /* no such string */
		{0x80, 6, 0x0201, 0, 255}, /* no second configuration */
		{0x00, 9, 2, 0, 0},        {0x00, 5, 128, 0, 0},     {0x00, 5, 5, 1, 0},
		{0x00, 3, 1, 0, 0},      /* remote wakeup */
		{0x00, 7, 0x100, 0, 18}, /* SET_DESCRIPTOR */
		{0x82, 12, 0, 0x81, 2},  /* SYNCH_FRAME */
		{0x82, 0, 0, 0x83, 2},     {0x02, 3, 0, 0x85, 0},    {0x01, 11, 1, 0, 0},
		{0x81, 10, 0, 2, 1},       {0x81, 0, 0, 2, 2},       {0x80, 0, 0, 0, 3},
		{0xa1, 3, 0, 1, 1}, /* GET_PROTOCOL: no boot device */
		{0xa1, 1, 0x0300, 1, 64},  {0xa1, 1, 0x0100, 0, 64}, {0x21, 9, 0x0200, 1, 65},
		{0xc0, 0x21, 0, 7, 64},    {0xc0, 0x20, 0, 6, 64},   {0x40, 0x20, 0, 7, 0},
		{0x60, 6, 0x100, 0, 18},   {0x83, 0, 0, 0, 2},       {0x00, 0, 0, 0, 0},
	};
	uint8_t d[256];

	(void)state;
	configure();
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_int_equal(control(no[i].type, no[i].request, no[i].value, no[i].index,
		                         no[i].length, d),
		                 STALLED);
	assert_int_equal(control(0x80, 8, 0, 0, 1, d), 1);
	assert_int_equal(d[0], 1);
}

static void interfaces_need_a_configuration(void **state)
{
	uint8_t d[64];

	(void)state;
	assert_int_equal(control(0x81, 0, 0, 0, 2, d), STALLED);
	assert_int_equal(control(0x82, 0, 0, 0x81, 2, d), STALLED);
	assert_int_equal(control(0x82, 0, 0, 0x80, 2, d), 2);
	assert_int_equal(control(0xa1, 1, 0x100, 1, 64, d), STALLED);
	configure();
	assert_int_equal(control(0x81, 0, 0, 0, 2, d), 2);
	assert_int_equal(control(0xa1, 1, 0x100, 1, 64, d), 64);
	assert_int_equal(d[63], 0x5c);
}

/* The branch for IN and the one for OUT are one: each endpoint is halted and cleared by itself. */
static void halts_are_each_endpoints_own(void **state)
{
	static const uint8_t all[] = {USB_DEV_BULK_IN, USB_DEV_BULK_OUT, USB_DEV_HID_IN,
	                              USB_DEV_HID_OUT};
	uint8_t d[2];

	(void)state;
	configure();
	for (size_t i = 0; i < sizeof(all); i++) {
		unsigned opened = EP(all[i]).opened;

		assert_int_equal(control(0x02, 3, 0, all[i], 0, NULL), 0);
		for (size_t k = 0; k < sizeof(all); k++) {
			assert_int_equal(EP(all[k]).stalled, i == k);
			assert_int_equal(control(0x82, 0, 0, all[k], 2, d), 2);
			assert_int_equal(d[0], i == k);
		}
		assert_int_equal(control(0x02, 1, 0, all[i], 0, NULL), 0);
		assert_false(EP(all[i]).stalled);
		/* Opened anew: the toggle is DATA0 again. */
		assert_int_equal(EP(all[i]).opened, opened + 1);
		if (!(all[i] & 0x80))
			assert_true(EP(all[i]).armed);
	}
}

static void address_is_set_after_the_status_stage(void **state)
{
	(void)state;
	setup(0x00, 5, 9, 0, 0);
	assert_int_equal(fake.address, 0);
	/* A new SETUP comes first: the address is not taken. */
	assert_int_equal(control(0x00, 9, 0, 0, 0, NULL), 0);
	assert_int_equal(fake.address, 0);
	assert_int_equal(control(0x00, 5, 9, 0, 0, NULL), 0);
	assert_int_equal(fake.address, 9);
	usb_dev_on_reset(&dev);
	assert_int_equal(fake.address, 0);
}

static void stream_flows_and_stops(void **state)
{
	(void)state;
	client_saw.stream = 100;
	usb_dev_bulk_kick(&dev);
	assert_false(EP(0x81).armed);
	configure();
	assert_true(EP(0x81).armed);
	assert_int_equal(EP(0x81).len, 64);
	EP(0x81).armed = false;
	usb_dev_on_sent(&dev, 0x81);
	assert_int_equal(EP(0x81).len, 36);
	EP(0x81).armed = false;
	usb_dev_on_sent(&dev, 0x81);
	assert_false(EP(0x81).armed);
	/* Suspended: nothing is armed; resumed: it goes on by itself. */
	usb_dev_on_suspend(&dev, true);
	assert_false(client_saw.active);
	client_saw.stream = 10;
	usb_dev_bulk_kick(&dev);
	assert_false(EP(0x81).armed);
	usb_dev_on_suspend(&dev, false);
	assert_true(EP(0x81).armed);
	/* Unconfigured, then configured again in the middle of a packet. */
	assert_int_equal(control(0x00, 9, 0, 0, 0, NULL), 0);
	assert_false(client_saw.active);
	client_saw.stream = 5;
	assert_int_equal(control(0x00, 9, 1, 0, 0, NULL), 0);
	assert_int_equal(EP(0x81).len, 5);
}

static void commands_come_three_ways(void **state)
{
	uint8_t data[64];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 3);
	configure();
	EP(0x01).armed = false;
	usb_dev_on_received(&dev, 0x01, data, 15);
	assert_int_equal(client_saw.len, 15);
	assert_false(client_saw.by_hid);
	assert_true(EP(0x01).armed);
	usb_dev_on_received(&dev, 0x02, data, 64);
	assert_int_equal(client_saw.len, 64);
	assert_true(client_saw.by_hid);
	setup(0x21, 9, 0x200, 1, 20);
	assert_true(EP(0x00).armed);
	EP(0x00).armed = false;
	usb_dev_on_received(&dev, 0x00, data, 20);
	assert_int_equal(client_saw.commands, 3);
	assert_int_equal(client_saw.len, 20);
	assert_memory_equal(client_saw.data, data, 20);
	assert_true(EP(0x80).armed);
	/* More than was announced is not taken. */
	setup(0x21, 9, 0x200, 1, 5);
	usb_dev_on_received(&dev, 0x00, data, 64);
	assert_int_equal(client_saw.len, 5);
}

static void one_report_at_a_time(void **state)
{
	uint8_t report[USB_DEV_REPORT] = {1};

	(void)state;
	assert_false(usb_dev_hid_send(&dev, report));
	configure();
	assert_true(usb_dev_hid_send(&dev, report));
	assert_false(usb_dev_hid_send(&dev, report));
	EP(0x82).armed = false;
	usb_dev_on_sent(&dev, 0x82);
	assert_true(usb_dev_hid_send(&dev, report));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(descriptors_are_consistent, start),
		cmocka_unit_test_setup(reads_end_where_they_should, start),
		cmocka_unit_test_setup(what_is_not_meant_is_stalled, start),
		cmocka_unit_test_setup(interfaces_need_a_configuration, start),
		cmocka_unit_test_setup(halts_are_each_endpoints_own, start),
		cmocka_unit_test_setup(address_is_set_after_the_status_stage, start),
		cmocka_unit_test_setup(stream_flows_and_stops, start),
		cmocka_unit_test_setup(commands_come_three_ways, start),
		cmocka_unit_test_setup(one_report_at_a_time, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
