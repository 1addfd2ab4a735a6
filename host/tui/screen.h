/* A pane: one file, one const entry. It draws what the scene says into its part of the grid, and changes nothing. */
#ifndef CORDON_TUI_SCREEN_H
#define CORDON_TUI_SCREEN_H

#include "tui/grid.h"
#include "tui/view.h"

struct screen {
	enum pane pane;
	const char *name;
	/* What stands in its rule beside the name; may be NULL. */
	void (*title)(const struct scene *s, char *out, size_t size);
	void (*draw)(struct grid *g, struct rect r, const struct scene *s);
};

extern const struct screen screen_time, screen_devices, screen_findings, screen_typing,
	screen_packets, screen_health;

/* Outside of panes. */
void top_draw(struct grid *g, const struct scene *s, bool small); /* context, banner, coverage */
int top_lines(const struct grid *g, const struct scene *s);
void footer_draw(struct grid *g, const struct scene *s);
void projector_draw(struct grid *g, const struct scene *s);
void guard_draw(struct grid *g, const struct scene *s); /* over whatever is there */
void help_draw(struct grid *g, const struct scene *s);
void explain_draw(struct grid *g, struct rect r, const struct scene *s);

/* The whole: arranges all of these by the grid's size. */
void screens_draw(struct grid *g, const struct scene *s);

/* Panes on show at this size, for Tab. */
unsigned screens_panes(const struct scene *s, enum pane out[PANES]);

/* Below 80x24 there is no room but for findings: no pane to choose. */
bool screens_small(const struct scene *s);

/* The pane that keys go to. */
enum pane screens_focus(const struct scene *s);

/* A verdict's word and shape; each screen has its own style for it. */
const char *verdict_word(enum verdict v);
uint32_t verdict_mark(enum verdict v);

/* Malicious or suspect: without that, nothing is drawn in the colours of an alarm. */
bool scene_flagged(const struct scene *s);

/* Words shared by panes. */
enum style finding_style(enum weight w);
uint32_t finding_mark(enum weight w);
void banner_reason(const struct scene *s, char *out, size_t size);
void source_text(const struct scene *s, bool small, char *out, size_t size);
const char *recording_text(const struct scene *s, bool small); /* "" where nothing is recorded */
void state_text(const struct scene *s, bool small, char *out, size_t size); /* "" it follows */
void time_text(char *out, size_t size, const struct scene *s, int64_t t_ns);
int64_t time_axis_span(const struct scene *s, int columns, int64_t *from_ns, int64_t *column_ns);

/* Sparkline glyph for v of max. */
uint32_t bar_glyph(uint64_t v, uint64_t max);

#endif
