/*
 * Bounded text without stdio: pieces are appended to a buffer of fixed size and cut, never in the middle of a UTF-8
 * sequence, where it is full. All functions keep the buffer NUL-terminated; `size` counts the NUL.
 */
#ifndef CORDON_DETECT_WORDS_H
#define CORDON_DETECT_WORDS_H

#include <stddef.h>
#include <stdint.h>

void words_append(char *buffer, size_t size, const char *text);
void words_integer(char *buffer, size_t size, int64_t v);

/* Rounded half away from zero; "?" where it is no number or too large to be one in words (over 1e15). */
void words_number(char *buffer, size_t size, double v, unsigned decimals);
void words_hex(char *buffer, size_t size, uint32_t v, unsigned digits);

#endif
