/*
 * Predictive mixtures of durations; see durations.h. In: durations in order. Out: chances. Which durations count, and
 * how much, is judged elsewhere.
 */
#include <math.h>

#include "detect/typing/durations.h"

static const double LEAST = 1e-7;

static double below(double ms, double median, double spread)
{
	return ms <= 0 ? 0 : 0.5 * erfc((log(median) - log(ms)) / (spread * 1.4142135623730951));
}

static double between(double ms, double step, double median, double spread)
{
	return below(ms + step / 2, median, spread) - below(ms - step / 2, median, spread);
}

void person_times_init(struct person_times *p, const struct typing_people *people)
{
	for (unsigned i = 0; i < TYPING_MEDIANS; i++)
		for (unsigned j = 0; j < TYPING_SPREADS; j++)
			p->weight[i][j] = people->median_weight[i] * people->spread_weight[j];
}

double person_times_next(struct person_times *p, const struct typing_people *people, double ms,
                         double step)
{
	double stray = people->stray_share *
	               between(ms, step, people->stray_median_ms, people->stray_spread);
	double chance[TYPING_MEDIANS][TYPING_SPREADS], sum = 0, mass = 0;

	for (unsigned i = 0; i < TYPING_MEDIANS; i++)
		for (unsigned j = 0; j < TYPING_SPREADS; j++) {
			double core = between(ms, step, people->median_ms[i], people->spread[j]);

			chance[i][j] = LEAST + stray + (1 - people->stray_share) * core;
			mass += p->weight[i][j];
			sum += p->weight[i][j] * chance[i][j];
		}
	for (unsigned i = 0; i < TYPING_MEDIANS; i++)
		for (unsigned j = 0; j < TYPING_SPREADS; j++) {
			double prior = people->median_weight[i] * people->spread_weight[j];
			double after = p->weight[i][j] * chance[i][j] / sum;

			p->weight[i][j] = (float)((1 - typing_parameters.forget) * after +
			                          typing_parameters.forget * prior);
		}
	sum /= mass;
	return sum > 1 ? 1 : sum;
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
