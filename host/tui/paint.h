/*
 * Brings the cells that changed to the terminal, and no other: moves, looks and characters, as terminfo spells them. Curses does that
 * too, but weighs five ways to move at each gap, which cost more than all the rest of a screen (a third of its instructions).
 * Whole screens stay its affair: they begin from a terminal of which nothing is known.
 */
#ifndef CORDON_TUI_PAINT_H
#define CORDON_TUI_PAINT_H

#include <stddef.h>

#include <curses.h>

#include "tui/grid.h"

enum { PAINT_LOOK = 80, PAINT_MOVE = 48 };

struct paint_look {
	char on[PAINT_LOOK], off[PAINT_LOOK]; /* from the terminal's normal look and back to it */
	size_t on_len, off_len;
};

struct paint {
	bool able; /* else all goes through curses: what the terminal needs is not known here */
	bool moves_dressed; /* may move whatever the look is */
	struct paint_look look[STYLES];
};

/* Curses' attributes and colour pair of a style. With a screen of curses' set, and nothing drawn yet. */
void paint_begin(struct paint *p, const attr_t attributes[STYLES], const short pair[STYLES]);

/* The most bytes that a row of `width` may take. */
size_t paint_row_max(int width);

/*
 * Row y, `width` cells, from `shown` to `now`, into `out`. Returns the bytes. Begins and ends in the terminal's normal look;
 * where it leaves the cursor is open.
 */
size_t paint_row(const struct paint *p, char *out, int y, int width, const struct cell *now,
                 const struct cell *shown);

#endif
