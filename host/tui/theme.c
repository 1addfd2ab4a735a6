/*
 * The table of looks. Colours of the 256 are those of the xterm cube; those of the 16 are ANSI's, 8 to 15 the bright ones, of which a
 * terminal of eight colours gets the dark one. Bright on the terminal's own background is red alone, which is read on white too.
 */
#include "tui/theme.h"

const struct theme_look theme[STYLES] = {
	[STYLE_NORMAL] = {-1, -1, -1, -1, 0, 0},
	[STYLE_DIM] = {245, -1, -1, -1, 0, 0},
	[STYLE_STRONG] = {-1, -1, -1, -1, THEME_BOLD, THEME_BOLD},
	[STYLE_TITLE] = {110, -1, 6, -1, 0, 0},
	[STYLE_TITLE_FOCUS] = {117, -1, 6, -1, THEME_BOLD, THEME_BOLD},
	[STYLE_BAR] = {252, 237, 7, 4, 0, THEME_REVERSE},
	[STYLE_BAR_KEY] = {231, 237, 15, 4, THEME_BOLD, THEME_REVERSE | THEME_BOLD},
	[STYLE_BAR_ALERT] = {16, 221, 0, 11, THEME_BOLD, THEME_BOLD},
	[STYLE_MALICIOUS] = {231, 160, 15, 1, THEME_BOLD, THEME_REVERSE | THEME_BOLD},
	[STYLE_SUSPECT] = {16, 214, 0, 11, THEME_BOLD, THEME_REVERSE | THEME_BOLD},
	[STYLE_NOT_COVERED] = {231, 24, 15, 4, THEME_BOLD, THEME_BOLD},
	[STYLE_NO_FINDING] = {231, 238, 15, 0, THEME_BOLD, THEME_BOLD},
	[STYLE_DECISIVE] = {203, -1, 9, -1, THEME_BOLD, THEME_BOLD},
	[STYLE_SERIOUS] = {214, -1, 3, -1, THEME_BOLD, THEME_BOLD},
	[STYLE_MEDIUM] = {222, -1, 3, -1, 0, 0},
	[STYLE_GOOD] = {114, -1, 2, -1, 0, 0},
	[STYLE_SELECTED] = {231, 25, 15, 4, THEME_BOLD, THEME_REVERSE},
	[STYLE_PEOPLE] = {72, -1, 2, -1, 0, 0},
	[STYLE_METER] = {215, -1, 3, -1, THEME_BOLD, THEME_BOLD},
};
