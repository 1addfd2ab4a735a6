/*
 * A screen as cells: what screens draw on. It knows nothing of terminals; tui.c brings it there. All text that is drawn
 * passes through here, so that nothing off the wire reaches a terminal as it is.
 */
#ifndef CORDON_TUI_GRID_H
#define CORDON_TUI_GRID_H

#include <stdbool.h>
#include <stdint.h>

enum { GRID_ROWS_MAX = 200, GRID_COLUMNS_MAX = 400 };

/* What a cell means; theme.c says how that looks. */
enum style {
	STYLE_NORMAL,
	STYLE_DIM,
	STYLE_STRONG, /* stands out, for values */
	STYLE_TITLE,  /* rules between panes */
	STYLE_TITLE_FOCUS,
	STYLE_BAR,       /* context and footer lines */
	STYLE_BAR_KEY,   /* keys in the footer */
	STYLE_BAR_ALERT, /* REPLAY, FROZEN, SIMULATED */
	STYLE_MALICIOUS, /* banner */
	STYLE_SUSPECT,
	STYLE_NOT_COVERED,
	STYLE_NO_FINDING,
	STYLE_DECISIVE, /* findings */
	STYLE_SERIOUS,
	STYLE_MEDIUM,
	STYLE_GOOD,
	STYLE_SELECTED,
	STYLE_PEOPLE, /* the range of people in meters */
	STYLE_METER,
	STYLES,
};

/* Two columns wide characters take two cells, the second with `c` 0. */
struct cell {
	uint32_t c;
	uint32_t style; /* enum style; no padding, for cells are compared as bytes */
};

struct rect {
	int y, x, h, w;
};

struct grid {
	int h, w;
	bool ascii; /* nothing but ASCII is drawn: glyphs are replaced, other characters escaped */
	struct cell cell[GRID_ROWS_MAX * GRID_COLUMNS_MAX];
};

void grid_clear(struct grid *g, int h, int w);
void grid_fill(struct grid *g, struct rect r, uint32_t c, enum style s);

/*
 * Draws UTF-8 from column x on, `w` columns at most, and returns the column behind it. What may not stand in a terminal as it
 * is, is drawn as escape.h says. Where the text does not fit, its last column is "…".
 */
int grid_text(struct grid *g, int y, int x, int w, enum style s, const char *text);
int grid_format(struct grid *g, int y, int x, int w, enum style s, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* One glyph, of the program's own. */
void grid_put(struct grid *g, int y, int x, enum style s, uint32_t c);

/* Words over lines, broken at spaces, and within a word that is wider than a line; returns the lines used, at most h. */
int grid_wrap(struct grid *g, struct rect r, enum style s, const char *text);

/* Lines that grid_wrap would take of that width, had it enough of them. */
int grid_wrapped(const struct grid *g, int w, const char *text);

/* Columns that the text will take. */
int grid_width(const struct grid *g, const char *text);

/* ASCII for the program's own glyphs; '?' for others. */
char grid_ascii(uint32_t c);

#endif
