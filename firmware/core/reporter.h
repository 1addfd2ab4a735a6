/*
 * From what the listener heard to records: packets as they are, edges gathered, SOFs and NAKed polls folded into counts.
 * In: the calls of a line_sink. Out: an upstream. Leaves alone: the speed, which it hands on.
 */
#ifndef CORDON_CORE_REPORTER_H
#define CORDON_CORE_REPORTER_H

#include "core/line.h"
#include "core/upstream.h"

enum {
	REPORTER_EDGE_BYTES = 240,
	REPORTER_HELD = 2, /* a poll that may yet be NAKed: its token, and for OUT its data */
	REPORTER_HELD_BYTES = 72,
};

struct reporter_fold {
	struct wire_fold fold;
	uint64_t first, last; /* ticks */
};

struct reporter_held {
	uint64_t start;
	uint8_t speed, len;
	uint8_t bytes[REPORTER_HELD_BYTES];
};

struct reporter {
	struct line_sink sink;
	struct upstream *up;
	void (*speed)(enum usb_speed speed);
	enum usb_speed now_speed;
	bool capturing;
	/* Edges of one record. */
	uint64_t edge_first, edge_last;
	size_t edge_len;
	uint8_t edges[REPORTER_EDGE_BYTES];
	struct reporter_fold sof, keepalive, nak; /* nak: of one endpoint at a time */
	struct wire_count count;                  /* likewise */
	uint64_t count_first, count_last;
	uint64_t lost_from, lost_to; /* of the line, not yet told: the upstream was full */
	bool lost;
	struct reporter_held held[REPORTER_HELD];
	unsigned held_count;
};

void reporter_init(struct reporter *r, struct upstream *up, void (*speed)(enum usb_speed speed));

/* Sends what has been gathered. Each millisecond, and before anything that must come after it. */
void reporter_flush(struct reporter *r);

#endif
