/* What a tap does with itself, and says of it: its self-test, its calibration. The command and its answer, for people and as JSON. */
#ifndef CORDON_CLI_TAP_SELF_H
#define CORDON_CLI_TAP_SELF_H

#include <jansson.h>

#include "cli/tap_ask.h"

void tap_self_test(struct tap_question *q);
void tap_self_calibrate_zero(struct tap_question *q);
/* With a resistor from VBUS of NEAR to ground, and what stands across it. */
void tap_self_calibrate_slope(struct tap_question *q, enum wire_range range, double ohms,
                              double volts);

/* Whether the tap did what it was asked, and found nothing wrong. */
bool tap_self_good(const struct tap_question *q, const struct tap_answer *a);

/* Lines under that of the tap. */
void tap_self_text(const struct tap_question *q, const struct tap_answer *a);
/* "self_test" or "calibrated" into `o`. */
void tap_self_json(const struct tap_question *q, const struct tap_answer *a, json_t *o);

/* The names of checks that a mask has, a comma and a blank between them. */
void tap_self_checks(uint16_t mask, char *to, size_t size);

#endif
