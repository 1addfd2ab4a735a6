/*
 * Text off the wire, made harmless. A terminal obeys control characters, C1 controls and text direction; a reader is
 * fooled by what prints nothing. Input is any bytes up to a NUL; output is NUL-terminated and never longer than `size`.
 */
#ifndef CORDON_REPORT_ESCAPE_H
#define CORDON_REPORT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The next character of `s` (not empty). Returns the bytes it takes; `*c` is the code point, or -1 where the first byte
 * begins no valid sequence (overlong, surrogate, beyond U+10FFFF, cut): then one byte is taken. RFC 3629 §4
 */
size_t escape_next(const char *s, int32_t *c);

/* Whether it may stand in a terminal as it is: printable, of no direction of its own, not invisible. */
bool escape_is_plain(int32_t c);

/*
 * For terminals: \n \t \\ \xNN (bytes that are no text, and controls) and \u{N}. Returns the length that the whole would
 * have; where that is `size` or more it was cut, between characters.
 */
size_t escape_terminal(char *out, size_t size, const char *s);

/* Valid UTF-8 for JSON: bytes that are no text, and DEL, become U+FFFD. The writer escapes the rest. Returns as above. */
size_t escape_utf8(char *out, size_t size, const char *s);

#endif
