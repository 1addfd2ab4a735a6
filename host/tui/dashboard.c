/*
 * One turn: records until nothing is due, keys, then a screen where one is due. New findings and keys are drawn at once,
 * within a budget; the rest ten times a second, and only where something changed.
 */
#include "tui/dashboard.h"

#include <stdio.h>
#include <stdlib.h>

#include "tui/keys.h"
#include "tui/screen.h"

#define TICK_NS  INT64_C(100000000)
#define TOKEN_NS INT64_C(25000000) /* a screen at once for each, so many saved up: */

enum { TOKENS_MAX = 8, PUMPS_A_TURN = 8 };

struct dashboard {
	struct dashboard_options options;
	struct analysis *analysis;
	struct history *history;
	struct tui *tui;
	struct view view;
	struct report_input report;
	struct scene scene;
	enum link_state state;
	enum err err;
	bool ended, dirty, alert, more;
	uint64_t rows_drawn;
	int64_t drawn_ns, clock_drawn_ns, token_ns;
	int tokens;
	uint64_t frames, skipped;
	bool seeking;
	double speed_before;
	size_t findings_before;
	struct scene_show show_drawn;
	bool held; /* this screen was held back already */
};

static void watch(void *context, const struct engine *engine, const struct event *e)
{
	struct dashboard *d = context;

	history_event(d->history, engine, e);
	if (d->seeking && d->history->findings > d->findings_before)
		d->options.link->stop = true;
}

enum err dashboard_play(struct dashboard *d, const struct dashboard_options *o)
{
	struct history *history = history_new(o->layout);
	struct analysis *analysis = NULL;
	struct analysis_options options = {
		.profile = o->profile,
		.layout = o->layout,
		.watch = watch,
		.watch_context = d,
	};
	enum err err = history ? analysis_new(&analysis, &options) : ERR_MEMORY;

	if (err) {
		history_free(history);
		return err;
	}
	analysis_free(d->analysis);
	history_free(d->history);
	d->analysis = analysis;
	d->history = history;
	d->options.link = o->link;
	d->options.profile = o->profile;
	d->options.layout = o->layout;
	d->options.name = o->name;
	d->options.layout_name = o->layout_name;
	d->err = ERR_NONE;
	d->ended = d->more = d->seeking = false;
	d->rows_drawn = 0;
	d->dirty = d->alert = true;
	view_restart(&d->view);
	return ERR_NONE;
}

enum err dashboard_new(struct dashboard **out, const struct dashboard_options *o)
{
	struct dashboard *d = calloc(1, sizeof(*d));
	enum err err;

	*out = NULL;
	if (!d)
		return ERR_MEMORY;
	d->options = *o;
	err = dashboard_play(d, o);
	if (!err)
		err = tui_open(&d->tui, &o->tui);
	if (err) {
		dashboard_free(d);
		return err;
	}
	view_init(&d->view);
	d->view.masked = o->masked;
	d->dirty = true;
	d->tokens = TOKENS_MAX;
	*out = d;
	return ERR_NONE;
}

void dashboard_free(struct dashboard *d)
{
	if (!d)
		return;
	tui_close(d->tui);
	analysis_free(d->analysis);
	history_free(d->history);
	free(d);
}

static void end(struct dashboard *d)
{
	struct capture_info info = *link_info(d->options.link);

	if (d->ended)
		return;
	d->ended = true;
	d->dirty = true;
	info.truncated |= d->state != LINK_OVER || d->err == ERR_READ;
	analysis_end(d->analysis, &info);
}

static void seek_done(struct dashboard *d, int64_t now_ns)
{
	struct link *l = d->options.link;

	d->seeking = false;
	if (d->history->findings > d->findings_before) {
		link_pace(l, now_ns, d->speed_before, true);
		d->view.finding = (int)d->findings_before;
		d->view.following = true;
		d->view.row_chosen = false;
	} else {
		link_pace(l, now_ns, d->speed_before, false);
	}
	d->dirty = d->alert = true;
}

