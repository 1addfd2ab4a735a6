/* The health of the input and of the display: what was read, lost, skipped; what was not shown. */
#include "tui/screen.h"

static int line(struct grid *g, int y, struct rect r, const char *label, uint64_t v, bool bad)
{
	if (y >= r.y + r.h)
		return y;
	grid_text(g, y, r.x + 1, 34, STYLE_DIM, label);
	grid_format(g, y, r.x + 36, r.w - 37, bad && v ? STYLE_SERIOUS : STYLE_NORMAL, "%llu",
	            (unsigned long long)v);
	return y + 1;
}

static void draw(struct grid *g, struct rect r, const struct scene *s)
{
	const struct capture_info *i = link_info(s->link);
	const struct report_input *in = s->report;
	int y = r.y;

	y = line(g, y, r, "bytes read", i->bytes, false);
	y = line(g, y, r, "packets", i->packets, false);
	y = line(g, y, r, "packets lost", in->lost_packets, true);
	y = line(g, y, r, "packets damaged", in->bad_packets, true);
	y = line(g, y, r, "packets that could not be read", i->packets_unreadable, true);
	y = line(g, y, r, "packets of other link types", i->packets_skipped, false);
	y = line(g, y, r, "devices seen", in->model->devices_seen, false);
	y = line(g, y, r, "devices forgotten", in->model->devices_forgotten, true);
	y = line(g, y, r, "findings beyond the list", in->findings_dropped, true);
	y = line(g, y, r, "packets beyond the list here", history_rows_first(s->history), false);
	y = line(g, y, r, "screens drawn", s->frames, false);
	y = line(g, y, r, "held back, the terminal was not read", s->frames_skipped, true);
	if (y < r.y + r.h && i->truncated)
		grid_format(g, y, r.x + 1, r.w - 2, STYLE_SERIOUS,
		            "the input is cut or damaged at byte %llu: %s",
		            (unsigned long long)i->truncated_at, i->reason ? i->reason : "");
}

const struct screen screen_health = {
	.pane = PANE_HEALTH,
	.name = "Input health",
	.draw = draw,
};
