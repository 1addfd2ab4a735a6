/* See input.h. */
#include "tui/input.h"
#include "usb/tap_checks.h"

enum { PUMPS_A_TURN = 8 };

static void remember(struct input *i, int64_t t_ns)
{
	moments_add(i->moments, t_ns, analysis_seen(i->analysis), analysis_engine(i->analysis));
}

/* By the records' time, for a replay at full speed reads minutes in a turn: a column as it was at its end. */
static void remember_column(struct input *i, bool any, int64_t last_ns)
{
	if (i->history->now_ns < i->moment_due_ns)
		return;
	if (any) {
		analysis_look(i->analysis, link_info(i->options.link));
		remember(i, last_ns);
	}
	i->moment_due_ns = moments_due(i->moments, i->history->now_ns);
}

static void watch(void *context, const struct engine *engine, const struct event *e)
{
	struct input *i = context;
	int64_t last_ns = i->history->now_ns;
	bool any = i->history->any;

	i->history->layout = analysis_layout(i->analysis);
	history_event(i->history, engine, e);
	remember_column(i, any, last_ns);
	if (i->seeking && i->history->findings > i->findings_before)
		i->options.link->stop = true;
}

enum err input_play(struct input *i, const struct input_options *o)
{
	struct history *history = history_new(o->layout);
	struct moments *moments = moments_new();
	struct analysis *analysis = NULL;
	struct analysis_options options = {
		.profile = o->profile,
		.layout = o->layout,
		.watch = watch,
		.watch_context = i,
	};
	enum err err = history && moments ? analysis_new(&analysis, &options) : ERR_MEMORY;

	if (err) {
		history_free(history);
		moments_free(moments);
		return err;
	}
	if (i->analysis)
		view_restart(&i->view);
	else
		view_init(&i->view);
	input_release(i);
	i->analysis = analysis;
	i->history = history;
	i->moments = moments;
	i->options = *o;
	i->err = ERR_NONE;
	i->ended = i->more = i->seeking = false;
	i->rows_drawn = 0;
	i->passed.rows = 0;
	i->moment_ns = i->moment_due_ns = INT64_MIN;
	i->alert = true;
	return ERR_NONE;
}

void input_release(struct input *i)
{
	analysis_free(i->analysis);
	history_free(i->history);
	moments_free(i->moments);
	i->analysis = NULL;
	i->moments = NULL;
	i->history = NULL;
}

void input_end(struct input *i)
{
	struct capture_info info = *link_info(i->options.link);

	if (i->ended)
		return;
	i->ended = true;
	i->alert = true;
	info.truncated |= i->state != LINK_OVER || i->err == ERR_READ;
	analysis_end(i->analysis, &info);
}

static void seek_done(struct input *i, int64_t now_ns)
{
	bool found = i->history->findings > i->findings_before;

	i->seeking = false;
	link_pace(i->options.link, now_ns, i->speed_before, found);
	i->alert = true;
	if (!found)
		return;
	i->view.finding = (int)i->findings_before;
	i->view.following = true;
	i->view.row_chosen = false;
}

/* What the operator asked of the tap came to nothing. */
static void tell_refusal(struct input *i)
{
	const struct link_status *status = link_status(i->options.link);

	if (!status || status->refusals == i->refusals)
		return;
	i->refusals = status->refusals;
	_Static_assert(sizeof(i->view.message) >= TAP_REFUSAL_MAX, "the message has room");
	tap_refusal(&status->refused, i->view.message);
	i->alert = true;
}

/* At once: its record may still wait in a stream that stands still. */
static void tell_alert(struct input *i)
{
	const struct link_status *status = link_status(i->options.link);

	unsigned more;

	if (!status || status->alerts == i->alerts)
		return;
	more = status->alerts - i->alerts - 1;
	i->alerts = status->alerts;
	if (more)
		snprintf(i->view.message, sizeof(i->view.message),
		         "the tap's alarm: %s, and %u before it",
		         tap_alert_name(status->alert.what), more);
	else
		snprintf(i->view.message, sizeof(i->view.message), "the tap's alarm: %s",
		         tap_alert_name(status->alert.what));
	i->alert = true;
}

void input_read(struct input *i, int64_t now_ns)
{
	struct record_sink sink = analysis_sink(i->analysis);
	size_t findings = i->history->findings;

	for (unsigned n = 0; n < PUMPS_A_TURN && !i->ended; n++) {
		i->err = link_pump(i->options.link, now_ns, &sink, &i->state);
		if (i->seeking && (i->options.link->stop || i->state == LINK_OVER))
			seek_done(i, now_ns);
		if (i->state == LINK_OVER)
			input_end(i);
		if (i->state != LINK_MORE)
			break;
	}
	i->more = i->state == LINK_MORE && !i->ended;
	tell_refusal(i);
	tell_alert(i);
	if (i->history->findings > findings) {
		i->alert = true;
		link_keep(i->options.link);
	}
}

void input_seek(struct input *i, int64_t now_ns)
{
	if (i->seeking || i->ended)
		return;
	i->seeking = true;
	i->speed_before = i->options.link->speed;
	i->findings_before = i->history->findings;
	link_pace(i->options.link, now_ns, LINK_SPEED_MAX, false);
}

void input_pace(struct input *i, int64_t now_ns, double speed, bool paused)
{
	i->seeking = false;
	link_pace(i->options.link, now_ns, speed, paused);
}

struct report_input input_report(struct input *i)
{
	if (!i->ended)
		analysis_look(i->analysis, link_info(i->options.link));
	if (i->history->any && i->history->now_ns != i->moment_ns) {
		i->moment_ns = i->history->now_ns;
		remember(i, i->moment_ns);
	}
	return analysis_report(i->analysis);
}
