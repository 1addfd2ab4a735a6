/*
 * Text into keys: a keyboard layout turned round. The layout is asked what each key prints, by a function that the caller
 * gives: layout_text (report/layout.h) has the form, and libxkbcommon behind it.
 */
#ifndef CORDON_SIM_LAYOUT_KEYS_H
#define CORDON_SIM_LAYOUT_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/us_keys.h"

enum {
	LAYOUT_KEYS_MAX = 512,     /* characters of a layout */
	LAYOUT_KEYS_TEXT_MAX = 64, /* bytes of a key's text, NUL included */
	LAYOUT_KEYS_STROKES = 2,   /* a dead key and its letter */
};

/* What a key prints with these modifiers, NUL-terminated; dead keys as <DEAD_ACUTE>; empty or <NAME> for what prints nothing. */
typedef size_t layout_keys_ask(void *ctx, uint16_t usage, uint8_t modifiers,
                               char out[LAYOUT_KEYS_TEXT_MAX]);

struct layout_keys_entry {
	uint32_t character;
	uint8_t usage, modifiers;
};

struct layout_keys {
	size_t count;
	struct layout_keys_entry
		entry[LAYOUT_KEYS_MAX]; /* by character; dead keys by their combining one */
};

/* Asks for every key, plain, with Shift, with AltGr and with both. */
void layout_keys_init(struct layout_keys *k, layout_keys_ask *ask, void *ctx);

/* The keys of a character, in order: one, or a dead key and another. 0 where the layout has none. */
size_t layout_keys_strokes(const struct layout_keys *k, uint32_t character, struct keystroke *out,
                           size_t max);

/* xkb's name of a layout as payloads name it ("DE", "de", "ES_LA", "UK"); NULL where it is none of those. */
const char *layout_keys_name(const char *payload_name);

#endif
