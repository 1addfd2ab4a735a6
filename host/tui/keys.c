/* The table of keys, and what each does to the view. */
#include "tui/keys.h"

#include <stdio.h>
#include <string.h>

#include "tui/packets.h"
#include "tui/screen.h"

enum { PAGE = 10 };

#define INSTANT_BEFORE_NS INT64_C(20000000)
#define INSTANT_GAP_NS    INT64_C(1000000000)

static void say(struct view *v, const char *text)
{
	snprintf(v->message, sizeof(v->message), "%s", text);
}

/* True, and said, where there are no panes to choose from. */
static bool no_panes(struct view *v, const struct scene *s)
{
	if (!screens_small(s))
		return false;
	say(v, "panes need 80x24; Enter explains");
	return true;
}

static void pane(struct view *v, const struct scene *s, int key)
{
	if (no_panes(v, s))
		return;
	v->focus = (enum pane)(key - '0');
	v->explain = v->in_fields = false;
}

static void next_pane(struct view *v, const struct scene *s, int key)
{
	enum pane shown[PANES];
	unsigned n = screens_panes(s, shown), i = 0;

	(void)key;
	if (no_panes(v, s))
		return;
	while (i < n && shown[i] != v->focus)
		i++;
	v->focus = shown[i + 1 < n ? i + 1 : 0];
	v->explain = false;
}

static void next_input(struct view *v, const struct scene *s, int key)
{
	(void)key;
	if (s->inputs > 1)
		v->next_input = true;
	else
		say(v, "one input alone is watched");
}

static void zoom(struct view *v, const struct scene *s, int key)
{
	(void)key;
	if (!no_panes(v, s))
		v->zoomed = !v->zoomed;
}

static void help(struct view *v, const struct scene *s, int key)
{
	(void)s, (void)key;
	v->help = !v->help;
	v->help_at = 0;
}

static bool pane_shown(const struct view *v, const struct scene *s)
{
	enum pane shown[PANES];
	unsigned n = screens_panes(s, shown);

	for (unsigned i = 0; i < n; i++)
		if (shown[i] == v->focus)
			return true;
	return false;
}

static void back(struct view *v, const struct scene *s, int key)
{
	(void)key;
	if (v->help)
		v->help = false;
	else if (v->explain)
		v->explain = false;
	else if (v->projector)
		v->projector = false;
	else if (v->in_fields && screens_focus(s) == PANE_PACKETS)
		v->in_fields = false;
	else if (v->instant)
		v->instant = false;
	else if (v->zoomed || !pane_shown(v, s))
		v->zoomed = false, v->focus = PANE_FINDINGS;
	else
		say(v, "Q quits");
}

static void quit(struct view *v, const struct scene *s, int key)
{
	(void)key;
	prompt_quit(v, s);
}

static void follow(struct view *v, const struct scene *s, int key)
{
	(void)key;
	if (v->following)
		view_go(v, s, s->cursor_ns);
	else
		v->following = true, v->frozen = false, v->row_chosen = false;
}

static void freeze(struct view *v, const struct scene *s, int key)
{
	(void)key;
	if (link_can_pace(s->link) && !s->over) {
		v->toggle_pause = true;
	} else if (v->frozen) {
		v->frozen = false;
		v->following = true;
	} else {
		view_go(v, s, s->cursor_ns);
		v->frozen = true;
		v->frozen_since = s->loop_ns;
	}
}

static void column(struct view *v, const struct scene *s, int key)
{
	int64_t from, width;

	time_axis_span(s, s->w > 20 ? s->w - 13 : 10, &from, &width);
	view_go(v, s, s->cursor_ns + (key == KEY_CODE_LEFT || key == 'h' ? -width : width));
}

static void select_finding(struct view *v, const struct scene *s, int by)
{
	uint16_t order[FINDINGS_MAX];
	int count = (int)scene_findings(s, order), at = by > 0 ? -1 : count;

	for (int i = 0; i < count; i++)
		if (order[i] == v->finding)
			at = i;
	at += by;
	at = at >= count ? count - 1 : at < 0 ? 0 : at;
	if (count)
		v->finding = order[at];
}

