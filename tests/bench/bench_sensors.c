/*
 * How often the rules on sensors fire in rooms with no such cable, against what they claim; and how often they find one, with
 * bursts missing and others added. Rooms, cables and noise are those of tests/unit/sensor_room.
 * usage: bench_sensors BENIGN-RUNS CABLE-RUNS; each run is 30 s, of a seed of its own.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sensor_room.h"

enum { SECONDS = 30 };

static const char *const ids[] = {"R3a", "R3b", "R3c", "R3d", "R3e", "R10b"};
/* Errors that a run claims at most: searches in 30 s times that of a search; R10b's is a run's own. */
static const double claimed[] = {1e-8, 1e-8, 1e-11, 1e-7, 1e-7, 1e-5};

enum { RULES = sizeof(ids) / sizeof(ids[0]) };

static void play(uint64_t seed, const struct room_source *s, unsigned n, double noise_ma,
                 unsigned fired[RULES])
{
	struct build b;
	struct room r;

	feed_powered(&b, PROFILE_BARE);
	room_init(&r, seed);
	r.idle_ma = 30;
	r.noise_ma = noise_ma;
	room_ambient(&r, (unsigned)room_uniform(&r.seed, 1, 40), room_uniform(&r.seed, 0, 200),
	             (unsigned)room_uniform(&r.seed, 1, 40));
	for (unsigned i = 0; i < n; i++)
		room_add(&r, &s[i]);
	room_run(&r, &b, SECONDS * 1000);
	for (unsigned i = 0; i < RULES; i++)
		fired[i] += build_count(&b, ids[i]) > 0;
	build_release(&b);
}

int main(int argc, char **argv)
{
	static const double missing[] = {0, 0.15, 0.3}, extra_hz[] = {0.001, 50, 200};
	unsigned benign = argc > 1 ? (unsigned)atoi(argv[1]) : 2000, fired[RULES] = {0};
	unsigned cables = argc > 2 ? (unsigned)atoi(argv[2]) : 40;

	for (unsigned i = 0; i < benign; i++) {
		/* Loads that come and go at random, big enough to be steps, in half of the runs. */
		const struct room_source load = {
			.rhythm = ROOM_POISSON,
			.period_ms = 50 + i % 500,
			.length_us = {300, 3000},
			.step_ma = {20,  300 }
                };

		play(i + 1, &load, i % 2, 0.02 + i % 10, fired);
	}
	printf("%u benign runs of %d s\n%-5s %10s %10s\n", benign, SECONDS, "rule", "claimed",
	       "measured");
	for (unsigned i = 0; i < RULES; i++)
		printf("%-5s %10.0e %10.1e\n", ids[i], claimed[i], (double)fired[i] / benign);
	printf("\nbeacons in the cable, %u runs of %d s each: found\n%8s %9s %5s %5s\n", cables,
	       SECONDS, "missing", "extra/s", "R3a", "R10b");
	for (unsigned m = 0; m < 3; m++)
		for (unsigned e = 0; e < 3; e++) {
			const struct room_source s[2] = {
				{.period_ms = 102.4,
			         .jitter_ms = 0.05,
			         .defer_ms = 3,
			         .length_us = {700, 1900},
			         .radio_mv = 600,
			         .step_ma = {103, 368},
			         .missing = missing[m]},
				{.rhythm = ROOM_POISSON,
			         .period_ms = 1000 / extra_hz[e],
			         .length_us = {700, 1900},
			         .step_ma = {103, 368}}
                        };
			unsigned found[RULES] = {0};

			for (unsigned i = 0; i < cables; i++)
				play(1000000 + i, s, 2, 8, found);
			printf("%6.0f %% %9.0f %5.2f %5.2f\n", missing[m] * 100, extra_hz[e],
			       (double)found[0] / cables, (double)found[5] / cables);
		}
	return 0;
}
