/* The typing test's parts: the clock's step, predictive chances, runs of short holds, strokes. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>

#include "detect/typing/normal.h"
#include "detect/typing/typing.h"
#include "sim/random.h"

static const int64_t MS = 1000000;

/* Reports at these distances, stamped in whole `grid_ms`. */
static double step_of(double grid_ms, double low_ms, double high_ms, uint32_t poll_ns)
{
	struct typing_clock c = {0};
	struct random r;
	double at = 1000;

	random_init(&r, 1);
	for (unsigned i = 0; i < 60; i++) {
		double stamp = grid_ms > 0 ? grid_ms * floor(at / grid_ms) : at;

		typing_clock_report(&c, (int64_t)(stamp * (double)MS), poll_ns);
		at += random_uniform(&r, low_ms, high_ms);
	}
	return typing_clock_step(&c, poll_ns, 0);
}

static void steps(void **state)
{
	(void)state;
	assert_true(fabs(step_of(15.6, 40, 300, 8000000) - 15.6) < 0.1);
	assert_true(fabs(step_of(15.625, 40, 300, 0) - 15.625) < 0.1);
	assert_true(fabs(step_of(10, 40, 300, 1000000) - 10) < 0.1);
	assert_true(fabs(step_of(8, 40, 300, 8000000) - 8) < 0.1);
	assert_true(step_of(0, 40, 300, 1000000) < 2.6);
	/* A machine's own even delay is no clock; what a keyboard declares is believed up to a point. */
	assert_true(step_of(0, 60, 60, 1000000) < 1.1);
	assert_true(step_of(0, 45, 45, 0) < 1.1);
	assert_true(step_of(0, 40, 300, 255000000) < 17);
}

/* A grid found in a full ring is given up once the ring holds other times. */
static void a_grid_that_ends(void **state)
{
	struct typing_clock c = {0};
	struct random r;
	double at = 1000;

	(void)state;
	random_init(&r, 3);
	for (unsigned i = 0; i < 60; i++, at += random_uniform(&r, 40, 300))
		typing_clock_report(&c, (int64_t)(10 * floor(at / 10) * (double)MS), 1000000);
	assert_true(fabs(typing_clock_step(&c, 1000000, 0) - 10) < 0.1);
	for (unsigned i = 0; i < 60; i++, at += random_uniform(&r, 40, 300))
		typing_clock_report(&c, (int64_t)(at * (double)MS), 1000000);
	assert_true(typing_clock_step(&c, 1000000, 0) < 2.6);
}

static void senses(void **state)
{
	struct typing_clock c = {0};

	(void)state;
	assert_int_equal(typing_clock_report(&c, 1000 * MS, 8000000), CLOCK_KNOWN);
	assert_int_equal(typing_clock_report(&c, 1008 * MS, 8000000), CLOCK_KNOWN);
	assert_int_equal(typing_clock_report(&c, 1009 * MS, 8000000), CLOCK_BUNCHED);
	assert_int_equal(typing_clock_report(&c, 1009 * MS, 8000000), CLOCK_SAME);
	assert_int_equal(typing_clock_report(&c, 900 * MS, 8000000), CLOCK_BACK);
	assert_int_equal(typing_clock_report(&c, 908 * MS, 8000000), CLOCK_KNOWN);
	/* A period over 8 ms is polled at 8 by most hosts. */
	assert_int_equal(typing_clock_report(&c, 916 * MS, 10000000), CLOCK_KNOWN);
}

/* Too soon, but evenly and on and on: that is the poll. `apart_ms` each, a pause after `heap` of them. */
static enum clock_sense quick(double apart_ms, double jitter_ms, unsigned heap, double *step)
{
	struct typing_clock c = {0};
	enum clock_sense sense = CLOCK_KNOWN;
	struct random r;
	double at = 1000;

	random_init(&r, 7);
	for (unsigned i = 1; i <= 60; i++) {
		sense = typing_clock_report(&c, (int64_t)(at * (double)MS), 8000000);
		at += i % heap ? apart_ms + random_uniform(&r, 0, jitter_ms) : 80;
	}
	*step = typing_clock_step(&c, 8000000, 0);
	return sense;
}

