/*
 * What a tap looks at in itself, and what it finds, in words: the bits of its SELFTEST record, firmware/core/selftest.h. And what
 * it raises an alert for.
 */
#ifndef CORDON_USB_TAP_CHECKS_H
#define CORDON_USB_TAP_CHECKS_H

#include <stdint.h>

enum { TAP_CHECKS = 16, TAP_CHECK_DETAILS = 8 };

/* A bit of enum wire_check; "check" where this program does not know it. */
const char *tap_check_name(unsigned bit);

/* Of what an alert tells (enum wire_alert_what); "unknown". */
const char *tap_alert_name(uint8_t what);

/* A bit of enum selftest_detail, those that are failures. */
const char *tap_check_detail(unsigned bit);

#endif
