/*
 * Mixtures that a run of keys learns: rates of hits, and kinds of hands. In: hits and misses in order. Out: what each says,
 * the logarithm of the machine's chance over the person's. A run starts from the parameters, so that what its first
 * misses say and leave is known beforehand; typing_firsts keeps it, made by the same steps.
 */
#include <math.h>
#include <string.h>

#include "detect/typing/typing.h"

/* The chance of `hit`, whose weights then learn it. */
static float rate_next(float weight[TYPING_RATES], const float rate[TYPING_RATES], bool hit)
{
	float sum = 0, keep;

	for (unsigned i = 0; i < TYPING_RATES; i++) {
		weight[i] *= hit ? rate[i] : 1 - rate[i];
		sum += weight[i];
	}
	keep = 1 / sum;
	for (unsigned i = 0; i < TYPING_RATES; i++)
		weight[i] *= keep;
	return sum;
}

static void rates_learn(struct typing_rates *r, const float rate[TYPING_RATES], bool hit)
{
	float people = rate_next(r->people, rate, hit);
	float machine = rate_next(r->machine, rate, hit);

	r->ratio = logf(machine / people);
}

float typing_rates_next(struct typing_rates *r, const struct typing_rates first[TYPING_MISSES + 1],
                        const float rate[TYPING_RATES], bool hit)
{
	if (!hit && r->misses < TYPING_MISSES) {
		*r = first[r->misses + 1];
		return r->ratio;
	}
	if (!r->misses)
		*r = first[0];
	rates_learn(r, rate, hit);
	r->misses = TYPING_MISSES;
	return r->ratio;
}

static void hands_learn(struct typing_hands *h, unsigned pace, bool overlap)
{
	const struct typing_parameters *k = &typing_parameters;
	float people = 0, machine = overlap ? k->machine_overlap : 1 - k->machine_overlap;
	float chance[TYPING_HANDS], keep;

	for (unsigned i = 0; i < TYPING_HANDS; i++) {
		float rate = k->hands_overlap[i][pace];

		chance[i] = h->share[i] * (overlap ? rate : 1 - rate);
		people += chance[i];
	}
	keep = (1 - k->waver) / people;
	for (unsigned i = 0; i < TYPING_HANDS; i++)
		h->share[i] = chance[i] * keep + k->waver * k->hands_share[i];
	h->ratio = logf(machine / people);
}

float typing_hands_next(struct typing_hands *h, struct typing_hands first[2][TYPING_PACES],
                        unsigned pace, bool overlap)
{
	if (!h->any)
		*h = first[overlap][pace];
	else
		hands_learn(h, pace, overlap);
	return h->ratio;
}

static void rates_first(struct typing_rates first[TYPING_MISSES + 1],
                        const float people[TYPING_RATES], const float machine[TYPING_RATES],
                        const float rate[TYPING_RATES])
{
	first[0] = (struct typing_rates){.misses = 0};
	memcpy(first[0].people, people, sizeof(first[0].people));
	memcpy(first[0].machine, machine, sizeof(first[0].machine));
	for (unsigned n = 1; n <= TYPING_MISSES; n++) {
		first[n] = first[n - 1];
		rates_learn(&first[n], rate, false);
		first[n].misses = n;
	}
}

void typing_firsts_init(struct typing_firsts *f)
{
	const struct typing_parameters *k = &typing_parameters;

	rates_first(f->replaced, k->replaced_people, k->replaced_machine, k->replaced_rate);
	rates_first(f->slips, k->slips_people, k->slips_machine, k->slips_rate);
	for (unsigned overlap = 0; overlap < 2; overlap++)
		for (unsigned pace = 0; pace < TYPING_PACES; pace++) {
			struct typing_hands *h = &f->overlap[overlap][pace];

			h->any = true;
			memcpy(h->share, k->hands_share, sizeof(h->share));
			hands_learn(h, pace, overlap);
		}
}
