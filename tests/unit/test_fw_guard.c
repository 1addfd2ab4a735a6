/* Guard mode, the keyboard it looks for, and alerts on both ways. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/alerts.h"
#include "core/bytes.h"
#include "core/guard.h"
#include "core/keyboard_watch.h"
#include "core/sample_keyboard.h"
#include "core/usb_dev.h"

static struct keyboard_watch watch;
static unsigned packets, found_at, found;
static uint8_t address;
static size_t damaged, longest; /* no packet; cut all to so many bytes */
static bool doubled;

static void hear(void *context, const uint8_t *bytes, size_t len)
{
	struct rx_packet p = {.bytes = bytes,
	                      .len = (uint16_t)(len < longest ? len : longest),
	                      .len_true = (uint16_t)len,
	                      .flags = packets == damaged ? WIRE_BAD_CRC : 0};

	(void)context;
	packets++;
	for (int i = 0; i < (doubled ? 2 : 1); i++)
		if (keyboard_watch_packet(&watch, &p, &address)) {
			found++;
			found_at = packets;
		}
}

static void all(bool hidden)
{
	memset(&watch, 0, sizeof(watch));
	packets = found = found_at = 0;
	address = 0;
	sample_keyboard(hidden, hear, NULL);
}

static int start(void **state)
{
	(void)state;
	damaged = longest = SIZE_MAX;
	doubled = false;
	return 0;
}

static void a_keyboard_is_told_where_it_shows(void **state)
{
	unsigned boot;

	(void)state;
	all(false);
	/* Once by its interface, once by its report descriptor. */
	assert_int_equal(found, 2);
	assert_int_equal(address, SAMPLE_KEYBOARD_ADDRESS);
	boot = found_at;
	all(true);
	assert_int_equal(found, 1);
	assert_int_equal(found_at, boot);
	/* A packet that comes twice, its handshake lost, is no new data. */
	doubled = true;
	all(true);
	assert_int_equal(found, 1);
}

static void damage_shows_nothing(void **state)
{
	unsigned last;

	(void)state;
	all(true);
	last = found_at;
	for (damaged = 0; damaged < packets; damaged++) {
		all(true);
		/* The packet itself, or what leads to it; anything else does not matter. */
		if (damaged == last - 1)
			assert_int_equal(found, 0);
	}
	damaged = SIZE_MAX;
	for (longest = 0; longest < 12; longest++)
		all(false);
}

/* A hub, a disk: page 07 is a byte in many a descriptor, and only an item of its own counts. */
static void other_devices_are_none(void **state)
{
	static const uint8_t mouse[] = {0x05, 0x01, 0x09, 0x02, 0xa1, 0x01, 0x05, 0x09, 0x19,
	                                0x07, 0x29, 0x07, 0x26, 0x05, 0x07, 0x27, 0x05, 0x07,
	                                0x05, 0x07, 0xfe, 0x03, 0x05, 0x07, 0x05, 0x07, 0xc0};
	static const uint8_t wide[] = {0x05, 0x01, 0x1b, 0x04, 0x00, 0x07, 0x00};
	static const uint8_t request[] = {USB_PID_DATA0, 0x81, 6, 0, 0x22, 0, 0, 64, 0, 0, 0};
	static const uint8_t setup[] = {USB_PID_SETUP, 3, 0}, in[] = {USB_PID_IN, 3, 0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		const uint8_t *from = i ? wide : mouse;
		size_t len = i ? sizeof(wide) : sizeof(mouse);
		uint8_t p[11] = {0};

		memset(&watch, 0, sizeof(watch));
		found = packets = 0;
		hear(NULL, setup, 3);
		hear(NULL, request, 11);
		for (size_t at = 0; at < len; at += 8) {
			size_t n = len - at < 8 ? len - at : 8;

			hear(NULL, in, 3);
			p[0] = at / 8 % 2 ? USB_PID_DATA0 : USB_PID_DATA1;
			memcpy(p + 1, from + at, n);
			hear(NULL, p, n + 3);
		}
		/* A usage of four bytes carries its page itself. */
		assert_int_equal(found, i);
	}
}

static void the_guard_opens_for_its_mask_alone(void **state)
{
	struct guard g = {0};

	(void)state;
	assert_false(guard_trip(&g, WIRE_GUARD_KEYBOARD, WIRE_ALERT_KEYBOARD, 1, 5));
	assert_false(guard_arm(&g, 8, 100, 5));
	assert_false(guard_arm(&g, 1, 0, 5));
	assert_false(g.mask);
	assert_true(guard_arm(&g, WIRE_GUARD_KEYBOARD, 100, 5));
	assert_false(guard_trip(&g, WIRE_GUARD_OVERVOLTAGE, WIRE_ALERT_OVERVOLTAGE, 0, 6));
	assert_true(guard_trip(&g, WIRE_GUARD_KEYBOARD, WIRE_ALERT_KEYBOARD, 9, 7));
	assert_true(g.tripped && g.untold && g.at == 7 && g.address == 9 && g.was == 1 && !g.mask);
	/* Once; what comes later is not the cause. */
	assert_false(guard_trip(&g, WIRE_GUARD_KEYBOARD, WIRE_ALERT_KEYBOARD, 10, 8));
	assert_true(guard_arm(&g, 7, 100, 9));
	/* A lease that is renewed before the trip was told does not hide it. */
	assert_true(!g.tripped && g.untold && g.at == 7);
	assert_true(guard_arm(&g, 0, 0, 10));
	assert_false(guard_trip(&g, WIRE_GUARD_HOST_LOST, WIRE_ALERT_HOST_LOST, 0, 11));
}

