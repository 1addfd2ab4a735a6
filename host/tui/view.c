/* The scene as of the cursor, and the moving parts of the view. */
#include "tui/view.h"

#include <string.h>

enum { INSTANT_SLOWER = 20 };

void view_init(struct view *v)
{
	*v = (struct view){
		.following = true,
		.focus = PANE_FINDINGS,
		.finding = -1,
		.device = -1,
		.masked_projector = true,
		.set_speed = -1,
	};
}

void view_carry(struct view *v, const struct view *from)
{
	v->focus = from->focus;
	v->zoomed = from->zoomed;
	v->projector = from->projector;
	v->blank = from->blank;
	v->masked = from->masked;
	v->masked_projector = from->masked_projector;
	v->scale = from->scale;
	v->filter = from->filter;
	v->guard_until_ns = from->guard_until_ns;
	memcpy(v->guard_name, from->guard_name, sizeof(v->guard_name));
}

void view_restart(struct view *v)
{
	struct view was = *v;

	view_init(v);
	view_carry(v, &was);
}

static int64_t cursor_of(const struct scene *s)
{
	const struct view *v = s->view;
	int64_t now = s->history->now_ns;

	if (v->instant) {
		int64_t t = v->instant_from_ns + (s->loop_ns - v->instant_since) / INSTANT_SLOWER;

		return t < v->instant_to_ns ? t : v->instant_to_ns;
	}
	return v->following ? now : v->cursor_ns;
}

void scene_at(struct scene *s)
{
	const struct moment *moment;

	s->cursor_ns = cursor_of(s);
	s->findings = history_findings_at(s->history, s->cursor_ns);
	if (s->findings > s->report->findings)
		s->findings = s->report->findings;
	s->rows = history_rows_at(s->history, s->cursor_ns);
	if (s->passed)
		passed_update(s->passed, &s->view->filter, s->history);
	s->steps = history_steps_at(s->history, s->cursor_ns);
	s->devices = history_devices_at(s->history, s->cursor_ns, s->device, MODEL_DEVICES_MAX);
	moment = moments_at(s->moments, s->cursor_ns);
	s->moment = moment ? *moment : (struct moment){.any = false};
	coverage_judge(&s->coverage, &s->moment.seen, s->report->profile);
	/* At its end what was truncated, or never decided, is known as well. */
	if (s->over && s->cursor_ns >= s->history->now_ns)
		s->coverage = *s->report->coverage;
	s->verdict = verdict_of(s->report->finding, s->findings, &s->coverage);
}

size_t scene_findings(const struct scene *s, uint16_t order[FINDINGS_MAX])
{
	size_t n = 0;

	for (int w = WEIGHT_DECISIVE; w >= WEIGHT_WEAK; w--)
		for (size_t i = 0; i < s->findings && i < FINDINGS_MAX; i++)
			if (s->report->finding[i].weight == (enum weight)w)
				order[n++] = (uint16_t)i;
	return n;
}

void view_go(struct view *v, const struct scene *s, int64_t t_ns)
{
	v->following = false;
	v->instant = false;
	v->row_chosen = false;
	if (t_ns < s->history->begin_ns)
		t_ns = s->history->begin_ns;
	if (t_ns > s->history->now_ns)
		t_ns = s->history->now_ns;
	v->cursor_ns = t_ns;
}

bool view_tick(struct view *v, const struct scene *s)
{
	if (!v->instant)
		return false;
	if (cursor_of(s) >= v->instant_to_ns) {
		v->instant = false;
		v->following = false;
		v->cursor_ns = v->instant_to_ns;
	}
	return true;
}
