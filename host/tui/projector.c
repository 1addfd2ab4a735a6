/*
 * The projector view: one verdict, one sentence, one comparison with people, large and without detail. Typed text is
 * masked here until the trainer shows it.
 */
#include <stdio.h>
#include <string.h>

#include "tui/bigfont.h"
#include "tui/keys.h"
#include "tui/screen.h"

enum { INDENT = 3, PEOPLE_FAST_MS = 60, PEOPLE_SLOW_MS = 500 };

static const enum style verdict_styles[] = {
	[VERDICT_MALICIOUS] = STYLE_DECISIVE,
	[VERDICT_SUSPECT] = STYLE_SERIOUS,
	[VERDICT_NOT_COVERED] = STYLE_MEDIUM,
	[VERDICT_NO_FINDING] = STYLE_STRONG,
};

static int draw_word(struct grid *g, int x, const char *word)
{
	return word[0] ? grid_text(g, 0, x, g->w - x, STYLE_BAR_ALERT, word) + 3 : x;
}

static void draw_source(struct grid *g, const struct scene *s)
{
	bool small = screens_small(s);
	const struct scene_show *show = s->show;
	char text[160];
	int x = 1;

	grid_fill(g, (struct rect){0, 0, 1, g->w}, ' ', STYLE_BAR_ALERT);
	if (show && !small) {
		snprintf(text, sizeof(text), "chapter %u of %u", show->chapter, show->chapters);
		grid_text(g, 0, g->w - 1 - grid_width(g, text), g->w, STYLE_BAR_ALERT, text);
	}
	if (s->link->source == LINK_SOURCE_FILE && !small)
		snprintf(text, sizeof(text), "REPLAY: recorded before, no cable is connected");
	else if (s->link->source == LINK_SOURCE_SIMULATOR && !small)
		snprintf(text, sizeof(text), "SIMULATED: no cable is connected");
	else
		source_text(s, small, text, sizeof(text));
	x = draw_word(g, x, text);
	x = draw_word(g, x, recording_text(s, small));
	state_text(s, small, text, sizeof(text));
	x = draw_word(g, x, text);
	if (!text[0] && !small && s->link->paused && !s->over)
		draw_word(g, x, "paused");
}

static int draw_verdict(struct grid *g, int y, const struct scene *s)
{
	const char *word = verdict_word(s->verdict);
	enum style style = verdict_styles[s->verdict];
	int beside = BIGFONT_MARK + INDENT, x = INDENT, scale;

	if (bigfont_width(word, 1) + INDENT > g->w) {
		grid_put(g, y, INDENT, style, verdict_mark(s->verdict));
		grid_text(g, y, INDENT + 2, g->w - INDENT - 2, style, word);
		/* Where a trainer's sentence has to fit in as well, no line is left free. */
		return s->show ? y + 1 : y + 2;
	}
	/* The shape is worth more than larger letters: it is seen from where these are not read. */
	scale = bigfont_width(word, 2) + beside + 2 * INDENT <= g->w ? 2 : 1;
	if (bigfont_width(word, scale) + beside + INDENT <= g->w) {
		bigfont_mark(g, y, x, style, verdict_mark(s->verdict));
		x += beside;
	}
	bigfont_draw(g, y, x, scale, style, word);
	return y + BIGFONT_HEIGHT + 1;
}

/* Median of the last gaps of whoever typed last; negative where there are too few. */
static double gap_ms(const struct scene *s, uint32_t *keys)
{
	const struct history *h = s->history;
	float gap[63];
	unsigned n = 0;
	uint32_t hid;

	*keys = 0;
	if (s->steps == history_steps_first(h))
		return -1;
	hid = history_step(h, s->steps - 1)->hid;
	*keys = history_step(h, s->steps - 1)->key;
	for (uint64_t i = s->steps; i-- > history_steps_first(h) && n < 63;) {
		const struct history_step *step = history_step(h, i);
		unsigned at = n;

		if (step->hid != hid || step->gap_ms < 0)
			continue;
		for (; at && gap[at - 1] > step->gap_ms; at--)
			gap[at] = gap[at - 1];
		gap[at] = step->gap_ms;
		n++;
	}
	return n ? (double)gap[n / 2] : -1;
}

static void draw_bar(struct grid *g, int y, int x, int w, double part, enum style s)
{
	int n = (int)(part * w + 0.5);

	for (int i = 0; i < (n < 1 ? 1 : n > w ? w : n); i++)
		grid_put(g, y, x + i, s, 0x2588);
}

static int draw_typing(struct grid *g, int y, const struct scene *s)
{
	int x = INDENT + 9, w = g->w - x - 24;
	uint32_t keys;
	double gap = gap_ms(s, &keys);

	if (gap < 0 || w < 10)
		return y;
	grid_text(g, y, INDENT, 9, STYLE_STRONG, "HERE");
	draw_bar(g, y, x, w, gap / PEOPLE_SLOW_MS, scene_flagged(s) ? STYLE_DECISIVE : STYLE_METER);
	grid_format(g, y, x + w + 1, 22, STYLE_STRONG, "%.0f ms a key", gap);
	grid_text(g, y + 1, INDENT, 9, STYLE_STRONG, "PEOPLE");
	draw_bar(g, y + 1, x, w, 1, STYLE_PEOPLE);
	draw_bar(g, y + 1, x, w, (double)PEOPLE_FAST_MS / PEOPLE_SLOW_MS, STYLE_GOOD);
	grid_format(g, y + 1, x + w + 1, 22, STYLE_STRONG, "%d to %d ms", PEOPLE_FAST_MS,
	            PEOPLE_SLOW_MS);
	return y + 3;
}

