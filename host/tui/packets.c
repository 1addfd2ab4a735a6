/* Walking the packet list. Bounded by the ring: a filter that nothing passes costs one walk over it. */
#include "tui/packets.h"

#include <string.h>

static uint64_t step_one(const struct scene *s, uint64_t from, bool forward)
{
	const struct history *h = s->history;
	uint64_t first = history_rows_first(h);

	if (forward) {
		for (uint64_t i = from + 1; i < h->rows; i++)
			if (filter_passes(&s->view->filter, history_row(h, i)))
				return i;
	} else {
		for (uint64_t i = from; i-- > first;)
			if (filter_passes(&s->view->filter, history_row(h, i)))
				return i;
	}
	return PACKETS_NONE;
}

uint64_t packets_selected(const struct scene *s)
{
	const struct view *v = s->view;

	if (v->row_chosen && v->row >= history_rows_first(s->history) && v->row < s->rows) {
		uint64_t before;

		if (filter_passes(&v->filter, history_row(s->history, v->row)))
			return v->row;
		/* A filter came since: the nearest that passes. */
		before = step_one(s, v->row, false);
		return before != PACKETS_NONE ? before : step_one(s, v->row, true);
	}
	return step_one(s, s->rows, false);
}

uint64_t packets_step(const struct scene *s, uint64_t from, int steps)
{
	for (; steps && from != PACKETS_NONE; steps += steps < 0 ? 1 : -1) {
		uint64_t next = step_one(s, from, steps > 0);

		if (next == PACKETS_NONE)
			break;
		from = next;
	}
	return from;
}

uint64_t packets_search(const struct scene *s, uint64_t from, bool forward, const char *text)
{
	char words[256];

	while ((from = step_one(s, from, forward)) != PACKETS_NONE) {
		row_describe(history_row(s->history, from), words, sizeof(words));
		if (strcasestr(words, text))
			return from;
	}
	return PACKETS_NONE;
}
