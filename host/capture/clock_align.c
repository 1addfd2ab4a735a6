/* Offset and drift of two clocks out of late messages; see clock_align.h. */
#include "capture/clock_align.h"

/* Long enough that one message of it was hardly late; short enough for a crystal to be steady. */
#define SPAN_NS INT64_C(8000000000)

void clock_align_init(struct clock_align *a)
{
	*a = (struct clock_align){0};
}

void clock_align_add(struct clock_align *a, int64_t tap_ns, int64_t pc_ns)
{
	int64_t offset = pc_ns - tap_ns;

	if (!a->now.any || tap_ns < a->begin_ns) {
		clock_align_init(a);
		a->begin_ns = tap_ns;
	} else if (tap_ns - a->begin_ns >= SPAN_NS) {
		if (!a->first.any)
			a->first = a->now;
		a->last = a->now;
		a->now.any = false;
		a->begin_ns = tap_ns;
	}
	if (!a->now.any || offset < a->now.offset_ns)
		a->now = (struct clock_span){true, offset, tap_ns};
}

int64_t clock_align_offset(const struct clock_align *a)
{
	/* A span that has just begun may know late messages alone. */
	if (a->last.any && a->last.offset_ns < a->now.offset_ns)
		return a->last.offset_ns;
	return a->now.any ? a->now.offset_ns : 0;
}

double clock_align_ppm(const struct clock_align *a)
{
	int64_t span = a->last.tap_ns - a->first.tap_ns;

	if (!a->last.any || span < SPAN_NS / 2)
		return 0;
	return -1e6 * (double)(a->last.offset_ns - a->first.offset_ns) / (double)span;
}
