#include "tui/paint.h"

#include <string.h>
#include <term.h>

#include "usb/utf8.h"

/*
 * So many unchanged cells in between are written again: a move is as long. It also keeps the two halves of a wide character
 * together, as they change together: a run never begins with a second half.
 */
enum { GAP = 6, UTF8_MAX = 4 };

/* Where what curses spells out goes: its functions take no context. */
static struct {
	char *at;
	size_t len, size;
	bool whole;
} spelt;

static int spell(int c)
{
	if (spelt.len < spelt.size)
		spelt.at[spelt.len++] = (char)c;
	else
		spelt.whole = false;
	return c;
}

static void spell_into(char *out, size_t size)
{
	spelt.at = out;
	spelt.len = 0;
	spelt.size = size;
	spelt.whole = true;
}

static bool learn(struct paint_look *l, attr_t attributes, short pair)
{
	bool good;

	spell_into(l->on, sizeof(l->on));
	vid_puts(attributes, pair, NULL, spell);
	l->on_len = spelt.len;
	good = spelt.whole;
	spell_into(l->off, sizeof(l->off));
	vid_puts(A_NORMAL, 0, NULL, spell);
	l->off_len = spelt.len;
	return good && spelt.whole;
}

static bool moves_fit(void)
{
	char move[PAINT_MOVE];

	if (!cursor_address)
		return false;
	spell_into(move, sizeof(move));
	tputs(tiparm(cursor_address, GRID_ROWS_MAX, GRID_COLUMNS_MAX), 1, spell);
	return spelt.whole;
}

void paint_begin(struct paint *p, const attr_t attributes[STYLES], const short pair[STYLES])
{
	/* A terminal that goes on to the next line by itself scrolls at its last corner, and one whose looks take room shifts. */
	p->able = moves_fit() && (!auto_right_margin || eat_newline_glitch) &&
	          magic_cookie_glitch < 0;
	p->moves_dressed = move_standout_mode;
	for (int i = 0; i < STYLES; i++)
		p->able &= learn(&p->look[i], attributes[i], pair[i]);
}

size_t paint_row_max(int width)
{
	return (size_t)width * (2 * PAINT_LOOK + PAINT_MOVE + UTF8_MAX);
}

static size_t put(char *out, const char *from, size_t len)
{
	memcpy(out, from, len);
	return len;
}

static size_t move_to(char *out, int y, int x)
{
	spell_into(out, PAINT_MOVE);
	tputs(tiparm(cursor_address, y, x), 1, spell);
	return spelt.len;
}

static bool same(const struct cell *a, const struct cell *b)
{
	return a->c == b->c && a->style == b->style;
}

size_t paint_row(const struct paint *p, char *out, int y, int width, const struct cell *now,
                 const struct cell *shown)
{
	const struct paint_look *worn = NULL;
	int at = -1; /* where the terminal's cursor is on this row; -1 elsewhere */
	size_t n = 0;

	for (int x = 0; x < width; x++) {
		if (same(&now[x], &shown[x]))
			continue;
		if (at < 0 || x - at > GAP) {
			if (worn && !p->moves_dressed) {
				n += put(out + n, worn->off, worn->off_len);
				worn = NULL;
			}
			n += move_to(out + n, y, x);
			at = x;
		}
		for (; at <= x; at++) {
			const struct paint_look *look = &p->look[now[at].style];

			if (!now[at].c)
				continue;
			if (look != worn) {
				if (worn)
					n += put(out + n, worn->off, worn->off_len);
				n += put(out + n, look->on, look->on_len);
				worn = look;
			}
			if (now[at].c < 0x80)
				out[n++] = (char)now[at].c;
			else
				n += utf8_put(out + n, now[at].c);
		}
	}
	if (worn)
		n += put(out + n, worn->off, worn->off_len);
	return n;
}
