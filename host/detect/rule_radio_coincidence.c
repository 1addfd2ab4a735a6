/*
 * R10b: radio bursts begin when the supply current steps up. A power detector cannot say whose burst it heard; a step of
 * 80 mA or more within 0.2 ms of it says that the cable sent it (threats.md §3.3). In a busy room a burst stands beside a
 * step by accident: with L a second, in 1 - exp(-0.4 ms L) of steps. Each step is a bet at that chance (chance.h), so that
 * one may look after each step; a load that steps two hundred times a second hides a beacon only until the share of steps
 * beside a burst, small as it is, is more than accident. Claimed error: 1e-5 a capture, at least 5 coincident steps.
 *
 * L is measured, over the last seconds and within 100 ms of the step, one more than was seen in each, and the higher counts:
 * traffic that has just begun is as thick as it is then, and not as thin as it was. And the steps so far tell how many bursts
 * stand 0.4 to 2.4 ms away from one: a load that beats like the room's beacons, and happens to be in step with one, has as many
 * there, for beacons wait for a free channel, where a transmitter's own current has none.
 *
 * A step is a STEP record, or a burst of current whose mean is that high; what follows a step within a millisecond belongs
 * to it. Bursts are told when they end: a step waits for 100 ms before it counts. Kept: the last 256 bursts and 128 steps
 * that wait; of more steps at a time the oldest count earlier.
 */
#include "detect/chance.h"
#include "detect/rules.h"

#include <math.h>
#include <stdlib.h>

#define MS INT64_C(1000000)

enum {
	STEP_MA = 80,
	BURST_LENGTH_US = 100, /* shorter ones may be noise of a loaded supply */
	WINDOW_NS = 200000,    /* either way */
	WAIT_NS = 100000000,
	ONE_STEP_NS = 1000000,
	HITS_MIN = 5,
	BURSTS = 256,
	WAITING = 128,
	BESIDE_NS = 400000, /* from there on, */
	BESIDE_WINDOWS =
		10, /* in so many windows of the same width, half of them before the step */
	SPANS = 8,  /* of the rate, half a second each */
	SPAN_NS = 500000000,
};

#define LOG10_CAPITAL 5.0

struct waiting {
	int64_t t_ns;
	float rate_hz; /* of bursts, before it */
	float ma;
};

struct coincidence_state {
	bool said, begun;
	int64_t burst_ns[BURSTS];
	unsigned bursts; /* ever */
	struct waiting step[WAITING];
	unsigned steps, settled; /* ever */
	unsigned beside;         /* bursts beside settled steps */
	int64_t last_step_ns;
	/* Bursts by half seconds: the ring, and the one under way. */
	uint32_t span[SPANS], now;
	unsigned spans;
	int64_t span_ns;
	struct chance_bet bet;
	double ma; /* of coincident steps, summed */
};

static void time_goes_on(struct coincidence_state *s, int64_t t)
{
	if (!s->begun || t - s->span_ns > SPANS * (int64_t)SPAN_NS || t < s->span_ns - SPAN_NS) {
		s->begun = true;
		s->span_ns = t;
		s->spans = s->now = 0;
	}
	while (t - s->span_ns >= SPAN_NS) {
		s->span[s->spans++ % SPANS] = s->now;
		s->now = 0;
		s->span_ns += SPAN_NS;
	}
}

/* One more than was seen: what was not seen in a short time may well be there. */
static double rate_now(const struct coincidence_state *s, int64_t t)
{
	unsigned n = s->spans < SPANS ? s->spans : SPANS;
	double seconds = n * (SPAN_NS / 1e9) + (double)(t - s->span_ns) / 1e9, bursts = s->now + 1;

	for (unsigned i = 0; i < n; i++)
		bursts += s->span[i];
	return bursts / fmax(seconds, 0.1);
}