static void a_lease_ends(void **state)
{
	struct guard g = {0};

	(void)state;
	assert_false(guard_time(&g, UINT64_MAX));
	assert_true(guard_arm(&g, WIRE_GUARD_KEYBOARD, 10, 1000));
	assert_false(guard_time(&g, 1000 + 10 * 120000 - 1));
	/* Renewed in time. */
	assert_true(guard_arm(&g, WIRE_GUARD_KEYBOARD, 10, 1000000));
	assert_false(guard_time(&g, 1000 + 10 * 120000));
	assert_true(guard_time(&g, 1000000 + 10 * 120000));
	assert_int_equal(g.what, WIRE_ALERT_HOST_LOST);
	assert_false(guard_time(&g, UINT64_MAX));
}

static unsigned by_hid, in_stream, refuse;
static uint16_t last_hid, last_stream;

static bool hid(void *context, const uint8_t *report)
{
	(void)context;
	if (refuse && refuse--)
		return false;
	assert_int_equal(report[0], WIRE_ALERT);
	/* In order, though not without gaps, and across the number's end. */
	assert_in_range((uint16_t)(load_le16(report + 2) - last_hid), 1, ALERTS_WAITING + 1);
	last_hid = load_le16(report + 2);
	by_hid++;
	return true;
}

static void on_record(void *context, const struct wire_record *r)
{
	(void)context;
	if (r->kind != WIRE_ALERT)
		return;
	assert_int_equal(load_le16(r->body), (uint16_t)(last_stream + 1));
	last_stream = load_le16(r->body);
	in_stream++;
}

static struct upstream up;

static void drain(void)
{
	static const struct wire_sink sink = {.record = on_record};
	static struct wire_reader reader;
	uint8_t buf[64];
	size_t n;

	wire_reader_init(&reader);
	/* What was put while a block waited closes with the next flush, as each millisecond brings one. */
	do {
		while ((n = upstream_fetch(&up, buf, sizeof(buf))) != 0)
			wire_reader_push(&reader, buf, n, &sink);
		upstream_flush(&up);
	} while (up.closed != up.fetched);
}

static void alerts_go_both_ways(void **state)
{
	struct alerts a = {0};

	(void)state;
	by_hid = in_stream = last_hid = last_stream = 0;
	upstream_init(&up);
	refuse = 3;
	for (int i = 0; i < 3; i++) {
		alerts_raise(&a, WIRE_ALERT_KEYBOARD, 5, 100);
		alerts_run(&a, &up, true, hid, NULL);
	}
	drain();
	assert_int_equal(in_stream, 3);
	/* Refused ones come later. */
	for (int i = 0; i < 3; i++)
		alerts_run(&a, &up, true, hid, NULL);
	assert_int_equal(by_hid, 3);
	assert_int_equal(a.count, 0);
	/* A stream without room is asked again when it has some. */
	while (upstream_level(&up) < 256) {
		upstream_put(&up, WIRE_EDGES, 0, 1, 1500);
		upstream_flush(&up);
	}
	alerts_raise(&a, WIRE_ALERT_KEYBOARD, 5, 100);
	alerts_run(&a, &up, true, hid, NULL);
	assert_int_equal(a.count, 1);
	drain();
	alerts_run(&a, &up, true, hid, NULL);
	drain();
	assert_int_equal(in_stream, 4);
	assert_int_equal(by_hid, 4);
	/* Nobody there: the stream alone. More than can wait: the next number shows it. */
	alerts_raise(&a, WIRE_ALERT_KEYBOARD, 5, 100);
	alerts_run(&a, &up, false, hid, NULL);
	assert_int_equal(a.count + by_hid, 4);
	for (int i = 0; i < 12; i++)
		alerts_raise(&a, WIRE_ALERT_KEYBOARD, 5, 100);
	assert_int_equal(a.count, ALERTS_WAITING);
	assert_int_equal(a.sequence, 17);
}

/* The number ends after 65535 alerts: both ways go on with 0, and one that found no place is a gap there as anywhere. */
static void numbers_wrap(void **state)
{
	struct alerts a = {.sequence = UINT16_MAX - 3};

	(void)state;
	by_hid = in_stream = refuse = 0;
	last_hid = last_stream = a.sequence;
	upstream_init(&up);
	for (int i = 0; i < 8; i++) {
		alerts_raise(&a, WIRE_ALERT_OVERVOLTAGE, 0, 100);
		alerts_run(&a, &up, true, hid, NULL);
	}
	drain();
	assert_int_equal(by_hid, 8);
	assert_int_equal(in_stream, 8);
	assert_int_equal(last_hid, 4);
	assert_int_equal(last_stream, 4);
	/* All places taken up to 65535, three too many behind it: the next number is 3. */
	a.sequence = last_hid = last_stream = UINT16_MAX - ALERTS_WAITING;
	for (int i = 0; i < ALERTS_WAITING + 3; i++)
		alerts_raise(&a, WIRE_ALERT_OVERVOLTAGE, 0, 100);
	alerts_run(&a, &up, true, hid, NULL);
	drain();
	assert_int_equal(last_hid, UINT16_MAX);
	assert_int_equal(last_stream, UINT16_MAX);
	last_stream += 3;
	alerts_raise(&a, WIRE_ALERT_OVERVOLTAGE, 0, 100);
	alerts_run(&a, &up, true, hid, NULL);
	drain();
	assert_int_equal(last_hid, 3);
	assert_int_equal(last_stream, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_keyboard_is_told_where_it_shows, start),
		cmocka_unit_test_setup(damage_shows_nothing, start),
		cmocka_unit_test_setup(other_devices_are_none, start),
		cmocka_unit_test(the_guard_opens_for_its_mask_alone),
		cmocka_unit_test(a_lease_ends),
		cmocka_unit_test(alerts_go_both_ways),
		cmocka_unit_test(numbers_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
