/*
 * Random numbers that are the same on each machine for the same seed: xoshiro256** (Blackman and Vigna, 2018), seeded
 * through splitmix64. Every draw names its generator; there is no hidden one.
 */
#ifndef CORDON_SIM_RANDOM_H
#define CORDON_SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t s[4];
};

void random_init(struct random *r, uint64_t seed);

/* A generator of its own for part `stream` of a run, so that one part's draws do not move another's. */
struct random random_fork(const struct random *r, uint64_t stream);

uint64_t random_u64(struct random *r);
uint32_t random_below(struct random *r, uint32_t n); /* [0, n), without bias; n > 0 */
double random_unit(struct random *r);                /* [0, 1) */
bool random_chance(struct random *r, double p);
double random_uniform(struct random *r, double low, double high);
double random_normal(struct random *r); /* mean 0, SD 1; always two draws */

/* How an amount varies. The unit is the caller's. */
enum spread_kind {
	SPREAD_FIXED,       /* a */
	SPREAD_UNIFORM,     /* a to b */
	SPREAD_NORMAL,      /* mean a, SD b */
	SPREAD_LOGNORMAL,   /* median a, SD of the logarithm b */
	SPREAD_LOGLOGISTIC, /* median a, shape b, and `low` is where it begins: three parameters */
};

struct spread {
	enum spread_kind kind;
	double a, b;
	double low; /* what is drawn below it becomes it */
};

double spread_draw(const struct spread *s, struct random *r);

/* The log-normal spread of this mean and SD. */
struct spread spread_lognormal_of(double mean, double sd);

#endif
