/*
 * Hostile traffic from the first byte to the report: floods that try to push an attack out of the tables, text made for
 * terminals, lengths and times without sense. What is lost must be counted and said.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hostile.h"

static json_int_t integer(const struct hostile *h, const char *name)
{
	return json_integer_value(json_object_get(h->json, name));
}

static bool is_true(const struct hostile *h, const char *name)
{
	return json_is_true(json_object_get(h->json, name));
}

static const char *device_text(const struct hostile *h, uint8_t address, const char *name)
{
	size_t i;
	json_t *d;

	json_array_foreach(json_object_get(h->json, "devices"), i,
	                   d) if (json_integer_value(json_object_get(d, "address")) ==
	                          address) return json_string_value(json_object_get(d, name));
	return NULL;
}

static bool missing(const struct hostile *h, const char *part)
{
	size_t i;
	json_t *m;

	json_array_foreach(json_object_get(json_object_get(h->json, "coverage"), "missing"), i,
	                   m) if (strstr(json_string_value(m), part)) return true;
	return false;
}

/* The host's LEDs make each of a thousand keyboards known; a key or two makes them worth keeping. */
static void attack_after_a_thousand_enumerations(void **state)
{
	static const enum profile_kind profiles[] = {PROFILE_HOST, PROFILE_BARE, PROFILE_KEYBOARD};

	(void)state;
	for (unsigned p = 0; p < 3; p++) {
		struct hostile h;

		hostile_begin(&h, profiles[p]);
		for (unsigned i = 0; i < 1000; i++) {
			uint8_t leds = (uint8_t)(i & 7);

			hostile_keyboard(&h, 5, (uint16_t)(0x1000 + i));
			hostile_control(&h, 5, 0x21, HID_SET_REPORT, 0x0200, 0, &leds, 1);
			hostile_type(&h, 5, 0x81, i % 3, NULL, 0);
		}
		hostile_keyboard(&h, 7, 0x6666);
		hostile_type(&h, 7, 0x81, 60, NULL, 0);
		hostile_end(&h);
		assert_int_equal(h.verdict, VERDICT_MALICIOUS);
		assert_int_equal(hostile_findings(&h, "R9", "decisive"), 1);
		assert_int_equal(hostile_keys_of(&h, 7), 60);
		assert_string_equal(device_text(&h, 7, "vid"), "6666");
		assert_non_null(strstr(h.text, " 6666:"));
		assert_int_equal(integer(&h, "devices_seen"), 1001);
		assert_true(is_true(&h, "devices_truncated"));
		assert_true(is_true(&h, "keystrokes_truncated"));
		assert_int_equal(integer(&h, "keys_seen"), 999 + 60);
		hostile_release(&h);
	}
}

/* And what comes after it does not wash it away either. */
static void attack_before_a_thousand_enumerations(void **state)
{
	static const enum profile_kind profiles[] = {PROFILE_HOST, PROFILE_BARE, PROFILE_KEYBOARD};

	(void)state;
	for (unsigned p = 0; p < 3; p++) {
		struct hostile h;

		hostile_begin(&h, profiles[p]);
		hostile_keyboard(&h, 7, 0x6666);
		hostile_type(&h, 7, 0x81, 60, NULL, 0);
		for (unsigned i = 0; i < 1000; i++) {
			hostile_keyboard(&h, 5, (uint16_t)(0x1000 + i));
			hostile_type(&h, 5, 0x81, i % 3, NULL, 0);
		}
		hostile_end(&h);
		assert_int_equal(h.verdict, VERDICT_MALICIOUS);
		assert_int_equal(hostile_findings(&h, "R9", "decisive"), 1);
		assert_int_equal(hostile_keys_of(&h, 7), 60);
		assert_string_equal(device_text(&h, 7, "vid"), "6666");
		assert_non_null(strstr(h.text, "device 0.7 typed 60 keys"));
		hostile_release(&h);
	}
}

/*
 * A cable that is another device every three keys, at an address of its own each time, as usbmon shows them: no line
 * event tells of its coming and going, and three keys decide nothing.
 */
static void a_few_keys_an_enumeration(void **state)
{
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_HOST);
	for (unsigned i = 0; i < 6; i++) {
		hostile_keyboard(&h, (uint8_t)(5 + i), (uint16_t)(0x1000 + i));
		hostile_type(&h, (uint8_t)(5 + i), 0x81, 3, NULL, 0);
		h.t_ns += 1500000000;
	}
	hostile_end(&h);
	assert_int_equal(hostile_findings(&h, "R9", "strong"), 1);
	assert_int_equal(h.verdict, VERDICT_SUSPECT);
	assert_false(missing(&h, "keys"));
	hostile_release(&h);
}

