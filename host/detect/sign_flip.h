/*
 * A sign-flip test over several features at once. Each of n pairs has a difference of each feature; under the hypothesis
 * each pair's differences keep their sizes and turn their signs all together by a fair coin. The statistic is the greatest
 * sum over pairs, of all features, each in units of the root of its sum of squares, which no flip changes. Its distribution
 * over flips is exact whatever the features are and however they hang together (Westfall and Young 1993, "Resampling-Based
 * Multiple Testing"): all flips of up to 14 pairs, 19,999 drawn ones of more, and p is (b + 1) / (m + 1) then.
 */
#ifndef CORDON_DETECT_SIGN_FLIP_H
#define CORDON_DETECT_SIGN_FLIP_H

#include <stdbool.h>
#include <stdint.h>

enum { SIGN_FLIP_FEATURES_MAX = 256, SIGN_FLIP_PAIRS_MAX = 256 };

struct sign_flip {
	unsigned pairs, features; /* within the bounds above */
	const float *difference;  /* [pair][feature] */
	uint64_t seed;            /* of the drawn flips */
};

/* The chance that flips reach the sum that is there; 1 where it is known to be over `most`. `*best`: the feature. */
double sign_flip_p(const struct sign_flip *x, double most, unsigned *best);

#endif
