/*
 * Two clocks, aligned by what both ends of a cable saw: each pair of the same mark votes for an offset, the offset with
 * most votes within 30 ms wins where chance does that in fewer than 1 of 10,000 cases, and offset and drift are fitted to
 * its pairs. Where nothing passed that both could see, the moment at which the supply came on does, to 50 ms.
 */
#ifndef CORDON_DETECT_PAIR_ALIGN_H
#define CORDON_DETECT_PAIR_ALIGN_H

#include "detect/pair/trace.h"
#include "usb/err.h"

enum pair_alignment {
	PAIR_UNALIGNED,
	PAIR_BY_SUPPLY, /* to 50 ms */
	PAIR_BY_MARKS,
};

struct pair_clock {
	enum pair_alignment by;
	int64_t offset_ns; /* near less far, at `at_ns` of the far end's clock */
	int64_t at_ns;
	double drift;     /* by how much the near end's clock is faster */
	unsigned matched; /* pairs that the fit rests on */
	double apart_ns;  /* their median distance from it */
};

/* ERR_MEMORY. Either trace may be empty. */
enum err pair_align(struct pair_clock *c, const struct pair_trace *near,
                    const struct pair_trace *far);

/* A time of the far end on the near end's clock. */
int64_t pair_near_ns(const struct pair_clock *c, int64_t far_ns);

#endif
