/* The rings beside the model: as of any moment, when they are full, and when the clock jumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/analysis.h"
#include "tests/screens/fake_link.h"
#include "tui/history.h"

#define MS INT64_C(1000000)

struct fixture {
	struct history *history;
	struct analysis *analysis;
	struct link *link;
};

static int setup(void **state)
{
	static struct fixture f;

	f.history = history_new(NULL);
	f.link = fake_link_new();
	assert_int_equal(
		analysis_new(&f.analysis, &(struct analysis_options){.watch = history_event,
	                                                             .watch_context = f.history}),
		ERR_NONE);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	analysis_free(f->analysis);
	link_free(f->link);
	history_free(f->history);
	return 0;
}

static void pump(struct fixture *f)
{
	struct record_sink sink = analysis_sink(f->analysis);
	enum link_state s;

	link_pump(f->link, 0, &sink, &s);
}

static void devices_are_as_they_were_known(void **state)
{
	struct fixture *f = *state;
	const struct history_device *d[4];

	fake_link_keyboard(f->link, 100 * MS, 5, "A", "first", "1");
	fake_link_keyboard(f->link, 900 * MS, 6, "B", "second", "2");
	pump(f);
	assert_int_equal(history_devices_at(f->history, 50 * MS, d, 4), 0);
	assert_int_equal(history_devices_at(f->history, 500 * MS, d, 4), 1);
	assert_string_equal(d[0]->product, "first");
	assert_int_equal(history_devices_at(f->history, 2000 * MS, d, 4), 2);
	assert_string_equal(d[1]->product, "second");
	assert_int_equal(history_devices_at(f->history, 2000 * MS, d, 1), 1);
}

static void rows_and_steps_are_cut_at_the_moment(void **state)
{
	struct fixture *f = *state;

	fake_link_keyboard(f->link, 0, 5, "A", "B", "1");
	for (int i = 1; i <= 50; i++) {
		fake_link_report(f->link, 1000 * MS + i * 100 * MS, 5, 0, 4);
		fake_link_report(f->link, 1000 * MS + i * 100 * MS + 40 * MS, 5, 0, 0);
	}
	pump(f);
	assert_int_equal(f->history->steps, 100);
	for (int i = 0; i < 50; i++) {
		int64_t t = 1000 * MS + i * 100 * MS;

		assert_int_equal(history_steps_at(f->history, t + 50 * MS), 2 * i);
		assert_int_equal(history_steps_at(f->history, t + 110 * MS), 2 * i + 1);
	}
	assert_int_equal(history_row(f->history, history_rows_at(f->history, 1100 * MS) - 1)->t_ns,
	                 1100 * MS);
}

static void a_full_ring_keeps_the_newest(void **state)
{
	struct fixture *f = *state;
	uint64_t n = HISTORY_ROWS + 1000;

	fake_link_keyboard(f->link, 0, 5, "A", "B", "1");
	for (uint64_t i = 0; i < n; i++) {
		fake_link_report(f->link, (int64_t)(i + 1) * MS, 5, 0, i & 1 ? 0 : 4);
		if (i % 1000 == 0)
			pump(f);
	}
	pump(f);
	assert_int_equal(history_rows_first(f->history), f->history->rows - HISTORY_ROWS);
	assert_int_equal(history_rows_at(f->history, 0), history_rows_first(f->history));
	assert_int_equal(history_rows_at(f->history, INT64_MAX), f->history->rows);
	for (uint64_t i = history_rows_first(f->history) + 1; i < f->history->rows; i++)
		assert_true(history_row(f->history, i)->seen_ns >
		            history_row(f->history, i - 1)->seen_ns);
	/* Columns have no end: all keys are in them. */
	assert_int_equal(
		history_span(f->history, f->history->begin_ns, f->history->now_ns + MS).keys,
		n / 2);
}

/* A clock that jumps by decades, and back. */
static void columns_widen_for_any_time(void **state)
{
	static const int64_t times[] = {0,
	                                1,
	                                MS,
	                                1000 * MS,
	                                INT64_C(1) << 50,
	                                INT64_C(1) << 61,
	                                5 * MS,
	                                -(INT64_C(1) << 61)};
	struct fixture *f = *state;

	fake_link_keyboard(f->link, 0, 5, "A", "B", "1");
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		fake_link_report(f->link, times[i], 5, 0, 4);
		fake_link_report(f->link, times[i], 5, 0, 0);
		pump(f);
	}
	assert_true(f->history->now_ns == INT64_C(1) << 61);
	assert_int_equal(history_span(f->history, 0, INT64_MAX - (INT64_C(1) << 60)).keys, 8);
}

