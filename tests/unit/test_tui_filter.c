/* The packet filter: what each term lets through, what is refused, any text at all; and rows in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/filter.h"

static const struct history_row report = {.address = 5,
                                          .endpoint = 0x81,
                                          .type = USB_TYPE_INTERRUPT,
                                          .keys = true,
                                          .text = "a",
                                          .len = 8,
                                          .data = {0, 0, 4}};
static const struct history_row control = {.address = 5,
                                           .has_setup = true,
                                           .type = USB_TYPE_CONTROL,
                                           .status = USB_TRANSFER_STALL,
                                           .setup = {0x80, USB_GET_DESCRIPTOR, 0x0100, 0, 18}};
static const struct history_row out = {.address = 7, .endpoint = 3, .type = USB_TYPE_BULK};
static const struct history_row attach = {.kind = HISTORY_LINE, .line = LINE_ATTACH};
static const struct history_row lost = {.kind = HISTORY_LOST, .lost = 3};

static const struct {
	const char *text;
	bool passes[5]; /* report, control, out, attach, lost */
} filters[] = {
	{"", {true, true, true, true, true}},
	{"reports", {true, false, true, false, false}},
	{"control", {false, true, false, false, false}},
	{"keys", {true, false, false, false, false}},
	{"line", {false, false, false, true, true}},
	{"errors", {false, true, false, false, true}},
	{"in", {true, false, false, false, false}},
	{"out", {false, true, true, false, false}},
	{"dev 5", {true, true, false, false, false}},
	{"ep 3", {false, false, true, false, false}},
	{"dev 0x5 & not keys", {false, true, false, false, false}},
	{"not line", {true, true, true, false, false}},
	{"not not line", {false, false, false, true, true}},
	{"descriptor", {false, true, false, false, false}},
	{"ATTACH", {false, false, false, true, false}},
	{"len 8", {false, false, false, false, false}},
	{"type interrupt", {true, false, false, false, false}},
	{"type bulk", {false, false, true, false, false}},
	{"request 6", {false, true, false, false, false}},
	{"value 0x0100 index 0", {false, true, false, false, false}},
	{"byte 2 4", {true, false, false, false, false}},
	{"byte 2 0x04 & byte 0 1", {false, false, false, false, false}},
	{"byte 8 0", {false, false, false, false, false}},
	{"in & out", {false, false, false, false, false}},
};

static void each_term_passes_what_it_names(void **state)
{
	const struct history_row *rows[] = {&report, &control, &out, &attach, &lost};

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		struct filter f;

		assert_null(filter_parse(&f, filters[i].text));
		for (size_t k = 0; k < 5; k++)
			if (filter_passes(&f, rows[k]) != filters[i].passes[k])
				fail_msg("'%s' and row %zu", filters[i].text, k);
	}
}

static void what_is_wrong_is_said_and_changes_nothing(void **state)
{
	static const char *const wrong[] = {
		"dev",      "dev x", "ep 1x", "type",       "type x",           "byte 2",
		"byte 2 x", "len",   "not",   "keys & not", "a b c d e f g h i"};
	struct filter f, before;

	(void)state;
	assert_null(filter_parse(&f, "dev 5"));
	before = f;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_non_null(filter_parse(&f, wrong[i]));
		assert_memory_equal(&f, &before, sizeof(f));
	}
}

static void every_beginning_of_a_filter_is_read(void **state)
{
	static const char whole[] =
		"dev 0x5 & not keys & ep 3 & descriptor-with-a-very-long-name in";

	(void)state;
	for (size_t len = 0; len <= strlen(whole); len++) {
		char *text = malloc(len + 1);
		struct filter f;

		memcpy(text, whole, len);
		text[len] = '\0';
		filter_parse(&f, text);
		free(text);
	}
}

static void rows_are_told_in_words(void **state)
{
	char text[64];

	(void)state;
	row_describe(&report, text, sizeof(text));
	assert_string_equal(text, "key a");
	row_describe(&control, text, sizeof(text));
	assert_string_equal(text, "get device descriptor 0, refused");
	row_describe(&attach, text, sizeof(text));
	assert_string_equal(text, "attach");
	row_describe(&lost, text, sizeof(text));
	assert_string_equal(text, "3 packets lost");
}

/* Any bits in a row, and any room for its words. */
static void any_row_fits_any_room(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct history_row r;
		size_t size;
		char *text;

		for (size_t k = 0; k < sizeof(r); k++) {
			seed = seed * 1664525 + 1013904223;
			((unsigned char *)&r)[k] = (unsigned char)(seed >> 24);
		}
		r.kind %= 3;
		r.len %= HISTORY_DATA + 1;
		r.has_setup = seed >> 20 & 1;
		r.keys = seed >> 21 & 1;
		r.text[HISTORY_TEXT - 1] = '\0';
		size = 1 + (seed >> 8) % 100;
		text = malloc(size);
		row_describe(&r, text, size);
		assert_true(strlen(text) < size);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_term_passes_what_it_names),
		cmocka_unit_test(what_is_wrong_is_said_and_changes_nothing),
		cmocka_unit_test(every_beginning_of_a_filter_is_read),
		cmocka_unit_test(rows_are_told_in_words),
		cmocka_unit_test(any_row_fits_any_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
