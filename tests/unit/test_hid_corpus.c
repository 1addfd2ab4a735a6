/*
 * All real report descriptors of the corpus: parsed without complaint, cut at every length, and compared field by field
 * with a second, plain reading of the standard. Then the hostile ones: their cost is counted, in steps.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hid/keys.h"

#define FOLDER "../shared/corpus/descriptors/"

static struct hid_descriptor d;

static void read_report(const uint8_t *report, size_t len)
{
	struct keys k;
	struct key_report r;

	keys_init(&k);
	for (uint16_t i = 0; i < d.reports; i++) {
		uint8_t *exact = malloc(len);

		memcpy(exact, report, len);
		exact[0] = d.report[i].id;
		keys_report(&k, &d, exact, len, 0, i, &r);
		free(exact);
	}
}

static void check_bounds(size_t len)
{
	assert_true(d.steps <= 2 * len);
	assert_true(d.fields <= HID_FIELDS_MAX);
	assert_true(d.reports <= HID_REPORTS_MAX);
	assert_true(d.usages <= HID_USAGES_MAX);
	for (uint16_t i = 0; i < d.fields; i++) {
		const struct hid_field *f = &d.field[i];

		assert_true(f->size && f->count);
		assert_true(f->usage_at + f->usage_ranges <= HID_USAGES_MAX);
		hid_field_usage(&d, f, 0);
		hid_field_usage(&d, f, UINT32_MAX);
	}
	hid_kinds(&d);
}

/* The plain reading: no limits, no doubts, usages as a list; enough for descriptors that are in order. */
struct plain {
	struct {
		uint32_t page, size, count, id;
	} g, saved[16];
	uint32_t depth, offset[16][256];
	uint32_t usages[4096], n;
	uint16_t field;
	unsigned keyboards;
};

static void plain_main(struct plain *p, unsigned tag, uint32_t flags)
{
	const struct hid_field *f = &d.field[p->field];
	bool keys = false;

	if (p->g.size * p->g.count == 0)
		return;
	assert_true(p->field < d.fields);
	assert_int_equal(f->type, tag == 8 ? HID_INPUT : tag == 9 ? HID_OUTPUT : HID_FEATURE);
	assert_int_equal(f->report_id, p->g.id);
	assert_int_equal(f->bit, p->offset[tag][p->g.id]);
	assert_int_equal(f->size, p->g.size);
	assert_int_equal(f->count, p->g.count);
	assert_int_equal(f->flags & HID_FLAGS_SENT, flags);
	for (uint32_t i = 0; i < p->n && i < 4096; i++) {
		uint32_t v = flags & HID_VARIABLE ? i : (uint32_t)f->logical_min + i;

		if (p->usages[i] < 0x10000) /* the page that was declared last */
			p->usages[i] |= p->g.page << 16;
		keys |= p->usages[i] >= 0x70004 && p->usages[i] <= 0x700ff;
		if ((flags & HID_VARIABLE) || (int32_t)v <= f->logical_max)
			assert_int_equal(hid_field_usage(&d, f, v), p->usages[i]);
	}
	if (!p->n)
		assert_int_equal(hid_field_usage(&d, f, 0), 0);
	p->keyboards += keys && tag == 8 && !(flags & HID_CONSTANT);
	p->offset[tag][p->g.id] += p->g.size * p->g.count;
	p->field++;
}

static void compare_with_plain_reading(const uint8_t *b, size_t len, unsigned *keyboards)
{
	struct plain *p = calloc(1, sizeof(*p));
	uint32_t min = 0;

	for (size_t i = 0; i < len;) {
		unsigned n = (b[i] & 3) == 3 ? 4 : b[i] & 3, tag = b[i] >> 4;
		uint32_t v = 0;

		for (unsigned k = n; k > 0; k--)
			v = v << 8 | b[i + k];
		switch (b[i] >> 2 & 3) {
		case 0:
			if (tag == 8 || tag == 9 || tag == 11)
				plain_main(p, tag, v);
			p->n = 0;
			break;
		case 1:
			p->g.page = tag == 0 ? v : p->g.page;
			p->g.size = tag == 7 ? v : p->g.size;
			p->g.id = tag == 8 ? v : p->g.id;
			p->g.count = tag == 9 ? v : p->g.count;
			if (tag == 10)
				p->saved[p->depth++] = p->g;
			if (tag == 11)
				p->g = p->saved[--p->depth];
			break;
		case 2:
			if (tag == 1)
				min = v;
			for (uint32_t u = tag == 0 ? v : min;
			     (tag == 0 || tag == 2) && u <= v && p->n < 4096; u++)
				p->usages[p->n++] = u;
		}
		i += 1 + n;
	}
	assert_int_equal(p->field, d.fields);
	*keyboards += p->keyboards > 0;
	assert_int_equal(p->keyboards > 0, hid_kinds(&d) & HID_KIND_KEYBOARD);
	free(p);
}

