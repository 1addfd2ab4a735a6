/*
 * Devices that hide a keyboard in what they say of themselves: another configuration, another alternate setting, other
 * descriptors the second time. Whatever a host would bind its keyboard driver to is judged.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "hostile.h"

enum { KEYBOARD_LEN = 43 };

/* Found as injected, and all of its keys are counted. */
static void caught(struct hostile *h, unsigned keys)
{
	hostile_end(h);
	assert_int_equal(hostile_keys_of(h, 5), keys);
	assert_int_equal(hostile_findings(h, "R9", "strong"), 1);
	assert_int_equal(hostile_findings(h, "R9", "decisive"), 1);
	assert_int_equal(h->verdict, VERDICT_MALICIOUS);
	hostile_release(h);
}

static void connected(struct hostile *h)
{
	hostile_begin(h, PROFILE_HOST);
	hostile_device(h, 5, 0x1209, 0);
}

static void configured(struct hostile *h, struct hostile_config *c)
{
	hostile_give_config(h, 5, 0, c);
	hostile_configure(h, 5, 1);
}

/* Sixty keys at a machine's pace, each of which has to be seen. */
static void types_and_is_caught(struct hostile *h)
{
	hostile_type(h, 5, 0x81, 60, NULL, 0);
	caught(h, 60);
}

static void plain_keyboard(void **state)
{
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_HOST);
	hostile_keyboard(&h, 5, 0x1209);
	types_and_is_caught(&h);
}

static void second_configuration(void **state)
{
	(void)state;
	for (int read_again = 0; read_again < 2; read_again++) {
		struct hostile_config one, two;
		struct hostile h;

		connected(&h);
		hostile_config(&one, 1);
		hostile_interface(&one, 0, 0, 0xff, 0, 0, 0x81, 0);
		hostile_config(&two, 2);
		hostile_interface(&two, 0, 0, 3, 1, 1, 0x81, KEYBOARD_LEN);
		hostile_give_config(&h, 5, 0, &one);
		hostile_give_config(&h, 5, 1, &two);
		if (read_again)
			hostile_give_config(&h, 5, 0, &one);
		hostile_configure(&h, 5, 2);
		hostile_give_report(&h, 5, 0, hostile_boot_keyboard, KEYBOARD_LEN);
		types_and_is_caught(&h);
	}
}

static void configuration_that_was_not_read(void **state)
{
	struct hostile_config one;
	struct hostile h;

	(void)state;
	connected(&h);
	hostile_config(&one, 1);
	hostile_interface(&one, 0, 0, 0xff, 0, 0, 0x81, 0);
	hostile_give_config(&h, 5, 0, &one);
	hostile_configure(&h, 5, 2);
	types_and_is_caught(&h);
}

static void alternate_setting(void **state)
{
	(void)state;
	/* The endpoint's other owner comes before or after it, and the host switches, or the capture began too late to show it. */
	for (unsigned i = 0; i < 4; i++) {
		struct hostile_config c;
		struct hostile h;
		bool last = i & 1, switched = i & 2;

		connected(&h);
		hostile_config(&c, 1);
		if (last)
			hostile_interface(&c, 0, 0, 0xff, 0, 0, 0x81, 0);
		hostile_interface(&c, 0, last, 3, 1, 1, 0x81, KEYBOARD_LEN);
		if (!last)
			hostile_interface(&c, 0, 1, 0xff, 0, 0, 0x81, 0);
		configured(&h, &c);
		if (switched)
			hostile_control(&h, 5, 0x01, USB_SET_INTERFACE, last, 0, NULL, 0);
		hostile_give_report(&h, 5, 0, hostile_boot_keyboard, KEYBOARD_LEN);
		types_and_is_caught(&h);
	}
}

static void endpoint_of_two_interfaces(void **state)
{
	struct hostile_config c;
	struct hostile h;

	(void)state;
	connected(&h);
	hostile_config(&c, 1);
	hostile_interface(&c, 0, 0, 0xff, 0, 0, 0x81, 0);
	hostile_interface(&c, 1, 0, 3, 0, 0, 0x81, KEYBOARD_LEN);
	configured(&h, &c);
	hostile_give_report(&h, 5, 1, hostile_boot_keyboard, KEYBOARD_LEN);
	types_and_is_caught(&h);
}

