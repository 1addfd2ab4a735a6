/*
 * Estimating the clock's step; see clock.h. In: times of reports. Out: step, and whether a time is usable. Leaves alone
 * what the times mean.
 */
#include <math.h>

#include "detect/typing/clock.h"
#include "detect/typing/parameters.h"

enum { GRID_GAPS_MIN = 10 };

static const double NS_PER_MS = 1e6;
static const double GRID_GAP_MAX_MS = 500; /* beyond it clocks drift off a grid */
static const double GRID_MIN_MS = 1.5;

/* The share of gaps that are whole multiples of `step`. A twelfth of a step off is chance in one of six. */
static bool on_grid(const struct typing_clock *c, double step)
{
	unsigned hits = 0;

	for (unsigned i = 0; i < c->count; i++) {
		double n = round(c->gap_ms[i] / step);

		/* A grid's own period is known to a part in 400: 15.6 or 15.625 ms. */
		hits += fabs(c->gap_ms[i] - n * step) <= 0.06 * step + 0.0025 * c->gap_ms[i];
	}
	return hits * 20 >= c->count * 19u;
}

static void find_grid(struct typing_clock *c)
{
	double least = GRID_GAP_MAX_MS, most = typing_parameters.step_max_ms;

	for (unsigned i = 0; i < c->count; i++)
		least = c->gap_ms[i] < least ? c->gap_ms[i] : least;
	c->grid_ms = 0;
	for (unsigned part = 1; part <= 12; part++) {
		double step = least / part;

		if (step < GRID_MIN_MS)
			return;
		if (step <= most && on_grid(c, step)) {
			c->grid_ms = (float)step;
			return;
		}
	}
}

/* What hosts make of a declared period. */
static double poll_ms(uint32_t poll_ns)
{
	double ms = poll_ns / NS_PER_MS;

	return ms > typing_parameters.step_max_ms ? typing_parameters.step_max_ms : ms;
}

enum clock_sense typing_clock_report(struct typing_clock *c, int64_t t_ns, uint32_t poll_ns)
{
	bool started = c->started;
	double gap = started ? (double)(t_ns - c->last_ns) / NS_PER_MS : 0;
	/* 0.1: no bus polls faster than once a microframe. */
	double soonest = fmax(0.1, 0.6 * fmin(poll_ms(poll_ns), 8));

	c->started = true;
	c->last_ns = t_ns;
	if (!started)
		return CLOCK_KNOWN;
	if (gap < 0)
		return CLOCK_BACK;
	if (gap > 0.05 && gap <= GRID_GAP_MAX_MS) {
		c->gap_ms[c->next] = (float)gap;
		c->next = (uint8_t)((c->next + 1) % CLOCK_GAPS);
		if (c->count < CLOCK_GAPS)
			c->count++;
		if (c->count >= GRID_GAPS_MIN)
			find_grid(c);
	}
	/* On a coarse clock two reports share a tick without anybody being late. */
	if (gap < soonest && c->grid_ms < 1.3 * poll_ms(poll_ns))
		return CLOCK_BUNCHED;
	return CLOCK_KNOWN;
}

double typing_clock_step(const struct typing_clock *c, uint32_t poll_ns, uint32_t claimed_ns)
{
	double step = fmax(1, poll_ms(poll_ns));

	step = fmax(step, fmin(claimed_ns / NS_PER_MS, typing_parameters.step_max_ms));
	return fmax(step, c->grid_ms);
}

bool typing_clock_coarse(const struct typing_clock *c, uint32_t poll_ns, uint32_t claimed_ns)
{
	double poll = fmax(1, poll_ms(poll_ns));

	return c->grid_ms > 1.3 * poll || claimed_ns > 1.3 * poll * NS_PER_MS;
}
