/* R14, R14a, R14b, R14c and the tables behind them. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
#include "detect/identity.h"

static void found(enum profile_kind kind, uint16_t vid, uint16_t pid, uint32_t kinds, uint8_t class,
                  const char *rule, unsigned want, enum weight weight)
{
	struct build_interface i = {class, 6, 0, 0, {0}};
	struct build b;
	struct model_device *d;

	build_init(&b, kind);
	d = build_device(&b, 0, USB_SPEED_LOW);
	build_described(&b, d, vid, pid);
	if (class)
		build_config(&b, d, &i, 1);
	if (kinds)
		build_hid(&b, d, 0, 0, kinds, NULL, 63);
	build_described(&b, d, vid, pid);
	assert_int_equal(build_count(&b, rule), want);
	if (want)
		assert_int_equal(build_find(&b, rule)->weight, weight);
	build_release(&b);
}

static void known_ids(void **state)
{
	(void)state;
	for (unsigned k = PROFILE_BARE; k <= PROFILE_HOST; k++)
		found((enum profile_kind)k, 0xd3c0, 0xd34d, 0, 0, "R14", 1, WEIGHT_MEDIUM);
	found(PROFILE_HOST, 0x16c0, 0x27db, 0, 0, "R14", 1, WEIGHT_MEDIUM);
	found(PROFILE_HOST, 0x1b4f, 0x9207, 0, 0, "R14", 1, WEIGHT_MEDIUM);
	found(PROFILE_HOST, 0xf000, 0xff02, 0, 0, "R14", 1, WEIGHT_MEDIUM);
	found(PROFILE_HOST, 0x1915, 0x520c, 0, 0, "R14", 1, WEIGHT_WEAK);
}

static void near_ids(void **state)
{
	(void)state;
	found(PROFILE_HOST, 0xd3c0, 0xd34c, 0, 0, "R14", 0, 0);
	found(PROFILE_HOST, 0x1b4f, 0x9206, 0, 0, "R14", 0, 0);
	found(PROFILE_HOST, 0x1b4f, 0x9209, 0, 0, "R14", 0, 0);
	found(PROFILE_HOST, 0xf000, 0xfeff, 0, 0, "R14", 0, 0);
	/* Genuine products that tools claim to be. */
	found(PROFILE_HOST, 0x05ac, 0x021e, 0, 0, "R14", 0, 0);
	found(PROFILE_HOST, 0x046d, 0xc52b, 0, 0, "R14", 0, 0);
}

static void gadgets_need_input_or_network(void **state)
{
	(void)state;
	found(PROFILE_HOST, 0x1d6b, 0x0104, 0, 8, "R14", 0, 0);
	found(PROFILE_HOST, 0x1d6b, 0x0104, HID_KIND_MOUSE, 8, "R14", 0, 0);
	found(PROFILE_HOST, 0x1d6b, 0x0104, HID_KIND_KEYBOARD, 0, "R14", 1, WEIGHT_MEDIUM);
	found(PROFILE_HOST, 0x1d6b, 0x0104, 0, 2, "R14", 1, WEIGHT_MEDIUM);
}

static void receivers(void **state)
{
	(void)state;
	found(PROFILE_BARE, 0x046d, 0xc52b, 0, 0, "R14c", 1, WEIGHT_MEDIUM);
	found(PROFILE_BARE, 0x046d, 0xc52a, 0, 0, "R14c", 0, 0);
	found(PROFILE_HOST, 0x046d, 0xc52b, 0, 0, "R14c", 0, 0);
	found(PROFILE_DEVICE, 0x046d, 0xc52b, 0, 0, "R14c", 0, 0);
}

/* The first hash of threats.md, section 0. */
static const uint8_t espusb[32] = {
	0x01, 0x34, 0x65, 0x7d, 0xe8, 0x0e, 0xa8, 0xe4, 0xc1, 0x2e, 0xfe,
	0x15, 0x11, 0x02, 0xb4, 0x5a, 0x84, 0x8f, 0x54, 0x96, 0xc9, 0x1a,
	0x1f, 0x43, 0x28, 0x1b, 0x83, 0x03, 0x34, 0x60, 0xb7, 0x8b,
};

