/* Findings, weightiest first; then what is undecided, and what was not seen. Enter and `e` tell the whole of one. */
#include <stdio.h>
#include <string.h>

#include "detect/rule.h"
#include "tui/screen.h"

/* The far end is not asked for its DC path unless nothing is to be there. */
static bool dc_path_missing(const struct scene *s)
{
	return s->report->profile->kind == PROFILE_BARE && s->history->dc_path_ns > s->cursor_ns;
}

/* How many lines there are behind the findings, for in a low pane these leave them no room. */
static void title(const struct scene *s, char *out, size_t size)
{
	unsigned missing = s->coverage.missing + dc_path_missing(s);
	int n = s->findings ? snprintf(out, size, "%zu", s->findings)
	                    : snprintf(out, size, "none so far");

	if (s->moment.rules)
		n += snprintf(out + n, size - (size_t)n, ", %u undecided", s->moment.rules);
	if (missing)
		snprintf(out + n, size - (size_t)n, ", %u not seen", missing);
}

static void draw_one(struct grid *g, int y, struct rect r, const struct scene *s, size_t index,
                     bool selected)
{
	const struct finding *f = &s->report->finding[index];
	enum style style = finding_style(f->weight);
	int x, end = r.x + r.w;

	if (selected)
		grid_fill(g, (struct rect){y, r.x, 1, r.w}, ' ', STYLE_SELECTED);
	if (selected)
		style = STYLE_SELECTED;
	grid_put(g, y, r.x, style, selected ? 0x203a : ' ');
	grid_put(g, y, r.x + 1, style, finding_mark(f->weight));
	grid_text(g, y, r.x + 3, 5, style, f->rule);
	grid_format(g, y, r.x + 7, 8, selected ? style : STYLE_NORMAL, "%7.2f",
	            (double)f->t_ns / 1e9);
	x = r.x + 15;
	grid_text(g, y, x, end - x - (r.w >= 38 ? 9 : 0), selected ? style : STYLE_NORMAL,
	          r.w >= 50 ? f->text : f->name);
	if (r.w >= 38)
		grid_format(g, y, end - 8, 8, style, "%8s", weight_name(f->weight));
}

/* Behind the findings: how far other rules have come, what was not seen. */
static void draw_open(struct grid *g, struct rect r, const struct scene *s)
{
	const struct coverage *c = &s->coverage;
	int y = 0;

	for (unsigned i = 0; i < s->moment.rules && y < r.h; i++, y++) {
		const struct rule_progress *p = &s->moment.rule[i].progress;

		grid_put(g, r.y + y, r.x + 1, STYLE_DIM, 0x25cb);
		grid_text(g, r.y + y, r.x + 3, 5, STYLE_NORMAL, rules[s->moment.rule[i].rule]->id);
		grid_format(g, r.y + y, r.x + 8, r.w - 9, STYLE_NORMAL,
		            "undecided: %u %s, %u are needed", p->have,
		            p->have == 1 ? p->one : p->more, p->need);
	}
	for (unsigned i = 0; i < c->missing && y < r.h; i++, y++) {
		grid_put(g, r.y + y, r.x + 1, STYLE_MEDIUM, 0x25a1);
		grid_format(g, r.y + y, r.x + 3, r.w - 4, STYLE_NORMAL, "not seen: %s", c->text[i]);
	}
	if (dc_path_missing(s) && y < r.h) {
		grid_put(g, r.y + y, r.x + 1, STYLE_MEDIUM, 0x25a1);
		grid_text(g, r.y + y++, r.x + 3, r.w - 4, STYLE_NORMAL,
		          "not seen: DC path; plug the far end into FAR");
	}
}

static void draw(struct grid *g, struct rect r, const struct scene *s)
{
	uint16_t order[FINDINGS_MAX];
	int count = (int)scene_findings(s, order), at = 0, first = 0, y = r.y;
	int room = count > r.h - 1 ? r.h : r.h - (s->coverage.missing || s->moment.rules ? 1 : 0);

	if (!count)
		grid_text(g, y++, r.x + 1, r.w - 2, STYLE_DIM, "● no finding so far");
	for (int i = 0; i < count; i++)
		if (order[i] == s->view->finding)
			at = i;
	if (at >= room)
		first = at - room + 1;
	for (int i = first; i < count && y < r.y + r.h; i++)
		draw_one(g, y++, r, s, order[i], order[i] == s->view->finding);
	if (first + r.h < count) {
		struct rect last = {r.y + r.h - 1, r.x, 1, r.w};

		grid_fill(g, last, ' ', STYLE_NORMAL);
		grid_format(g, last.y, r.x + 1, r.w - 2, STYLE_DIM, "%d more below",
		            count - first - r.h + 1);
	} else {
		draw_open(g, (struct rect){y, r.x, r.y + r.h - y, r.w}, s);
	}
}

static void evidence_text(const struct evidence *e, char *out, size_t size)
{
	switch (e->kind) {
	case EVIDENCE_INTEGER:
		snprintf(out, size, "%lld", (long long)e->integer);
		break;
	case EVIDENCE_NUMBER:
		snprintf(out, size, "%.*f", e->decimals, e->number);
		break;
	case EVIDENCE_TEXT:
		snprintf(out, size, "%s", e->text);
		break;
	}
}

void explain_draw(struct grid *g, struct rect r, const struct scene *s)
{
	int index = s->view->finding, y = r.y, label = 0;
	const struct finding *f;
	char value[256];

	if (index < 0 || (size_t)index >= s->findings)
		return;
	f = &s->report->finding[index];
	grid_fill(g, r, ' ', STYLE_NORMAL);
	grid_put(g, y, r.x + 1, finding_style(f->weight), finding_mark(f->weight));
	grid_format(g, y++, r.x + 3, r.w - 4, finding_style(f->weight), "%s %s: %s, on %s", f->rule,
	            f->name, weight_name(f->weight), group_name(f->group));
	y += grid_wrap(g, (struct rect){y, r.x + 3, r.y + r.h - y, r.w - 4}, STYLE_STRONG, f->text);
	if (y < r.y + r.h)
		grid_format(g, y++, r.x + 3, r.w - 4, STYLE_NORMAL, "at %.6f s, packet %llu%s",
		            (double)f->t_ns / 1e9, (unsigned long long)f->packet,
		            f->waived_by[0] ? ", waived: the device was declared" : "");
	for (unsigned i = 0; i < f->evidences; i++)
		if ((int)strlen(f->evidence[i].name) > label)
			label = (int)strlen(f->evidence[i].name);
	if (label > r.w / 2)
		label = r.w / 2;
	for (unsigned i = 0; i < f->evidences && y < r.y + r.h; i++) {
		struct rect to = {y, r.x + label + 5, r.y + r.h - y, r.w - label - 6};
		int lines;

		evidence_text(&f->evidence[i], value, sizeof(value));
		grid_text(g, y, r.x + 3, label, STYLE_DIM, f->evidence[i].name);
		lines = grid_wrap(g, to, STYLE_NORMAL, value);
		y += lines > 1 ? lines : 1;
	}
}

const struct screen screen_findings = {
	.pane = PANE_FINDINGS,
	.name = "Findings",
	.title = title,
	.draw = draw,
};
