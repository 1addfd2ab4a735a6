/* The packet list under its filter, and beside it, where there is room, the selected one in bytes. */
#include <stdio.h>

#include "tui/fields.h"
#include "tui/packets.h"
#include "tui/screen.h"

enum { BYTES_WIDTH = 44, BYTES_FROM = 110 };

static void title(const struct scene *s, char *out, size_t size)
{
	const struct filter *f = &s->view->filter;
	uint64_t first = history_rows_first(s->history);

	if (f->text[0] && s->passed)
		snprintf(out, size, "filter: %s, %u of %llu%s, SOF and NAK folded", f->text,
		         passed_count(s->passed, s->history, s->rows),
		         (unsigned long long)(s->rows > first ? s->rows - first : 0),
		         first ? " kept" : "");
	else
		snprintf(out, size, "%llu, SOF and NAK folded", (unsigned long long)s->rows);
}

static const char *direction(const struct history_row *r)
{
	if (r->kind != HISTORY_TRANSFER)
		return "";
	if (r->has_setup)
		return "CTL";
	return r->endpoint & 0x80 ? "IN" : "OUT";
}

static void draw_row(struct grid *g, int y, struct rect r, const struct scene *s,
                     const struct history_row *row, bool selected)
{
	enum style style = selected ? STYLE_SELECTED : STYLE_NORMAL;
	enum style dim = selected ? STYLE_SELECTED : STYLE_DIM;
	bool later = row->seen_ns > s->cursor_ns;
	char words[256], time[32];
	int x = r.x, end = r.x + r.w, at;

	if (selected)
		grid_fill(g, (struct rect){y, r.x, 1, r.w}, ' ', style);
	else if (later)
		style = dim;
	grid_put(g, y, x, style, selected ? 0x203a : ' ');
	grid_format(g, y, x + 1, 8, dim, "%7llu", (unsigned long long)row->packet);
	time_text(time, sizeof(time), s, row->t_ns);
	grid_format(g, y, x + 9, 11, style, "%10s", time);
	if (row->kind == HISTORY_TRANSFER)
		grid_format(g, y, x + 21, 8, style, "%u.%u.%u", row->bus, row->address,
		            row->endpoint & 15);
	grid_text(g, y, x + 29, 4, dim, direction(row));
	row_describe(row, words, sizeof(words));
	if (s->view->masked && row->keys)
		snprintf(words, sizeof(words), "key •");
	/* What is no transfer has neither address nor length, and takes their room. */
	at = row->kind == HISTORY_TRANSFER ? 33 : 21;
	grid_text(g, y, x + at,
	          end - x - at - (row->kind == HISTORY_TRANSFER || row->finding ? 16 : 1),
	          row->keys && !selected ? STYLE_STRONG : style, words);
	if (row->finding && (size_t)(row->finding - 1) < s->report->findings) {
		const struct finding *f = &s->report->finding[row->finding - 1];

		grid_put(g, y, end - 15, selected ? style : finding_style(f->weight),
		         finding_mark(f->weight));
		grid_text(g, y, end - 13, 5, selected ? style : finding_style(f->weight), f->rule);
	}
	if (row->kind == HISTORY_TRANSFER)
		grid_format(g, y, end - 8, 7, dim, "%5u B", row->len_true);
}

/* Whether byte `i` of what stands there is of the field. */
static bool is_of(const struct field *f, enum field_place place, unsigned i)
{
	return f && f->place == place && f->bits && i >= f->bit / 8 &&
	       i <= (f->bit + f->bits - 1u) / 8;
}

/* A line of eight bytes, those of the field selected. */
static void draw_eight(struct grid *g, int y, struct rect r, const uint8_t *bytes, unsigned from,
                       unsigned len, const struct field *f, enum field_place place)
{
	int x = place == FIELD_DATA ? grid_format(g, y, r.x + 2, 6, STYLE_DIM, "%02x  ", from)
	                            : grid_text(g, y, r.x + 2, 6, STYLE_DIM, "set ");

	for (unsigned k = from; k < from + 8 && k < len; k++) {
		grid_format(g, y, x, 4, is_of(f, place, k) ? STYLE_SELECTED : STYLE_NORMAL, "%02x",
		            bytes[k]);
		x += 3;
	}
	x = r.x + 2 + 4 + 24 + 1;
	for (unsigned k = from; k < from + 8 && k < len && place == FIELD_DATA; k++)
		grid_put(g, y, x++, STYLE_DIM,
		         bytes[k] >= 0x20 && bytes[k] < 0x7f ? bytes[k] : '.');
}

/* The bytes in at most `lines` lines, so that the selected field's are among them; returns how many it took. */
static int draw_hex(struct grid *g, struct rect r, const struct history_row *row,
                    const struct field *f, int lines)
{
	int total = (row->len + 7) / 8, first = 0, y = r.y;

	if (f && f->place == FIELD_DATA && f->bit / 64 >= lines)
		first = f->bit / 64 - lines + 1;
	if (first > total - lines)
		first = total > lines ? total - lines : 0;
	for (int i = first; i < total && y < r.y + lines; i++)
		draw_eight(g, y++, r, row->data, (unsigned)i * 8, row->len, f, FIELD_DATA);
	return y - r.y;
}

