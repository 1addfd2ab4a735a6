/* The time axis: presence on the bus, data, keys, findings, all in columns of one width. The cursor is a column of it. */
#include <stdio.h>
#include <string.h>

#include "tui/history_tap.h"
#include "tui/screen.h"

enum { LABEL = 13, LABELLED = 10 };

#define MS          INT64_C(1000000)
#define SPAN_MAX_NS (INT64_C(1) << 60)

/* Nanoseconds a column, for the scales that `+` and `-` choose; 0 shows the whole input. */
static const int64_t scales[VIEW_SCALES] = {
	0,        1 * MS,   2 * MS,   5 * MS,    10 * MS,   20 * MS,   50 * MS,
	100 * MS, 200 * MS, 500 * MS, 1000 * MS, 2000 * MS, 5000 * MS, 30000 * MS,
};

int64_t time_axis_span(const struct scene *s, int columns, int64_t *from_ns, int64_t *column_ns)
{
	const struct history *h = s->history;
	int64_t end = s->clock_ns > h->now_ns && s->view->following ? s->clock_ns : h->now_ns;
	int64_t width = scales[s->view->scale], span = end - h->begin_ns;

	/* Damaged clocks jump by centuries. */
	if (span > SPAN_MAX_NS)
		span = SPAN_MAX_NS;
	if (!width) {
		/* The next width of the 1, 2, 5 series that shows all, so that columns do not creep. */
		static const int64_t steps[] = {1, 2, 5};
		int64_t tens = MS;

		for (unsigned i = 0; !width; i = (i + 1) % 3) {
			if (steps[i] * tens > span / columns)
				width = steps[i] * tens;
			if (i == 2)
				tens *= 10;
		}
		*from_ns = h->begin_ns / width * width;
		if (h->begin_ns < *from_ns)
			*from_ns -= width;
	} else {
		int64_t middle = s->view->following ? end - width * columns * 9 / 10
		                                    : s->cursor_ns - width * columns / 2;

		if (middle < h->begin_ns)
			middle = h->begin_ns;
		*from_ns = middle / width * width;
	}
	*column_ns = width;
	return width * columns;
}

static void title(const struct scene *s, char *out, size_t size)
{
	int64_t from, column;
	char t[32];

	time_axis_span(s, s->w - LABEL - 1, &from, &column);
	time_text(t, sizeof(t), s, s->cursor_ns);
	snprintf(out, size, "%g s a column, %s, cursor %s s", (double)column / 1e9,
	         s->view->following ? "following" : "stopped", t);
}

/* Of all that is known by now: what lies behind the cursor is drawn dim, and led to by arrows. */
static uint32_t presence(const struct scene *s, int64_t from, int64_t to,
                         const struct history_device *const *device, unsigned devices)
{
	bool came = false, went = false, there = false;

	for (unsigned i = 0; i < devices; i++) {
		const struct history_device *d = device[i];

		came |= d->attached_ns >= from && d->attached_ns < to;
		went |= d->gone && d->gone_ns >= from && d->gone_ns < to;
		there |= d->attached_ns < to && (!d->gone || d->gone_ns >= to);
	}
	if (from > s->history->now_ns)
		return ' ';
	if (came && !went)
		return 0x250c; /* ┌ */
	if (went && !there)
		return 0x2518; /* ┘ */
	if (came || went)
		return 0x2534; /* ┴ */
	return there ? 0x2500 : 0x00b7;
}

/* The columns on show, each summed once a screen: all rows are drawn of the same ones. */
struct axis {
	int64_t from_ns, column_ns;
	int columns, x;
	struct history_column sum[GRID_COLUMNS_MAX];
};

static void draw_bus(struct grid *g, int y, const struct axis *a, const struct scene *s)
{
	const struct history_device *device[MODEL_DEVICES_MAX];
	unsigned devices =
		history_devices_at(s->history, s->history->now_ns, device, MODEL_DEVICES_MAX);

	for (int i = 0; i < a->columns; i++) {
		int64_t from = a->from_ns + i * a->column_ns;
		bool keys = a->sum[i].keys > 0;
		enum style style = from > s->cursor_ns ? STYLE_DIM
		                   : !keys             ? STYLE_GOOD
		                   : scene_flagged(s)  ? STYLE_DECISIVE
		                                       : STYLE_STRONG;

		grid_put(g, y, a->x + i, style,
		         keys ? 0x2588 : presence(s, from, from + a->column_ns, device, devices));
	}
}

/* AD8313 data sheet: 18 mV a dB. */

/* What a row shows of a span; `seen` is false where nothing of the kind was measured there. */
struct row_value {
	uint64_t v;
	bool seen;
};

