/* Typing, of the keyboard that typed last: its text, its intervals and holds against the range of people, and why. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/screen.h"

enum { LABEL = 8, RECENT = 256 };

/* Of the meters: 1 ms to 1 s. */
#define METER_DECADES 3.0

struct typed {
	uint32_t hid;
	uint32_t keys;
	unsigned gaps, gaps_out, holds, holds_out;
	float gap[RECENT], hold[RECENT];
	const struct history_step *last;
};

static bool outside(float ms, struct people_range r)
{
	return ms < r.low || ms > r.high;
}

static void gather(const struct scene *s, struct typed *t)
{
	const struct history *h = s->history;

	*t = (struct typed){0};
	if (s->steps == history_steps_first(h))
		return;
	t->last = history_step(h, s->steps - 1);
	t->hid = t->last->hid;
	t->keys = t->last->key;
	for (uint64_t i = history_steps_first(h); i < s->steps; i++) {
		const struct history_step *step = history_step(h, i);

		if (step->hid != t->hid)
			continue;
		if (step->gap_ms >= 0) {
			t->gap[t->gaps++ % RECENT] = step->gap_ms;
			t->gaps_out += outside(step->gap_ms, s->people.gaps);
		}
		if (step->hold_ms >= 0) {
			t->hold[t->holds++ % RECENT] = step->hold_ms;
			t->holds_out += outside(step->hold_ms, s->people.holds);
		}
	}
}

static const struct history_device *device_of(const struct scene *s, const struct typed *t)
{
	for (unsigned i = 0; t->last && i < s->devices; i++)
		if (s->device[i]->id == t->last->device)
			return s->device[i];
	return NULL;
}

static uint32_t flagged_at(const struct scene *s)
{
	for (size_t i = 0; i < s->findings; i++)
		if (strcmp(s->report->finding[i].rule, "R9") == 0)
			return s->report->finding[i].keystroke;
	return 0;
}

static void title(const struct scene *s, char *out, size_t size)
{
	struct typed t = {0};
	const struct history_device *d;
	uint32_t flagged = flagged_at(s);
	size_t at;

	if (s->steps > history_steps_first(s->history)) {
		t.last = history_step(s->history, s->steps - 1);
		t.keys = t.last->key;
	}
	if (!t.last) {
		snprintf(out, size, "nobody types");
		return;
	}
	d = device_of(s, &t);
	at = (size_t)snprintf(out, size, "%u.%u, %u key%s", d ? d->bus : 0, d ? d->address : 0,
	                      t.keys, t.keys == 1 ? "" : "s");
	if (flagged && at < size)
		at += (size_t)snprintf(out + at, size - at, ", flagged at key %u", flagged);
	if (at < size)
		snprintf(out + at, size - at,
		         s->view->masked ? ", masked (x shows)" : ", shown (x hides)");
}

/* The last of the text that fits, a key at a time, so that no name is cut. */
static void draw_text(struct grid *g, struct rect r, const struct scene *s, const struct typed *t)
{
	uint64_t i = s->steps, first = history_steps_first(s->history);
	int width = 0, x = r.x + LABEL, room = r.w - LABEL - 2;
	char out[1024] = "";

	grid_text(g, r.y, r.x + 1, LABEL, STYLE_DIM, "text");
	while (i > first) {
		const struct history_step *step = history_step(s->history, i - 1);
		int w = step->hid != t->hid || !step->presses ? 0
		        : s->view->masked                     ? step->presses
		                                              : grid_width(g, step->text);

		if (width + w > room)
			break;
		width += w;
		i--;
	}
	for (; i < s->steps; i++) {
		const struct history_step *step = history_step(s->history, i);
		size_t at = strlen(out);

		if (step->hid != t->hid || !step->presses)
			continue;
		if (!s->view->masked)
			snprintf(out + at, sizeof(out) - at, "%s", step->text);
		for (unsigned k = 0; s->view->masked && k < step->presses; k++)
			snprintf(out + strlen(out), sizeof(out) - strlen(out), "•");
	}
	grid_text(g, r.y, x, room + 1, STYLE_STRONG, out);
}

static int meter_at(double ms, int width)
{
	double part = ms <= 1 ? 0 : log10(ms) / METER_DECADES;

	return part >= 1 ? width - 1 : (int)(part * (width - 1) + 0.5);
}

static void draw_meter(struct grid *g, int y, struct rect r, const char *label,
                       struct people_range people, const float *value, unsigned count, unsigned out)
{
	int width = r.w - LABEL - 26, x = r.x + LABEL + 5;
	int middle = (meter_at(people.low, width) + meter_at(people.high, width)) / 2 - 3;
	unsigned kept = count < RECENT ? count : RECENT;
	bool hidden = false;

