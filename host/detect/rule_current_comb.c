/*
 * R3a, R3b: the supply current keeps the beat of Wi-Fi. An access point sends a beacon each 102.4 ms (100 time units, IEEE
 * 802.11 §9.4.1.3), a sleeping station wakes for one in so many of them (DTIM). Radio with that beat is in every room and
 * means nothing; current with that beat is the cable's own (threats.md §3.3). So the rule looks at current alone, with VBUS
 * on, and tells beside it what the radio did at that phase.
 *
 * Means of milliseconds are folded (comb/fold.h) with 102.4 ms, +-0.1 ms; at least 20 periods. Claimed error: 1e-9 a search,
 * of which there are ten a minute. A beat that is a fraction of 102.4 ms (a display), or of no whole multiple of it, is none
 * of these; neither is one under half a milliampere (20 uA in the microampere range), which crosstalk may do.
 */
#include "detect/comb/fold.h"
#include "detect/rules.h"

#include <math.h>
#include <string.h>

#define MS INT64_C(1000000)

enum {
	PERIODS_MIN = 20,
	SEARCH_EACH = 64, /* rows, once FOLD_ROWS are full */
	ROW_NS = 102400000,
	CELL_NS = ROW_NS / FOLD_CELLS,
	BEAT_CELLS = 2, /* that the millisecond of a band touches */
	HOLE_ROWS = 8,  /* so long without current ends it */
};

#define CELLS_SEEN   0.8  /* of a row, or it does not count */
#define TOLERANCE_MS 0.1  /* of the period, of the multiple too */
#define SHARE_MIN    0.4  /* of the periods: a beat that misses more is none */
#define LOG10_P      -9.0 /* of a search */
#define STEP_MIN_MA  0.5
#define STEP_MIN_UA  0.02

struct comb_state {
	bool running, micro, said[2];
	int64_t row_ns, last_ns; /* begin of this row; last band */
	double sum[FOLD_CELLS];
	double weight[FOLD_CELLS]; /* share of the cell that bands cover */
	uint64_t radio_now, radio[FOLD_ROWS];
	float rise[FOLD_ROWS][FOLD_CELLS]; /* mA above the row's middle */
	struct fold fold;
	uint64_t seed;
};

