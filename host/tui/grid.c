/*
 * Cells, and text into cells. Wire text is taken character by character: what is plain (escape.h) and has a width is
 * drawn, all else is spelt out.
 */
#include "tui/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "report/escape.h"

static const struct {
	uint32_t glyph;
	char ascii;
} glyphs[] = {
	{0x2500, '-'},  /* ─ */
	{0x2502, '|'},  /* │ */
	{0x250c, '+'},  /* ┌ */
	{0x2510, '+'},  /* ┐ */
	{0x2514, '`'},  /* └ */
	{0x2518, '\''}, /* ┘ */
	{0x251c, '+'},  /* ├ */
	{0x252c, '+'},  /* ┬ */
	{0x2534, '+'},  /* ┴ */
	{0x2581, '_'},  /* ▁ */
	{0x2582, '.'},  /* ▂ */
	{0x2583, ':'},  /* ▃ */
	{0x2584, '-'},  /* ▄ */
	{0x2585, '='},  /* ▅ */
	{0x2586, '+'},  /* ▆ */
	{0x2587, '*'},  /* ▇ */
	{0x2588, '#'},  /* █ */
	{0x2591, '%'},  /* ░ */
	{0x25a0, '#'},  /* ■ */
	{0x25a1, 'o'},  /* □ */
	{0x25b2, '!'},  /* ▲ */
	{0x25ba, '>'},  /* ► */
	{0x25b8, '>'},  /* ▸ */
	{0x25be, 'v'},  /* ▾ */
	{0x25c6, '+'},  /* ◆ */
	{0x25c7, '~'},  /* ◇ */
	{0x25cb, '?'},  /* ○ */
	{0x25cf, '*'},  /* ● */
	{0x2022, '*'},  /* • */
	{0x2026, '~'},  /* … */
	{0x2190, '<'},  /* ← */
	{0x2192, '>'},  /* → */
	{0x2191, '^'},  /* ↑ */
	{0x203a, '>'},  /* › */
	{0x2013, '-'},  /* – */
	{0x00b7, '.'},  /* · */
	{0x00d7, 'x'},  /* × */
};

char grid_ascii(uint32_t c)
{
	if (c < 0x80)
		return (char)c;
	for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++)
		if (glyphs[i].glyph == c)
			return glyphs[i].ascii;
	return '?';
}

static bool own_glyph(uint32_t c)
{
	for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++)
		if (glyphs[i].glyph == c)
			return true;
	return false;
}

void grid_clear(struct grid *g, int h, int w)
{
	g->h = h < GRID_ROWS_MAX ? h : GRID_ROWS_MAX;
	g->w = w < GRID_COLUMNS_MAX ? w : GRID_COLUMNS_MAX;
	for (int i = 0; i < g->h * g->w; i++)
		g->cell[i] = (struct cell){.c = ' '};
}

void grid_put(struct grid *g, int y, int x, enum style s, uint32_t c)
{
	struct cell *at;

	if (y < 0 || x < 0 || y >= g->h || x >= g->w)
		return;
	at = &g->cell[y * g->w + x];
	/* Half of a wide character is none. */
	if (!at->c && x > 0)
		at[-1].c = ' ';
	if (x + 1 < g->w && !at[1].c)
		at[1].c = ' ';
	*at = (struct cell){.c = g->ascii ? (unsigned char)grid_ascii(c) : c, .style = (uint8_t)s};
}

void grid_fill(struct grid *g, struct rect r, uint32_t c, enum style s)
{
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++)
			grid_put(g, y, x, s, c);
}

/* One character as it will be drawn: itself, or spelt out in `spelt`. Returns its bytes and columns. */
static size_t next(const struct grid *g, const char *text, int32_t *c, char spelt[16], int *columns)
{
	const unsigned char first = (unsigned char)*text;
	char one[8];
	size_t n;

	*columns = 1;
	/* Most are of these, and need nobody's judgement. */
	if (first >= 0x20 && first < 0x7f) {
		*c = first;
		return 1;
	}
	n = escape_next(text, c);
	if (*c >= 0 && own_glyph((uint32_t)*c))
		return n;
	if (*c >= 0 && !g->ascii && escape_is_plain(*c)) {
		*columns = wcwidth((wchar_t)*c);
		if (*columns == 1 || *columns == 2)
			return n;
	}
	memcpy(one, text, n);
	one[n] = '\0';
	escape_terminal(spelt, 16, one);
	if (*c >= 0 && (unsigned char)spelt[0] >= 0x80)
		snprintf(spelt, 16, "\\u{%x}", (unsigned)*c);
	*c = -1;
	*columns = (int)strlen(spelt);
	return n;
}

