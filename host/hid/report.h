/*
 * HID report descriptors as tables of fields, and reports read through them. HID 1.11 §6.2.2, §8.
 *
 * Input is hostile: parsing is one pass, bounded by HID_FIELDS_MAX fields, HID_REPORTS_MAX report ids and
 * HID_USAGES_MAX usages, whatever counts a descriptor claims. A bad descriptor is no error: `problems` says what is
 * wrong with it, and what could be read up to there stays usable.
 */
#ifndef CORDON_HID_REPORT_H
#define CORDON_HID_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HID_FIELDS_MAX = 192, /* main items of one descriptor that are kept */
	HID_REPORTS_MAX = 64, /* (type, id) pairs */
	HID_USAGES_MAX = 512, /* explicit usages of one descriptor, ranges counting once */
	HID_REPORT_BYTES_MAX = 4096,
};

enum hid_report_type {
	HID_INPUT,
	HID_OUTPUT,
	HID_FEATURE,
	HID_REPORT_TYPES,
};

/* Usage pages that matter here. HID Usage Tables 1.4 §3 */
enum hid_page {
	HID_PAGE_DESKTOP = 0x01,
	HID_PAGE_KEYBOARD = 0x07,
	HID_PAGE_LED = 0x08,
	HID_PAGE_BUTTON = 0x09,
	HID_PAGE_TELEPHONY = 0x0b,
	HID_PAGE_CONSUMER = 0x0c,
	HID_PAGE_DIGITIZER = 0x0d,
	HID_PAGE_FIDO = 0xf1d0,
	HID_PAGE_VENDOR_FIRST = 0xff00,
};

/* Bits of a main item. HID 1.11 §6.2.2.5 */
enum hid_main_flag {
	HID_CONSTANT = 1u << 0,
	HID_VARIABLE = 1u << 1,
	HID_RELATIVE = 1u << 2,
	HID_FLAGS_SENT = 0x1ff, /* what a descriptor sets; above: ours */
	HID_KEYS =
		1u
		<< 15, /* input that can report a key: not constant, usages 04 to FF on page 07 */
};

enum hid_problem {
	HID_PROBLEM_TRUNCATED = 1u << 0,  /* an item, long ones included, reaches past the end */
	HID_PROBLEM_LIMIT = 1u << 1,      /* more fields, reports or usages than are kept */
	HID_PROBLEM_STACK = 1u << 2,      /* pop without push, or push too deep */
	HID_PROBLEM_COLLECTION = 1u << 3, /* collections do not balance */
	HID_PROBLEM_SIZE = 1u << 4,  /* report size over 32 for a variable, or a report too long */
	HID_PROBLEM_RANGE = 1u << 5, /* minimum over maximum */
	HID_PROBLEM_RESERVED = 1u << 6, /* reserved item, or report id 0 */
	HID_PROBLEM_KEYS_CUT =
		1u
		<< 7, /* with _LIMIT: of its fields with keys, or of their usages, some found no room */
};

/*
 * Consecutive usages: (page << 16 | id) from first to last. A single usage has first == last. `at` is how many usages
 * the field has before this range, so that a lookup need not walk.
 */
struct hid_usage_range {
	uint32_t first, last, at;
};

struct hid_field {
	uint8_t type;      /* enum hid_report_type */
	uint8_t report_id; /* 0: none */
	uint16_t flags;    /* enum hid_main_flag */
	uint32_t bit;      /* offset in the report, after the id byte where there is one */
	uint16_t size;     /* bits of one element */
	uint16_t count;    /* elements */
	int32_t logical_min, logical_max;
	uint16_t usage_at, usage_ranges; /* in hid_descriptor.usage[] */
	uint32_t application;            /* usage of the outermost application collection */
};

struct hid_report {
	uint8_t type, id;
	uint32_t bits; /* without the id byte; at most 8 * HID_REPORT_BYTES_MAX */
};

struct hid_descriptor {
	uint32_t problems; /* enum hid_problem */
	uint32_t steps;    /* work done: items read and usages completed; at most two a byte */
	bool uses_ids;
	uint16_t fields, reports, usages;
	struct hid_field field[HID_FIELDS_MAX];
	struct hid_report report[HID_REPORTS_MAX];
	struct hid_usage_range usage[HID_USAGES_MAX];
};

/* What a descriptor is able to do; each bit from usages of non-constant fields, wherever they stand. */
enum hid_kind {
	HID_KIND_KEYBOARD =
		1u
		<< 0, /* a field with HID_KEYS, whatever the collection calls itself (mice with macros too) */
	HID_KIND_MOUSE = 1u << 1, /* application mouse or pointer, or relative X/Y with buttons */
	HID_KIND_CONSUMER = 1u << 2,
	HID_KIND_SYSTEM = 1u << 3, /* system control: power, sleep */
	HID_KIND_DIGITIZER = 1u << 4,
	HID_KIND_GAMEPAD = 1u << 5,
	HID_KIND_FIDO = 1u << 6,
	HID_KIND_VENDOR_IN = 1u << 7,
	HID_KIND_VENDOR_OUT = 1u << 8,
	HID_KIND_LED = 1u << 9, /* output on page 08 */
	HID_KIND_TELEPHONY = 1u << 10,
};

void hid_parse(struct hid_descriptor *d, const uint8_t *bytes, size_t len);
uint32_t hid_kinds(const struct hid_descriptor *d);

/* Length in bytes of input, output or feature report `id` with its id byte; 0 where there is none such. */
uint32_t hid_report_bytes(const struct hid_descriptor *d, enum hid_report_type type, uint8_t id);

/* The boot keyboard's report of HID 1.11 appendix B.1, for keyboards whose descriptor was not captured. */
void hid_boot_keyboard(struct hid_descriptor *d);

/* Element `i` of a field of a report (`len` bytes at `report`, without the id byte); reads past the end give 0. */
int32_t hid_element(const struct hid_field *f, const uint8_t *report, size_t len, uint16_t i);

/* The usage (page << 16 | id) that value `v` of an array, or element `v` of a variable field, stands for; 0 for none. */
uint32_t hid_field_usage(const struct hid_descriptor *d, const struct hid_field *f, uint32_t v);

#endif