static void behind_many_interfaces(void **state)
{
	struct hostile_config c;
	struct hostile h;

	(void)state;
	connected(&h);
	hostile_config(&c, 1);
	for (uint8_t i = 0; i < USB_INTERFACES_MAX + 10; i++)
		hostile_interface(&c, 0, i, 0xff, 0, 0, 0x82, 0);
	hostile_interface(&c, 1, 0, 3, 0, 0, 0x81, KEYBOARD_LEN);
	configured(&h, &c);
	hostile_give_report(&h, 5, 1, hostile_boot_keyboard, KEYBOARD_LEN);
	types_and_is_caught(&h);
}

static void other_descriptors_the_second_time(void **state)
{
	struct hostile_config disk, keyboard;
	struct hostile h;

	(void)state;
	connected(&h);
	hostile_config(&disk, 1);
	hostile_interface(&disk, 0, 0, 8, 6, 0x50, 0x81, 0);
	hostile_give_config(&h, 5, 0, &disk);
	hostile_config(&keyboard, 1);
	hostile_interface(&keyboard, 0, 0, 3, 1, 1, 0x81, KEYBOARD_LEN);
	configured(&h, &keyboard);
	hostile_give_report(&h, 5, 0, hostile_mouse, hostile_mouse_len);
	hostile_give_report(&h, 5, 0, hostile_boot_keyboard, KEYBOARD_LEN);
	types_and_is_caught(&h);
}

/* Whoever asks later is told of a disk with a mouse; the host's drivers still go by what they were told first. */
static void harmless_to_whoever_asks_later(void **state)
{
	struct hostile_config disk;
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_HOST);
	hostile_keyboard(&h, 5, 0x1209);
	hostile_config(&disk, 1);
	hostile_interface(&disk, 0, 0, 8, 6, 0x50, 0x81, 0);
	hostile_give_config(&h, 5, 0, &disk);
	hostile_give_report(&h, 5, 0, hostile_mouse, hostile_mouse_len);
	hostile_type(&h, 5, 0x81, 60, NULL, 0);
	hostile_end(&h);
	assert_int_equal(hostile_findings(&h, "R14d", "medium"), 1);
	assert_int_equal(hostile_keys_of(&h, 5), 60);
	assert_int_equal(hostile_findings(&h, "R9", "decisive"), 1);
	hostile_release(&h);
}

/* The value of a configuration does not say which of two it is: hosts take the first that has it. */
static void two_configurations_of_one_value(void **state)
{
	struct hostile_config one, two;
	struct hostile h;

	(void)state;
	connected(&h);
	hostile_config(&one, 1);
	hostile_interface(&one, 0, 0, 3, 1, 1, 0x81, KEYBOARD_LEN);
	hostile_config(&two, 1);
	hostile_interface(&two, 0, 0, 0xff, 0, 0, 0x81, 0);
	hostile_give_config(&h, 5, 0, &one);
	hostile_give_config(&h, 5, 1, &two);
	hostile_configure(&h, 5, 1);
	hostile_give_report(&h, 5, 0, hostile_boot_keyboard, KEYBOARD_LEN);
	types_and_is_caught(&h);
}

static void changes_between_two_configurations(void **state)
{
	struct hostile_config c;
	struct hostile h;

	(void)state;
	connected(&h);
	hostile_config(&c, 1);
	hostile_interface(&c, 0, 0, 3, 0, 0, 0x81, (uint16_t)hostile_mouse_len);
	configured(&h, &c);
	hostile_give_report(&h, 5, 0, hostile_mouse, hostile_mouse_len);
	hostile_configure(&h, 5, 0);
	hostile_configure(&h, 5, 1);
	hostile_give_report(&h, 5, 0, hostile_boot_keyboard, KEYBOARD_LEN);
	types_and_is_caught(&h);
}

/* Once configured anew as a mouse it is read as one: bytes of motion are no keys. */
static void a_keyboard_that_becomes_a_mouse(void **state)
{
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_HOST);
	hostile_keyboard(&h, 5, 0x1209);
	hostile_configure(&h, 5, 1);
	hostile_give_report(&h, 5, 0, hostile_mouse, hostile_mouse_len);
	hostile_type(&h, 5, 0x81, 60, NULL, 0);
	hostile_end(&h);
	assert_int_equal(hostile_keys_of(&h, 5), 0);
	hostile_release(&h);
}

