/*
 * R3d: the supply current of Bluetooth advertising. The interval is fixed, and to each a random 0 to 10 ms is added
 * (Bluetooth Core 5.4, Vol 6 Part B §4.4.2.2.1), so that nothing that counts beats finds it; but no other circuit does this.
 * So: of the last 64 distances between pulses of current at least 20 lie within 11 ms of each other, fill that span as
 * evenly as the standard says, and their sum wanders, which it would not where a fixed beat is merely late.
 *
 * Chance: distances of a random stream of any rate lie within 11 ms from P on with at most 11 / (e P) (the density of an
 * exponential distribution at P is highest where its mean is P). Binomial tail, times the 64 spans that were tried:
 * claimed error 1e-9 a look, of which one is taken each 8 pulses.
 */
#include "detect/chance.h"
#include "detect/comb/pulse.h"
#include "detect/rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	INTERVALS = 64,
	LOOK_EACH = 8,
	HITS_MIN = 20,
	RUN_MIN = 16,        /* pulses */
	EVENT_BANDS_MAX = 8, /* three pulses and the pauses between */
	JOIN_MS = 5,
};

#define SHORTEST_MS 20.0
#define LONGEST_MS  10240.0
#define SPAN_MS     11.0 /* 10 of the standard, and a millisecond of the bands */
#define LOG10_P     -9.0
#define NEAR_MAX    1.07 /* distances just outside, to those inside: the standard has none */
/* Of an even spread over 10 ms, 2.9 ms, to which the bands add 0.4. */
#define SD_MIN_MS 2.0
#define SD_MAX_MS 3.5
/*
 * What is late by up to 10 ms on a fixed beat strays from its line by 11.4 ms at most in 99 of 100 runs; sums of what is
 * drawn anew wander, 40 of them by 11 ms and more in 99 of 100, by 20 in the mean.
 */
#define WANDER_MIN_MS 11.6
/* And neighbours stray alike: von Neumann's ratio is 2 on a fixed beat (24 pulses: 2 +-0.4), 0.6 and less of such sums. */
#define RATIO_MAX 1.0

struct advertising_state {
	bool said, has_last;
	struct pulse_finder finder;
	int64_t last_ns;
	double ms[INTERVALS];
	unsigned intervals; /* ever */
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* How pulses stray from the straight line through them. */
struct stray {
	double range_ms;
	double ratio; /* of steps between neighbours to strays, squared and summed: 2 where each strays for itself */
};

struct span {
	double from_ms, sd;
	struct stray stray;
	unsigned n, hits, near; /* near: in the span or within its length of it */
};

static void count_hits(const struct advertising_state *s, struct span *x)
{
	double sorted[INTERVALS];

	memcpy(sorted, s->ms, x->n * sizeof(sorted[0]));
	qsort(sorted, x->n, sizeof(sorted[0]), compare);
	for (unsigned i = 0, k = 0; i < x->n; i++) {
		while (k < x->n && sorted[k] - sorted[i] <= SPAN_MS)
			k++;
		if (k - i > x->hits) {
			x->hits = k - i;
			x->from_ms = sorted[i];
		}
	}
}

static struct stray strays(const double *at, const double *ordinal, unsigned n)
{
	double last = NAN, steps = 0, squares = 0;
	double x = 0, y = 0, xx = 0, xy = 0, slope, least = INFINITY, most = -INFINITY;

	for (unsigned i = 0; i < n; i++) {
		x += ordinal[i] / n;
		y += at[i] / n;
	}
	for (unsigned i = 0; i < n; i++) {
		xx += (ordinal[i] - x) * (ordinal[i] - x);
		xy += (ordinal[i] - x) * (at[i] - y);
	}
	slope = xx > 0 ? xy / xx : 0;
	for (unsigned i = 0; i < n; i++) {
		double off = at[i] - y - slope * (ordinal[i] - x);

		least = fmin(least, off);
		most = fmax(most, off);
		squares += off * off;
		if (i > 0)
			steps += (off - last) * (off - last);
		last = off;
	}
	return (struct stray){most - least, squares > 0 ? steps / squares : 2};
}

/* Of the longest run of pulses in which none came between and at most three in a row were missed. */
static struct stray wander(const struct advertising_state *s, const struct span *x, double mean)
{
	double at[INTERVALS + 1] = {0}, ordinal[INTERVALS + 1] = {0};
	struct stray found = {0, 2};
	unsigned run = 1, longest = 0;

