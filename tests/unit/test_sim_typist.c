/*
 * The typists against what threats.md says of them: the O.MG payload report by report, the marginals that each rung
 * keeps or gives away, people's rollover and holds, and that edges always pair.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sim/keyboard.h"

#define MS 1000000ll

static const char prose[] =
	"The quick brown fox jumps over the lazy dog. Pack my box with five dozen jugs, then wait. "
	"Anna and Otto asked Bill for a bottle; nobody knew if all eggs were good. Sphinx of "
	"quartz, "
	"judge my vow: 20 letters too few? Keep going until the summer comes and the office "
	"closes.\n";

enum { KEYS_MAX = 2048, EDGES_MAX = KEYS_MAX * TYPIST_EDGES_PER_KEY };

static struct keystroke keys[KEYS_MAX];
static struct key_edge edges[EDGES_MAX], again[EDGES_MAX];
static struct keyboard_report reports[EDGES_MAX + 1];
static struct typist_timing timing[KEYS_MAX], other[KEYS_MAX];

static size_t long_text(void)
{
	size_t n = 0;

	for (int i = 0; i < 5; i++)
		n += us_keystrokes(prose, true, keys + n, KEYS_MAX - n);
	return n;
}

/* Each key down once before it is up once, in order of time, nothing left down, no down within 1 ms of its up. */
static void check_pairing(const struct key_edge *e, size_t count)
{
	bool down[256] = {0};
	int64_t up_ns[256];

	for (size_t i = 0; i < 256; i++)
		up_ns[i] = INT64_MIN / 2;
	for (size_t i = 0; i < count; i++) {
		assert_true(i == 0 || e[i].t_ns >= e[i - 1].t_ns);
		assert_int_not_equal(down[e[i].usage], e[i].down);
		if (e[i].down && e[i].usage < KEY_MODIFIER)
			assert_true(e[i].t_ns - up_ns[e[i].usage] >= 1 * MS);
		if (!e[i].down)
			up_ns[e[i].usage] = e[i].t_ns;
		down[e[i].usage] = e[i].down;
	}
	for (size_t i = 0; i < 256; i++)
		assert_false(down[i]);
}

/* The characters that the edges type, backspace applied: what a computer would show. */
static size_t typed(const struct key_edge *e, size_t count, struct keystroke *out)
{
	size_t n = 0;
	bool shift = false;

	for (size_t i = 0; i < count; i++) {
		if (e[i].usage == KEY_MODIFIER + 1 || e[i].usage == KEY_MODIFIER + 5)
			shift = e[i].down;
		else if (e[i].down && e[i].usage == KEY_BACKSPACE)
			n -= n > 0;
		else if (e[i].down && e[i].usage < KEY_MODIFIER)
			out[n++] = (struct keystroke){.usage = e[i].usage,
			                              .modifiers = shift ? MOD_SHIFT : 0};
	}
	return n;
}

static void omg_types_as_captured(void **state)
{
	static const uint8_t first[3][8] = {{0}, {0, 0, 0x0b}, {0, 0, 0x08}};
	struct keyboard k = {.form = FORM_BOOT, .null_first = true};
	struct typist t;
	struct random r;
	size_t n;

	(void)state;
	random_init(&r, 1);
	assert_true(typist_machine(&t, "omg", 8 * MS));
	n = us_keystrokes("hello there workshop\n", true, keys, KEYS_MAX);
	assert_int_equal(n, 21);
	n = typist_type(&t, &r, keys, n, 100 * MS, edges, EDGES_MAX);
	check_pairing(edges, n);
	n = keyboard_reports(&k, edges, n, 8 * MS, 3 * MS, reports, EDGES_MAX);
	/* Threats.md 0.4: 24 reports, 184 ms. */
	assert_int_equal(n, 24);
	assert_int_equal(reports[23].t_ns - reports[0].t_ns, 184 * MS);
	for (size_t i = 0; i < n; i++)
		assert_int_equal((reports[i].t_ns - 3 * MS) % (8 * MS), 0);
	for (size_t i = 0; i < 3; i++)
		assert_memory_equal(reports[i].bytes, first[i], 8);
	/* Nothing between the two l of hello but one report of zeros. */
	assert_int_equal(reports[3].bytes[2], 0x0f);
	assert_memory_equal(reports[4].bytes, first[0], 8);
	assert_int_equal(reports[5].bytes[2], 0x0f);
}

