/* Letters five lines high, for what has to be read from the back row. */
#ifndef CORDON_TUI_BIGFONT_H
#define CORDON_TUI_BIGFONT_H

#include "tui/grid.h"

enum { BIGFONT_HEIGHT = 5, BIGFONT_MARK = 9 };

/* Columns that the text takes; letters, digits and spaces alone are drawn. */
int bigfont_width(const char *text, int scale);
void bigfont_draw(struct grid *g, int y, int x, int scale, enum style s, const char *text);

/* The mark of a verdict, BIGFONT_MARK columns wide: the shape beside the word. */
void bigfont_mark(struct grid *g, int y, int x, enum style s, uint32_t mark);

#endif
