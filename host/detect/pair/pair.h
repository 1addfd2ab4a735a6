/*
 * Both ends of one cable, held against each other: the input and the outcome of R20 over two captures. Copper shows the
 * same at both ends, to the microsecond; what is at one end alone, or comes late and unevenly, comes out of the cable.
 */
#ifndef CORDON_DETECT_PAIR_PAIR_H
#define CORDON_DETECT_PAIR_PAIR_H

#include "detect/finding.h"
#include "detect/pair/align.h"
#include "detect/verdict.h"

enum { PAIR_FINDINGS_MAX = 16 };

struct pair {
	const struct pair_trace *near, *far;
	struct pair_clock clock;
	int64_t both_ns; /* for how long both ends were listened to at once; 0 where that cannot be told */
	unsigned keys_near, keys_far; /* presses meanwhile */
	unsigned keys_both;           /* that are the same press */
	/* Of each end, the first press that the other does not have; NULL: none. */
	const struct pair_mark *alone_near, *alone_far;
	/* By how much the time between two ends changes from one press to the next, median; clocks that wander do not show. */
	double keys_apart_ns;
	unsigned findings;
	uint64_t findings_dropped;
	struct finding finding
		[PAIR_FINDINGS_MAX]; /* on the near end's clock; `packet` is of the end that evidence names */
	struct finding spare; /* where there are too many */
};

/* Aligns, compares, and fills in all but `near` and `far`, which are borrowed. ERR_MEMORY. */
enum err pair_judge(struct pair *p, const struct pair_trace *near, const struct pair_trace *far);

/* What was missing for a comparison is added to what each end missed. */
void pair_coverage(struct coverage *c, const struct pair *p, const struct coverage *near,
                   const struct coverage *far);

/* R20: fills in `finding`. rule_ends_differ.c */
void ends_differ(struct pair *p);

#endif
