/*
 * One turn: records of all inputs until nothing is due, keys, then a screen where one is due. New findings and keys are drawn at once,
 * within a budget; the rest ten times a second, and only where something changed.
 */
#include "tui/dashboard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/screen.h"

#define TICK_NS  INT64_C(100000000)
#define TOKEN_NS INT64_C(25000000) /* a screen at once for each, so many saved up: */

enum { TOKENS_MAX = 8 };

struct dashboard {
	struct dashboard_options options;
	struct input input[DASHBOARD_INPUTS];
	unsigned inputs, at; /* at: the one on show */
	struct tui *tui;
	struct report_input report;
	struct scene scene;
	bool dirty, alert;
	int64_t drawn_ns, token_ns;
	int tokens;
	uint64_t frames, skipped;
	struct scene_show show_drawn;
	bool held;  /* this screen was held back already */
	bool quiet; /* no key, no other size: this turn */
};

static struct input *shown(struct dashboard *d)
{
	return &d->input[d->at];
}

enum err dashboard_play(struct dashboard *d, const struct input_options *o)
{
	d->dirty = true;
	return input_play(&d->input[0], o);
}

enum err dashboard_add(struct dashboard *d, const struct input_options *o)
{
	enum err err = input_play(&d->input[d->inputs], o);

	if (err)
		return err;
	d->input[d->inputs++].view.masked = d->options.masked;
	d->dirty = true;
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
	d->scene.people = people_measure();
	err = dashboard_add(d, &o->input);
	if (!err)
		err = tui_open(&d->tui, &o->tui);
	if (err) {
		dashboard_free(d);
		return err;
	}
	d->tokens = TOKENS_MAX;
	*out = d;
	return ERR_NONE;
}

void dashboard_free(struct dashboard *d)
{
	if (!d)
		return;
	tui_close(d->tui);
	for (unsigned i = 0; i < d->inputs; i++)
		input_release(&d->input[i]);
	free(d);
}

/* Each in its turn, and a bounded number of records: none waits for another. */
static void read_inputs(struct dashboard *d, int64_t now_ns)
{
	for (unsigned i = 0; i < d->inputs; i++) {
		input_read(&d->input[i], now_ns);
		if (d->input[i].alert)
			d->alert = d->dirty = true;
		d->input[i].alert = false;
	}
}

static void look_at_all(struct dashboard *d)
{
	struct scene *s = &d->scene;

	s->inputs = d->inputs;
	s->input = d->at;
	for (unsigned i = 0; i < d->inputs; i++) {
		struct report_input report = input_report(&d->input[i]);
		const struct link_status *status = link_status(d->input[i].options.link);

		if (i == d->at)
			d->report = report;
		s->other[i] = (struct scene_input){
			.name = d->input[i].options.name,
			.verdict = report.verdict,
			.findings = report.findings,
			.over = d->input[i].ended,
			.away = status && status->presence == LINK_AWAY,
			.failed = d->input[i].err || (status && status->failed),
		};
	}
}

/* "A" and "1", as T asks for them and --end and --flip may say. */
static void note_tested(struct input *i, struct scene *s)
{
	int end = s->end[0] && !s->end[1] ? (s->end[0] | 0x20) - 'a' : -1;
	int flip = s->flip[0] && !s->flip[1] ? s->flip[0] - '1' : -1;

	if ((end == 0 || end == 1) && (flip == 0 || flip == 1))
		i->tested |= (uint8_t)SCENE_TESTED(end, flip);
	s->tested = i->tested;
}

static void look(struct dashboard *d, int64_t now_ns)
{
	struct scene *s = &d->scene;
	struct input *i = shown(d);

	look_at_all(d);
	s->view = &i->view;
	s->history = i->history;
	s->report = &d->report;
	s->link = i->options.link;
	s->name = i->options.name;
	s->layout = analysis_layout(i->analysis) ? layout_name(analysis_layout(i->analysis))
	                                         : i->options.layout_name;
	s->moments = i->moments;
	s->passed = &i->passed;
	s->plan_ns = i->options.plan_ns;
	s->end = capture_test_said(&link_info(s->link)->test, "end");
	s->flip = capture_test_said(&link_info(s->link)->test, "flip");
	note_tested(i, s);
	s->loop_ns = now_ns;
	s->clock_ns = link_clock(s->link, now_ns);
	s->over = i->ended;
	s->truncated = i->ended && link_info(s->link)->truncated;
	s->error = i->err ? err_text(i->err) : NULL;
	s->h = tui_grid(d->tui)->h;
	s->w = tui_grid(d->tui)->w;
	s->frames = d->frames;
	s->frames_skipped = d->skipped;
	scene_at(s);
}

