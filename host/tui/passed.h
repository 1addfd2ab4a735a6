/*
 * How many rows pass the filter, without walking all of them for each screen: a bit a row of the ring, tested when the row is new,
 * when the filter is, and as long as the row still grows.
 */
#ifndef CORDON_TUI_PASSED_H
#define CORDON_TUI_PASSED_H

#include "tui/filter.h"

struct passed {
	struct filter filter; /* that the bits are of */
	uint64_t rows;        /* of the history, so far */
	uint64_t bits[HISTORY_ROWS / 64];
};

/* Up to the newest row. */
void passed_update(struct passed *p, const struct filter *f, const struct history *h);

/* Of the rows below ordinal `to` that are still kept; as of the last update. */
unsigned passed_count(const struct passed *p, const struct history *h, uint64_t to);

#endif
