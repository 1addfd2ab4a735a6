/* The lines above all panes: what is looked at and how, the verdict with its reason and what to do next, coverage. */
#include <stdio.h>
#include <string.h>

#include "tui/screen.h"

enum {
	FIRST_MOST = 24, /* columns of when the first finding was */
	NAME_LEAST = 12,
	ROOM_FROM = 120, /* columns */
};

static const enum style banner_styles[] = {
	[VERDICT_MALICIOUS] = STYLE_MALICIOUS,
	[VERDICT_SUSPECT] = STYLE_SUSPECT,
	[VERDICT_NOT_COVERED] = STYLE_NOT_COVERED,
	[VERDICT_NO_FINDING] = STYLE_NO_FINDING,
};

/* What befell the tap or the file, "" nothing. */
static const char *trouble_text(const struct scene *s)
{
	const struct link_status *status = link_status(s->link);

	if (!status)
		return "";
	return status->trouble[0] ? status->trouble : status->message;
}

/* The end of a path, which names the file, is worth more than its beginning; of all else the beginning is. */
static int draw_name(struct grid *g, int x, int w, const struct scene *s)
{
	const char *name = s->name;

	if (s->link->source != LINK_SOURCE_FILE || w < 2 || grid_width(g, name) <= w)
		return grid_text(g, 0, x, w, STYLE_BAR, name);
	while (*name && ((*name & 0xc0) == 0x80 || grid_width(g, name) > w - 1))
		name++;
	grid_put(g, 0, x, STYLE_BAR, 0x2026);
	return grid_text(g, 0, x + 1, w - 1, STYLE_BAR, name);
}

/* A label with a blank on either side ends before `right`; returns where it begins. */
static int draw_label(struct grid *g, int right, const char *text)
{
	if (!text[0])
		return right;
	right -= grid_width(g, text) + 2;
	grid_format(g, 0, right, g->w - right, STYLE_BAR_ALERT, " %s ", text);
	return right;
}

/* "  41 GB free" on the disk of the recording; "" where there is none. */
static void room_text(const struct scene *s, char *out, size_t size)
{
	const struct link_status *status = link_status(s->link);

	out[0] = '\0';
	if (status && status->recording)
		snprintf(out, size,
		         status->free_bytes < UINT64_C(10000000000) ? "  %.1f GB free"
		                                                    : "  %.0f GB free",
		         (double)status->free_bytes / 1e9);
}

/* Where the input comes from is never left out: nobody shall take a replay for a cable. */
static void draw_context(struct grid *g, const struct scene *s, bool small)
{
	char source[64], state[64], left[32];
	const char *recording = recording_text(s, small);
	int x = 1, right = g->w, gap = small ? 0 : 1;
	double t = (double)s->clock_ns / 1e9;

	grid_fill(g, (struct rect){0, 0, 1, g->w}, ' ', STYLE_BAR);
	source_text(s, small, source, sizeof(source));
	state_text(s, small, state, sizeof(state));
	if (!small) {
		grid_text(g, 0, right - 6, 5, STYLE_BAR_KEY, "?help");
		right -= 8;
	}
	right = draw_label(g, right, source);
	right = draw_label(g, right - (recording[0] ? gap : 0), recording);
	right = draw_label(g, right - (state[0] ? gap : 0), state);
	if (small) {
		/* Two letters and a cut name nothing. */
		if (right > NAME_LEAST)
			draw_name(g, x, right - x - 1, s);
		return;
	}
	x = grid_text(g, 0, x, right - 1, STYLE_BAR_KEY, "cordon ");
	x = grid_format(g, 0, x, right - x - 1, STYLE_BAR, " %s · %s · ",
	                profile_name(s->report->profile->kind), s->layout);
	/* The time, and the room that is left for the recording, are worth more than the whole of a long name. */
	room_text(s, left, sizeof(left));
	if (g->w < ROOM_FROM)
		left[0] = '\0';
	x = draw_name(g, x, right - x - 12 - grid_width(g, left), s);
	grid_format(g, 0, x, right - x, STYLE_BAR, "  %02d:%04.1f%s", (int)(t / 60),
	            t - 60 * (int)(t / 60), left);
}

/* Without it a cable is dead, and nothing is to be seen. */
static bool supply_off(const struct scene *s)
{
	const struct model *m = s->report->model;

	return m->tap.known && !m->vbus_on && link_takes_commands(s->link);
}

