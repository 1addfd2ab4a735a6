/* The tables of bench-typing over generators: ladder, calibration, ROC, ablation. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "typing_bench.h"

static struct key_report attack[ATTACK_REPORTS_MAX];

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int by_ratio(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

/* Keys to alarm at a share of all runs, those without alarm last. */
static void print_at(const uint32_t *keys, unsigned n, double share)
{
	uint32_t at = keys[(unsigned)ceil(share * n) - 1];

	if (at == UINT32_MAX)
		printf("   -");
	else
		printf("%4u", at);
}

static void tally(const char *name, uint32_t *keys, unsigned n)
{
	unsigned hits = 0;

	for (unsigned i = 0; i < n; i++) {
		hits += keys[i] > 0;
		if (!keys[i])
			keys[i] = UINT32_MAX;
	}
	qsort(keys, n, sizeof(*keys), by_size);
	printf("  %s %3.0f %%", name, 100.0 * hits / n);
	print_at(keys, n, 0.5);
	print_at(keys, n, 0.95);
}

static void ladder_row(unsigned rung, double poll_ms, double clock_ms, unsigned seeds)
{
	uint32_t *ours = calloc(seeds * 4, sizeof(*ours)), *ukip = ours + seeds;
	uint32_t *ten = ukip + seeds, *duck = ten + seeds;
	unsigned decisive = 0;

	for (unsigned seed = 0; seed < seeds; seed++) {
		struct feed f = {.poll_ms = poll_ms, .clock_ms = clock_ms};
		size_t n = attack_render(rung, seed, &f, attack);
		struct feed_result r = feed_judge(&f, attack, n, 0, 0);

		ours[seed] = r.first_key;
		decisive += r.second_key > 0;
		ukip[seed] = baseline_ukip(attack, n);
		ten[seed] = baseline_ten_gaps(attack, n);
		duck[seed] = baseline_duckhunt(attack, n);
	}
	printf("  %u %5.1f %5.1f", rung, poll_ms, clock_ms);
	tally("", ours, seeds);
	printf("  %3.0f %%", 100.0 * decisive / seeds);
	tally("|", ukip, seeds);
	tally("|", ten, seeds);
	tally("|", duck, seeds);
	printf("  %s\n", typist_rung_name(rung));
	free(ours);
}

void bench_ladder(unsigned seeds)
{
	static const struct {
		double poll_ms, clock_ms;
	} at[] = {{1, 0}, {8, 0}, {10, 0}, {8, 15.6}};

	printf("\nGenerators, %u runs each: share found, keys to alarm (median, 95 %% of runs), "
	       "share "
	       "decisive | ukip | ten gaps | duckhunt\n",
	       seeds);
	for (unsigned rung = 0; rung < TYPIST_RUNGS; rung++)
		for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
			ladder_row(rung, at[i].poll_ms, at[i].clock_ms, seeds);
}

void bench_calibration(const struct crowd *c)
{
	static const double polls[] = {1, 8, 15.6};

	printf("\nPeople whose ratio reaches e^x in a session of some 700 keys, against e^-x "
	       "claimed\n");
	printf("      x ");
	for (int x = 2; x <= 12; x++)
		printf(" %6d", x);
	printf("\n");
	for (unsigned p = 0; p < sizeof(polls) / sizeof(polls[0]); p++) {
		unsigned reached[16] = {0};

		for (size_t i = 0; i < c->count; i++) {
			struct feed f = {.poll_ms = polls[p]};
			size_t n = crowd_render(c, i, &f);
			float highest = feed_judge(&f, c->report, n, 0, 0).highest;

			for (int x = 2; x <= 12; x++)
				reached[x] += highest >= (float)x;
		}
		printf("  %4.1f ms", polls[p]);
		for (int x = 2; x <= 12; x++)
			printf(" %4.0f %%", 100.0 * reached[x] / c->count);
		printf("\n");
	}
	printf("  claimed");
	for (int x = 2; x <= 12; x++)
		printf(" %6.0e", exp(-x));
	printf("\n");
}

