/* The report descriptor parser: what it reads, and that hostile descriptors cost no more than their length. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hid/report.h"

static struct hid_descriptor d;

#define PARSE(...)                                                                                 \
	do {                                                                                       \
		static const uint8_t bytes_[] = {__VA_ARGS__};                                     \
		hid_parse(&d, bytes_, sizeof(bytes_));                                             \
	} while (0)

#define KEYS_BITS  0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0, 0x25, 1, 0x75, 1, 0x95, 8, 0x81, 2
#define KEYS_ARRAY 0x05, 0x07, 0x19, 0, 0x29, 0x65, 0x15, 0, 0x25, 0x65, 0x75, 8, 0x95, 6, 0x81, 0

static void boot_keyboard_is_that_of_the_standard(void **state)
{
	(void)state;
	hid_boot_keyboard(&d);
	assert_int_equal(d.problems, 0);
	assert_int_equal(hid_report_bytes(&d, HID_INPUT, 0), 8);
	assert_int_equal(hid_report_bytes(&d, HID_OUTPUT, 0), 1);
	assert_int_equal(hid_report_bytes(&d, HID_FEATURE, 0), 0);
	assert_int_equal(hid_kinds(&d), HID_KIND_KEYBOARD | HID_KIND_LED);
	assert_int_equal(d.fields, 5);
	assert_int_equal(d.field[4].bit, 16);
	assert_int_equal(d.field[4].count, 6);
	assert_int_equal(d.field[4].application, 0x00010006);
	assert_int_equal(hid_field_usage(&d, &d.field[4], 0x28), 0x00070028);
	assert_int_equal(hid_field_usage(&d, &d.field[0], 7), 0x000700e7);
}

static void a_keyboard_hides_nowhere(void **state)
{
	(void)state;
	/* in a vendor collection, in a consumer control, behind an id, in no collection at all */
	PARSE(0x06, 0x00, 0xff, 0x09, 1, 0xa1, 1, KEYS_ARRAY, 0xc0);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	PARSE(0x05, 0x0c, 0x09, 1, 0xa1, 1, 0x85, 9, KEYS_BITS, 0xc0);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	assert_int_equal(hid_report_bytes(&d, HID_INPUT, 9), 2);
	PARSE(KEYS_ARRAY);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	/* usages with a page of their own, single and as a range */
	PARSE(0x05, 0x0c, 0x0b, 4, 0, 7, 0, 0x75, 1, 0x95, 1, 0x81, 2);
	assert_int_equal(hid_kinds(&d), HID_KIND_KEYBOARD);
	PARSE(0x05, 0x0c, 0x1b, 4, 0, 7, 0, 0x2b, 9, 0, 7, 0, 0x75, 1, 0x95, 6, 0x81, 2);
	assert_int_equal(hid_kinds(&d), HID_KIND_KEYBOARD);
	/* a range that only passes through page 07 */
	PARSE(0x1b, 0, 0xff, 6, 0, 0x2b, 0, 1, 7, 0, 0x75, 8, 0x95, 1, 0x81, 0);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	/* the page declared after the usage, both ways round */
	PARSE(0x05, 0x0c, 0x09, 4, 0x05, 7, 0x75, 1, 0x95, 1, 0x81, 2);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	PARSE(0x05, 7, 0x09, 4, 0x05, 0x0c, 0x75, 1, 0x95, 1, 0x81, 2);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	/* the second alternative of a delimiter set */
	PARSE(0x05, 0x0c, 0xa9, 1, 0x09, 4, 0x0b, 4, 0, 7, 0, 0xa9, 0, 0x75, 1, 0x95, 1, 0x81, 2);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	assert_int_equal(d.usages, 1);
	/* a minimum over the maximum, and a logical range that is upside down */
	PARSE(0x05, 7, 0x19, 4, 0x29, 0, 0x75, 1, 0x95, 8, 0x81, 2);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	assert_int_equal(d.problems, HID_PROBLEM_RANGE);
	PARSE(0x05, 7, 0x19, 4, 0x29, 9, 0x15, 9, 0x25, 1, 0x75, 8, 0x95, 1, 0x81, 0);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	assert_int_equal(d.problems, HID_PROBLEM_RANGE);
	/* a mouse with a field for macros is a mouse and a keyboard */
	PARSE(0x05, 1, 0x09, 2, 0xa1, 1, 0x05, 9, 0x19, 1, 0x29, 3, 0x75, 1, 0x95, 3, 0x81, 2,
	      KEYS_ARRAY, 0xc0);
	assert_int_equal(hid_kinds(&d), HID_KIND_KEYBOARD | HID_KIND_MOUSE);
}