static const char *advice(const struct scene *s)
{
	switch (s->verdict) {
	case VERDICT_MALICIOUS:
		return "Keep it off any computer.";
	case VERDICT_SUSPECT:
		return "Test again: both ends and flips.";
	case VERDICT_NOT_COVERED:
		return s->over         ? "Record again: longer, and from before it is plugged in."
		       : supply_off(s) ? "VBUS is off: V switches it on."
		                       : "Go on: what is missing stands beside the findings.";
	case VERDICT_NO_FINDING:
		return s->over ? "Some cables wait for days, or a radio: record longer."
		               : "Go on: some cables wait for days, or for a radio.";
	}
	return "";
}

static void draw_banner(struct grid *g, const struct scene *s, bool small)
{
	enum style style = banner_styles[s->verdict];
	struct rect r = {1, 0, small ? 3 : 2, g->w};
	unsigned decisive = 0, strong = 0;
	int next = grid_width(g, advice(s)) + 3;
	static const char far_empty[] = "far end EMPTY, measured";
	char reason[320];
	int x;

	for (size_t i = 0; i < s->findings; i++) {
		decisive += s->report->finding[i].weight == WEIGHT_DECISIVE;
		strong += s->report->finding[i].weight == WEIGHT_STRONG;
	}
	grid_fill(g, r, ' ', style);
	grid_put(g, 1, 0, style, verdict_mark(s->verdict));
	grid_put(g, 1, 1, style, verdict_mark(s->verdict));
	x = grid_text(g, 1, 3, g->w - 3, style, verdict_word(s->verdict));
	if (s->findings) {
		x = grid_format(g, 1, x, g->w - x, style, "   %zu finding%s", s->findings,
		                s->findings == 1 ? "" : "s");
		if (!small && decisive)
			x = grid_format(g, 1, x, g->w - x, style, ": %u decisive", decisive);
		if (!small && strong)
			x = grid_format(g, 1, x, g->w - x, style, "%s%u strong",
			                decisive ? ", " : ": ", strong);
		/* What to do next is worth more than when it began. */
		if (!small && x + FIRST_MOST + next < g->w)
			x = grid_format(g, 1, x, g->w - x, style, "   first at %.2f s",
			                (double)s->report->finding[0].t_ns / 1e9);
	}
	/* Ground was measured through the cable to the tap's own socket: nothing else can be plugged in there. */
	if (!small && s->report->profile->kind == PROFILE_BARE &&
	    s->history->far_ns <= s->cursor_ns && x + 3 + grid_width(g, far_empty) + next < g->w)
		x = grid_text(g, 1, x + 3, g->w - x - 3, style, far_empty);
	banner_reason(s, reason, sizeof(reason));
	if (small) {
		grid_wrap(g, (struct rect){2, 1, 2, g->w - 2}, style, reason);
		return;
	}
	grid_text(g, 2, 3, g->w - 4, style, reason);
	if (x + next < g->w)
		grid_text(g, 1, g->w - next + 2, next - 3, style, advice(s));
}

static int square(struct grid *g, int y, int x, const char *name, bool seen)
{
	x = grid_text(g, y, x, g->w - x, seen ? STYLE_NORMAL : STYLE_DIM, name);
	grid_put(g, y, x + 1, seen ? STYLE_GOOD : STYLE_MEDIUM, seen ? 0x25a0 : 0x25a1);
	return x + 2;
}

/* Which ends and flips had a test in this run; nothing where the operator does not say which is which. */
static int draw_tested(struct grid *g, int y, int x, const struct scene *s)
{
	static const char *const names[] = {"A1", "A2", "B1", "B2"};

	for (unsigned i = 0; s->tested && i < 4; i++)
		x = square(g, y, x + (i ? 1 : 2), names[i], s->tested >> i & 1);
	return x;
}

/* "0:34 of 10:00" */
static int draw_seconds(struct grid *g, int y, int x, const struct scene *s)
{
	const int64_t second = INT64_C(1000000000);
	int64_t t = s->moment.seen.duration_ns / second, plan = s->plan_ns / second;
	bool done = !plan || t >= plan;

	x = grid_format(g, y, x, g->w - x, done ? STYLE_NORMAL : STYLE_MEDIUM, "   %lld:%02lld",
	                (long long)(t / 60), (long long)(t % 60));
	if (plan)
		x = grid_format(g, y, x, g->w - x, STYLE_NORMAL, " of %lld:%02lld",
		                (long long)(plan / 60), (long long)(plan % 60));
	return x;
}

