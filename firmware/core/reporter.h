/*
 * From what the listener heard to records: packets as they are, edges gathered, SOFs and NAKed polls folded into counts. When the
 * way up is half full the data of busy endpoints (core/load.h) are cut, later counted: each millisecond, each endpoint.
 * In: the calls of a line_sink. Out: an upstream. Leaves alone: the speed, which it hands on.
 */
#ifndef CORDON_CORE_REPORTER_H
#define CORDON_CORE_REPORTER_H

#include "core/line.h"
#include "core/load.h"
#include "core/upstream.h"

enum {
	REPORTER_EDGE_BYTES = 240,
	REPORTER_HELD = 2, /* a poll that may yet be NAKed: its token, and for OUT its data */
	REPORTER_HELD_BYTES = 72,
	REPORTER_CUT = 1 + 16,     /* what is kept of data that are cut: PID and so many bytes */
	REPORTER_CUT_FROM = 128,   /* of 256: how full the way up is when busy endpoints are cut, */
	REPORTER_COUNT_FROM = 192, /* and when they are only counted */
};

struct reporter_fold {
	struct wire_fold fold;
	uint64_t first, last; /* ticks */
};

struct reporter_held {
	uint64_t start;
	uint8_t speed, len;
	bool may_cut;
	uint8_t bytes[REPORTER_HELD_BYTES];
};

struct reporter {
	bool capturing;
	bool counting; /* data after the held token were taken for a count: what is the answer? */
	bool lost; /* of the line, not yet told: the upstream was full; `lost_from` to `lost_to` */
	enum usb_speed now_speed;
	uint16_t data_len; /* of data that were taken for a count */
	struct upstream *up;
	unsigned held_count;
	size_t edge_len;
	/* Of 256: how far the decoder is behind, by whoever feeds it. It is relieved in the same two steps as the way up. */
	unsigned behind;
	struct load load;
	struct reporter_fold sof, keepalive, nak; /* nak: of one endpoint at a time */
	void (*speed)(enum usb_speed speed);
	struct line_sink sink;
	uint64_t lost_from, lost_to;
	struct reporter_held held[REPORTER_HELD];
	/* Edges of one record. */
	uint64_t edge_first, edge_last;
	uint8_t edges[REPORTER_EDGE_BYTES];
};

void reporter_init(struct reporter *r, struct upstream *up, void (*speed)(enum usb_speed speed));

/* What was heard so far is sent; from here on packets, edges and events are, or are not. */
void reporter_capture(struct reporter *r, bool on);

/* Sends what has been gathered. Each millisecond, and before anything that must come after it. */
void reporter_flush(struct reporter *r);

#endif