int grid_width(const struct grid *g, const char *text)
{
	int width = 0;

	while (*text) {
		char spelt[16];
		int32_t c;
		int columns;

		text += next(g, text, &c, spelt, &columns);
		width += columns;
	}
	return width;
}

static int draw_one(struct grid *g, int y, int x, enum style s, int32_t c, const char *spelt,
                    int columns)
{
	if (c < 0) {
		for (int i = 0; i < columns; i++)
			grid_put(g, y, x + i, s, (unsigned char)spelt[i]);
		return x + columns;
	}
	grid_put(g, y, x, s, (uint32_t)c);
	if (columns == 2) {
		grid_put(g, y, x + 1, s, ' ');
		if (y >= 0 && y < g->h && x >= 0 && x + 1 < g->w)
			g->cell[y * g->w + x + 1].c = 0;
	}
	return x + columns;
}

int grid_text(struct grid *g, int y, int x, int w, enum style s, const char *text)
{
	int end = x + w < g->w ? x + w : g->w;
	bool fits;

	if (w <= 0 || x >= end)
		return x;
	/* The width is asked for only of what may not fit: long texts are cut, not measured. */
	fits = strnlen(text, (size_t)(end - x) * 16 + 1) <= (size_t)(end - x) * 16 &&
	       x + grid_width(g, text) <= end;
	while (*text) {
		char spelt[16];
		int32_t c;
		int columns;

		text += next(g, text, &c, spelt, &columns);
		if (x + columns > end - (fits ? 0 : 1)) {
			grid_put(g, y, x, s, 0x2026);
			return x + 1;
		}
		x = draw_one(g, y, x, s, c, spelt, columns);
	}
	return x;
}

int grid_format(struct grid *g, int y, int x, int w, enum style s, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return grid_text(g, y, x, w, s, text);
}

enum { LINE_BYTES = 1024 };

/* Columns of the first `n` bytes, fewer than LINE_BYTES. */
static int width_of(const struct grid *g, const char *text, size_t n)
{
	char line[LINE_BYTES];

	memcpy(line, text, n);
	line[n] = '\0';
	return grid_width(g, line);
}

/* How much of a word that is wider than a line fits into one: whole characters, at least one. */
static size_t part_that_fits(const struct grid *g, const char *text, int w)
{
	size_t best = 1;

	for (size_t i = 1; text[i] && i < LINE_BYTES - 1; i++) {
		if ((text[i] & 0xc0) == 0x80)
			continue;
		if (width_of(g, text, i) > w)
			break;
		best = i;
	}
	return best;
}

/* Bytes of the next line of that width; what is left, on the last one, which then shows that it was cut. */
static size_t line_bytes(const struct grid *g, const char *text, int w, bool last)
{
	size_t best = 0, len = strlen(text), take;

	for (size_t i = 0; i <= len && i < LINE_BYTES - 1; i++) {
		if (text[i] && text[i] != ' ')
			continue;
		if (width_of(g, text, i) > w)
			break;
		best = i;
	}
	take = last ? len : best ? best : part_that_fits(g, text, w);
	return take < LINE_BYTES ? take : LINE_BYTES - 1;
}

int grid_wrap(struct grid *g, struct rect r, enum style s, const char *text)
{
	char line[LINE_BYTES];
	int lines = 0;

	while (*text && lines < r.h) {
		size_t take = line_bytes(g, text, r.w, lines == r.h - 1);

		memcpy(line, text, take);
		line[take] = '\0';
		grid_text(g, r.y + lines++, r.x, r.w, s, line);
		text += take;
		while (*text == ' ')
			text++;
	}
	return lines;
}

int grid_wrapped(const struct grid *g, int w, const char *text)
{
	int lines = 0;

	while (*text) {
		text += line_bytes(g, text, w, false);
		lines++;
		while (*text == ' ')
			text++;
	}
	return lines;
}
