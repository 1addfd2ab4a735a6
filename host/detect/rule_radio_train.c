/*
 * R10c: one short burst of radio for each report. A receiver of the kind that wireless keyboards use (Enhanced ShockBurst)
 * acknowledges each frame with 60 to 150 us of its own, and frames come each 8 ms (typing) or 20 ms (a covert channel);
 * threats.md §2, §3.3. So while reports come in a train, each gap between two of them holds exactly one short burst.
 * Whatever the rate of accidental bursts, a gap holds exactly one in at most 1/e of cases (m exp(-m) at m = 1): each gap is
 * a bet at 0.37 (chance.h). Claimed error 1e-6 a capture, at least 20 gaps.
 *
 * Another such receiver in the room beats as well: where short bursts are as frequent while no reports come, nothing is
 * said. Kept: the last 64 short bursts.
 *
 * A transmitter across the room that is just about the detector's threshold crosses it again and again while it sends, in
 * pieces that are short as well: bursts whose peak is under 10 dB are none of these, a receiver in the cable is stronger.
 */
#include "detect/chance.h"
#include "detect/rules.h"

#define MS INT64_C(1000000)

enum {
	SHORT_US = 200,
	NEAR_MV = 180, /* 10 dB at 18 mV a decibel: hw/README.md */
	GAP_MIN_MS = 6,
	GAP_MAX_MS = 25,
	GAPS_MIN = 20,
	BURSTS = 64,
	OUTSIDE_MS = 50, /* after the last report */
	OUTSIDE_MIN_S = 1,
};

#define CHANCE        0.37 /* 1/e, rounded up */
#define LOG10_CAPITAL 6.0
#define OUTSIDE_SHARE 0.5 /* of the rate inside: more is the room's */

struct train_state {
	bool said, reported;
	uint32_t device_id;
	int64_t burst_ns[BURSTS];
	unsigned bursts;
	int64_t report_ns
		[2];      /* the last two; the gap between them is looked at with the next one */
	unsigned reports; /* in this train */
	struct chance_bet bet;
	double inside_s;
	int64_t outside_ns, band_ns;
	uint64_t outside_bursts;
};

static unsigned bursts_in(const struct train_state *s, int64_t after, int64_t until)
{
	unsigned n = s->bursts < BURSTS ? s->bursts : BURSTS, count = 0;

	for (unsigned i = 0; i < n; i++)
		count += s->burst_ns[i] > after && s->burst_ns[i] <= until;
	return count;
}

static bool outside_is_quiet(const struct train_state *s)
{
	double seconds = (double)s->outside_ns / 1e9;

	return seconds >= OUTSIDE_MIN_S &&
	       (double)s->outside_bursts / seconds <= OUTSIDE_SHARE * s->bet.trials / s->inside_s;
}

static void say(const struct rule_input *in, struct train_state *s)
{
	struct finding *f = rule_emit(in, NULL);

	s->said = true;
	finding_say(f, "each report has its own short burst of radio, ");
	finding_say_integer(f, s->bet.hits);
	finding_say(f, " of ");
	finding_say_integer(f, s->bet.trials);
	finding_say(f, " times: the keys come in by radio");
	finding_integer(f, "gaps", s->bet.trials);
	finding_integer(f, "gaps_with_one_burst", s->bet.hits);
	finding_number(f, "gap_ms", s->inside_s / s->bet.trials * 1e3, 1);
	finding_number(f, "bursts_outside_hz",
	               (double)s->outside_bursts / ((double)s->outside_ns / 1e9), 1);
	finding_number(f, "error_claimed_log10", -chance_bet_log10(&s->bet), 1);
}

static void report(const struct rule_input *in, struct train_state *s)
{
	int64_t t = in->event->t_ns, gap;

	if (in->event->device && in->event->device->id != s->device_id) {
		s->device_id = in->event->device->id;
		s->bet = (struct chance_bet){0};
		s->inside_s = 0;
		s->reports = 0;
	}
	gap = t - s->report_ns[1];
	/* The gap before the last report: all its bursts have been told by now. */
	if (s->reports >= 2) {
		double seconds = (double)(s->report_ns[1] - s->report_ns[0]) / 1e9;

		chance_bet_add(&s->bet, bursts_in(s, s->report_ns[0], s->report_ns[1]) == 1,
		               CHANCE);
		s->inside_s += seconds;
		if (!s->said && s->bet.trials >= GAPS_MIN &&
		    chance_bet_log10(&s->bet) >= LOG10_CAPITAL && outside_is_quiet(s))
			say(in, s);
	}
	s->reports = s->reported && gap >= GAP_MIN_MS * MS && gap <= GAP_MAX_MS * MS
	                     ? s->reports + (s->reports < 2)
	                     : 1;
	s->report_ns[0] = s->report_ns[1];
	s->report_ns[1] = t;
	s->reported = true;
}

static bool outside(const struct train_state *s, int64_t t)
{
	return !s->reported || t - s->report_ns[1] > OUTSIDE_MS * MS;
}

static void match(const struct rule_input *in)
{
	struct train_state *s = in->state;
	const struct event *e = in->event;
	const struct record *r = e->record;
	int64_t span;

	if (e->kind != EVENT_SENSOR) {
		report(in, s);
	} else if (r->kind == RECORD_BURST && r->burst.sensor.channel == WIRE_RADIO &&
	           r->burst.length_ns <= SHORT_US * 1000u && r->burst.peak_nano >= NEAR_MV * MS) {
		s->burst_ns[s->bursts++ % BURSTS] = e->t_ns;
		s->outside_bursts += outside(s, e->t_ns);
	} else if (r->kind == RECORD_BAND && r->band.sensor.channel == WIRE_RADIO) {
		span = e->t_ns - s->band_ns;
		if (span > 0 && span < 10 * MS && outside(s, e->t_ns))
			s->outside_ns += span;
		s->band_ns = e->t_ns;
	}
}

const struct rule rule_radio_train = {
	.id = "R10c",
	.name = "radio-train",
	.summary = "one short burst of radio for each report of a train, as a wireless receiver "
		   "acknowledges",
	.group = GROUP_RADIO,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR) | EVENT_BIT(EVENT_KEYS) | EVENT_BIT(EVENT_INPUT),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct train_state),
	.match = match,
};