static void move(struct view *v, const struct scene *s, int by)
{
	switch (v->help ? PANE_NONE : screens_focus(s)) {
	case PANE_NONE:
		v->help_at =
			(unsigned)(by < 0 && v->help_at < (unsigned)-by ? 0 : (int)v->help_at + by);
		break;
	case PANE_FINDINGS:
		select_finding(v, s, by);
		break;
	case PANE_DEVICES:
		v->device = v->device < 0 ? (int)s->devices - 1 : v->device;
		v->device += by;
		v->device = v->device >= (int)s->devices ? (int)s->devices - 1 : v->device;
		v->device = v->device < 0 ? 0 : v->device;
		break;
	case PANE_PACKETS:
		if (v->in_fields)
			keys_fields_move(v, s, by);
		else
			keys_packets_move(v, s, by);
		break;
	default:
		break;
	}
}

static void up_down(struct view *v, const struct scene *s, int key)
{
	move(v, s, key == KEY_CODE_UP || key == 'k' ? -1 : 1);
}

static void page(struct view *v, const struct scene *s, int key)
{
	move(v, s, key == KEY_CODE_PAGE_UP ? -PAGE : PAGE);
}

static void ends(struct view *v, const struct scene *s, int key)
{
	bool first = key == 'g' || key == KEY_CODE_HOME;

	if (v->help)
		v->help_at = 0;
	else if (screens_focus(s) == PANE_FINDINGS || screens_focus(s) == PANE_DEVICES)
		move(v, s, first ? -FINDINGS_MAX : FINDINGS_MAX);
	else if (first)
		view_go(v, s, s->history->begin_ns);
	else
		v->following = true, v->frozen = false, v->row_chosen = false;
}

static void scale(struct view *v, const struct scene *s, int key)
{
	(void)s;
	if (key == '+')
		v->scale = v->scale == 0 ? VIEW_SCALES - 1 : v->scale > 1 ? v->scale - 1 : 1;
	else
		v->scale = v->scale == 0 ? 0 : v->scale + 1 < VIEW_SCALES ? v->scale + 1 : 0;
}

/* The next one as seen from the cursor, `count` or -1 none. Several may have been found at one moment: they take turns. */
static int finding_from(const struct view *v, const struct scene *s, int count, bool forward)
{
	const int64_t *seen = s->history->finding_seen_ns;
	int at = forward ? 0 : count - 1;

	if (v->finding >= 0 && v->finding < count && seen[v->finding] == s->cursor_ns)
		return v->finding + (forward ? 1 : -1);
	if (forward)
		while (at < count && seen[at] <= s->cursor_ns)
			at++;
	else
		while (at >= 0 && seen[at] >= s->cursor_ns)
			at--;
	return at;
}

static void finding(struct view *v, const struct scene *s, int key)
{
	int count = (int)s->history->findings, at;

	if (count > (int)s->report->findings)
		count = (int)s->report->findings;
	at = finding_from(v, s, count, key == 'n');
	if (at >= count) {
		if (link_can_pace(s->link) && !s->over)
			v->seek_finding = true;
		else
			say(v, count ? "no later finding; N goes back" : "no finding");
		return;
	}
	if (at < 0) {
		say(v, "no earlier finding");
		return;
	}
	v->finding = at;
	v->focus = v->projector ? v->focus : PANE_FINDINGS;
	view_go(v, s, s->history->finding_seen_ns[at]);
}

/* A finding's packets: the row that bears it. */
static void open_finding(struct view *v, const struct scene *s)
{
	const struct history *h = s->history;
	uint64_t kept = history_rows_first(h), first = kept, packet;

	if (v->finding < 0)
		select_finding(v, s, 1);
	if (v->finding < 0 || (size_t)v->finding >= s->report->findings) {
		say(v, "no finding so far");
		return;
	}
	packet = s->report->finding[v->finding].packet;
	for (uint64_t i = kept; i < h->rows; i++)
		if (history_row(h, i)->finding == v->finding + 1)
			first = i;
	for (uint64_t i = first; i < h->rows; i++) {
		const struct history_row *r = history_row(h, i);
		int64_t seen_ns = h->finding_seen_ns[v->finding];

		if (r->packet < packet)
			continue;
		if (i && i == kept && r->packet > packet)
			break;
		v->filter = (struct filter){0};
		view_go(v, s, seen_ns > r->seen_ns ? seen_ns : r->seen_ns);
		v->row = i;
		v->row_chosen = true;
		v->in_fields = false;
		v->focus = PANE_PACKETS;
		return;
	}
	say(v, "its packets are no longer kept");
}