/* Highest ratios of people, in windows of `keys` keys that do not share a key. */
static size_t people_windows(const struct crowd *c, double poll_ms, uint32_t keys, float *out,
                             size_t max)
{
	size_t found = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct feed f = {.poll_ms = poll_ms};
		size_t n = crowd_render(c, i, &f), at = 0;

		while (at < n && found < max) {
			size_t from = at;
			uint32_t typed = 0;

			while (at < n && typed < keys)
				typed += c->report[at++].presses;
			if (typed >= keys)
				out[found++] = feed_judge(&f, c->report + from, at - from, 0, keys)
				                       .highest;
		}
	}
	return found;
}

void bench_roc(const struct crowd *c, unsigned seeds)
{
	static const uint32_t keys[] = {20, 40, 100};
	static const double false_alarms[] = {0.1, 0.03, 0.01, 0.003, 0.001};
	enum { WINDOWS = 8192 };
	float *ratio = calloc(WINDOWS, sizeof(*ratio));

	printf("\nROC at 8 ms: share of runs over the ratio that a share of people's windows "
	       "exceeds\n");
	printf("  rung keys windows ");
	for (unsigned i = 0; i < 5; i++)
		printf("  fp %4.1f %%", 100 * false_alarms[i]);
	printf("   over all people\n");
	for (unsigned rung = 3; rung <= 7; rung++)
		for (unsigned k = 0; k < 3; k++) {
			size_t n = people_windows(c, 8, keys[k], ratio, WINDOWS);
			unsigned hits[6] = {0}, runs = 0;

			qsort(ratio, n, sizeof(*ratio), by_ratio);
			for (unsigned seed = 0; seed < seeds; seed++) {
				struct feed f = {.poll_ms = 8};
				size_t m = attack_render(rung, seed, &f, attack);
				struct feed_result r = feed_judge(&f, attack, m, 0, keys[k]);

				runs++;
				for (unsigned i = 0; i < 5; i++)
					hits[i] += r.highest >
					           ratio[n - 1 - (size_t)(false_alarms[i] * n)];
				hits[5] += r.highest > ratio[n - 1];
			}
			printf("  %4u %4u %7zu ", rung, keys[k], n);
			for (unsigned i = 0; i < 6; i++)
				printf("     %3.0f %%", 100.0 * hits[i] / runs);
			printf("\n");
		}
	free(ratio);
}

void bench_ablation(const struct crowd *c, unsigned seeds)
{
	printf("\nWithout each feature, at 8 ms: runs of rungs 0 to 5 found by the 5th, 8th, 15th, "
	       "25th, "
	       "40th, 100th key; people who alarm, their highest ratio\n");
	for (unsigned feature = 0; feature <= TYPING_FEATURES; feature++) {
		static const uint32_t by[] = {5, 8, 15, 25, 40, 100};
		uint32_t without = feature < TYPING_FEATURES ? 1u << feature : 0;
		unsigned alarms = 0;
		float highest = 0;

		printf("  %-13s", without ? typing_feature_name(feature) : "none left out");
		for (unsigned rung = 0; rung < 6; rung++) {
			unsigned hits = 0;

			for (unsigned seed = 0; seed < seeds; seed++) {
				struct feed f = {.poll_ms = 8};
				size_t n = attack_render(rung, seed, &f, attack);
				struct feed_result r = feed_judge(&f, attack, n, without, 0);

				hits += r.first_key && r.first_key <= by[rung];
			}
			printf(" %3.0f %%", 100.0 * hits / seeds);
		}
		for (size_t i = 0; i < c->count; i++) {
			struct feed f = {.poll_ms = 8};
			size_t n = crowd_render(c, i, &f);
			struct feed_result r = feed_judge(&f, c->report, n, without, 0);

			alarms += r.first_key > 0;
			highest = fmaxf(highest, r.highest);
		}
		if (c->count)
			printf("  %u people, %.1f", alarms, highest);
		printf("\n");
	}
}
