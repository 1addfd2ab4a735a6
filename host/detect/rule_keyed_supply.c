/*
 * R10b by keyed supply: the tap switches VBUS by a code that nobody outside knows (core/vbus_code.h), in pairs of one chip on
 * and one off. What sends in the cable can send in one of the two only; the room does not know which is which. So for each
 * pair the radio's energy while on is held against that while off, and under "the room alone" each sign is a coin that the
 * code itself has tossed: the signed-rank test (Wilcoxon 1945, Biometrics Bull. 1, 80) is exact, however busy the room and
 * whatever its rhythm. One test a code, when its last chip is over; at most 0.001 of error, for which 10 pairs are needed.
 *
 * Energy: each burst's length times its power, 18 mV a decibel (hw/README.md), so that what is near outweighs a room that is
 * far. What the lines did is counted the same way and told beside it: no line can answer without a supply.
 */
#include "detect/chance.h"
#include "detect/rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/vbus_code.h"

#define MS INT64_C(1000000)

enum {
	PAIRS = 256, /* of longer codes the first so many */
	EXACT = 48,  /* pairs; more have the normal approximation */
	CHIPS = 4,   /* whose bursts may still be told */
	WAIT_MS = 150,
	MV_A_DB = 18,
};

#define P_MAX 0.001

struct keyed_state {
	bool running;
	struct vbus_code code;
	int64_t start_ns;
	unsigned done; /* pairs that are over */
	double radio[CHIPS], line[CHIPS];
	float difference[PAIRS]; /* of the radio, on less off */
	unsigned line_on, line_off;
};

struct magnitude {
	float size;
	bool on;
};

static int by_size(const void *a, const void *b)
{
	float x = ((const struct magnitude *)a)->size, y = ((const struct magnitude *)b)->size;

	return (x > y) - (x < y);
}

/* P(sum of the ranks whose coin shows heads >= sum), of n coins. */
static double ranks_tail(unsigned n, unsigned sum)
{
	double ways[EXACT * (EXACT + 1) / 2 + 1] = {1}, tail = 0;
	unsigned most = n * (n + 1) / 2;

	if (n > EXACT) {
		double mean = most / 2.0, sd = sqrt(most * (2 * n + 1) / 12.0);

		return 0.5 * erfc((sum - 0.5 - mean) / sd / M_SQRT2);
	}
	for (unsigned rank = 1; rank <= n; rank++)
		for (unsigned s = rank * (rank + 1) / 2; s >= rank; s--)
			ways[s] = (ways[s] + ways[s - rank]);
	for (unsigned s = sum; s <= most; s++)
		tail += ways[s];
	return ldexp(tail, -(int)n);
}

static void end_of_code(const struct rule_input *in, struct keyed_state *s)
{
	struct magnitude m[PAIRS];
	unsigned n = 0, sum = 0, on = 0;
	struct finding *f;
	double p;

	s->running = false;
	for (unsigned i = 0; i < s->done; i++)
		if (s->difference[i] != 0) {
			m[n++] = (struct magnitude){fabsf(s->difference[i]), s->difference[i] > 0};
			on += s->difference[i] > 0;
		}
	qsort(m, n, sizeof(m[0]), by_size);
	for (unsigned i = 0; i < n; i++)
		sum += m[i].on ? i + 1 : 0;
	p = ranks_tail(n, sum);
	if (p > P_MAX)
		return;
	f = rule_emit(in, "b");
	finding_say(f, "the radio obeys a secret code by which the tap switches the supply, in ");
	finding_say_integer(f, on);
	finding_say(f, " of ");
	finding_say_integer(f, n);
	finding_say(f, " pairs: it is in the cable, whatever else sends in this room");
	finding_text(f, "method", "keyed supply");
	finding_integer(f, "pairs", n);
	finding_integer(f, "pairs_louder_when_on", on);
	finding_number(f, "p", p, 7);
	finding_integer(f, "pairs_lines_busier_when_on", s->line_on);
	finding_integer(f, "pairs_lines_busier_when_off", s->line_off);
	finding_integer(f, "seed", s->code.seed);
	finding_integer(f, "chip_ms", s->code.chip_ms);
}

static void pair_over(struct keyed_state *s)
{
	unsigned first = 2 * s->done, on = first + !vbus_code_on(&s->code, first);
	unsigned off = first + vbus_code_on(&s->code, first);
	double line = s->line[on % CHIPS] - s->line[off % CHIPS];

	s->difference[s->done] = (float)(s->radio[on % CHIPS] - s->radio[off % CHIPS]);
	s->line_on += line > 0;
	s->line_off += line < 0;
	s->radio[on % CHIPS] = s->radio[off % CHIPS] = 0;
	s->line[on % CHIPS] = s->line[off % CHIPS] = 0;
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

/* The place of a moment among the chips that are kept; NULL where it has none. */
static double *place(struct keyed_state *s, double of[CHIPS], int64_t t)
{
	int64_t chip, first = 2 * (int64_t)s->done;

	if (!s->running || t < s->start_ns)
		return NULL;
	chip = (t - s->start_ns) / (s->code.chip_ms * MS);
	return chip >= first && chip < first + CHIPS && chip < s->code.chips ? &of[chip % CHIPS]
	                                                                     : NULL;
}

static void sensor(const struct rule_input *in, struct keyed_state *s)
{
	const struct record *r = in->event->record;
	double *to;

	time_goes_on(in, s, in->event->t_ns);
	if (r->kind != RECORD_BURST || r->burst.sensor.channel != WIRE_RADIO)
		return;
	to = place(s, s->radio, in->event->t_ns);
	if (to)
		*to += (double)r->burst.length_ns / 1e6 *
		       pow(10, (double)r->burst.mean_nano / 1e6 / MV_A_DB / 10);
}

static void tap(struct keyed_state *s, const struct event *e)
{
	const struct record_reply *r = &e->record->reply;
	struct vbus_code code;

	if (e->record->kind != RECORD_REPLY || r->head.opcode != WIRE_OP_VBUS_CODE ||
	    r->head.error != WIRE_OK || !vbus_code_get(&code, r->data.bytes, r->data.len))
		return;
	*s = (struct keyed_state){.running = code.chips > 0, .code = code, .start_ns = e->t_ns};
}

static void match(const struct rule_input *in)
{
	struct keyed_state *s = in->state;
	const struct event *e = in->event;
	double *to;

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
	to = place(s, s->line, e->t_ns);
	if (to)
		*to += 1;
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
