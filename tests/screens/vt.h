/*
 * The dashboard on a virtual terminal, in one process and on a clock of its own: keys in, screen text out. A real pty
 * lies between, with libvterm at its other end; nothing sleeps, and nothing happens but in vt_run.
 */
#ifndef CORDON_TESTS_SCREENS_VT_H
#define CORDON_TESTS_SCREENS_VT_H

#include "tui/dashboard.h"

struct vt_options {
	const char *capture; /* a path; NULL: `link` */
	struct link *link;   /* owned from then on */
	double speed;        /* 0 is as fast as can be */
	int rows, columns;
	const char *term; /* NULL: xterm-256color */
	bool ascii, colourless, masked;
	enum profile_kind profile; /* PROFILE_BARE is 0: see vt_new */
	bool has_profile;
	void (*judged)(void *context, unsigned input, struct input *i);
	void *context; /* of `judged` */
};

struct vt;

/* Never NULL: what cannot be made ends the test. */
struct vt *vt_new(const struct vt_options *o);
void vt_free(struct vt *t);

/* One more tap, behind `]`; `link` is owned from then on, `name` borrowed. */
void vt_add(struct vt *t, struct link *link, const char *name);

/* Time goes on, in steps of 10 ms; the terminal is read after each. False where the dashboard ended. */
bool vt_run(struct vt *t, int64_t ms);

/* Bytes as a terminal sends them, then one turn without time passing. */
void vt_keys(struct vt *t, const char *bytes);
void vt_resize(struct vt *t, int rows, int columns);

/* The terminal is not read from now on, or again. */
void vt_stall(struct vt *t, bool stalled);

/* The screen: lines without trailing blanks, each with its newline. Valid until the next call. */
const char *vt_text(struct vt *t);

/* Bytes that the terminal got so far, and the last of them. */
uint64_t vt_bytes(const struct vt *t);
const char *vt_log(const struct vt *t, size_t *len);

/* Whether any cell bears a colour of its own. */
bool vt_coloured(struct vt *t);

struct dashboard *vt_dashboard(struct vt *t);
struct link *vt_link(struct vt *t);
int64_t vt_now(const struct vt *t);

/*
 * Compares the screen with tests/screens/NAME.txt, whole. With SCREENS_UPDATE set writes it instead; with SCREENS_SVG set
 * draws it to that folder too. False where they differ, both being printed.
 */
bool vt_golden(struct vt *t, const char *name);

/* The same of its colours, row by row: from which column on, foreground/background, b bold, r reversed, u underlined. */
bool vt_golden_colours(struct vt *t, const char *name);

void vt_svg(struct vt *t, const char *path);

#endif
