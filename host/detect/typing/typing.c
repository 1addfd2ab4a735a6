/*
 * The sequential test over all features; see typing.h. In: reports of one keyboard. Out: the ratio, how it came about,
 * a decision. Leaves to the rule what is said, and to the verdict what follows.
 */
#include <math.h>
#include <string.h>

#include "detect/typing/typing.h"

/* At each key of most people: no more is written than must be. */
static void run_init(struct typing *t)
{
	struct typing_run *run = &t->run;

	for (unsigned i = 0; i < TYPING_LANES; i++)
		run->sum[i] = 0;
	run->ratio = 0;
	run->keys = run->telling = run->telling_holds = run->replaced = run->high = 0;
	run->amid = run->opens = false;
	run->short_run = run->short_run_before = run->short_ms = 0;
	run->gaps_seen = run->holds_seen = 0;
	run->overlap.any = false;
	run->replacing.misses = run->slips.misses = 0;
	machine_times_restart(&t->gaps, &typing_interval_ways);
	machine_times_restart(&t->holds, &typing_hold_ways);
}

void typing_init(struct typing *t)
{
	uint32_t without = t->without;

	memset(t, 0, sizeof(*t));
	t->without = without;
	person_times_init(&t->person_gaps, &typing_intervals);
	person_times_init(&t->person_holds, &typing_holds);
	for (unsigned i = 0; i < TYPING_PACES; i++)
		t->pace[i] =
			logf(typing_parameters.pace_machine[i] / typing_parameters.pace_people[i]);
	typing_firsts_init(&t->first);
	run_init(t);
}

static float lesser(float a, float b)
{
	return a < b ? a : b;
}

static float clamp(float v, float low, float high)
{
	return lesser(v > low ? v : low, high);
}

/* With each key what speaks for a machine fades: it is what gets less by a factor below one. */
static void fade(struct typing_run *run)
{
	float part[4] = {0};

	for (unsigned i = 0; i < TYPING_LANES; i++) {
		run->sum[i] = lesser(run->sum[i], run->sum[i] * typing_columns.fade[i]);
		part[i % 4] += run->sum[i];
	}
	run->ratio = (part[0] + part[1]) + (part[2] + part[3]);
}

/* Bounds what each feature says in this report and in the run; the sum of the latter is the ratio. Returns the gain. */
static float add_up(struct typing *t)
{
	const struct typing_columns *c = &typing_columns;
	struct typing_run *run = &t->run;
	float *added = t->step.added, gain = 0;

	for (uint32_t left = t->told; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);
		float v = clamp(added[i] * c->share[i], c->key_floor[i], c->key_cap[i]);
		float before = run->sum[i];

		if (t->without >> i & 1)
			v = 0;
		run->sum[i] = clamp(before + v, c->floor[i], c->cap[i]);
		added[i] = run->sum[i] - before;
		gain += added[i];
	}
	run->ratio += gain;
	return gain;
}

static void note(struct typing *t, const struct stroke *s, const struct key_report *r)
{
	struct typing_step *step = &t->step;

	step->packet = r->packet;
	step->t_ns = r->t_ns;
	step->key = t->reader.keys;
	step->usage = s->presses ? s->usage : 0;
	step->gap_ms = s->has_gap ? (float)s->gap_ms : -1;
	step->hold_ms = s->has_hold ? (float)s->hold_ms : -1;
	step->step_ms = (float)s->step_ms;
	step->replaced = s->replaced;
	step->overlap = s->overlap;
	memcpy(step->sum, t->run.sum, sizeof(step->sum));
	step->keys_since_zero = t->run.keys;
}

/* Keeps count of the run, and of what went before it. */
static void follow_hands(struct typing *t, const struct stroke *s, float gain)
{
	const struct typing_parameters *k = &typing_parameters;

	if (s->presses && s->has_gap && s->gap_ms > k->amid_ms) {
		t->hands = 0;
		t->run.amid = false;
	}
	if (s->presses && !t->run.keys)
		t->run.amid = t->hands >= k->amid_keys;
	t->run.keys += s->presses;
	t->run.high = t->run.ratio < k->second_from ? 0 : t->run.high + s->presses;
	t->run.telling += gain > k->telling ? s->presses : 0;
	t->run.telling_holds += gain > k->telling && s->has_hold && !s->presses;
	if (t->run.ratio > 0)
		return;
	/* Nobody's hands are known by keys that have no times. */
	if (!s->untimed)
		t->hands += t->run.keys;
	run_init(t);
}

