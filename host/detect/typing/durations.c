/*
 * Predictive mixtures of durations; see durations.h. In: durations in order. Out: chances. Which durations count, and
 * how much, is judged elsewhere.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "detect/typing/durations.h"
#include "detect/typing/normal.h"
#include "detect/typing/numbers.h"

static const float LEAST = 1e-7f, LEAST_LOG = -1e9f;
static const float NOWHERE = 1e12f; /* no duration is near it */

enum {
	PARTS = 8,
	STEP_PARTS = 64
}; /* durations are rounded to parts of a step, steps to parts of a millisecond */

static float below(float log_ms, float median, float spread)
{
	return normal_below((log_ms - median) / spread);
}

/* What every log-normal of the grid gives for a duration between two logarithms. */
static void row_fill(struct duration_row *r, const struct typing_people *people, float low,
                     float high)
{
	float median = logf(people->stray_median_ms);
	float stray = people->stray_share * (below(high, median, people->stray_spread) -
	                                     below(low, median, people->stray_spread));

	for (unsigned i = 0; i < TYPING_MEDIANS; i++) {
		median = logf(people->median_ms[i]);
		for (unsigned j = 0; j < TYPING_SPREADS; j++) {
			float core = below(high, median, people->spread[j]) -
			             below(low, median, people->spread[j]);

			r->chance[i * TYPING_SPREADS + j] =
				LEAST + stray + (1 - people->stray_share) * core;
		}
	}
}

/* Apart, so that finding a row costs nothing of what making one needs. */
static __attribute__((noinline)) void
row_make(struct duration_row *r, const struct typing_people *people, uint32_t parts, float step)
{
	double low = ((double)parts / PARTS - 0.5) * step;
	double high = ((double)parts / PARTS + 0.5) * step;

	/* The lanes beyond the grid weigh nothing, but must be numbers. */
	for (unsigned i = TYPING_GRID; i < TYPING_GRID_LANES; i++)
		r->chance[i] = 0;
	r->people = people;
	r->parts = parts;
	r->step = step;
	row_fill(r, people, low > 0 ? logf((float)low) : LEAST_LOG, logf((float)high));
}

/*
 * The same few durations come again and again: rows are kept by what they were made from. Rounding comes first, so that
 * a row found and a row made are the same.
 */
static const struct duration_row *row_of(struct duration_rows *rows, struct duration_row *spare,
                                         const struct typing_people *people, double ms, double step)
{
	float rounded = (float)(larger(nearest(step * STEP_PARTS), 1) / STEP_PARTS);
	uint32_t parts = (uint32_t)smaller(nearest(ms * PARTS / rounded), 1e9);
	struct duration_row *r = spare;

	if (rows)
		r = &rows->row[(parts * 2 + (people == &typing_holds)) % DURATION_ROWS];
	if (r->people != people || r->parts != parts || r->step != rounded)
		row_make(r, people, parts, rounded);
	return r;
}

void person_times_init(struct person_times *p, const struct typing_people *people)
{
	*p = (struct person_times){.weight = {0}};
	for (unsigned i = 0; i < TYPING_GRID; i++) {
		p->weight[i] = people->median_weight[i / TYPING_SPREADS] *
		               people->spread_weight[i % TYPING_SPREADS];
		p->back[i] = typing_parameters.forget * p->weight[i];
	}
}

/* Four sums side by side: the order of additions is fixed here, so that a compiler may use its vectors and nothing
 * depends on whether it does. */
static float weighed(const struct person_times *p, const struct duration_row *r)
{
	float sum[4] = {0};

	for (unsigned i = 0; i < TYPING_GRID_LANES; i += 4)
		for (unsigned k = 0; k < 4; k++)
			sum[k] += p->weight[i + k] * r->chance[i + k];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

double person_times_next(struct person_times *restrict p, const struct typing_people *people,
                         double ms, double step, struct duration_rows *rows)
{
	struct duration_row spare;
	const struct duration_row *restrict r;
	float sum, keep;

	spare.people = NULL;
	r = row_of(rows, &spare, people, ms, step);
	sum = weighed(p, r);
	keep = (1 - typing_parameters.forget) / sum;
	/* Weights and prior sum to one, and stay so. */
	for (unsigned i = 0; i < TYPING_GRID_LANES; i++)
		p->weight[i] = p->weight[i] * r->chance[i] * keep + p->back[i];
	return smaller(sum, 1);
}

void machine_times_restart(struct machine_times *m, const struct typing_ways *ways)
{
	memcpy(m->way, ways->share, sizeof(m->way));
}

static unsigned within(const struct machine_times *m, float ms, float off)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MACHINE_LANES; i++)
		n += fabsf(ms - m->last[i]) <= off;
	return n;
}

