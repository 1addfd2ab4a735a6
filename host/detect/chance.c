/* Tails and bets. See chance.h. */
#include "detect/chance.h"

#include <math.h>

static double choose_ln(unsigned n, unsigned k)
{
	return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
}

double chance_tail_log10(unsigned n, unsigned hits, double p)
{
	double first, ratio, sum = 1, term = 1;

	if (!hits || p >= 1)
		return 0;
	if (hits > n || p <= 0)
		return -INFINITY;
	if (hits <= n * p)
		return 0; /* no surprise: what little it is below 1 matters to nobody */
	first = choose_ln(n, hits) + hits * log(p) + (n - hits) * log1p(-p);
	/* Above the mean the terms fall at least geometrically. */
	for (unsigned k = hits; k < n && term > 1e-12 * sum; k++) {
		ratio = (double)(n - k) / (k + 1) * p / (1 - p);
		term *= ratio;
		sum += term;
	}
	return fmin(0, (first + log(sum)) / M_LN10);
}

double chance_of_any(double rate_hz, double window_s)
{
	return -expm1(-rate_hz * window_s);
}

void chance_bet_add(struct chance_bet *b, int hit, double p)
{
	/* Shares of hits that a cable may have: nearly all; half where bursts get lost; few where it draws current for more. */
	static const double share[CHANCE_ALTERNATIVES] = {0.95, 0.6, 0.25, 0.08};

	b->trials++;
	b->hits += hit != 0;
	b->expected += p;
	for (unsigned i = 0; i < CHANCE_ALTERNATIVES; i++)
		/* An alternative below the chance itself would bet on the other side. */
		if (share[i] > p)
			b->log10[i] += log10(hit ? share[i] / p : (1 - share[i]) / (1 - p));
}

double chance_bet_log10(const struct chance_bet *b)
{
	/* Most of the capital goes on the likeliest: five of five must do. */
	static const double weight[CHANCE_ALTERNATIVES] = {0.7, 0.1, 0.1, 0.1};
	double most = b->log10[0], sum = 0;

	for (unsigned i = 1; i < CHANCE_ALTERNATIVES; i++)
		most = fmax(most, b->log10[i]);
	for (unsigned i = 0; i < CHANCE_ALTERNATIVES; i++)
		sum += weight[i] * pow(10, b->log10[i] - most);
	return most + log10(sum);
}

uint64_t chance_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}