static void say(const struct rule_input *in, struct coincidence_state *s)
{
	const struct chance_bet *b = &s->bet;
	struct finding *f;

	s->said = true;
	f = rule_emit(in, NULL);
	finding_integer(f, "steps", b->trials);
	finding_integer(f, "coincident", b->hits);
	finding_number(f, "coincident_by_chance", b->expected, 2);
	finding_number(f, "window_ms", WINDOW_NS / 1e6, 1);
	finding_number(f, "step_ma", s->ma / b->hits, 0);
	finding_number(f, "error_claimed_log10", -chance_bet_log10(b), 1);
	finding_say(f, "each time a radio nearby sends, the cable draws more current: ");
	finding_say_integer(f, b->hits);
	finding_say(f, " of ");
	finding_say_integer(f, b->trials);
	finding_say(f, " times, where accident does ");
	finding_say_number(f, b->expected, 1);
	finding_say(f, ": the radio is in the cable");
}

static void settle(const struct rule_input *in, struct coincidence_state *s)
{
	const struct waiting *w = &s->step[s->settled++ % WAITING];
	unsigned n = s->bursts < BURSTS ? s->bursts : BURSTS, around = 1, beside = s->beside + 1;
	double rate, chance;
	bool hit = false;

	for (unsigned i = 0; i < n; i++) {
		int64_t apart = llabs(s->burst_ns[i] - w->t_ns);

		around += apart <= WAIT_NS;
		hit = hit || apart <= WINDOW_NS;
		s->beside += apart > BESIDE_NS && apart <= BESIDE_NS + BESIDE_WINDOWS * WINDOW_NS;
	}
	rate = fmax(w->rate_hz, around / (2 * WAIT_NS / 1e9));
	/* What the steps before this one have beside them. */
	chance = fmax(chance_of_any(rate, 2 * WINDOW_NS / 1e9),
	              (double)beside / BESIDE_WINDOWS / s->settled);
	chance_bet_add(&s->bet, hit, fmin(0.99, chance));
	if (hit)
		s->ma += w->ma;
	if (!s->said && s->bet.hits >= HITS_MIN && chance_bet_log10(&s->bet) >= LOG10_CAPITAL)
		say(in, s);
}

static void step(const struct rule_input *in, struct coincidence_state *s, double ma)
{
	int64_t t = in->event->t_ns;

	if (s->steps && llabs(t - s->last_step_ns) < ONE_STEP_NS)
		return;
	s->last_step_ns = t;
	if (s->steps - s->settled == WAITING)
		settle(in, s);
	s->step[s->steps++ % WAITING] =
		(struct waiting){.t_ns = t, .rate_hz = (float)rate_now(s, t), .ma = (float)ma};
}

static void burst(struct coincidence_state *s, int64_t t)
{
	s->burst_ns[s->bursts++ % BURSTS] = t;
	s->now++;
}

static void match(const struct rule_input *in)
{
	struct coincidence_state *s = in->state;
	const struct record *r = in->event->record;
	int64_t t = in->event->t_ns;

	if (r->kind == RECORD_BAND) { /* of each millisecond one or more: the clock */
		if (r->band.sensor.channel != WIRE_CURRENT)
			return;
		time_goes_on(s, t);
		while (s->settled < s->steps && t - s->step[s->settled % WAITING].t_ns > WAIT_NS)
			settle(in, s);
	} else if (r->kind == RECORD_STEP && r->step.sensor.channel == WIRE_CURRENT) {
		if (r->step.after_nano - r->step.before_nano >= STEP_MA * MS)
			step(in, s, (double)(r->step.after_nano - r->step.before_nano) / 1e6);
	} else if (r->kind == RECORD_BURST && r->burst.sensor.channel == WIRE_CURRENT) {
		if (r->burst.mean_nano >= STEP_MA * MS &&
		    r->burst.length_ns >= BURST_LENGTH_US * 1000u)
			step(in, s, (double)r->burst.mean_nano / 1e6);
	} else if (r->kind == RECORD_BURST && r->burst.sensor.channel == WIRE_RADIO) {
		burst(s, t);
	}
}

static bool progress(const void *state, struct rule_progress *p)
{
	const struct coincidence_state *s = state;

	*p = (struct rule_progress){s->bet.hits, HITS_MIN, "step with radio", "steps with radio"};
	return !s->said && s->bet.hits && s->bet.hits < HITS_MIN;
}

const struct rule rule_radio_coincidence = {
	.id = "R10b",
	.name = "radio-coincidence",
	.summary = "bursts of radio within 0.2 ms of steps of 80 mA or more in the cable's "
		   "current, beyond chance",
	.group = GROUP_RADIO,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct coincidence_state),
	.match = match,
	.progress = progress,
};
