/*
 * Pulses of one train. In: figures, draws. Out: the next pulse. Leaves alone: how trains mix (sensors.c), what is
 * ambient (ambient.c).
 */
#include <math.h>
#include <string.h>

#include "sim/train.h"

#define MS 1e6
#define US 1e3
/* Between two bursts that follow reports at once. E */
#define APART_NS 100000

double range_draw(const struct range *r, struct random *random)
{
	/* Drawn even where it is fixed, so that one figure's spread does not move the others' draws. */
	return random_uniform(random, r->low, r->high);
}

static int64_t ns(double amount, double unit)
{
	return llround(amount * unit);
}

static unsigned whole(const struct range *r, struct random *random)
{
	unsigned low = (unsigned)lround(r->low), high = (unsigned)lround(r->high);

	return low + random_below(random, high - low + 1);
}

static void nothing(struct train *t)
{
	t->next = (struct pulse){.start_ns = TRAIN_NEVER, .end_ns = TRAIN_NEVER};
}

/* A pulse from `start_ns` on; the first of its burst draws how many there are. */
static void pulse_at(struct train *t, int64_t start_ns)
{
	int64_t until = t->f.until_ns == TRAIN_NEVER ? TRAIN_NEVER : t->origin_ns + t->f.until_ns;

	if (start_ns < t->busy_ns)
		start_ns = t->busy_ns;
	if (start_ns >= until) {
		nothing(t);
		return;
	}
	t->next = (struct pulse){
		.start_ns = start_ns,
		.end_ns = start_ns + ns(range_draw(&t->f.length_us, &t->random), US),
		.db = t->f.db,
		.ma = range_draw(&t->f.step_ma, &t->random),
		.supplied = t->f.supplied,
	};
}

static void burst_at(struct train *t, int64_t start_ns)
{
	unsigned pulses = whole(&t->f.pulses, &t->random);

	t->pulses_left = pulses ? pulses - 1 : 0;
	pulse_at(t, start_ns);
}

static void next_report(struct train *t)
{
	int64_t at;

	if (t->report == t->f.report_count) {
		nothing(t);
		return;
	}
	at = t->f.report_ns[t->report++] - ns(range_draw(&t->f.lead_ms, &t->random), MS);
	/* One after the other as the reports are, also where a longer lead would put one before the last. */
	if (at < t->busy_ns + APART_NS)
		at = t->busy_ns + APART_NS;
	burst_at(t, at);
}

/* The burst behind the one that is over. */
static void next_burst(struct train *t)
{
	const struct train_figures *f = &t->f;
	struct random *r = &t->random;

	switch (f->kind) {
	case TRAIN_ONCE:
		nothing(t);
		break;
	case TRAIN_PERIODIC:
		t->grid_ns += ns(f->period_ms + range_draw(&f->random_ms, r), MS);
		burst_at(t, t->grid_ns + ns(random_uniform(r, -f->jitter_ms, f->jitter_ms) +
		                                    range_draw(&f->defer_ms, r),
		                            MS));
		break;
	case TRAIN_RANDOM:
		burst_at(t, t->busy_ns + ns(range_draw(&f->gap_ms, r), MS));
		break;
	case TRAIN_SWEEP:
		if (++t->step < f->steps) {
			t->grid_ns += ns(f->step_ms, MS);
		} else {
			/* A step lasts to its end even where its burst does not: the sweep ends there. */
			t->grid_ns += ns(f->step_ms + range_draw(&f->gap_ms, r), MS);
			t->step = 0;
		}
		burst_at(t, t->grid_ns);
		break;
	case TRAIN_POISSON:
		t->grid_ns += ns(-f->period_ms * log(1 - random_unit(r)), MS);
		burst_at(t, t->grid_ns);
		break;
	case TRAIN_REPORTS:
		next_report(t);
		break;
	}
}

void train_init(struct train *t, const struct train_figures *f, const struct random *random)
{
	memset(t, 0, sizeof(*t));
	t->f = *f;
	t->random = *random;
	nothing(t);
	if (!f->restarts)
		train_start(t, 0);
}

void train_start(struct train *t, int64_t t_ns)
{
	const struct train_figures *f = &t->f;

	t->origin_ns = t_ns;
	t->grid_ns = t_ns + f->start_ns;
	t->busy_ns = INT64_MIN / 2;
	t->step = 0;
	nothing(t);
	if (f->kind == TRAIN_REPORTS || f->kind == TRAIN_POISSON) {
		next_burst(t);
		return;
	}
	burst_at(t, t->grid_ns + (f->kind == TRAIN_PERIODIC
	                                  ? ns(random_uniform(&t->random, 0, f->jitter_ms) +
	                                               range_draw(&f->defer_ms, &t->random),
	                                       MS)
	                                  : 0));
}

void train_stop(struct train *t)
{
	nothing(t);
}

struct pulse train_take(struct train *t)
{
	struct pulse p = t->next;

	if (p.start_ns == TRAIN_NEVER)
		return p;
	t->busy_ns = p.end_ns;
	if (t->pulses_left) {
		t->pulses_left--;
		pulse_at(t, p.end_ns + ns(range_draw(&t->f.pulse_gap_us, &t->random), US));
	} else {
		next_burst(t);
	}
	return p;
}
