/* A virtual terminal's screen as SVG, each cell at its place: for pictures that people look at. */
#include <stdio.h>

#include "tests/screens/vt.h"
#include "tests/screens/vt_internal.h"
#include "usb/utf8.h"

#define CELL_W 9.632
#define CELL_H 19.0

enum { FOREGROUND = 0xd8dee9, BACKGROUND = 0x101418 };

static unsigned rgb(const struct vt *t, VTermColor c, bool is_default, unsigned otherwise)
{
	if (is_default)
		return otherwise;
	vterm_screen_convert_color_to_rgb(t->screen, &c);
	return (unsigned)(c.rgb.red << 16 | c.rgb.green << 8 | c.rgb.blue);
}

static void colours(const struct vt *t, const VTermScreenCell *c, unsigned *fg, unsigned *bg)
{
	unsigned swap;

	*fg = rgb(t, c->fg, VTERM_COLOR_IS_DEFAULT_FG(&c->fg), FOREGROUND);
	*bg = rgb(t, c->bg, VTERM_COLOR_IS_DEFAULT_BG(&c->bg), BACKGROUND);
	if (c->attrs.reverse) {
		swap = *fg;
		*fg = *bg;
		*bg = swap;
	}
}

static void draw(FILE *f, const VTermScreenCell *c, int y, int x, unsigned fg)
{
	char text[8];

	if (!c->chars[0] || c->chars[0] == ' ' || c->chars[0] == (uint32_t)-1)
		return;
	text[utf8_put(text, c->chars[0])] = '\0';
	fprintf(f, "<text x='%g' y='%g' fill='#%06x'%s>%s</text>\n", x * CELL_W, y * CELL_H + 15,
	        fg, c->attrs.bold ? " font-weight='bold'" : "",
	        text[0] == '<'   ? "&lt;"
	        : text[0] == '&' ? "&amp;"
	                         : text);
}

void vt_svg(struct vt *t, const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	fprintf(f,
	        "<svg xmlns='http://www.w3.org/2000/svg' width='%g' height='%g'>"
	        "<rect width='100%%' height='100%%' fill='#%06x'/>"
	        "<g font-family='DejaVu Sans Mono' font-size='16'>\n",
	        t->columns * CELL_W, t->rows * CELL_H, BACKGROUND);
	for (int pass = 0; pass < 2; pass++)
		for (int y = 0; y < t->rows; y++)
			for (int x = 0; x < t->columns; x++) {
				VTermScreenCell c;
				unsigned fg, bg;

				vterm_screen_get_cell(t->screen, (VTermPos){y, x}, &c);
				colours(t, &c, &fg, &bg);
				if (pass)
					draw(f, &c, y, x, fg);
				else if (bg != BACKGROUND)
					fprintf(f,
					        "<rect x='%g' y='%g' width='%g' height='%g' "
					        "fill='#%06x'/>\n",
					        x * CELL_W, y * CELL_H, CELL_W + .3, CELL_H + .3,
					        bg);
			}
	fprintf(f, "</g></svg>\n");
	fclose(f);
}
