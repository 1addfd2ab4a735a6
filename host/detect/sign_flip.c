/* See sign_flip.h. */
#include "detect/sign_flip.h"

#include <math.h>
#include <string.h>

#include "detect/chance.h"

enum { EXACT = 14, DRAWN = 19999 };

struct scaled {
	unsigned count; /* features that differ at all */
	unsigned feature[SIGN_FLIP_FEATURES_MAX];
	float by[SIGN_FLIP_FEATURES_MAX];
};

static void scale(const struct sign_flip *x, struct scaled *s)
{
	s->count = 0;
	for (unsigned f = 0; f < x->features; f++) {
		double squares = 0;

		for (unsigned i = 0; i < x->pairs; i++) {
			double d = x->difference[i * x->features + f];

			squares += d * d;
		}
		if (squares <= 0)
			continue;
		s->feature[s->count] = f;
		s->by[s->count++] = (float)(1 / sqrt(squares));
	}
}

/* Bit i of `flips`, 64 to a word: pair i is turned round. */
static float greatest(const struct sign_flip *x, const struct scaled *s, const uint64_t *flips,
                      unsigned *best)
{
	float sum[SIGN_FLIP_FEATURES_MAX] = {0}, most = -INFINITY;

	for (unsigned i = 0; i < x->pairs; i++) {
		const float *d = x->difference + i * x->features;
		float sign = flips[i / 64] >> i % 64 & 1 ? -1 : 1;

		for (unsigned k = 0; k < s->count; k++)
			sum[k] += sign * d[s->feature[k]];
	}
	for (unsigned k = 0; k < s->count; k++)
		if (sum[k] * s->by[k] > most) {
			most = sum[k] * s->by[k];
			*best = s->feature[k];
		}
	return most;
}

double sign_flip_p(const struct sign_flip *x, double most, unsigned *best)
{
	const unsigned words = x->pairs / 64 + 1;
	const bool exact = x->pairs <= EXACT;
	const unsigned flips = exact ? 1u << x->pairs : DRAWN;
	uint64_t flip[SIGN_FLIP_PAIRS_MAX / 64 + 1] = {0}, seed = x->seed;
	unsigned reached = exact ? 0 : 1, all = exact ? flips : flips + 1, other;
	struct scaled s;
	float seen;

	*best = 0;
	scale(x, &s);
	if (!s.count || x->pairs > SIGN_FLIP_PAIRS_MAX)
		return 1;
	/* Rounding must not make an equal sum a smaller one. */
	seen = greatest(x, &s, flip, best) - 1e-4f;
	for (unsigned i = 0; i < flips; i++) {
		for (unsigned w = 0; w < words; w++)
			flip[w] = exact ? i : chance_next(&seed);
		reached += greatest(x, &s, flip, &other) >= seen;
		if (reached > most * all)
			return 1;
	}
	return (double)reached / all;
}
