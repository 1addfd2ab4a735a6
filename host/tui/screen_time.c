/* The time axis: presence on the bus, data, keys, findings, all in columns of one width. The cursor is a column of it. */
#include <stdio.h>
#include <string.h>

#include "tui/screen.h"

enum { LABEL = 11, LABELLED = 10 };

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
	char t[32];

	time_text(t, sizeof(t), s, s->cursor_ns);
	snprintf(out, size, "%s, cursor %s s", s->view->following ? "following" : "stopped", t);
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

struct axis {
	int64_t from_ns, column_ns;
	int columns, x;
};

static void draw_bus(struct grid *g, int y, const struct axis *a, const struct scene *s)
{
	const struct history_device *device[MODEL_DEVICES_MAX];
	unsigned devices =
		history_devices_at(s->history, s->history->now_ns, device, MODEL_DEVICES_MAX);

	for (int i = 0; i < a->columns; i++) {
		int64_t from = a->from_ns + i * a->column_ns;
		bool keys = history_span(s->history, from, from + a->column_ns).keys;
		enum style style = from > s->cursor_ns ? STYLE_DIM
		                   : !keys             ? STYLE_GOOD
		                   : scene_flagged(s)  ? STYLE_DECISIVE
		                                       : STYLE_STRONG;

		grid_put(g, y, a->x + i, style,
		         keys ? 0x2588 : presence(s, from, from + a->column_ns, device, devices));
	}
}

static uint32_t value_of(const struct history_column *c, unsigned row)
{
	return row == 0 ? c->bytes : row == 1 ? c->keys : row == 2 ? c->transfers : c->lost;
}

static void draw_values(struct grid *g, int y, const struct axis *a, const struct scene *s,
                        unsigned row)
{
	uint64_t max = 0;

	for (int i = 0; i < a->columns; i++) {
		int64_t from = a->from_ns + i * a->column_ns;
		struct history_column c = history_span(s->history, from, from + a->column_ns);

		if (value_of(&c, row) > max)
			max = value_of(&c, row);
	}
	for (int i = 0; i < a->columns; i++) {
		int64_t from = a->from_ns + i * a->column_ns;
		struct history_column c = history_span(s->history, from, from + a->column_ns);

		if (from > s->history->now_ns)
			break;
		grid_put(g, y, a->x + i,
		         from > s->cursor_ns ? STYLE_DIM
		         : row == 1          ? STYLE_METER
		                             : STYLE_NORMAL,
		         bar_glyph(value_of(&c, row), max));
	}
}

static void draw_findings(struct grid *g, int y, const struct axis *a, const struct scene *s)
{
	int taken = 0;

	for (size_t i = 0; i < s->findings; i++) {
		const struct finding *f = &s->report->finding[i];
		int64_t at = (f->t_ns - a->from_ns) / a->column_ns;
		int x;

		if (f->t_ns < a->from_ns || at >= a->columns || f->weight < WEIGHT_MEDIUM)
			continue;
		x = (int)at;
		if (x < taken)
			x = taken;
		taken = grid_text(g, y, a->x + x, a->columns - x, finding_style(f->weight),
		                  f->rule) -
		        a->x + 1;
	}
	for (unsigned i = 0; i < s->view->marks; i++) {
		int64_t x = (s->view->mark_ns[i] - a->from_ns) / a->column_ns;

		if (x >= 0 && x < a->columns)
			grid_format(g, y, a->x + (int)x, a->columns - (int)x, STYLE_STRONG, "m%u",
			            i + 1);
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
	static const char *const labels[] = {"data", "keys", "transfers", "lost"};
	struct axis a = {.columns = r.w - LABEL - 1, .x = r.x + LABEL};
	int y = r.y, spare = r.h - 3;

	time_axis_span(s, a.columns, &a.from_ns, &a.column_ns);
	grid_text(g, y, r.x + 1, LABEL - 1, STYLE_DIM, "bus");
	draw_bus(g, y++, &a, s);
	for (unsigned i = 0; i < 4 && spare > 0; i++, spare--) {
		grid_text(g, y, r.x + 1, LABEL - 1, STYLE_DIM, labels[i]);
		draw_values(g, y++, &a, s, i);
	}
	grid_text(g, y, r.x + 1, LABEL - 1, STYLE_DIM, "findings");
	draw_findings(g, y++, &a, s);
	grid_text(g, y, r.x + 1, LABEL - 1, STYLE_DIM, "seconds");
	draw_scale(g, y, &a, s);
}

const struct screen screen_time = {
	.pane = PANE_TIME,
	.name = "Time",
	.title = title,
	.draw = draw,
};