static void what_can_send_no_key_is_no_keyboard(void **state)
{
	(void)state;
	PARSE(0x05, 7, 0x19, 4, 0x29, 9, 0x75, 1, 0x95, 8, 0x81, 3); /* constant */
	assert_int_equal(hid_kinds(&d), 0);
	PARSE(0x05, 0x0c, 0x19, 4, 0x29, 9, 0x75, 1, 0x95, 8, 0x81, 3);
	assert_int_equal(hid_kinds(&d), 0);
	PARSE(0x05, 7, 0x19, 4, 0x29, 9, 0x75, 1, 0x95, 0, 0x81, 2); /* no element */
	assert_int_equal(hid_kinds(&d), 0);
	PARSE(0x05, 7, 0x19, 4, 0x29, 9, 0x75, 0, 0x95, 9, 0x81, 2); /* no bits */
	assert_int_equal(hid_kinds(&d), 0);
	PARSE(0x05, 7, 0x19, 4, 0x29, 9, 0x75, 1, 0x95, 8, 0x91, 2); /* output */
	assert_int_equal(hid_kinds(&d), 0);
	PARSE(0x05, 7, 0x19, 0, 0x29, 3, 0x75, 1, 0x95, 4, 0x81, 2); /* status codes only */
	assert_int_equal(hid_kinds(&d), 0);
	PARSE(0x05, 7, 0x09, 6, 0xa1, 1, 0x05, 0x0c, 0x09, 4, 0x75, 1, 0x95, 1, 0x81, 2, 0xc0);
	assert_int_equal(hid_kinds(&d), HID_KIND_CONSUMER); /* page 07 only names a collection */
	/* an array of system controls spans mouse and game pad, too */
	PARSE(0x05, 1, 0x09, 0x80, 0xa1, 1, 0x19, 1, 0x29, 0xb7, 0x15, 1, 0x25, 0x7f, 0x75, 8, 0x95,
	      1, 0x81, 0, 0xc0);
	assert_int_equal(hid_kinds(&d), HID_KIND_SYSTEM);
}

static void globals_last_and_locals_do_not(void **state)
{
	(void)state;
	PARSE(0x05, 9, 0x19, 1, 0x29, 3, 0x75, 1, 0x95, 3, 0x81, 2, 0x81, 2);
	assert_int_equal(d.fields, 2);
	assert_int_equal(d.field[1].bit, 3);
	assert_int_equal(d.field[1].size, 1);
	assert_int_equal(d.field[0].usage_ranges, 1);
	assert_int_equal(d.field[1].usage_ranges, 0);
	/* a collection takes usages away, a global does not */
	PARSE(0x05, 9, 0x09, 1, 0xa1, 0, 0x75, 1, 0x95, 1, 0x81, 2, 0xc0);
	assert_int_equal(d.field[0].usage_ranges, 0);
	/* push keeps the page, size, count and id; pop gives them back */
	PARSE(0x05, 9, 0x75, 4, 0x95, 2, 0x85, 1, 0xa4, 0x05, 0x0c, 0x75, 8, 0x95, 1, 0x85, 2, 0x09,
	      1, 0x81, 2, 0xb4, 0x09, 5, 0x81, 2);
	assert_int_equal(d.problems, 0);
	assert_int_equal(d.field[0].report_id, 2);
	assert_int_equal(d.field[1].report_id, 1);
	assert_int_equal(d.field[1].size, 4);
	assert_int_equal(d.field[1].bit, 0);
	assert_int_equal(hid_field_usage(&d, &d.field[1], 0), 0x00090005);
	assert_int_equal(hid_field_usage(&d, &d.field[1], 1), 0x00090005);
}

