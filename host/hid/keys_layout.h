/*
 * Where a keyboard's report has its keys; for keys.h alone.
 */
#ifndef CORDON_HID_KEYS_LAYOUT_H
#define CORDON_HID_KEYS_LAYOUT_H

#include "hid/report.h"

enum {
	KEYS_CHANGES_MAX = 32, /* of one report that are kept */
	KEYS_ARRAYS_MAX = 4,   /* report ids with key arrays that are told apart */
	KEY_ROLLOVER = 0x01,   /* usages on page 07: ErrorRollOver */
	KEY_FIRST = 0x04,      /* A */
	KEY_MODIFIER_FIRST = 0xe0,
	KEY_MODIFIER_LAST = 0xe7,
};

/* Where a report has its keys, if that is all: a byte of modifiers and one array of bytes that are ids themselves. */
struct keys_layout {
	bool known, simple;
	uint8_t id; /* of the report that it is of */
	uint8_t modifiers_at, array_at, array_count, most;
	uint16_t bytes; /* that the fields reach to, without the id byte */
	uint16_t whole; /* of the report as described, with it */
};

/* Of input report `id`. */
void keys_layout_init(struct keys_layout *l, const struct hid_descriptor *d, uint8_t id);

#endif
