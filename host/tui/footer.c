/* The last line: keys out of their table, or a message, or the prompt; and the help, out of the same table. */
#include <string.h>

#include "tui/keys.h"
#include "tui/screen.h"

enum { HELP_NAME = 12 };

static void draw_prompt(struct grid *g, int y, const struct scene *s)
{
	const struct view *v = s->view;
	const char *wrong = NULL;
	struct filter scratch;
	int len, room, x = grid_text(g, y, 1, g->w - 1, STYLE_BAR_KEY, prompt_label(v->prompt, s));

	/* Of a long one the end, where it is being typed. */
	len = (int)strlen(v->input);
	room = g->w - x - 2;
	x = grid_text(g, y, x, g->w - x - 1, STYLE_BAR,
	              v->input + (room > 0 && len > room ? len - room : 0));
	grid_put(g, y, x, STYLE_SELECTED, ' ');
	if (v->prompt == PROMPT_FILTER)
		wrong = filter_parse(&scratch, v->input);
	if (wrong)
		grid_format(g, y, x + 2, g->w - x - 2, STYLE_BAR_ALERT, " %s ", wrong);
}

void footer_draw(struct grid *g, const struct scene *s)
{
	int y = g->h - 1, x = 1;

	grid_fill(g, (struct rect){y, 0, 1, g->w}, ' ', STYLE_BAR);
	if (s->view->prompt != PROMPT_NONE) {
		draw_prompt(g, y, s);
		return;
	}
	if (s->view->message[0]) {
		grid_text(g, y, 1, g->w - 1, STYLE_BAR_KEY, s->view->message);
		return;
	}
	if (s->view->help || s->view->explain)
		x = grid_text(g, y, x, g->w - x, STYLE_BAR_KEY, "q") + 1,
		x = grid_text(g, y, x, g->w - x, STYLE_BAR, "back") + 2;
	for (unsigned i = 0; i < key_table_count; i++) {
		const struct key_entry *k = &key_table[i];
		int width;

		if (!k->footer || prompt_idle(s, k->key))
			continue;
		width = k->footer[0] == ':' ? 6
		                            : grid_width(g, k->name) + 1 + grid_width(g, k->footer);
		if (x + width >= g->w)
			break;
		if (k->footer[0] != ':')
			x = grid_text(g, y, x, g->w - x, STYLE_BAR_KEY, k->name) + 1;
		x = grid_text(g, y, x, g->w - x, STYLE_BAR, k->footer) + 2;
	}
}

void help_draw(struct grid *g, const struct scene *s)
{
	unsigned lines = 0, skip = s->view->help_at;
	int y = 1;

	grid_fill(g, (struct rect){0, 0, 1, g->w}, ' ', STYLE_BAR);
	grid_text(g, 0, 1, g->w - 2, STYLE_BAR_KEY,
	          "Keys   ▲ decisive  ◆ strong  ◇ medium  ○ undecided  □ not seen  ● no finding");
	for (unsigned i = 0; i < key_table_count; i++)
		lines += key_table[i].name != NULL;
	for (unsigned i = 0; prompt_command_help(i); i++)
		lines++;
	/* The last line stays in sight. */
	if (skip + (unsigned)g->h - 2 > lines)
		skip = lines > (unsigned)g->h - 2 ? lines - ((unsigned)g->h - 2) : 0;
	for (unsigned i = 0; i < key_table_count && y < g->h - 1; i++) {
		if (!key_table[i].name || (skip && skip--))
			continue;
		grid_text(g, y, 1, HELP_NAME, STYLE_STRONG, key_table[i].name);
		grid_text(g, y++, 1 + HELP_NAME, g->w - HELP_NAME - 2, STYLE_NORMAL,
		          key_table[i].help);
	}
	for (unsigned i = 0; prompt_command_help(i) && y < g->h - 1; i++) {
		if (skip && skip--)
			continue;
		grid_text(g, y++, 1, g->w - 2, STYLE_NORMAL, prompt_command_help(i));
	}
}