	for (unsigned i = 0; i <= x->n; i++) {
		double ms = i < x->n ? s->ms[(s->intervals - x->n + i) % INTERVALS] : 0;
		double k = round(ms / mean);

		if (i < x->n && k >= 1 && k <= 4 && fabs(ms - k * mean) <= k * SPAN_MS / 2) {
			at[run] = at[run - 1] + ms;
			ordinal[run] = ordinal[run - 1] + k;
			run++;
			continue;
		}
		if (run > longest) {
			longest = run;
			found = strays(at, ordinal, run);
		}
		run = 1;
	}
	return longest >= RUN_MIN ? found : (struct stray){0, 2};
}

/* The span of 11 ms with the most distances in it; how those near it spread, and how far their sum wanders. */
static struct span best_span(const struct advertising_state *s)
{
	struct span x = {.n = s->intervals < INTERVALS ? s->intervals : INTERVALS};
	double sum = 0, squares = 0;

	count_hits(s, &x);
	for (unsigned i = 0; i < x.n; i++) {
		double ms = s->ms[i];

		if (ms < x.from_ms - SPAN_MS || ms > x.from_ms + 2 * SPAN_MS)
			continue;
		x.near++;
		sum += ms;
		squares += ms * ms;
	}
	if (!x.near)
		return x;
	x.sd = sqrt(fmax(0, squares / x.near - sum / x.near * (sum / x.near)));
	x.stray = wander(s, &x, sum / x.near);
	return x;
}

static void look(const struct rule_input *in, struct advertising_state *s)
{
	struct span x = best_span(s);
	double p, log10_p;
	struct finding *f;

	if (x.hits < HITS_MIN || x.from_ms < SHORTEST_MS || x.from_ms > LONGEST_MS)
		return;
	p = SPAN_MS / (M_E * x.from_ms);
	log10_p = chance_tail_log10(x.n, x.hits, p) + log10(INTERVALS);
	if (log10_p > LOG10_P || x.sd < SD_MIN_MS || x.sd > SD_MAX_MS ||
	    x.stray.range_ms < WANDER_MIN_MS || x.stray.ratio > RATIO_MAX ||
	    x.near > NEAR_MAX * x.hits)
		return;
	s->said = true;
	f = rule_emit(in, NULL);
	finding_say(f, "the cable's current shows Bluetooth advertising: a pulse each ");
	finding_say_number(f, x.from_ms, 0);
	finding_say(f, " to ");
	finding_say_number(f, x.from_ms + SPAN_MS - 1, 0);
	finding_say(f, " ms, at random in between, ");
	finding_say_integer(f, x.hits);
	finding_say(f, " of ");
	finding_say_integer(f, x.n);
	finding_say(f, " times");
	finding_number(f, "interval_ms", x.from_ms, 1);
	finding_number(f, "interval_sd_ms", x.sd, 2);
	finding_number(f, "wander_ms", x.stray.range_ms, 1);
	finding_integer(f, "intervals", x.n);
	finding_integer(f, "intervals_alike", x.hits);
	finding_number(f, "log10_p", log10_p, 1);
}

static void match(const struct rule_input *in)
{
	struct advertising_state *s = in->state;
	const struct record *r = in->event->record;
	struct pulse p;

	if (s->said || r->kind != RECORD_BAND || r->band.sensor.channel != WIRE_CURRENT)
		return;
	/* Its pulses last a third of a millisecond: above their band's mean, which the supply's noise moves as well. */
	if (!pulse_band(&s->finder, (double)(r->band.maximum_nano - r->band.mean_nano) / 1e6,
	                in->event->t_ns, JOIN_MS, &p) ||
	    p.bands > EVENT_BANDS_MAX)
		return;
	if (s->has_last) {
		s->ms[s->intervals++ % INTERVALS] = (double)(p.t_ns - s->last_ns) / 1e6;
		if (s->intervals % LOOK_EACH == 0)
			look(in, s);
	}
	s->has_last = true;
	s->last_ns = p.t_ns;
}

const struct rule rule_advertising = {
	.id = "R3d",
	.name = "advertising",
	.summary = "current pulses with the random 0 to 10 ms that Bluetooth adds to its "
		   "advertising interval",
	.group = GROUP_POWER,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct advertising_state),
	.match = match,
};
