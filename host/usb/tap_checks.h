/* What a tap looks at in itself, and what it finds, in words: the bits of its SELFTEST record. firmware/core/selftest.h. */
#ifndef CORDON_USB_TAP_CHECKS_H
#define CORDON_USB_TAP_CHECKS_H

enum { TAP_CHECKS = 16, TAP_CHECK_DETAILS = 8 };

/* A bit of enum wire_check; "check" where this program does not know it. */
const char *tap_check_name(unsigned bit);

/* A bit of enum selftest_detail, those that are failures. */
const char *tap_check_detail(unsigned bit);

#endif
