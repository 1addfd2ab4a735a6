/*
 * R10b by keyed supply: the tap switches VBUS by a code that nobody outside knows (core/vbus_code.h), in pairs of one chip on
 * and one off. What sends in the cable can send in one of the two only; the room does not know which is which. So for each
 * pair the radio while on is held against that while off, and under "the room alone" the sign of all that differs is a coin
 * that the code itself has tossed: sign_flip.h is exact, however busy the room and whatever its rhythm. One test a code, when
 * its last chip is over; at most 0.001 of error, for which 10 pairs are needed.
 *
 * What is compared: bursts counted by level, in windows of 3 dB, and by length, for a transmitter at one place is as strong
 * each time, and its frames are alike, while the room spreads over all levels; those over a level, for what is near; those in
 * a sixteenth of the chip, for what boots does the same things after the same time; and the energy of them all (length
 * times power, 18 mV a decibel: hw/README.md). What the lines did is counted as well and told beside it: no line can answer
 * without a supply.
 */
#include "detect/rules.h"

#include <math.h>
#include <string.h>

#include "core/vbus_code.h"
#include "detect/sign_flip.h"

#define MS INT64_C(1000000)

enum {
	PAIRS = SIGN_FLIP_PAIRS_MAX, /* of longer codes the first so many */
	CHIPS = 4,                   /* whose bursts may still be told */
	WAIT_MS = 150,
	MV_A_DB = 18,
	LEVELS = 32,   /* windows, each from a step to the end of the next */
	LEVEL_MV = 27, /* a step: 1.5 dB */
	LENGTHS = 5,   /* the last one: any */
	OVERS = 10,    /* levels to be over, */
	OVER_MV = 54,  /* 3 dB each */
	PARTS = 16,    /* of a chip, once of all bursts and once of near ones */
	NEAR_MV = 360, /* 20 dB */
	/* Where each kind of feature begins. */
	OVER = LEVELS * LENGTHS,
	PART = OVER + OVERS,
	ENERGY = PART + 2 * PARTS,
	FEATURES,
};

#define P_MAX 0.001

/* Upper ends, us: acknowledgements; Bluetooth; short frames; beacons and longer ones. */
static const unsigned lengths_us[LENGTHS - 2] = {140, 400, 900};

struct keyed_state {
	bool running;
	struct vbus_code code;
	int64_t start_ns;
	unsigned done; /* pairs that are over */
	float radio[CHIPS][FEATURES];
	unsigned line[CHIPS];
	unsigned line_on, line_off;
	float difference[PAIRS * FEATURES]; /* on less off */
};

static void end_of_code(const struct rule_input *in, struct keyed_state *s)
{
	const struct sign_flip x = {.pairs = s->done,
	                            .features = FEATURES,
	                            .difference = s->difference,
	                            .seed = s->code.seed};
	unsigned best = 0, on = 0, off = 0;
	struct finding *f;
	double p;

	s->running = false;
	p = sign_flip_p(&x, P_MAX, &best);
	if (p > P_MAX)
		return;
	for (unsigned i = 0; i < s->done; i++) {
		on += s->difference[i * FEATURES + best] > 0;
		off += s->difference[i * FEATURES + best] < 0;
	}
	f = rule_emit(in, "b");
	finding_say(f, "the radio obeys a secret code by which the tap switches the supply, in ");
	finding_say_integer(f, on);
	finding_say(f, " of ");
	finding_say_integer(f, on + off);
	finding_say(f, " pairs: it is in the cable, whatever else sends in this room");
	finding_text(f, "method", "keyed supply");
	finding_integer(f, "pairs", s->done);
	finding_integer(f, "pairs_louder_when_on", on);
	finding_integer(f, "pairs_louder_when_off", off);
	if (best < OVER) /* the middle of the window */
		finding_number(f, "level_db", (best / LENGTHS + 1) * LEVEL_MV / (double)MV_A_DB, 1);
	finding_number(f, "p", p, 7);
	finding_integer(f, "pairs_lines_busier_when_on", s->line_on);
	finding_integer(f, "pairs_lines_busier_when_off", s->line_off);
	finding_integer(f, "seed", s->code.seed);
	finding_integer(f, "chip_ms", s->code.chip_ms);
}

static void pair_over(struct keyed_state *s)
{
	unsigned first = 2 * s->done;
	unsigned on = (first + !vbus_code_on(&s->code, first)) % CHIPS;
	unsigned off = (first + vbus_code_on(&s->code, first)) % CHIPS;
	float *to = s->difference + (size_t)s->done * FEATURES;

	for (unsigned i = 0; i < FEATURES; i++)
		to[i] = s->radio[on][i] - s->radio[off][i];
	s->line_on += s->line[on] > s->line[off];
	s->line_off += s->line[on] < s->line[off];
	memset(s->radio[on], 0, sizeof(s->radio[on]));
	memset(s->radio[off], 0, sizeof(s->radio[off]));
	s->line[on] = s->line[off] = 0;
	s->done++;
}