/* A host is late now and then, and a clock steps back; where keys go on without times nobody is judged by them. */
static void count_untimed(struct typing *t, const struct stroke *s)
{
	if (!s->presses || t->untimed == TYPING_UNTIMED)
		return;
	if (s->untimed)
		t->untimed++;
	else if (t->untimed)
		t->untimed--;
}

bool typing_report(struct typing *t, const struct key_report *r, const struct typing_context *c)
{
	struct stroke s;
	float gain;

	if (!stroke_read(&t->reader, r, c->poll_ns, c->clock_step_ns, &s)) {
		t->had_report = true;
		return false;
	}
	/* A switch bounces among a person's keys; between keys as quick as this the letter is a double one. */
	if (t->run.sum[TYPING_PACE] >= typing_parameters.bounce_pace)
		s.bounce = false;
	memset(t->step.added, 0, sizeof(t->step.added));
	t->told = 0;
	typing_judge_times(t, &s);
	typing_judge_manner(t, &s, r, c);
	/* Where the ratio is zero all sums are: see run_init. */
	if (s.presses && t->run.ratio != 0)
		fade(&t->run);
	gain = add_up(t);
	if (t->run.ratio > t->highest)
		t->highest = t->run.ratio;
	follow_hands(t, &s, gain);
	count_untimed(t, &s);
	t->step.ratio = t->run.ratio;
	note(t, &s, r);
	return true;
}

void typing_away(struct typing *t)
{
	stroke_away(&t->reader);
	t->last_gap_ms = -1e6f;
}

void typing_succeed(struct typing *t)
{
	const struct typing was = *t;

	typing_init(t);
	t->rows = was.rows;
	t->run = was.run;
	t->run.amid = false;
	t->gaps = was.gaps;
	t->holds = was.holds;
	t->reader.keys = was.reader.keys;
	t->untimed = was.untimed;
	t->step = was.step;
	t->highest = was.highest;
	typing_away(t);
}

void typing_pointer(struct typing *t, int64_t t_ns)
{
	t->pointer_seen = true;
	t->pointer_ns = t_ns;
}

enum typing_decision typing_decide(const struct typing *t)
{
	const struct typing_parameters *k = &typing_parameters;
	float ratio = t->step.ratio, most = 0, all = 0, last = 0;
	/* The first key has a hold, and no gap yet. */
	uint32_t holds = t->run.telling_holds ? t->run.telling_holds - 1 : 0;
	uint32_t telling = t->run.telling > holds ? t->run.telling : holds;

	if (ratio < k->first_threshold)
		return TYPING_UNDECIDED;
	for (unsigned i = 0; i < TYPING_FEATURES; i++) {
		most = t->run.sum[i] > most ? t->run.sum[i] : most;
		all += t->run.sum[i] > 0 ? t->run.sum[i] : 0;
		last += t->step.added[i];
	}
	/* A report that speaks for a person is no moment to accuse one. */
	if (all - most < k->first_others || last < k->telling ||
	    telling < (t->run.amid && !t->run.opens ? k->amid_first_keys : k->first_keys))
		return TYPING_UNDECIDED;
	if (ratio < k->second_threshold || all - most < k->second_others ||
	    t->run.high < k->second_keys)
		return TYPING_FIRST;
	return TYPING_SECOND;
}

const char *typing_feature_name(enum typing_feature f)
{
	return (unsigned)f < TYPING_FEATURES ? typing_bounds[f].name : "";
}

static double median(const float *ring, uint32_t seen)
{
	float v[TYPING_RECENT];
	uint32_t n = seen < TYPING_RECENT ? seen : TYPING_RECENT;

	if (!n)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = i;

		for (; at > 0 && v[at - 1] > ring[i]; at--)
			v[at] = v[at - 1];
		v[at] = ring[i];
	}
	return n % 2 ? v[n / 2] : ((double)v[n / 2 - 1] + v[n / 2]) / 2;
}

double typing_median_gap_ms(const struct typing_run *run)
{
	return median(run->gap_ms, run->gaps_seen);
}

double typing_median_hold_ms(const struct typing_run *run)
{
	return median(run->hold_ms, run->holds_seen);
}
