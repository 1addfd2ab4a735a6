/*
 * Seeded random numbers and the spreads of the simulator. In: a seed. Out: draws. Leaves alone: what they mean.
 */
#include <math.h>

#include "sim/random.h"

static uint64_t splitmix(uint64_t *x)
{
	uint64_t z = *x += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void random_init(struct random *r, uint64_t seed)
{
	for (unsigned i = 0; i < 4; i++)
		r->s[i] = splitmix(&seed);
}

struct random random_fork(const struct random *r, uint64_t stream)
{
	uint64_t x = r->s[0] ^ r->s[3];
	struct random fork;

	x ^= splitmix(&stream);
	random_init(&fork, x);
	return fork;
}

static uint64_t rotate(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

uint64_t random_u64(struct random *r)
{
	uint64_t *s = r->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint32_t random_below(struct random *r, uint32_t n)
{
	/* The values under `skip` would make the low results likelier by one part in 2^32 / n. */
	uint32_t skip = -n % n;

	for (;;) {
		uint64_t product = (random_u64(r) >> 32) * n;

		if ((uint32_t)product >= skip)
			return (uint32_t)(product >> 32);
	}
}

double random_unit(struct random *r)
{
	return (double)(random_u64(r) >> 11) * 0x1p-53;
}

bool random_chance(struct random *r, double p)
{
	return random_unit(r) < p;
}

double random_uniform(struct random *r, double low, double high)
{
	return low + (high - low) * random_unit(r);
}

double random_normal(struct random *r)
{
	/* 1 - unit is never 0, whose logarithm is not finite. */
	double radius = sqrt(-2 * log(1 - random_unit(r)));

	return radius * cos(6.283185307179586 * random_unit(r));
}

double spread_draw(const struct spread *s, struct random *r)
{
	double v = s->a, u;

	switch (s->kind) {
	case SPREAD_FIXED:
		break;
	case SPREAD_UNIFORM:
		v = random_uniform(r, s->a, s->b);
		break;
	case SPREAD_NORMAL:
		v = s->a + s->b * random_normal(r);
		break;
	case SPREAD_LOGNORMAL:
		v = s->a * exp(s->b * random_normal(r));
		break;
	case SPREAD_LOGLOGISTIC:
		/* The ends of the unit interval, where the quantile is 0 and infinite, are left out. */
		u = 1e-9 + (1 - 2e-9) * random_unit(r);
		v = s->low + (s->a - s->low) * pow(u / (1 - u), 1 / s->b);
		break;
	}
	return v < s->low ? s->low : v;
}

struct spread spread_lognormal_of(double mean, double sd)
{
	double variance = log(1 + sd * sd / (mean * mean));

	return (struct spread){
		.kind = SPREAD_LOGNORMAL, .a = mean * exp(-variance / 2), .b = sqrt(variance)};
}