double machine_times_copy(const struct machine_times *m, double ms, double step)
{
	const struct typing_parameters *k = &typing_parameters;
	unsigned same, beside;

	if (!m->count)
		return 0;
	same = within(m, (float)ms, 0.5f * (float)step);
	beside = within(m, (float)ms, 1.5f * (float)step) - same;
	return ((float)same * k->copy_same + (float)beside * k->copy_beside) / m->count;
}

/*
 * A value within a band of known width at an unknown place: even over all places that the values so far leave open. Two
 * misses in a row begin a new band.
 */
static float band_next(struct machine_band *b, float width_ms, float ms, float step)
{
	float width = width_ms > 2 * step ? width_ms : 2 * step;
	float low = b->high - width, high = b->low + width;
	bool hit = ms >= low - step / 2 && ms <= high + step / 2;
	bool anew = !hit && b->missed;
	float least = ms < b->low ? ms : b->low, most = ms > b->high ? ms : b->high;

	b->missed = !hit && !anew;
	b->low = anew ? ms : hit ? least : b->low;
	b->high = anew ? ms : hit ? most : b->high;
	return hit ? step / (high - low + step) : 0;
}

/* The first value: nothing foretells it but what people do. */
static void machine_begin(struct machine_times *m, float ms)
{
	for (unsigned i = 0; i < MACHINE_LANES; i++)
		m->last[i] = NOWHERE;
	for (unsigned i = 0; i < TYPING_BANDS; i++)
		m->band[i] = (struct machine_band){.low = ms, .high = ms};
}

/* What a way of making durations gives, unless the machine breaks off, as it does now and then. */
static float unless_stray(float chance, float person)
{
	const float stray = typing_parameters.stray_share;

	return (1 - stray) * chance + stray * person;
}

double machine_times_next(struct machine_times *m, const struct typing_ways *ways, double ms,
                          double step, double person)
{
	const struct typing_parameters *k = &typing_parameters;
	float v = (float)ms, width = (float)step, people = (float)person;
	float copy = people, narrow = people, wide = people, sum, keep;

	if (m->count) {
		copy = unless_stray((float)machine_times_copy(m, ms, step), people);
		narrow = unless_stray(band_next(&m->band[0], k->band_ms[0], v, width), people);
		wide = unless_stray(band_next(&m->band[1], k->band_ms[1], v, width), people);
	} else {
		machine_begin(m, v);
	}
	/* By name, and not in a loop: what is stored one by one is slow to be loaded as a whole. */
	people *= m->way[TYPING_AS_PEOPLE];
	copy *= m->way[TYPING_COPY];
	narrow *= m->way[TYPING_BAND];
	wide *= m->way[TYPING_BAND + 1];
	sum = people + copy + narrow + wide;
	keep = (1 - k->waver) / sum;
	m->way[TYPING_AS_PEOPLE] = people * keep + k->waver * ways->share[TYPING_AS_PEOPLE];
	m->way[TYPING_COPY] = copy * keep + k->waver * ways->share[TYPING_COPY];
	m->way[TYPING_BAND] = narrow * keep + k->waver * ways->share[TYPING_BAND];
	m->way[TYPING_BAND + 1] = wide * keep + k->waver * ways->share[TYPING_BAND + 1];
	m->last[m->next] = v;
	m->next = (unsigned char)(m->next + 1 == MACHINE_COPIES ? 0 : m->next + 1);
	m->count += m->count < MACHINE_COPIES;
	return sum;
}
