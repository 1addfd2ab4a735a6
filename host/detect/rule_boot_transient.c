/*
 * R2: the current of a microcontroller with a radio that starts. An ESP8266 calibrates its radio 160 ms after its supply
 * came on: 300 to 430 mA for 40 ms (threats.md §3.2). Looked for: 25 to 55 ms of 250 mA or more that begin 120 to 220 ms
 * after VBUS came on. A capacitor that is charged begins at once, a lamp does not end.
 *
 * It stands 150 mA or more above the ten milliseconds before and after it: a plateau of about 250 mA whose noise crosses the
 * limit and falls back is a load, and no start.
 *
 * Means of milliseconds count, at most two in a row below the limit do not end it: what the tap cannot be sure of is taken
 * off before comparing. In the microampere range nothing can reach the limit.
 */
#include "detect/rules.h"

#define MS INT64_C(1000000)

enum {
	BEGIN_MIN_MS = 120,
	BEGIN_MAX_MS = 220,
	LENGTH_MIN_MS = 25,
	LENGTH_MAX_MS = 55,
	DROPOUT_MS = 2,
	LIMIT_MA = 250,
	ABOVE_MA = 150,
	SIDE_BANDS = 10, /* before and after */
	EDGE_BANDS = 2,  /* left out: they may hold a part of the slope */
	RING = SIDE_BANDS + EDGE_BANDS,
};

struct boot_state {
	bool open; /* VBUS came on, and this start is not decided yet */
	bool inside;
	int64_t supply_ns, begin_ns, last_ns; /* last: last millisecond at or above the limit */
	int64_t sum_ua;
	unsigned bands;
	int64_t peak_ua;
	int64_t ring_ua[RING]; /* the last bands outside of it */
	unsigned outside;      /* ever */
	double before_ua;      /* when it began */
	bool judging;          /* it has ended; the bands after it are awaited */
};

/* Of the bands that were kept but the `newest` ones. */
static double mean_outside(const struct boot_state *s, unsigned newest)
{
	unsigned have = s->outside < RING ? s->outside : RING, n = 0;
	double sum = 0;

	for (unsigned i = newest; i < have; i++, n++)
		sum += (double)s->ring_ua[(s->outside - 1 - i) % RING];
	return n ? sum / n : 0;
}

static double length_ms(const struct boot_state *s)
{
	return (double)(s->last_ns - s->begin_ns) / 1e6 + 1;
}

static double from_ms(const struct boot_state *s)
{
	return (double)(s->begin_ns - s->supply_ns) / 1e6;
}

/* What stood above the limit is over, and the bands after it are there: was it a start? */
static void judge(const struct rule_input *in, struct boot_state *s)
{
	double mean = (double)s->sum_ua / s->bands, from = from_ms(s), length = length_ms(s);
	struct finding *f;

	s->judging = false;
	if (mean - s->before_ua < ABOVE_MA * 1000 || mean - mean_outside(s, 0) < ABOVE_MA * 1000)
		return;
	s->open = false;
	f = rule_emit(in, NULL);
	finding_number(f, "after_supply_ms", from, 0);
	finding_number(f, "length_ms", length, 0);
	finding_number(f, "mean_ma", (double)s->sum_ua / s->bands / 1e3, 0);
	finding_number(f, "peak_ma", (double)s->peak_ua / 1e3, 0);
	finding_say(f, "when the supply came on, the cable drew ");
	finding_say_number(f, (double)s->sum_ua / s->bands / 1e3, 0);
	finding_say(f, " milliamperes for ");
	finding_say_number(f, length, 0);
	finding_say(f, " ms, ");
	finding_say_number(f, from, 0);
	finding_say(f, " ms later: so starts a chip with Wi-Fi, and no copper does");
}

static void band(const struct rule_input *in, struct boot_state *s)
{
	const struct record_band *b = &in->event->record->band;
	int64_t t = in->event->t_ns, least;

	if (!s->open || b->sensor.channel != WIRE_CURRENT)
		return;
	least = (b->mean_nano - record_doubt_na(&b->sensor)) / 1000;
	if (least >= LIMIT_MA * 1000) {
		if (!s->inside) {
			s->inside = true;
			s->judging = false;
			s->before_ua = mean_outside(s, EDGE_BANDS);
			s->begin_ns = t;
			s->sum_ua = s->peak_ua = 0;
			s->bands = 0;
		}
		s->last_ns = t;
		s->sum_ua += b->mean_nano / 1000;
		s->bands++;
		if (b->maximum_nano / 1000 > s->peak_ua)
			s->peak_ua = b->maximum_nano / 1000;
	} else if (s->inside && t - s->last_ns > DROPOUT_MS * MS) {
		s->inside = false;
		s->judging = from_ms(s) >= BEGIN_MIN_MS && from_ms(s) <= BEGIN_MAX_MS &&
		             length_ms(s) >= LENGTH_MIN_MS && length_ms(s) <= LENGTH_MAX_MS;
		s->outside = 0;
	} else if (!s->inside) {
		s->ring_ua[s->outside++ % RING] = b->mean_nano / 1000;
		if (s->judging && s->outside == SIDE_BANDS)
			judge(in, s);
	}
	if (t - s->supply_ns > (BEGIN_MAX_MS + 2 * LENGTH_MAX_MS) * MS)
		s->open = false;
}

static void match(const struct rule_input *in)
{
	struct boot_state *s = in->state;
	const struct event *e = in->event;

	if (e->kind == EVENT_SENSOR) {
		if (e->record->kind == RECORD_BAND)
			band(in, s);
	} else if (e->bus->line.event == LINE_VBUS_ON) {
		*s = (struct boot_state){.open = true, .supply_ns = e->t_ns};
	} else if (e->bus->line.event == LINE_VBUS_OFF) {
		s->open = false;
	}
}

const struct rule rule_boot_transient = {
	.id = "R2",
	.name = "boot-transient",
	.summary = "when VBUS comes on: 250 mA or more for 25 to 55 ms, 120 to 220 ms later, as a "
		   "Wi-Fi chip starts",
	.group = GROUP_POWER,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR) | EVENT_BIT(EVENT_LINE),
	.profiles = PROFILE_BIT(PROFILE_BARE),
	.state_size = sizeof(struct boot_state),
	.match = match,
};
