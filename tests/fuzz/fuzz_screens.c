/* Any capture, size and view: all cells stay plain. Six bytes choose size, letters and keys; the rest is the capture. */
#include <assert.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/analysis.h"
#include "report/escape.h"
#include "tui/keys.h"
#include "tui/screen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct grid grid;
static struct people people;

static void draw(struct analysis *a, const struct history *h, struct view *v, int key)
{
	const struct link_ops ops = {0};
	struct link l = {.ops = &ops, .source = LINK_SOURCE_TAP};
	struct report_input report = analysis_report(a);
	struct scene s = {v, h, &report, &l, .name = "x", .layout = "us", .h = grid.h, .w = grid.w};

	if (!people.gaps.low)
		people = people_measure();
	s.people = people;
	scene_at(&s);
	if (key != '6') /* an input's health is asked of its link */
		keys_press(v, &s, key);
	scene_at(&s);
	grid_clear(&grid, s.h, s.w);
	screens_draw(&grid, &s);
	for (int i = 0; i < s.h * s.w; i++)
		assert(!grid.cell[i].c || escape_is_plain((int32_t)grid.cell[i].c));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct history *h = history_new(NULL);
	struct analysis_options o = {.watch = history_event, .watch_context = h};
	int fd = memfd_create("capture", 0);
	struct analysis *a;
	struct capture *c;
	struct view v;

	setlocale(LC_CTYPE, "C.UTF-8");
	if (analysis_new(&a, &o) || capture_open_fd(&c, fd))
		abort();
	if (size > 6 && write(fd, data + 6, size - 6) > 0 && lseek(fd, 0, SEEK_SET) == 0) {
		capture_run(c, (struct record_sink[]){analysis_sink(a)});
		analysis_look(a, capture_info(c));
		view_init(&v);
		grid_clear(&grid, data[0], data[1]);
		grid.ascii = data[2] & 1;
		for (int i = 3; i < 6; i++)
			draw(a, h, &v, data[i]);
	}
	analysis_free(a);
	history_free(h);
	capture_free(c);
	return 0;
}
