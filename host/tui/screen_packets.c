/* The packet list under its filter, and beside it, where there is room, the selected one in bytes. */
#include <stdio.h>

#include "tui/packets.h"
#include "tui/screen.h"

enum { BYTES_WIDTH = 44, BYTES_FROM = 110 };

static void title(const struct scene *s, char *out, size_t size)
{
	const struct filter *f = &s->view->filter;

	if (f->text[0])
		snprintf(out, size, "filter: %s, %llu in all, SOF and NAK folded", f->text,
		         (unsigned long long)s->rows);
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

static void draw_bytes(struct grid *g, struct rect r, const struct scene *s,
                       const struct history_row *row)
{
	char words[256];
	int y = r.y, end = r.y + r.h;

	for (int i = 0; i < r.h; i++)
		grid_put(g, r.y + i, r.x, STYLE_TITLE, 0x2502);
	row_describe(row, words, sizeof(words));
	if (s->view->masked && row->keys)
		snprintf(words, sizeof(words), "key •, its bytes are masked too");
	y += grid_wrap(g, (struct rect){y, r.x + 2, 2, r.w - 3}, STYLE_STRONG, words);
	if (row->has_setup && y < end)
		grid_format(g, y++, r.x + 2, r.w - 3, STYLE_DIM,
		            "setup %02x %02x value %04x index %04x len %u",
		            row->setup.bmRequestType, row->setup.bRequest, row->setup.wValue,
		            row->setup.wIndex, row->setup.wLength);
	for (unsigned i = 0; i < row->len && y < end && !(s->view->masked && row->keys); i += 8) {
		int x = grid_format(g, y, r.x + 2, 6, STYLE_DIM, "%02x  ", i);

		for (unsigned k = i; k < i + 8 && k < row->len; k++)
			x = grid_format(g, y, x, 4, STYLE_NORMAL, "%02x ", row->data[k]);
		x = r.x + 2 + 4 + 24 + 1;
		for (unsigned k = i; k < i + 8 && k < row->len; k++)
			grid_put(g, y, x++, STYLE_DIM,
			         row->data[k] >= 0x20 && row->data[k] < 0x7f ? row->data[k] : '.');
		y++;
	}
	if (row->len_true > row->len && y < end)
		grid_format(g, y++, r.x + 2, r.w - 3, STYLE_DIM, "%u of %u bytes are kept here",
		            row->len, row->len_true);
	if (row->naks && y < end)
		grid_format(g, y, r.x + 2, r.w - 3, STYLE_DIM, "%u polls refused before it",
		            row->naks);
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
		list.h -= 6;
		above = list.h * 2 / 3;
		draw_bytes(g, (struct rect){r.y + list.h, r.x, 6, r.w}, s,
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