static void structures_by_hash(void **state)
{
	uint8_t near[32];
	struct build b;

	(void)state;
	memcpy(near, espusb, 32);
	near[31] ^= 1;
	for (unsigned k = PROFILE_BARE; k <= PROFILE_HOST; k++) {
		build_init(&b, (enum profile_kind)k);
		build_hashed(&b, build_device(&b, 0, USB_SPEED_LOW), espusb);
		assert_int_equal(build_find(&b, "R14a")->weight, WEIGHT_DECISIVE);
		assert_int_equal(build_find(&b, "R14a")->group, GROUP_PRESENCE);
		build_hashed(&b, build_device(&b, 1, USB_SPEED_LOW), near);
		assert_int_equal(build_count(&b, "R14a"), 1);
		build_release(&b);
	}
}

/* Open firmware that hobby builds share accuses nobody by itself. */
static void structures_that_do_not_decide(void **state)
{
	struct build b;
	unsigned decisive = 0;

	(void)state;
	for (unsigned i = 0; i < structures_count; i++) {
		build_init(&b, PROFILE_HOST);
		build_hashed(&b, build_device(&b, 0, USB_SPEED_LOW), structures[i].sha256);
		assert_int_equal(build_count(&b, "R14a"), structures[i].decisive);
		decisive += structures[i].decisive;
		build_release(&b);
	}
	assert_int_equal(decisive, 2);
}

static unsigned false_vendor(uint16_t vid, const uint8_t hash[32])
{
	struct build b;
	struct model_device *d;
	unsigned n;

	build_init(&b, PROFILE_HOST);
	d = build_device(&b, 0, USB_SPEED_LOW);
	build_described(&b, d, vid, 0x0250);
	build_hashed(&b, d, hash);
	n = build_count(&b, "R14b");
	if (n)
		assert_int_equal(build_find(&b, "R14b")->weight, WEIGHT_MEDIUM);
	build_release(&b);
	return n;
}

static void makers_on_foreign_structures(void **state)
{
	static const uint8_t other[32] = {1};

	(void)state;
	assert_int_equal(false_vendor(0x05ac, espusb), 1); /* M10 */
	assert_int_equal(false_vendor(0x046d, espusb), 1);
	assert_int_equal(false_vendor(0xd3c0, espusb), 0);
	assert_int_equal(false_vendor(0xb33f, espusb), 0); /* M04: nobody's id claims nobody */
	assert_int_equal(false_vendor(0x05ac, other), 0);
}

static void serial_port_beside_keys(void **state)
{
	static const struct build_interface core[] = {
		{2, 2, 0, 0, {0}}, {10, 0, 0, 0, {0}}, {3, 0, 0, 65, {0x83}}};
	static const uint16_t vid[] = {0x05ac, 0x046d, 0x303a, 0x1532};
	static const unsigned want[] = {1, 1, 0, 0};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct build b;
		struct model_device *d;

		build_init(&b, PROFILE_BARE);
		d = build_device(&b, 0, USB_SPEED_FULL);
		build_described(&b, d, vid[i], 0x201e);
		build_config(&b, d, core, 3);
		assert_int_equal(build_count(&b, "R14b"), 0); /* a modem has a serial port too */
		build_hid(&b, d, 0, 2, HID_KIND_KEYBOARD, NULL, 65);
		assert_int_equal(build_count(&b, "R14b"), want[i]);
		build_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_ids),
		cmocka_unit_test(near_ids),
		cmocka_unit_test(gadgets_need_input_or_network),
		cmocka_unit_test(receivers),
		cmocka_unit_test(structures_by_hash),
		cmocka_unit_test(structures_that_do_not_decide),
		cmocka_unit_test(makers_on_foreign_structures),
		cmocka_unit_test(serial_port_beside_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