static void text_survives_each_typist(void **state)
{
	static struct keystroke shown[KEYS_MAX * 2];

	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		size_t n = long_text(), count, got, recorded;
		struct typist t;
		struct random r;

		random_init(&r, seed);
		typist_person(&t, &r);
		recorded = typist_record(edges, typist_type(&t, &r, keys, n, 0, edges, EDGES_MAX),
		                         timing, KEYS_MAX);
		for (unsigned rung = 0; rung <= TYPIST_RUNGS; rung++) {
			if (rung == TYPIST_RUNGS)
				typist_person(&t, &r);
			else
				typist_rung(&t, rung, 8 * MS, timing, recorded, &r);
			count = typist_type(&t, &r, keys, n, 5, edges, EDGES_MAX);
			check_pairing(edges, count);
			got = typed(edges, count, shown);
			assert_int_equal(got, n);
			for (size_t i = 0; i < n; i++) {
				assert_int_equal(shown[i].usage, keys[i].usage);
				assert_int_equal(!!shown[i].modifiers, !!keys[i].modifiers);
			}
		}
	}
}

static void same_seed_same_edges(void **state)
{
	struct typist t;
	struct random r;
	size_t n = long_text(), a, b;

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		random_init(&r, 77);
		typist_person(&t, &r);
		a = typist_type(&t, &r, keys, n, 0, pass ? again : edges, EDGES_MAX);
	}
	assert_memory_equal(edges, again, a * sizeof(*edges));
	random_init(&r, 78);
	typist_person(&t, &r);
	b = typist_type(&t, &r, keys, n, 0, again, EDGES_MAX);
	assert_true(a != b || memcmp(edges, again, a * sizeof(*edges)));
}

static void rungs_keep_their_marginals(void **state)
{
	size_t n = long_text();

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++)
		for (unsigned rung = 1; rung <= 4; rung++) {
			struct typist t;
			struct random r;
			size_t count, keyed, constant_dwell = 0, constant_gap = 0, overlaps = 0;

			random_init(&r, seed);
			typist_rung(&t, rung, 8 * MS, NULL, 0, &r);
			count = typist_type(&t, &r, keys, n, 0, edges, EDGES_MAX);
			keyed = typist_record(edges, count, timing, KEYS_MAX);
			assert_int_equal(keyed, n);
			for (size_t i = 1; i < keyed; i++) {
				constant_dwell += timing[i].dwell_ns == 8 * MS;
				constant_gap += timing[i].interval_ns == timing[i - 1].interval_ns;
				overlaps += timing[i - 1].dwell_ns > timing[i].interval_ns;
			}
			assert_int_equal(overlaps, 0);
			assert_true((rung < 4) == (constant_dwell == keyed - 1));
			/* The shift report ahead of a capital moves it by one step. */
			assert_true((rung == 1) == (constant_gap > keyed * 9 / 10));
		}
}

static void people_hold_and_roll_over(void **state)
{
	size_t n = long_text(), fast = 0, slow = 0;
	double fast_overlap = 0, slow_overlap = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		struct typist t;
		struct random r;
		size_t count, keyed, overlaps = 0, backspaces = 0;
		double hold = 0;

		random_init(&r, seed);
		typist_person(&t, &r);
		count = typist_type(&t, &r, keys, n, 0, edges, EDGES_MAX);
		keyed = typist_record(edges, count, timing, KEYS_MAX);
		for (size_t i = 1; i < keyed; i++) {
			hold += (double)timing[i].dwell_ns / 1e6;
			overlaps += timing[i - 1].dwell_ns > timing[i].interval_ns;
			backspaces += timing[i].usage == KEY_BACKSPACE;
		}
		hold /= (double)(keyed - 1);
		assert_in_range(hold, 65, 150);
		assert_in_range(backspaces * 1000 / keyed, 10, 95);
		if (t.interval_ns.a < 140e6)
			fast++, fast_overlap += (double)overlaps / (double)keyed;
		if (t.interval_ns.a > 210e6)
			slow++, slow_overlap += (double)overlaps / (double)keyed;
	}
	assert_true(fast > 5 && slow > 5);
	assert_true(fast_overlap / (double)fast > 0.3);
	assert_true(slow_overlap / (double)slow < 0.2);
}

static void replay_repeats_its_recording(void **state)
{
	size_t n = us_keystrokes("the rain in spain stays mainly in the plain", true, keys, 64), m;
	struct typist t;
	struct random r;
	size_t same = 0;

	(void)state;
	random_init(&r, 5);
	typist_person(&t, &r);
	t.errors_per_key = 0;
	m = typist_record(edges, typist_type(&t, &r, keys, n, 0, edges, EDGES_MAX), timing,
	                  KEYS_MAX);
	typist_rung(&t, 6, 8 * MS, timing, m, &r);
	m = typist_record(edges, typist_type(&t, &r, keys, n, 0, edges, EDGES_MAX), other,
	                  KEYS_MAX);
	assert_int_equal(m, n);
	for (size_t i = 1; i < n; i++)
		same += timing[i].interval_ns == other[i].interval_ns;
	assert_true(same > n * 9 / 10);
}

