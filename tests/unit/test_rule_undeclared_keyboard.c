/* R6, R6b and R20: keyboards and other devices that nobody declared, in each profile. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
static const struct build_interface boot_keyboard[] = {{3, 1, 1, 63, {0x81}}};
static const struct build_interface hidden_keyboard[] = {{3, 0, 0, 63, {0x81}}};

static void declare(struct build *b, const char *serial)
{
	b->p.has_hash = true;
	memset(b->p.structure_sha256, 0x11, 32);
	if (serial) {
		b->p.has_serial = true;
		strcpy(b->p.serial, serial);
	}
	build_start(b);
}

static struct model_device *keyboard(struct build *b, unsigned slot, uint8_t structure)
{
	struct model_device *d = build_device(b, slot, USB_SPEED_LOW);

	build_described(b, d, 0x1000, structure);
	build_config(b, d, boot_keyboard, 1);
	build_hid(b, d, slot, 0, HID_KIND_KEYBOARD | HID_KIND_LED, NULL, 63);
	if (structure)
		build_hashed_fill(b, d, structure);
	return d;
}

static void bare_any_keyboard(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_BARE);
	d = keyboard(&b, 0, 0x11);
	assert_int_equal(build_count(&b, "R6"), 1);
	assert_int_equal(build_find(&b, "R6")->weight, WEIGHT_DECISIVE);
	build_key(&b, &b.m->hid[0], 4, 0);
	build_event(&b, EVENT_DEVICE_DESCRIBED, d);
	assert_int_equal(build_count(&b, "R6"), 1);
	build_inferred(&b, build_device(&b, 1, USB_SPEED_LOW), 1);
	assert_int_equal(build_count(&b, "R6"), 2);
	assert_int_equal(build_count(&b, "R6b"), 0);
	build_release(&b);
}

static void it_hides(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_BARE);
	d = build_device(&b, 0, USB_SPEED_FULL);
	build_config(&b, d, hidden_keyboard, 1);
	strcpy(d->product, "Mouse\x1b[2J");
	build_hid(&b, d, 0, 0, HID_KIND_KEYBOARD | HID_KIND_VENDOR_IN, NULL, 63);
	assert_non_null(strstr(build_find(&b, "R6")->text, "hides"));
	assert_non_null(strstr(build_find(&b, "R6")->text, "\"Mouse?[2J\""));
	build_release(&b);
}

static void other_input(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_BARE);
	d = build_device(&b, 0, USB_SPEED_LOW);
	build_hid(&b, d, 0, 0, HID_KIND_MOUSE, NULL, 52);
	assert_int_equal(build_count(&b, "R6b"), 1);
	assert_int_equal(build_find(&b, "R6b")->weight, WEIGHT_MEDIUM);
	assert_int_equal(build_count(&b, "R6"), 0);
	/* What sends nothing that acts is no input: FIDO, vendor pages, lights. */
	d = build_device(&b, 1, USB_SPEED_FULL);
	build_hid(&b, d, 1, 0, HID_KIND_FIDO | HID_KIND_VENDOR_IN | HID_KIND_VENDOR_OUT, NULL, 34);
	assert_int_equal(build_count(&b, "R6b"), 1);
	build_release(&b);
}

static void host_knows_no_declaration(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_HOST);
	keyboard(&b, 0, 0x11);
	keyboard(&b, 1, 0x22);
	assert_int_equal(build_count(&b, "R6"), 0);
	assert_int_equal(build_count(&b, "R20"), 0);
	build_release(&b);
}

static void first_keyboard_is_the_declared_one(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_KEYBOARD);
	keyboard(&b, 0, 0x11);
	build_key(&b, &b.m->hid[0], 4, 0);
	assert_int_equal(build_count(&b, "R6"), 0);
	keyboard(&b, 1, 0x22);
	assert_int_equal(build_count(&b, "R6"), 1);
	/* Both are there: nothing stands in. */
	assert_int_equal(build_count(&b, "R20"), 0);
	build_release(&b);
}

/* B16: the same keyboard comes back again and again, also before its structure was known whole. */
static void it_may_come_back(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_KEYBOARD);
	d = keyboard(&b, 0, 0);
	build_gone(&b, d);
	for (unsigned i = 1; i < 5; i++) {
		b.t_ns += BUILD_S;
		d = keyboard(&b, i, 0);
		build_hashed_fill(&b, d, 0x11);
		build_key(&b, &b.m->hid[i], 4, 0);
		build_gone(&b, d);
	}
	assert_int_equal(build_count(&b, "R6"), 0);
	assert_int_equal(build_count(&b, "R20"), 0);
	/* Another one in its place. */
	keyboard(&b, 6, 0x22);
	assert_int_equal(build_count(&b, "R6"), 1);
	assert_int_equal(build_count(&b, "R20"), 1);
	assert_int_equal(build_find(&b, "R20")->weight, WEIGHT_STRONG);
	build_release(&b);
}

