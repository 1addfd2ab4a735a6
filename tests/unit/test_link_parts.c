/* The small parts of links to taps: clocks laid over each other, header texts, a stream fed in pieces, one that begins anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "capture/capture.h"
#include "capture/clock_align.h"
#include "sim_tap.h"

#define SECOND INT64_C(1000000000)

/* Late by up to 20 ms, most of them; now and then one is hardly late. */
static int64_t lateness(unsigned i)
{
	static uint32_t seed = 7;

	seed = seed * 1664525 + 1013904223;
	return i % 7 == 3 ? 50000 : 50000 + (int64_t)(seed >> 8) % 20000000;
}

static void clocks_are_laid_over_each_other(void **state)
{
	static const double fast_ppm[] = {-80, 0, 35};

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		struct clock_align a;
		int64_t pc = 0, tap = 0;

		clock_align_init(&a);
		assert_int_equal(clock_align_offset(&a), 0);
		for (unsigned i = 0; i < 600; i++) {
			tap = (int64_t)i * SECOND;
			pc = 77 * SECOND + (int64_t)((double)tap / (1 + fast_ppm[k] * 1e-6));
			clock_align_add(&a, tap, pc + lateness(i));
		}
		/* As good as the drift over two spans, and the least lateness. */
		assert_true(llabs(clock_align_offset(&a) - (pc - tap)) < 1500000);
		assert_true(clock_align_ppm(&a) > fast_ppm[k] - 0.5 &&
		            clock_align_ppm(&a) < fast_ppm[k] + 0.5);
	}
}

static void a_clock_that_steps_back_begins_anew(void **state)
{
	struct clock_align a;

	(void)state;
	clock_align_init(&a);
	for (int64_t i = 100; i < 140; i++)
		clock_align_add(&a, i * SECOND, (i + 5) * SECOND);
	assert_int_equal(clock_align_offset(&a), 5 * SECOND);
	clock_align_add(&a, 0, 1000 * SECOND);
	assert_int_equal(clock_align_offset(&a), 1000 * SECOND);
	assert_true(clock_align_ppm(&a) == 0);
}

static void header_texts_come_back(void **state)
{
	struct capture_test t = {0}, back = {0};
	char comment[CAPTURE_TEST_COMMENT_MAX];
	unsigned n = 0;

	(void)state;
	assert_true(capture_test_set(&t, "case", "2026-117"));
	assert_true(capture_test_set(&t, "exhibit", "a: b\xc3\xa4"));
	assert_true(capture_test_set(&t, "note", "one"));
	assert_true(capture_test_set(&t, "note", "two"));
	assert_true(capture_test_set(&t, "flip", "1"));
	assert_true(capture_test_set(&t, "flip", "2"));
	assert_false(capture_test_set(&t, "colour", "red"));
	for (; capture_test_comment(&t, n, comment); n++)
		capture_test_read(&back, (const uint8_t *)comment, strlen(comment));
	assert_int_equal(n, 5);
	assert_memory_equal(&t, &back, sizeof(t));
}

static void header_texts_that_are_too_long(void **state)
{
	struct capture_test t = {0};
	char text[2048];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(t.case_id)] = '\0';
	assert_false(capture_test_set(&t, "case", text));
	text[sizeof(t.case_id) - 1] = '\0';
	assert_true(capture_test_set(&t, "case", text));
	text[sizeof(t.notes) - 3] = '\0';
	memset(text, 'x', sizeof(t.notes) - 3);
	assert_true(capture_test_set(&t, "note", text));
	assert_true(capture_test_set(&t, "note", ""));
	assert_false(capture_test_set(&t, "note", "yy"));
}

/* Cut at every length, the text is cut; what is no field of ours changes nothing. */
static void header_texts_of_others(void **state)
{
	static const char whole[] = "cordon exhibit: abc";
	static const char *const others[] = {"",
	                                     "cordon",
	                                     "cordon ",
	                                     "cordon case",
	                                     "cordon case:",
	                                     "Cordon case: x",
	                                     "cordon cases: x",
	                                     "case: x"};

	(void)state;
	for (size_t len = 0; len < sizeof(whole); len++) {
		struct capture_test t = {0};
		uint8_t *copy = malloc(len + 1);

		memcpy(copy, whole, len);
		capture_test_read(&t, copy, len);
		free(copy);
		/* The array's own end is a NUL, which some writers count in. */
		assert_int_equal(strlen(t.exhibit), len > 19 ? 3 : len > 16 ? len - 16 : 0);
		assert_memory_equal(t.exhibit, "abc", strlen(t.exhibit));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct capture_test t = {0}, none = {0};

		capture_test_read(&t, (const uint8_t *)others[i], strlen(others[i]));
		assert_memory_equal(&t, &none, sizeof(t));
	}
}

