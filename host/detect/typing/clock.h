/*
 * The step below which times say nothing: the poll, or the clock where that is coarser.
 *
 * Four sources: the poll that the model knows, the step that the capture claims, and the grid on which the reports
 * turn out to lie (USBPcap claims microseconds and counts in 15.6 ms), and reports that keep coming sooner than the poll
 * allows, evenly: then that is the poll. A keyboard declares its own poll, so that
 * is believed only up to what hosts do (a period over 8 ms is polled at 8 by most), and a grid only up to
 * step_max_ms, lest a machine's own constant delay pass for a coarse clock.
 *
 * Beyond step_max_ms a whole hold of a person fits into a step, and neither hold nor interval tells hands from a machine:
 * such a clock is blind, whether the capture claims its step or all reports turn out to lie on it, several at one time.
 */
#ifndef CORDON_DETECT_TYPING_CLOCK_H
#define CORDON_DETECT_TYPING_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_GAPS = 24 };

enum clock_sense {
	CLOCK_KNOWN, /* the time can be used */
	CLOCK_BACK,  /* it steps back: this and earlier times cannot be compared */
	CLOCK_SAME, /* it stands where the last report had it: a tick too coarse, or one late host */
	CLOCK_BUNCHED, /* sooner after the last report than the bus can poll: a late host stamped it */
};

struct typing_clock {
	int64_t last_ns;
	bool started, same_tick;
	float gap_ms[CLOCK_GAPS]; /* ring of distances between reports that changed something */
	uint8_t count, next;
	float grid_ms; /* 0: none found */
	uint8_t quick; /* gaps sooner than the poll allows, all multiples of the first, in one go */
	float quick_ms;     /* the shortest of them */
	int64_t even_us;    /* divides all distances so far; 0: none yet */
	uint8_t shared;     /* reports that bear the time of the one before */
	float seen_poll_ms; /* the poll that they turned out to be; 0: none did */
};

/* Nanoseconds from one time to another; times of a hostile file may be too far apart to subtract, and wrap. */
static inline int64_t typing_clock_between(int64_t from_ns, int64_t to_ns)
{
	return (int64_t)((uint64_t)to_ns - (uint64_t)from_ns);
}

/* A report at `t_ns` that changed something. */
enum clock_sense typing_clock_report(struct typing_clock *c, int64_t t_ns, uint32_t poll_ns);

/* The step, milliseconds, at least 1. `claimed_ns` 0 where unknown, as `poll_ns`. */
double typing_clock_step(const struct typing_clock *c, uint32_t poll_ns, uint32_t claimed_ns);

/* Times are counted in steps that are coarser than the poll. */
bool typing_clock_coarse(const struct typing_clock *c, uint32_t poll_ns, uint32_t claimed_ns);

/* No step that a person's times could be told by. */
bool typing_clock_blind(const struct typing_clock *c, uint32_t claimed_ns);

#endif