static void read_link(struct dashboard *d, int64_t now_ns)
{
	struct record_sink sink = analysis_sink(d->analysis);
	size_t findings = d->history->findings;

	for (unsigned i = 0; i < PUMPS_A_TURN && !d->ended; i++) {
		d->err = link_pump(d->options.link, now_ns, &sink, &d->state);
		if (d->seeking && (d->options.link->stop || d->state == LINK_OVER))
			seek_done(d, now_ns);
		if (d->state == LINK_OVER)
			end(d);
		if (d->state != LINK_MORE)
			break;
	}
	d->more = d->state == LINK_MORE && !d->ended;
	if (d->history->findings > findings) {
		d->alert = d->dirty = true;
		link_keep(d->options.link);
	}
}

static void look(struct dashboard *d, int64_t now_ns)
{
	struct scene *s = &d->scene;

	if (!d->ended)
		analysis_look(d->analysis, link_info(d->options.link));
	d->report = analysis_report(d->analysis);
	s->view = &d->view;
	s->history = d->history;
	s->report = &d->report;
	s->link = d->options.link;
	s->name = d->options.name;
	s->layout = d->options.layout_name;
	s->loop_ns = now_ns;
	s->clock_ns = link_clock(d->options.link, now_ns);
	s->over = d->ended;
	s->truncated = d->ended && link_info(d->options.link)->truncated;
	s->error = d->err ? err_text(d->err) : NULL;
	s->h = tui_grid(d->tui)->h;
	s->w = tui_grid(d->tui)->w;
	s->frames = d->frames;
	s->frames_skipped = d->skipped;
	scene_at(s);
}

static void answer(struct dashboard *d, int64_t now_ns)
{
	struct link *l = d->options.link;

	/* Whatever the operator asks for ends a search that is under way. */
	if (d->seeking && (d->view.toggle_pause || d->view.set_speed >= 0)) {
		d->seeking = false;
		l->speed = d->speed_before;
	}
	if (d->view.toggle_pause)
		link_pace(l, now_ns, l->speed, !l->paused);
	if (d->view.set_speed >= 0)
		link_pace(l, now_ns, d->view.set_speed, false);
	if (d->view.seek_finding && !d->seeking && !d->ended) {
		d->seeking = true;
		d->speed_before = l->speed;
		d->findings_before = d->history->findings;
		link_pace(l, now_ns, LINK_SPEED_MAX, false);
	}
	d->view.toggle_pause = d->view.seek_finding = false;
	d->view.set_speed = -1;
}

/* Marks are part of the recording, where there is one. The time is the cursor's: it may lie in the past. */
static void record_marks(struct dashboard *d, unsigned before)
{
	for (unsigned i = before; i < d->view.marks; i++) {
		char text[64];
		int len = snprintf(text, sizeof(text), "mark %u at %.3f s", i + 1,
		                   (double)d->view.mark_ns[i] / 1e9);

		link_note(d->options.link, RECORD_MARK, text, (size_t)len);
	}
}

static bool read_keys(struct dashboard *d, int64_t now_ns)
{
	bool any = false;

	for (int key; (key = tui_key(d->tui)) != 0;) {
		unsigned marks;

		if (now_ns < d->view.guard_until_ns)
			continue;
		any = true;
		if (d->options.key && d->options.key(d->options.key_context, &d->view, key))
			continue;
		look(d, now_ns);
		marks = d->view.marks;
		keys_press(&d->view, &d->scene, key);
		record_marks(d, marks);
		answer(d, now_ns);
	}
	return any;
}

void dashboard_show(struct dashboard *d, const struct scene_show *show)
{
	const struct scene_show *was = d->scene.show;

	d->scene.show = show;
	d->dirty |= !was != !show;
	if (!show)
		return;
	/* Borrowed texts stay where they are as long as they are the same. */
	d->dirty |= d->show_drawn.say != show->say || d->show_drawn.chapter != show->chapter ||
	            d->show_drawn.ended != show->ended ||
	            (show->rehearse && d->show_drawn.elapsed_s != show->elapsed_s);
	d->show_drawn = *show;
}

void dashboard_replay(struct dashboard *d, int64_t now_ns)
{
	look(d, now_ns);
	if (!d->view.instant)
		keys_press(&d->view, &d->scene, 'R');
	d->dirty = true;
}

struct view *dashboard_view(struct dashboard *d)
{
	return &d->view;
}

bool dashboard_over(const struct dashboard *d)
{
	return d->ended;
}

