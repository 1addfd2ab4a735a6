/*
 * What one keyboard typed, as text: bounded, while the count goes on. One key is never cut in two; after the first that
 * did not fit nothing more is added, so that the text is what was typed first.
 */
#ifndef CORDON_REPORT_TRANSCRIPT_H
#define CORDON_REPORT_TRANSCRIPT_H

#include "report/layout.h"

enum {
	TRANSCRIPT_CHARACTERS_MAX = 4096,
	TRANSCRIPT_BYTES_MAX = 4 * TRANSCRIPT_CHARACTERS_MAX,
};

struct transcript {
	uint64_t count; /* keys, modifiers not among them */
	int64_t first_ns, last_ns;
	unsigned locks; /* enum layout_lock */
	bool text_truncated;
	uint16_t characters;
	uint16_t len;                        /* bytes */
	char text[TRANSCRIPT_BYTES_MAX + 1]; /* UTF-8, NUL-terminated; not escaped: see escape.h */
};

/* Num Lock counts as on until something says otherwise: digits are then read as digits. */
void transcript_init(struct transcript *t);

/*
 * One key press, with the modifiers of its report; for a report with several, in slot order. Releases and repeats are not
 * given. With `l` NULL it is counted, and nothing is written down.
 */
void transcript_key(struct transcript *t, struct layout *l, uint16_t usage, uint8_t modifiers,
                    int64_t t_ns);

/* An LED report to the keyboard: the host says which locks are on. Boot order: num, caps. */
void transcript_leds(struct transcript *t, uint8_t leds);

#endif
