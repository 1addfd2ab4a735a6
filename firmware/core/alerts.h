/*
 * Alerts: each goes out at once by HID and once more in the stream, with a sequence number that shows a gap in either.
 * In: what happened, and when. Out: reports and records, each tried again until it is taken. hidraw drops silently, and the
 * stream may be full: neither way alone is sure. Leaves alone: what an alert means.
 */
#ifndef CORDON_CORE_ALERTS_H
#define CORDON_CORE_ALERTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/upstream.h"
#include "core/wire.h"

enum { ALERTS_WAITING = 8 };

struct alerts_entry {
	struct wire_alert alert;
	bool by_hid, in_stream; /* still to be sent */
};

struct alerts {
	struct alerts_entry entry[ALERTS_WAITING];
	uint8_t count;
	uint16_t sequence; /* of the last one; counts those that found no place as well */
};

/* With all places taken it is counted and not sent: the next one's number shows the gap. */
void alerts_raise(struct alerts *a, enum wire_alert_what what, uint8_t address, uint64_t at);

/*
 * Sends what waits. `hid` takes a report of USB_DEV_REPORT bytes, or says that the last one is still there. While `listening`
 * is false nobody can fetch a report, and none is kept for later: only the stream has it then.
 */
void alerts_run(struct alerts *a, struct upstream *up, bool listening,
                bool (*hid)(void *context, const uint8_t *report), void *context);

#endif
