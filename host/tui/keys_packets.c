/* Keys of the packet list and of the fields of its selected row. */
#include <stdio.h>

#include "tui/fields.h"
#include "tui/keys.h"
#include "tui/packets.h"
#include "tui/screen.h"

/* One event: the row before the last that is known at the cursor, or the first behind it. */
void keys_event(struct view *v, const struct scene *s, int key)
{
	keys_packets_move(v, s, key == ',' ? -1 : 1);
}

void keys_packets_move(struct view *v, const struct scene *s, int by)
{
	uint64_t at = packets_selected(s);

	if (at == PACKETS_NONE)
		return;
	at = packets_step(s, at, by);
	view_go(v, s, history_row(s->history, at)->seen_ns);
	v->row = at;
	v->row_chosen = true;
}

static unsigned read_fields(struct fields *f, const struct view *v, const struct scene *s)
{
	uint64_t at = packets_selected(s);

	f->count = 0;
	if (at != PACKETS_NONE)
		fields_read(f, s, history_row(s->history, at), v->masked);
	return f->count;
}

void keys_fields_move(struct view *v, const struct scene *s, int by)
{
	struct fields f;
	int count = (int)read_fields(&f, v, s), at = (int)v->field;

	at = at < count ? at : count - 1;
	at += by;
	v->field = (unsigned)(at >= count && count ? count - 1 : at < 0 ? 0 : at);
}

void keys_fields_enter(struct view *v, const struct scene *s)
{
	struct fields f;

	if (!read_fields(&f, v, s)) {
		snprintf(v->message, sizeof(v->message), "it has no fields");
		return;
	}
	v->in_fields = true;
	v->field = 0;
}

/* What those have in common that shall be shown: the field under the cursor, else who talks to which endpoint. */
static bool wanted(const struct view *v, const struct scene *s, const struct history_row *r,
                   char *out, size_t size)
{
	struct fields f;

	if (r->kind != HISTORY_TRANSFER) {
		snprintf(out, size, "%s",
		         r->kind == HISTORY_BURST  ? "bursts"
		         : r->kind == HISTORY_STEP ? "steps"
		         : r->kind == HISTORY_TAP  ? "tap"
		                                   : "line");
		return true;
	}
	if (!v->in_fields || screens_focus(s) != PANE_PACKETS || !read_fields(&f, v, s)) {
		snprintf(out, size, "dev %u ep %u", r->address, r->endpoint & 15);
		return true;
	}
	snprintf(out, size, "%s", f.field[v->field < f.count ? v->field : f.count - 1].filter);
	return out[0];
}

void keys_filter_row(struct view *v, const struct scene *s, int key)
{
	uint64_t at = packets_selected(s);
	char text[FIELD_FILTER];

	(void)key;
	if (at == PACKETS_NONE)
		return;
	if (!wanted(v, s, history_row(s->history, at), text, sizeof(text))) {
		snprintf(v->message, sizeof(v->message), "no filter is made of this field");
		return;
	}
	filter_parse(&v->filter, text);
	v->focus = PANE_PACKETS;
	v->row = at;
	v->row_chosen = true;
}
