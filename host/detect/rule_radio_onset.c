/*
 * R10a: what the device does follows what the radio says. Onsets are attaches and first reports after half a second of
 * silence; each that comes 1 to 60 ms after a burst of radio counts (threats.md §3.4). The same count is taken with the
 * bursts shifted in a circle, by 8192 distances of at least a second: where not one of them reaches what was seen, chance
 * does it in 1 of 8193 (Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9: (b + 1) / (m + 1)). It is looked at after
 * 6, 9, 14, 24 and 48 onsets and at the end, together under the 0.001 that the rule claims. At least 5 onsets.
 *
 * Left out before: bursts under 20 dB above the floor, which no radio in the cable gives, and those with another 102.4 ms
 * before or after, which are beacons. Kept are the last 48 onsets and the last 1024 bursts; with more, older onsets than
 * the oldest burst do not count, and the finding says how many of both were dropped.
 */
#include "detect/chance.h"
#include "detect/rules.h"

#include <string.h>

#define MS INT64_C(1000000)

enum {
	ONSETS = 48,
	ONSETS_MIN = 5,
	BURSTS = 1024,
	PENDING = 64, /* bursts that wait for a beacon after them */
	SHIFTS = 8192,
	SILENCE_MS = 500,
	LAG_MIN_MS = 1,
	LAG_MAX_MS = 60,
	SHIFT_MIN_MS = 1000,
	NEAR_MV = 360, /* 20 dB at 18 mV a decibel: firmware/core/sensor.c, hw/README.md */
	BEACON_NS = 102400000,
	BEACON_LATE_NS = 3500000, /* a busy channel defers it */
	WAIT_MS = 150,
};

struct heard {
	int64_t t_ns;
	bool beacon;
};

struct onset_state {
	bool said, begun, due;
	int64_t begin_ns, last_report_ns, due_ns;
	bool reported;
	uint32_t onsets, bursts; /* ever; bursts without beacons */
	int64_t onset_ns[ONSETS];
	int64_t burst_ns[BURSTS];
	struct heard pending[PENDING];
	unsigned waiting; /* pending, oldest first */
	unsigned look;
	uint64_t seed;
};

static void begin(struct onset_state *s, int64_t t)
{
	if (!s->begun) {
		s->begun = true;
		s->begin_ns = t;
	}
}

/* The oldest burst that waits leaves: into the ring, unless it was one of a train of beacons. */
static void release_first(struct onset_state *s)
{
	if (!s->pending[0].beacon)
		s->burst_ns[s->bursts++ % BURSTS] = s->pending[0].t_ns;
	memmove(s->pending, s->pending + 1, --s->waiting * sizeof(s->pending[0]));
}

static void release(struct onset_state *s, int64_t now)
{
	while (s->waiting && now - s->pending[0].t_ns > WAIT_MS * MS)
		release_first(s);
}

static void burst(struct onset_state *s, int64_t t)
{
	struct heard h = {.t_ns = t};

	for (unsigned i = 0; i < s->waiting; i++) {
		int64_t apart = t - s->pending[i].t_ns - BEACON_NS;

		if (apart > -BEACON_LATE_NS && apart < BEACON_LATE_NS)
			h.beacon = s->pending[i].beacon = true;
	}
	if (s->waiting == PENDING)
		release_first(s);
	s->pending[s->waiting++] = h;
}

/* Onsets and bursts on a circle that begins with the first burst that is kept. */
struct circle {
	int64_t begin_ns, length_ns;
	unsigned onsets, bursts;
	int64_t onset[ONSETS], burst[BURSTS];
};