/* Only the report descriptor says what an interface sends: its class may say anything, and be read before or after. */
static void an_interface_of_another_class(void **state)
{
	static const uint8_t classes[] = {0xff, 0, 8, 0xfe};

	(void)state;
	for (unsigned i = 0; i < sizeof(classes); i++)
		for (unsigned early = 0; early < 2; early++) {
			struct hostile_config c;
			struct hostile h;

			connected(&h);
			hostile_config(&c, 1);
			hostile_interface(&c, 0, 0, classes[i], 0, 0, 0x81, 0);
			hostile_give_config(&h, 5, 0, &c);
			if (early)
				hostile_give_report(&h, 5, 0, hostile_boot_keyboard,
				                    hostile_boot_keyboard_len);
			hostile_configure(&h, 5, 1);
			if (!early)
				hostile_give_report(&h, 5, 0, hostile_boot_keyboard,
				                    hostile_boot_keyboard_len);
			types_and_is_caught(&h);
		}
}

/* Firmware setup screens ask for the boot protocol: reports are boot reports then, whatever was read before. */
static void boot_protocol_over_a_harmless_descriptor(void **state)
{
	(void)state;
	for (unsigned back = 0; back < 2; back++) {
		struct hostile_config c;
		struct hostile h;

		connected(&h);
		hostile_config(&c, 1);
		hostile_interface(&c, 0, 0, 3, 1, 1, 0x81, (uint16_t)hostile_mouse_len);
		configured(&h, &c);
		hostile_give_report(&h, 5, 0, hostile_mouse, hostile_mouse_len);
		hostile_control(&h, 5, 0x21, HID_SET_PROTOCOL, 0, 0, NULL, 0);
		if (back)
			hostile_control(&h, 5, 0x21, HID_SET_PROTOCOL, 1, 0, NULL, 0);
		hostile_type(&h, 5, 0x81, 60, NULL, 0);
		if (!back) {
			caught(&h, 60);
			continue;
		}
		hostile_end(&h);
		assert_int_equal(hostile_keys_of(&h, 5), 0);
		hostile_release(&h);
	}
}

/* Hosts drop reports whose id was never declared, so they type nothing; those that are declared still count. */
static void undeclared_report_ids(void **state)
{
	static const uint8_t one = 1, nine = 9;
	uint8_t with_id[KEYBOARD_LEN + 2];
	struct hostile_config c;
	struct hostile h;

	(void)state;
	memcpy(with_id, hostile_boot_keyboard, 6);
	memcpy(with_id + 6, (uint8_t[]){0x85, 1}, 2);
	memcpy(with_id + 8, hostile_boot_keyboard + 6, KEYBOARD_LEN - 6);
	connected(&h);
	hostile_config(&c, 1);
	hostile_interface(&c, 0, 0, 3, 0, 0, 0x81, sizeof(with_id));
	configured(&h, &c);
	hostile_give_report(&h, 5, 0, with_id, sizeof(with_id));
	hostile_type(&h, 5, 0x81, 40, &nine, 1);
	hostile_type(&h, 5, 0x81, 60, &one, 1);
	caught(&h, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_keyboard),
		cmocka_unit_test(second_configuration),
		cmocka_unit_test(configuration_that_was_not_read),
		cmocka_unit_test(alternate_setting),
		cmocka_unit_test(endpoint_of_two_interfaces),
		cmocka_unit_test(behind_many_interfaces),
		cmocka_unit_test(other_descriptors_the_second_time),
		cmocka_unit_test(harmless_to_whoever_asks_later),
		cmocka_unit_test(two_configurations_of_one_value),
		cmocka_unit_test(changes_between_two_configurations),
		cmocka_unit_test(a_keyboard_that_becomes_a_mouse),
		cmocka_unit_test(an_interface_of_another_class),
		cmocka_unit_test(boot_protocol_over_a_harmless_descriptor),
		cmocka_unit_test(undeclared_report_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
