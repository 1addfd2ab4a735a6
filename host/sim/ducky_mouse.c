/*
 * Pointer commands: O.MG's MOUSE forms, Flipper's and MalDuino's words. Input: a statement. Output: one action.
 */
#include "sim/ducky_state.h"

enum { FARTHEST = 32767, BUTTON_MAX = 8 };

/* A signed number off the front; variables are unsigned. */
static bool whole(struct ducky *d, struct ducky_span *rest, int32_t *out)
{
	struct ducky_span w = ducky_first(d, rest);
	const char *at = ducky_at(d, w);
	uint32_t i = w.len && (*at == '-' || *at == '+');
	uint16_t value;

	*out = 0;
	if (w.len && *at == '$') {
		if (ducky_read_variable(d, at, w.len, &value) != LOOKUP_OK)
			return false;
		*out = value;
		return true;
	}
	if (i == w.len)
		return false;
	for (; i < w.len; i++) {
		if (at[i] < '0' || at[i] > '9' || *out > FARTHEST)
			return false;
		*out = *out * 10 + (at[i] - '0');
	}
	if (*at == '-')
		*out = -*out;
	return *out >= -FARTHEST && *out <= FARTHEST;
}

static bool move(struct ducky *d, struct ducky_span args, struct ducky_mouse *m)
{
	m->act = DUCKY_MOUSE_MOVE;
	return whole(d, &args, &m->x) && whole(d, &args, &m->y) && !args.len;
}

static bool scroll(struct ducky *d, struct ducky_span args, struct ducky_mouse *m)
{
	m->act = DUCKY_MOUSE_SCROLL;
	return whole(d, &args, &m->y) && !args.len;
}

static bool click(struct ducky *d, struct ducky_span args, struct ducky_mouse *m)
{
	static const char *const names[] = {"LEFT", "RIGHT", "MIDDLE"};
	int32_t button = 1;

	m->act = DUCKY_MOUSE_CLICK;
	for (uint8_t i = 0; i < 3; i++)
		if (ducky_is(ducky_at(d, args), args.len, names[i])) {
			m->button = i + 1;
			return true;
		}
	if (args.len && !whole(d, &args, &button))
		return false;
	m->button = (uint8_t)button;
	return button > 0 && button <= BUTTON_MAX && !args.len;
}

static bool jiggle(const struct ducky *d, struct ducky_span args, struct ducky_mouse *m)
{
	m->act = DUCKY_MOUSE_JIGGLE;
	m->button = !args.len || ducky_is(ducky_at(d, args), args.len, "ON");
	return m->button || ducky_is(ducky_at(d, args), args.len, "OFF");
}

static bool named(struct ducky *d, struct ducky_span args, struct ducky_mouse *m)
{
	struct ducky_span rest = args, word = ducky_first(d, &rest);
	const char *at = ducky_at(d, word);

	if (ducky_is(at, word.len, "MOVE"))
		return move(d, rest, m);
	if (ducky_is(at, word.len, "CLICK"))
		return click(d, rest, m);
	if (ducky_is(at, word.len, "SCROLL"))
		return scroll(d, rest, m);
	if (ducky_is(at, word.len, "JIGGLE") || ducky_is(at, word.len, "JIGGLER"))
		return jiggle(d, rest, m);
	return move(d, args, m);
}

bool ducky_parse_mouse(struct ducky *d, const struct ducky_statement *s, struct ducky_mouse *m)
{
	*m = (struct ducky_mouse){0};
	switch (s->kind) {
	case KIND_MOUSE:
		return named(d, s->args, m);
	case KIND_MOUSE_MOVE:
		return move(d, s->args, m);
	case KIND_MOUSE_SCROLL:
		return scroll(d, s->args, m);
	case KIND_CLICK:
		*m = (struct ducky_mouse){.act = DUCKY_MOUSE_CLICK, .button = s->n};
		return true;
	default:
		if (s->n) {
			*m = (struct ducky_mouse){.act = DUCKY_MOUSE_JIGGLE, .button = s->n == 2};
			return true;
		}
		return jiggle(d, s->args, m);
	}
}
