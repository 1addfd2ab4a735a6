/*
 * A receiver that is slow and plain: one symbol after the other, out of USB 2.0 §7.1.7 to §7.1.10, §8.2, §8.3 and §8.4, and with nothing of
 * core/ in it but the layout of a word (core/listen_pio.h) and the flags' names. What core/packet_rx.c must come to, for a packet that is
 * there from its K to its end. Leaves alone: low speed on a full-speed bus, packets longer than any may be.
 */
#ifndef CORDON_FUZZ_REFERENCE_RX_H
#define CORDON_FUZZ_REFERENCE_RX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire.h"

enum { REFERENCE_MAX = 4096 };

struct reference {
	bool there;    /* an end was seen */
	unsigned same; /* the longest run of ones, with the sync's own */
	uint8_t flags;
	unsigned len;
	uint8_t bytes[REFERENCE_MAX];
};

/* The words of one packet, the last of them with its symbols at the top. `low`: J is D-. */
void reference_rx(struct reference *r, const uint32_t *words, unsigned count, bool low);

/* PRE, and K for so long that it is low speed behind a hub, are another matter at full speed. */
static inline bool reference_slow(const struct reference *r, const uint32_t *words, unsigned count)
{
	return !(words[0] & 0x555) ||
	       (count > 1 && r->len && r->bytes[0] == 0x3c && !(r->flags & WIRE_BAD_SYNC));
}

#endif
