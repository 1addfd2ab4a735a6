/* Two ends compared. See pair.h. In: traces. Out: which keys are the same, coverage; R20 says what follows. */
#include "detect/pair/pair.h"

#include <math.h>
#include <stdlib.h>

#include "detect/words.h"

#define MS INT64_C(1000000)

enum {
	MATCH_MS =
		50, /* more than a poll of the slowest keyboard and what a second controller adds */
	MATCH_SUPPLY_MS = 250, /* where the clocks are aligned by the supply alone */
	EDGE_MS =
		500, /* of the time in common: a press may lie before or behind it at the other end */
	FOLLOWS_S = 10,
	BOTH_S_MIN = 10,
};

/* Of a press that both ends have: when, and how much later it came at the near end. */
struct delay {
	int64_t t_ns, ns;
};

/* The part of the time in common that marks can be compared in, on the near end's clock. */
struct common {
	int64_t begin, end;
};

struct scratch {
	struct common common;
	bool taken[PAIR_MARKS_MAX]; /* keys of the far end */
	struct delay delay[PAIR_MARKS_MAX];
	double step[PAIR_MARKS_MAX];
};

static int64_t last_kept(const struct pair_marks *m, int64_t end)
{
	return m->dropped && m->count ? m->mark[m->count - 1].t_ns : end;
}

static struct common common_of(const struct pair *p)
{
	const struct pair_trace *n = p->near, *f = p->far;
	int64_t begin = pair_near_ns(&p->clock, f->begin_ns);
	int64_t end = pair_near_ns(&p->clock, last_kept(&f->keys, f->end_ns));
	int64_t near_end = last_kept(&n->keys, n->end_ns);

	return (struct common){begin > n->begin_ns ? begin : n->begin_ns,
	                       end < near_end ? end : near_end};
}

static bool inside(const struct common *c, int64_t t)
{
	return t >= c->begin + EDGE_MS * MS && t <= c->end - EDGE_MS * MS;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The nearest press of the same key that is nobody's yet; PAIR_MARKS_MAX: none. */
static unsigned partner(const struct pair *p, const bool *taken, unsigned *from, unsigned near_key)
{
	const struct pair_mark *k = &p->near->keys.mark[near_key];
	int64_t reach = (p->clock.by == PAIR_BY_MARKS ? MATCH_MS : MATCH_SUPPLY_MS) * MS;
	int64_t best = reach + 1;
	unsigned found = PAIR_MARKS_MAX;

	for (unsigned i = *from; i < p->far->keys.count; i++) {
		int64_t apart = pair_near_ns(&p->clock, p->far->keys.mark[i].t_ns) - k->t_ns;

		if (apart < -reach && i == *from)
			++*from;
		if (apart > reach)
			break;
		if (!taken[i] && p->far->keys.mark[i].usage == k->usage && llabs(apart) < best) {
			best = llabs(apart);
			found = i;
		}
	}
	return found;
}

/* How the delay between the ends changes from each press to the next one that follows soon. */
static double steps(double *step, const struct delay *d, unsigned count)
{
	unsigned n = 0;

	for (unsigned i = 1; i < count; i++)
		if (d[i].t_ns - d[i - 1].t_ns <= FOLLOWS_S * 1000 * MS)
			step[n++] = fabs((double)(d[i].ns - d[i - 1].ns));
	if (!n)
		return 0;
	qsort(step, n, sizeof(*step), by_size);
	return step[n / 2];
}

static void match_near(struct pair *p, struct scratch *x)
{
	unsigned from = 0;

	for (unsigned i = 0; i < p->near->keys.count; i++) {
		const struct pair_mark *m = &p->near->keys.mark[i];
		unsigned k = partner(p, x->taken, &from, i);

		if (k < PAIR_MARKS_MAX)
			x->taken[k] = true;
		if (!inside(&x->common, m->t_ns))
			continue;
		p->keys_near++;
		if (k < PAIR_MARKS_MAX)
			x->delay[p->keys_both++] = (struct delay){
				m->t_ns,
				m->t_ns - pair_near_ns(&p->clock, p->far->keys.mark[k].t_ns)};
		else if (!p->alone_near)
			p->alone_near = m;
	}
}

static enum err match_keys(struct pair *p)
{
	struct scratch *x = calloc(1, sizeof(*x));

	if (!x)
		return ERR_MEMORY;
	x->common = common_of(p);
	match_near(p, x);
	p->keys_far = p->keys_both;
	for (unsigned i = 0; i < p->far->keys.count; i++) {
		const struct pair_mark *m = &p->far->keys.mark[i];

		if (x->taken[i] || !inside(&x->common, pair_near_ns(&p->clock, m->t_ns)))
			continue;
		p->keys_far++;
		if (!p->alone_far)
			p->alone_far = m;
	}
	p->keys_apart_ns = steps(x->step, x->delay, p->keys_both);
	free(x);
	return ERR_NONE;
}

enum err pair_judge(struct pair *p, const struct pair_trace *near, const struct pair_trace *far)
{
	enum err err;

	*p = (struct pair){.near = near, .far = far};
	err = pair_align(&p->clock, near, far);
	if (!err && p->clock.by != PAIR_UNALIGNED) {
		int64_t begin = pair_near_ns(&p->clock, far->begin_ns);
		int64_t end = pair_near_ns(&p->clock, far->end_ns);

		begin = begin > near->begin_ns ? begin : near->begin_ns;
		end = end < near->end_ns ? end : near->end_ns;
		p->both_ns = end > begin ? end - begin : 0;
		err = match_keys(p);
	}
	if (!err)
		ends_differ(p);
	return err;
}

static char *entry(struct coverage *c)
{
	char *text;

	if (c->missing == COVERAGE_MISSING_MAX)
		return NULL;
	text = c->text[c->missing++];
	text[0] = '\0';
	return text;
}

static void add(struct coverage *c, const char *end, const struct coverage *of)
{
	for (unsigned i = 0; i < of->missing && i < COVERAGE_MISSING_MAX; i++) {
		char *text = entry(c);

		if (!text)
			return;
		words_append(text, COVERAGE_TEXT_MAX, end);
		words_append(text, COVERAGE_TEXT_MAX, of->text[i]);
	}
}

void pair_coverage(struct coverage *c, const struct pair *p, const struct coverage *near,
                   const struct coverage *far)
{
	char *text;

	*c = (struct coverage){.seconds_ns = p->both_ns,
	                       .blind_ns = near->blind_ns > far->blind_ns ? near->blind_ns
	                                                                  : far->blind_ns};
	if (p->clock.by == PAIR_UNALIGNED && (text = entry(c))) {
		words_append(text, COVERAGE_TEXT_MAX,
		             "the ends' clocks could not be aligned: nothing was seen at both");
	} else if (p->both_ns < BOTH_S_MIN * 1000 * MS && (text = entry(c))) {
		words_append(text, COVERAGE_TEXT_MAX, "both ends seen at once for ");
		words_number(text, COVERAGE_TEXT_MAX, (double)(p->both_ns / (100 * MS)) / 10, 1);
		words_append(text, COVERAGE_TEXT_MAX, " s, 10 s are needed");
	}
	if ((p->near->keys.dropped || p->far->keys.dropped) && (text = entry(c))) {
		words_append(text, COVERAGE_TEXT_MAX, "keys beyond the first ");
		words_integer(text, COVERAGE_TEXT_MAX, PAIR_MARKS_MAX);
		words_append(text, COVERAGE_TEXT_MAX, " were not compared");
	}
	add(c, "near: ", near);
	add(c, "far: ", far);
}