static void draw_field(struct grid *g, int y, struct rect r, const struct field *f, bool selected)
{
	enum style style = selected ? STYLE_SELECTED : STYLE_NORMAL;
	int x = r.x + 2;

	if (selected)
		grid_fill(g, (struct rect){y, x, 1, r.w - 3}, ' ', style);
	if (f->place != FIELD_ROW && (f->bit % 8 || f->bits % 8))
		grid_format(g, y, x, 7, selected ? style : STYLE_DIM, "%s%u.%u",
		            f->place == FIELD_SETUP ? "s" : "", f->bit / 8, f->bit % 8);
	else if (f->place != FIELD_ROW)
		grid_format(g, y, x, 7, selected ? style : STYLE_DIM, "%s%u",
		            f->place == FIELD_SETUP ? "s" : "", f->bit / 8);
	grid_text(g, y, x + 5, r.w - 8, style, f->text);
}

static void draw_bytes(struct grid *g, struct rect r, const struct scene *s,
                       const struct history_row *row)
{
	bool in_fields = s->view->in_fields && s->view->focus == PANE_PACKETS;
	bool masked = s->view->masked && row->keys;
	int y = r.y, end = r.y + r.h, room, first = 0;
	const struct field *chosen = NULL;
	struct fields fields;
	char words[256];

	for (int i = 0; i < r.h; i++)
		grid_put(g, r.y + i, r.x, STYLE_TITLE, 0x2502);
	row_describe(row, words, sizeof(words));
	if (masked)
		snprintf(words, sizeof(words), "key •, its bytes are masked too");
	y += grid_wrap(g, (struct rect){y, r.x + 2, 2, r.w - 3}, STYLE_STRONG, words);
	if (row->kind != HISTORY_TRANSFER)
		return;
	fields_read(&fields, s, row, s->view->masked);
	if (in_fields && fields.count)
		chosen = &fields.field[s->view->field < fields.count ? s->view->field
		                                                     : fields.count - 1];
	if (row->has_setup && y < end) {
		const struct usb_setup *p = &row->setup;
		const uint8_t bytes[8] = {p->bmRequestType,    p->bRequest,
		                          (uint8_t)p->wValue,  (uint8_t)(p->wValue >> 8),
		                          (uint8_t)p->wIndex,  (uint8_t)(p->wIndex >> 8),
		                          (uint8_t)p->wLength, (uint8_t)(p->wLength >> 8)};

		draw_eight(g, y++, r, bytes, 0, 8, chosen, FIELD_SETUP);
	}
	/* Half of the room at most: what they mean is worth as much. */
	if (!masked && y < end) {
		room = (end - y + 1) / 2;
		y += draw_hex(g, (struct rect){y, r.x, end - y, r.w}, row, chosen, room);
	}
	if (row->len_true > row->len && y < end)
		grid_format(g, y++, r.x + 2, r.w - 3, STYLE_DIM, "%u of %u bytes are kept here",
		            row->len, row->len_true);
	if (row->naks && y < end)
		grid_format(g, y++, r.x + 2, r.w - 3, STYLE_DIM, "%u polls refused before it",
		            row->naks);
	room = end - y;
	if (chosen && chosen - fields.field >= room)
		first = (int)(chosen - fields.field) - room + 1;
	for (unsigned i = (unsigned)first; i < fields.count && y < end; i++)
		draw_field(g, y++, r, &fields.field[i], &fields.field[i] == chosen);
}

static void draw(struct grid *g, struct rect r, const struct scene *s)
{
	uint64_t selected = packets_selected(s), at;
	struct rect list = r;
	int above = r.h * 2 / 3;

	if (selected == PACKETS_NONE) {
		grid_text(g, r.y, r.x + 2, r.w - 3, STYLE_DIM,
		          !s->rows ? "no packet so far"
		          : s->rows <= history_rows_first(s->history)
		                  ? "packets of then are no longer kept"
		                  : "no packet passes the filter");
		return;
	}
	if (r.w >= BYTES_FROM) {
		list.w -= BYTES_WIDTH;
		draw_bytes(g, (struct rect){r.y, r.x + list.w, r.h, BYTES_WIDTH}, s,
		           history_row(s->history, selected));
	} else if (r.h >= 14) {
		/* Who goes through its fields looks at them; the list shows where that is. */
		int bytes = s->view->in_fields ? r.h - 4 : 8;

		list.h -= bytes;
		above = list.h * 2 / 3;
		draw_bytes(g, (struct rect){r.y + list.h, r.x, bytes, r.w}, s,
		           history_row(s->history, selected));
	}
	if (s->view->following)
		above = list.h - 1;
	at = packets_step(s, selected, -above);
	for (int y = list.y; y < list.y + list.h && at != PACKETS_NONE; y++) {
		uint64_t next;

		if (history_row(s->history, at)->seen_ns > s->cursor_ns && s->view->following)
			break;
		draw_row(g, y, list, s, history_row(s->history, at), at == selected);
		next = packets_step(s, at, 1);
		at = next == at ? PACKETS_NONE : next;
	}
}

const struct screen screen_packets = {
	.pane = PANE_PACKETS,
	.name = "Packets",
	.title = title,
	.draw = draw,
};
