/*
 * Keyboards that appear on this very computer, as the kernel tells them (libudev, netlink). A suspect cable may have been
 * plugged into the wrong machine, and type into the window that is to watch it.
 */
#ifndef CORDON_TUI_KEYBOARD_WATCH_H
#define CORDON_TUI_KEYBOARD_WATCH_H

#include <stdbool.h>
#include <stddef.h>

struct keyboard_watch;

/* NULL where the kernel's news cannot be had (a container, memory): then nobody watches. */
struct keyboard_watch *keyboard_watch_open(void);
void keyboard_watch_close(struct keyboard_watch *w); /* NULL is fine */

/* To be polled for reading. */
int keyboard_watch_fd(const struct keyboard_watch *w);

/* True where a keyboard has come since the last call; its name as it gave it, cut. To be called until false. */
bool keyboard_watch_next(struct keyboard_watch *w, char *name, size_t size);

/*
 * Whether an input device with these keys can type. `bitmap` is the KEY of its uevent: 64-bit words in hex, the highest
 * first. Keys up to Delete count; a mouse's buttons, volume and power keys do not.
 */
bool keyboard_watch_types(const char *bitmap);

#endif
