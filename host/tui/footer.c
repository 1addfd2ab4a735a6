/* The last line: keys out of their table, or a message, or the prompt; and the help, out of the same table. */
#include <string.h>

#include "tui/keys.h"
#include "tui/screen.h"

enum { HELP_NAME = 12, WIDE = 100 };

static void draw_prompt(struct grid *g, int y, const struct scene *s)
{
	const struct view *v = s->view;
	const char *wrong = NULL;
	struct filter scratch;
	const char *from = v->input;
	int len, room, x = grid_text(g, y, 1, g->w - 1, STYLE_BAR_KEY, prompt_label(v->prompt, s));

	/* Of a long one the end, where it is being typed. */
	len = (int)strlen(v->input);
	room = g->w - x - 2;
	from += room > 0 && len > room ? len - room : 0;
	while ((*from & 0xc0) == 0x80)
		from++;
	x = grid_text(g, y, x, g->w - x - 1, STYLE_BAR, from);
	grid_put(g, y, x, STYLE_SELECTED, ' ');
	if (v->prompt == PROMPT_FILTER)
		wrong = filter_parse(&scratch, v->input);
	if (wrong)
		grid_format(g, y, x + 2, g->w - x - 2, STYLE_BAR_ALERT, " %s ", wrong);
}

static unsigned help_lines(void)
{
	unsigned lines = 0;

	for (unsigned i = 0; i < key_table_count; i++)
		lines += key_table[i].name != NULL;
	for (unsigned i = 0; prompt_command_help(i); i++)
		lines++;
	return lines;
}

/* How many lines of the help are above the screen: the last one stays in sight. */
static unsigned help_skip(const struct grid *g, const struct scene *s)
{
	unsigned room = (unsigned)g->h - 2, lines = help_lines();
	unsigned most = lines > room ? lines - room : 0;

	return s->view->help_at < most ? s->view->help_at : most;
}

/* A key and what it does. Where that has no room before `end` nothing is drawn, and it is false. */
static bool draw_key(struct grid *g, int y, int *x, int end, const char *key, const char *word)
{
	if (*x + grid_width(g, key) + 1 + grid_width(g, word) >= end)
		return false;
	*x = grid_text(g, y, *x, g->w - *x, STYLE_BAR_KEY, key) + 1;
	*x = grid_text(g, y, *x, g->w - *x, STYLE_BAR, word) + 2;
	return true;
}

static void draw_keys(struct grid *g, int y, const struct scene *s)
{
	/* ": more" stands behind whatever has room: it leads to all the rest. */
	const char *more = ": more";
	int x = 1, end = g->w - grid_width(g, more) - 2;
	unsigned room = (unsigned)g->h - 2;

	if (s->view->help || s->view->explain)
		draw_key(g, y, &x, end, "q", "back");
	if (s->view->in_fields && !s->view->help && screens_focus(s) == PANE_PACKETS) {
		draw_key(g, y, &x, end, "q", "back to the packets");
		draw_key(g, y, &x, end, "=", "filter by this field");
	}
	if (s->view->help && help_skip(g, s) + room < help_lines())
		draw_key(g, y, &x, end, "PgDn", "more of this");
	for (unsigned i = 0; i < key_table_count; i++) {
		const struct key_entry *k = &key_table[i];
		bool freezes = k->key == ' ' && (!link_can_pace(s->link) || s->over);

		if (!k->footer || prompt_idle(s, k->key) || (k->wide && g->w < WIDE))
			continue;
		if (!draw_key(g, y, &x, end, k->name, freezes ? "freeze" : k->footer))
			break;
	}
	grid_text(g, y, x, g->w - x, STYLE_BAR, more);
}

void footer_draw(struct grid *g, const struct scene *s)
{
	int y = g->h - 1;

	grid_fill(g, (struct rect){y, 0, 1, g->w}, ' ', STYLE_BAR);
	if (s->view->prompt != PROMPT_NONE)
		draw_prompt(g, y, s);
	else if (s->view->message[0])
		grid_text(g, y, 1, g->w - 1, STYLE_BAR_KEY, s->view->message);
	else
		draw_keys(g, y, s);
}

void help_draw(struct grid *g, const struct scene *s)
{
	unsigned skip = help_skip(g, s);
	int y = 1;

	grid_fill(g, (struct rect){0, 0, 1, g->w}, ' ', STYLE_BAR);
	grid_text(g, 0, 1, g->w - 2, STYLE_BAR_KEY,
	          "Keys   ▲ decisive  ◆ strong  ◇ medium  ○ undecided  □ not seen  ● no finding");
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