/* What was seen by the cursor's time, as squares: full is covered, empty is not. Without a tap there is one sense, the bus. */
static void draw_coverage(struct grid *g, int y, const struct scene *s, bool small)
{
	const struct coverage_input *in = &s->moment.seen;
	const struct history *h = s->history;
	int gap = small ? 1 : 2;
	int x = grid_text(g, y, 1, g->w - 1, STYLE_DIM, "seen  ");

	x = square(g, y, x, "bus", s->rows > 0) + 2;
	x = square(g, y, x, "mA", h->sensed_ns[HISTORY_CURRENT] <= s->cursor_ns) + gap;
	x = square(g, y, x, "radio", h->sensed_ns[HISTORY_RADIO] <= s->cursor_ns);
	if (!small) {
		x = square(g, y, x + gap, "DC", h->dc_path_ns <= s->cursor_ns);
		x = draw_tested(g, y, x, s);
	}
	if (!small && in->blind_ns)
		x = grid_format(g, y, x, g->w - x, STYLE_SERIOUS, "  blind %.1f s",
		                (double)in->blind_ns / 1e9);
	if (!small)
		x = draw_seconds(g, y, x, s);
	if (!small && (g->w >= 100 || !(s->tested || s->plan_ns)))
		x = grid_format(g, y, x, g->w - x, STYLE_NORMAL, "   %llu packets",
		                (unsigned long long)in->packets);
	x = grid_format(g, y, x, g->w - x, in->lost_packets ? STYLE_SERIOUS : STYLE_NORMAL,
	                "  %slost %llu", small ? "" : " ", (unsigned long long)in->lost_packets);
	if (in->bad_packets)
		x = grid_format(g, y, x, g->w - x, STYLE_SERIOUS, "  bad %llu",
		                (unsigned long long)in->bad_packets);
	if (s->error)
		grid_format(g, y, x, g->w - x, STYLE_SERIOUS, "  %s", s->error);
	else if (trouble_text(s)[0])
		grid_format(g, y, x, g->w - x, STYLE_SERIOUS, "  %s", trouble_text(s));
	else if (s->truncated)
		grid_text(g, y, x, g->w - x, STYLE_SERIOUS, "  cut or damaged");
}

void guard_draw(struct grid *g, const struct scene *s)
{
	const struct view *v = s->view;
	struct rect r = {1, 0, g->w < 80 ? 3 : 2, g->w};
	char text[256];

	if (s->loop_ns >= v->guard_until_ns)
		return;
	snprintf(text, sizeof(text),
	         "NEW KEYBOARD on this computer: \"%s\". Is the cable in the wrong port? Pull it. "
	         "Keys are ignored for 5 s.",
	         v->guard_name);
	grid_fill(g, r, ' ', STYLE_MALICIOUS);
	grid_wrap(g, (struct rect){1, 1, r.h, g->w - 2}, STYLE_MALICIOUS, text);
}

/* All taps that are watched, so that what is found on one is seen from any other. */
static void draw_inputs(struct grid *g, int y, const struct scene *s, bool small)
{
	int x = grid_text(g, y, 1, g->w - 1, STYLE_DIM, small ? "] " : "taps  ");
	/* Where not all words have room, those stay that ask for something to be done. */
	bool wide = g->w >= 12 + 26 * (int)s->inputs;

	for (unsigned i = 0; i < s->inputs; i++) {
		const struct scene_input *in = &s->other[i];
		bool here = i == s->input,
		     flagged = in->verdict == VERDICT_MALICIOUS || in->verdict == VERDICT_SUSPECT;
		enum style style = flagged ? banner_styles[in->verdict]
		                   : here  ? STYLE_STRONG
		                           : STYLE_NORMAL;
		char name[24];

		snprintf(name, sizeof(name), "%.*s", small ? 4 : wide ? 12 : 8, in->name);
		name[strcspn(name, " ")] = '\0';
		if (here)
			grid_put(g, y, x, STYLE_STRONG, 0x25ba);
		x = grid_text(g, y, x + 1, g->w - x - 1, here ? STYLE_STRONG : STYLE_NORMAL, name);
		grid_put(g, y, x + 1, style, verdict_mark(in->verdict));
		x += 2;
		if (!small && in->failed)
			x = grid_text(g, y, x + 1, g->w - x - 1, STYLE_SERIOUS, "failed");
		else if (!small && in->away)
			x = grid_text(g, y, x + 1, g->w - x - 1, STYLE_SERIOUS, "unplugged");
		else if (!small && (wide || flagged))
			x = grid_text(g, y, x + 1, g->w - x - 1, style, verdict_word(in->verdict));
		x += small ? 1 : 2;
	}
	if (!small && x + 8 < g->w)
		grid_text(g, y, g->w - 8, 7, STYLE_DIM, "] next");
}

int top_lines(const struct grid *g, const struct scene *s)
{
	return (g->h < 24 || g->w < 80 ? 5 : 4) + (s->inputs > 1);
}

void top_draw(struct grid *g, const struct scene *s, bool small)
{
	draw_context(g, s, small);
	draw_banner(g, s, small);
	draw_coverage(g, small ? 4 : 3, s, small);
	if (s->inputs > 1)
		draw_inputs(g, small ? 5 : 4, s, small);
}
