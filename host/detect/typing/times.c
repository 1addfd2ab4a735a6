/*
 * Features F1 to F5: how long, how fast, how evenly, and how one key meets the next. In: strokes. Out: logarithms of
 * likelihood ratios, not yet bounded.
 */
#include <math.h>

#include "detect/typing/numbers.h"
#include "detect/typing/typing.h"

static const double NS_PER_MS = 1e6;
static const double FAST_MS = 60;       /* rhythm leaves to pace what speed says */
static const double GAP_MAX_MS = 5000;  /* beyond it nobody types: a pause */
static const float NORMAL_HOLD = -0.5f; /* a hold that fingers make; some machines make them too */
static const float SEVERAL_AT_ONCE = -0.4f; /* keys of one report: hands do, tools hardly ever */

/* What evenness is measured in: no finer than the grid on which many a keyboard scans, whatever the poll. */
static double even_step(const struct stroke *s)
{
	return larger(s->step_ms, typing_parameters.scan_ms);
}

/* Outlives the ratio's falls to zero, as keys that overlap make it fall. */
static void judge_equal_holds(struct typing *t, float ms)
{
	const struct typing_parameters *k = &typing_parameters;
	float low = ms < t->equal_low ? ms : t->equal_low;
	float high = ms > t->equal_high ? ms : t->equal_high;

	if (!t->equal_run || high - low > k->equal_ms) {
		if (t->run.sum[TYPING_HOLD_EQUAL] > 0)
			typing_say(t, TYPING_HOLD_EQUAL, -t->run.sum[TYPING_HOLD_EQUAL]);
		t->equal_run = 0;
		low = high = ms;
	}
	t->equal_low = low;
	t->equal_high = high;
	if (++t->equal_run > k->equal_run)
		typing_say(t, TYPING_HOLD_EQUAL, k->equal_key);
}

static void judge_hold(struct typing *t, const struct stroke *s)
{
	const struct typing_parameters *k = &typing_parameters;
	struct typing_run *run = &t->run;
	double ms = s->hold_ms, step = s->step_ms, even = even_step(s), people, machine;
	float before = typing_short_run(run->short_run);

	run->hold_ms[run->holds_seen++ % TYPING_RECENT] = (float)ms;
	run->short_run_before = run->short_run;
	if (ms <= larger(k->short_ms, 1.05 * step)) {
		/* A machine's short holds repeat each other; those of people, where a step shows, do not. */
		run->short_run += run->short_run == 0 || k->short_ms < 2 * step ||
		                                  distance(ms, run->short_ms) <= step / 2
		                          ? 1
		                          : k->short_unlike;
		run->short_ms = (float)ms;
		typing_say(t, TYPING_HOLD_SHORT, typing_short_run(run->short_run) - before);
		return;
	}
	run->short_run = (float)(int)(run->short_run / 2);
	typing_say(t, TYPING_HOLD_SHORT, typing_short_run(run->short_run) - before + NORMAL_HOLD);
	if (s->hold_same_key)
		return;
	judge_equal_holds(t, (float)ms);
	people = person_times_next(&t->person_holds, &typing_holds, ms, even, t->rows);
	machine = machine_times_next(&t->holds, &typing_hold_ways, ms, even, people);
	typing_say(t, TYPING_HOLD_STEADY, logf((float)(machine / people)));
}

/* Shorter than a tick, unless the host was late: half a key's worth for the run, and nothing on evenness. */
static void judge_hold_in_tick(struct typing *t)
{
	float before = typing_short_run(t->run.short_run);

	t->run.short_run_before = t->run.short_run;
	t->run.short_run += 0.5f;
	typing_say(t, TYPING_HOLD_SHORT, typing_short_run(t->run.short_run) - before);
}

/* All are asked, for no branch could foretell a person's pace. */
static unsigned pace_of(double ms)
{
	unsigned i = 0;

	for (unsigned k = 0; k < TYPING_PACES - 1; k++)
		i += (float)ms > typing_parameters.pace_ms[k];
	return i;
}

