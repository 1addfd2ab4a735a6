/*
 * bench-typing: people and generators through the typing test, beside the rules of others, and without each feature.
 *
 * People: half of them (odd participant numbers) were at hand while parameters were chosen; the other half is reported
 * apart. It is not wholly unseen: two of it, 3242 (a backlog typed out at once) and 6660 (a completed word), led to the
 * rule on bursts amid a person's keys, and to gains that fade. The same keys at another poll are not new keys: bounds
 * count each key and each person once.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "typing_bench.h"

static const double polls[] = {1, 2, 4, 8, 10, 15.6};
enum { POLLS = sizeof(polls) / sizeof(polls[0]) };

struct half_result {
	uint32_t people, keys;
	uint32_t alarms, decisive; /* people, at any poll */
	uint32_t ukip, ten, duck;
	uint32_t equal_run;
	float highest;
};

static void people_rows(const struct crowd *c, unsigned parity, double clock_ms,
                        struct half_result *total)
{
	uint8_t *hit = calloc(c->count, 5);

	for (unsigned p = 0; p < POLLS; p++) {
		struct half_result h = {0};
		uint32_t worst = 0;

		for (size_t i = 0; i < c->count; i++) {
			struct feed f = {.poll_ms = polls[p], .clock_ms = clock_ms};
			struct feed_result r;
			size_t n;

			if (c->person[i].id % 2 != parity)
				continue;
			n = crowd_render(c, i, &f);
			r = feed_judge(&f, c->report, n, 0, 0);
			if (r.equal_run > total->equal_run)
				total->equal_run = r.equal_run;
			h.people++;
			h.keys += r.keys;
			if (r.first_key)
				printf("    person %u alarms at key %u\n", c->person[i].id,
				       r.first_key);
			h.alarms += r.first_key > 0;
			h.decisive += r.second_key > 0;
			h.ukip += baseline_ukip(c->report, n) > 0;
			h.ten += baseline_ten_gaps(c->report, n) > 0;
			h.duck += baseline_duckhunt(c->report, n) > 0;
			hit[i * 5 + 0] |= r.first_key > 0;
			hit[i * 5 + 1] |= r.second_key > 0;
			hit[i * 5 + 2] |= baseline_ukip(c->report, n) > 0;
			hit[i * 5 + 3] |= baseline_ten_gaps(c->report, n) > 0;
			hit[i * 5 + 4] |= baseline_duckhunt(c->report, n) > 0;
			if (r.highest > h.highest) {
				h.highest = r.highest;
				worst = c->person[i].id;
			}
		}
		printf("  %5.1f %6.1f %7u %7u %8u %9u %6u %9u %9u   %5.1f (%u)\n", polls[p],
		       clock_ms, h.people, h.keys, h.alarms, h.decisive, h.ukip, h.ten, h.duck,
		       h.highest, worst);
		total->people = h.people;
		total->keys = h.keys > total->keys ? h.keys : total->keys;
		total->highest = fmaxf(total->highest, h.highest);
	}
	for (size_t i = 0; i < c->count; i++) {
		total->alarms += hit[i * 5 + 0];
		total->decisive += hit[i * 5 + 1];
		total->ukip += hit[i * 5 + 2];
		total->ten += hit[i * 5 + 3];
		total->duck += hit[i * 5 + 4];
	}
	free(hit);
}

static void people_table(const struct crowd *c)
{
	static const char *const name[] = {
		"even participants (held back, but for what 3242 and 6660 taught)",
		"odd participants (parameters were chosen on them)"};

	for (unsigned parity = 0; parity < 2; parity++) {
		struct half_result t = {0};

		printf("\nPeople, %s: those who alarm\n", name[parity]);
		printf("   poll  clock  people    keys    alarms  decisive   ukip  ten-gaps  "
		       "duckhunt   "
		       "highest ratio (who)\n");
		people_rows(c, parity, 0, &t);
		people_rows(c, parity, 15.6, &t);
		printf("  %u people, %u keys, alarms of %u people at any poll", t.people, t.keys,
		       t.alarms);
		if (!t.alarms)
			printf("; 95 %% bound %.1f per million keys, %.1f %% of people",
			       3e6 / t.keys, 300.0 / t.people);
		printf("\n  longest run of holds within 8 ms: %u keys\n", t.equal_run);
	}
}

int main(int argc, char **argv)
{
	struct crowd c;
	unsigned seeds = argc > 1 ? (unsigned)atoi(argv[1]) : 40;

	if (!crowd_load(&c))
		printf("people: %s is absent, generators alone\n", PEOPLE_DIR);
	else
		people_table(&c);
	bench_ladder(seeds);
	if (c.count) {
		bench_calibration(&c);
		bench_roc(&c, seeds);
	}
	bench_ablation(&c, seeds);
	crowd_free(&c);
	return 0;
}