static void band(struct fixture *f, int64_t t_ns, enum wire_channel channel, int64_t mean,
                 int64_t maximum)
{
	fake_link_push(f->link, &(struct record){.kind = RECORD_BAND,
	                                         .t_ns = t_ns,
	                                         .band = {.sensor = {.channel = channel},
	                                                  .mean_nano = mean,
	                                                  .maximum_nano = maximum,
	                                                  .floor_nano = 100}});
}

/* Means of what was measured, maxima of all; a span without a measurement says so, however wide columns have become. */
static void sensors_are_kept_by_columns(void **state)
{
	struct fixture *f = *state;
	struct history_column c;

	for (int i = 0; i < 1000; i++) {
		band(f, i * MS, WIRE_CURRENT, i % 2 ? 2000 : 1000, i == 700 ? 50000 : 3000);
		band(f, i * MS, WIRE_RADIO, 150, 400);
		band(f, i * MS, WIRE_MUX, 9000, 9000);
	}
	for (int seconds = 1; seconds <= 100; seconds += 99) {
		fake_link_report(f->link, seconds * 1000 * MS, 5, 0, 0);
		pump(f);
		c = history_span(f->history, 0, 600 * MS);
		assert_int_equal(c.sensed[HISTORY_CURRENT].maximum, 3000);
		c = history_span(f->history, 0, 1024 * MS);
		assert_int_equal(c.sensed[HISTORY_CURRENT].bands, 1000);
		assert_int_equal(c.sensed[HISTORY_CURRENT].sum, 1500 * 1000);
		assert_int_equal(c.sensed[HISTORY_CURRENT].maximum, 50000);
		/* Above the floor. */
		assert_int_equal(c.sensed[HISTORY_RADIO].maximum, 300);
		assert_int_equal(c.sensed[HISTORY_RADIO].sum, 50 * 1000);
		c = history_span(f->history, 2000 * MS, 3000 * MS);
		assert_int_equal(c.sensed[HISTORY_CURRENT].bands, 0);
	}
	assert_true(f->history->column_ns > MS);
	assert_int_equal(f->history->sensed_ns[HISTORY_CURRENT], 0);
	assert_true(f->history->dc_path_ns == HISTORY_NEVER);
}

static struct history_column sum_of(const struct history *h, int64_t from_ns, int64_t to_ns)
{
	int64_t c = h->column_ns, first = (from_ns - h->begin_ns + c - 1) / c;
	struct history_column sum = {0};

	for (int64_t i = first < 0 ? 0 : first;
	     i < (to_ns - h->begin_ns + c - 1) / c && i < HISTORY_COLUMNS; i++)
		history_column_add(&sum, &h->column[i]);
	return sum;
}

/* As a screen asks: over and over, at scales that change, while events go on and columns double. */
static void sums_are_never_of_before(void **state)
{
	static const int64_t widths[] = {1, 7, 64, 200, 1000};
	struct fixture *f = *state;
	uint32_t seed = 1;
	int64_t t = 0;

	for (unsigned i = 0; i < 4000; i++) {
		seed = seed * 1664525 + 1013904223;
		t += (seed >> 8) % (i % 100 ? 12 : 2000) * MS;
		band(f, t, seed >> 30 & 1 ? WIRE_RADIO : WIRE_CURRENT, 1000 + (seed >> 16), 90000);
		pump(f);
		for (unsigned w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
			int64_t width = widths[w] * MS, newest = t / width;
			int64_t back = i % 20 ? 3 : 300, oldest = newest < back ? 0 : newest - back;

			for (int64_t k = oldest; k <= newest + 1; k++) {
				struct history_column is =
					history_span(f->history, k * width, (k + 1) * width);
				struct history_column want =
					sum_of(f->history, k * width, (k + 1) * width);

				assert_memory_equal(&is, &want, sizeof(want));
			}
		}
	}
	assert_true(f->history->column_ns >= 8 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(devices_are_as_they_were_known, setup, teardown),
		cmocka_unit_test_setup_teardown(rows_and_steps_are_cut_at_the_moment, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_full_ring_keeps_the_newest, setup, teardown),
		cmocka_unit_test_setup_teardown(columns_widen_for_any_time, setup, teardown),
		cmocka_unit_test_setup_teardown(sensors_are_kept_by_columns, setup, teardown),
		cmocka_unit_test_setup_teardown(sums_are_never_of_before, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