static int draw_text(struct grid *g, int y, const struct scene *s)
{
	const struct history *h = s->history;
	uint64_t first = history_steps_first(h);
	char text[1024] = "";

	if (s->steps == first)
		return y;
	if (s->steps - first > 400)
		first = s->steps - 400;
	for (uint64_t i = first; i < s->steps; i++) {
		const struct history_step *step = history_step(h, i);
		size_t at = strlen(text);

		if (step->hid != history_step(h, s->steps - 1)->hid || at > sizeof(text) - 40)
			continue;
		for (unsigned k = 0; s->view->masked_projector && k < step->presses; k++)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "•");
		if (!s->view->masked_projector)
			snprintf(text + at, sizeof(text) - at, "%s", step->text);
	}
	grid_text(g, y, INDENT, 6, STYLE_STRONG, "TEXT");
	grid_text(g, y, INDENT + 9, g->w - INDENT - 9 - 16, STYLE_STRONG, text);
	grid_text(g, y, g->w - 15, 14, STYLE_DIM,
	          s->view->masked_projector ? "(x shows it)" : "(x hides it)");
	return y + 2;
}

static void draw_missing(struct grid *g, int y, int end, const struct scene *s)
{
	const struct coverage *c = &s->coverage;
	const struct history *h = s->history;
	const struct {
		const char *what;
		int64_t since_ns;
	} senses[] = {
		{"current", h->sensed_ns[HISTORY_CURRENT]},
		{"radio", h->sensed_ns[HISTORY_RADIO]},
		{"the DC path", h->dc_path_ns},
	};
	const char *sep = "NOT SEEN: ";
	char text[512] = "";

	for (unsigned i = 0; i < sizeof(senses) / sizeof(senses[0]); i++)
		if (senses[i].since_ns > s->cursor_ns) {
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", sep,
			         senses[i].what);
			sep = ", ";
		}
	if (!text[0] && c->missing)
		snprintf(text, sizeof(text), "NOT SEEN");
	for (unsigned i = 0; i < c->missing; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "; %s", c->text[i]);
	grid_wrap(g, (struct rect){y, INDENT, end - 2 - y, g->w - 2 * INDENT}, STYLE_DIM, text);
}

static void draw_clock(struct grid *g, int y, const struct scene_show *show)
{
	int64_t late = show->elapsed_s - show->planned_s;

	grid_format(
		g, y, INDENT, g->w - 2 * INDENT, STYLE_DIM,
		"%lld:%02lld since the beginning, planned %lld:%02lld of %lld:%02lld, %lld s %s",
		(long long)(show->elapsed_s / 60), (long long)(show->elapsed_s % 60),
		(long long)(show->planned_s / 60), (long long)(show->planned_s % 60),
		(long long)(show->total_s / 60), (long long)(show->total_s % 60),
		(long long)(late < 0 ? -late : late), late < 0 ? "early" : "late");
}

/*
 * What the trainer says, in the last lines above the keys and not above `top`; returns the first line of it. Where both
 * do not fit, the verdict's reason keeps one line.
 */
static int draw_show(struct grid *g, int top, const struct scene *s)
{
	const struct scene_show *show = s->show;
	char text[1024];
	int lines, room, width = g->w - 2 * INDENT, y = g->h - 1;

	if (show->rehearse && y - top > 3)
		draw_clock(g, --y, show);
	if (show->ended)
		snprintf(text, sizeof(text), "%s  (. %s)", show->say,
		         show->chapter < show->chapters ? "goes on to the next chapter"
		                                        : "ends the show");
	else
		snprintf(text, sizeof(text), "%s", show->say);
	lines = grid_wrapped(g, width, text);
	room = y - top - 2;
	if (lines > room)
		lines = room < 1 ? 1 : room;
	y -= lines + 1;
	grid_text(g, y, INDENT, width, STYLE_TITLE, show->title);
	grid_wrap(g, (struct rect){y + 1, INDENT, lines, width}, STYLE_STRONG, text);
	return y;
}

void projector_draw(struct grid *g, const struct scene *s)
{
	char reason[320];
	int y = g->h >= 16 ? 2 : 1, axis = s->report->model->tap.known ? 6 : 5;
	int end = g->h; /* one beyond the line that is left free */
	int lines = 3;

	draw_source(g, s);
	y = draw_verdict(g, y, s);
	if (s->show)
		end = draw_show(g, y, s);
	if (end - y < lines)
		lines = end - y;
	banner_reason(s, reason, sizeof(reason));
	y += grid_wrap(g, (struct rect){y, INDENT, lines, g->w - 2 * INDENT}, STYLE_STRONG,
	               reason) +
	     1;
	if (y + 3 < end)
		y = draw_typing(g, y, s);
	if (y + axis + (s->show ? 0 : 4) < end) {
		screen_time.draw(g, (struct rect){y, INDENT - 1, axis, g->w - 2 * INDENT}, s);
		y += axis + 1;
	}
	if (y + 2 < end)
		y = draw_text(g, y, s);
	if (y + 1 < end)
		draw_missing(g, y, end, s);
	if (s->view->prompt != PROMPT_NONE)
		footer_draw(g, s);
	else if (s->show)
		grid_text(g, g->h - 1, 1, g->w - 2, STYLE_DIM,
		          "Space pause  ← → sentence  , . chapter  1-9 chapter  R again, slowly  x "
		          "text  "
		          "b blank  p leave  Q quit");
	else
		grid_text(g, g->h - 1, 1, g->w - 2, STYLE_DIM,
		          "Space pause  ← → step  n finding  R again, slowly  x text  b blank  p "
		          "leave");
}
