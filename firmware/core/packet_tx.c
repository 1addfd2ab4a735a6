/* See packet_tx.h. A zero changes the lines, a one leaves them; behind six ones goes a zero. */
#include "core/packet_tx.h"

struct out {
	uint8_t *to;
	size_t n;
	uint8_t now, ones;
};

static void bit(struct out *o, unsigned one)
{
	if (!one)
		o->now ^= WIRE_SE1;
	o->to[o->n++] = o->now;
	o->ones = one ? o->ones + 1 : 0;
	if (o->ones == 6)
		bit(o, 0);
}

size_t packet_tx(uint8_t *to, const uint8_t *bytes, size_t len, enum usb_speed speed)
{
	const uint8_t j = speed == USB_SPEED_LOW ? WIRE_DM : WIRE_DP, sync = 0x80;
	struct out o = {.to = to, .now = j};

	for (unsigned i = 0; i < 8; i++)
		bit(&o, sync >> i & 1);
	for (size_t k = 0; k < len; k++)
		for (unsigned i = 0; i < 8; i++)
			bit(&o, bytes[k] >> i & 1);
	to[o.n++] = WIRE_SE0;
	to[o.n++] = WIRE_SE0;
	to[o.n++] = j;
	return o.n;
}
