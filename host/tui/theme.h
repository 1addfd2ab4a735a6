/* How styles look: in 256 colours, in 16, and without. Each is told apart by words and shapes too. */
#ifndef CORDON_TUI_THEME_H
#define CORDON_TUI_THEME_H

#include "tui/grid.h"

enum theme_attribute {
	THEME_BOLD = 1u << 0,
	THEME_DIM = 1u << 1,
	THEME_REVERSE = 1u << 2,
	THEME_UNDERLINE = 1u << 3,
};

/* -1 is the terminal's own colour. */
struct theme_look {
	short fg256, bg256;
	short fg16, bg16;
	uint8_t coloured, plain; /* enum theme_attribute, with colours and without */
};

extern const struct theme_look theme[STYLES];

#endif
