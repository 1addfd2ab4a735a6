/*
 * Text to keystrokes on a US keyboard. HID Usage Tables 1.4 §10 (page 07). Where `names` is set, <NAME> and
 * <MOD+NAME> are keys as in the scenarios (<ENTER>, <GUI+r>, <CTRL+ALT+t>), and <WAIT n> is a pause of n
 * milliseconds; a '<' that begins none of these is itself.
 */
#ifndef CORDON_SIM_US_KEYS_H
#define CORDON_SIM_US_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Modifier bits of the boot report. HID 1.11 §8.3 */
enum {
	MOD_CTRL = 1u << 0,
	MOD_SHIFT = 1u << 1,
	MOD_ALT = 1u << 2,
	MOD_GUI = 1u << 3,
	MOD_RIGHT_SHIFT = 1u << 5,
};

enum {
	KEY_NONE = 0,
	KEY_A = 0x04,
	KEY_Z = 0x1d,
	KEY_ENTER = 0x28,
	KEY_BACKSPACE = 0x2a,
	KEY_SPACE = 0x2c,
	KEY_CAPS_LOCK = 0x39,
	KEY_PAD_1 = 0x59,
	KEY_PAD_0 = 0x62,
	KEY_MODIFIER = 0xe0, /* left Ctrl; the others follow in the order of the bits above */
};

struct keystroke {
	uint8_t usage;     /* KEY_NONE: the modifiers alone, or a pause */
	uint8_t modifiers; /* MOD_* that must be down with it */
	uint8_t ascii;     /* 0 where it is no character */
	uint16_t wait_ms;  /* before anything else happens */
};

/* At most `max` keystrokes; returns how many there were. Bytes that no US key makes are left out. */
size_t us_keystrokes(const char *text, bool names, struct keystroke *out, size_t max);

/* The first byte that us_keystrokes would leave out, with `names`; NULL where all of it is typed. */
const char *us_no_key(const char *text);

/* Hand (0 left, 1 right) and finger (0 thumb to 4 little) that a touch typist uses; for digraph models. */
void us_finger(uint8_t usage, unsigned *hand, unsigned *finger);

/* A letter that lies beside this one, for slips of the finger; others are returned as they are. */
uint8_t us_neighbour(uint8_t usage, unsigned draw);

#endif
