/* Alignment of two clocks. See align.h. In: traces. Out: offset and drift. */
#include "detect/pair/align.h"

#include <math.h>
#include <stdlib.h>

#include "detect/chance.h"

enum {
	VOTES_MAX = 1 << 16,
	VOTES_MIN = 4,
	FITS = 6,
};

/* What passes a second controller comes so much later at most; and 50 ppm of ten minutes. */
#define WINDOW_NS   30000000.0
#define LOG10_ERROR (-4.0)
/* No crystal is worse. USB 2.0 §7.1.11 allows 2500 ppm, with a resonator, but taps have crystals. */
#define DRIFT_MAX 500e-6

struct vote {
	double near, far;
};

struct ballot {
	unsigned votes;
	struct vote vote[VOTES_MAX];
};

static double offset(const struct vote *v)
{
	return v->near - v->far;
}

static int by_offset(const void *a, const void *b)
{
	double x = offset(a), y = offset(b);

	return (x > y) - (x < y);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void collect(struct ballot *b, const struct pair_marks *near, const struct pair_marks *far)
{
	for (unsigned i = 0; i < near->count; i++)
		for (unsigned k = 0; k < far->count && b->votes < VOTES_MAX; k++)
			if (near->mark[i].context == far->mark[k].context)
				b->vote[b->votes++] = (struct vote){(double)near->mark[i].t_ns,
				                                    (double)far->mark[k].t_ns};
}

/* The window with most votes: its first, and how many. */
static unsigned elect(struct ballot *b, unsigned *first)
{
	unsigned most = 0;

	qsort(b->vote, b->votes, sizeof(b->vote[0]), by_offset);
	for (unsigned i = 0, k = 0; i < b->votes; i++) {
		while (k < b->votes && offset(&b->vote[k]) - offset(&b->vote[i]) <= WINDOW_NS)
			k++;
		if (k - i > most) {
			most = k - i;
			*first = i;
		}
	}
	return most;
}

struct line {
	double at, offset, drift;
};

static double apart(const struct line *l, const struct vote *v)
{
	return offset(v) - l->offset - l->drift * (v->far - l->at);
}

/* Least squares over the votes within `reach` of the line that is there. */
static unsigned fit(struct line *l, const struct ballot *b, double reach)
{
	double far = 0, off = 0, xx = 0, xy = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < b->votes; i++)
		if (fabs(apart(l, &b->vote[i])) <= reach) {
			far += b->vote[i].far - l->at;
			off += offset(&b->vote[i]) - l->offset;
			n++;
		}
	if (!n)
		return 0;
	far = far / n + l->at;
	off = off / n + l->offset;
	for (unsigned i = 0; i < b->votes; i++)
		if (fabs(apart(l, &b->vote[i])) <= reach) {
			double x = b->vote[i].far - far;

			xx += x * x;
			xy += x * (offset(&b->vote[i]) - off);
		}
	*l = (struct line){
		.at = far,
		.offset = off,
		.drift = xx > 0 ? fmax(-DRIFT_MAX, fmin(DRIFT_MAX, xy / xx)) : 0,
	};
	return n;
}

/* The median distance of the votes within `reach`. */
static double spread(const struct line *l, const struct ballot *b, double reach, double *sizes)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->votes; i++) {
		double x = fabs(apart(l, &b->vote[i]));

		if (x <= reach)
			sizes[n++] = x;
	}
	if (!n)
		return 0;
	qsort(sizes, n, sizeof(sizes[0]), by_size);
	return sizes[n / 2];
}

static bool by_marks(struct pair_clock *c, struct ballot *b, double span_ns, double *sizes)
{
	unsigned first = 0, most = elect(b, &first);
	double reach = WINDOW_NS, chance;
	struct line l;

	if (most < VOTES_MIN || span_ns <= 0)
		return false;
	/* Each vote is the first of a window that others may fall into. */
	chance = chance_tail_log10(b->votes, most - 1, fmin(0.5, WINDOW_NS / span_ns)) +
	         log10(b->votes);
	if (chance > LOG10_ERROR)
		return false;
	l = (struct line){.at = b->vote[first].far, .offset = offset(&b->vote[first + most / 2])};
	/* Each fit takes in more of a drifting clock's pairs, and then fewer of the accidental ones. */
	for (unsigned i = 0; i < FITS; i++) {
		c->matched = fit(&l, b, reach);
		if (i >= 2)
			reach = fmin(reach, fmax(1000, 6 * spread(&l, b, reach, sizes)));
	}
	/* No two clocks are that far apart: these are other events. */
	if (c->matched < VOTES_MIN || fabs(l.drift) >= DRIFT_MAX)
		return false;
	c->apart_ns = spread(&l, b, reach, sizes);
	c->by = PAIR_BY_MARKS;
	c->at_ns = (int64_t)l.at;
	c->offset_ns = llround(l.offset);
	c->drift = l.drift;
	return true;
}

enum err pair_align(struct pair_clock *c, const struct pair_trace *near,
                    const struct pair_trace *far)
{
	double span =
		(double)(near->end_ns - near->begin_ns) + (double)(far->end_ns - far->begin_ns);
	struct ballot *b = malloc(sizeof(*b));
	double *sizes = malloc(VOTES_MAX * sizeof(*sizes));

	*c = (struct pair_clock){.by = PAIR_UNALIGNED};
	if (!b || !sizes) {
		free(b);
		free(sizes);
		return ERR_MEMORY;
	}
	b->votes = 0;
	collect(b, &near->keys, &far->keys);
	collect(b, &near->requests, &far->requests);
	if (!by_marks(c, b, span, sizes) && near->vbus_ons == 1 && far->vbus_ons == 1) {
		c->by = PAIR_BY_SUPPLY;
		c->at_ns = far->vbus_on_ns;
		c->offset_ns = near->vbus_on_ns - far->vbus_on_ns;
	}
	free(b);
	free(sizes);
	return ERR_NONE;
}

int64_t pair_near_ns(const struct pair_clock *c, int64_t far_ns)
{
	return far_ns + c->offset_ns + llround(c->drift * (double)(far_ns - c->at_ns));
}