static unsigned each_descriptor(const char *folder, const char *ending, unsigned *keyboards)
{
	static uint8_t bytes[8192], report[64];
	char path[512];
	unsigned n = 0;
	DIR *dir = opendir(folder);

	memset(report, 0x5a, sizeof(report));
	for (struct dirent *e; dir && (e = readdir(dir));) {
		FILE *in;
		size_t len;

		if (strlen(e->d_name) < strlen(ending) ||
		    strcmp(e->d_name + strlen(e->d_name) - strlen(ending), ending))
			continue;
		snprintf(path, sizeof(path), "%s%s", folder, e->d_name);
		in = fopen(path, "rb");
		assert_non_null(in);
		len = fread(bytes, 1, sizeof(bytes), in);
		fclose(in);
		n++;
		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *exact = malloc(cut ? cut : 1);

			memcpy(exact, bytes, cut);
			hid_parse(&d, exact, cut);
			free(exact);
			check_bounds(cut);
			read_report(report, 1 + cut % sizeof(report));
		}
		hid_parse(&d, bytes, len);
		check_bounds(len);
		/* two have a vendor field of one element of 104 or 88 bits */
		assert_int_equal(d.problems & ~(uint32_t)HID_PROBLEM_SIZE, 0);
		compare_with_plain_reading(bytes, len, keyboards);
	}
	if (dir)
		closedir(dir);
	return n;
}

static void real_descriptors(void **state)
{
	unsigned keyboards = 0, n = each_descriptor(FOLDER "wacom-rdesc/", ".bin", &keyboards);

	(void)state;
	if (!n) {
		print_message("skipped: no " FOLDER "\n");
		skip();
	}
	assert_int_equal(n, 231);
	/* 23 call an application a keyboard; two more report keys from within a consumer control */
	assert_int_equal(keyboards, 25);
	keyboards = 0;
	assert_int_equal(each_descriptor(FOLDER "packetry-hid/", ".bin", &keyboards), 9);
	assert_int_equal(keyboards, 2);
}

/* One hostile part, repeated up to `len` bytes, then an honest keyboard: found, whatever the flood, and cheaply. */
static void flood(const uint8_t *part, size_t part_len, bool number_it, size_t len)
{
	static const uint8_t keyboard[] = {0x85, 0xfe, 0x05, 7,    0x19, 0,    0x29, 0x65, 0x15,
	                                   0,    0x25, 0x65, 0x75, 8,    0x95, 6,    0x81, 0};
	uint8_t *b = malloc(len + sizeof(keyboard)), *p = b;
	static uint8_t report[64];

	for (unsigned i = 0; p + part_len <= b + len; i++, p += part_len) {
		memcpy(p, part, part_len);
		if (number_it)
			p[1] = (uint8_t)i;
	}
	memcpy(p, keyboard, sizeof(keyboard));
	p += sizeof(keyboard);
	hid_parse(&d, b, (size_t)(p - b));
	check_bounds((size_t)(p - b));
	assert_true(hid_kinds(&d) & HID_KIND_KEYBOARD);
	assert_true(hid_report_bytes(&d, HID_INPUT, 0xfe) >= 7);
	read_report(report, sizeof(report));
	free(b);
}

static void hostile_descriptors_cost_their_length(void **state)
{
	static const struct {
		uint8_t len, bytes[28];
		bool number_it;
	} parts[] = {
		{12, {0x77, 255, 255, 255, 255, 0x97, 255, 255, 255, 255, 0x81, 2}, false},
		{12, {0x1b, 0, 0, 0, 0, 0x2b, 255, 255, 255, 255, 0x81, 0}, false},
		{16,
	         {0x75, 1, 0x95, 1, 0x1b, 0, 0, 0, 0, 0x2b, 255, 255, 255, 255, 0x81, 2},
	         false},
		{1, {0xa4}, false},
		{1, {0xb4}, false},
		{2, {0xa1, 1}, false},
		{2, {0xa9, 1}, false},
		{8, {0x85, 0, 0x75, 8, 0x95, 1, 0x81, 2}, true},
		{8, {0x85, 0, 0x75, 8, 0x95, 1, 0xb1, 2}, true},
		{8, {0x09, 0, 0x75, 1, 0x95, 1, 0x81, 2}, true},
		{3, {0x0a, 0xff, 0xff}, false},
		{6, {0x75, 1, 0x95, 1, 0x81, 1}, false},
		{13, {0x06, 0, 255, 0x09, 1, 0x75, 1, 0x95, 1, 0x81, 2, 0x09, 3}, false},
		{3, {0xfe, 0, 0}, false},
	};
	static const size_t lens[] = {64, 4096, 65535};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		for (size_t n = 0; n < sizeof(lens) / sizeof(*lens); n++)
			flood(parts[i].bytes, parts[i].len, parts[i].number_it, lens[n]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_descriptors),
		cmocka_unit_test(hostile_descriptors_cost_their_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
