/*
 * How likely a duration is, given those before it: under a person, and under a machine that repeats itself.
 *
 * Both are prequential mixtures (Dawid 1984): each duration is predicted from the past, then learned. A person is a
 * point of a grid of log-normals (3-parameter log-logistic fits a little better, but its tail is the stray component's
 * work here), re-weighted by Bayes with a fixed share returning to the prior (Herbster and Warmuth 1998), so
 * that a change of hands is followed. Milliseconds; `step` is the width that the clock or the poll cannot resolve.
 */
#ifndef CORDON_DETECT_TYPING_DURATIONS_H
#define CORDON_DETECT_TYPING_DURATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "detect/typing/parameters.h"

/* Medians times spreads, and filled up to whole vectors with zeros. */
enum {
	TYPING_GRID = TYPING_MEDIANS * TYPING_SPREADS,
	TYPING_GRID_LANES = (TYPING_GRID + 3) / 4 * 4,
};

struct person_times {
	_Alignas(TYPING_VECTOR) float weight[TYPING_GRID_LANES];
	float back[TYPING_GRID_LANES]; /* what returns of the prior with each duration */
};

void person_times_init(struct person_times *p, const struct typing_people *people);

enum { DURATION_ROWS = 1024 };

/* What the grid gives for one duration; `people` NULL: none yet. */
struct duration_row {
	const struct typing_people *people;
	uint32_t parts;
	float step;
	_Alignas(TYPING_VECTOR) float chance[TYPING_GRID_LANES];
};

/* Rows made already, for all keyboards. Zeroed: none. */
struct duration_rows {
	struct duration_row row[DURATION_ROWS];
};

/* The chance of a duration within half a step of `ms`, which is then learned. In (0, 1]. `rows` may be NULL. */
double person_times_next(struct person_times *p, const struct typing_people *people, double ms,
                         double step, struct duration_rows *rows);

enum { MACHINE_COPIES = 6, MACHINE_LANES = 8 };

struct machine_times {
	/* A ring of MACHINE_COPIES; what has no value is far away. */
	_Alignas(TYPING_VECTOR) float last[MACHINE_LANES];
	unsigned char count, next;
	struct machine_band {
		float low, high;
		bool missed; /* by the last value */
	} band[TYPING_BANDS];
	float way[TYPING_WAYS]; /* how likely each way is by now */
};

/* No more than the shares of the ways; the values so far are kept. Zeroed state has none. */
void machine_times_restart(struct machine_times *m, const struct typing_ways *ways);

/* The same under a machine; `person` is what a person would give, which is one of its ways. */
double machine_times_next(struct machine_times *m, const struct typing_ways *ways, double ms,
                          double step, double person);

/* The share of earlier values that this one repeats within half a step; 0 where there is none. Learns nothing. */
double machine_times_copy(const struct machine_times *m, double ms, double step);

#endif