static void show_next(struct dashboard *d)
{
	const struct view *from = &shown(d)->view;

	d->at = (d->at + 1) % d->inputs;
	view_carry(&shown(d)->view, from);
	d->dirty = true;
}

/* The test that is on is judged; a new one begins, with nothing of the old one. */
static void new_test(struct dashboard *d, struct input *i, int64_t now_ns)
{
	struct input_options next = i->options;
	struct new_test want = {0};
	struct view *v = &i->view;
	bool good = true;

	if (v->wish == WISH_PROFILE)
		snprintf(want.profile, sizeof(want.profile), "%s", v->wish_word);
	else
		good = actions_end_and_flip(v->wish_word, &want);
	v->wish = WISH_NONE;
	if (!good) {
		snprintf(v->message, sizeof(v->message), "A1, A2, B1 or B2: end and flip");
		return;
	}
	if (!d->options.again) {
		snprintf(v->message, sizeof(v->message), "only a tap begins a new test");
		return;
	}
	if (!d->options.again(d->options.context, d->at, &want, &next, v->message,
	                      sizeof(v->message)))
		return;
	input_read(i, now_ns);
	input_end(i);
	if (d->options.judged)
		d->options.judged(d->options.context, d->at, i);
	if (input_play(i, &next)) {
		/* Without memory there is no going on. */
		i->options = next;
		v->quit = true;
		return;
	}
	snprintf(v->message, sizeof(v->message), "a new test has begun");
}

static void answer(struct dashboard *d, int64_t now_ns)
{
	struct input *i = shown(d);
	struct view *v = &i->view;
	/* Whatever the operator asks for ends a search that is under way. */
	double speed = i->seeking ? i->speed_before : i->options.link->speed;

	if (v->toggle_pause)
		input_pace(i, now_ns, speed, !i->options.link->paused);
	if (v->set_speed >= 0)
		input_pace(i, now_ns, v->set_speed, false);
	if (v->seek_finding)
		input_seek(i, now_ns);
	v->toggle_pause = v->seek_finding = false;
	v->set_speed = -1;
	if (v->next_input)
		show_next(d);
	v->next_input = false;
	if (v->wish == WISH_TEST || v->wish == WISH_PROFILE)
		new_test(d, i, now_ns);
	else
		actions_obey(i, &d->scene, d->tui);
}