static void a_poll_that_is_seen(void **state)
{
	double step;

	(void)state;
	assert_int_equal(quick(1, 0, 1000, &step), CLOCK_KNOWN);
	assert_true(fabs(step - 1) < 1e-6);
	assert_int_equal(quick(2, 0.1, 1000, &step), CLOCK_KNOWN);
	assert_true(fabs(step - 2) < 0.1);
	/* A late host: heaps, however even, and times too close for any bus. */
	assert_int_equal(quick(0.3, 0, 6, &step), CLOCK_BUNCHED);
	assert_true(fabs(step - 8) < 1e-6);
	assert_int_equal(quick(0.3, 2, 1000, &step), CLOCK_BUNCHED);
	assert_true(fabs(step - 8) < 1e-6);
	assert_int_equal(quick(0.02, 0, 1000, &step), CLOCK_BUNCHED);
	assert_true(fabs(step - 8) < 1e-6);
}

/* Reports at random distances, stamped in whole steps; is the clock blind? */
static bool blind(double step_ms, double low_ms, double high_ms)
{
	struct typing_clock c = {0};
	struct random r;
	double at = 1000;

	random_init(&r, 5);
	for (unsigned i = 0; i < 200; i++) {
		typing_clock_report(&c, (int64_t)(step_ms * floor(at / step_ms) * (double)MS),
		                    8000000);
		at += random_uniform(&r, low_ms, high_ms);
	}
	return typing_clock_blind(&c, 0);
}

static void clocks_that_tell_nothing(void **state)
{
	struct typing_clock c = {0};

	(void)state;
	assert_false(typing_clock_blind(&c, 0));
	assert_false(typing_clock_blind(&c, 15625000));
	assert_true(typing_clock_blind(&c, 20000000));
	assert_true(typing_clock_blind(&c, 1000000000));
	assert_true(blind(40, 5, 200));
	assert_true(blind(62.5, 5, 200));
	assert_true(blind(1000, 5, 200));
	assert_false(blind(15.6, 5, 200));
	assert_false(blind(0.001, 5, 200));
	/* A machine's own even times: no two reports share one. */
	assert_false(blind(50, 50, 50));
	assert_false(blind(50, 60, 300));
}

/* Chances over all durations sum to one, whatever was learned before. */
static void chances_sum_to_one(void **state)
{
	static const double steps[] = {1, 8, 15.6};
	struct random r;

	(void)state;
	random_init(&r, 3);
	for (unsigned s = 0; s < 3; s++) {
		double step = steps[s], people = 0, machine = 0;
		struct person_times p;
		struct machine_times m = {0};

		person_times_init(&p, &typing_holds);
		machine_times_restart(&m, &typing_hold_ways);
		for (unsigned i = 0; i < 20; i++) {
			double ms = step * round(random_uniform(&r, 60, 140) / step);

			machine_times_next(&m, &typing_hold_ways, ms, step,
			                   person_times_next(&p, &typing_holds, ms, step, NULL));
		}
		for (double ms = step; ms < 3000; ms += step) {
			struct person_times p2 = p;
			struct machine_times m2 = m;
			double chance = person_times_next(&p2, &typing_holds, ms, step, NULL);

			people += chance;
			machine += machine_times_next(&m2, &typing_hold_ways, ms, step, chance);
		}
		assert_true(people > 0.95 && people < 1.01);
		assert_true(machine > 0.85 && machine < 1.05);
	}
}

static void short_runs(void **state)
{
	float last = -1;

	(void)state;
	assert_true(typing_short_run(0) == 0);
	for (float run = 0; run < 60; run += 0.5f) {
		float now = typing_short_run(run);

		assert_true(now >= last);
		last = now;
	}
	/* Thirteen in a row, which a person has shown, stay far below the threshold; so does any number of them. */
	assert_true(typing_short_run(13) < typing_parameters.first_threshold - 5);
	assert_true(last < typing_parameters.first_threshold);
}

static void rates(void **state)
{
	const struct typing_parameters *k = &typing_parameters;
	struct typing_rates r = {.misses = 0};
	struct typing_firsts first;
	double all = 0, best = 1000 * log(1 - k->slips_rate[0]);

	(void)state;
	typing_firsts_init(&first);
	for (unsigned i = 0; i < 1000; i++)
		all += typing_rates_next(&r, first.slips, k->slips_rate, false);
	/* A mixture loses no more than the share of its best part, and what that part loses; nor does it gain more than all. */
	assert_true(all <= -log(k->slips_people[0]) - best + 0.01);
	assert_true(all >= log(k->slips_machine[0]) + best - 0.01);
}