static void explain(struct view *v, const struct scene *s, int key)
{
	(void)key;
	if (v->finding < 0)
		select_finding(v, s, 1);
	if (v->finding < 0)
		say(v, "no finding to explain");
	else
		v->explain = !v->explain;
}

static void enter(struct view *v, const struct scene *s, int key)
{
	if (screens_small(s))
		explain(v, s, key);
	else if (v->focus == PANE_FINDINGS)
		open_finding(v, s);
	else if (v->focus == PANE_PACKETS && v->zoomed)
		keys_fields_enter(v, s);
	else
		v->zoomed = true;
}

static void mark(struct view *v, const struct scene *s, int key)
{
	(void)key;
	if (v->marks == VIEW_MARKS) {
		say(v, "all nine marks are used");
		return;
	}
	v->mark_ns[v->marks++] = s->cursor_ns;
	snprintf(v->message, sizeof(v->message), "mark %u at %.3f s", v->marks,
	         (double)s->cursor_ns / 1e9);
}

static void reference(struct view *v, const struct scene *s, int key)
{
	(void)key;
	v->has_reference = !v->has_reference;
	v->reference_ns = s->cursor_ns;
	say(v, v->has_reference ? "times count from here" : "times count from the beginning");
}

static void mask(struct view *v, const struct scene *s, int key)
{
	(void)s, (void)key;
	if (v->projector)
		v->masked_projector = !v->masked_projector;
	else
		v->masked = !v->masked;
}

static void wish(struct view *v, const struct scene *s, int key)
{
	(void)s;
	v->wish = key == 'y' ? WISH_COPY : WISH_REPORT;
}

static void projector(struct view *v, const struct scene *s, int key)
{
	(void)s, (void)key;
	v->projector = !v->projector;
	v->masked_projector = true;
}

static void blank(struct view *v, const struct scene *s, int key)
{
	(void)s, (void)key;
	v->blank = !v->blank;
}

/* The last run of keys of one keyboard without a pause of a second, again and slowly. */
static void instant(struct view *v, const struct scene *s, int key)
{
	const struct history *h = s->history;
	uint64_t i = s->steps, first = history_steps_first(h);

	(void)key;
	if (v->instant || i == first) {
		say(v, v->instant ? "" : "no keys to replay");
		v->instant = false;
		return;
	}
	v->instant_to_ns = history_step(h, i - 1)->seen_ns;
	while (i > first + 1 && history_step(h, i - 1)->hid == history_step(h, i - 2)->hid &&
	       history_step(h, i - 1)->t_ns - history_step(h, i - 2)->t_ns < INSTANT_GAP_NS)
		i--;
	v->instant_from_ns = history_step(h, i - 1)->seen_ns - INSTANT_BEFORE_NS;
	v->instant_since = s->loop_ns;
	v->instant = true;
	v->row_chosen = false;
}

