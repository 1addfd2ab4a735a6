/*
 * Estimating the clock's step; see clock.h. In: times of reports. Out: step, and whether a time is usable. Leaves alone
 * what the times mean.
 */
#include "detect/typing/clock.h"
#include "detect/typing/numbers.h"
#include "detect/typing/parameters.h"

enum {
	SHARED_TIMES = 2,
	GRID_GAPS_MIN = 10,
	GRID_KINDS_MIN = 4, /* of multiples */
	GRID_GAPS_FEW =
		3, /* enough where two reports bear one time: the clock stood still between */
};

static const double NS_PER_MS = 1e6;
/* A report comes sooner after the last than the bus can poll: within this share of a poll, or of 8 ms where it is longer. */
static const double SOONEST = 0.6, SOONEST_POLL_MS = 8, SOONEST_MAX_MS = 0.6 * 8;
/* 0.1: no bus polls faster than once a microframe. */
static const double MICROFRAME_LEAST_MS = 0.1;
/* What a late host tells in one go, and a pause between two goes. A keyboard holds back but few reports. */
enum { QUICK_EVEN = 12 };
static const double QUICK_PAUSE_MS = 30;
static const double GRID_GAP_MAX_MS = 500; /* beyond it clocks drift off a grid */
static const double GRID_MIN_MS = 1.5;

/* Gaps in order of size: the small ones fix the grid, the large ones test it. */
static void in_order(const struct typing_clock *c, float gap[CLOCK_GAPS])
{
	for (unsigned i = 0; i < c->count; i++) {
		unsigned at = i;

		for (; at > 0 && gap[at - 1] > c->gap_ms[i]; at--)
			gap[at] = gap[at - 1];
		gap[at] = c->gap_ms[i];
	}
}

/* Of the gaps, at least this share are whole multiples of `step`. */
static bool on_grid(const float *gap, unsigned count, double step, double share)
{
	double each = 1 / step, needed = share * count;
	unsigned hits = 0;

	for (unsigned i = 0; i < count && hits < needed; i++) {
		/* Which multiple a gap half-way between two is held against is all the same. */
		double off = distance(gap[i], step * nearest(gap[i] * each));

		/* Stamps of whole milliseconds lie up to one beside a grid of 8; a grid's own period
		   is known to a part in 400: 15.6 or 15.625 ms. */
		hits += off <= 0.14 * step + 0.0025 * gap[i];
	}
	return hits >= needed;
}

/* The step near `step` that fits best, from the smallest gap up. */
static double fit(const float *gap, unsigned count, double step)
{
	double length = 0, steps = 0;

	for (unsigned i = 0; i < count; i++) {
		double n = nearest(gap[i] / step);

		/* One far off any multiple would only drag the step along. */
		if (n < 1 || distance(gap[i], n * step) > 0.3 * step)
			continue;
		length += gap[i];
		steps += n;
		step = length / steps;
	}
	return step;
}

/*
 * They are many different multiples, and no larger step divides them all: else two even delays of a machine's own would
 * pass for a clock.
 */
static bool is_finest(const float *gap, unsigned count, double step)
{
	unsigned common = 0, last = 0, kinds = 0;

	for (unsigned i = 0; i < count; i++) {
		unsigned n = (unsigned)nearest(gap[i] / step);

		kinds += n != last;
		last = n;

		while (n) {
			unsigned rest = common % n;

			common = n;
			n = rest;
		}
	}
	return common == 1 && kinds >= (count < GRID_GAPS_MIN ? 1 : GRID_KINDS_MIN);
}

/* 0: none. Apart, as look_for_grid is, so that other reports save no registers for it. */
static __attribute__((noinline)) float find_grid(const struct typing_clock *c)
{
	float gap[CLOCK_GAPS];
	double most = typing_parameters.step_max_ms, least;
	double needed = c->count < CLOCK_GAPS ? 0.95 : 0.85;

	in_order(c, gap);
	least = gap[0];
	for (unsigned part = 1; part <= 12 && least / part >= GRID_MIN_MS; part++) {
		double step = fit(gap, c->count, least / part);

		if (step <= most && on_grid(gap, c->count, step, needed) &&
		    is_finest(gap, c->count, step))
			return (float)step;
	}
	return 0;
}

/* A grid once found is kept while most gaps still fit: a keyboard's scan stays what it is. */
static __attribute__((noinline)) void look_for_grid(struct typing_clock *c)
{
	if (!(c->grid_ms > 0) || !on_grid(c->gap_ms, c->count, c->grid_ms, 0.65))
		c->grid_ms = find_grid(c);
}

