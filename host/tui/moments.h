/*
 * How much had been seen by a moment, and how far rules had come that had found nothing: samples in columns of equal width, as
 * the time axis has them, doubled whenever the input no longer fits. What a past moment shows is at most a column off.
 */
#ifndef CORDON_TUI_MOMENTS_H
#define CORDON_TUI_MOMENTS_H

#include "detect/engine.h"
#include "detect/verdict.h"

enum { MOMENTS = 4096, MOMENT_RULES = 4 };

struct moment {
	bool any;
	struct coverage_input seen;
	unsigned rules; /* half-way */
	struct {
		uint8_t rule; /* of the table */
		struct rule_progress progress;
	} rule[MOMENT_RULES];
};

struct moments {
	bool any;
	int64_t begin_ns, column_ns;
	struct moment column[MOMENTS];
};

/* NULL where memory is out. */
struct moments *moments_new(void);
void moments_free(struct moments *m);

/* What holds at `t_ns`; times do not step back. */
void moments_add(struct moments *m, int64_t t_ns, const struct coverage_input *seen,
                 const struct engine *e);

/* From when on the next is to be added, the one of `t_ns` being there: more often is only of use for the last of all. */
int64_t moments_due(const struct moments *m, int64_t t_ns);

/* The last that was known by then; NULL: nothing was. */
const struct moment *moments_at(const struct moments *m, int64_t t_ns);

#endif
