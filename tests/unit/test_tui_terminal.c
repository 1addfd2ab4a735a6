/*
 * What is drawn into the grid is what a terminal shows, whatever was there before: frames that differ in some cells, of wide and narrow
 * characters and all styles, at sizes that change; with a limit on files, too, that is far below a screen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <locale.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <vterm.h>

#include "tui/tui.h"

struct terminal {
	int master, slave;
	VTerm *vterm;
	VTermScreen *screen;
	struct tui *tui;
};

static uint32_t seed;

static unsigned draw_lot(unsigned below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static void size(struct terminal *t, int rows, int columns)
{
	struct winsize w = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

	assert_int_equal(ioctl(t->master, TIOCSWINSZ, &w), 0);
	if (t->vterm)
		vterm_set_size(t->vterm, rows, columns);
	if (t->tui)
		tui_resize(t->tui);
}

static void begin(struct terminal *t)
{
	*t = (struct terminal){.master = -1};
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_int_equal(openpty(&t->master, &t->slave, NULL, NULL, NULL), 0);
	assert_int_equal(fcntl(t->master, F_SETFL, O_NONBLOCK), 0);
	size(t, 30, 100);
	t->vterm = vterm_new(30, 100);
	vterm_set_utf8(t->vterm, 1);
	t->screen = vterm_obtain_screen(t->vterm);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	assert_int_equal(tui_open(&t->tui, &(struct tui_options){.in_fd = t->slave,
	                                                         .out_fd = t->slave,
	                                                         .term = "xterm-256color"}),
	                 ERR_NONE);
}

static void end(struct terminal *t)
{
	tui_close(t->tui);
	vterm_free(t->vterm);
	close(t->master);
	close(t->slave);
}

static void show(struct terminal *t)
{
	char some[4096];
	ssize_t n = 1;

	assert_true(tui_draw(t->tui));
	while (n > 0 || tui_pending(t->tui)) {
		tui_flush(t->tui);
		n = read(t->master, some, sizeof(some));
		if (n > 0)
			vterm_input_write(t->vterm, some, (size_t)n);
	}
}

static void compare(struct terminal *t, unsigned frame)
{
	const struct grid *g = tui_grid(t->tui);

	for (int y = 0; y < g->h; y++)
		for (int x = 0; x < g->w; x++) {
			const struct cell *want = &g->cell[y * g->w + x];
			VTermScreenCell is;
			uint32_t c;

			vterm_screen_get_cell(t->screen, (VTermPos){y, x}, &is);
			c = is.chars[0] == (uint32_t)-1 ? 0 : is.chars[0] ? is.chars[0] : ' ';
			if (c != want->c)
				fail_msg("frame %u, %d,%d: U+%04X and not U+%04X", frame, y, x, c,
				         want->c);
			if (want->c && want->c != ' ' &&
			    is.attrs.bold != (want->style == STYLE_DECISIVE))
				fail_msg("frame %u, %d,%d: the style", frame, y, x);
		}
}

static void frames(unsigned count)
{
	static const char *const texts[] = {"a",   "漢",        "x漢字y", "█▆ keys", "漢字漢字漢字",
	                                    "   ", "0123456789"};
	struct terminal t;

	begin(&t);
	for (unsigned i = 0; i < count; i++) {
		struct grid *g = tui_grid(t.tui);

		if (i % 20 == 19)
			size(&t, 5 + (int)draw_lot(60), 10 + (int)draw_lot(150));
		for (unsigned n = draw_lot(i % 5 ? 4 : 400); n; n--)
			grid_text(g, (int)draw_lot((unsigned)g->h), (int)draw_lot((unsigned)g->w),
			          g->w, draw_lot(2) ? STYLE_DECISIVE : STYLE_GOOD,
			          texts[draw_lot(sizeof(texts) / sizeof(texts[0]))]);
		show(&t);
		compare(&t, i);
	}
	end(&t);
}

static void the_terminal_shows_the_grid(void **state)
{
	(void)state;
	seed = 1;
	frames(400);
}

/* Nothing ignores SIGXFSZ here: a write beyond the limit would end the test. */
static void a_limit_on_files_takes_nothing_away(void **state)
{
	static const rlim_t limits[] = {1024, 2000, 60000};
	struct rlimit before, limit;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		limit = before;
		limit.rlim_cur = limits[i];
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		seed = i + 2;
		frames(100);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_terminal_shows_the_grid),
		cmocka_unit_test(a_limit_on_files_takes_nothing_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