static struct row_value counted(uint64_t v)
{
	return (struct row_value){v, true};
}

static struct row_value sensed(const struct history_sensed *s, bool mean)
{
	int64_t v = !s->bands ? 0 : mean ? s->sum / s->bands : s->maximum;

	return (struct row_value){v > 0 ? (uint64_t)v : 0, s->bands > 0};
}

static struct row_value data_of(const struct history_column *c)
{
	return counted(c->bytes);
}

static struct row_value keys_of(const struct history_column *c)
{
	return counted(c->keys);
}

static struct row_value transfers_of(const struct history_column *c)
{
	return counted(c->transfers);
}

static struct row_value lost_of(const struct history_column *c)
{
	return counted(c->lost);
}

static struct row_value current_max_of(const struct history_column *c)
{
	return sensed(&c->sensed[HISTORY_CURRENT], false);
}

static struct row_value current_mean_of(const struct history_column *c)
{
	return sensed(&c->sensed[HISTORY_CURRENT], true);
}

static struct row_value radio_max_of(const struct history_column *c)
{
	return sensed(&c->sensed[HISTORY_RADIO], false);
}

static struct row_value bursts_of(const struct history_column *c)
{
	return (struct row_value){c->bursts, true};
}

static struct row_value steps_of(const struct history_column *c)
{
	return (struct row_value){c->steps, true};
}

static struct row_value radio_mean_of(const struct history_column *c)
{
	return sensed(&c->sensed[HISTORY_RADIO], true);
}

enum row_unit { UNIT_NONE, UNIT_CURRENT, UNIT_RADIO };

struct axis_row {
	const char *label;
	struct row_value (*of)(const struct history_column *c);
	enum row_unit unit; /* of the highest on show, which stands in the label */
	enum style style;
	uint64_t least; /* the full height, where the highest is lower: quiet shall look quiet */
};

/* In order of worth: a low pane has the first ones. */
static const struct axis_row rows_bus[] = {
	{"data", data_of, UNIT_NONE, STYLE_NORMAL, 0},
	{"keys", keys_of, UNIT_NONE, STYLE_METER, 0},
	{"transfers", transfers_of, UNIT_NONE, STYLE_NORMAL, 0},
	{"lost", lost_of, UNIT_NONE, STYLE_NORMAL, 0},
};

static const struct axis_row rows_tap[] = {
	{"max", current_max_of, UNIT_CURRENT, STYLE_NORMAL, 1000000},
	{"mean", current_mean_of, UNIT_CURRENT, STYLE_NORMAL, 1000000},
	{"radio", radio_max_of, UNIT_RADIO, STYLE_METER, 10 * HISTORY_NV_DB},
	{"keys", keys_of, UNIT_NONE, STYLE_METER, 0},
	{"bursts", bursts_of, UNIT_NONE, STYLE_METER, 0},
	{"steps", steps_of, UNIT_NONE, STYLE_NORMAL, 0},
	{"radio mean", radio_mean_of, UNIT_NONE, STYLE_METER, 10 * HISTORY_NV_DB},
	{"data", data_of, UNIT_NONE, STYLE_NORMAL, 0},
	{"lost", lost_of, UNIT_NONE, STYLE_NORMAL, 0},
};

static void draw_label(struct grid *g, int y, int x, const struct axis_row *row, uint64_t most)
{
	double v = (double)most;

	if (row->unit == UNIT_NONE)
		grid_text(g, y, x, LABEL - 1, STYLE_DIM, row->label);
	else if (row->unit == UNIT_RADIO)
		grid_format(g, y, x, LABEL - 1, STYLE_DIM, "%s %.0fdB", row->label,
		            v / HISTORY_NV_DB);
	else if (v >= 999.5e6)
		grid_format(g, y, x, LABEL - 1, STYLE_DIM, "A %s %.2f", row->label, v / 1e9);
	else if (v >= 999.5e3)
		grid_format(g, y, x, LABEL - 1, STYLE_DIM, "mA %s %.0f", row->label, v / 1e6);
	else
		grid_format(g, y, x, LABEL - 1, STYLE_DIM, "uA %s %.0f", row->label, v / 1e3);
}

static void draw_values(struct grid *g, int y, const struct axis *a, const struct scene *s,
                        const struct axis_row *row)
{
	uint64_t most = 0;

	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < a->columns; i++) {
			int64_t from = a->from_ns + i * a->column_ns;
			struct row_value v = row->of(&a->sum[i]);

			if (!pass && v.v > most)
				most = v.v;
			if (!pass || from > s->history->now_ns || !v.seen)
				continue;
			grid_put(g, y, a->x + i, from > s->cursor_ns ? STYLE_DIM : row->style,
			         bar_glyph(v.v, most > row->least ? most : row->least));
		}
	draw_label(g, y, a->x - LABEL + 1, row, most);
}

