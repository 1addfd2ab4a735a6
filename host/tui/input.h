/*
 * One input that is watched: its link, what judges it, what remembers it, how the operator looks at it. A dashboard has up
 * to four. Leaves alone: keys, screens.
 */
#ifndef CORDON_TUI_INPUT_H
#define CORDON_TUI_INPUT_H

#include "lib/analysis.h"
#include "tui/moments.h"
#include "tui/view.h"

struct input_options {
	struct link *link;             /* borrowed */
	const struct profile *profile; /* borrowed; NULL: what the input says, else `host` */
	struct layout *layout;         /* borrowed; NULL: typed text is not kept */
	const char *name;              /* as the operator knows it; borrowed */
	const char *layout_name;       /* borrowed */
	int64_t plan_ns;               /* how long a test shall last; 0: nothing was planned */
};

struct input {
	struct input_options options;
	struct analysis *analysis;
	struct history *history;
	struct moments *moments;
	struct view view;
	struct passed passed;
	enum link_state state;
	enum err err;
	bool ended;
	bool more;                 /* pump again at once */
	bool alert;                /* something was found since the last screen */
	uint8_t tested;            /* ends and flips so far, SCENE_TESTED of each */
	unsigned refusals, alerts; /* of the tap, told so far */
	uint64_t rows_drawn;
	int64_t clock_drawn_ns;
	int64_t moment_ns;     /* what was shown last */
	int64_t moment_due_ns; /* when the next shall be remembered, shown or not */

	/* A search for the next finding: as fast as can be, until there is one. */
	bool seeking;
	double speed_before;
	size_t findings_before;
};

/* What is watched from now on; the view stays what it is, but for what was chosen. ERR_MEMORY leaves things as they were. */
enum err input_play(struct input *i, const struct input_options *o);
void input_release(struct input *i);

/* What is due of the link: a bounded number of records. */
void input_read(struct input *i, int64_t now_ns);

/* The input is over, or nobody wants more of it: judged as it is. */
void input_end(struct input *i);

/* A search that the operator asks for; what he asks for else ends it. */
void input_seek(struct input *i, int64_t now_ns);
void input_pace(struct input *i, int64_t now_ns, double speed, bool paused);

/* As of now, and remembered as the moment that it is. Borrowed until the next record. */
struct report_input input_report(struct input *i);

#endif
