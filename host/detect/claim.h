/*
 * What the seller says of a cable: records of the form NAME=VALUE. In: such a record's text. Out: one yes or no.
 */
#ifndef CORDON_DETECT_CLAIM_H
#define CORDON_DETECT_CLAIM_H

#include "usb/record.h"

enum claim { CLAIM_UNKNOWN, CLAIM_NO, CLAIM_YES };

/* `was` where the text is of another name, or neither yes nor no. Values: yes, true, 1; no, false, 0. */
enum claim claim_read(const struct record_text *t, const char *name, enum claim was);

#endif
