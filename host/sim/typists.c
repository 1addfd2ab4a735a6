/*
 * Who types: the population of people, the evasion ladder, and named machines, as parameters. In: a seed, a poll.
 * Out: struct typist. Sources: threats.md sections 2, 5 and 9, the figures there marked M, R, K or E; amounts that it
 * leaves open are estimates, and drawn over a range.
 */
#include <string.h>

#include "sim/typist.h"

#define MS(x)    ((x)*1e6)
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct spread fixed(double ns)
{
	return (struct spread){.kind = SPREAD_FIXED, .a = ns};
}

static struct spread uniform(double low_ns, double high_ns)
{
	return (struct spread){.kind = SPREAD_UNIFORM, .a = low_ns, .b = high_ns};
}

static struct spread hold(double mean_ms, double sd_ms)
{
	struct spread s = spread_lognormal_of(MS(mean_ms), MS(sd_ms));

	s.low = MS(22);
	return s;
}

void typist_person_of(struct typist *t, struct random *r, double median_ms, double overlap_share)
{
	/* Over 0.3 of the median, log-logistic: an interquartile range of 35 to 60 % of the median. */
	double shape = random_uniform(r, 2.6, 4), mean = random_uniform(r, 80, 120);
	double sd = random_uniform(r, 20, 35), lead = random_uniform(r, 50, 150);

	/* Nobody holds each key longer than the next one takes, without rollover. */
	if (mean > median_ms * (0.75 + overlap_share / 2))
		mean = median_ms * (0.75 + overlap_share / 2);
	*t = (struct typist){
		.name = "person",
		.rung = TYPIST_PERSON,
		.interval_ns = {.kind = SPREAD_LOGLOGISTIC,
	                        .a = MS(median_ms),
	                        .b = shape,
	                        .low = MS(0.3 * median_ms)},
		.dwell_ns = hold(mean, sd < mean / 3 ? sd : mean / 3),
		.press = PRESS_OVERLAP,
		.shift = SHIFT_LEAD,
		.right_shift = random_chance(r, 0.2),
		.overlap_share = overlap_share,
		.replace_share = random_uniform(r, 0.02, 0.12),
		.overlap_ns = {.kind = SPREAD_LOGNORMAL, .a = MS(28), .b = 0.6, .low = MS(2)},
		.shift_lead_ns = {.kind = SPREAD_LOGNORMAL, .a = MS(lead), .b = 0.3, .low = MS(20)},
		.shift_lag_ns = {.kind = SPREAD_LOGNORMAL,
	                         .a = MS(random_uniform(r, 60, 130)),
	                         .b = 0.35,
	                         .low = MS(15)},
		/* A slip costs a backspace and the letter again: 2 to 8 % of the keys are backspaces. */
		.errors_per_key = random_uniform(r, 0.021, 0.095),
		.error_ns = {.kind = SPREAD_LOGNORMAL, .a = MS(280), .b = 0.4, .low = MS(90)},
		.context = random_uniform(r, 0.6, 1.2),
		.tempo_sd = random_uniform(r, 0.08, 0.2),
		.tempo_memory = random_uniform(r, 0.6, 0.9),
		.space_pause = random_uniform(r, 0.04, 0.15),
		.space_pause_ns = {.kind = SPREAD_LOGNORMAL, .a = MS(260), .b = 0.7},
		.enter_pause_ns = {.kind = SPREAD_LOGNORMAL, .a = MS(900), .b = 0.6},
	};
}

void typist_person(struct typist *t, struct random *r)
{
	double median = random_uniform(r, 110, 250), overlap;

	/* The fastest roll over at up to 60 % of their keys, the slowest hardly ever. */
	overlap = 0.6 * (250 - median) / 140 * random_uniform(r, 0.6, 1.1);
	if (overlap > 0.6)
		overlap = 0.6;
	typist_person_of(t, r, median, overlap);
}

static const char *const rung_names[TYPIST_RUNGS] = {
	"maximum rate",       "fixed delay",      "uniform jitter",
	"independent shape",  "random dwell too", "context, shift lead, overlap",
	"replayed recording", "mimicry",          "one key a second",
};

const char *typist_rung_name(unsigned rung)
{
	return rung < TYPIST_RUNGS ? rung_names[rung] : "unknown";
}

/* Interval of the rungs that draw from a shape: medians from faster than any person to an average one. */
static struct spread shaped(struct random *r)
{
	double median = random_uniform(r, 60, 220);
	static const enum spread_kind kinds[] = {SPREAD_NORMAL, SPREAD_LOGNORMAL,
	                                         SPREAD_LOGLOGISTIC};
	struct spread s = {
		.kind = kinds[random_below(r, COUNT(kinds))], .a = MS(median), .low = MS(15)};

	s.b = s.kind == SPREAD_NORMAL      ? MS(median) * random_uniform(r, 0.15, 0.35)
	      : s.kind == SPREAD_LOGNORMAL ? random_uniform(r, 0.2, 0.5)
	                                   : random_uniform(r, 3, 6);
	return s;
}

