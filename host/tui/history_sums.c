/*
 * Sums over the columns of a history, for screens that ask for the same ones ten times a second. What lies before the column that events
 * still go into does not change: such a sum is made once, and kept until another takes its place or columns double.
 */
#include "tui/history_sums.h"

struct history_column history_span(const struct history *h, int64_t from_ns, int64_t to_ns)
{
	int64_t first = (from_ns - h->begin_ns + h->column_ns - 1) / h->column_ns;
	int64_t last = (to_ns - h->begin_ns + h->column_ns - 1) / h->column_ns;
	int64_t newest = (h->now_ns - h->begin_ns) / h->column_ns;
	struct history_column sum = {0};
	struct history_sum *kept = NULL;

	if (to_ns <= from_ns)
		return sum;
	if (last <= newest && from_ns >= 0) {
		kept = &h->sums->sum[from_ns / (to_ns - from_ns) % HISTORY_SUMS];
		if (kept->from_ns == from_ns && kept->to_ns == to_ns &&
		    kept->column_ns == h->column_ns)
			return kept->column;
	}
	for (int64_t i = first < 0 ? 0 : first; i < last && i <= newest && i < HISTORY_COLUMNS; i++)
		history_column_add(&sum, &h->column[i]);
	if (kept)
		*kept = (struct history_sum){from_ns, to_ns, h->column_ns, sum};
	return sum;
}
