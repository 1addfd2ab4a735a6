/*
 * R11: current while the bus sleeps. A device may draw 2.5 mA in suspend, averaged over a second (USB 2.0 §7.2.3), and has
 * 10 ms to get there (§7.1.7.6); one that keeps a radio alive cannot. Judged only while a configured device is there: a
 * bus that nobody uses is idle and not suspended. What the tap cannot be sure of is taken off before comparing.
 */
#include "detect/rules.h"

#define MS INT64_C(1000000)

enum {
	SETTLE_MS =
		100, /* ten times what a device has: capacitors and the tap's range settle too */
	SECOND_BANDS = 1000,
	BANDS_MIN = 900, /* of the thousand that a second has */
	GAP_MS = 10,
};

#define LIMIT_MA 2.5

struct suspend_state {
	bool asleep, said;
	int64_t since_ns, from_ns, last_ns;
	double sum, least;
	unsigned bands;
};

static const struct model_device *configured(const struct model *m)
{
	for (unsigned i = 0; i < m->devices; i++) {
		const struct model_device *d = &m->device[i];

		if (d->used && !d->gone && d->configuration)
			return d;
	}
	return NULL;
}

static void restart(struct suspend_state *s, int64_t t)
{
	s->from_ns = s->last_ns = t;
	s->sum = s->least = 0;
	s->bands = 0;
}

static void say(const struct rule_input *in, struct suspend_state *s)
{
	struct event event = *in->event;
	struct rule_input about = *in;
	struct finding *f;

	s->said = true;
	event.device = configured(in->model);
	about.event = &event;
	f = rule_emit(&about, NULL);
	finding_say(f, "the bus sleeps, and yet the cable draws ");
	finding_say_number(f, s->sum / s->bands, 1);
	finding_say(f, " milliamperes: 2.5 are allowed, so something in it stays awake");
	finding_number(f, "current_ma", s->sum / s->bands, 3);
	finding_number(f, "asleep_for_s", (double)(in->event->t_ns - s->since_ns) / 1e9, 3);
}

static void band(const struct rule_input *in, struct suspend_state *s)
{
	const struct record_band *b = &in->event->record->band;
	int64_t t = in->event->t_ns;
	double ma = (double)b->mean_nano / 1e6;

	if (!s->asleep || s->said || b->sensor.channel != WIRE_CURRENT ||
	    t - s->since_ns < SETTLE_MS * MS)
		return;
	if (!s->bands || t - s->last_ns > GAP_MS * MS)
		restart(s, t);
	s->last_ns = t;
	s->sum += ma;
	s->least += ma - (double)record_doubt_na(&b->sensor) / 1e6;
	s->bands++;
	if (t - s->from_ns < (SECOND_BANDS - 1) * MS)
		return;
	if (s->bands >= BANDS_MIN && s->least / s->bands > LIMIT_MA && configured(in->model))
		say(in, s);
	restart(s, t);
}

static void line(const struct rule_input *in, struct suspend_state *s)
{
	switch (in->event->bus->line.event) {
	case LINE_SUSPEND:
		if (s->asleep)
			return;
		s->asleep = true;
		s->since_ns = in->event->t_ns;
		restart(s, in->event->t_ns);
		return;
	case LINE_UNKNOWN:
	case LINE_J: /* suspended lines are at J */
	case LINE_GATE:
		return;
	default:
		s->asleep = false;
		s->said = false;
	}
}

static void match(const struct rule_input *in)
{
	struct suspend_state *s = in->state;

	switch (in->event->kind) {
	case EVENT_SENSOR:
		if (in->event->record->kind == RECORD_BAND)
			band(in, s);
		break;
	case EVENT_LINE:
		line(in, s);
		break;
	default: /* a transfer: whoever said so, nothing sleeps */
		s->asleep = false;
	}
}

const struct rule rule_suspend_current = {
	.id = "R11",
	.name = "suspend-current",
	.summary = "far end empty, the bus suspended, and yet more than 2.5 mA for a second",
	.group = GROUP_POWER,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR) | EVENT_BIT(EVENT_LINE) | EVENT_BIT(EVENT_TRANSFER),
	.profiles = PROFILE_BIT(PROFILE_BARE),
	.state_size = sizeof(struct suspend_state),
	.match = match,
};