void dashboard_new_keyboard(struct dashboard *d, const char *name, int64_t now_ns)
{
	struct view *v = &d->view;

	snprintf(v->guard_name, sizeof(v->guard_name), "%s", name);
	v->guard_until_ns = now_ns + DASHBOARD_GUARD_NS;
	/* What was begun before may not be ended by what comes now. */
	v->prompt = PROMPT_NONE;
	d->dirty = d->alert = true;
}

/* True where the guard has just ended. */
static bool guard_ends(struct dashboard *d, int64_t now_ns)
{
	struct view *v = &d->view;

	if (!v->guard_until_ns || now_ns < v->guard_until_ns)
		return false;
	v->guard_until_ns = 0;
	snprintf(v->message, sizeof(v->message),
	         "keys work again; a new keyboard is on this computer: \"%s\"", v->guard_name);
	return true;
}

static bool take_token(struct dashboard *d, int64_t now_ns)
{
	while (d->tokens < TOKENS_MAX && now_ns - d->token_ns >= TOKEN_NS) {
		d->tokens++;
		d->token_ns += TOKEN_NS;
	}
	if (d->tokens == TOKENS_MAX)
		d->token_ns = now_ns;
	if (!d->tokens)
		return false;
	d->tokens--;
	return true;
}

static void draw(struct dashboard *d, int64_t now_ns)
{
	struct grid *g = tui_grid(d->tui);

	look(d, now_ns);
	grid_clear(g, g->h, g->w);
	screens_draw(g, &d->scene);
	if (!tui_draw(d->tui)) {
		d->skipped += !d->held;
		d->held = true;
		return;
	}
	d->held = false;
	d->frames++;
	d->dirty = d->alert = false;
	d->drawn_ns = now_ns;
	d->rows_drawn = d->history->rows;
	d->clock_drawn_ns = d->scene.clock_ns;
}

void dashboard_read(struct dashboard *d, int64_t now_ns)
{
	read_link(d, now_ns);
}

bool dashboard_turn(struct dashboard *d, int64_t now_ns)
{
	bool pressed;

	read_link(d, now_ns);
	tui_flush(d->tui);
	if (tui_resize(d->tui))
		d->dirty = d->alert = true;
	pressed = read_keys(d, now_ns);
	d->dirty |= guard_ends(d, now_ns);
	if (d->view.quit || tui_gone(d->tui))
		return false;
	d->dirty |= pressed;
	if (d->history->rows != d->rows_drawn || d->view.frozen ||
	    link_clock(d->options.link, now_ns) != d->clock_drawn_ns)
		d->dirty = true;
	d->scene.loop_ns = now_ns;
	d->scene.view = &d->view;
	d->scene.history = d->history;
	d->dirty |= view_tick(&d->view, &d->scene);
	if (!d->dirty)
		return true;
	if (!d->frames || now_ns - d->drawn_ns >= TICK_NS ||
	    ((d->alert || pressed) && take_token(d, now_ns)))
		draw(d, now_ns);
	return true;
}

unsigned dashboard_poll(const struct dashboard *d, int64_t now_ns, struct pollfd fds[DASHBOARD_FDS],
                        int64_t *wait_ns)
{
	int64_t tick = d->drawn_ns + TICK_NS,
		due = d->ended ? INT64_MAX : link_due(d->options.link);
	unsigned n = 0;

	if (tick <= now_ns)
		tick = now_ns + TICK_NS;
	fds[n++] = (struct pollfd){.fd = tui_in_fd(d->tui), .events = POLLIN};
	if (tui_pending(d->tui))
		fds[n++] = (struct pollfd){.fd = tui_out_fd(d->tui), .events = POLLOUT};
	if (!d->ended && link_fd(d->options.link) >= 0)
		fds[n++] = (struct pollfd){.fd = link_fd(d->options.link), .events = POLLIN};
	if (due < tick)
		tick = due;
	*wait_ns = d->more || tick <= now_ns ? 0 : tick - now_ns;
	return n;
}

enum verdict dashboard_verdict(struct dashboard *d, enum err *err)
{
	end(d);
	*err = d->err;
	return analysis_report(d->analysis).verdict;
}

void dashboard_counts(const struct dashboard *d, uint64_t *frames, uint64_t *skipped)
{
	*frames = d->frames;
	*skipped = d->skipped;
}
