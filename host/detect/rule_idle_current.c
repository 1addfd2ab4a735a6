/*
 * R1: current into a cable whose far end is empty. Copper draws less than 0.05 mA; more than 1 mA for a second is a circuit,
 * more than 15 mA a running microcontroller, more than 30 mA that moves by more than 3 mA one with a radio.
 * R1u: 50 uA to 1 mA, which takes the microampere range to tell, is a circuit asleep, or a dirty plug: weak.
 *
 * A second is ten tenths, each of which must be above the limit in its mean: what is charged once when the supply comes on
 * is over in the first, while a radio that sleeps between its bursts stays above. What the tap cannot be sure of (zero,
 * without a calibration) is taken off before comparing.
 */
#include <math.h>

#include "detect/rules.h"

#define MS INT64_C(1000000)

enum {
	TENTH_MS = 100,
	TENTHS = 10,
	TENTH_BANDS_MIN = 80, /* of the hundred that a tenth has */
	GAP_MS = 10,          /* between two bands: beyond, nothing is known in between */
	SETTLE_MS = 100,      /* after the supply came on */
};

#define LIMIT_UA   50e-3 /* all in mA */
#define LIMIT_MA   1.0
#define LIMIT_MCU  15.0
#define LIMIT_WIFI 30.0
#define LIMIT_SD   3.0

enum draw { NOTHING, ASLEEP, ACTIVE, MICROCONTROLLER, RADIO };

/* Sums over a tenth, and of the least that its bands may mean. */
struct tenth {
	double sum, squares, least;
	unsigned bands;
	bool micro; /* all in the microampere range */
};

struct idle_state {
	bool running, settling;
	int64_t from_ns, last_ns, supply_ns;
	int64_t begin_ns[TENTHS]; /* of each tenth in the ring */
	struct tenth now, ring[TENTHS];
	unsigned full; /* tenths in a row */
	unsigned next;
	enum draw said;
	bool said_micro;
};

static void restart(struct idle_state *s)
{
	s->running = false;
	s->full = 0;
	s->now = (struct tenth){.micro = true};
}

static enum draw classify(const struct idle_state *s, double *mean, double *sd)
{
	double sum = 0, squares = 0, least = INFINITY, all = 0;
	unsigned bands = 0;
	bool micro = true;

	for (unsigned i = 0; i < TENTHS; i++) {
		const struct tenth *t = &s->ring[i];

		sum += t->sum;
		squares += t->squares;
		all += t->least;
		bands += t->bands;
		micro = micro && t->micro;
		if (t->least / t->bands < least)
			least = t->least / t->bands;
	}
	*mean = sum / bands;
	*sd = squares / bands > *mean * *mean ? sqrt(squares / bands - *mean * *mean) : 0;
	all /= bands;
	if (least > LIMIT_MA)
		return all > LIMIT_WIFI && *sd > LIMIT_SD ? RADIO
		       : all > LIMIT_MCU                  ? MICROCONTROLLER
		                                          : ACTIVE;
	return micro && least > LIMIT_UA ? ASLEEP : NOTHING;
}

static void say(const struct rule_input *in, struct idle_state *s)
{
	static const char *const what[] = {
		[ASLEEP] = ": a circuit asleep, or leakage",
		[ACTIVE] = ": there is a circuit in it",
		[MICROCONTROLLER] = ": a microcontroller is running in it",
		[RADIO] = ", and that jumps as a radio's does: a microcontroller with a radio is "
			  "in it",
	};
	const struct record_sensor *sensor = &in->event->record->band.sensor;
	double mean, sd;
	enum draw class = classify(s, &mean, &sd);
	struct finding *f;

	if (class == NOTHING || (class == ASLEEP ? s->said_micro || s->said : class <= s->said))
		return;
	if (class == ASLEEP)
		s->said_micro = true;
	else
		s->said = class;
	f = rule_emit(in, class == ASLEEP ? "u" : NULL);
	if (class == ASLEEP)
		f->weight = WEIGHT_WEAK;
	finding_say(f, "the cable draws ");
	if (class == ASLEEP) {
		finding_say_number(f, mean * 1000, 0);
		finding_say(f, " microamperes");
	} else {
		finding_say_number(f, mean, 1);
		finding_say(f, " milliamperes");
	}
	finding_say(f, " although nothing is plugged in at the far end");
	finding_say(f, what[class]);
	finding_number(f, "current_ma", mean, 3);
	finding_number(f, "deviation_ma", sd, 3);
	finding_number(f, "doubt_ma", (double)record_doubt_na(sensor) / 1e6, 3);
	finding_number(f, "from_s", (double)s->begin_ns[s->next] / 1e9, 3);
}

static void band(const struct rule_input *in, struct idle_state *s)
{
	const struct record_band *b = &in->event->record->band;
	int64_t t = in->event->t_ns;
	double ma = (double)b->mean_nano / 1e6;

	if (b->sensor.channel != WIRE_CURRENT)
		return;
	/* A second's worth of another range has another zero, but one circuit is below both: only a hole ends it. */
	if (s->running && (t <= s->last_ns || t - s->last_ns > GAP_MS * MS))
		restart(s);
	s->last_ns = t;
	if (!in->model->vbus_known || !in->model->vbus_on ||
	    (s->settling && t - s->supply_ns < SETTLE_MS * MS)) {
		restart(s);
		return;
	}
	s->settling = false;
	if (!s->running) {
		restart(s);
		s->running = true;
		s->from_ns = t;
	}
	s->now.sum += ma;
	s->now.squares += ma * ma;
	s->now.least += ma - (double)record_doubt_na(&b->sensor) / 1e6;
	s->now.bands++;
	s->now.micro = s->now.micro && b->sensor.range == WIRE_RANGE_UA;
	if (t - s->from_ns < (TENTH_MS - 1) * MS)
		return;
	if (s->now.bands < TENTH_BANDS_MIN) {
		restart(s);
		return;
	}
	s->ring[s->next] = s->now;
	s->begin_ns[s->next] = s->from_ns;
	s->next = (s->next + 1) % TENTHS;
	s->full += s->full < TENTHS;
	s->now = (struct tenth){.micro = true};
	s->from_ns = t + MS;
	if (s->full == TENTHS)
		say(in, s);
}

static void match(const struct rule_input *in)
{
	struct idle_state *s = in->state;
	const struct event *e = in->event;

	if (e->kind == EVENT_SENSOR && e->record->kind == RECORD_BAND) {
		band(in, s);
	} else if (e->kind == EVENT_LINE &&
	           (e->bus->line.event == LINE_VBUS_ON || e->bus->line.event == LINE_VBUS_OFF)) {
		restart(s);
		s->settling = true;
		s->supply_ns = e->t_ns;
	}
}

const struct rule rule_idle_current = {
	.id = "R1",
	.name = "idle-current",
	.summary = "far end empty, and yet more than 1 mA for a second; u: 50 uA to 1 mA",
	.group = GROUP_POWER,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR) | EVENT_BIT(EVENT_LINE),
	.profiles = PROFILE_BIT(PROFILE_BARE),
	.state_size = sizeof(struct idle_state),
	.match = match,
};
