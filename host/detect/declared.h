/*
 * Is this the declared device? By the hash of its structure and its serial number, never by VID and PID, which anybody
 * can set; and, for what it types, by its alphabet. R22 in product.md and threats.md §7.
 */
#ifndef CORDON_DETECT_DECLARED_H
#define CORDON_DETECT_DECLARED_H

#include "detect/rules.h"

enum declared_match {
	DECLARED_UNKNOWN, /* not all of it was captured yet */
	DECLARED_YES,
	DECLARED_NO,
};

/* DECLARED_NO where the profile has no hash: then nothing is declared. A serial number that the device has but nobody
   asked for is left UNKNOWN; one that it does not have at all is a NO. */
enum declared_match declared_device_match(const struct profile *p, const struct model_device *d);

/* The structure alone: what R6 and R20 go by. */
enum declared_match declared_structure_match(const struct profile *p, const struct model_device *d);

/* State of R22. */
struct declared {
	uint8_t match[MODEL_DEVICES_MAX];    /* enum declared_match */
	bool foreign_key[MODEL_DEVICES_MAX]; /* it typed what is not in its alphabet */
	bool has_alphabet;
};

/* Whether findings of this group on the device in `slot` are waived now. Its own deeds are (presence, radio, and typing
   where an alphabet was declared and kept); what a cable or a charger does to it is not. */
bool declared_waives(const struct declared *s, unsigned slot, enum group g);

#endif