/* Of an even number: between the two in the middle. Sorted by insertion: 64 are few. */
static float median(const float cell[FOLD_CELLS])
{
	float sorted[FOLD_CELLS];

	for (unsigned i = 0; i < FOLD_CELLS; i++) {
		unsigned k = i;

		for (; k > 0 && sorted[k - 1] > cell[i]; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = cell[i];
	}
	return (sorted[FOLD_CELLS / 2 - 1] + sorted[FOLD_CELLS / 2]) / 2;
}

static void begin_row(struct comb_state *s)
{
	memset(s->sum, 0, sizeof(s->sum));
	memset(s->weight, 0, sizeof(s->weight));
	s->radio_now = 0;
}

static void restart(struct comb_state *s, int64_t t)
{
	fold_clear(&s->fold);
	begin_row(s);
	s->running = true;
	s->micro = true;
	s->row_ns = s->last_ns = t;
}

static void end_row(struct comb_state *s)
{
	unsigned at = s->fold.rows % FOLD_ROWS;
	float cell[FOLD_CELLS], middle;
	double seen = 0;
	uint64_t sharp = 0, broad = 0;
	bool valid;

	for (unsigned i = 0; i < FOLD_CELLS; i++) {
		seen += s->weight[i] < 1 ? s->weight[i] : 1;
		cell[i] = s->weight[i] > 0 ? (float)(s->sum[i] / s->weight[i]) : 0;
	}
	valid = seen >= CELLS_SEEN * FOLD_CELLS;
	if (valid) {
		middle = median(cell);
		for (unsigned i = 0; i < FOLD_CELLS; i++)
			cell[i] = s->weight[i] > 0 ? cell[i] - middle : 0;
		fold_rank(cell, &s->seed, &sharp, &broad);
		memcpy(s->rise[at], cell, sizeof(cell));
	}
	s->radio[at] = s->radio_now;
	fold_push(&s->fold, sharp, broad, valid);
	begin_row(s);
	s->row_ns += ROW_NS;
}

/* The mean rise in the rows that stand out, and the share of them with a burst of radio there. */
struct at_peak {
	double step_ma, radio, radio_chance;
};

static struct at_peak look(const struct comb_state *s, const struct fold_peak *p)
{
	struct at_peak a = {0};
	unsigned hits = 0, seen = 0;

	for (unsigned back = 0; back < p->rows; back++) {
		unsigned at = (s->fold.rows - 1 - back) % FOLD_ROWS, c = fold_column(p, back);
		float most = -INFINITY;
		bool radio = false;

		if (!fold_valid(&s->fold, back))
			continue;
		seen++;
		a.radio_chance += __builtin_popcountll(s->radio[at]) / (double)FOLD_CELLS;
		if (!fold_hit(&s->fold, p, back))
			continue;
		hits++;
		for (unsigned k = 0; k < p->width; k++)
			most = fmaxf(most, s->rise[at][(c + k) % FOLD_CELLS]);
		/* A burst may begin in the cell before the one in which most of its current flows. */
		for (unsigned k = 0; k < p->width + 1; k++)
			radio |= s->radio[at] >> (c + k + FOLD_CELLS - 1) % FOLD_CELLS & 1;
		a.step_ma += most;
		a.radio += radio;
	}
	if (hits) {
		a.step_ma /= hits;
		a.radio /= hits;
	}
	if (seen)
		a.radio_chance = fmin(1, a.radio_chance / seen * (p->width + 1));
	return a;
}

static void say(const struct rule_input *in, struct comb_state *s, const struct fold_peak *p,
                const struct fold_multiple *m, const struct at_peak *a)
{
	double period = (102.4 + p->slant * CELL_NS / 1e6) * m->multiple;
	struct finding *f;

	s->said[m->multiple > 1] = true;
	f = rule_emit(in, m->multiple > 1 ? "b" : "a");
	finding_say(f, "the cable's current jumps by ");
	finding_say_number(f, a->step_ma, a->step_ma < 10 ? 1 : 0);
	finding_say(f, " milliamperes each ");
	finding_say_number(f, period, 1);
	finding_say(f, " ms, ");
	finding_say_integer(f, m->hits);
	finding_say(f, " times of ");
	finding_say_integer(f, m->rows);
	finding_say(f, m->multiple > 1 ? ": so wakes a Wi-Fi station for its access point's beacons"
	                               : ": the beat of a Wi-Fi access point's beacons, and it "
	                                 "comes out of the cable");
	finding_number(f, "period_ms", period, 3);
	finding_integer(f, "periods", m->rows);
	finding_integer(f, "periods_hit", m->hits);
	finding_integer(f, "multiple", m->multiple);
	finding_number(f, "step_ma", a->step_ma, 2);
	finding_number(f, "log10_p", p->log10_p, 1);
	finding_number(f, "radio_share", a->radio, 2);
	finding_number(f, "radio_share_by_chance", a->radio_chance, 2);
	finding_number(f, "from_s", (double)(s->row_ns - (int64_t)p->rows * ROW_NS) / 1e9, 3);
}

static void search(const struct rule_input *in, struct comb_state *s, unsigned rows)
{
	const double slant_max = TOLERANCE_MS * 1e6 / CELL_NS;
	struct fold_multiple m;
	struct fold_peak p;
	struct at_peak a;

	fold_search(&s->fold, rows, slant_max, 1u << FOLD_MASK_SHARP | 1u << FOLD_MASK_BROAD, &p);
	if (p.log10_p > LOG10_P || fold_is_overtone(&s->fold, &p))
		return;
	fold_find_multiple(&s->fold, &p, &m);
	if (!m.multiple || s->said[m.multiple > 1] || m.rows < PERIODS_MIN ||
	    m.hits < SHARE_MIN * m.rows ||
	    /* Over all rows, half of what column and beat are wide together cannot be told; and what lies beyond the
	       tolerance is found at its edge. */
	    (fabs(p.slant) + 0.5 * (p.width + BEAT_CELLS) / p.rows) * m.multiple > slant_max)
		return;
	a = look(s, &p);
	if (a.step_ma < (s->micro ? STEP_MIN_UA : STEP_MIN_MA))
		return;
	say(in, s, &p, &m, &a);
}

static void rows_done(const struct rule_input *in, struct comb_state *s)
{
	static const unsigned looks[] = {24, 32, 48, 64, 96, 128, 192, 256};
	uint32_t rows = s->fold.rows;

	if (s->said[0] && s->said[1])
		return;
	if (rows > FOLD_ROWS && rows % SEARCH_EACH == 0)
		search(in, s, FOLD_ROWS);
	for (unsigned i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (rows == looks[i])
			search(in, s, rows);
}

static void advance(const struct rule_input *in, struct comb_state *s, int64_t t)
{
	for (unsigned i = 0; t - s->row_ns >= ROW_NS; i++) {
		if (i == HOLE_ROWS) {
			restart(s, t);
			return;
		}
		end_row(s);
		rows_done(in, s);
	}
}

static void band(const struct rule_input *in, struct comb_state *s)
{
	const struct record_band *b = &in->event->record->band;
	int64_t t = in->event->t_ns, at;
	double ma = (double)b->mean_nano / 1e6;

	if (!in->model->vbus_on) {
		s->running = false;
		return;
	}
	if (!s->running || t < s->last_ns)
		restart(s, t);
	advance(in, s, t);
	s->last_ns = t;
	s->micro = s->micro && b->sensor.range == WIRE_RANGE_UA;
	/* The band lies across two cells, at the row's end in the next row's first: that bit is left out. */
	at = t - s->row_ns;
	for (int64_t left = MS; left > 0 && at < ROW_NS;) {
		int64_t cell = at / CELL_NS, part = (cell + 1) * CELL_NS - at;

		part = part < left ? part : left;
		s->sum[cell] += ma * (double)part / CELL_NS;
		s->weight[cell] += (double)part / CELL_NS;
		at += part;
		left -= part;
	}
}

static void match(const struct rule_input *in)
{
	struct comb_state *s = in->state;
	const struct record *r = in->event->record;
	int64_t at;

	if (r->kind == RECORD_BAND && r->band.sensor.channel == WIRE_CURRENT) {
		band(in, s);
	} else if (r->kind == RECORD_BURST && r->burst.sensor.channel == WIRE_RADIO && s->running) {
		at = in->event->t_ns - s->row_ns;
		/* One that began before this row is told when it ended: its own row is closed. */
		if (at < 0 && at >= -(int64_t)ROW_NS && s->fold.rows)
			s->radio[(s->fold.rows - 1) % FOLD_ROWS] |= UINT64_C(1)
			                                            << (at + ROW_NS) / CELL_NS;
		else if (at >= 0 && at < ROW_NS)
			s->radio_now |= UINT64_C(1) << at / CELL_NS;
	}
}

const struct rule rule_current_comb = {
	.id = "R3",
	.name = "current-comb",
	.summary = "current that keeps the beat of Wi-Fi beacons; a: each 102.4 ms, b: a multiple "
		   "of it",
	.group = GROUP_POWER,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_SENSOR),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct comb_state),
	.match = match,
};
