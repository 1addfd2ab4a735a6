/*
 * What was really played in one run: devices, keys, times, and what should be said of it, as one JSON object, for whoever judges a
 * judge. Filled in by a play's watch.
 */
#ifndef CORDON_SIM_TRUTH_H
#define CORDON_SIM_TRUTH_H

#include <stdio.h>

#include "sim/play.h"

enum { TRUTH_KEYS_MAX = 1 << 17 }; /* more are counted */

struct truth;

/* The plan is borrowed. NULL: out of memory. */
struct truth *truth_new(const struct scenario_plan *plan);
void truth_free(struct truth *t);

struct play_watch truth_watch(struct truth *t);

/* False where memory ran out meanwhile, or `out` fails. */
bool truth_write(struct truth *t, FILE *out);

#endif
