/*
 * Link type 147 as the tap's: one record of the wire protocol a packet, without a block around it. In: the packet's
 * bytes. Out: a record. Leaves alone: bodies (tap_decode.c), raw dumps (tap_read.c).
 */
#include "capture/reader.h"

/* The time is the packet's; the difference to a block's tick, four bytes here, is zero. */
bool link_tap(struct capture *c, const struct raw_packet *p, struct record *r)
{
	struct wire_record w;

	if (p->len < WIRE_RECORD_HEAD)
		return false;
	w.kind = p->data[0];
	w.flags = p->data[1];
	w.len = load_le16(p->data + 2);
	w.tick = 0;
	w.body = p->data + WIRE_RECORD_HEAD;
	if (w.len > p->len - WIRE_RECORD_HEAD)
		return false;
	tap_hello(&c->tap, &w);
	return tap_decode(&c->tap, &w, r) == TAP_RECORD;
}
