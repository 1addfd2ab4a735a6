/*
 * The packets of a keyboard's enumeration, both sides of it, as they would stand on the wire: for the self-test, which sends
 * them to itself, and for tests. In: which kind. Out: packets in order. Leaves alone: time and lines. USB 2.0 §8.5.3, §9.4.
 */
#ifndef CORDON_CORE_SAMPLE_KEYBOARD_H
#define CORDON_CORE_SAMPLE_KEYBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SAMPLE_KEYBOARD_ADDRESS = 5,
	SAMPLE_KEYBOARD_PACKET = 11, /* the longest: PID, 8 bytes, CRC */
};

/* `hidden`: the interface says 3/0/0, and only the report descriptor shows the keyboard. */
void sample_keyboard(bool hidden, void (*packet)(void *context, const uint8_t *bytes, size_t len),
                     void *context);

#endif
