/*
 * R18: a cable that strikes back. The tap's comparators latch when VBUS passes 5.8 V or a data line leaves -1.0 to 4.6 V
 * (hw/README.md), and open both: one latch is one finding. A device that kills ports charges its capacitors from VBUS
 * before each strike: four or more phases of 300 mA or more of one length and one period, which is a saw-tooth of VBUS
 * before the first strike is seen. Those phases are looked for with the far end empty only: a phone charges as it likes.
 */
#include "detect/rules.h"

#define MS INT64_C(1000000)

enum {
	CHARGE_MA = 300,
	CHARGE_MIN_MS = 10,
	CHARGE_MAX_MS = 400,
	PHASES = 4,
};

#define SPREAD 0.2 /* of the period; half of it of the length: one RC time, one supply */

struct strike_state {
	bool said, said_charge;
	bool inside;
	double floor; /* mA, outside of charging */
	bool has_floor;
	int64_t begin_ns, last_ns;
	int64_t start_ns[PHASES], length_ns[PHASES]; /* the last ones */
	unsigned phases;
};

static void say_strike(const struct rule_input *in, struct strike_state *s)
{
	struct finding *f;

	if (s->said)
		return;
	s->said = true;
	f = rule_emit(in, NULL);
	finding_say(f, "the cable put a dangerous voltage on the port: the tap has cut it off; do "
	               "not plug it in anywhere");
}

static void say_charge(const struct rule_input *in, struct strike_state *s)
{
	double period = (double)(s->start_ns[PHASES - 1] - s->start_ns[0]) / (PHASES - 1) / 1e6;
	struct finding *f;

	s->said_charge = true;
	f = rule_emit(in, NULL);
	f->name = "charging";
	finding_say(f, "the cable charges itself each ");
	finding_say_number(f, period, 0);
	finding_say(f, " ms with 300 milliamperes or more, as what destroys ports does: unplug it");
	finding_number(f, "period_ms", period, 0);
	finding_number(f, "charge_ms", (double)s->length_ns[PHASES - 1] / 1e6, 0);
}

static bool alike(const int64_t *v, double spread)
{
	int64_t least = v[0], most = v[0];

	for (unsigned i = 1; i < PHASES; i++) {
		least = v[i] < least ? v[i] : least;
		most = v[i] > most ? v[i] : most;
	}
	return (double)(most - least) <= spread * (double)most;
}

static void phase_over(const struct rule_input *in, struct strike_state *s)
{
	int64_t length = s->last_ns - s->begin_ns + MS, gap[PHASES];

	s->inside = false;
	if (length < CHARGE_MIN_MS * MS || length > CHARGE_MAX_MS * MS) {
		s->phases = 0;
		return;
	}
	if (s->phases == PHASES) {
		for (unsigned i = 1; i < PHASES; i++) {
			s->start_ns[i - 1] = s->start_ns[i];
			s->length_ns[i - 1] = s->length_ns[i];
		}
		s->phases--;
	}
	s->start_ns[s->phases] = s->begin_ns;
	s->length_ns[s->phases++] = length;
	if (s->phases < PHASES || s->said_charge)
		return;
	for (unsigned i = 1; i < PHASES; i++)
		gap[i - 1] = s->start_ns[i] - s->start_ns[i - 1];
	gap[PHASES - 1] = gap[0];
	if (alike(gap, SPREAD) && alike(s->length_ns, SPREAD / 2))
		say_charge(in, s);
}

static void band(const struct rule_input *in, struct strike_state *s)
{
	const struct record_band *b = &in->event->record->band;
	double ma = (double)b->mean_nano / 1e6;
	int64_t t = in->event->t_ns;

	if (b->sensor.channel != WIRE_CURRENT || in->profile->kind != PROFILE_BARE)
		return;
	if (!s->has_floor || ma < s->floor)
		s->floor = ma;
	s->has_floor = true;
	if (ma - s->floor >= CHARGE_MA) {
		if (!s->inside)
			s->begin_ns = t;
		s->inside = true;
		s->last_ns = t;
	} else if (s->inside && t - s->last_ns > 2 * MS) {
		phase_over(in, s);
	}
}

static void match(const struct rule_input *in)
{
	struct strike_state *s = in->state;
	const struct record *r = in->event->record;

	if (r->kind == RECORD_BAND) {
		band(in, s);
	} else if (r->kind == RECORD_SETTING && r->setting.setting == WIRE_SET_VBUS) {
		/* What starts anew each time that the supply comes on charges by the tap's rhythm, not by its own. */
		s->inside = s->has_floor = false;
		s->phases = 0;
	}
	if (r->kind == RECORD_SETTING && r->setting.setting == WIRE_SET_OVERVOLTAGE &&
	    r->setting.after)
		say_strike(in, s);
	else if (r->kind == RECORD_ALERT && r->alert.what == WIRE_ALERT_OVERVOLTAGE)
		say_strike(in, s);
}

const struct rule rule_overvoltage = {
	.id = "R18",
	.name = "overvoltage",
	.summary = "a voltage on the port that destroys it, or current that charges for one again "
		   "and again",
	.group = GROUP_LINE,
	.weight = WEIGHT_DECISIVE,
	.events = EVENT_BIT(EVENT_SENSOR) | EVENT_BIT(EVENT_TAP),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct strike_state),
	.match = match,
};
