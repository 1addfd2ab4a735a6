/*
 * What a device may type, as text: characters of a US keyboard and <NAME> for keys that print nothing, to usages on page
 * 07 (HID Usage Tables 1.4 §10). What needs Shift allows both Shift keys.
 */
#ifndef CORDON_REPORT_ALPHABET_H
#define CORDON_REPORT_ALPHABET_H

#include <stdbool.h>
#include <stdint.h>

enum { ALPHABET_ERROR_MAX = 96 };

/* Bits are added to `alphabet`. False with the reason in `why` (may quote the text: to be escaped). */
bool alphabet_read(uint8_t alphabet[32], const char *text, char why[ALPHABET_ERROR_MAX]);

#endif