/* What hosts make of a declared period, unless reports came faster. */
static double poll_ms(const struct typing_clock *c, uint32_t poll_ns)
{
	double ms = smaller(poll_ns / NS_PER_MS, typing_parameters.step_max_ms);

	return c->seen_poll_ms > 0 ? smaller(ms, c->seen_poll_ms) : ms;
}

/*
 * Reports that a host was late with come in a heap, anyhow; those of a keyboard that is polled faster than it is believed
 * to be keep to its poll.
 */
static void learn_poll(struct typing_clock *c, double gap)
{
	double n = c->quick ? nearest(gap / c->quick_ms) : 0;

	if (n < 1 || distance(gap, n * c->quick_ms) > 0.1 * c->quick_ms + 0.02) {
		c->quick = 1;
		c->quick_ms = (float)gap;
	} else if (++c->quick == QUICK_EVEN) {
		c->seen_poll_ms = c->quick_ms;
		c->quick = 0;
	}
}

static bool beyond_use(double step_ns)
{
	return step_ns > typing_parameters.step_max_ms * NS_PER_MS;
}

/* Reports share a time only where the clock stands still meanwhile; a step that divides all distances is then the clock's. */
static void learn_step(struct typing_clock *c, int64_t gap_ns)
{
	int64_t a = c->even_us, b;

	/* It only gets less, and that it is of use is all that anybody asks. */
	if (a && !beyond_use((double)a * 1000))
		return;
	b = gap_ns / 1000 + (gap_ns % 1000 >= 500);
	while (b) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	c->even_us = a;
}

bool typing_clock_blind(const struct typing_clock *c, uint32_t claimed_ns)
{
	return beyond_use(claimed_ns) ||
	       (c->shared >= SHARED_TIMES && beyond_use((double)c->even_us * 1000));
}

enum clock_sense typing_clock_report(struct typing_clock *c, int64_t t_ns, uint32_t poll_ns)
{
	int64_t last_ns = c->last_ns;
	bool started = c->started;
	double gap = started ? (double)typing_clock_between(last_ns, t_ns) / NS_PER_MS : 0;
	double poll;

	c->started = true;
	c->last_ns = t_ns;
	if (!started)
		return CLOCK_KNOWN;
	if (gap < 0)
		return CLOCK_BACK;
	if (gap == 0) {
		c->same_tick = true;
		c->shared += c->shared < SHARED_TIMES;
		return CLOCK_SAME;
	}
	learn_step(c, typing_clock_between(last_ns, t_ns));
	if (gap > 0.05 && gap <= GRID_GAP_MAX_MS) {
		c->gap_ms[c->next] = (float)gap;
		c->next = (uint8_t)(c->next + 1 == CLOCK_GAPS ? 0 : c->next + 1);
		if (c->count < CLOCK_GAPS)
			c->count++;
		/* In a full ring a few more gaps change nothing: ask again with a third of it new. */
		if (c->count >= (c->same_tick ? GRID_GAPS_FEW : GRID_GAPS_MIN) &&
		    (c->count < CLOCK_GAPS || c->next % (CLOCK_GAPS / 3) == 0))
			look_for_grid(c);
	}
	if (gap >= SOONEST_MAX_MS) {
		if (gap > QUICK_PAUSE_MS)
			c->quick = 0;
		return CLOCK_KNOWN;
	}
	poll = poll_ms(c, poll_ns);
	/* On a coarse clock two reports share a tick without anybody being late. */
	if (gap >= larger(MICROFRAME_LEAST_MS, SOONEST * smaller(poll, SOONEST_POLL_MS)) ||
	    c->grid_ms >= 1.3 * poll)
		return CLOCK_KNOWN;
	if (gap >= MICROFRAME_LEAST_MS)
		learn_poll(c, gap);
	return CLOCK_BUNCHED;
}

double typing_clock_step(const struct typing_clock *c, uint32_t poll_ns, uint32_t claimed_ns)
{
	double step = larger(1, poll_ms(c, poll_ns));

	step = larger(step, smaller(claimed_ns / NS_PER_MS, typing_parameters.step_max_ms));
	return larger(step, c->grid_ms);
}

bool typing_clock_coarse(const struct typing_clock *c, uint32_t poll_ns, uint32_t claimed_ns)
{
	double poll = larger(1, poll_ms(c, poll_ns));

	return c->grid_ms > 1.3 * poll || claimed_ns > 1.3 * poll * NS_PER_MS;
}
