/*
 * The dashboard as one step of a loop: records in, keys in, screens out, at the time that the caller says. It never
 * waits; the caller polls what dashboard_poll names.
 */
#ifndef CORDON_TUI_DASHBOARD_H
#define CORDON_TUI_DASHBOARD_H

#include <poll.h>

#include "tui/actions.h"
#include "tui/input.h"
#include "tui/tui.h"

enum { DASHBOARD_INPUTS = SCENE_INPUTS, DASHBOARD_FDS = 2 + DASHBOARD_INPUTS };

struct dashboard_options {
	struct input_options input; /* the first */
	/* Sees each key before the dashboard does; true where it was for it. NULL: nobody. */
	bool (*key)(void *context, const struct view *v, int key);
	/* A test is over and judged; `i` is its last moment. NULL: nobody wants to know. */
	void (*judged)(void *context, unsigned input, struct input *i);
	/*
	 * A new test on an input: fills in what is to be watched in its place, and brings the old link to its end. False, with
	 * what is wrong, where there can be none. NULL: on no input.
	 */
	bool (*again)(void *context, unsigned input, const struct new_test *want,
	              struct input_options *next, char *message, size_t size);
	void *context;
	bool masked; /* typed text, from the beginning */
	struct tui_options tui;
};

struct dashboard;

/* ERR_MEMORY, or as tui_open. *d is NULL on failure. */
enum err dashboard_new(struct dashboard **d, const struct dashboard_options *o);
void dashboard_free(struct dashboard *d);

/* One more input, which `]` leads to; DASHBOARD_INPUTS at most. ERR_MEMORY. */
enum err dashboard_add(struct dashboard *d, const struct input_options *o);

/* Another input in the place of the first. The view stays what it is. ERR_MEMORY leaves things as they were. */
enum err dashboard_play(struct dashboard *d, const struct input_options *o);

/* What a show says, borrowed until the next call; NULL ends it. */
void dashboard_show(struct dashboard *d, const struct scene_show *show);

/* The last burst of keys again, slowly, as with the key for it. */
void dashboard_replay(struct dashboard *d, int64_t now_ns);

/* The view of the input on show, to begin with another one. */
struct view *dashboard_view(struct dashboard *d);

/* Whether all inputs are over. */
bool dashboard_over(const struct dashboard *d);

/* Whether what is played is no capture: a file or stream that failed before its first packet, so that there is nothing to look at. */
bool dashboard_unreadable(const struct dashboard *d);

/* What is due of the links alone: no keys, no screen. To bring them to their end. */
void dashboard_read(struct dashboard *d, int64_t now_ns);

/*
 * The terminal is quiet: the next turn looks for neither keys nor another size, which are two calls of the kernel a
 * millisecond for a tap that measures. To be said where a poll of dashboard_poll's descriptors ended by others of them.
 */
void dashboard_quiet(struct dashboard *d);

/* Everything that is due at `now_ns`. False where the operator quits or the terminal went away. */
bool dashboard_turn(struct dashboard *d, int64_t now_ns);

/*
 * A keyboard has appeared on this computer. It may be the cable, in the wrong machine: said on every view, and no key
 * takes effect for DASHBOARD_GUARD_NS. `name` is the keyboard's own, copied.
 */
#define DASHBOARD_GUARD_NS INT64_C(5000000000)
void dashboard_new_keyboard(struct dashboard *d, const char *name, int64_t now_ns);

/* What to wait for, and how long at most, in ns; the number of descriptors. */
unsigned dashboard_poll(const struct dashboard *d, int64_t now_ns, struct pollfd fds[DASHBOARD_FDS],
                        int64_t *wait_ns);

/* Judges what is not over yet as if it were, and tells of each input in turn. */
void dashboard_finish(struct dashboard *d);

/* Screens drawn, and those held back because the terminal was not read. */
void dashboard_counts(const struct dashboard *d, uint64_t *frames, uint64_t *skipped);

#endif
