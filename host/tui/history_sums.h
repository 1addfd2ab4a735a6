/* What history_span remembers of its answers; a history has one, and nobody else looks into it. */
#ifndef CORDON_TUI_HISTORY_SUMS_H
#define CORDON_TUI_HISTORY_SUMS_H

#include "tui/history.h"

enum {
	HISTORY_SUMS = 512
}; /* more than there are columns on a screen: these do not drive each other out */

struct history_sum {
	int64_t from_ns, to_ns; /* equal: none */
	int64_t column_ns;      /* of the history, when it was made */
	struct history_column column;
};

struct history_sums {
	struct history_sum sum[HISTORY_SUMS];
};

#endif
