/*
 * What is on the terminal after many changes is what a screen drawn from nothing shows: a long session of keys, sizes, traffic and
 * sensors by lot, with the terminal compared, looks and all, before and after everything is drawn anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/screens/fake_link.h"
#include "tests/screens/vt.h"
#include "tests/screens/vt_internal.h"

enum { ROUNDS = 400, ROWS = 30, COLUMNS = 100, COLUMNS_MOST = 130 };

#define MS INT64_C(1000000)

struct looked {
	uint32_t c;
	VTermScreenCellAttrs attrs;
	VTermColor fg, bg;
};

static uint32_t seed;

static unsigned lot(unsigned below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static void remember(struct vt *t, struct looked *out)
{
	for (int y = 0; y < t->rows; y++)
		for (int x = 0; x < t->columns; x++) {
			VTermScreenCell cell;

			vterm_screen_get_cell(t->screen, (VTermPos){y, x}, &cell);
			*out++ = (struct looked){.c = cell.chars[0] ? cell.chars[0] : ' ',
			                         .attrs = cell.attrs,
			                         .fg = cell.fg,
			                         .bg = cell.bg};
		}
}

static bool same(const struct looked *a, const struct looked *b)
{
	return a->c == b->c && a->attrs.bold == b->attrs.bold &&
	       a->attrs.reverse == b->attrs.reverse && a->attrs.underline == b->attrs.underline &&
	       vterm_color_is_equal(&a->fg, &b->fg) && vterm_color_is_equal(&a->bg, &b->bg);
}

/* Another size and back: nothing that was on the terminal is built upon. At the same moment, so that all else is the same. */
static void draw_anew(struct vt *t)
{
	int rows = t->rows, columns = t->columns;

	vt_resize(t, rows, columns - 1);
	assert_true(vt_run(t, 0));
	vt_resize(t, rows, columns);
	assert_true(vt_run(t, 0));
}

static void compare(struct vt *t, unsigned round)
{
	static struct looked before[ROWS * COLUMNS_MOST], after[ROWS * COLUMNS_MOST];

	remember(t, before);
	draw_anew(t);
	remember(t, after);
	for (int i = 0; i < t->rows * t->columns; i++)
		if (!same(&before[i], &after[i]))
			fail_msg("round %u, %d,%d: U+%04X stands there, and U+%04X when drawn anew",
			         round, i / t->columns, i % t->columns, before[i].c, after[i].c);
}

static void happen(struct link *l, int64_t *t_ns)
{
	static const char *const names[] = {"A", "漢字", "kéyboard", "\033[31m"};

	*t_ns += (1 + lot(40)) * MS;
	switch (lot(8)) {
	case 0:
		fake_link_keyboard(l, *t_ns, (uint8_t)(2 + lot(3)), names[lot(4)], names[lot(4)],
		                   "1");
		break;
	case 1:
	case 2:
		fake_link_report(l, *t_ns, (uint8_t)(2 + lot(3)), (uint8_t)(lot(2) * 2),
		                 (uint8_t)(lot(3) ? 4 + lot(40) : 0));
		break;
	default:
		fake_link_push(
			l, &(struct record){.kind = RECORD_BAND,
		                            .t_ns = *t_ns,
		                            .band = {.sensor = {.channel = lot(2) ? WIRE_RADIO
		                                                                  : WIRE_CURRENT},
		                                     .mean_nano = lot(90) * MS,
		                                     .maximum_nano = lot(400) * MS}});
	}
}

static void a_long_session_is_what_it_would_be_anew(void **state)
{
	/* No quitting, no report into a file; the health pane counts screens. */
	static const char *const keys[] = {"1",      "2",      "3", "4", "5", "z", "\r", "n",
	                                   "N",      "f",      "m", "p", "x", "?", "+",  "-",
	                                   "\033[D", "\033[C", "j", "k", "R", " ", "\t"};
	struct link *l = fake_link_new();
	struct vt *t = vt_new(&(struct vt_options){
		.link = l, .rows = ROWS, .columns = COLUMNS, .has_profile = true});
	int64_t t_ns = 0;

	(void)state;
	seed = 20;
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned n = lot(12); n; n--)
			happen(l, &t_ns);
		if (!lot(3))
			vt_keys(t, keys[lot(sizeof(keys) / sizeof(keys[0]))]);
		if (!lot(30))
			vt_resize(t, 10 + (int)lot(ROWS - 9), 41 + (int)lot(COLUMNS_MOST - 41));
		/* All that is due is on show, and the screens drawn at once are not used up. */
		assert_true(vt_run(t, 400));
		compare(t, round);
	}
	vt_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_session_is_what_it_would_be_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
