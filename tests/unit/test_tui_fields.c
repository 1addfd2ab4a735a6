/* What the bytes of a transfer mean, field by field: reports, setup packets, descriptors; cut at each length; and how many pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/fields.h"

static struct fields fields;

static bool has(const char *text, unsigned bit, unsigned bits)
{
	for (unsigned i = 0; i < fields.count; i++)
		if (strcmp(fields.field[i].text, text) == 0)
			return fields.field[i].bit == bit && fields.field[i].bits == bits;
	return false;
}

static void a_boot_report_by_its_descriptor(void **state)
{
	static const uint8_t report[] = {0x22, 0, 0x12, 0x28, 0, 0, 0, 0};
	struct layout *us = layout_new("us");
	struct hid_descriptor d;

	(void)state;
	assert_true(layout_load(us));
	hid_boot_keyboard(&d);
	fields.count = 0;
	fields_report(&fields, &d, HID_INPUT, us, report, sizeof(report));
	assert_true(has("modifiers: left Shift, right Shift", 0, 8));
	assert_true(has("padding, 8 bits", 8, 8));
	assert_true(has("slot 0: 07/12 o", 16, 8));
	assert_true(has("slot 1: 07/28 <ENTER>", 24, 8));
	assert_true(has("slot 2: empty", 32, 8));
	fields.count = 0;
	fields_report(&fields, &d, HID_OUTPUT, NULL, (const uint8_t[]){0x03}, 1);
	assert_true(has("LEDs: Num Lock, Caps Lock", 0, 5));
	layout_free(us);
}

/* Report id 2, three buttons, X relative in twelve bits: fields that begin within a byte, and are negative. */
static const uint8_t mouse[] = {0x05, 0x01, 0x09, 0x02, 0xa1, 0x01, 0x85, 0x02, 0x05, 0x09,
                                0x19, 0x01, 0x29, 0x03, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01,
                                0x95, 0x03, 0x81, 0x02, 0x75, 0x01, 0x95, 0x01, 0x81, 0x03,
                                0x05, 0x01, 0x09, 0x30, 0x16, 0x00, 0xf8, 0x26, 0xff, 0x07,
                                0x75, 0x0c, 0x95, 0x01, 0x81, 0x06, 0xc0};

static void fields_may_begin_within_a_byte(void **state)
{
	static const uint8_t report[] = {2, 0xf5, 0xff};
	struct hid_descriptor d;

	(void)state;
	hid_parse(&d, mouse, sizeof(mouse));
	fields.count = 0;
	fields_report(&fields, &d, HID_INPUT, NULL, report, sizeof(report));
	assert_true(has("report id 2", 0, 8));
	assert_true(has("buttons: button 1, button 3", 8, 3));
	assert_true(has("padding, 1 bits", 11, 1));
	assert_true(has("X: -1", 12, 12));
	assert_int_equal(fields.count, 4);
	/* Of another id there is nothing to tell. */
	fields.count = 0;
	fields_report(&fields, &d, HID_INPUT, NULL, (const uint8_t[]){3, 1, 1}, 3);
	assert_int_equal(fields.count, 1);
}

static void descriptors_by_their_tables(void **state)
{
	static const uint8_t device[] = {18,   1,    0x00, 0x02, 0, 0, 0, 8, 0xc0,
	                                 0xd3, 0x4d, 0xd3, 1,    0, 1, 2, 3, 1};
	static const uint8_t config[] = {9, 2, 34, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0,
	                                 1, 3, 1,  1, 0, 7, 5, 0x81, 3,  8, 0, 10};
	static const uint8_t string[] = {8, 3, 'a', 0, 0x1b, 0, 'b', 0};

	(void)state;
	fields.count = 0;
	fields_descriptor(&fields, USB_DT_DEVICE, device, sizeof(device));
	assert_true(has("device descriptor, 18 bytes", 0, 16));
	assert_true(has("idVendor d3c0", 64, 16));
	assert_true(has("bNumConfigurations 1", 136, 8));
	fields.count = 0;
	fields_descriptor(&fields, USB_DT_CONFIGURATION, config, sizeof(config));
	assert_true(has("wTotalLength 0022", 16, 16));
	assert_true(has("bInterfaceClass 3", 8 * 14, 8));
	assert_true(has("wMaxPacketSize 0008", 8 * 22, 16));
	fields.count = 0;
	fields_descriptor(&fields, USB_DT_STRING, string, sizeof(string));
	assert_true(has("\"a\033b\"", 16, 48)); /* whoever draws escapes it */
	fields.count = 0;
	fields_descriptor(&fields, USB_DT_REPORT, mouse, sizeof(mouse));
	assert_true(has("Usage Page 01", 0, 16));
	assert_true(has("Logical Minimum f800", 8 * 34, 24));
	assert_true(has("End Collection", 8 * 46, 8));
}

