/*
 * A character into UTF-8. In: any value below 110000h; half a pair of surrogates is written as it is, and whoever prints it escapes it.
 * Out: 1 to 4 bytes, of which the number is returned. Unicode 15 §3.9, table 3-6.
 */
#ifndef CORDON_USB_UTF8_H
#define CORDON_USB_UTF8_H

#include <stddef.h>
#include <stdint.h>

size_t utf8_put(char *out, uint32_t c);

#endif
