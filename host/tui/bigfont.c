/* The letters that the verdicts need, and their marks. Bit n of a line is its column n. */
#include "tui/bigfont.h"

#include <stddef.h>

static const struct {
	uint8_t width, line[BIGFONT_HEIGHT];
} letters[128] = {
	/* clang-format off */
	['A'] = {5, {0x0e, 0x11, 0x1f, 0x11, 0x11}},
	['B'] = {5, {0x0f, 0x11, 0x0f, 0x11, 0x0f}},
	['C'] = {5, {0x1e, 0x01, 0x01, 0x01, 0x1e}},
	['D'] = {5, {0x0f, 0x11, 0x11, 0x11, 0x0f}},
	['E'] = {5, {0x1f, 0x01, 0x0f, 0x01, 0x1f}},
	['F'] = {5, {0x1f, 0x01, 0x0f, 0x01, 0x01}},
	['G'] = {5, {0x1e, 0x01, 0x19, 0x11, 0x1e}},
	['H'] = {5, {0x11, 0x11, 0x1f, 0x11, 0x11}},
	['I'] = {3, {0x07, 0x02, 0x02, 0x02, 0x07}},
	['L'] = {5, {0x01, 0x01, 0x01, 0x01, 0x1f}},
	['M'] = {5, {0x11, 0x1b, 0x15, 0x11, 0x11}},
	['N'] = {5, {0x11, 0x13, 0x15, 0x19, 0x11}},
	['O'] = {5, {0x0e, 0x11, 0x11, 0x11, 0x0e}},
	['P'] = {5, {0x0f, 0x11, 0x0f, 0x01, 0x01}},
	['R'] = {5, {0x0f, 0x11, 0x0f, 0x09, 0x11}},
	['S'] = {5, {0x1e, 0x01, 0x0e, 0x10, 0x0f}},
	['T'] = {5, {0x1f, 0x04, 0x04, 0x04, 0x04}},
	['U'] = {5, {0x11, 0x11, 0x11, 0x11, 0x0e}},
	['V'] = {5, {0x11, 0x11, 0x11, 0x0a, 0x04}},
	[' '] = {3, {0x00, 0x00, 0x00, 0x00, 0x00}},
	/* clang-format on */
};

static const struct {
	uint32_t mark;
	uint16_t line[BIGFONT_HEIGHT];
} marks[] = {
	/* clang-format off */
	{0x25b2, {0x010, 0x038, 0x07c, 0x0fe, 0x1ff}}, /* ▲ */
	{0x25c6, {0x010, 0x07c, 0x1ff, 0x07c, 0x010}}, /* ◆ */
	{0x25a1, {0x1ff, 0x101, 0x101, 0x101, 0x1ff}}, /* □ */
	{0x25cf, {0x07c, 0x0fe, 0x1ff, 0x0fe, 0x07c}}, /* ● */
	/* clang-format on */
};

int bigfont_width(const char *text, int scale)
{
	int width = 0;

	for (; *text; text++)
		if ((unsigned char)*text < 128)
			width += (letters[(unsigned char)*text].width + 1) * scale;
	return width ? width - scale : 0;
}

void bigfont_draw(struct grid *g, int y, int x, int scale, enum style s, const char *text)
{
	for (; *text; text++) {
		unsigned c = (unsigned char)*text;

		if (c >= 128)
			continue;
		for (int row = 0; row < BIGFONT_HEIGHT; row++)
			for (int i = 0; i < letters[c].width * scale; i++)
				if (letters[c].line[row] >> (i / scale) & 1)
					grid_put(g, y + row, x + i, s, 0x2588);
		x += (letters[c].width + 1) * scale;
	}
}

void bigfont_mark(struct grid *g, int y, int x, enum style s, uint32_t mark)
{
	for (size_t m = 0; m < sizeof(marks) / sizeof(marks[0]); m++)
		for (int row = 0; marks[m].mark == mark && row < BIGFONT_HEIGHT; row++)
			for (int i = 0; i < BIGFONT_MARK; i++)
				if (marks[m].line[row] >> i & 1)
					grid_put(g, y + row, x + i, s, 0x2588);
}