void typist_rung(struct typist *t, unsigned rung, int64_t poll_ns,
                 const struct typist_timing *recorded, size_t recorded_count, struct random *r)
{
	double poll = (double)poll_ns, base;

	*t = (struct typist){
		.name = typist_rung_name(rung),
		.rung = (int)rung,
		.interval_ns = fixed(2 * poll),
		.dwell_ns = fixed(poll),
		.press = PRESS_RELEASE,
		.shift = random_chance(r, 0.5) ? SHIFT_SAME_REPORT : SHIFT_REPORT_BEFORE,
		.right_shift = random_chance(r, 0.2),
		.step_ns = poll_ns,
	};
	switch (rung) {
	case 0:
		if (random_chance(r, 0.5)) {
			t->press = PRESS_REPLACE;
			t->shift = SHIFT_SAME_REPORT;
			t->interval_ns = fixed(poll);
		}
		break;
	case 1:
		t->interval_ns = fixed(MS(10 * (2 + random_below(r, 19)))); /* 20 to 200 ms */
		break;
	case 2:
		/* A tool's jitter is uniform: 0 to 20 ms by default, or up to what the user sets. */
		base = random_uniform(r, 20, 120);
		t->interval_ns =
			uniform(MS(base), MS(base + random_uniform(r, 20, base > 60 ? 150 : 80)));
		break;
	case 3:
		t->interval_ns = shaped(r);
		break;
	case 4:
		t->interval_ns = shaped(r);
		t->dwell_ns = random_chance(r, 0.5)
		                      ? uniform(MS(30), MS(random_uniform(r, 80, 140)))
		                      : hold(random_uniform(r, 60, 110), 25);
		break;
	case 5:
		t->interval_ns = shaped(r);
		t->dwell_ns = hold(random_uniform(r, 70, 110), 25);
		t->press = PRESS_OVERLAP;
		t->shift = SHIFT_LEAD;
		t->context = random_uniform(r, 0.5, 1);
		t->overlap_share = random_uniform(r, 0.05, 0.3);
		t->replace_share = 0;
		t->overlap_ns = uniform(MS(5), MS(40));
		t->shift_lead_ns = uniform(MS(40), MS(120));
		t->shift_lag_ns = uniform(MS(60), MS(140));
		break;
	case 6:
	case 7:
		t->press = PRESS_OVERLAP;
		t->shift = SHIFT_LEAD;
		t->overlap_share = t->replace_share = -1;
		t->shift_lead_ns = uniform(MS(60), MS(110));
		t->shift_lag_ns = uniform(MS(60), MS(140));
		t->recorded = recorded;
		t->recorded_count = recorded_count;
		t->mimic = rung == 7;
		break;
	case 8:
		t->interval_ns = (struct spread){.kind = SPREAD_LOGNORMAL,
		                                 .a = MS(1000),
		                                 .b = random_uniform(r, 0, 0.5),
		                                 .low = MS(200)};
		t->dwell_ns = hold(95, 25);
		t->shift = SHIFT_SAME_REPORT;
		break;
	}
}

/* Tools as they are: threats.md section 2. Times in polls where negative. */
/* clang-format off */
static const struct {
	const char *name;
	double interval_ms, dwell_ms;
	enum press_style press;
	enum shift_style shift;
	enum key_coding coding;
	bool right_shift;
	int rung;
	double chord_hold_ms, chord_settle_ms;
} machines[] = {
	{.name = "omg", .interval_ms = -1, .dwell_ms = -1, .press = PRESS_REPLACE},
	{.name = "ninja", .interval_ms = -2, .dwell_ms = -1},
	{.name = "digispark", .interval_ms = -2, .dwell_ms = -1, .right_shift = true},
	{.name = "ducky", .interval_ms = -2, .dwell_ms = -1},
	{.name = "arduino", .interval_ms = -2, .dwell_ms = -1, .shift = SHIFT_REPORT_BEFORE,
	 .chord_hold_ms = 100, .chord_settle_ms = 2000},
	{.name = "altpad", .interval_ms = -2, .dwell_ms = -1, .shift = SHIFT_REPORT_BEFORE,
	 .coding = CODING_ALT_KEYPAD, .chord_settle_ms = 4},
	{.name = "scanner", .interval_ms = 10, .dwell_ms = -1, .rung = TYPIST_DEVICE},
	{.name = "otp", .interval_ms = 20, .dwell_ms = -1, .rung = TYPIST_DEVICE},
};
/* clang-format on */

bool typist_machine(struct typist *t, const char *name, int64_t poll_ns)
{
	double poll = (double)poll_ns;

	for (size_t i = 0; i < COUNT(machines); i++) {
		double interval = machines[i].interval_ms, dwell = machines[i].dwell_ms;

		if (strcmp(machines[i].name, name))
			continue;
		*t = (struct typist){
			.name = machines[i].name,
			.rung = machines[i].rung,
			.interval_ns = fixed(interval < 0 ? -interval * poll : MS(interval)),
			.dwell_ns = fixed(dwell < 0 ? -dwell * poll : MS(dwell)),
			.press = machines[i].press,
			.shift = machines[i].shift,
			.coding = machines[i].coding,
			.right_shift = machines[i].right_shift,
			.step_ns = poll_ns,
			.chord_hold_ns = fixed(MS(machines[i].chord_hold_ms)),
			.chord_settle_ns = fixed(MS(machines[i].chord_settle_ms)),
		};
		return true;
	}
	return false;
}