static void logical_limits_have_signs(void **state)
{
	static const uint8_t report[] = {0x85, 0xf0, 0xff, 0xff, 0xff};

	(void)state;
	PARSE(0x15, 0, 0x25, 0xff, 0x75, 8, 0x95, 1, 0x81, 2, 0x15, 0x81, 0x25, 0x7f, 0x81, 2, 0x75,
	      12, 0x81, 2);
	assert_int_equal(d.field[0].logical_max, 255);
	assert_int_equal(d.field[1].logical_min, -127);
	assert_int_equal(hid_element(&d.field[0], report, 5, 0), 0x85);
	assert_int_equal(hid_element(&d.field[1], report, 5, 0), -16);
	assert_int_equal(hid_element(&d.field[2], report, 5, 0), -1);
	assert_int_equal(hid_element(&d.field[2], report, 3, 0), 0);
	PARSE(0x75, 32, 0x95, 1, 0x17, 0, 0, 0, 0x80, 0x27, 0xff, 0xff, 0xff, 0x7f, 0x81, 2);
	assert_int_equal(hid_element(&d.field[0], report, 4, 0), (int32_t)0xfffff085);
	PARSE(0x75, 32, 0x95, 1, 0x15, 0, 0x27, 0xff, 0xff, 0xff, 0xff, 0x81, 2);
	assert_int_equal(d.field[0].logical_max, INT32_MAX);
	assert_int_equal(d.problems, 0);
}

static void arrays_name_usages_by_their_values(void **state)
{
	(void)state;
	PARSE(0x05, 7, 0x09, 0x10, 0x19, 0x20, 0x29, 0x22, 0x09, 0x30, 0x15, 1, 0x25, 9, 0x75, 8,
	      0x95, 2, 0x81, 0);
	assert_int_equal(hid_field_usage(&d, &d.field[0], 0), 0);
	assert_int_equal(hid_field_usage(&d, &d.field[0], 1), 0x00070010);
	assert_int_equal(hid_field_usage(&d, &d.field[0], 2), 0x00070020);
	assert_int_equal(hid_field_usage(&d, &d.field[0], 4), 0x00070022);
	assert_int_equal(hid_field_usage(&d, &d.field[0], 5), 0x00070030);
	assert_int_equal(hid_field_usage(&d, &d.field[0], 6), 0);
	assert_int_equal(hid_field_usage(&d, &d.field[0], 10), 0);
	assert_int_equal(hid_field_usage(&d, &d.field[0], UINT32_MAX), 0);
}