/* Keyboards that stay, each with a key typed, in all places that there are. */
static void more_keyboards_than_places(void **state)
{
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_HOST);
	for (uint8_t i = 1; i <= MODEL_HIDS_MAX; i++) {
		hostile_keyboard(&h, i, 0x1209);
		hostile_type(&h, i, 0x81, 1, NULL, 0);
	}
	hostile_keyboard(&h, 120, 0x6666);
	hostile_type(&h, 120, 0x81, 60, NULL, 0);
	hostile_end(&h);
	assert_int_equal(hostile_findings(&h, "R9", "decisive"), 1);
	assert_int_equal(hostile_keys_of(&h, 120), 60);
	assert_true(missing(&h, "input interface"));
	hostile_release(&h);
}

static void hundred_interfaces(void **state)
{
	struct hostile_config c;
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_BARE);
	hostile_device(&h, 5, 0x1209, 0);
	hostile_config(&c, 1);
	for (uint8_t i = 0; i < 100; i++)
		hostile_interface(&c, i, 0, 3, 0, 0, (uint8_t)(i < 14 ? 0x81 + i : 0), 43);
	hostile_give_config(&h, 5, 0, &c);
	hostile_configure(&h, 5, 1);
	for (uint8_t i = 0; i < 100; i++)
		hostile_give_report(&h, 5, i, i == 99 ? hostile_boot_keyboard : hostile_mouse,
		                    i == 99 ? hostile_boot_keyboard_len : hostile_mouse_len);
	hostile_type(&h, 5, 0x8f, 60, NULL, 0);
	hostile_end(&h);
	assert_int_equal(hostile_findings(&h, "R6", "decisive"), 1);
	assert_int_equal(hostile_findings(&h, "R9", "decisive"), 1);
	assert_int_equal(hostile_findings(&h, "R14d", NULL), 1);
	assert_int_equal(hostile_keys_of(&h, 5), 60);
	hostile_release(&h);
}

static void full_hub_tree(void **state)
{
	static const uint8_t hub[] = {9, 0x29, 127, 0, 0, 50, 0, 0, 0xff};
	struct hostile_config c;
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_BARE);
	hostile_device(&h, 1, 0x1209, 9);
	hostile_config(&c, 1);
	hostile_interface(&c, 0, 0, 9, 0, 0, 0x81, 0);
	hostile_give_config(&h, 1, 0, &c);
	hostile_configure(&h, 1, 1);
	hostile_control(&h, 1, 0xa0, USB_GET_DESCRIPTOR, 0x2900, 0, hub, sizeof(hub));
	for (uint8_t i = 2; i <= 127; i++)
		hostile_keyboard(&h, i, 0x1209);
	hostile_type(&h, 127, 0x81, 60, NULL, 0);
	hostile_end(&h);
	assert_int_equal(integer(&h, "devices_seen"), 127);
	assert_false(is_true(&h, "devices_truncated"));
	assert_int_equal(hostile_findings(&h, "R15", NULL), 1);
	assert_int_equal(hostile_findings(&h, "R9", "decisive"), 1);
	hostile_release(&h);
}

/* Reports of a keyboard that is inferred, whose device is forgotten; the text must not point at its slot's next user. */
static void inferred_and_forgotten(void **state)
{
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_HOST);
	hostile_type(&h, 5, 0x81, 30, NULL, 0);
	for (unsigned i = 0; i < 400; i++)
		hostile_device(&h, (uint8_t)(1 + i % 127), (uint16_t)i, 0);
	hostile_end(&h);
	assert_int_equal(hostile_keys_of(&h, 5), 30);
	assert_null(strstr(h.text, "1 findings"));
	hostile_release(&h);
}

static void give_string(struct hostile *h, const uint16_t *units, size_t count)
{
	uint8_t d[2 + 2 * 126] = {(uint8_t)(2 + 2 * count), 3};

	for (size_t i = 0; i < count; i++) {
		d[2 + 2 * i] = (uint8_t)units[i];
		d[3 + 2 * i] = (uint8_t)(units[i] >> 8);
	}
	hostile_get(h, 5, 0x0302, 0x0409, d, 2 + 2 * count);
}

static void strings_made_for_terminals(void **state)
{
	static const uint16_t evil[] = {0x1b, ']',    '0',    ';',    'x',    0x07,   0x9b,
	                                '2',  'J',    0x202e, 'g',    0,      'n',    '%',
	                                's',  '"',    '\\',   0xd800, 0xdc00, 0xd800, '\r',
	                                '\n', 0xfeff, 0x2066, 0xdfff};
	uint16_t longest[126];
	struct hostile h;
	json_t *name;

	(void)state;
	for (unsigned i = 0; i < 126; i++)
		longest[i] = 0xffee;
	for (unsigned i = 0; i < 2; i++) {
		hostile_begin(&h, PROFILE_BARE);
		hostile_keyboard(&h, 5, 0x1209);
		give_string(&h, i ? longest : evil, i ? 126 : sizeof(evil) / sizeof(evil[0]));
		hostile_type(&h, 5, 0x81, 20, NULL, 0);
		hostile_end(&h);
		assert_null(strstr(h.text, "\xe2\x80\xae")); /* U+202E */
		assert_null(strstr(h.text, "\xc2\x9b"));
		name = json_object_get(json_array_get(json_object_get(h.json, "devices"), 0),
		                       "product");
		assert_int_equal(json_string_length(name), strlen(json_string_value(name)));
		if (i)
			assert_int_equal(json_string_length(name), 126 * 3);
		else
			assert_non_null(strstr(json_string_value(name), "%s\"\\"));
		hostile_release(&h);
	}
}

