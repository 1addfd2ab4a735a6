/*
 * What keys mean: usages of page 07 and modifiers into text, under a keyboard layout of libxkbcommon's names ("us", "de",
 * "us(dvorak)"). The keymap is compiled at the first key that needs it: that costs more than the rest of a short run.
 */
#ifndef CORDON_REPORT_LAYOUT_H
#define CORDON_REPORT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LAYOUT_TEXT_MAX = 64, /* bytes of one key's text, NUL included */
	LAYOUT_NAME_MAX = 48,
};

enum layout_lock {
	LAYOUT_NUM = 1u << 0, /* as in the LED report: HID 1.11 appendix B.1 */
	LAYOUT_CAPS = 1u << 1,
};

struct layout;

/* Does not read the layout yet. NULL where memory is out. */
struct layout *layout_new(const char *name);
void layout_free(struct layout *l);

/* Compiles the keymap now. False where there is no such layout: then keys have names only. */
bool layout_load(struct layout *l);

/* As it was asked for, cut to LAYOUT_NAME_MAX. */
const char *layout_name(const struct layout *l);

/* Where to find the names, for the message of an unknown layout. */
const char *layout_hint(void);

/*
 * The text of one key press: what it prints in UTF-8, "\n" and "\t" too, else a name as in <BACKSPACE>, <GUI+r>,
 * <CTRL+ALT+t>, <DEAD_ACUTE>, <KEY_9A>. Modifiers: bit n is usage E0 + n. `locks`: enum layout_lock. Empty for modifiers and
 * for what is no key. Returns its length; out is NUL-terminated.
 */
size_t layout_text(struct layout *l, uint16_t usage, uint8_t modifiers, unsigned locks,
                   char out[LAYOUT_TEXT_MAX]);

#endif
