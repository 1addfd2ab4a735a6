/*
 * One key of usage page 07, as a table gives it. HID Usage Tables 1.4 §10
 */
#ifndef CORDON_REPORT_KEYBOARD_KEYS_H
#define CORDON_REPORT_KEYBOARD_KEYS_H

#include <stddef.h>
#include <stdint.h>

struct keyboard_key {
	uint16_t code;    /* evdev */
	char place[5];    /* xkb's name of it; empty: it prints nothing, or is on the keypad */
	const char *name; /* NULL: it always prints */
	const char *pad;  /* keypad: what it prints */
	const char
		*pad_off; /* and its name with Num Lock off, NULL where that makes no difference */
};

/* NULL where the usage is no key. Borrowed for good. */
const struct keyboard_key *keyboard_key(uint16_t usage);

#endif
