/*
 * Predictive mixtures of durations; see durations.h. In: durations in order. Out: chances. Which durations count, and
 * how much, is judged elsewhere.
 */
#include <math.h>
#include <stddef.h>

#include "detect/typing/durations.h"
#include "detect/typing/normal.h"

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
	struct duration_row key = {
		.people = people,
		.step = (float)(fmax(round(step * STEP_PARTS), 1) / STEP_PARTS),
	};
	struct duration_row *r = spare;
	double low, high;

	key.parts = (uint32_t)fmin(round(ms * PARTS / key.step), 1e9);
	if (rows)
		r = &rows->row[(key.parts * 2 + (people == &typing_holds)) % DURATION_ROWS];
	if (r->people == key.people && r->parts == key.parts && r->step == key.step)
		return r;
	*r = key;
	low = ((double)key.parts / PARTS - 0.5) * key.step;
	high = ((double)key.parts / PARTS + 0.5) * key.step;
	row_fill(r, people, low > 0 ? logf((float)low) : -INFINITY, logf((float)high));
	return r;
}

void person_times_init(struct person_times *p, const struct typing_people *people)
{
	for (unsigned i = 0; i < TYPING_MEDIANS; i++)
		for (unsigned j = 0; j < TYPING_SPREADS; j++)
			p->weight[i * TYPING_SPREADS + j] = p->prior[i * TYPING_SPREADS + j] =
				people->median_weight[i] * people->spread_weight[j];
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
	struct duration_row spare = {.people = NULL};
	const float *chance = row_of(rows, &spare, people, ms, step)->chance;
	float sum = weighed(p->weight, chance), forget = typing_parameters.forget;
	float keep = (1 - forget) / sum;

	/* Weights and prior sum to one, and stay so. */
	for (unsigned i = 0; i < TYPING_GRID; i++)
		p->weight[i] = p->weight[i] * chance[i] * keep + forget * p->prior[i];
	return fmin(sum, 1);
}

/* The share that a way starts with: as people, copies, then the bands. */
static float share_of(const struct typing_ways *ways, unsigned way)
{
	float rest = 1 - ways->copy_share;

	if (way == 1)
		return ways->copy_share;
	if (way > 1)
		return ways->band_share[way - 2];
	for (unsigned i = 0; i < TYPING_BANDS; i++)
		rest -= ways->band_share[i];
	return rest;
}

void machine_times_restart(struct machine_times *m, const struct typing_ways *ways)
{
	for (unsigned i = 0; i < MACHINE_WAYS; i++)
		m->way[i] = share_of(ways, i);
}

double machine_times_copy(const struct machine_times *m, double ms, double step)
{
	const struct typing_parameters *k = &typing_parameters;
	double sum = 0;

	for (unsigned i = 0; i < m->count; i++) {
		double off = fabs(ms - m->last[i]) / step;

		sum += off <= 0.5 ? k->copy_same : off <= 1.5 ? k->copy_beside : 0;
	}
	return m->count ? sum / m->count : 0;
}

/*
 * A value within a band of known width at an unknown place: even over all places that the values so far leave open.
 */
static double band_chance(const struct machine_times *m, unsigned i, double ms, double step)
{
	double width = fmax(typing_parameters.band_ms[i], 2 * step);
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
		m->band[i].low = fminf(m->band[i].low, (float)ms);
		m->band[i].high = fmaxf(m->band[i].high, (float)ms);
	}
	m->band[i].misses = 0;
}

double machine_times_next(struct machine_times *m, const struct typing_ways *ways, double ms,
                          double step, double person)
{
	double stray = typing_parameters.stray_share, waver = typing_parameters.waver;
	double chance[MACHINE_WAYS], sum = 0;

	chance[0] = person;
	chance[1] = machine_times_copy(m, ms, step);
	for (unsigned i = 0; i < TYPING_BANDS; i++) {
		chance[2 + i] = m->count ? band_chance(m, i, ms, step) : 0;
		band_learn(m, i, ms, chance[2 + i] > 0);
	}
	for (unsigned i = 0; i < MACHINE_WAYS; i++) {
		if (i)
			chance[i] = m->count ? (1 - stray) * chance[i] + stray * person : person;
		sum += m->way[i] * chance[i];
	}
	for (unsigned i = 0; i < MACHINE_WAYS; i++)
		m->way[i] = (float)((1 - waver) * m->way[i] * chance[i] / sum +
		                    waver * share_of(ways, i));
	m->last[m->next] = (float)ms;
	m->next = (unsigned char)((m->next + 1) % MACHINE_COPIES);
	if (m->count < MACHINE_COPIES)
		m->count++;
	return sum;
}
