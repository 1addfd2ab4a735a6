/*
 * Which panes stand where. From 80x24 on the full form, the taller the more of it; below, the verdict, coverage and
 * findings alone. A pane that has no room in the full form takes all of it when it is chosen.
 */
#include <stdio.h>

#include "tui/screen.h"

enum { WIDE = 80, TALL = 24, LEAST_W = 40, LEAST_H = 10 };

static const struct screen *const screens[PANES] = {
	[PANE_TIME] = &screen_time,         [PANE_DEVICES] = &screen_devices,
	[PANE_FINDINGS] = &screen_findings, [PANE_TYPING] = &screen_typing,
	[PANE_PACKETS] = &screen_packets,   [PANE_HEALTH] = &screen_health,
};

struct heights {
	int time, middle, typing, packets; /* lines below each rule; 0 not shown */
};

static struct heights heights_of(const struct scene *s)
{
	struct heights a = {.time = 6, .middle = 5, .typing = 5};
	int spare = s->h - TALL - (s->inputs > 1);

	if (spare < 0) {
		a.typing += spare;
		return a;
	}
	while (spare > 0 && a.middle < 9)
		a.middle++, spare--;
	if (spare > 0)
		a.typing++, spare--;
	if (spare > 0)
		a.time++, spare--;
	if (spare >= 4)
		a.packets = spare - 1;
	else
		a.middle += spare;
	return a;
}

static void draw_rule(struct grid *g, int y, int x, int w, const struct screen *p,
                      const struct scene *s)
{
	enum style style = s->view->focus == p->pane ? STYLE_TITLE_FOCUS : STYLE_TITLE;
	char title[160] = "";
	int at;

	for (int i = 0; i < w; i++)
		grid_put(g, y, x + i, style, 0x2500);
	if (p->title)
		p->title(s, title, sizeof(title));
	at = grid_format(g, y, x + 1, w - 2, style, "%d %s ", p->pane, p->name);
	if (title[0] && at + 5 < x + w)
		grid_format(g, y, at + 2, x + w - at - 3, style, " %s ", title);
	if (s->view->focus == p->pane)
		grid_put(g, y, x, style, 0x25ba);
}

static void draw_pane(struct grid *g, struct rect r, enum pane p, const struct scene *s)
{
	if (r.h < 2)
		return;
	draw_rule(g, r.y, r.x, r.w, screens[p], s);
	r.y++;
	r.h--;
	if (p == PANE_FINDINGS && s->view->explain && s->view->finding >= 0)
		explain_draw(g, r, s);
	else
		screens[p]->draw(g, r, s);
}

static bool shown(enum pane p, const struct scene *s)
{
	return p == PANE_HEALTH ? false : p == PANE_PACKETS ? heights_of(s).packets > 0 : true;
}

bool screens_small(const struct scene *s)
{
	return s->h < TALL || s->w < WIDE;
}

enum pane screens_focus(const struct scene *s)
{
	return screens_small(s) ? PANE_FINDINGS : s->view->focus;
}

unsigned screens_panes(const struct scene *s, enum pane out[PANES])
{
	unsigned n = 0;

	if (screens_small(s)) {
		out[n++] = PANE_FINDINGS;
		return n;
	}
	for (enum pane p = PANE_TIME; p < PANES; p++)
		if (shown(p, s))
			out[n++] = p;
	return n;
}

static void draw_full(struct grid *g, const struct scene *s)
{
	struct heights a = heights_of(s);
	int y = top_lines(g, s), left = g->w >= 100 ? g->w * 46 / 120 : 37;
	struct rect whole = {y, 0, g->h - y - 1, g->w};

	if (s->view->zoomed || !shown(s->view->focus, s) ||
	    (s->view->explain && s->view->finding >= 0)) {
		draw_pane(g, whole, s->view->explain ? PANE_FINDINGS : s->view->focus, s);
		return;
	}
	draw_pane(g, (struct rect){y, 0, a.time + 1, g->w}, PANE_TIME, s);
	y += a.time + 1;
	draw_pane(g, (struct rect){y, 0, a.middle + 1, left}, PANE_DEVICES, s);
	draw_pane(g, (struct rect){y, left + 1, a.middle + 1, g->w - left - 1}, PANE_FINDINGS, s);
	grid_put(g, y, left, STYLE_TITLE, 0x252c);
	for (int i = 1; i <= a.middle; i++)
		grid_put(g, y + i, left, STYLE_TITLE, 0x2502);
	y += a.middle + 1;
	draw_pane(g, (struct rect){y, 0, a.typing + 1, g->w}, PANE_TYPING, s);
	y += a.typing + 1;
	if (a.packets)
		draw_pane(g, (struct rect){y, 0, a.packets + 1, g->w}, PANE_PACKETS, s);
}

static void draw_view(struct grid *g, const struct scene *s)
{
	char need[64];

	if (g->h < LEAST_H || g->w < LEAST_W) {
		snprintf(need, sizeof(need), "need %dx%d, have %dx%d", LEAST_W, LEAST_H, g->w,
		         g->h);
		grid_text(g, 0, 0, g->w, STYLE_STRONG, need);
		return;
	}
	if (s->view->blank)
		return;
	if (s->view->projector) {
		projector_draw(g, s);
		return;
	}
	if (s->view->help) {
		help_draw(g, s);
		footer_draw(g, s);
		return;
	}
	if (screens_small(s)) {
		int y = top_lines(g, s);

		top_draw(g, s, true);
		if (s->view->explain && s->view->finding >= 0)
			explain_draw(g, (struct rect){y, 0, g->h - y - 1, g->w}, s);
		else
			screen_findings.draw(g, (struct rect){y, 0, g->h - y - 1, g->w}, s);
	} else {
		top_draw(g, s, false);
		draw_full(g, s);
	}
	footer_draw(g, s);
}

/* On every view and at any size: who looks at a blank screen has to know it too. */
void screens_draw(struct grid *g, const struct scene *s)
{
	draw_view(g, s);
	guard_draw(g, s);
}
