/*
 * The tap's clock beside the PC's. A message is late by what it waited on the way, never early: of many, the one that
 * waited least tells the offset. Smallest offsets of spans of some seconds, early and late, tell the drift.
 */
#ifndef CORDON_CAPTURE_CLOCK_ALIGN_H
#define CORDON_CAPTURE_CLOCK_ALIGN_H

#include <stdbool.h>
#include <stdint.h>

struct clock_span {
	bool any;
	int64_t offset_ns; /* smallest, PC less tap */
	int64_t tap_ns;    /* when that was */
};

struct clock_align {
	int64_t begin_ns; /* of the span at hand, on the tap's clock */
	struct clock_span first, last, now;
};

void clock_align_init(struct clock_align *a);

/* Something that happened at `tap_ns` was known here at `pc_ns`. Tap times that step back begin anew. */
void clock_align_add(struct clock_align *a, int64_t tap_ns, int64_t pc_ns);

/* PC less tap, ns; 0 before the first message. */
int64_t clock_align_offset(const struct clock_align *a);

/* By how much the tap is fast, parts per million; 0 while that cannot be told. */
double clock_align_ppm(const struct clock_align *a);

#endif