struct seen {
	uint64_t records, next, jumps, lost, backward;
	int64_t last_ns, lost_ns, first_after_ns;
	bool hello_first;
};

static void see(void *context, const struct record *r)
{
	struct seen *s = context;
	uint64_t number;

	if (!s->records++)
		s->hello_first = r->kind == RECORD_HELLO;
	if (sim_tap_number(r, &number)) {
		s->jumps += number != s->next;
		s->next = number + 1;
	}
	/* A loss begins with the record before it. */
	s->backward += r->kind != RECORD_LOST && r->t_ns + SECOND / 100 < s->last_ns;
	if (r->kind == RECORD_LOST) {
		s->lost++;
		s->lost_ns += r->lost.until_ns - r->t_ns;
	}
	if (r->t_ns > s->last_ns)
		s->last_ns = r->t_ns;
}

static size_t stream(uint32_t boot_id, uint64_t ms, struct sim_tap *t)
{
	const uint8_t on[WIRE_COMMAND_HEAD + 1] = {WIRE_VERSION, WIRE_OP_CAPTURE,
	                                           1, [12] = 1, [14] = 1};

	sim_tap_init(t, &(struct sim_tap_options){.boot_id = boot_id, .packets_a_second = 2000});
	sim_tap_command(t, on, sizeof(on), NULL);
	sim_tap_run(t, ms * 1000000);
	return t->out_len;
}

static void a_stream_in_pieces_of_any_size(void **state)
{
	static struct sim_tap tap;
	size_t len = stream(1, 300, &tap);
	struct seen first = {0};

	(void)state;
	for (size_t piece = 1; piece < 5000; piece = piece * 3 + 1) {
		struct seen s = {0};
		const struct record_sink sink = {.context = &s, .record = see};
		struct capture *c;

		assert_int_equal(capture_open_fed(&c, CAPTURE_FORMAT_TAP), ERR_NONE);
		capture_restart(c, 0);
		for (size_t at = 0; at < len; at += piece)
			assert_int_equal(capture_feed(c, &sink, tap.out + at,
			                              len - at < piece ? len - at : piece),
			                 ERR_NONE);
		assert_int_equal(capture_info(c)->bytes, len);
		capture_free(c);
		if (piece == 1)
			first = s;
		assert_true(s.records > 500 && s.hello_first && !s.jumps && !s.lost);
		assert_memory_equal(&s, &first, sizeof(s));
	}
}

/* Over a second the new boot's first HELLO is not heard, and its next has a later tick than the old boot had. */
static void begins_anew(uint32_t id_after, uint64_t ms_after)
{
	static struct sim_tap before, after;
	size_t len = stream(1, 300, &before), len_after = stream(id_after, ms_after, &after);
	size_t late = ms_after > 1000 ? 1000 : 0;
	struct seen s = {0};
	const struct record_sink sink = {.context = &s, .record = see};
	struct capture *c;
	uint64_t records;

	assert_int_equal(capture_open_fed(&c, CAPTURE_FORMAT_TAP), ERR_NONE);
	capture_restart(c, 0);
	/* Pulled out in the middle of a block. */
	capture_feed(c, &sink, before.out, len - 7);
	records = s.records;
	capture_restart(c, 5 * SECOND);
	s.next = 0;
	/* The end of what the old one said, still under way, is not the new one's. */
	capture_feed(c, &sink, before.out + 700, 600);
	assert_int_equal(s.records, records);
	capture_feed(c, &sink, after.out + late, len_after - late);
	assert_int_equal(s.lost, 1);
	assert_int_equal(s.backward, 0);
	assert_true(s.lost_ns > 49 * SECOND / 10 && s.lost_ns < 51 * SECOND / 10);
	assert_int_equal(s.jumps, late > 0);
	assert_true(s.last_ns > 55 * SECOND / 10);
	capture_free(c);
}

static void a_stream_that_begins_anew(void **state)
{
	(void)state;
	begins_anew(2, 300);
	begins_anew(1, 300);
	begins_anew(1, 1500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_are_laid_over_each_other),
		cmocka_unit_test(a_clock_that_steps_back_begins_anew),
		cmocka_unit_test(header_texts_come_back),
		cmocka_unit_test(header_texts_that_are_too_long),
		cmocka_unit_test(header_texts_of_others),
		cmocka_unit_test(a_stream_in_pieces_of_any_size),
		cmocka_unit_test(a_stream_that_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
