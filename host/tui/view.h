/*
 * What the operator looks at: the cursor in time, the pane in focus, what is selected, masked, asked. Changed by keys
 * (keys.c) alone; screens get it const, with all that they draw in a scene.
 */
#ifndef CORDON_TUI_VIEW_H
#define CORDON_TUI_VIEW_H

#include "capture/tap_setting.h"
#include "report/report.h"
#include "tui/filter.h"
#include "tui/history.h"
#include "tui/moments.h"
#include "tui/passed.h"
#include "tui/people.h"

enum pane {
	PANE_NONE,
	PANE_TIME,
	PANE_DEVICES,
	PANE_FINDINGS,
	PANE_TYPING,
	PANE_PACKETS,
	PANE_HEALTH,
	PANES,
};

enum prompt {
	PROMPT_NONE,
	PROMPT_SEARCH,
	PROMPT_FILTER,
	PROMPT_COMMAND,
	PROMPT_QUIT, /* y or n */
	PROMPT_JUMP, /* to a mark, by its number */
	PROMPT_TEST, /* end and flip of a new one */
	PROMPT_PROFILE,
	PROMPT_LAYOUT,
	PROMPT_SETTING, /* of the tap; y or n */
};

/* What is asked of the input or the terminal, beyond the view. */
enum wish {
	WISH_NONE,
	WISH_TEST,    /* a new one; `wish_word`: end and flip, "" as they were */
	WISH_PROFILE, /* a new one, under this profile */
	WISH_LAYOUT,  /* of the text, from here on */
	WISH_SETTING, /* `setting`, of the tap */
	WISH_COPY,    /* what is chosen, to the terminal's clipboard */
	WISH_REPORT,  /* what is chosen, into the recording and its report */
};

enum { VIEW_MARKS = 9, VIEW_INPUT_MAX = 240, VIEW_SCALES = 14 };

struct view {
	bool following;       /* the cursor is the newest moment */
	bool frozen;          /* Space: the cursor stays, whatever comes */
	int64_t frozen_since; /* of the loop's clock */
	int64_t cursor_ns;    /* where it does not follow */
	uint64_t row;         /* packets: ordinal of the selected row */
	bool row_chosen;      /* else the last row at the cursor */
	bool in_fields;       /* packets: keys move among the fields of the selected row */
	unsigned field;       /* the selected of them; may be beyond the last */
	enum pane focus;
	bool zoomed, help, explain, projector, blank;
	unsigned help_at;    /* first line of the help */
	int finding, device; /* selected: index, -1 none */
	bool masked;         /* typed text */
	bool masked_projector;
	unsigned scale;       /* of the time axis: 0 is the whole input */
	int64_t reference_ns; /* `t`: times are shown from here */
	bool has_reference;
	unsigned marks;
	int64_t mark_ns[VIEW_MARKS];

	/* Instant replay: the cursor runs from `from_ns` at 1/20. */
	bool instant;
	int64_t instant_from_ns, instant_to_ns, instant_since;

	enum prompt prompt;
	char input[VIEW_INPUT_MAX + 1];
	char search[VIEW_INPUT_MAX + 1];
	struct filter filter;
	char message[160]; /* of the last key; until the next one */

	/* A keyboard came up on this computer: until then (the loop's clock) keys take no effect. */
	int64_t guard_until_ns;
	char guard_name[64];

	/* What keys ask of the loop; taken back there. */
	bool quit, toggle_pause, seek_finding, next_input;
	enum wish wish;
	char wish_word[VIEW_INPUT_MAX + 1];
	const struct tap_setting *setting; /* asked about, or wished for */
	double set_speed;                  /* negative: nothing asked */
};

/* Of a show: what the trainer reads out, and where in it all this is. */
struct scene_show {
	const char *title, *say;
	unsigned chapter, chapters;
	bool ended;    /* the chapter; the next one waits for a key */
	bool rehearse; /* times are shown */
	int64_t planned_s, total_s, elapsed_s;
};

enum { SCENE_INPUTS = 4 };

/* Of one input that is watched, on show or not: as of now. */
struct scene_input {
	const char *name;
	enum verdict verdict;
	size_t findings;
	bool over, away, failed;
};

struct scene {
	const struct view *view;
	const struct history *history;
	const struct report_input *report; /* as of now; findings are all of them */
	const struct link *link;
	const struct scene_show *show; /* NULL: no show is on */
	const char *name;              /* of the input, as the user gave it */
	const struct moments *moments;
	struct passed *passed;  /* of the packets; NULL: not counted */
	const char *end, *flip; /* of the cable, as was said; "" unknown */
	uint8_t tested;         /* SCENE_TESTED of the ends and flips that had a test in this run */
	int64_t plan_ns;        /* how long a test shall last; 0 unknown */
	const char *layout;
	int64_t loop_ns;  /* the loop's clock */
	int64_t clock_ns; /* what time it is in the input */
	bool over;
	bool truncated;
	const char *error; /* of the input, NULL none */
	int h, w;          /* of the screen */
	struct people people;
	uint64_t frames, frames_skipped;
	unsigned inputs, input;                 /* how many, and which of them is on show */
	struct scene_input other[SCENE_INPUTS]; /* all of them */

	/* As of the cursor. */
	int64_t cursor_ns;
	size_t findings;
	uint64_t rows, steps;
	unsigned devices;
	const struct history_device *device[MODEL_DEVICES_MAX];
	enum verdict verdict;
	struct moment moment;
	struct coverage coverage;
};

/* end 0 A, 1 B; flip 0 1, 1 2 */
#define SCENE_TESTED(end, flip) (1u << (2 * (end) + (flip)))

void view_init(struct view *v);

/* For another input: what is chosen and remembered of the old one goes, how it is looked at stays. */
void view_restart(struct view *v);

/* How `from` is looked at, for another input that was there all the time. */
void view_carry(struct view *v, const struct view *from);

/* Fills in what depends on the cursor. */
void scene_at(struct scene *s);

/* The findings in the order of the pane: weightiest first, then as they came. Returns how many. */
size_t scene_findings(const struct scene *s, uint16_t order[FINDINGS_MAX]);

/* The cursor to a moment, which ends following. */
void view_go(struct view *v, const struct scene *s, int64_t t_ns);

/* The moving parts: instant replay. True where something of it changed. */
bool view_tick(struct view *v, const struct scene *s);

#endif
