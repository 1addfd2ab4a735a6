/*
 * The terminal: the only place that knows curses. A grid goes out, keys come in. Nothing here waits: what curses wants to
 * say lands in memory and goes on to the terminal as it takes it; until the last screen is all out, no other is begun, so
 * that a terminal that is not read costs one screen of memory, and nobody's time.
 */
#ifndef CORDON_TUI_TUI_H
#define CORDON_TUI_TUI_H

#include "tui/grid.h"
#include "usb/err.h"

struct tui_options {
	int in_fd, out_fd; /* borrowed */
	const char *term;  /* NULL: $TERM */
	bool ascii;        /* also taken where the locale is not UTF-8 */
	bool colourless;   /* NO_COLOR */
};

struct tui;

/*
 * ERR_OPEN where curses does not know the terminal, or it is none; ERR_WRITE where the limit on files (ulimit -f) leaves a screen no
 * kilobyte to be put together in. One at a time.
 */
enum err tui_open(struct tui **t, const struct tui_options *o);

/* Puts the terminal back as it was, as far as it listens. */
void tui_close(struct tui *t);

/* To be drawn on; its size is the terminal's of now. */
struct grid *tui_grid(struct tui *t);

/* Brings the grid to the terminal. False where the last one is still on its way: nothing was done. */
bool tui_draw(struct tui *t);

/* The next key, 0 for none. */
int tui_key(struct tui *t);

/* Looks whether the size has changed; true where it has. */
bool tui_resize(struct tui *t);

/*
 * Puts `text` on the terminal's clipboard, where it does that for programs (xterm's OSC 52). False where the terminal is not
 * read: what it would paste later is not what was copied now.
 */
bool tui_copy(struct tui *t, const char *text);

/* Bytes wait for the terminal: poll tui_out_fd for writing, then tui_flush. */
bool tui_pending(const struct tui *t);
void tui_flush(struct tui *t);
int tui_in_fd(const struct tui *t);
int tui_out_fd(const struct tui *t);

/* The terminal went away. */
bool tui_gone(const struct tui *t);

#endif
