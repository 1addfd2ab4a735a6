/*
 * How often rules on sensors fire where no cable hides anything (sensor_worlds.h), against what they claim, with bounds at
 * 95 %; and how often they find a cable, with bursts missing and others added. Exit status 1 where a claim is refuted.
 * usage: bench_sensors RUNS-OF-EACH-WORLD CABLE-RUNS; each cable run is 30 s.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/chance.h"
#include "sensor_worlds.h"

enum { SECONDS = 30 };

/* Errors that a run claims at most; 0: the rule is no statistic, and claims that what it says happened. */
static const struct claim {
	const char *id, *name; /* of the finding; NULL: any of that id */
	double error;
} claims[] = {
	{"R2", NULL, 0},
	{"R3a", NULL, 1e-8},
	{"R3b", NULL, 1e-8},
	{"R3c", NULL, 1e-11},
	{"R3d", NULL, 1e-7},
	{"R3e", NULL, 1e-7},
	{"R8", NULL, 0},
	{"R10a", NULL, 1e-3},
	{"R10b", "radio-coincidence", 1e-5},
	{"R10b", "keyed-supply", 1e-3},
	{"R10c", NULL, 1e-6},
	{"R11", NULL, 0},
	{"R18", NULL, 0},
};

enum { CLAIMS = sizeof(claims) / sizeof(claims[0]) };

static bool fired(const struct build *b, const struct claim *c)
{
	size_t n;
	const struct finding *f = engine_findings(b->e, &n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(f[i].rule, c->id) && (!c->name || !strcmp(f[i].name, c->name)))
			return true;
	return false;
}

/* Clopper and Pearson 1934, one-sided at 95 %: the rate that gives `k` of `n` or more (or fewer) in one case of twenty. */
static double bound(unsigned k, unsigned n, bool upper)
{
	double low = 0, high = 1;

	if (!upper && !k)
		return 0;
	for (unsigned i = 0; i < 60; i++) {
		double p = (low + high) / 2;
		/* P(X >= k), or P(X <= k) = 1 - P(X >= k + 1). The tail is 1 below its mean: both ends are above it. */
		double tail = upper ? pow(1 - p, n) : pow(10, chance_tail_log10(n, k, p));

		if (upper && k) {
			double term = tail, sum = tail;

			for (unsigned x = 1; x <= k; x++) {
				term *= (double)(n - x + 1) / x * p / (1 - p);
				sum += term;
			}
			tail = sum;
		}
		if (upper ? tail > 0.05 : tail < 0.05)
			low = p;
		else
			high = p;
	}
	return (low + high) / 2;
}

static bool benign(unsigned runs)
{
	unsigned count[CLAIMS] = {0}, of[CLAIMS] = {0}, keyed = 0;
	bool good = true;

	for (unsigned w = 0; w < worlds_count; w++) {
		unsigned here[CLAIMS] = {0};

		for (unsigned i = 0; i < runs; i++) {
			struct build b;

			worlds[w].play(i + 1, &b);
			for (unsigned c = 0; c < CLAIMS; c++)
				here[c] += fired(&b, &claims[c]);
			build_release(&b);
		}
		printf("%5u runs: %s\n", runs, worlds[w].name);
		keyed = runs;
		for (unsigned c = 0; c < CLAIMS; c++) {
			count[c] += here[c];
			for (unsigned r = 0; r < rules_count; r++)
				if (!strncmp(rules[r]->id, claims[c].id, strlen(rules[r]->id)) &&
				    rules[r]->profiles & PROFILE_BIT(worlds[w].profile)) {
					of[c] += runs;
					break;
				}
			if (here[c])
				printf("            %s in %u\n", claims[c].id, here[c]);
		}
	}
	printf("\n%-5s %-18s %8s %6s %6s %9s %19s\n", "rule", "", "claimed", "runs", "fired",
	       "measured", "95 %: from  to");
	for (unsigned c = 0; c < CLAIMS; c++) {
		/* One world alone has a code. */
		unsigned n =
			claims[c].name && !strcmp(claims[c].name, "keyed-supply") ? keyed : of[c];
		double from = bound(count[c], n, false), to = bound(count[c], n, true);
		bool refuted = from > claims[c].error;

		printf("%-5s %-18s %8.0e %6u %6u %9.1e %9.1e %9.1e%s\n", claims[c].id,
		       claims[c].name ? claims[c].name : "", claims[c].error, n, count[c],
		       (double)count[c] / n, from, to, refuted ? "  REFUTED" : "");
		good = good && !refuted;
	}
	return good;
}

static void cable(uint64_t seed, const struct room_source *s, unsigned n, unsigned found[CLAIMS])
{
	struct build b;
	struct room r;

	feed_powered(&b, PROFILE_BARE);
	room_init(&r, seed);
	r.idle_ma = 30;
	r.noise_ma = 8;
	room_ambient(&r, (unsigned)room_uniform(&r.seed, 1, 40), room_uniform(&r.seed, 0, 200),
	             (unsigned)room_uniform(&r.seed, 1, 40));
	for (unsigned i = 0; i < n; i++)
		room_add(&r, &s[i]);
	room_run(&r, &b, SECONDS * 1000);
	for (unsigned c = 0; c < CLAIMS; c++)
		found[c] += fired(&b, &claims[c]);
	build_release(&b);
}

static unsigned claim_of(const char *id)
{
	unsigned c = 0;

	while (strcmp(claims[c].id, id))
		c++;
	return c;
}

int main(int argc, char **argv)
{
	static const double missing[] = {0, 0.15, 0.3}, extra_hz[] = {0.001, 50, 200};
	unsigned runs = argc > 1 ? (unsigned)atoi(argv[1]) : 2000;
	unsigned cables = argc > 2 ? (unsigned)atoi(argv[2]) : 40;
	bool good;

	setvbuf(stdout, NULL, _IOLBF, 0); /* it takes minutes */
	good = benign(runs);

	printf("\nbeacons in the cable, %u runs of %d s each: found\n%8s %9s %5s %5s\n", cables,
	       SECONDS, "missing", "extra/s", "R3a", "R10b");
	for (unsigned m = 0; m < 3; m++)
		for (unsigned e = 0; e < 3; e++) {
			const struct room_source s[2] = {{.period_ms = 102.4,
			                                  .jitter_ms = 0.05,
			                                  .defer_ms = 3,
			                                  .length_us = {700, 1900},
			                                  .radio_mv = 600,
			                                  .step_ma = {103, 368},
			                                  .missing = missing[m]},
			                                 {.rhythm = ROOM_POISSON,
			                                  .period_ms = 1000 / extra_hz[e],
			                                  .length_us = {700, 1900},
			                                  .step_ma = {103, 368}}};
			unsigned found[CLAIMS] = {0};

			for (unsigned i = 0; i < cables; i++)
				cable(1000000 + i, s, 2, found);
			printf("%6.0f %% %9.0f %5.2f %5.2f\n", missing[m] * 100, extra_hz[e],
			       (double)found[claim_of("R3a")] / cables,
			       (double)found[claim_of("R10b")] / cables);
		}
	return good ? 0 : 1;
}