static void whatever_is_cut_stays_within_its_bytes(void **state)
{
	static const uint8_t types[] = {USB_DT_DEVICE, USB_DT_CONFIGURATION, USB_DT_STRING,
	                                USB_DT_REPORT};
	struct hid_descriptor d;

	(void)state;
	hid_parse(&d, mouse, sizeof(mouse));
	for (size_t len = 0; len <= sizeof(mouse); len++) {
		uint8_t *exact = malloc(len ? len : 1);

		memcpy(exact, mouse, len);
		for (size_t i = 0; i < sizeof(types); i++) {
			fields.count = 0;
			fields_descriptor(&fields, types[i], exact, len);
			for (unsigned k = 0; k < fields.count; k++)
				assert_true(fields.field[k].bit < 8 * len);
		}
		if (len)
			exact[0] = 2;
		fields.count = 0;
		fields_report(&fields, &d, HID_INPUT, NULL, exact, len);
		for (unsigned k = 0; k < fields.count; k++)
			assert_true(fields.field[k].bit < 8 * len);
		free(exact);
	}
}

/* More than there is room for: the first stay. */
static void many_are_bounded(void **state)
{
	uint8_t items[2 * FIELDS_MAX + 2];

	(void)state;
	memset(items, 0xc0, sizeof(items));
	fields.count = 0;
	fields_descriptor(&fields, USB_DT_REPORT, items, sizeof(items));
	assert_int_equal(fields.count, FIELDS_MAX);
}

static void those_that_pass_are_counted(void **state)
{
	struct history *h = history_new(NULL);
	struct passed p = {0};
	struct filter f;

	(void)state;
	assert_null(filter_parse(&f, "dev 3"));
	for (unsigned i = 0; i < HISTORY_ROWS + 1000; i++) {
		h->row[h->rows++ % HISTORY_ROWS] = (struct history_row){.address = i % 5};
		if (i % 777 == 0)
			passed_update(&p, &f, h);
	}
	passed_update(&p, &f, h);
	for (uint64_t to = h->rows - 300; to <= h->rows; to += 7) {
		unsigned want = 0;

		for (uint64_t i = history_rows_first(h); i < to; i++)
			want += history_row(h, i)->address == 3;
		assert_int_equal(passed_count(&p, h, to), want);
	}
	assert_null(filter_parse(&f, "not dev 3"));
	passed_update(&p, &f, h);
	assert_int_equal(passed_count(&p, h, h->rows), HISTORY_ROWS * 4 / 5 + 1);
	history_free(h);
}

/* Bursts are gathered in a row, which may pass later than when it began. */
static void a_row_that_grows_is_looked_at_again(void **state)
{
	struct history *h = history_new(NULL);
	struct passed p = {0};
	struct filter f;

	(void)state;
	assert_null(filter_parse(&f, "bursts 12"));
	h->row[h->rows++] =
		(struct history_row){.kind = HISTORY_BURST, .address = WIRE_RADIO, .count = 1};
	h->burst_row[WIRE_RADIO] = h->rows;
	passed_update(&p, &f, h);
	assert_int_equal(passed_count(&p, h, h->rows), 0);
	h->row[0].count = 12;
	passed_update(&p, &f, h);
	assert_int_equal(passed_count(&p, h, h->rows), 1);
	history_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_boot_report_by_its_descriptor),
		cmocka_unit_test(fields_may_begin_within_a_byte),
		cmocka_unit_test(descriptors_by_their_tables),
		cmocka_unit_test(whatever_is_cut_stays_within_its_bytes),
		cmocka_unit_test(many_are_bounded),
		cmocka_unit_test(those_that_pass_are_counted),
		cmocka_unit_test(a_row_that_grows_is_looked_at_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
