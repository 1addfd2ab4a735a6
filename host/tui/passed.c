/* See passed.h. */
#include "tui/passed.h"

#include <string.h>

static void test_row(struct passed *p, const struct history *h, uint64_t ordinal)
{
	unsigned at = ordinal % HISTORY_ROWS;
	uint64_t bit = UINT64_C(1) << at % 64;

	if (filter_passes(&p->filter, history_row(h, ordinal)))
		p->bits[at / 64] |= bit;
	else
		p->bits[at / 64] &= ~bit;
}

/* 1 + the ordinal of a row that may say more than at the last time; 0 none. */
static void test_again(struct passed *p, const struct history *h, uint64_t ordinal)
{
	if (ordinal > history_rows_first(h) && ordinal <= p->rows)
		test_row(p, h, ordinal - 1);
}

void passed_update(struct passed *p, const struct filter *f, const struct history *h)
{
	uint64_t first = history_rows_first(h);

	/* Less than there was: another history. */
	if (strcmp(f->text, p->filter.text) != 0 || h->rows < p->rows) {
		p->filter = *f;
		p->rows = 0;
	}
	if (!f->terms)
		return;
	for (unsigned i = 0; i < HISTORY_CHANNELS; i++) {
		test_again(p, h, h->burst_row[i]);
		test_again(p, h, h->step_row[i]);
	}
	test_again(p, h, h->uart_row);
	for (uint64_t i = p->rows > first ? p->rows : first; i < h->rows; i++)
		test_row(p, h, i);
	p->rows = h->rows;
}

unsigned passed_count(const struct passed *p, const struct history *h, uint64_t to)
{
	uint64_t i = history_rows_first(h);
	unsigned n = 0;

	while (i < to) {
		unsigned at = i % HISTORY_ROWS;

		/* A word at a time where all of it counts. */
		if (at % 64 == 0 && to - i >= 64) {
			n += (unsigned)__builtin_popcountll(p->bits[at / 64]);
			i += 64;
		} else {
			n += p->bits[at / 64] >> at % 64 & 1;
			i++;
		}
	}
	return n;
}
