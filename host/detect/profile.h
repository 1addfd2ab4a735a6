/*
 * What is expected at the far end. product.md "Profiles". Filled in by the caller; borrowed by the engine.
 */
#ifndef CORDON_DETECT_PROFILE_H
#define CORDON_DETECT_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

enum profile_kind {
	PROFILE_BARE,     /* nothing: whatever shows up is inside the cable */
	PROFILE_KEYBOARD, /* one declared keyboard; its typing is judged */
	PROFILE_DEVICE,   /* a declared device, matched by structure, serial and alphabet */
	PROFILE_HOST,     /* a whole PC's bus, or another analyzer's capture */
};

#define PROFILE_BIT(kind) (1u << (kind))
enum { PROFILES_ALL = 0xf };

struct profile {
	enum profile_kind kind;
	/* PROFILE_DEVICE; PROFILE_KEYBOARD too where the keyboard is known beforehand, else its first keyboard is it */
	char name[64]; /* what the operator calls it: stands in "waived_by" */
	bool has_hash, has_serial, has_alphabet;
	uint8_t structure_sha256[32];
	char serial[128];
	uint8_t alphabet[32]; /* bit n: usage n on page 07 may be typed; modifiers too */
};

/* For arguments, help and `cordon profiles`, in the order of enum profile_kind. */
struct profile_info {
	enum profile_kind kind;
	const char *name, *summary;
};

extern const struct profile_info profile_infos[];
extern const unsigned profile_infos_count;

/* NULL where there is none of that name. */
const struct profile_info *profile_find(const char *name);
const char *profile_name(enum profile_kind kind);

#endif
