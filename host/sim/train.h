/*
 * Trains of bursts: when a transmitter is on and how strong, when a load draws more and how much. In: a train's figures
 * and a seed. Out: its pulses, one after the other, in order of time. What a sensor makes of them is sensors.h.
 *
 * What a train draws once (period, level) is in it already; what varies from burst to burst is drawn here. The figures and
 * their meaning are those of the scenarios (timing, rf, power.periodic).
 */
#ifndef CORDON_SIM_TRAIN_H
#define CORDON_SIM_TRAIN_H

#include <stddef.h>

#include "sim/random.h"

struct range {
	double low, high; /* uniform in between; equal: fixed */
};

enum train_kind {
	TRAIN_ONCE,
	TRAIN_PERIODIC, /* a grid that jitter and deferral do not move; `random_ms` moves it */
	TRAIN_RANDOM,   /* `gap_ms` from the end of one burst to the start of the next */
	TRAIN_SWEEP,    /* `steps` bursts, `step_ms` apart, then `gap_ms` */
	TRAIN_POISSON,  /* `period_ms` apart in the mean, independent of each other */
	TRAIN_REPORTS,  /* one burst `lead_ms` before each report of a list */
};

#define TRAIN_NEVER INT64_MAX

struct train_figures {
	enum train_kind kind;
	bool supplied;            /* runs on the cable's supply: silent while that is off */
	bool restarts;            /* and begins anew each time it comes on */
	const int64_t *report_ns; /* TRAIN_REPORTS: in order of time, borrowed */
	size_t report_count;
	int64_t start_ns,
		until_ns; /* after the supply came on where it `restarts`; until: TRAIN_NEVER for ever */
	double period_ms, jitter_ms;
	struct range defer_ms, random_ms, gap_ms, lead_ms;
	unsigned steps;
	double step_ms;
	struct range length_us, pulses, pulse_gap_us;
	double db;            /* above the noise floor; 0: does not transmit */
	struct range step_ma; /* more current while a pulse lasts; 0: none */
};

struct pulse {
	int64_t start_ns, end_ns;
	double db, ma;
	bool supplied;
};

struct train {
	struct train_figures f;
	struct random random;
	int64_t origin_ns; /* the supply came on, or 0 */
	int64_t grid_ns, busy_ns;
	unsigned step, pulses_left;
	struct pulse next; /* start_ns TRAIN_NEVER: none */
	size_t report;     /* the next one of the list */
};

void train_init(struct train *t, const struct train_figures *f, const struct random *random);

/* The supply came on at `t_ns`: the train begins, counted from there. Those that do not restart begin with train_init. */
void train_start(struct train *t, int64_t t_ns);
void train_stop(struct train *t); /* until the next start */

/* Takes `next` away and works out the one behind it. */
struct pulse train_take(struct train *t);

double range_draw(const struct range *r, struct random *random);

#endif
