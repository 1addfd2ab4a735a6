/*
 * The tap's alerts on their two ways: at once by HID, and again in the stream. In: both. Out: each alert once. What the file
 * keeps is the stream's; one that the stream does not bring in time (it is lost, or stands still) is given out as the HID's.
 * Leaves alone: alerts lost on both ways, which a jump in the numbers tells whoever reads the file (model/tap.c).
 */
#ifndef CORDON_CAPTURE_TAP_ALERTS_H
#define CORDON_CAPTURE_TAP_ALERTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire.h"

enum {
	TAP_ALERTS_HELD = 8,   /* as many as wait in the tap */
	TAP_ALERTS_KNOWN = 16, /* of them the numbers are remembered */
};

/* So long the stream may take: a hundred times what it does take. */
#define TAP_ALERTS_HOLD_NS INT64_C(250000000)

struct tap_alerts {
	struct {
		struct wire_alert alert;
		int64_t due_ns;
	} held[TAP_ALERTS_HELD]; /* oldest first */
	unsigned held_count;
	uint16_t known[TAP_ALERTS_KNOWN]; /* given out already, in a ring */
	unsigned known_count;
};

/* At each start of the tap: its numbers begin anew. */
void tap_alerts_begin(struct tap_alerts *a);

/* One by HID: true where nobody has heard of it. */
bool tap_alerts_by_hid(struct tap_alerts *a, const struct wire_alert *alert, int64_t now_ns);

/*
 * One in the stream. `first`: nobody has heard of it. False: it was given out already, and is not to be taken again. Those in
 * front of it that are held are overdue.
 */
bool tap_alerts_in_stream(struct tap_alerts *a, const struct wire_alert *alert, bool *first);

/* The oldest that the stream has not brought by now, or with `all` at all; false: none. It counts as given out. */
bool tap_alerts_overdue(struct tap_alerts *a, int64_t now_ns, bool all, struct wire_alert *out);

/* When to ask; INT64_MAX never. */
int64_t tap_alerts_due(const struct tap_alerts *a);

#endif
