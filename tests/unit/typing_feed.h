/*
 * Typing as a capture shows it: edges of keys to reports at a poll and a clock, and what the test makes of them.
 */
#ifndef CORDON_TESTS_TYPING_FEED_H
#define CORDON_TESTS_TYPING_FEED_H

#include "detect/typing/typing.h"
#include "sim/keyboard.h"

struct feed {
	double poll_ms;
	double clock_ms;   /* times are cut to whole steps of it; 0: exact */
	bool poll_unknown; /* no descriptor was captured */
	bool machine;      /* each change waits for a poll of its own */
	enum report_form form;
	uint64_t seed; /* of the phase */
};

/* By time; of one time what goes up first. */
void feed_sort(struct key_edge *edge, size_t edges);

/* At most `max` reports; returns how many. `edges` in order of time. */
size_t feed_render(const struct feed *f, const struct key_edge *edge, size_t edges,
                   struct key_report *out, size_t max);

struct feed_result {
	uint32_t keys;
	uint32_t first_key, second_key; /* keys typed at the first and second threshold; 0 never */
	uint32_t keys_since_zero;       /* the longest run */
	uint32_t equal_run;             /* the longest run of equal holds */
	float highest;
	float sum[TYPING_FEATURES];       /* at the highest */
	float sum_first[TYPING_FEATURES]; /* at the first threshold */
};

/* Through a fresh detector; features of the mask are left out; at most `keys_max` keys, 0 all. */
struct feed_result feed_judge(const struct feed *f, const struct key_report *r, size_t count,
                              uint32_t without, uint32_t keys_max);

/* Rules of others, on the same reports: keys typed when they alarm, 0 never. */
uint32_t baseline_ukip(const struct key_report *r,
                       size_t count); /* 5 keys, each gap at most 50 ms */
uint32_t baseline_ten_gaps(const struct key_report *r,
                           size_t count); /* ten gaps averaging under 30 ms */
uint32_t baseline_duckhunt(const struct key_report *r,
                           size_t count); /* 25 gaps averaging under 30 ms */

#endif
