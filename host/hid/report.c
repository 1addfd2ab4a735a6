/*
 * What parsed report descriptors mean: the kinds of device they describe, the lengths of their reports, and the values
 * and usages of fields. HID 1.11 §5, §8; HID Usage Tables 1.4.
 */
#include "hid/report.h"

enum {
	DESKTOP_POINTER = 0x00010001,
	DESKTOP_MOUSE = 0x00010002,
	DESKTOP_JOYSTICK = 0x00010004,
	DESKTOP_GAMEPAD = 0x00010005,
	DESKTOP_X = 0x00010030,
	DESKTOP_Y = 0x00010031,
	SYSTEM_CONTROL = 0x00010080,
	SYSTEM_FIRST = 0x00010081,
	SYSTEM_LAST = 0x000100b7,
};

enum where {
	IN_FIELD = 1u << 0,       /* a usage of the field itself */
	IN_APPLICATION = 1u << 1, /* or of the application around it */
};

/* What usages say. Pointers and game pads only as applications: system controls' arrays span their usages too. */
static const struct kind_of_usage {
	uint32_t first, last;
	uint32_t kind;
	uint8_t type, where;
} kinds_of_usages[] = {
	{SYSTEM_FIRST, SYSTEM_LAST, HID_KIND_SYSTEM, HID_INPUT, IN_FIELD},
	{SYSTEM_CONTROL, SYSTEM_CONTROL, HID_KIND_SYSTEM, HID_INPUT, IN_APPLICATION},
	{0x000c0000, 0x000cffff, HID_KIND_CONSUMER, HID_INPUT, IN_FIELD | IN_APPLICATION},
	{0x000b0000, 0x000bffff, HID_KIND_TELEPHONY, HID_INPUT, IN_FIELD | IN_APPLICATION},
	{0x000d0000, 0x000dffff, HID_KIND_DIGITIZER, HID_INPUT, IN_FIELD | IN_APPLICATION},
	{DESKTOP_POINTER, DESKTOP_MOUSE, HID_KIND_MOUSE, HID_INPUT, IN_APPLICATION},
	{DESKTOP_JOYSTICK, DESKTOP_GAMEPAD, HID_KIND_GAMEPAD, HID_INPUT, IN_APPLICATION},
	{0xf1d00000, 0xf1d0ffff, HID_KIND_FIDO, HID_INPUT, IN_FIELD | IN_APPLICATION},
	{0xff000000, 0xffffffff, HID_KIND_VENDOR_IN, HID_INPUT, IN_FIELD | IN_APPLICATION},
	{0xff000000, 0xffffffff, HID_KIND_VENDOR_OUT, HID_OUTPUT, IN_FIELD | IN_APPLICATION},
	{0x00080000, 0x0008ffff, HID_KIND_LED, HID_OUTPUT, IN_FIELD},
};

static bool field_has(const struct hid_descriptor *d, const struct hid_field *f, uint32_t first,
                      uint32_t last)
{
	for (uint16_t i = 0; i < f->usage_ranges; i++) {
		const struct hid_usage_range *r = &d->usage[f->usage_at + i];

		if (r->first <= last && r->last >= first)
			return true;
	}
	return false;
}

static bool field_is(const struct hid_descriptor *d, const struct hid_field *f,
                     const struct kind_of_usage *k)
{
	if (f->type != k->type)
		return false;
	if ((k->where & IN_FIELD) && field_has(d, f, k->first, k->last))
		return true;
	return (k->where & IN_APPLICATION) && f->application >= k->first &&
	       f->application <= k->last;
}

