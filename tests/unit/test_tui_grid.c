/* Text into cells: what is hostile is spelt out, what is wide takes two, what is too long is cut and shows it. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/grid.h"

static struct grid *g;

static int setup(void **state)
{
	(void)state;
	g = calloc(1, sizeof(*g));
	return !g || !setlocale(LC_CTYPE, "C.UTF-8");
}

static int teardown(void **state)
{
	(void)state;
	free(g);
	return 0;
}

/* The row's characters below 0x80, others as '#', the second half of wide ones as '+'. */
static const char *row(int y)
{
	static char text[GRID_COLUMNS_MAX + 1];

	for (int x = 0; x < g->w; x++) {
		uint32_t c = g->cell[y * g->w + x].c;

		text[x] = (char)(!c ? '+' : c < 0x80 ? (int)c : '#');
	}
	text[g->w] = '\0';
	return text;
}

static void begin(int h, int w, bool ascii)
{
	g->ascii = ascii;
	grid_clear(g, h, w);
}

static void controls_are_spelt_out(void **state)
{
	(void)state;
	begin(1, 24, false);
	grid_text(g, 0, 0, 24, STYLE_NORMAL, "a\033[2Jb\x07\xff");
	assert_string_equal(row(0), "a\\x1b[2Jb\\x07\\xff       ");
	begin(1, 24, false);
	grid_text(g, 0, 0, 24, STYLE_NORMAL,
	          "\u202eabc\302\233"
	          "1m");
	assert_null(strchr(row(0), '#'));
	assert_non_null(strstr(row(0), "abc"));
}

static void wide_characters_take_two_cells(void **state)
{
	(void)state;
	begin(1, 8, false);
	assert_int_equal(grid_text(g, 0, 0, 8, STYLE_NORMAL, "a\u952e\u76d8b"), 6);
	assert_string_equal(row(0), "a#+#+b  ");
	/* Half of one is overwritten: the other half goes too. */
	grid_put(g, 0, 2, STYLE_NORMAL, 'x');
	assert_string_equal(row(0), "a x#+b  ");
	grid_put(g, 0, 3, STYLE_NORMAL, 'y');
	assert_string_equal(row(0), "a xy b  ");
	begin(1, 4, false);
	grid_text(g, 0, 0, 4, STYLE_NORMAL, "abc\u952e");
	assert_string_equal(row(0), "abc#");
	assert_int_equal(g->cell[3].c, 0x2026);
}

static void ascii_is_all_that_ascii_gets(void **state)
{
	(void)state;
	begin(1, 40, true);
	grid_text(g, 0, 0, 40, STYLE_NORMAL, "▲ ● é 键 █");
	for (int x = 0; x < g->w; x++)
		assert_in_range(g->cell[x].c, 0x20, 0x7e);
	assert_non_null(strstr(row(0), "\\u{e9}"));
}

static void nothing_is_drawn_outside(void **state)
{
	(void)state;
	begin(3, 10, false);
	for (int y = -2; y < 6; y++)
		for (int x = -4; x < 14; x++) {
			grid_put(g, y, x, STYLE_NORMAL, 'x');
			grid_text(g, y, x, 6, STYLE_NORMAL, "\u952eab\u952e");
			grid_fill(g, (struct rect){y, x, 4, 9}, '.', STYLE_NORMAL);
		}
	begin(1, 10, false);
	grid_text(g, 0, 2, 4, STYLE_NORMAL, "abcdefgh");
	assert_string_equal(row(0), "  abc#    ");
}

static void words_are_wrapped_and_the_last_line_shows_the_cut(void **state)
{
	(void)state;
	begin(3, 10, false);
	assert_int_equal(grid_wrap(g, (struct rect){0, 0, 3, 10}, STYLE_NORMAL, "one two three"),
	                 2);
	assert_string_equal(row(0), "one two   ");
	assert_string_equal(row(1), "three     ");
	begin(2, 6, false);
	assert_int_equal(
		grid_wrap(g, (struct rect){0, 0, 2, 6}, STYLE_NORMAL, "one two three four"), 2);
	assert_string_equal(row(0), "one   ");
	assert_int_equal(g->cell[6 + 5].c, 0x2026);
}

/* At each length, from memory that ends there. */
static void text_cut_anywhere_is_drawn(void **state)
{
	static const char whole[] = "a\u952e\xf0\x9f\x98\x80\xe2\x80\xae\x1b[31m\xc3";

	(void)state;
	for (size_t len = 0; len < sizeof(whole); len++) {
		char *text = malloc(len + 1);

		memcpy(text, whole, len);
		text[len] = '\0';
		for (int w = 0; w < 30; w++) {
			begin(1, 30, len & 1);
			assert_true(grid_text(g, 0, 0, w, STYLE_NORMAL, text) <= w);
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_are_spelt_out),
		cmocka_unit_test(wide_characters_take_two_cells),
		cmocka_unit_test(ascii_is_all_that_ascii_gets),
		cmocka_unit_test(nothing_is_drawn_outside),
		cmocka_unit_test(words_are_wrapped_and_the_last_line_shows_the_cut),
		cmocka_unit_test(text_cut_anywhere_is_drawn),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
