/* In few words: where the input comes from, whether it is recorded, how the cursor stands to it. Short ones for narrow screens. */
#include <stdio.h>

#include "tui/screen.h"

void source_text(const struct scene *s, bool small, char *out, size_t size)
{
	const struct link_status *status = link_status(s->link);
	bool away = status && status->presence == LINK_AWAY;
	const char *end = small ? ", end" : ", at its end";

	switch (s->link->source) {
	case LINK_SOURCE_FILE:
		if (s->over)
			snprintf(out, size, "REPLAY%s", end);
		else if (s->link->paused)
			snprintf(out, size, "REPLAY, paused");
		else if (s->link->speed == LINK_SPEED_MAX)
			snprintf(out, size, "REPLAY");
		else
			snprintf(out, size, "REPLAY ×%g", s->link->speed);
		break;
	case LINK_SOURCE_STREAM:
		snprintf(out, size, s->over ? "STREAM%s" : "LIVE stream", end);
		break;
	case LINK_SOURCE_TAP:
		snprintf(out, size, !away ? "LIVE" : small ? "UNPLUGGED" : "LIVE, TAP UNPLUGGED");
		break;
	case LINK_SOURCE_SIMULATOR:
		snprintf(out, size, "SIMULATED%s", s->over ? end : "");
		break;
	}
}

const char *recording_text(const struct scene *s, bool small)
{
	const struct link_status *status = link_status(s->link);

	if (!status || !status->recording)
		return "";
	if (status->failed)
		return small ? "REC FAILED" : "RECORDING FAILED";
	return s->over ? "RECORDED" : "● REC";
}

void state_text(const struct scene *s, bool small, char *out, size_t size)
{
	const struct view *v = s->view;

	if (v->instant)
		snprintf(out, size, small ? "AGAIN 1/20" : "INSTANT REPLAY 1/20");
	else if (v->frozen)
		snprintf(out, size, "FROZEN %.1f s", (double)(s->loop_ns - v->frozen_since) / 1e9);
	else if (!v->following)
		snprintf(out, size, small ? "BEHIND %.1f s" : "BEHIND %.2f s",
		         (double)(s->history->now_ns - s->cursor_ns) / 1e9);
	else
		out[0] = '\0';
}
