/*
 * R8: the far device leaves the bus and goes on drawing current, and another takes its place. Whoever pulls a plug takes the
 * load away with it; where the load stays within 20 % from before the lines fell until 200 ms after the next attach, the
 * device is still plugged in, and something between it and the host has switched the lines over (threats.md §2, §3.1).
 *
 * Another device: the pull-up stands on the other line (low speed for full); or what was high speed, which this tester cannot
 * see, is followed by one that is configured at full speed, and is not the declared one. A device that comes back as what it
 * was, or at its own other identity, is none of this. Between both, VBUS stays on, and at most 10 s pass.
 *
 * The load is taken in steps of ten milliseconds: the mean of a second before, the least of them after. Under 5 mA there is
 * no load to speak of. What the tap cannot measure above its range, or the supply not deliver, stays at that limit.
 */
#include "detect/declared.h"
#include "detect/rules.h"

#define MS INT64_C(1000000)

enum {
	STEP_BANDS = 10,
	STEPS = 100,   /* a second */
	LEAVE_OUT = 5, /* the last ones before: the lines fall a little after the switch */
	SETTLE_MS = 10,
	AFTER_MS = 200,
	LATEST_MS = 10000,
	LOAD_MIN_MA = 5,
};

#define WITHIN 0.2

enum before { NOBODY, LOW, FULL, HIGH };

struct takeover_state {
	bool said;
	enum before now; /* what is on the lines, NOBODY while they are down */
	enum before was; /* what was there before they fell */
	int64_t fell_ns, attach_ns;
	enum before candidate; /* came in its place; NOBODY: no one, or it is decided */
	double load_ma;        /* before */
	double least_ma;       /* since */
	double sum;
	unsigned bands;
	float step_ma[STEPS];
	unsigned steps; /* ever, since VBUS came on */
};

static const char *const names[] = {"nothing", "a low-speed device", "a full-speed device",
                                    "a high-speed device"};

static double mean_before(const struct takeover_state *s)
{
	unsigned have = s->steps < STEPS ? s->steps : STEPS, n = 0;
	double sum = 0;

	for (unsigned i = LEAVE_OUT; i < have; i++, n++)
		sum += s->step_ma[(s->steps - 1 - i) % STEPS];
	return n ? sum / n : 0;
}

static void fell(struct takeover_state *s, int64_t t)
{
	if (s->now == NOBODY)
		return;
	s->was = s->now;
	s->now = s->candidate = NOBODY;
	s->fell_ns = t;
	s->load_ma = s->least_ma = mean_before(s);
	s->sum = 0;
	s->bands = 0;
}

static void came(struct takeover_state *s, enum usb_speed speed, int64_t t)
{
	enum before as = speed == USB_SPEED_LOW ? LOW : FULL;

	if (s->now != NOBODY) /* nobody saw it fall */
		fell(s, t);
	s->now = as;
	s->attach_ns = t;
	s->candidate = NOBODY;
	if (s->was != NOBODY && s->was != as && s->load_ma >= LOAD_MIN_MA &&
	    t - s->fell_ns <= LATEST_MS * MS)
		s->candidate = as;
}

static void say(const struct rule_input *in, struct takeover_state *s)
{
	struct finding *f = rule_emit(in, NULL);

	s->said = true;
	s->candidate = NOBODY;
	finding_say(f, names[s->was]);
	finding_say(f, " left the bus and ");
	finding_say(f, names[s->now]);
	finding_say(f, " took its place, while the far end went on drawing ");
	finding_say_number(f, s->least_ma, 0);
	finding_say(f, " milliamperes: the cable has switched the lines over");
	finding_text(f, "before", names[s->was]);
	finding_text(f, "after", names[s->now]);
	finding_number(f, "load_before_ma", s->load_ma, 1);
	finding_number(f, "least_load_ma", s->least_ma, 1);
	finding_number(f, "gap_ms", (double)(s->attach_ns - s->fell_ns) / 1e6, 3);
}

/* Time and load have decided. What was high speed may itself have come back at full speed: then its configuration decides. */
static void judge(const struct rule_input *in, struct takeover_state *s)
{
	bool stayed = s->least_ma >= (1 - WITHIN) * s->load_ma;

	if (s->said || s->candidate == NOBODY || in->event->t_ns - s->attach_ns < AFTER_MS * MS)
		return;
	if (!stayed)
		s->candidate = NOBODY;
	else if (s->was != HIGH || s->now == LOW)
		say(in, s);
}

static void band(const struct rule_input *in, struct takeover_state *s)
{
	const struct record_band *b = &in->event->record->band;
	double ma;

	if (b->sensor.channel != WIRE_CURRENT)
		return;
	s->sum += (double)b->mean_nano / 1e6;
	if (++s->bands < STEP_BANDS)
		return;
	ma = s->sum / s->bands;
	s->step_ma[s->steps++ % STEPS] = (float)ma;
	s->sum = 0;
	s->bands = 0;
	if (in->event->t_ns - s->fell_ns > (SETTLE_MS + STEP_BANDS) * MS && ma < s->least_ma)
		s->least_ma = ma;
	judge(in, s);
}

static void line(struct takeover_state *s, const struct usb_bus_event *e)
{
	switch (e->line.event) {
	case LINE_ATTACH:
		came(s, e->line.speed, e->t_ns);
		break;
	case LINE_DETACH:
	case LINE_SIGHTED: /* high speed ended: whoever is at J now says so itself */
		fell(s, e->t_ns);
		break;
	case LINE_BLIND:
		s->now = HIGH;
		s->candidate = NOBODY;
		break;
	case LINE_VBUS_OFF:
	case LINE_VBUS_ON:
		*s = (struct takeover_state){.said = s->said};
		break;
	default:
		break;
	}
}

static void match(const struct rule_input *in)
{
	struct takeover_state *s = in->state;
	const struct event *e = in->event;

	if (e->kind == EVENT_SENSOR) {
		if (e->record->kind == RECORD_BAND)
			band(in, s);
	} else if (e->kind == EVENT_LINE) {
		line(s, e->bus);
	} else if (s->candidate == FULL && s->was == HIGH && !s->said &&
	           declared_device_match(in->profile, e->device) == DECLARED_NO &&
	           s->least_ma >= (1 - WITHIN) * s->load_ma) {
		say(in, s); /* configured, hashed, and never chirped */
	}
}

const struct rule rule_takeover = {
	.id = "R8",
	.name = "takeover",
	.summary = "another device takes the far one's place while the far one's current stays",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_DECISIVE,
	.events = EVENT_BIT(EVENT_SENSOR) | EVENT_BIT(EVENT_LINE) | EVENT_BIT(EVENT_DEVICE_HASHED),
	.profiles = PROFILE_BIT(PROFILE_KEYBOARD) | PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct takeover_state),
	.match = match,
};