/* A run of misses, and the hit that ends it, from what is kept and as learned each time. */
static void same_rates(const struct typing_rates first[TYPING_MISSES + 1],
                       const float people[TYPING_RATES], const float machine[TYPING_RATES],
                       const float rate[TYPING_RATES])
{
	for (unsigned run = 0; run < TYPING_MISSES + 3; run++) {
		struct typing_rates made = {.misses = TYPING_MISSES}, kept = {.misses = 0};

		memcpy(made.people, people, sizeof(made.people));
		memcpy(made.machine, machine, sizeof(made.machine));
		for (unsigned n = 0; n < run + 2; n++) {
			assert_true(typing_rates_next(&made, first, rate, n == run) ==
			            typing_rates_next(&kept, first, rate, n == run));
			assert_memory_equal(made.people, kept.people, sizeof(made.people));
			assert_memory_equal(made.machine, kept.machine, sizeof(made.machine));
		}
	}
}

/* A run's beginning, which is kept, is what learning it would have made. */
static void firsts(void **state)
{
	const struct typing_parameters *k = &typing_parameters;
	struct typing_firsts first;

	(void)state;
	typing_firsts_init(&first);
	same_rates(first.replaced, k->replaced_people, k->replaced_machine, k->replaced_rate);
	same_rates(first.slips, k->slips_people, k->slips_machine, k->slips_rate);
	for (unsigned n = 0; n < 2 * TYPING_PACES; n++) {
		struct typing_hands made = {.any = true}, kept = {.any = false};
		unsigned pace = n / 2;

		memcpy(made.share, k->hands_share, sizeof(made.share));
		assert_true(typing_hands_next(&made, first.overlap, pace, n % 2) ==
		            typing_hands_next(&kept, first.overlap, pace, n % 2));
		assert_true(kept.any);
		assert_memory_equal(made.share, kept.share, sizeof(made.share));
	}
}

static struct stroke read(struct stroke_reader *s, double at_ms, uint16_t press, uint16_t release,
                          uint8_t before, uint8_t modifiers)
{
	struct key_report r = {.t_ns = (int64_t)(at_ms * (double)MS),
	                       .presses = press > 0,
	                       .releases = release > 0,
	                       .down = press > 0,
	                       .modifiers_before = before,
	                       .modifiers = modifiers,
	                       .flags = press && release ? KEYS_REPLACED : 0,
	                       .press = {press},
	                       .release = {release}};
	struct stroke out;

	assert_true(stroke_read(s, &r, 8000000, 0, &out));
	return out;
}

static void strokes(void **state)
{
	struct stroke_reader s = {0};
	struct key_report rollover = {.flags = KEYS_ROLLOVER}, again = {.flags = KEYS_REPEATED};
	struct stroke k;

	(void)state;
	k = read(&s, 1000, 4, 0, 0, 0);
	assert_false(k.has_gap);
	k = read(&s, 1080, 0, 4, 0, 0);
	assert_true(k.has_hold && fabs(k.hold_ms - 80) < 1e-6);
	k = read(&s, 1200, 5, 0, 0, 0);
	assert_true(k.has_gap && fabs(k.gap_ms - 200) < 1e-6 && !k.replaced && !k.overlap);
	/* Replaced: the hold is the next key's doing. */
	k = read(&s, 1304, 6, 5, 0, 0);
	assert_true(k.replaced && !k.has_hold);
	k = read(&s, 1400, 7, 0, 0, 0);
	assert_true(k.overlap);
	k = read(&s, 1408, 0, 6, 0, 0);
	assert_true(k.has_hold);
	/* Shift ahead, one poll ahead, in the same report. */
	read(&s, 1500, 0, 7, 0, 0);
	read(&s, 1600, 0, 0, 0, 2);
	assert_int_equal(read(&s, 1680, 8, 0, 2, 2).lead, LEAD_EARLY);
	assert_int_equal(read(&s, 1760, 9, 8, 2, 2).lead, LEAD_NONE);
	read(&s, 1800, 0, 9, 2, 0);
	read(&s, 1900, 0, 0, 0, 2);
	assert_int_equal(read(&s, 1908, 8, 0, 2, 2).lead, LEAD_POLL);
	read(&s, 1990, 0, 8, 2, 0);
	assert_int_equal(read(&s, 2100, 8, 0, 0, 2).lead, LEAD_SAME);
	/* The switch's second closing, time that steps back, a keyboard that gave up. */
	read(&s, 2200, 0, 8, 2, 0);
	read(&s, 2300, 10, 0, 0, 0);
	read(&s, 2308, 0, 10, 0, 0);
	assert_true(read(&s, 2316, 10, 0, 0, 0).bounce);
	k = read(&s, 2200, 0, 10, 0, 0);
	assert_false(k.has_hold);
	assert_false(read(&s, 2300, 11, 0, 0, 0).has_gap);
	assert_false(stroke_read(&s, &again, 8000000, 0, &k));
	assert_false(stroke_read(&s, &rollover, 8000000, 0, &k));
	k = read(&s, 2400, 0, 11, 0, 0);
	assert_false(k.has_hold);
}

