/*
 * Chance: how often nothing but accident does what a sensor showed. Tails of the binomial distribution, and a sequential
 * test of "more often than by accident" that may be looked at after every observation.
 */
#ifndef CORDON_DETECT_CHANCE_H
#define CORDON_DETECT_CHANCE_H

#include <stdint.h>

/* log10 of P(X >= hits), X binomial of n trials with probability p; 0 where hits is 0. Exact but for rounding. */
double chance_tail_log10(unsigned n, unsigned hits, double p);

/* Chance that a Poisson process of `rate_hz` has an event in a window of `window_s`. */
double chance_of_any(double rate_hz, double window_s);

/*
 * A bet against "each trial hits with at most the probability it was given". The capital is the mean over a few
 * alternatives of the product of likelihood ratios; under the hypothesis it is a supermartingale, so that P(it ever
 * reaches 1/a) <= a, however often one looks (Ville 1939; as e-values: Ramdas et al. 2023, "Game-theoretic statistics and
 * safe anytime-valid inference"). Trials may each have their own probability.
 */
enum { CHANCE_ALTERNATIVES = 4 };

struct chance_bet {
	double log10[CHANCE_ALTERNATIVES];
	uint32_t trials, hits;
	double expected; /* hits by accident: the sum of the probabilities */
};

/* 0 < p < 1. */
void chance_bet_add(struct chance_bet *b, int hit, double p);
/* log10 of the capital: -log10 of the error claimed when one stops here. */
double chance_bet_log10(const struct chance_bet *b);

/* A generator for permutations: the same numbers at each run. `*state` is the seed. Steele, Lea, Flood 2014 (SplitMix64). */
uint64_t chance_next(uint64_t *state);

#endif
