/* Reports that are no keys, by the descriptors of real devices: pointers with and without a wheel, controls as arrays and bits. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sim/play_state.h"

static void descriptor(const char *name, uint8_t interface, struct hid_descriptor *hid)
{
	struct sim_device d;

	assert_true(sim_device_load(&d, sim_device_find(name)));
	for (unsigned i = 0; i < d.interfaces; i++)
		if (d.interface[i].number == interface)
			hid_parse(hid, sim_device_bytes(&d, d.interface[i].report),
			          d.interface[i].report.len);
}

static void is(const struct keyboard_report *r, const char *bytes, size_t len)
{
	assert_int_equal(r->len, len);
	assert_memory_equal(r->bytes, bytes, len);
}

static void motion(void **state)
{
	const struct play_motion m = {.x = 5, .y = -2, .wheel = -3, .buttons = 2};
	struct keyboard_report r;
	struct hid_descriptor hid;

	(void)state;
	descriptor("omg", 0, &hid);
	assert_true(play_motion(&hid, &m, &r));
	is(&r, "\x02\x05\xfe\xfd", 4);
	descriptor("omg", 1, &hid);
	assert_false(play_motion(&hid, &m, &r));
}

static void controls(void **state)
{
	struct keyboard_report r;
	struct hid_descriptor hid;

	(void)state;
	/* An array under report id 2 that says any usage up to 0x2ff. */
	descriptor("hp_kbd", 1, &hid);
	assert_true(play_consumer(&hid, 0xe9, true, &r));
	is(&r, "\x02\xe9\x00", 3);
	assert_true(play_consumer(&hid, 0xe9, false, &r));
	is(&r, "\x02\x00\x00", 3);
	assert_false(play_consumer(&hid, 0x300, true, &r));
	/* A bit each for volume up and down, play, mute. */
	descriptor("headset", 3, &hid);
	assert_true(play_consumer(&hid, 0xea, true, &r));
	is(&r, "\x02", 1);
	assert_true(play_consumer(&hid, 0xe2, true, &r));
	is(&r, "\x08", 1);
	assert_false(play_consumer(&hid, 0x30, true, &r));
	descriptor("omg", 0, &hid);
	assert_false(play_consumer(&hid, 0xe9, true, &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(motion),
		cmocka_unit_test(controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