static void time_goes_on(const struct rule_input *in, struct keyed_state *s, int64_t t)
{
	int64_t pair_ns = 2 * s->code.chip_ms * MS;

	while (s->running && t - s->start_ns > (s->done + 1) * pair_ns + WAIT_MS * MS) {
		/* A hole longer than what is kept: what was missed was missed by on and off alike. */
		pair_over(s);
		if (s->done == PAIRS || 2 * s->done >= s->code.chips)
			end_of_code(in, s);
	}
}

/* The chip that a moment is in, among those that are kept; CHIPS where it is in none. */
static unsigned chip_of(const struct keyed_state *s, int64_t t)
{
	int64_t chip, first = 2 * (int64_t)s->done;

	if (!s->running || t < s->start_ns)
		return CHIPS;
	chip = (t - s->start_ns) / (s->code.chip_ms * MS);
	return chip >= first && chip < first + CHIPS && chip < s->code.chips ? chip % CHIPS : CHIPS;
}

/* `part`: of the chip, 0 to PARTS - 1. */
static void burst(float of[FEATURES], const struct record_burst *b, unsigned part)
{
	double mv = (double)b->mean_nano / 1e6;
	unsigned level = mv > 0 ? (unsigned)(mv / LEVEL_MV) : 0, length = 0;

	if (level > LEVELS - 1)
		level = LEVELS - 1;
	while (length < LENGTHS - 2 && b->length_ns > lengths_us[length] * 1000u)
		length++;
	for (unsigned i = level ? level - 1 : 0; i <= level; i++) {
		of[i * LENGTHS + length]++;
		of[i * LENGTHS + LENGTHS - 1]++;
	}
	for (unsigned i = 0; i < OVERS && mv >= i * OVER_MV; i++)
		of[OVER + i]++;
	of[PART + part]++;
	of[PART + PARTS + part] += mv >= NEAR_MV;
	of[ENERGY] += (float)((double)b->length_ns / 1e6 * pow(10, mv / MV_A_DB / 10));
}

static void sensor(const struct rule_input *in, struct keyed_state *s)
{
	const struct record *r = in->event->record;
	const int64_t chip_ns = s->code.chip_ms * MS;
	unsigned chip;

	time_goes_on(in, s, in->event->t_ns);
	if (r->kind != RECORD_BURST || r->burst.sensor.channel != WIRE_RADIO)
		return;
	chip = chip_of(s, in->event->t_ns);
	if (chip < CHIPS)
		burst(s->radio[chip], &r->burst,
		      (unsigned)((in->event->t_ns - s->start_ns) % chip_ns * PARTS / chip_ns));
}

static void tap(struct keyed_state *s, const struct event *e)
{
	const struct record_reply *r = &e->record->reply;
	struct vbus_code code;

	if (e->record->kind != RECORD_REPLY || r->head.opcode != WIRE_OP_VBUS_CODE ||
	    r->head.error != WIRE_OK || !vbus_code_get(&code, r->data.bytes, r->data.len))
		return;
	memset(s, 0, sizeof(*s));
	s->running = code.chips > 0;
	s->code = code;
	s->start_ns = e->t_ns;
}

static void match(const struct rule_input *in)
{
	struct keyed_state *s = in->state;
	const struct event *e = in->event;
	unsigned chip;

	switch (e->kind) {
	case EVENT_SENSOR:
		if (s->running)
			sensor(in, s);
		return;
	case EVENT_TAP:
		tap(s, e);
		return;
	case EVENT_END:
		time_goes_on(in, s, e->t_ns + WAIT_MS * MS + 1);
		return;
	case EVENT_LINE:
		if (e->bus->line.event == LINE_VBUS_ON || e->bus->line.event == LINE_VBUS_OFF)
			return;
		break;
	default:
		break;
	}
	chip = chip_of(s, e->t_ns);
	if (chip < CHIPS)
		s->line[chip]++;
}

const struct rule rule_keyed_supply = {
	.id = "R10",
	.name = "keyed-supply",
	.summary = "as R10b: radio that follows the secret code by which the tap switches the "
		   "cable's supply",
	.group = GROUP_RADIO,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR) | EVENT_BIT(EVENT_TAP) | EVENT_BIT(EVENT_LINE) |
                  EVENT_BIT(EVENT_UART) | EVENT_BIT(EVENT_END),
	.profiles = PROFILE_BIT(PROFILE_BARE),
	.state_size = sizeof(struct keyed_state),
	.match = match,
};