static void sort(int64_t *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++) { /* they come in order, but for a few */
		int64_t x = v[i];
		unsigned k = i;

		for (; k > 0 && v[k - 1] > x; k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
}

static void draw_circle(const struct onset_state *s, int64_t end, struct circle *c)
{
	unsigned n = s->onsets < ONSETS ? s->onsets : ONSETS;

	c->begin_ns = s->begin_ns;
	c->bursts = s->bursts < BURSTS ? s->bursts : BURSTS;
	if (s->bursts > BURSTS)
		c->begin_ns = s->burst_ns[s->bursts % BURSTS];
	c->length_ns = end - c->begin_ns;
	c->onsets = 0;
	for (unsigned i = 0; i < n; i++)
		if (s->onset_ns[i] >= c->begin_ns)
			c->onset[c->onsets++] = s->onset_ns[i] - c->begin_ns;
	for (unsigned i = 0; i < c->bursts; i++)
		c->burst[i] = s->burst_ns[i] - c->begin_ns;
	sort(c->burst, c->bursts);
}

static unsigned bursts_before(const struct circle *c, int64_t t)
{
	unsigned low = 0, high = c->bursts;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (c->burst[middle] < t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A burst in [from, to] of the circle. */
static bool any(const struct circle *c, int64_t from, int64_t to)
{
	if (from < 0)
		return any(c, from + c->length_ns, c->length_ns) || any(c, 0, to);
	return bursts_before(c, to + 1) > bursts_before(c, from);
}

static unsigned hits(const struct circle *c, int64_t shift)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->onsets; i++) {
		/* Bursts moved on by `shift`: the onset moved back. */
		int64_t to = c->onset[i] - shift - LAG_MIN_MS * MS;

		if (to < 0)
			to += c->length_ns;
		n += any(c, to - (LAG_MAX_MS - LAG_MIN_MS) * MS, to);
	}
	return n;
}

static void say(const struct rule_input *in, struct onset_state *s, const struct circle *c,
                unsigned seen)
{
	struct finding *f = rule_emit(in, NULL);

	s->said = true;
	finding_integer(f, "onsets", c->onsets);
	finding_integer(f, "after_a_burst", seen);
	finding_integer(f, "bursts", c->bursts);
	finding_integer(f, "shifts", SHIFTS);
	finding_number(f, "p", 1.0 / (SHIFTS + 1), 6);
	finding_number(f, "over_s", (double)c->length_ns / 1e9, 1);
	finding_integer(f, "onsets_dropped", s->onsets - c->onsets);
	finding_integer(f, "bursts_dropped", s->bursts - c->bursts);
	finding_say(f, "the device acts when the radio speaks: ");
	finding_say_integer(f, seen);
	finding_say(f, " of ");
	finding_say_integer(f, c->onsets);
	finding_say(f, " times within 60 ms of a burst nearby, more than any of 8192 shifts of the "
	               "same bursts gives");
}

static void look(const struct rule_input *in, struct onset_state *s, int64_t end)
{
	struct circle c;
	uint64_t seed = s->onsets; /* the same input, the same shifts */
	int64_t room;
	unsigned seen;

	draw_circle(s, end, &c);
	room = c.length_ns - 2 * SHIFT_MIN_MS * MS;
	if (c.onsets < ONSETS_MIN || !c.bursts || room < SHIFT_MIN_MS * MS)
		return;
	seen = hits(&c, 0);
	for (unsigned i = 0; i < SHIFTS; i++)
		if (hits(&c, SHIFT_MIN_MS * MS + (int64_t)(chance_next(&seed) % (uint64_t)room)) >=
		    seen)
			return;
	say(in, s, &c, seen);
}

static void onset(struct onset_state *s, int64_t t)
{
	static const uint32_t looks[] = {6, 9, 14, 24, 48};

	s->onset_ns[s->onsets++ % ONSETS] = t;
	if (s->look < sizeof(looks) / sizeof(looks[0]) && s->onsets == looks[s->look]) {
		s->look++;
		s->due = true;
		s->due_ns = t + 2 * WAIT_MS * MS;
	}
}

static void match(const struct rule_input *in)
{
	struct onset_state *s = in->state;
	const struct event *e = in->event;
	int64_t t = e->t_ns;

	if (s->said)
		return;
	switch (e->kind) {
	case EVENT_SENSOR:
		begin(s, t);
		if (e->record->kind == RECORD_BURST &&
		    e->record->burst.sensor.channel == WIRE_RADIO &&
		    e->record->burst.peak_nano >= NEAR_MV * MS)
			burst(s, t);
		release(s, t);
		break;
	case EVENT_LINE:
		if (e->bus->line.event == LINE_ATTACH)
			onset(s, t);
		break;
	case EVENT_END:
		while (s->waiting)
			release_first(s);
		if (s->begun)
			look(in, s, t);
		return;
	default: /* a report */
		if (!s->reported || t - s->last_report_ns >= SILENCE_MS * MS)
			onset(s, t);
		s->reported = true;
		s->last_report_ns = t;
	}
	if (s->due && t >= s->due_ns) {
		s->due = false;
		if (s->begun)
			look(in, s, t);
	}
}

static bool progress(const void *state, struct rule_progress *p)
{
	const struct onset_state *s = state;

	*p = (struct rule_progress){s->onsets, ONSETS_MIN, "onset", "onsets"};
	return !s->said && s->onsets && s->onsets < ONSETS_MIN && s->bursts;
}

const struct rule rule_radio_onset = {
	.id = "R10a",
	.name = "radio-onset",
	.summary = "attaches and first reports that follow bursts of radio, beyond what shifted "
		   "bursts give (p < 0.001)",
	.group = GROUP_RADIO,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR) | EVENT_BIT(EVENT_LINE) | EVENT_BIT(EVENT_KEYS) |
                  EVENT_BIT(EVENT_INPUT) | EVENT_BIT(EVENT_END),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct onset_state),
	.match = match,
	.progress = progress,
};
