/* Samples of coverage in time: what holds at a moment, however long the input is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "detect/engine.h"
#include "tests/screens/fake_link.h"
#include "tests/screens/vt.h"
#include "tui/history.h"
#include "tui/moments.h"

#define MS INT64_C(1000000)

static const struct profile host = {.kind = PROFILE_HOST};
static struct model model;

static void each_moment_knows_what_was_known_by_then(void **state)
{
	struct moments *m = moments_new();
	struct engine *e = engine_new(&model, &host);

	(void)state;
	assert_null(moments_at(m, 0));
	for (uint64_t i = 0; i < 1000; i++)
		moments_add(m, (5000 + (int64_t)i * 100) * MS,
		            &(struct coverage_input){.packets = i + 1}, e);
	assert_null(moments_at(m, 4999 * MS));
	/* A column is 32 ms at 100 s: at most so much newer than the moment, and never older than the sample before it. */
	for (uint64_t i = 0; i < 1000; i++) {
		const struct moment *at = moments_at(m, (5000 + (int64_t)i * 100) * MS);

		assert_non_null(at);
		assert_int_equal(at->seen.packets, i + 1);
		at = moments_at(m, (5060 + (int64_t)i * 100) * MS);
		assert_int_equal(at->seen.packets, i + 1);
	}
	assert_int_equal(moments_at(m, INT64_MAX / 2)->seen.packets, 1000);
	moments_free(m);
	engine_free(e);
}

/* One for each column, in every width of the columns; nothing is before the first. */
static void due_where_nothing_stands(void **state)
{
	struct moments *m = moments_new();
	struct engine *e = engine_new(&model, &host);
	unsigned added = 0;

	(void)state;
	for (int64_t t = 5000, due = 0; t < 205000; t++)
		if (t * MS >= due) {
			moments_add(m, t * MS, &(struct coverage_input){.packets = 1}, e);
			due = moments_due(m, t * MS);
			assert_true(due > t * MS);
			added++;
		}
	assert_in_range(added, MOMENTS / 2, 4 * MOMENTS);
	assert_int_equal(moments_due(m, 4000 * MS), 5000 * MS);
	assert_true(moments_due(m, INT64_MAX / 2) > INT64_MAX / 2);
	for (int64_t t = 5000; t < 205000; t += 100)
		assert_non_null(moments_at(m, t * MS));
	moments_free(m);
	engine_free(e);
}

/* A clock that jumps by a century, and one that steps back, as damaged files have. */
static void clocks_that_jump(void **state)
{
	struct moments *m = moments_new();
	struct engine *e = engine_new(&model, &host);

	(void)state;
	moments_add(m, 0, &(struct coverage_input){.packets = 1}, e);
	moments_add(m, INT64_C(1) << 61, &(struct coverage_input){.packets = 2}, e);
	moments_add(m, -5, &(struct coverage_input){.packets = 3}, e);
	assert_int_equal(moments_at(m, INT64_C(1) << 61)->seen.packets, 2);
	assert_null(moments_at(m, -5));
	moments_free(m);
	engine_free(e);
}

/* Twenty seconds read in one turn, as a replay does at full speed: the past is what it was, not what was read last. */
static void a_past_that_was_read_in_one_go(void **state)
{
	struct link *l = fake_link_new();
	struct vt *t = vt_new(&(struct vt_options){.link = l, .rows = 24, .columns = 80});

	(void)state;
	fake_link_keyboard(l, 0, 5, "Nobody", "Keyboard", "1");
	for (int64_t i = 1; i <= 40; i++)
		fake_link_report(l, i * 500 * MS, 5, 0, (uint8_t)(i % 2 ? 4 : 0));
	vt_run(t, 200);
	vt_keys(t, ":goto 5\r");
	vt_run(t, 200);
	if (!strstr(vt_text(t), " 0:05 "))
		fail_msg("the past has no coverage\n%s", vt_text(t));
	vt_free(t);
}

/* More packets than the list keeps: of a moment before them it says so, and blames no filter. */
static void a_past_beyond_the_list(void **state)
{
	struct link *l = fake_link_new();
	struct vt *t = vt_new(&(struct vt_options){.link = l, .rows = 40, .columns = 120});

	(void)state;
	fake_link_keyboard(l, 0, 5, "Nobody", "Keyboard", "1");
	for (int64_t i = 1; i <= HISTORY_ROWS + 1000; i++) {
		fake_link_report(l, i * 10 * MS, 5, 0, (uint8_t)(i % 2 ? 4 : 0));
		if (i % 256 == 0)
			vt_run(t, 10);
	}
	vt_run(t, 200);
	vt_keys(t, ":goto 5\r");
	vt_run(t, 200);
	if (!strstr(vt_text(t), "packets of then are no longer kept"))
		fail_msg("what is missing is not told\n%s", vt_text(t));
	vt_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_moment_knows_what_was_known_by_then),
		cmocka_unit_test(due_where_nothing_stands),
		cmocka_unit_test(clocks_that_jump),
		cmocka_unit_test(a_past_that_was_read_in_one_go),
		cmocka_unit_test(a_past_beyond_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
