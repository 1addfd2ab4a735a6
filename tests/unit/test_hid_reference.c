/*
 * Nine real report descriptors, decoded, against the decoded references that come with them: written in their words and
 * compared whole. Corpus: descriptors/packetry-hid (input and output reports; ids in type, then id order).
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hid/report.h"

#define FOLDER "../shared/corpus/descriptors/packetry-hid/"

/* The names that occur in the references. HID Usage Tables 1.4 */
static const struct {
	uint32_t usage;
	const char *name;
} names[] = {
	{0x00010001, "Pointer"},
	{0x00010030, "X"},
	{0x00010031, "Y"},
	{0x00010032, "Z"},
	{0x00010033, "Rx"},
	{0x00010034, "Ry"},
	{0x00010035, "Rz"},
	{0x00010038, "Wheel"},
	{0x00010039, "Hat Switch"},
	{0x00010081, "System Power Down"},
	{0x00010082, "System Sleep"},
	{0x00010083, "System Wake Up"},
	{0x000100b7, "System Display Toggle LCD Autoscale"},
	{0x00070091, "Keyboard LANG2"},
	{0x000700e0, "Keyboard LeftControl"},
	{0x000700e1, "Keyboard LeftShift"},
	{0x000700e2, "Keyboard LeftAlt"},
	{0x000700e3, "Keyboard Left GUI"},
	{0x000700e4, "Keyboard RightControl"},
	{0x000700e5, "Keyboard RightShift"},
	{0x000700e6, "Keyboard RightAlt"},
	{0x000700e7, "Keyboard Right GUI"},
	{0x00080001, "Num Lock"},
	{0x00080002, "Caps Lock"},
	{0x00080003, "Scroll Lock"},
	{0x00080004, "Compose"},
	{0x00080005, "Kana"},
	{0x000b0020, "Hook Switch"},
	{0x000c0001, "Consumer Control"},
	{0x000c00b5, "Scan Next Track"},
	{0x000c00b6, "Scan Previous Track"},
	{0x000c00cd, "Play/Pause"},
	{0x000c00cf, "Voice Command"},
	{0x000c00e2, "Mute"},
	{0x000c00e9, "Volume Increment"},
	{0x000c00ea, "Volume Decrement"},
	{0x000c0238, "AC Pan"},
	{0x000c02a0, "AC Soft Key Left"},
};

static void put_usage(FILE *out, uint32_t usage)
{
	unsigned page = usage >> 16, id = usage & 0xffff;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].usage == usage) {
			fputs(names[i].name, out);
			return;
		}
	}
	if (page == HID_PAGE_BUTTON)
		fprintf(out, "Button %u", id);
	else if (page >= HID_PAGE_VENDOR_FIRST)
		fprintf(out, "Vendor Usage 0x%02X", id);
	else if (page == HID_PAGE_CONSUMER)
		fprintf(out, "Consumer usage 0x%02X", id);
	else if (page == HID_PAGE_KEYBOARD)
		fprintf(out, "Keyboard/Keypad usage 0x%02X", id);
	else
		fprintf(out, "usage %08x", usage);
}

static void put_place(FILE *out, uint32_t bit, uint32_t bits)
{
	uint32_t last = bit + bits - 1;

	fputs(": ", out);
	if (bit % 8 == 0 && bits == 8)
		fprintf(out, "byte %u", bit / 8);
	else if (bit % 8 == 0 && bits % 8 == 0)
		fprintf(out, "bytes %u-%u", bit / 8, last / 8);
	else if (bits == 1)
		fprintf(out, "byte %u bit %u", bit / 8, bit % 8);
	else if (bit / 8 == last / 8)
		fprintf(out, "byte %u bits %u-%u", bit / 8, bit % 8, last % 8);
	else
		fprintf(out, "byte %u bit %u — byte %u bit %u", bit / 8, bit % 8, last / 8,
		        last % 8);
}

static void put_field(FILE *out, const struct hid_descriptor *d, const struct hid_field *f)
{
	uint32_t bit = f->bit + (d->uses_ids ? 8 : 0);

	if (f->flags & HID_CONSTANT) {
		fputs("Padding", out);
		put_place(out, bit, (uint32_t)f->size * f->count);
		fputc('\n', out);
		return;
	}
	if (!(f->flags & HID_VARIABLE)) {
		const struct hid_usage_range *first = &d->usage[f->usage_at];

		fprintf(out, "Array of %u button%s", f->count, f->count == 1 ? "" : "s");
		put_place(out, bit, (uint32_t)f->size * f->count);
		fputs(" [", out);
		put_usage(out, first->first);
		fputs(" — ", out);
		put_usage(out, first[f->usage_ranges - 1].last);
		fputs("]\n", out);
		return;
	}
	for (uint16_t i = 0; i < f->count; i++) {
		put_usage(out, hid_field_usage(d, f, i));
		put_place(out, bit + (uint32_t)f->size * i, f->size);
		if (f->size > 1 &&
		    (f->logical_min || f->logical_max != (INT64_C(1) << f->size) - 1))
			fprintf(out, " (values %d to %d)", f->logical_min, f->logical_max);
		fputc('\n', out);
	}
}

static char *describe(const struct hid_descriptor *d)
{
	static const char *const types[] = {"Input", "Output"};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (unsigned type = HID_INPUT; type <= HID_OUTPUT; type++) {
		for (unsigned id = 0; id < 256; id++) {
			uint32_t bytes = hid_report_bytes(d, type, (uint8_t)id);

			if (!bytes)
				continue;
			fprintf(out, "\n○ %s report", types[type]);
			if (id)
				fprintf(out, " #%u", id);
			fprintf(out, " (%u byte%s):\n", bytes, bytes == 1 ? "" : "s");
			for (uint16_t i = 0; i < d->fields; i++)
				if (d->field[i].type == type && d->field[i].report_id == id)
					put_field(out, d, &d->field[i]);
		}
	}
	fclose(out);
	return text;
}

/* A reference without the lines of its tree. */
static char *reference(const char *path)
{
	static const char *const branches[] = {"├── ", "└── "};
	FILE *in = fopen(path, "r");
	char line[256], *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		const char *p = line;

		for (size_t i = 0; i < 2; i++)
			if (!strncmp(p, branches[i], strlen(branches[i])))
				p += strlen(branches[i]);
		fputs(p, out);
	}
	fclose(in);
	fclose(out);
	return text;
}

static void decoded_as_their_references(void **state)
{
	static const char *const devices[] = {
		"amp",   "headset", "hub",   "keyboard-0", "keyboard-1",
		"kvm-0", "kvm-1",   "mouse", "ps5",
	};
	static struct hid_descriptor d;
	char path[256];
	uint8_t bytes[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		FILE *in;
		size_t len;
		char *want, *got;

		snprintf(path, sizeof(path), FOLDER "%s_descriptor.bin", devices[i]);
		in = fopen(path, "rb");
		if (!in && i == 0) {
			print_message("skipped: no " FOLDER "\n");
			skip();
		}
		assert_non_null(in);
		len = fread(bytes, 1, sizeof(bytes), in);
		fclose(in);
		hid_parse(&d, bytes, len);
		assert_int_equal(d.problems, 0);
		got = describe(&d);
		snprintf(path, sizeof(path), FOLDER "%s_reference.txt", devices[i]);
		want = reference(path);
		assert_string_equal(got, want);
		free(got);
		free(want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(decoded_as_their_references)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
