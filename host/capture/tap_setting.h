/*
 * What the operator may set at a tap while it listens: VBUS, the bus switch, the range of the current. Each has the words that
 * people use, the command that sets it and the mark that tells later who did it. One table; leaves alone: whether a tap obeys.
 */
#ifndef CORDON_CAPTURE_TAP_SETTING_H
#define CORDON_CAPTURE_TAP_SETTING_H

#include "capture/link.h"

enum {
	TAP_SETTINGS_MAX = 3, /* that can hold at once: one of each kind */
	TAP_REFUSAL_MAX = 160,
};

struct tap_setting {
	const char *what, *value; /* "vbus", "on" */
	enum wire_opcode opcode;
	uint8_t argument;
	bool harms; /* it can destroy evidence: ask first */
	const char *question, *said;
};

/* NULL where there is none of that name; capitals and small letters are the same. */
const struct tap_setting *tap_setting_find(const char *what, const char *value);

/* The one that a command sets; NULL: none does. */
const struct tap_setting *tap_setting_of(enum wire_opcode opcode, uint8_t argument);

/* What there is of a kind, for messages: "on, off"; "" where it is none. */
const char *tap_setting_values(const char *what, char *out, size_t size);

/* The command, and the mark in the recording. False where the link has no way to a tap. */
bool tap_setting_send(struct link *l, const struct tap_setting *s);

/* One of each kind, the newest. */
struct tap_settings {
	const struct tap_setting *at[TAP_SETTINGS_MAX];
	unsigned count;
};
void tap_settings_keep(struct tap_settings *all, const struct tap_setting *s);

/* In one sentence, what a reply with an error means. */
void tap_refusal(const struct wire_reply *r, char out[TAP_REFUSAL_MAX]);

#endif