static void forms_of_report(void **state)
{
	/* clang-format off */
	static const struct {
		struct keyboard k;
		uint8_t len, bytes[10];
	} want[] = {
		{{.form = FORM_BOOT}, 8, {0x02, 0, 0x04}},
		{{.form = FORM_BOOT_SLOT1}, 8, {0x02, 0, 0, 0x04}},
		{{.form = FORM_TWO_BYTES}, 2, {0x02, 0x04}},
		{{.form = FORM_REPORT_ID, .report_id = 7}, 9, {7, 0x02, 0, 0x04}},
		{{.form = FORM_NKRO, .bitmap_bytes = 14}, 15, {0x02, 0x10}},
		{{.form = FORM_NKRO_ID, .report_id = 6, .bitmap_first = 4, .bitmap_bytes = 14}, 16,
		 {6, 0x02, 0x01}},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		struct typist t;
		struct random r;
		size_t n;

		random_init(&r, 1);
		typist_machine(&t, "ducky", MS);
		us_keystrokes("A", true, keys, 1);
		n = typist_type(&t, &r, keys, 1, 0, edges, EDGES_MAX);
		n = keyboard_reports(&want[i].k, edges, n, MS, 0, reports, EDGES_MAX);
		assert_int_equal(n, 2);
		assert_int_equal(reports[0].len, want[i].len);
		assert_memory_equal(reports[0].bytes, want[i].bytes, 10);
	}
}

static void names_chords_and_waits(void **state)
{
	struct typist t;
	struct random r;
	size_t n;

	(void)state;
	n = us_keystrokes("a<b<GUI+r><WAIT 500><CTRL+ALT+DELETE><SHIFT>>\xe4~", true, keys,
	                  KEYS_MAX);
	assert_int_equal(n, 9);
	assert_int_equal(keys[1].usage, 0x36);
	assert_int_equal(keys[1].modifiers, MOD_SHIFT);
	assert_int_equal(keys[3].modifiers, MOD_GUI);
	assert_int_equal(keys[4].wait_ms, 500);
	assert_int_equal(keys[5].usage, 0x4c);
	assert_int_equal(keys[5].modifiers, MOD_CTRL | MOD_ALT);
	assert_int_equal(keys[6].usage, KEY_NONE);
	assert_int_equal(keys[8].usage, 0x35);
	random_init(&r, 1);
	typist_machine(&t, "ducky", MS);
	n = us_keystrokes("<GUI+r><WAIT 500>c", true, keys, KEYS_MAX);
	n = typist_type(&t, &r, keys, n, 0, edges, EDGES_MAX);
	check_pairing(edges, n);
	assert_int_equal(n, 6);
	assert_int_equal(edges[4].t_ns, 501 * MS);
}

static void alt_keypad_digits(void **state)
{
	static const uint8_t want[] = {0xe2, 0x62, 0x62, 0x62, 0x62, 0x61, 0x61, 0x5f, 0x5f, 0xe2};
	struct typist t;
	struct random r;
	size_t n;

	(void)state;
	random_init(&r, 1);
	typist_machine(&t, "altpad", MS);
	n = us_keystrokes("a", true, keys, 1); /* 97 */
	n = typist_type(&t, &r, keys, n, 0, edges, EDGES_MAX);
	check_pairing(edges, n);
	assert_int_equal(n, sizeof(want));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(edges[i].usage, want[i]);
}

static void draws_have_their_moments(void **state)
{
	struct spread s = spread_lognormal_of(100, 25);
	struct random r, f;
	double sum = 0, square = 0;
	uint32_t buckets[7] = {0};

	(void)state;
	random_init(&r, 9);
	for (int i = 0; i < 70000; i++) {
		double v = spread_draw(&s, &r);

		sum += v;
		square += v * v;
		buckets[random_below(&r, 7)]++;
	}
	assert_in_range(sum / 70000, 99, 100);
	assert_in_range(square / 70000 - sum / 70000 * (sum / 70000), 600, 650);
	for (int i = 0; i < 7; i++)
		assert_in_range(buckets[i], 9700, 10300);
	f = random_fork(&r, 1);
	assert_int_not_equal(random_u64(&f), random_u64(&r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(omg_types_as_captured),
		cmocka_unit_test(text_survives_each_typist),
		cmocka_unit_test(same_seed_same_edges),
		cmocka_unit_test(rungs_keep_their_marginals),
		cmocka_unit_test(people_hold_and_roll_over),
		cmocka_unit_test(replay_repeats_its_recording),
		cmocka_unit_test(forms_of_report),
		cmocka_unit_test(names_chords_and_waits),
		cmocka_unit_test(alt_keypad_digits),
		cmocka_unit_test(draws_have_their_moments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