static void a_twin_beside_it_is_another(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_KEYBOARD);
	keyboard(&b, 0, 0x11);
	keyboard(&b, 1, 0x11);
	assert_int_equal(build_count(&b, "R6"), 1);
	build_release(&b);
}

/* M19: the keyboard is known beforehand, and another device answers. */
static void keyboard_with_a_known_structure(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_KEYBOARD);
	declare(&b, NULL);
	keyboard(&b, 0, 0x22);
	assert_int_equal(build_count(&b, "R6"), 1);
	assert_int_equal(build_count(&b, "R20"), 1);
	build_release(&b);
	build_init(&b, PROFILE_KEYBOARD);
	declare(&b, NULL);
	keyboard(&b, 0, 0x11);
	assert_int_equal(build_count(&b, "R6") + build_count(&b, "R20"), 0);
	build_release(&b);
}

static void device_is_matched_late(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_DEVICE);
	declare(&b, "S1");
	d = build_device(&b, 0, USB_SPEED_FULL);
	build_described(&b, d, 0x1050, 0x0407);
	d->device.iSerialNumber = 3;
	build_hid(&b, d, 0, 0, HID_KIND_KEYBOARD, NULL, 71);
	build_hashed_fill(&b, d, 0x11);
	strcpy(d->serial, "S");
	build_event(&b, EVENT_DEVICE_DESCRIBED, d);
	assert_int_equal(build_count(&b, "R6"), 0);
	strcpy(d->serial, "S1");
	build_event(&b, EVENT_DEVICE_DESCRIBED, d);
	build_key(&b, &b.m->hid[0], 4, 0);
	assert_int_equal(build_count(&b, "R6") + build_count(&b, "R6b") + build_count(&b, "R20"),
	                 0);
	build_release(&b);
}

static void another_device(void **state)
{
	static const struct {
		uint8_t structure;
		const char *serial;
		uint8_t i_serial;
		unsigned r6;
	} cases[] = {
		{0x22, "S1", 3, 1}, /* the serial number alone */
		{0x11, "S2", 3, 1}, /* the structure alone */
		{0x11, "", 0, 1},   /* no serial number at all */
		{0x11, "", 3, 0},   /* nobody asked for it */
		{0x11, "S1", 3, 0},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct build b;
		struct model_device *d;

		build_init(&b, PROFILE_DEVICE);
		declare(&b, "S1");
		d = build_device(&b, 0, USB_SPEED_FULL);
		d->device.iSerialNumber = cases[i].i_serial;
		strcpy(d->serial, cases[i].serial);
		build_described(&b, d, 0x1050, 0x0407); /* VID and PID never matter */
		build_hid(&b, d, 0, 0, HID_KIND_KEYBOARD, NULL, 71);
		build_hashed_fill(&b, d, cases[i].structure);
		build_key(&b, &b.m->hid[0], 4, 0);
		assert_int_equal(build_count(&b, "R6"), cases[i].r6);
		assert_int_equal(build_count(&b, "R20"), cases[i].r6);
		build_release(&b);
	}
}

static void other_input_beside_the_declared_device(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_DEVICE);
	declare(&b, NULL);
	d = build_device(&b, 0, USB_SPEED_FULL);
	build_hid(&b, d, 0, 0, HID_KIND_CONSUMER, NULL, 31);
	build_hashed_fill(&b, d, 0x11);
	assert_int_equal(build_count(&b, "R6b"), 0);
	d = build_device(&b, 1, USB_SPEED_FULL);
	build_hid(&b, d, 1, 0, HID_KIND_CONSUMER, NULL, 31);
	assert_int_equal(build_count(&b, "R6b"), 0); /* may still be it */
	build_hashed_fill(&b, d, 0x22);
	assert_int_equal(build_count(&b, "R6b"), 1);
	assert_int_equal(build_count(&b, "R20"), 0); /* the declared one is there */
	build_release(&b);
}

/* A descriptor left unanswered must not hide a keyboard that types. */
static void structure_withheld(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_DEVICE);
	declare(&b, NULL);
	keyboard(&b, 0, 0);
	assert_int_equal(build_count(&b, "R6"), 0);
	build_key(&b, &b.m->hid[0], 0, 2);
	assert_int_equal(build_count(&b, "R6"), 0); /* no key yet */
	build_key(&b, &b.m->hid[0], 4, 2);
	assert_int_equal(build_find(&b, "R6")->weight, WEIGHT_DECISIVE);
	build_release(&b);
}

static void capture_began_late(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_DEVICE);
	declare(&b, NULL);
	d = build_device(&b, 0, USB_SPEED_LOW);
	d->enumerated = false;
	build_inferred(&b, d, 0);
	build_key(&b, &b.m->hid[0], 4, 0);
	assert_int_equal(build_count(&b, "R6"), 1);
	assert_int_equal(build_find(&b, "R6")->weight, WEIGHT_MEDIUM);
	build_release(&b);
}

