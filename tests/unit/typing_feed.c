/* Rendering and judging for tests; see typing_feed.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "typing_feed.h"

static int64_t cut(const struct feed *f, int64_t t_ns)
{
	double step = f->clock_ms * 1e6;

	return step > 0 ? (int64_t)llround(floor((double)t_ns / step) * step) : t_ns;
}

static int by_time(const void *a, const void *b)
{
	const struct key_edge *x = a, *y = b;

	return x->t_ns != y->t_ns ? (x->t_ns < y->t_ns ? -1 : 1) : x->down - y->down;
}

void feed_sort(struct key_edge *edge, size_t edges)
{
	qsort(edge, edges, sizeof(*edge), by_time);
}

size_t feed_render(const struct feed *f, const struct key_edge *edge, size_t edges,
                   struct key_report *out, size_t max)
{
	static const int64_t START_NS = 1000000000; /* a capture begins before its first key */
	struct keyboard k = {.form = f->form, .scans = !f->machine};
	struct keyboard_report *r = calloc(edges + 1, sizeof(*r));
	struct hid_descriptor *d = calloc(1, sizeof(*d));
	int64_t poll_ns = llround(f->poll_ms * 1e6), phase;
	struct random random;
	struct keys keys;
	size_t n = 0, count;

	if (!r || !d)
		abort();
	random_init(&random, f->seed);
	phase = (int64_t)(random_unit(&random) * (double)poll_ns);
	count = keyboard_reports(&k, edge, edges, poll_ns, phase, r, edges + 1);
	hid_boot_keyboard(d);
	keys_init(&keys);
	for (size_t i = 0; i < count && n < max; i++)
		if (keys_report(&keys, d, r[i].bytes, r[i].len, cut(f, START_NS + r[i].t_ns), i + 1,
		                &out[n]))
			n++;
	free(d);
	free(r);
	return n;
}

struct feed_result feed_judge(const struct feed *f, const struct key_report *r, size_t count,
                              uint32_t without, uint32_t keys_max)
{
	struct typing_context c = {.poll_ns = f->poll_unknown ? 0
	                                                      : (uint32_t)llround(f->poll_ms * 1e6),
	                           .configured_ns = -1,
	                           .led_ns = -1};
	struct feed_result result = {0};
	struct typing *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->without = without;
	typing_init(t);
	for (size_t i = 0; i < count; i++) {
		enum typing_decision decision;

		if (keys_max && t->reader.keys >= keys_max && r[i].presses)
			break;
		if (!typing_report(t, &r[i], &c))
			continue;
		if (t->highest > result.highest) {
			result.highest = t->highest;
			memcpy(result.sum, t->step.sum, sizeof(result.sum));
		}
		if (t->run.keys > result.keys_since_zero)
			result.keys_since_zero = t->run.keys;
		if (t->equal_run > result.equal_run)
			result.equal_run = t->equal_run;
		decision = typing_decide(t);
		if (decision >= TYPING_FIRST && !result.first_key) {
			result.first_key = t->reader.keys;
			memcpy(result.sum_first, t->step.sum, sizeof(result.sum_first));
		}
		if (decision == TYPING_SECOND && !result.second_key)
			result.second_key = t->reader.keys;
	}
	result.keys = t->reader.keys;
	free(t);
	return result;
}

/* Alarms once `window` gaps in a row are each at most `each_ms` and average under `mean_ms`. */
static uint32_t gaps_rule(const struct key_report *r, size_t count, unsigned window, double each_ms,
                          double mean_ms)
{
	double gap[32];
	uint32_t keys = 0, gaps = 0;
	int64_t last = 0;

	for (size_t i = 0; i < count; i++) {
		for (unsigned p = 0; p < r[i].presses; p++, last = r[i].t_ns) {
			double sum = 0, most = 0;

			if (keys++)
				gap[gaps++ % window] = (double)(r[i].t_ns - last) / 1e6;
			for (unsigned g = 0; g < window && gaps >= window; g++) {
				sum += gap[g];
				most = fmax(most, gap[g]);
			}
			if (gaps >= window && most <= each_ms && sum / window < mean_ms)
				return keys;
		}
	}
	return 0;
}

uint32_t baseline_ukip(const struct key_report *r, size_t count)
{
	return gaps_rule(r, count, 4, 50, 1e9);
}

uint32_t baseline_ten_gaps(const struct key_report *r, size_t count)
{
	return gaps_rule(r, count, 10, 1e9, 30);
}

uint32_t baseline_duckhunt(const struct key_report *r, size_t count)
{
	return gaps_rule(r, count, 25, 1e9, 30);
}
