/* R3c, R3d, R3e: current of a search for networks, of Bluetooth advertising, of a mobile phone; and what looks alike. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>

#include "sensor_room.h"

enum { SWEEP, ADVERTISING, GSM, BEACON, RULES };

static const char *const ids[RULES] = {"R3c", "R3d", "R3e", "R3a"};

/* Which of them fire, as bits. */
static unsigned play(uint64_t seed, const struct room_source *s, double noise_ma, unsigned seconds,
                     enum profile_kind kind)
{
	struct build b;
	struct room r;
	unsigned fired = 0;

	feed_powered(&b, kind);
	room_init(&r, seed);
	r.idle_ma = 20;
	r.noise_ma = noise_ma;
	room_ambient(&r, 4, 20, 6);
	if (s)
		room_add(&r, s);
	room_run(&r, &b, seconds * 1000);
	for (unsigned i = 0; i < RULES; i++)
		if (build_count(&b, ids[i])) {
			fired |= 1u << i;
			assert_int_equal(build_count(&b, ids[i]), 1);
			assert_int_equal(build_find(&b, ids[i])->weight, WEIGHT_STRONG);
			assert_int_equal(build_find(&b, ids[i])->group, GROUP_POWER);
		}
	build_release(&b);
	return fired;
}

static const struct room_source scan = {.rhythm = ROOM_SWEEP,
                                        .from_ms = 2000,
                                        .period_ms = 8000,
                                        .length_us = {300, 1000},
                                        .step_ma = {100, 365}};

static void searches(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct room_source s = scan;

		assert_int_equal(play(seed, &s, 0.8, 60, PROFILE_BARE), 1u << SWEEP);
		s.missing = 0.1;
		assert_int_equal(play(seed, &s, 0.8, 100, PROFILE_KEYBOARD), 1u << SWEEP);
		/* Two sweeps are too few; the same bursts at random are none. */
		assert_int_equal(play(seed, &scan, 0.8, 20, PROFILE_BARE), 0);
		s = scan;
		s.rhythm = ROOM_POISSON;
		s.period_ms = 40 + 40 * (double)seed;
		assert_int_equal(play(seed, &s, 0.8, 100, PROFILE_BARE), 0);
	}
	assert_int_equal(play(1, &scan, 0.8, 60, PROFILE_HOST), 0);
}

static const struct room_source adv = {.from_ms = 2000,
                                       .period_ms = 100,
                                       .random_ms = 10,
                                       .pulses = 3,
                                       .length_us = {128, 376},
                                       .gap_us = {300, 1000},
                                       .step_ma = {8, 16}};

static void advertising(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct room_source s = adv;

		s.period_ms = 100 + 180 * (double)seed;
		assert_int_equal(play(seed, &s, 1, 60, PROFILE_BARE), 1u << ADVERTISING);
		s.period_ms = 100 + 40 * (double)seed;
		s.missing = 0.25;
		assert_int_equal(play(seed, &s, 1, 120, PROFILE_BARE), 1u << ADVERTISING);
		/* A fixed beat; one that is late by up to 3 or 10 ms; one drawn from far more; pulses at random. */
		s = adv;
		s.random_ms = 0;
		s.period_ms = 110;
		assert_int_equal(play(seed, &s, 1, 60, PROFILE_BARE), 0);
		s.defer_ms = 3;
		assert_int_equal(play(seed, &s, 1, 60, PROFILE_BARE), 0);
		s.defer_ms = 5.5;
		assert_int_equal(play(seed, &s, 1, 60, PROFILE_BARE), 0);
		s.defer_ms = 10;
		assert_int_equal(play(seed, &s, 1, 60, PROFILE_BARE), 0);
		s.defer_ms = 0;
		s.random_ms = 5;
		assert_int_equal(play(seed, &s, 1, 60, PROFILE_BARE), 0);
		s.random_ms = 60;
		assert_int_equal(play(seed, &s, 1, 60, PROFILE_BARE), 0);
		s.rhythm = ROOM_POISSON;
		s.random_ms = 0;
		s.period_ms = 25 + 80 * (double)seed;
		assert_int_equal(play(seed, &s, 1, 60, PROFILE_BARE), 0);
		/* A station that wakes for beacons, for longer than a band: its edges are found here and there. */
		s = (struct room_source){.period_ms = 307.2,
		                         .jitter_ms = 0.05,
		                         .length_us = {2000, 5000},
		                         .step_ma = {15, 40}};
		assert_int_equal(play(seed, &s, 4, 60, PROFILE_BARE) & 1u << ADVERTISING, 0);
		/* Pings of a charging pad. */
		s = (struct room_source){.period_ms = 400 + 120 * (double)seed,
		                         .jitter_ms = 2,
		                         .length_us = {1000, 7000},
		                         .step_ma = {50, 150}};
		assert_int_equal(play(seed, &s, 0.6, 60, PROFILE_DEVICE), 0);
	}
	assert_int_equal(play(1, &adv, 1, 60, PROFILE_HOST), 0);
}

static void frames(void **state)
{
	static const double others[] = {4.6, 4.63, 4.625, 2.3077, 9.2308, 1.5385, 4.5, 5, 1.024};
	const struct room_source gsm = {.from_ms = 2000,
	                                .until_ms = 5000,
	                                .period_ms = 4.615,
	                                .length_us = {577, 577},
	                                .step_ma = {60, 350}};

	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct room_source s = gsm;

		assert_int_equal(play(seed, &s, 2, 10, PROFILE_BARE), 1u << GSM);
		s.missing = 0.3;
		assert_int_equal(play(seed, &s, 2, 10, PROFILE_DEVICE), 1u << GSM);
		s = gsm;
		s.rhythm = ROOM_POISSON;
		assert_int_equal(play(seed, &s, 2, 10, PROFILE_BARE), 0);
	}
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct room_source s = gsm;

		s.period_ms = others[i];
		s.until_ms = 0;
		if (play(i, &s, 2, 8, PROFILE_BARE))
			fail_msg("%g ms are no frames", others[i]);
	}
	assert_int_equal(play(1, &gsm, 2, 10, PROFILE_HOST), 0);
}

static void noise_alone(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		assert_int_equal(play(seed, NULL, 0, 60, PROFILE_BARE), 0);
		assert_int_equal(play(seed, NULL, 10, 60, PROFILE_BARE), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(searches),
		cmocka_unit_test(advertising),
		cmocka_unit_test(frames),
		cmocka_unit_test(noise_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
