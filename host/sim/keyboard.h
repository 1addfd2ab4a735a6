/*
 * The keyboard's side of typing: edges of keys to reports on the grid of polls. HID 1.11 appendix B.1.
 */
#ifndef CORDON_SIM_KEYBOARD_H
#define CORDON_SIM_KEYBOARD_H

#include "sim/typist.h"

enum report_form {
	FORM_BOOT,       /* modifiers, reserved, six slots */
	FORM_BOOT_SLOT1, /* the same, slot 0 left empty, as DigiKeyboard does */
	FORM_TWO_BYTES,  /* modifiers and one key: V-USB's example and what grew from it */
	FORM_REPORT_ID,  /* id, then as boot */
	FORM_NKRO,       /* modifiers in one byte, then a bitmap of usages from bitmap_first */
	FORM_NKRO_ID,    /* id, then as NKRO */
};

enum { KEYBOARD_REPORT_MAX = 32 };

struct keyboard {
	enum report_form form;
	uint8_t report_id;
	uint8_t bitmap_first, bitmap_bytes; /* NKRO */
	bool null_first;                    /* an all-zero report before the first key */
	bool scans; /* people's keyboards: a report says what is down now; else each change
	                         waits for a poll of its own */
};

/* An input report and the poll that carried it. */
struct keyboard_report {
	int64_t t_ns;
	uint8_t len;
	uint8_t bytes[KEYBOARD_REPORT_MAX];
};

/*
 * Polls come at phase_ns + n * poll_ns. Edges must be in order of time. Reports come in order, one a poll at most,
 * and only where something changed; returns how many, at most `max` (count + 1 is always enough).
 */
size_t keyboard_reports(const struct keyboard *k, const struct key_edge *edges, size_t count,
                        int64_t poll_ns, int64_t phase_ns, struct keyboard_report *out, size_t max);

/* The report that says that this key alone is down, or, for usage 0, that none is. Its time is left as it is. */
void keyboard_now(const struct keyboard *k, uint8_t usage, struct keyboard_report *out);

#endif
