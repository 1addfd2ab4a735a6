/*
 * Reports of one keyboard into what changed: presses, releases, replacements. HID 1.11 §8.3, appendix C.
 *
 * A keyboard is one interface's page-07 input; its reports may have several ids, bitmaps and arrays, and each report
 * speaks only for the fields that it contains.
 */
#ifndef CORDON_HID_KEYS_H
#define CORDON_HID_KEYS_H

#include "hid/keys_layout.h"

enum key_report_flag {
	KEYS_REPEATED = 1u << 0, /* byte for byte the keyboard's last report: idle rate, no news */
	KEYS_ALL_UP = 1u << 1,   /* nothing is down after it, modifiers neither */
	KEYS_REPLACED = 1u << 2, /* a key came and another went in this one report */
	KEYS_ROLLOVER =
		1u << 3, /* the keyboard gave up: its keys are unknown, the last state holds */
	KEYS_SLOT_GAP =
		1u
		<< 4, /* array: a key stands after an empty slot (V-USB tools leave slot 0 empty) */
	KEYS_SHORT = 1u << 5,     /* the report is shorter than its descriptor says */
	KEYS_OVERFLOW = 1u << 6,  /* more changes than are kept */
	KEYS_MODIFIERS = 1u << 7, /* a modifier changed */
};

/* What one report changed. Usages are ids on page 07, presses in slot order; modifiers are not among them. */
struct key_report {
	int64_t t_ns;
	uint64_t packet;
	uint32_t ordinal; /* reports of this keyboard so far, repeated ones too, from 1 */
	uint32_t flags;   /* enum key_report_flag */
	uint8_t modifiers_before, modifiers; /* bit n: usage E0 + n */
	uint8_t presses, releases;           /* in the arrays below */
	uint8_t down;                        /* keys down after it, modifiers not counted */
	uint8_t length;                      /* bytes of the report as sent, 255 for more */
	uint16_t press[KEYS_CHANGES_MAX], release[KEYS_CHANGES_MAX];
};

/* What a keyboard holds down. To be set back (keys_init) when its descriptor or protocol changes. */
struct keys {
	uint32_t reports;
	uint8_t modifiers;
	uint8_t down[32];    /* bit n of byte n/8: usage n on page 07, modifiers left out */
	uint8_t downs;       /* how many these are */
	uint8_t last[64];    /* the last report, or its beginning, to know a repeat */
	uint16_t last_len;   /* 0: none yet */
	uint32_t last_flags; /* what still holds of it when it is repeated */
	bool plain; /* its keys stand in the first slots, once each, and are all that is down */
	struct keys_layout layout;
	uint8_t arrays; /* used of array[]; ids beyond share the last one */
	struct {
		uint8_t id;
		uint8_t keys[32]; /* in this report's arrays when it last came */
	} array[KEYS_ARRAYS_MAX];
};

void keys_init(struct keys *k);

/*
 * As hosts do: a bit of a bitmap sets its key, up or down, each time; an array speaks of what it named and of what it
 * named the last time. Bytes that a short report lacks are zero.
 *
 * Reads input report `report` (id byte first where `d` uses ids). False where it has no page-07 field: then it was
 * another report of the same interface and nothing changed.
 */
bool keys_report(struct keys *k, const struct hid_descriptor *d, const uint8_t *report, size_t len,
                 int64_t t_ns, uint64_t packet, struct key_report *out);

#endif