uint32_t hid_kinds(const struct hid_descriptor *d)
{
	uint32_t kinds = 0;
	bool moves = false, buttons = false;

	for (uint16_t i = 0; i < d->fields; i++) {
		const struct hid_field *f = &d->field[i];

		if (f->flags & HID_CONSTANT)
			continue;
		if (f->flags & HID_KEYS)
			kinds |= HID_KIND_KEYBOARD;
		for (size_t k = 0; k < sizeof(kinds_of_usages) / sizeof(*kinds_of_usages); k++)
			if (field_is(d, f, &kinds_of_usages[k]))
				kinds |= kinds_of_usages[k].kind;
		if (f->type != HID_INPUT)
			continue;
		moves |= (f->flags & HID_RELATIVE) && field_has(d, f, DESKTOP_X, DESKTOP_Y);
		buttons |= field_has(d, f, HID_PAGE_BUTTON << 16, HID_PAGE_BUTTON << 16 | 0xffff);
	}
	if (moves && buttons)
		kinds |= HID_KIND_MOUSE;
	return kinds;
}

uint32_t hid_report_bytes(const struct hid_descriptor *d, enum hid_report_type type, uint8_t id)
{
	for (uint16_t i = 0; i < d->reports; i++)
		if (d->report[i].type == type && d->report[i].id == id)
			return (d->report[i].bits + 7) / 8 + d->uses_ids;
	return 0;
}

void hid_boot_keyboard(struct hid_descriptor *d)
{
	static const uint8_t boot[] = {
		0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, /* application keyboard */
		0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25,
		0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, /* 8 modifiers */
		0x95, 0x01, 0x75, 0x08, 0x81, 0x01,       /* reserved */
		0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x95, 0x05, 0x75,
		0x01, 0x91, 0x02, 0x95, 0x01, 0x75, 0x03, 0x91, 0x01, /* 5 LEDs, padded */
		0x05, 0x07, 0x19, 0x00, 0x2a, 0xff, 0x00, 0x26, 0xff,
		0x00, 0x95, 0x06, 0x75, 0x08, 0x81, 0x00, /* 6 keys, 00 to FF */
		0xc0,
	};

	hid_parse(d, boot, sizeof(boot));
}

int32_t hid_element(const struct hid_field *f, const uint8_t *report, size_t len, uint16_t i)
{
	uint64_t bit = f->bit + (uint64_t)f->size * i;
	uint64_t end = 8 * (uint64_t)len;
	unsigned size = f->size > 32 ? 32 : f->size;
	size_t at = (size_t)(bit / 8), last;
	uint64_t v = 0;

	if (!size || bit + f->size > end)
		return 0;
	if (size == 8 && bit % 8 == 0 && f->logical_min >= 0)
		return report[at]; /* nearly all keys */
	last = (size_t)((bit + size - 1) / 8);
	for (size_t n = last + 1; n > at; n--)
		v = v << 8 | report[n - 1];
	v >>= bit % 8;
	if (size < 32) {
		v &= (UINT64_C(1) << size) - 1;
		if (f->logical_min < 0 && v >> (size - 1))
			v |= ~UINT64_C(0) << size;
	}
	return (int32_t)(uint32_t)v;
}

/* The last range whose `at` is not past index `v`; ranges are in order of `at`. */
static const struct hid_usage_range *range_of(const struct hid_descriptor *d,
                                              const struct hid_field *f, uint32_t v)
{
	uint16_t low = f->usage_at, high = f->usage_at + f->usage_ranges;

	while (high - low > 1) {
		uint16_t middle = low + (high - low) / 2;

		if (d->usage[middle].at <= v)
			low = middle;
		else
			high = middle;
	}
	return &d->usage[low];
}

uint32_t hid_field_usage(const struct hid_descriptor *d, const struct hid_field *f, uint32_t v)
{
	const struct hid_usage_range *r;
	uint32_t i = v;

	if (!f->usage_ranges)
		return 0;
	if (!(f->flags & HID_VARIABLE)) {
		int64_t value = f->logical_min < 0 ? (int64_t)(int32_t)v : (int64_t)v;

		if (value < f->logical_min ||
		    (f->logical_max >= f->logical_min && value > f->logical_max))
			return 0;
		i = (uint32_t)(value - f->logical_min);
	}
	r = range_of(d, f, i);
	if (i - r->at <= r->last - r->first)
		return r->first + (i - r->at);
	/* More elements than usages: the last one stands for the rest (HID 1.11 §6.2.2.8). */
	return f->flags & HID_VARIABLE ? r->last : 0;
}