const struct key_entry key_table[] = {
	{'1', '2', "1-6", "pane: time, devices, findings, typing, packets, health", "view", pane,
         .wide = true},
	{'3', '4', NULL, NULL, NULL, pane, false},
	{'5', '6', NULL, NULL, NULL, pane, false},
	{'z', 0, "z", "the pane alone, and back", "zoom", zoom, true},
	{KEY_CODE_ENTER, '\r', "Enter", "packets of a finding; the pane alone; a packet's fields",
         "open", enter, false},
	{'n', 'N', "n N", "next, previous finding; a replay runs on to it", "finding", finding,
         false},
	{KEY_CODE_LEFT, KEY_CODE_RIGHT, "← →", "the cursor in time, a column back or on", "time",
         column, false},
	{'h', 'l', NULL, NULL, NULL, column, false},
	{' ', 0, "Space", "pause a replay; freeze what is live", "pause", freeze, false},
	{'f', 0, "f", "follow the newest moment, or stop to", "follow", follow, false},
	{'m', 0, "m", "mark this moment", "mark", mark, false},
	{'p', 0, "p", "projector view; typed text is masked there until x", "projector", projector,
         false},
	{'T', 0, "T", "new test: another end or flip; asks first", "test", prompt_key, false},
	{'/', 0, "/", "find in packets; empty finds the next", "find", prompt_key, false},
	{'&', 0, "&", "filter packets by words, \"not\" before what shall not be", "filter",
         prompt_key, false},
	{'x', 0, "x", "mask typed text, or show it", "mask", mask, false},
	{KEY_CODE_UP, KEY_CODE_DOWN, "↑ k j", "move in the pane", NULL, up_down, false},
	{'k', 'j', NULL, NULL, NULL, up_down, false},
	{KEY_CODE_PAGE_UP, KEY_CODE_PAGE_DOWN, "PgUp PgDn", "move by ten", NULL, page, false},
	{'g', 'G', "g G", "first, newest", NULL, ends, false},
	{KEY_CODE_HOME, KEY_CODE_END, NULL, NULL, NULL, ends, false},
	{',', '.', ", .", "one packet back, one on", NULL, keys_event, false},
	{'+', '-', "+ -", "time axis: closer, wider, then the whole", NULL, scale, false},
	{'e', 0, "e", "explain the finding, with its evidence", NULL, explain, false},
	{'R', 0, "R", "the last burst of keys again, at 1/20", NULL, instant, false},
	{'=', 0, "=", "filter by the chosen field, else by device and endpoint", NULL,
         keys_filter_row, false},
	{'\'', 0, "'", "jump to a mark", NULL, prompt_key, false},
	{'t', 0, "t", "times count from here", NULL, reference, false},
	{KEY_CODE_TAB, 0, "Tab", "next pane", NULL, next_pane, false},
	{'y', 0, "y", "copy what is chosen to the terminal's clipboard", NULL, wish, false},
	{'i', 0, "i", "put what is chosen into the report, as a mark", NULL, wish, false},
	{'P', 0, "P", "profile: what is expected; begins a new test", NULL, prompt_key, false},
	{'L', 0, "L", "keyboard layout of the text from here on", NULL, prompt_key, false},
	{'V', 0, "V", "switch VBUS of the tap; asks first", NULL, prompt_key, false},
	{']', 0, "]", "the next tap, where several are watched", NULL, next_input, false},
	{'b', 0, "b", "blank screen, and back", NULL, blank, false},
	{':', 0, ":", "command by name", NULL, prompt_key, false},
	{'?', 0, "?", "this help", NULL, help, false},
	{'q', KEY_CODE_ESCAPE, "q Esc", "back", NULL, back, false},
	{'Q', 0x03, "Q", "quit", NULL, quit, false},
};

const unsigned key_table_count = sizeof(key_table) / sizeof(key_table[0]);

/* Presenter remotes send these two and a full stop. */
static int remote(const struct view *v, int key)
{
	if (!v->projector)
		return key;
	return key == KEY_CODE_PAGE_UP     ? KEY_CODE_LEFT
	       : key == KEY_CODE_PAGE_DOWN ? KEY_CODE_RIGHT
	                                   : key;
}

void keys_press(struct view *v, const struct scene *s, int key)
{
	v->message[0] = '\0';
	if (v->prompt != PROMPT_NONE) {
		prompt_press(v, s, key);
		return;
	}
	key = remote(v, key);
	if (v->blank) {
		v->blank = key == 'Q';
		if (key != 'Q')
			return;
	}
	for (unsigned i = 0; i < key_table_count; i++)
		if (key_table[i].key == key || (key_table[i].also && key_table[i].also == key)) {
			key_table[i].act(v, s, key);
			return;
		}
}
