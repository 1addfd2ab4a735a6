/*
 * R3c: the supply current of a Wi-Fi search. A station that looks for its network sends a probe on each of up to 13
 * channels and listens for up to 120 ms on each (threats.md §3.3): a row of 8 to 15 pulses of current at one distance,
 * then silence, again and again.
 *
 * A sweep is 8 to 15 pulses with no other for a second around, whose distances are one step of 20 to 125 ms, or two where
 * one was missed, but for one; three sweeps of one step are the finding. Pulses at random keep one distance to a tenth with
 * a quarter at most (0.2 of one step, and little of two): 0.25^6 a sweep, three sweeps 1e-11.
 */
#include "detect/comb/pulse.h"
#include "detect/rules.h"

#include <math.h>

#define MS INT64_C(1000000)

enum {
	PULSES_MIN = 8,
	PULSES_MAX = 15,
	STEP_MIN_MS = 20,
	STEP_MAX_MS = 125,
	SILENCE_MS = 1000,
	JOIN_MS = 15, /* two probes on one channel are one */
	SWEEPS = 3,
	PULSE_MA_MS = 3, /* a burst of 0.3 ms and 80 mA has eight times that */
};

#define ALIKE 0.1

struct sweep_state {
	bool said;
	struct pulse_finder finder;
	int64_t at[PULSES_MAX + 1];
	unsigned pulses; /* of this sweep; PULSES_MAX + 1: too many */
	unsigned sweeps;
	double step_ms, charge, last_charge;
	unsigned last_pulses;
	int64_t first_ns;
};

static double gap(const struct sweep_state *s, unsigned i)
{
	return (double)(s->at[i + 1] - s->at[i]) / 1e6;
}

/* The gap that most others equal, or half of; 0 where two or more equal none. */
static double common_step(const struct sweep_state *s)
{
	unsigned gaps = s->pulses - 1;

	for (unsigned i = 0; i < gaps; i++) {
		double step = gap(s, i), sum = 0;
		unsigned like = 0, single = 0;

		for (unsigned k = 0; k < gaps; k++) {
			double g = gap(s, k);

			if (fabs(g - step) <= ALIKE * step) {
				single++;
				sum += g;
			}
			like += fabs(g - step) <= ALIKE * step ||
			        fabs(g - 2 * step) <= ALIKE * step;
		}
		if (like + 1 >= gaps && single * 2 > gaps)
			return sum / single;
	}
	return 0;
}

static void say(const struct rule_input *in, struct sweep_state *s)
{
	struct finding *f = rule_emit(in, NULL);

	s->said = true;
	finding_say(f, "the cable's current shows a search for a Wi-Fi network: ");
	finding_say_integer(f, s->last_pulses);
	finding_say(f, " pulses, one each ");
	finding_say_number(f, s->step_ms, 0);
	finding_say(f, " ms, channel after channel, and again after a pause");
	finding_number(f, "step_ms", s->step_ms, 1);
	finding_integer(f, "pulses", s->last_pulses);
	finding_integer(f, "sweeps", s->sweeps);
	finding_number(f, "charge_ma_ms", s->last_charge, 1);
	finding_number(f, "first_s", (double)s->first_ns / 1e9, 3);
}

static void sweep_over(const struct rule_input *in, struct sweep_state *s)
{
	double step;

	if (s->pulses >= PULSES_MIN && s->pulses <= PULSES_MAX) {
		step = common_step(s);
		if (step >= STEP_MIN_MS && step <= STEP_MAX_MS) {
			if (s->sweeps && fabs(step - s->step_ms) > ALIKE * step)
				s->sweeps = 0;
			if (!s->sweeps++)
				s->first_ns = s->at[0];
			s->step_ms = step;
			s->last_pulses = s->pulses;
			s->last_charge = s->charge / s->pulses;
			if (s->sweeps >= SWEEPS && !s->said)
				say(in, s);
		}
	}
	s->pulses = 0;
	s->charge = 0;
}

static void match(const struct rule_input *in)
{
	struct sweep_state *s = in->state;
	const struct record *r = in->event->record;
	struct pulse p;

	if (r->kind != RECORD_BAND || r->band.sensor.channel != WIRE_CURRENT)
		return;
	if (s->pulses &&
	    in->event->t_ns - s->at[s->pulses <= PULSES_MAX ? s->pulses - 1 : PULSES_MAX] >
	            SILENCE_MS * MS)
		sweep_over(in, s);
	if (!pulse_band(&s->finder, (double)r->band.mean_nano / 1e6, in->event->t_ns, JOIN_MS,
	                &p) ||
	    p.charge < PULSE_MA_MS)
		return;
	if (s->pulses > PULSES_MAX) {
		s->at[PULSES_MAX] = p.t_ns;
	} else {
		s->at[s->pulses++] = p.t_ns;
		s->charge += p.charge;
	}
}

const struct rule rule_scan_sweep = {
	.id = "R3c",
	.name = "scan-sweep",
	.summary = "current pulses at one distance, 8 to 15 in a row, again and again: a search "
		   "for a Wi-Fi network",
	.group = GROUP_POWER,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct sweep_state),
	.match = match,
};