/* A report is what its descriptor makes of it; more bytes are no keys, fewer are zeros. */
static void reports_of_any_length(void **state)
{
	uint8_t report[1024];
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_HOST);
	hostile_keyboard(&h, 5, 0x1209);
	memset(report, 0xff, sizeof(report));
	memset(report, 0, 8);
	report[2] = 4;
	for (size_t len = 0; len <= sizeof(report); len = len < 80 ? len + 1 : len * 2) {
		hostile_input(&h, 5, 0x81, report, len);
		hostile_input(&h, 5, 0x81, (uint8_t[8]){0}, 8);
	}
	hostile_end(&h);
	/* From three bytes on, the key is among them. */
	assert_int_equal(hostile_keys_of(&h, 5), 78 + 3);
	hostile_release(&h);
}

static void only_address_zero(void **state)
{
	uint8_t d[18] = {18, 1, 0, 2, 0, 0, 0, 64, 0x66, 0x66, 1, 0, 0, 1, 0, 2, 0, 1};
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_BARE);
	for (unsigned i = 0; i < 50; i++)
		hostile_get(&h, 0, 0x0100, 0, d, sizeof(d));
	hostile_end(&h);
	assert_int_equal(hostile_findings(&h, "R5", "decisive"), 1);
	assert_int_equal(h.verdict, VERDICT_MALICIOUS);
	hostile_release(&h);
}

static void line_events_alone(void **state)
{
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_BARE);
	for (unsigned i = 0; i < 5000; i++) {
		hostile_line(&h, (enum line_event)(i * 7 % 25), (enum usb_speed)(i % 9));
		h.t_ns += i * 1000;
	}
	hostile_end(&h);
	assert_int_equal(h.verdict, VERDICT_MALICIOUS);
	hostile_release(&h);
	hostile_begin(&h, PROFILE_HOST);
	for (unsigned i = 0; i < 5000; i++)
		hostile_line(&h, LINE_KEEPALIVE, USB_SPEED_LOW);
	hostile_end(&h);
	assert_int_equal(h.verdict, VERDICT_NOT_COVERED);
	hostile_release(&h);
}

static void lengths_without_sense(void **state)
{
	static const uint32_t lens[] = {0, 1, 8, 0x7fffffff, 0xfffffffe, 0xffffffff};
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_HOST);
	hostile_keyboard(&h, 5, 0x1209);
	for (unsigned i = 0; i < 6 * 2 * 4; i++) {
		uint8_t bytes[8] = {0};
		struct record r = {.kind = RECORD_URB,
		                   .urb = {.id = i,
		                           .phase = URB_COMPLETE,
		                           .type = (enum usb_transfer_type)(i / 12),
		                           .address = 5,
		                           .endpoint = i & 1 ? 0x81 : 0,
		                           .data = bytes,
		                           .len = lens[i / 2 % 6] < 8 ? lens[i / 2 % 6] : 8,
		                           .len_true = lens[i / 2 % 6]}};

		hostile_record(&h, &r);
	}
	hostile_type(&h, 5, 0x81, 60, NULL, 0);
	hostile_end(&h);
	assert_int_equal(hostile_findings(&h, "R9", "decisive"), 1);
	hostile_release(&h);
}

/* The clock steps back between and within the keys: later keys are judged all the same. */
static void time_steps_back(void **state)
{
	struct hostile h;

	(void)state;
	hostile_begin(&h, PROFILE_HOST);
	hostile_keyboard(&h, 5, 0x1209);
	for (unsigned i = 0; i < 6; i++) {
		hostile_type(&h, 5, 0x81, 60, NULL, 0);
		h.t_ns -= INT64_C(5) * 3600 * 1000000000;
		hostile_input(&h, 5, 0x81, (uint8_t[8]){0, 0, 4}, 8);
		h.t_ns = i & 1 ? -(INT64_C(1) << 61) : INT64_C(1) << 60;
	}
	hostile_end(&h);
	assert_int_equal(hostile_findings(&h, "R9", "decisive"), 1);
	hostile_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attack_after_a_thousand_enumerations),
		cmocka_unit_test(attack_before_a_thousand_enumerations),
		cmocka_unit_test(a_few_keys_an_enumeration),
		cmocka_unit_test(more_keyboards_than_places),
		cmocka_unit_test(hundred_interfaces),
		cmocka_unit_test(full_hub_tree),
		cmocka_unit_test(inferred_and_forgotten),
		cmocka_unit_test(strings_made_for_terminals),
		cmocka_unit_test(reports_of_any_length),
		cmocka_unit_test(only_address_zero),
		cmocka_unit_test(line_events_alone),
		cmocka_unit_test(lengths_without_sense),
		cmocka_unit_test(time_steps_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
