/*
 * R9, injected typing: what others may ask of its state, which is of this rule's type as engine_rule_state(e, "R9")
 * gives it. How the ratio comes about: typing/typing.h.
 */
#ifndef CORDON_DETECT_RULE_INJECTED_TYPING_H
#define CORDON_DETECT_RULE_INJECTED_TYPING_H

#include "detect/typing/typing.h"

/* The last step of the keyboard in this slot of the model; NULL where it has none. Valid until the next event. */
const struct typing_step *injected_typing_last(const void *state, unsigned hid_slot);

/* Keyboards that typed 1 to 9 keys, without a decision: not enough was seen of them. */
unsigned injected_typing_undecided(const void *state);

/* Keyboards without a finding that typed ten keys or more in times that tell nothing: equal, or in steps too coarse. */
unsigned injected_typing_untimed(const void *state);

#endif