static void each_problem_is_told(void **state)
{
	static const struct {
		uint32_t problem;
		uint8_t len, bytes[20];
	} cases[] = {
		{HID_PROBLEM_TRUNCATED, 2, {0x06, 0x00}},
		{HID_PROBLEM_TRUNCATED | HID_PROBLEM_RESERVED, 4, {0xfe, 2, 0xf0, 0}},
		{HID_PROBLEM_TRUNCATED | HID_PROBLEM_RESERVED, 2, {0xfe, 0}},
		{HID_PROBLEM_TRUNCATED | HID_PROBLEM_RESERVED, 1, {0xfe}},
		{HID_PROBLEM_RESERVED, 5, {0xfe, 2, 0xf0, 0x81, 0x02}},
		{HID_PROBLEM_STACK, 1, {0xb4}},
		{HID_PROBLEM_STACK, 9, {0xa4, 0xa4, 0xa4, 0xa4, 0xa4, 0xa4, 0xa4, 0xa4, 0xa4}},
		{HID_PROBLEM_COLLECTION, 1, {0xc0}},
		{HID_PROBLEM_COLLECTION, 2, {0xa1, 1}},
		{HID_PROBLEM_SIZE, 6, {0x75, 33, 0x95, 1, 0x81, 2}},
		{HID_PROBLEM_SIZE, 7, {0x75, 32, 0x96, 0x01, 0x04, 0x81, 2}},
		{HID_PROBLEM_RESERVED, 2, {0x85, 0}},
		{HID_PROBLEM_RESERVED, 3, {0x86, 0, 1}},
		{HID_PROBLEM_RESERVED, 1, {0x0c}},
		{HID_PROBLEM_RESERVED, 1, {0xd0}},
		{HID_PROBLEM_RESERVED, 1, {0xc4}},
		{HID_PROBLEM_RESERVED, 1, {0xb8}},
		{0, 6, {0x75, 200, 0x95, 1, 0x81, 3}},
		{0, 0, {0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		hid_parse(&d, cases[i].bytes, cases[i].len);
		assert_int_equal(d.problems, cases[i].problem);
	}
}

static void what_stands_before_a_problem_stays(void **state)
{
	(void)state;
	PARSE(KEYS_ARRAY, 0xfe, 200, 0);
	assert_int_equal(d.problems, HID_PROBLEM_TRUNCATED | HID_PROBLEM_RESERVED);
	assert_int_equal(hid_kinds(&d), HID_KIND_KEYBOARD);
	assert_int_equal(hid_report_bytes(&d, HID_INPUT, 0), 6);
}

static void pops_match_the_pushes_that_were_too_deep(void **state)
{
	uint8_t bytes[64];
	size_t n = 0;

	(void)state;
	bytes[n++] = 0x05, bytes[n++] = 7;
	for (int i = 0; i < 12; i++)
		bytes[n++] = 0xa4;
	bytes[n++] = 0x05, bytes[n++] = 9;
	for (int i = 0; i < 12; i++)
		bytes[n++] = 0xb4;
	memcpy(bytes + n, (uint8_t[]){0x09, 4, 0x75, 1, 0x95, 1, 0x81, 2}, 8);
	hid_parse(&d, bytes, n + 8);
	assert_int_equal(d.problems, HID_PROBLEM_STACK);
	assert_int_equal(hid_field_usage(&d, &d.field[0], 0), 0x00070004);
}

/* However full the tables are, keys that find no room are told, and it stays a keyboard. */
static void keys_without_room_are_told(void **state)
{
	static uint8_t bytes[16384];
	size_t n = 0;

	(void)state;
	/* fields */
	memcpy(bytes, (uint8_t[]){0x05, 7, 0x75, 1, 0x95, 1}, 6), n = 6;
	for (unsigned i = 0; i < HID_FIELDS_MAX; i++, n += 6)
		memcpy(bytes + n, (uint8_t[]){0x19, 4, 0x29, 9, 0x81, 2}, 6);
	hid_parse(&d, bytes, n);
	assert_int_equal(d.problems, 0);
	memcpy(bytes + n, (uint8_t[]){0x09, 4, 0x81, 2}, 4);
	hid_parse(&d, bytes, n + 4);
	assert_int_equal(d.problems, HID_PROBLEM_LIMIT | HID_PROBLEM_KEYS_CUT);
	/* usages: others first, which leave room for keys; then keys, by a page of their own and by one said later */
	memcpy(bytes, (uint8_t[]){0x05, 9, 0x75, 1, 0x95, 1}, 6), n = 6;
	for (unsigned i = 0; i < HID_USAGES_MAX; i++, n += 2)
		memcpy(bytes + n, (uint8_t[]){0x09, 1}, 2);
	memcpy(bytes + n, (uint8_t[]){0x0b, 4, 0, 7, 0, 0x81, 2}, 7);
	hid_parse(&d, bytes, n + 7);
	assert_int_equal(d.problems, HID_PROBLEM_LIMIT);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	memcpy(bytes + n, (uint8_t[]){0x05, 7, 0x81, 2}, 4);
	hid_parse(&d, bytes, n + 4);
	assert_int_equal(d.problems, HID_PROBLEM_LIMIT | HID_PROBLEM_KEYS_CUT);
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	for (unsigned i = 0; i <= HID_USAGES_MAX; i++, n += 5)
		memcpy(bytes + n, (uint8_t[]){0x0b, 4, 0, 7, 0}, 5);
	memcpy(bytes + n, (uint8_t[]){0x81, 2}, 2);
	hid_parse(&d, bytes, n + 2);
	assert_int_equal(d.problems, HID_PROBLEM_LIMIT | HID_PROBLEM_KEYS_CUT);
	/* reports */
	for (unsigned ids = HID_REPORTS_MAX; ids <= HID_REPORTS_MAX + 1; ids++) {
		memcpy(bytes, (uint8_t[]){0x05, 7, 0x75, 1, 0x95, 1}, 6), n = 6;
		for (unsigned i = 1; i <= ids; i++, n += 6)
			memcpy(bytes + n, (uint8_t[]){0x85, (uint8_t)i, 0x09, 4, 0x81, 2}, 6);
		hid_parse(&d, bytes, n);
		assert_int_equal(d.problems, ids > HID_REPORTS_MAX
		                                     ? HID_PROBLEM_LIMIT | HID_PROBLEM_KEYS_CUT
		                                     : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_keyboard_is_that_of_the_standard),
		cmocka_unit_test(a_keyboard_hides_nowhere),
		cmocka_unit_test(what_can_send_no_key_is_no_keyboard),
		cmocka_unit_test(globals_last_and_locals_do_not),
		cmocka_unit_test(logical_limits_have_signs),
		cmocka_unit_test(arrays_name_usages_by_their_values),
		cmocka_unit_test(each_problem_is_told),
		cmocka_unit_test(what_stands_before_a_problem_stays),
		cmocka_unit_test(pops_match_the_pushes_that_were_too_deep),
		cmocka_unit_test(keys_without_room_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