static void hubs_stand_in_for_nothing(void **state)
{
	struct build b;
	struct model_device *d;

	(void)state;
	build_init(&b, PROFILE_DEVICE);
	declare(&b, NULL);
	d = build_device(&b, 0, USB_SPEED_FULL);
	d->is_hub = true;
	build_hashed_fill(&b, d, 0x33);
	assert_int_equal(build_count(&b, "R20"), 0);
	d = build_device(&b, 1, USB_SPEED_FULL);
	build_hashed_fill(&b, d, 0x44);
	assert_int_equal(build_count(&b, "R20"), 1);
	assert_int_equal(build_count(&b, "R6"), 0);
	build_release(&b);
}

/* A device of one interface of this class: described, configured, and with nothing left to say. */
static struct model_device *other(struct build *b, unsigned slot, uint8_t class)
{
	const struct build_interface one[] = {
		{class, 0, 0, class == USB_CLASS_HID ? 52 : 0, {0x81}}};
	struct model_device *d = build_device(b, slot, USB_SPEED_FULL);

	build_config(b, d, one, 1);
	d->is_hub = class == USB_CLASS_HUB;
	d->enumerated = true;
	d->configuration = 1;
	build_event(b, EVENT_DEVICE_CONFIGURED, d);
	return d;
}

static void ends(struct build *b, unsigned stands_in)
{
	build_event(b, EVENT_END, NULL);
	assert_int_equal(build_count(b, "R20"), stands_in);
	build_release(b);
}

static void no_keyboard_at_all(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_KEYBOARD);
	other(&b, 0, 8);
	assert_int_equal(build_count(&b, "R20"), 0);
	ends(&b, 1);
	/* A mouse, as soon as it is known to be one. */
	build_init(&b, PROFILE_KEYBOARD);
	other(&b, 0, USB_CLASS_HID);
	b.t_ns += 3 * BUILD_S;
	build_tick(&b);
	assert_int_equal(build_count(&b, "R20"), 0);
	build_hid(&b, &b.m->device[0], 0, 0, HID_KIND_MOUSE, NULL, 52);
	build_tick(&b);
	assert_int_equal(build_count(&b, "R20"), 0);
	b.t_ns += 2 * BUILD_S;
	build_tick(&b);
	assert_int_equal(build_count(&b, "R20"), 1);
	assert_int_equal(build_find(&b, "R20")->weight, WEIGHT_STRONG);
	assert_true(build_find(&b, "R20")->has_device);
	ends(&b, 1);
	/* One that was never described may be a keyboard. */
	build_init(&b, PROFILE_KEYBOARD);
	other(&b, 0, USB_CLASS_HID);
	ends(&b, 0);
	/* A whole PC's bus is not what this is about. */
	build_init(&b, PROFILE_HOST);
	other(&b, 0, 8);
	ends(&b, 0);
}

static void what_comes_before_the_keyboard(void **state)
{
	struct build b;

	(void)state;
	/* A hub, and a card reader in it: the keyboard is the last. */
	build_init(&b, PROFILE_KEYBOARD);
	other(&b, 0, USB_CLASS_HUB);
	b.t_ns += BUILD_S;
	build_tick(&b);
	other(&b, 1, 8);
	b.t_ns += BUILD_S;
	build_tick(&b);
	keyboard(&b, 2, 0x11);
	b.t_ns += 60 * BUILD_S;
	build_tick(&b);
	ends(&b, 0);
	/* The input may end before it comes. */
	build_init(&b, PROFILE_KEYBOARD);
	other(&b, 0, USB_CLASS_HUB);
	other(&b, 1, 8);
	b.t_ns += BUILD_S;
	ends(&b, 0);
	/* None comes. */
	build_init(&b, PROFILE_KEYBOARD);
	other(&b, 0, USB_CLASS_HUB);
	b.t_ns += 3 * BUILD_S;
	ends(&b, 1);
	/* What is beside it when it goes does not stand in for it. */
	build_init(&b, PROFILE_KEYBOARD);
	keyboard(&b, 0, 0x11);
	other(&b, 1, 8);
	build_gone(&b, &b.m->device[0]);
	b.t_ns += 3 * BUILD_S;
	ends(&b, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bare_any_keyboard),
		cmocka_unit_test(it_hides),
		cmocka_unit_test(other_input),
		cmocka_unit_test(host_knows_no_declaration),
		cmocka_unit_test(first_keyboard_is_the_declared_one),
		cmocka_unit_test(it_may_come_back),
		cmocka_unit_test(a_twin_beside_it_is_another),
		cmocka_unit_test(keyboard_with_a_known_structure),
		cmocka_unit_test(device_is_matched_late),
		cmocka_unit_test(another_device),
		cmocka_unit_test(other_input_beside_the_declared_device),
		cmocka_unit_test(structure_withheld),
		cmocka_unit_test(capture_began_late),
		cmocka_unit_test(hubs_stand_in_for_nothing),
		cmocka_unit_test(no_keyboard_at_all),
		cmocka_unit_test(what_comes_before_the_keyboard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
