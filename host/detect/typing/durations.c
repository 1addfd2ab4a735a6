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

static const float LEAST = 1e-7f;

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
	double low, high;

	if (rows)
		r = &rows->row[(parts * 2 + (people == &typing_holds)) % DURATION_ROWS];
	if (r->people == people && r->parts == parts && r->step == rounded)
		return r;
	r->people = people;
	r->parts = parts;
	r->step = rounded;
	low = ((double)parts / PARTS - 0.5) * rounded;
	high = ((double)parts / PARTS + 0.5) * rounded;
	row_fill(r, people, low > 0 ? logf((float)low) : -INFINITY, logf((float)high));
	return r;
}

void person_times_init(struct person_times *p, const struct typing_people *people)
{
	for (unsigned i = 0; i < TYPING_GRID; i++) {
		p->weight[i] = people->median_weight[i / TYPING_SPREADS] *
		               people->spread_weight[i % TYPING_SPREADS];
		p->back[i] = typing_parameters.forget * p->weight[i];
	}
}

/* Four sums side by side: the order of additions is fixed here, so that a compiler may use its vectors and nothing
 * depends on whether it does. */
static float weighed(const float *weight, const float *chance)
{
	float sum[4] = {0}, rest = 0;
	unsigned i = 0;

	for (; i + 4 <= TYPING_GRID; i += 4)
		for (unsigned k = 0; k < 4; k++)
			sum[k] += weight[i + k] * chance[i + k];
	for (; i < TYPING_GRID; i++)
		rest += weight[i] * chance[i];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]) + rest;
}

double person_times_next(struct person_times *p, const struct typing_people *people, double ms,
                         double step, struct duration_rows *rows)
{
	struct duration_row spare;
	const float *chance;
	float sum, keep;

	spare.people = NULL;
	chance = row_of(rows, &spare, people, ms, step)->chance;
	sum = weighed(p->weight, chance);
	keep = (1 - typing_parameters.forget) / sum;
	/* Weights and prior sum to one, and stay so. */
	for (unsigned i = 0; i < TYPING_GRID; i++)
		p->weight[i] = p->weight[i] * chance[i] * keep + p->back[i];
	return smaller(sum, 1);
}

void machine_times_restart(struct machine_times *m, const struct typing_ways *ways)
{
	memcpy(m->way, ways->share, sizeof(m->way));
}

double machine_times_copy(const struct machine_times *m, double ms, double step)
{
	const struct typing_parameters *k = &typing_parameters;
	unsigned same = 0, beside = 0;

	for (unsigned i = 0; i < m->count; i++) {
		double off = distance(ms, m->last[i]);

		same += off <= 0.5 * step;
		beside += off <= 1.5 * step;
	}
	beside -= same;
	return m->count ? (same * k->copy_same + beside * k->copy_beside) / m->count : 0;
}

/*
 * A value within a band of known width at an unknown place: even over all places that the values so far leave open.
 */
static double band_chance(const struct machine_times *m, unsigned i, double ms, double step)
{
	double width = larger(typing_parameters.band_ms[i], 2 * step);
	double low = m->band[i].high - width, high = m->band[i].low + width;

	return ms < low - step / 2 || ms > high + step / 2 ? 0 : step / (high - low + step);
}

static void band_learn(struct machine_times *m, unsigned i, double ms, bool hit)
{
	if (!hit && m->count && ++m->band[i].misses < 2)
		return;
	if (!m->count || !hit) {
		m->band[i].low = m->band[i].high = (float)ms;
	} else {
		m->band[i].low = (float)smaller(m->band[i].low, (float)ms);
		m->band[i].high = (float)larger(m->band[i].high, (float)ms);
	}
	m->band[i].misses = 0;
}

double machine_times_next(struct machine_times *m, const struct typing_ways *ways, double ms,
                          double step, double person)
{
	float stray = typing_parameters.stray_share, waver = typing_parameters.waver;
	float chance[TYPING_WAYS], sum = 0, keep;

	chance[TYPING_AS_PEOPLE] = (float)person;
	chance[TYPING_COPY] = (float)machine_times_copy(m, ms, step);
	for (unsigned i = 0; i < TYPING_BANDS; i++) {
		chance[TYPING_BAND + i] = 0;
		if (!(ways->share[TYPING_BAND + i] > 0))
			continue; /* no such machine */
		if (m->count)
			chance[TYPING_BAND + i] = (float)band_chance(m, i, ms, step);
		band_learn(m, i, ms, chance[TYPING_BAND + i] > 0);
	}
	for (unsigned i = TYPING_COPY; i < TYPING_WAYS; i++)
		chance[i] =
			m->count ? (1 - stray) * chance[i] + stray * (float)person : (float)person;
	for (unsigned i = 0; i < TYPING_WAYS; i++)
		sum += m->way[i] * chance[i];
	keep = (1 - waver) / sum;
	for (unsigned i = 0; i < TYPING_WAYS; i++)
		m->way[i] = m->way[i] * chance[i] * keep + waver * ways->share[i];
	m->last[m->next] = (float)ms;
	m->next = (unsigned char)(m->next + 1 == MACHINE_COPIES ? 0 : m->next + 1);
	if (m->count < MACHINE_COPIES)
		m->count++;
	return sum;
}