/* Whether columns [from, to) of the axis have nothing in them. */
static bool is_free(const struct grid *g, int y, const struct axis *a, int from, int to)
{
	for (int i = from < 0 ? 0 : from; i < to && i < a->columns; i++)
		if (g->cell[y * g->w + a->x + i].c != ' ')
			return false;
	return true;
}

/* Those of the recording, where findings and the marks of today leave room. */
static void draw_recorded_marks(struct grid *g, int y, const struct axis *a, const struct scene *s)
{
	for (int i = 0; i < a->columns; i++) {
		int64_t from = a->from_ns + i * a->column_ns;

		if (a->sum[i].marks && from <= s->cursor_ns && is_free(g, y, a, i - 1, i + 2))
			grid_put(g, y, a->x + i, STYLE_STRONG, 'm');
	}
}

static void draw_marks(struct grid *g, int y, const struct axis *a, const struct scene *s)
{
	for (unsigned i = 0; i < s->view->marks; i++) {
		int64_t x = (s->view->mark_ns[i] - a->from_ns) / a->column_ns;

		if (x >= 0 && x < a->columns)
			grid_format(g, y, a->x + (int)x, a->columns - (int)x, STYLE_STRONG, "m%u",
			            i + 1);
	}
}

/* Each where it was, the weightiest first: what has no room for its name there is its shape alone, or nothing behind another. */
static void draw_findings(struct grid *g, int y, const struct axis *a, const struct scene *s)
{
	uint16_t order[FINDINGS_MAX];
	size_t count = scene_findings(s, order);

	for (size_t i = 0; i < count; i++) {
		const struct finding *f = &s->report->finding[order[i]];
		int64_t at = (f->t_ns - a->from_ns) / a->column_ns;
		int x = (int)at, w = grid_width(g, f->rule);

		if (f->t_ns < a->from_ns || at >= a->columns || f->weight < WEIGHT_MEDIUM)
			continue;
		if (x + w <= a->columns && is_free(g, y, a, x - 1, x + w + 1))
			grid_text(g, y, a->x + x, w, finding_style(f->weight), f->rule);
		else if (is_free(g, y, a, x, x + 1))
			grid_put(g, y, a->x + x, finding_style(f->weight), finding_mark(f->weight));
	}
}

static void draw_scale(struct grid *g, int y, const struct axis *a, const struct scene *s)
{
	int64_t cursor = (s->cursor_ns - a->from_ns) / a->column_ns;

	for (int i = 0; i + 6 < a->columns; i++) {
		int64_t t = a->from_ns + i * a->column_ns;

		if (t % (LABELLED * a->column_ns) == 0)
			grid_format(g, y, a->x + i, 9, STYLE_DIM, "%g", (double)t / 1e9);
	}
	if (cursor >= 0 && cursor < a->columns)
		grid_put(g, y, a->x + (int)cursor, STYLE_SELECTED, 0x2191);
}

static void draw(struct grid *g, struct rect r, const struct scene *s)
{
	bool tap = s->report->model->tap.known;
	const struct axis_row *row = tap ? rows_tap : rows_bus;
	unsigned rows = (unsigned)(tap ? sizeof(rows_tap) : sizeof(rows_bus)) / sizeof(*row);
	struct axis a;
	int y = r.y, spare = r.h - 3;

	a.columns = r.w - LABEL - 1;
	a.x = r.x + LABEL;
	time_axis_span(s, a.columns, &a.from_ns, &a.column_ns);
	for (int i = 0; i < a.columns; i++)
		a.sum[i] = history_span(s->history, a.from_ns + i * a.column_ns,
		                        a.from_ns + (i + 1) * a.column_ns);
	grid_text(g, y, r.x + 1, LABEL - 1, STYLE_DIM, "bus");
	draw_bus(g, y++, &a, s);
	for (unsigned i = 0; i < rows && spare > 0; i++, spare--)
		draw_values(g, y++, &a, s, &row[i]);
	grid_text(g, y, r.x + 1, LABEL - 1, STYLE_DIM, "findings");
	draw_marks(g, y, &a, s);
	draw_findings(g, y, &a, s);
	draw_recorded_marks(g, y++, &a, s);
	grid_text(g, y, r.x + 1, LABEL - 1, STYLE_DIM, "seconds");
	draw_scale(g, y, &a, s);
}

const struct screen screen_time = {
	.pane = PANE_TIME,
	.name = "Time",
	.title = title,
	.draw = draw,
};