/* Half a step is added, for what the clock may hide; a gap within one tick may have been as long as the tick. */
static void judge_pace(struct typing *t, const struct stroke *s)
{
	unsigned i =
		pace_of((s->gap_ms < s->step_ms / 2 ? s->step_ms : s->gap_ms) + s->step_ms / 2);

	typing_say(t, TYPING_PACE, t->pace[i]);
}

static void judge_rhythm(struct typing *t, const struct stroke *s)
{
	double step = even_step(s), machine;
	double people =
		person_times_next(&t->person_gaps, &typing_intervals, s->gap_ms, step, t->rows);

	/* Among quick gaps people's are as good as even. */
	if (s->gap_ms < FAST_MS)
		people = larger(people, smaller(1, step / FAST_MS));
	machine = machine_times_next(&t->gaps, &typing_interval_ways, s->gap_ms, step, people);
	typing_say(t, TYPING_RHYTHM, logf((float)(machine / people)));
}

/* More strikes than hands have, however the keys overlap. */
static void count_strikes(struct typing *t, const struct stroke *s)
{
	const struct typing_parameters *k = &typing_parameters;
	int64_t last = t->strike_ns[(t->strikes + TYPING_STRIKES - 1) % TYPING_STRIKES], first;

	t->quick = s->gap_ms < FAST_MS ? t->quick + 1 : 0;
	if (!t->quick)
		t->strikes = 0;
	else if (t->strikes && (double)(s->t_ns - last) < k->strike_ms * NS_PER_MS)
		return;
	t->strike_ns[t->strikes++ % TYPING_STRIKES] = s->t_ns;
	first = t->strike_ns[t->strikes % TYPING_STRIKES];
	if (t->strikes >= TYPING_STRIKES && s->overlap &&
	    (double)(s->t_ns - first) <= k->strikes_ms * NS_PER_MS)
		typing_say(t, TYPING_PACE, k->strikes_say);
}

static void judge_overlap(struct typing *t, const struct stroke *s)
{
	typing_say(t, TYPING_OVERLAP,
	           typing_hands_next(&t->run.overlap, t->first.overlap, pace_of(s->gap_ms),
	                             s->overlap));
}

static void judge_replaced(struct typing *t, const struct stroke *s)
{
	typing_say(t, TYPING_REPLACED,
	           typing_rates_next(&t->run.replacing, t->first.replaced,
	                             typing_parameters.replaced_rate, s->replaced));
}

void typing_judge_times(struct typing *t, const struct stroke *s)
{
	struct typing_run *run = &t->run;
	float before;

	if (s->has_hold)
		judge_hold(t, s);
	else if (s->hold_in_tick)
		judge_hold_in_tick(t);
	if (!s->presses || !s->before)
		return;
	if (s->bounce) {
		/* The short hold just counted was the switch's. */
		before = typing_short_run(run->short_run);
		run->short_run = run->short_run_before;
		typing_say(t, TYPING_HOLD_SHORT, typing_short_run(run->short_run) - before);
		return;
	}
	if (s->usage != s->before)
		judge_replaced(t, s);
	run->replaced += s->replaced;
	if (s->presses > 1)
		typing_say(t, TYPING_OVERLAP, SEVERAL_AT_ONCE);
	if (!s->has_gap || s->gap_ms > GAP_MAX_MS)
		return;
	run->gap_ms[run->gaps_seen++ % TYPING_RECENT] = (float)s->gap_ms;
	count_strikes(t, s);
	if (!s->overlap)
		judge_pace(t, s);
	/* People tap one key evenly, or two in turn, but nobody at the quickest pace. Fingers that come down together do so
	 * within a poll or two, again and again, but they are ten. */
	if ((!s->same_key || s->gap_ms <= typing_parameters.pace_ms[0]) &&
	    !(s->overlap && s->gap_ms < FAST_MS && t->quick <= typing_parameters.fingers))
		judge_rhythm(t, s);
	if (s->usage != s->before && !s->replaced && s->presses == 1)
		judge_overlap(t, s);
}