/* Whatever comes, counts stay in their arrays and the ratio is a number. */
static void hostile_reports(void **state)
{
	struct typing_context c = {.poll_ns = 8000000, .configured_ns = 0, .led_ns = -1};
	struct typing t = {0};
	struct random r;

	(void)state;
	random_init(&r, 9);
	typing_init(&t);
	for (unsigned i = 0; i < 20000; i++) {
		struct key_report k = {.t_ns = (int64_t)random_u64(&r) >> random_below(&r, 40),
		                       .packet = i,
		                       .flags = random_below(&r, 256),
		                       .presses = (uint8_t)random_below(&r, KEYS_CHANGES_MAX + 1),
		                       .releases = (uint8_t)random_below(&r, KEYS_CHANGES_MAX + 1),
		                       .modifiers_before = (uint8_t)random_below(&r, 256),
		                       .modifiers = (uint8_t)random_below(&r, 256),
		                       .down = (uint8_t)random_below(&r, 40),
		                       .length = (uint8_t)random_below(&r, 256)};

		for (unsigned j = 0; j < KEYS_CHANGES_MAX; j++) {
			k.press[j] = (uint16_t)random_below(&r, 65536);
			k.release[j] = (uint16_t)random_below(&r, 65536);
		}
		c.poll_ns = random_below(&r, UINT32_MAX);
		c.clock_step_ns = random_below(&r, 4) ? 0 : random_below(&r, UINT32_MAX);
		typing_report(&t, &k, &c);
		assert_true(isfinite(t.step.ratio) && t.step.ratio >= 0);
	}
}

/* The table against the function that it stands for. */
static void normal_table(void **state)
{
	(void)state;
	for (int i = -7000; i <= 7000; i++) {
		double z = i / 1000.0, want = 0.5 * erfc(-z / sqrt(2));

		assert_true(fabs(normal_below((float)z) - want) < 1e-5);
	}
	assert_true(normal_below(-INFINITY) == 0);
	assert_true(normal_below(INFINITY) == 1);
}

/* A row that is found says what a row that is made says, whoever shares it. */
static void rows_change_nothing(void **state)
{
	static struct duration_rows rows;
	struct person_times with, without;

	(void)state;
	person_times_init(&with, &typing_intervals);
	person_times_init(&without, &typing_intervals);
	for (unsigned i = 0; i < 3000; i++) {
		double ms = 20 + i * 37 % 4001 / 3.0, step = i % 3 ? 8 : 15.6;

		assert_true(person_times_next(&with, &typing_intervals, ms, step, &rows) ==
		            person_times_next(&without, &typing_intervals, ms, step, NULL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps),
		cmocka_unit_test(a_grid_that_ends),
		cmocka_unit_test(senses),
		cmocka_unit_test(a_poll_that_is_seen),
		cmocka_unit_test(clocks_that_tell_nothing),
		cmocka_unit_test(chances_sum_to_one),
		cmocka_unit_test(short_runs),
		cmocka_unit_test(rates),
		cmocka_unit_test(firsts),
		cmocka_unit_test(strokes),
		cmocka_unit_test(hostile_reports),
		cmocka_unit_test(normal_table),
		cmocka_unit_test(rows_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
