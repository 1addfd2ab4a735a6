/*
 * The bodies of which a dozen may come in a millisecond: the same bytes as from their tables (wire.c; a test compares them), without the
 * walk through those, which takes the chip 300 cycles each.
 */
#ifndef CORDON_CORE_WIRE_QUICK_H
#define CORDON_CORE_WIRE_QUICK_H

#include "core/bytes.h"
#include "core/wire.h"

static inline void wire_quick_band(uint8_t to[12], const struct wire_band *from)
{
	to[0] = from->channel;
	to[1] = from->input;
	to[2] = from->range;
	to[3] = from->reserved;
	store_le16(to + 4, from->minimum);
	store_le16(to + 6, from->mean);
	store_le16(to + 8, from->maximum);
	store_le16(to + 10, from->floor);
}

static inline void wire_quick_burst(uint8_t to[12], const struct wire_burst *from)
{
	to[0] = from->channel;
	to[1] = from->input;
	to[2] = from->range;
	to[3] = from->reserved;
	store_le16(to + 4, from->peak);
	store_le16(to + 6, from->mean);
	store_le32(to + 8, from->length);
}

#endif
