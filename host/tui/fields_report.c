/*
 * A report by its descriptor: a line for each element, or for a whole row of bits those that are set. HID 1.11 §6.2.2, §8.
 */
#include <stdio.h>
#include <string.h>

#include "tui/fields.h"

#define NAME(table, i) ((i) < sizeof(table) / sizeof((table)[0]) ? (table)[i] : NULL)

enum { MODIFIER_FIRST = 0xe0, NAME_MAX_BYTES = 48 };

static const char *const modifiers[] = {"left Ctrl",  "left Shift",  "left Alt",  "left GUI",
                                        "right Ctrl", "right Shift", "right Alt", "right GUI"};
static const char *const leds[] = {NULL, "Num Lock", "Caps Lock", "Scroll Lock", "Compose", "Kana"};

/* HID Usage Tables 1.4 §4, from 30 on. */
static const char *const axes[] = {"X", "Y", "Z", "Rx", "Ry", "Rz", "Slider", "Dial", "Wheel"};

static void usage_name(char out[NAME_MAX_BYTES], uint32_t usage, struct layout *layout)
{
	unsigned page = usage >> 16, id = usage & 0xffff;
	const char *name = NULL;
	char text[LAYOUT_TEXT_MAX];

	if (page == HID_PAGE_KEYBOARD && id >= MODIFIER_FIRST)
		name = NAME(modifiers, id - MODIFIER_FIRST);
	else if (page == HID_PAGE_LED)
		name = NAME(leds, id);
	else if (page == HID_PAGE_DESKTOP && id >= 0x30)
		name = NAME(axes, id - 0x30);
	if (name) {
		snprintf(out, NAME_MAX_BYTES, "%s", name);
		return;
	}
	text[0] = '\0';
	if (page == HID_PAGE_KEYBOARD && layout && id > 3) {
		layout_text(layout, (uint16_t)id, 0, LAYOUT_NUM, text);
		/* As it is named where it was typed. */
		if (text[0] == '\n' || text[0] == '\t' || strcmp(text, " ") == 0)
			snprintf(text, sizeof(text), "%s",
			         text[0] == '\n'   ? "<ENTER>"
			         : text[0] == '\t' ? "<TAB>"
			                           : "<SPACE>");
	}
	if (page == HID_PAGE_BUTTON)
		snprintf(out, NAME_MAX_BYTES, "button %u", id);
	else
		snprintf(out, NAME_MAX_BYTES, "%02x/%02x%s%.24s", page, id, text[0] ? " " : "",
		         text);
}

/* What a row of bits is, by the first of them. */
static const char *row_name(uint32_t usage)
{
	switch (usage >> 16) {
	case HID_PAGE_KEYBOARD:
		return (usage & 0xffff) >= MODIFIER_FIRST ? "modifiers" : "keys";
	case HID_PAGE_LED:
		return "LEDs";
	case HID_PAGE_BUTTON:
		return "buttons";
	default:
		return "bits";
	}
}

/* Bits of their own: those that are set. */
static void add_bits(struct fields *out, const struct hid_descriptor *d, const struct hid_field *f,
                     struct layout *layout, const uint8_t *bytes, size_t len, unsigned shift)
{
	char text[FIELD_TEXT] = "", name[NAME_MAX_BYTES];
	size_t at = 0;

	for (unsigned i = 0; i < f->count && f->bit + i < 8 * len && at < sizeof(text); i++) {
		if (!hid_element(f, bytes, len, (uint16_t)i))
			continue;
		usage_name(name, hid_field_usage(d, f, i), layout);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", at ? ", " : "", name);
	}
	fields_add(out, FIELD_DATA, f->bit + shift, f->count, "%s: %.60s",
	           row_name(hid_field_usage(d, f, 0)), at ? text : "none");
}

static void add_element(struct fields *out, const struct hid_descriptor *d,
                        const struct hid_field *f, unsigned i, int32_t value, unsigned bit,
                        struct layout *layout)
{
	bool array = !(f->flags & HID_VARIABLE);
	uint32_t usage = hid_field_usage(d, f, array ? (uint32_t)value : i);
	char name[NAME_MAX_BYTES];

	usage_name(name, usage, layout);
	if (!array)
		fields_add(out, FIELD_DATA, bit, f->size, "%s: %d", name, value);
	else if (!usage || !(usage & 0xffff))
		fields_add(out, FIELD_DATA, bit, f->size, "slot %u: empty", i);
	else
		fields_add(out, FIELD_DATA, bit, f->size, "slot %u: %s", i, name);
}

static void add_field(struct fields *out, const struct hid_descriptor *d, const struct hid_field *f,
                      struct layout *layout, const uint8_t *bytes, size_t len, unsigned shift)
{
	if (f->flags & HID_CONSTANT) {
		fields_add(out, FIELD_DATA, f->bit + shift, (unsigned)f->size * f->count,
		           "padding, %u bits", (unsigned)f->size * f->count);
		return;
	}
	if (f->size == 1 && f->flags & HID_VARIABLE) {
		add_bits(out, d, f, layout, bytes, len, shift);
		return;
	}
	/* What is beyond the bytes that are kept is not known, and would read as zero. */
	for (unsigned i = 0; i < f->count && f->bit + (i + 1) * f->size <= 8 * len; i++)
		add_element(out, d, f, i, hid_element(f, bytes, len, (uint16_t)i),
		            f->bit + i * f->size + shift, layout);
}

void fields_report(struct fields *out, const struct hid_descriptor *d, enum hid_report_type type,
                   struct layout *layout, const uint8_t *bytes, size_t len)
{
	uint8_t id = d->uses_ids && len ? bytes[0] : 0;
	unsigned skip = d->uses_ids && len;

	if (skip)
		fields_add(out, FIELD_DATA, 0, 8, "report id %u", id);
	for (unsigned i = 0; i < d->fields; i++) {
		const struct hid_field *f = &d->field[i];

		if (f->type == type && f->report_id == id && f->bit < 8 * (len - skip))
			add_field(out, d, f, layout, bytes + skip, len - skip, 8 * skip);
	}
}
