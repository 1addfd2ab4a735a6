/*
 * Input: a type (1 byte), a length (1 byte), so many bytes of a report descriptor, then what is read by it, and as a descriptor of
 * that type. Checked: each field begins within what is there, and its text and filter end.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "tui/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct fields *f, size_t len)
{
	assert(f->count <= FIELDS_MAX);
	for (unsigned i = 0; i < f->count; i++) {
		assert(f->field[i].bit < 8 * len);
		assert(memchr(f->field[i].text, 0, FIELD_TEXT));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hid_descriptor d;
	static struct fields f;
	struct bytes b = bytes_of(data, size);
	uint8_t type = bytes_u8(&b), *exact;
	size_t len = bytes_u8(&b);
	const uint8_t *part;

	len = len < bytes_left(&b) ? len : bytes_left(&b);
	part = bytes_take(&b, len);
	hid_parse(&d, part, part ? len : 0);
	len = bytes_left(&b) < HISTORY_DATA ? bytes_left(&b) : HISTORY_DATA;
	part = bytes_take(&b, len);
	exact = malloc(len ? len : 1);
	if (len)
		memcpy(exact, part, len);
	f.count = 0;
	fields_report(&f, &d, type % HID_REPORT_TYPES, NULL, exact, len);
	check(&f, len);
	f.count = 0;
	fields_descriptor(&f, type, exact, len);
	check(&f, len);
	free(exact);
	return 0;
}