static bool read_keys(struct dashboard *d, int64_t now_ns)
{
	bool any = false;

	for (int key; (key = tui_key(d->tui)) != 0;) {
		struct input *i = shown(d);
		unsigned marks = i->view.marks;

		if (now_ns < i->view.guard_until_ns)
			continue;
		any = true;
		if (d->options.key && d->options.key(d->options.context, &i->view, key))
			continue;
		look(d, now_ns);
		keys_press(&i->view, &d->scene, key);
		actions_record_marks(i, marks);
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
	if (!shown(d)->view.instant)
		keys_press(&shown(d)->view, &d->scene, 'R');
	d->dirty = true;
}

struct view *dashboard_view(struct dashboard *d)
{
	return &shown(d)->view;
}

bool dashboard_over(const struct dashboard *d)
{
	for (unsigned i = 0; i < d->inputs; i++)
		if (!d->input[i].ended)
			return false;
	return true;
}

bool dashboard_unreadable(const struct dashboard *d)
{
	for (unsigned i = 0; i < d->inputs; i++) {
		const struct link *l = d->input[i].options.link;

		if (!d->input[i].err || link_info(l)->packets ||
		    (l->source != LINK_SOURCE_FILE && l->source != LINK_SOURCE_STREAM))
			return false;
	}
	return true;
}

void dashboard_new_keyboard(struct dashboard *d, const char *name, int64_t now_ns)
{
	for (unsigned i = 0; i < d->inputs; i++) {
		struct view *v = &d->input[i].view;

		snprintf(v->guard_name, sizeof(v->guard_name), "%s", name);
		v->guard_until_ns = now_ns + DASHBOARD_GUARD_NS;
		/* What was begun before may not be ended by what comes now. */
		v->prompt = PROMPT_NONE;
	}
	d->dirty = d->alert = true;
}

static void guard_over(struct view *v)
{
	char name[sizeof(v->guard_name)];

	memcpy(name, v->guard_name, sizeof(name));
	v->guard_until_ns = 0;
	snprintf(v->message, sizeof(v->message),
	         "keys work again; a new keyboard is on this computer: \"%s\"", name);
}

/* True where the guard has just ended. */
static bool guard_ends(struct dashboard *d, int64_t now_ns)
{
	int64_t until = shown(d)->view.guard_until_ns;

	if (!until || now_ns < until)
		return false;
	for (unsigned i = 0; i < d->inputs; i++)
		guard_over(&d->input[i].view);
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
	struct input *i = shown(d);

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
	i->rows_drawn = i->history->rows;
	i->clock_drawn_ns = d->scene.clock_ns;
}

void dashboard_read(struct dashboard *d, int64_t now_ns)
{
	read_inputs(d, now_ns);
}

/* What changes by itself on the input on show. */
static bool moved(struct dashboard *d, int64_t now_ns)
{
	struct input *i = shown(d);

	d->scene.loop_ns = now_ns;
	d->scene.view = &i->view;
	d->scene.history = i->history;
	return view_tick(&i->view, &d->scene) || i->history->rows != i->rows_drawn ||
	       i->view.frozen || link_clock(i->options.link, now_ns) != i->clock_drawn_ns;
}

void dashboard_quiet(struct dashboard *d)
{
	d->quiet = true;
}

bool dashboard_turn(struct dashboard *d, int64_t now_ns)
{
	/* With each screen all the same: a signal of another size may come between a turn and its poll. */
	bool look = !d->quiet || now_ns - d->drawn_ns >= TICK_NS, pressed = false;

	d->quiet = false;
	read_inputs(d, now_ns);
	tui_flush(d->tui);
	if (look && tui_resize(d->tui))
		d->dirty = d->alert = true;
	if (look)
		pressed = read_keys(d, now_ns);
	d->dirty |= guard_ends(d, now_ns);
	if (shown(d)->view.quit || tui_gone(d->tui))
		return false;
	d->dirty |= pressed;
	d->dirty |= moved(d, now_ns);
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
	int64_t tick = d->drawn_ns + TICK_NS;
	bool more = false;
	unsigned n = 0;

	if (tick <= now_ns)
		tick = now_ns + TICK_NS;
	fds[n++] = (struct pollfd){.fd = tui_in_fd(d->tui), .events = POLLIN};
	if (tui_pending(d->tui))
		fds[n++] = (struct pollfd){.fd = tui_out_fd(d->tui), .events = POLLOUT};
	for (unsigned i = 0; i < d->inputs; i++) {
		const struct input *in = &d->input[i];
		const struct link *l = in->options.link;

		if (in->ended)
			continue;
		more |= in->more;
		if (link_fd(l) >= 0)
			fds[n++] = (struct pollfd){.fd = link_fd(l), .events = POLLIN};
		if (link_due(l) < tick)
			tick = link_due(l);
	}
	*wait_ns = more || tick <= now_ns ? 0 : tick - now_ns;
	return n;
}

void dashboard_finish(struct dashboard *d)
{
	for (unsigned i = 0; i < d->inputs; i++) {
		input_end(&d->input[i]);
		if (d->options.judged)
			d->options.judged(d->options.context, i, &d->input[i]);
	}
}

void dashboard_counts(const struct dashboard *d, uint64_t *frames, uint64_t *skipped)
{
	*frames = d->frames;
	*skipped = d->skipped;
}
