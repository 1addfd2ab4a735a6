/*
 * What current flows and what the antennas hear at a time. In: a plan, its trains, changes of the supply. Out: milliamperes,
 * decibels, and when they change. Leaves alone: the tap that measures them (sensors.c).
 */
#include <math.h>
#include <stdlib.h>

#include "sim/sensors_run.h"

#define MS INT64_C(1000000)

/* hw/spice/inrush.cir: the load switch's soft start takes a millisecond. */
#define RISE_NS MS
#define VBUS_V  5.0
/* Half the power of a supply's noise is what a processor does from millisecond to millisecond. E */
#define SLOW_SHARE 0.5

static void stop_supplied(struct sensors *s, int64_t t_ns)
{
	for (unsigned i = 0; i < s->f.trains; i++)
		if (s->train[i].f.restarts)
			train_stop(&s->train[i]);
	for (unsigned i = 0; i < s->actives; i++)
		if (s->active[i].p.supplied && s->active[i].p.end_ns > t_ns)
			s->active[i].p.end_ns = t_ns;
}

static void take_pulses(struct sensors *s, int64_t until_ns)
{
	if (s->next_ns >= until_ns)
		return;
	s->next_ns = TRAIN_NEVER;
	for (unsigned i = 0; i < s->f.trains; i++) {
		struct train *t = &s->train[i];

		while (t->next.start_ns < until_ns) {
			struct pulse p = train_take(t);

			if (p.end_ns <= s->now_ns || (p.supplied && !s->on))
				continue;
			if (s->actives == SENSORS_PULSES_MAX) {
				s->dropped++;
				continue;
			}
			s->active[s->actives++] = (struct sensors_pulse){
				.p = p, .power = p.db > 0 ? pow(10, p.db / 10) : 0};
		}
		if (t->next.start_ns < s->next_ns)
			s->next_ns = t->next.start_ns;
	}
}

static void advance(struct sensors *s, int64_t until_ns)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < s->actives; i++)
		if (s->active[i].p.end_ns > s->now_ns)
			s->active[kept++] = s->active[i];
	s->actives = kept;
	while (s->change < s->f.changes && s->f.change[s->change].t_ns < until_ns) {
		const struct supply_change *c = &s->f.change[s->change++];

		take_pulses(s, c->t_ns);
		if (c->on == s->on)
			continue;
		s->on = c->on;
		if (!c->on) {
			stop_supplied(s, c->t_ns);
			s->off_ns = c->t_ns;
			continue;
		}
		s->on_ns = c->t_ns;
		for (unsigned i = 0; i < s->f.trains; i++)
			if (s->train[i].f.restarts)
				train_start(&s->train[i], c->t_ns);
		s->next_ns = c->t_ns;
	}
	take_pulses(s, until_ns);
}

double sensors_white_ma(double noise_ma)
{
	return noise_ma * sqrt(1 - SLOW_SHARE);
}

void sensors_millisecond(struct sensors *s)
{
	s->was_on = s->on;
	advance(s, s->now_ns + MS);
	s->slow_ma = s->f.noise_ma * sqrt(SLOW_SHARE) * adc_normal(&s->adc, &s->random);
}

/* Whether VBUS was on: of the millisecond at hand the last change each way is known. */
bool sensors_powered(const struct sensors *s, int64_t t_ns)
{
	if (s->on)
		return t_ns >= s->on_ns || (t_ns < s->off_ns && s->was_on);
	return s->was_on && t_ns < s->off_ns;
}

double sensors_level_ma(const struct sensors *s, int64_t t_ns)
{
	const struct sensors_figures *p = &s->f;
	int64_t since = t_ns - s->on_ns;
	double ma = p->idle_ma;

	if (!sensors_powered(s, t_ns))
		return 0;
	if (since < 0) /* before a break within this millisecond */
		since = INT64_MAX;
	for (unsigned i = 0; i < p->boots; i++)
		if (since >= p->boot[i].from_ns &&
		    since - p->boot[i].from_ns < p->boot[i].length_ns)
			ma = p->boot[i].level_ma;
	ma += p->load_ma;
	if (since < RISE_NS)
		ma += p->inrush_uf * VBUS_V * 1e6 / RISE_NS; /* C dV/dt: uF V / ms is mA */
	for (unsigned i = 0; i < s->actives; i++)
		if (t_ns >= s->active[i].p.start_ns && t_ns < s->active[i].p.end_ns)
			ma += s->active[i].p.ma;
	return fmin(ma, SENSORS_LIMIT_MA);
}

double sensors_level_db(const struct sensors *s, int64_t t_ns)
{
	double power = 1;

	for (unsigned i = 0; i < s->actives; i++)
		if (t_ns >= s->active[i].p.start_ns && t_ns < s->active[i].p.end_ns)
			power += s->active[i].power;
	return power > 1 ? 10 * log10(power) : 0;
}

static int earlier(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

unsigned sensors_breaks(const struct sensors *s, int64_t from_ns, int64_t to_ns,
                        int64_t breaks[SENSORS_BREAKS_MAX])
{
	unsigned n = 0, kept = 0;

	for (unsigned i = 0; i < s->f.boots; i++) {
		breaks[n++] = s->on_ns + s->f.boot[i].from_ns;
		breaks[n++] = s->on_ns + s->f.boot[i].from_ns + s->f.boot[i].length_ns;
	}
	for (unsigned i = 0; i < s->actives; i++) {
		breaks[n++] = s->active[i].p.start_ns;
		breaks[n++] = s->active[i].p.end_ns;
	}
	breaks[n++] = s->on_ns;
	breaks[n++] = s->on_ns + RISE_NS;
	breaks[n++] = s->off_ns;
	for (unsigned i = 0; i < n; i++)
		if (breaks[i] > from_ns && breaks[i] < to_ns)
			breaks[kept++] = breaks[i];
	n = kept;
	breaks[n++] = from_ns;
	breaks[n++] = to_ns;
	kept = 0;
	if (n > 2)
		qsort(breaks, n, sizeof(*breaks), earlier);
	for (unsigned i = 0; i < n; i++)
		if (!kept || breaks[i] != breaks[kept - 1])
			breaks[kept++] = breaks[i];
	return kept;
}