	if (width < 10)
		return;
	grid_text(g, y, r.x + 1, LABEL, STYLE_DIM, label);
	grid_text(g, y, r.x + LABEL, 5, STYLE_DIM, "1 ms");
	for (int i = 0; i < width; i++)
		grid_put(g, y, x + i, STYLE_DIM, 0x00b7);
	for (int i = meter_at(people.low, width); i <= meter_at(people.high, width); i++)
		grid_put(g, y, x + i, STYLE_PEOPLE, 0x2591);
	for (unsigned i = 0; i < kept; i++) {
		int at = meter_at(value[i], width);

		hidden |= at >= middle && at < middle + 8;
		grid_put(g, y, x + at, STYLE_METER, 0x2588);
	}
	if (width > 30 && !hidden)
		grid_text(g, y, x + middle, 8, STYLE_PEOPLE, " people ");
	grid_text(g, y, x + width + 1, 4, STYLE_DIM, "1 s");
	if (count)
		grid_format(g, y, x + width + 5, 16, out * 2 > count ? STYLE_SERIOUS : STYLE_NORMAL,
		            "%u of %u out", out, count);
}

/* The causes that speak, strongest first; how far each went stands as + signs, so that no colour is needed. */
static void draw_why(struct grid *g, int y, struct rect r, const struct typed *t)
{
	bool told[TYPING_FEATURES] = {false};
	int x = r.x + LABEL, end = r.x + r.w - 1;

	grid_text(g, y, r.x + 1, LABEL, STYLE_DIM, "why");
	for (unsigned n = 0; n < TYPING_FEATURES; n++) {
		unsigned best = TYPING_FEATURES;
		float sum;

		for (unsigned i = 0; i < TYPING_FEATURES; i++)
			if (!told[i] && fabsf(t->last->sum[i]) >= 0.2f &&
			    (best == TYPING_FEATURES ||
			     fabsf(t->last->sum[i]) > fabsf(t->last->sum[best])))
				best = i;
		if (best == TYPING_FEATURES)
			break;
		told[best] = true;
		sum = t->last->sum[best];
		x = grid_format(g, y, x, end - x, sum > 0 ? STYLE_SERIOUS : STYLE_GOOD,
		                "%s %+.1f  ", typing_bounds[best].name, (double)sum);
	}
	if (x == r.x + LABEL)
		grid_text(g, y, x, end - x, STYLE_DIM, "nothing speaks for a machine");
}

static void draw_ratio(struct grid *g, int y, struct rect r, const struct typed *t)
{
	double limit = typing_parameters.first_threshold, ratio = (double)t->last->ratio;
	int width = r.w - LABEL - 40, x = r.x + LABEL;

	grid_text(g, y, r.x + 1, LABEL, STYLE_DIM, "ratio");
	for (int i = 0; i < width; i++)
		grid_put(g, y, x + i, ratio >= limit ? STYLE_DECISIVE : STYLE_METER,
		         ratio * width >= limit * (i + 1) ? 0x2588 : 0x00b7);
	grid_format(g, y, x + width + 1, r.x + r.w - x - width - 1, STYLE_NORMAL,
	            "%.1f of %.1f: %s", ratio, limit,
	            ratio >= limit ? "no person types like this" : "no alarm");
}

static void draw_keys(struct grid *g, int y, struct rect r, const struct typed *t)
{
	int x = r.x + LABEL, room = r.w - LABEL - 1;
	unsigned from = t->gaps > (unsigned)room ? t->gaps - (unsigned)room : 0;

	if (t->gaps > RECENT && from < t->gaps - RECENT)
		from = t->gaps - RECENT;
	grid_text(g, y, r.x + 1, LABEL, STYLE_DIM, "keys");
	for (unsigned i = from; i < t->gaps; i++) {
		double ms = (double)t->gap[i % RECENT];

		grid_put(g, y, x++, STYLE_NORMAL, 0x2581 + (uint32_t)meter_at(ms, 8));
	}
	if (x + 44 < r.x + r.w)
		grid_text(g, y, x + 2, 42, STYLE_DIM, "a bar a key, its height the gap before");
}

static void draw(struct grid *g, struct rect r, const struct scene *s)
{
	struct typed t;
	int y = r.y;

	gather(s, &t);
	if (!t.last) {
		grid_text(g, y, r.x + 2, r.w - 3, STYLE_DIM, "no key was pressed so far");
		return;
	}
	draw_text(g, (struct rect){y++, r.x, 1, r.w}, s, &t);
	if (y < r.y + r.h)
		draw_meter(g, y++, r, "gap", s->people.gaps, t.gap, t.gaps, t.gaps_out);
	if (y < r.y + r.h)
		draw_meter(g, y++, r, "hold", s->people.holds, t.hold, t.holds, t.holds_out);
	if (y < r.y + r.h)
		draw_why(g, y++, r, &t);
	if (y < r.y + r.h)
		draw_ratio(g, y++, r, &t);
	if (y < r.y + r.h)
		draw_keys(g, y, r, &t);
}

const struct screen screen_typing = {
	.pane = PANE_TYPING,
	.name = "Typing",
	.title = title,
	.draw = draw,
};
