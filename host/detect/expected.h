/*
 * Which device is the expected one, for rules that judge all others (R6, R20). With `bare` none is; with a declared
 * structure the one that has it; with `keyboard` and nothing declared, the first keyboard that enumerates, and it again
 * when it comes back with the same structure. A copy is part of the state of each rule that needs it.
 */
#ifndef CORDON_DETECT_EXPECTED_H
#define CORDON_DETECT_EXPECTED_H

#include "detect/declared.h"

struct expected {
	bool set;      /* a first keyboard was seen */
	uint16_t slot; /* where it is, or was last */
	uint32_t id;
	bool has_hash, has_descriptor;
	uint8_t hash[32];
	uint8_t descriptor[18];
};

/* To be called first with every event that has a device. */
void expected_follow(struct expected *x, const struct rule_input *in);

/* `keys_typed`: it types, so that waiting for its structure is over. */
enum declared_match expected_match(struct expected *x, const struct rule_input *in,
                                   bool keys_typed);

/* Whether the expected device is on the bus now. */
bool expected_present(const struct expected *x, const struct rule_input *in);

#endif
