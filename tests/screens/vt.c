/* The driver: a pty, libvterm at its master, the dashboard at its slave, and a clock that goes when it is told to. */
#include "tests/screens/vt.h"

#include <fcntl.h>
#include <locale.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/screens/vt_internal.h"
#include "usb/utf8.h"

#define STEP_NS INT64_C(10000000)

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "vt: cannot %s\n", what);
	abort();
}

static void read_master(struct vt *t)
{
	char buffer[16384];
	ssize_t n;

	while (!t->stalled && (n = read(t->master, buffer, sizeof(buffer))) > 0) {
		size_t keep = (size_t)n < VT_LOG - t->logged ? (size_t)n : VT_LOG - t->logged;

		memcpy(t->log + t->logged, buffer, keep);
		t->logged += keep;
		t->bytes += (uint64_t)n;
		vterm_input_write(t->term, buffer, (size_t)n);
	}
}

struct vt *vt_new(const struct vt_options *o)
{
	struct vt *t = calloc(1, sizeof(*t));
	struct winsize size = {.ws_row = (unsigned short)o->rows,
	                       .ws_col = (unsigned short)o->columns};
	struct dashboard_options d;

	need(t, "allocate");
	need(setlocale(LC_CTYPE, "C.UTF-8"), "set the locale C.UTF-8");
	t->rows = o->rows;
	t->columns = o->columns;
	t->now_ns = INT64_C(5000000000);
	need(openpty(&t->master, &t->slave, NULL, NULL, &size) == 0, "open a pty");
	fcntl(t->master, F_SETFL, O_NONBLOCK);
	t->term = vterm_new(o->rows, o->columns);
	vterm_set_utf8(t->term, 1);
	t->screen = vterm_obtain_screen(t->term);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	t->link = o->link;
	if (o->capture)
		need(link_file_open(&t->link, o->capture, o->speed) == ERR_NONE, o->capture);
	t->layout = layout_new("us");
	need(t->layout && layout_load(t->layout), "load the layout");
	t->profile.kind = o->has_profile ? o->profile : PROFILE_HOST;
	d = (struct dashboard_options){
		.input = {.link = t->link,
	                  .profile = &t->profile,
	                  .layout = t->layout,
	                  .name = "case-117.pcapng",
	                  .layout_name = "us"},
		.judged = o->judged,
		.context = o->context,
		.masked = o->masked,
		.tui = {.in_fd = t->slave,
	                .out_fd = t->slave,
	                .term = o->term ? o->term : "xterm-256color",
	                .ascii = o->ascii,
	                .colourless = o->colourless},
	};
	need(dashboard_new(&t->dashboard, &d) == ERR_NONE, "make the dashboard");
	return t;
}

void vt_add(struct vt *t, struct link *link, const char *name)
{
	const struct input_options o = {.link = link,
	                                .profile = &t->profile,
	                                .layout = t->layout,
	                                .name = name,
	                                .layout_name = "us"};

	need(t->added < DASHBOARD_INPUTS - 1 && dashboard_add(t->dashboard, &o) == ERR_NONE,
	     "add an input");
	t->more[t->added++] = link;
}

void vt_free(struct vt *t)
{
	t->stalled = false;
	dashboard_free(t->dashboard);
	link_free(t->link);
	for (unsigned i = 0; i < t->added; i++)
		link_free(t->more[i]);
	layout_free(t->layout);
	vterm_free(t->term);
	close(t->master);
	close(t->slave);
	free(t);
}

static bool turn(struct vt *t)
{
	bool goes_on = true;

	/* A screen may be larger than what the pty holds: until all of it is through. */
	for (int i = 0; i < 100 && goes_on; i++) {
		uint64_t before = t->bytes;

		goes_on = dashboard_turn(t->dashboard, t->now_ns);
		read_master(t);
		if (t->bytes == before)
			break;
	}
	return goes_on;
}

bool vt_run(struct vt *t, int64_t ms)
{
	int64_t end = t->now_ns + ms * 1000000;

	if (!turn(t))
		return false;
	while (t->now_ns < end) {
		t->now_ns += STEP_NS < end - t->now_ns ? STEP_NS : end - t->now_ns;
		if (!turn(t))
			return false;
	}
	return true;
}

void vt_keys(struct vt *t, const char *bytes)
{
	need(write(t->master, bytes, strlen(bytes)) == (ssize_t)strlen(bytes), "type");
	turn(t);
}

void vt_resize(struct vt *t, int rows, int columns)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};

	t->rows = rows;
	t->columns = columns;
	vterm_set_size(t->term, rows, columns);
	need(ioctl(t->master, TIOCSWINSZ, &size) == 0, "resize");
}

void vt_stall(struct vt *t, bool stalled)
{
	t->stalled = stalled;
}

const char *vt_text(struct vt *t)
{
	char *out = t->text;

	for (int y = 0; y < t->rows; y++) {
		char *begin = out;

		for (int x = 0; x < t->columns; x++) {
			VTermScreenCell cell;

			vterm_screen_get_cell(t->screen, (VTermPos){y, x}, &cell);
			if (cell.chars[0] == (uint32_t)-1)
				continue;
			out += utf8_put(out, cell.chars[0] ? cell.chars[0] : ' ');
		}
		while (out > begin && out[-1] == ' ')
			out--;
		*out++ = '\n';
	}
	*out = '\0';
	return t->text;
}

uint64_t vt_bytes(const struct vt *t)
{
	return t->bytes;
}

const char *vt_log(const struct vt *t, size_t *len)
{
	*len = t->logged;
	return t->log;
}

bool vt_coloured(struct vt *t)
{
	for (int y = 0; y < t->rows; y++)
		for (int x = 0; x < t->columns; x++) {
			VTermScreenCell cell;

			vterm_screen_get_cell(t->screen, (VTermPos){y, x}, &cell);
			if (!VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) ||
			    !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg))
				return true;
		}
	return false;
}

struct dashboard *vt_dashboard(struct vt *t)
{
	return t->dashboard;
}

struct link *vt_link(struct vt *t)
{
	return t->link;
}

int64_t vt_now(const struct vt *t)
{
	return t->now_ns;
}

static bool is_known(const char *text, const char *name)
{
	static char known[VT_TEXT];
	char path[256];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "tests/screens/%s.txt", name);
	if (getenv("SCREENS_UPDATE")) {
		f = fopen(path, "w");
		need(f && fputs(text, f) >= 0 && fclose(f) == 0, "write the golden screen");
		return true;
	}
	f = fopen(path, "r");
	len = f ? fread(known, 1, sizeof(known) - 1, f) : 0;
	known[len] = '\0';
	if (f)
		fclose(f);
	if (strcmp(known, text) == 0)
		return true;
	fprintf(stderr, "%s is\n%sand was to be\n%sSCREENS_UPDATE=1 writes it anew\n", name, text,
	        f ? known : "(not there)\n");
	return false;
}

static void draw_svg(struct vt *t, const char *name)
{
	const char *svg = getenv("SCREENS_SVG");
	char path[256];

	if (!svg)
		return;
	snprintf(path, sizeof(path), "%s/%s.svg", svg, name);
	vt_svg(t, path);
}

/* As the terminal was told it: an index, "-" for its own, RGB where it was given as such. */
static size_t put_colour(char *out, size_t size, const VTermColor *c, bool own)
{
	if (own)
		return (size_t)snprintf(out, size, "-");
	if (VTERM_COLOR_IS_INDEXED(c))
		return (size_t)snprintf(out, size, "%u", c->indexed.idx);
	return (size_t)snprintf(out, size, "#%02x%02x%02x", c->rgb.red, c->rgb.green, c->rgb.blue);
}

static size_t put_look(char *out, size_t size, const VTermScreenCell *c)
{
	size_t n = put_colour(out, size, &c->fg, VTERM_COLOR_IS_DEFAULT_FG(&c->fg));

	n += (size_t)snprintf(out + n, size - n, "/");
	n += put_colour(out + n, size - n, &c->bg, VTERM_COLOR_IS_DEFAULT_BG(&c->bg));
	return n + (size_t)snprintf(out + n, size - n, "%s%s%s", c->attrs.bold ? "b" : "",
	                            c->attrs.reverse ? "r" : "", c->attrs.underline ? "u" : "");
}

bool vt_golden_colours(struct vt *t, const char *name)
{
	static char text[VT_TEXT];
	size_t n = 0;

	draw_svg(t, name);
	for (int y = 0; y < t->rows; y++) {
		char look[48], before[48] = "";

		for (int x = 0; x < t->columns; x++) {
			VTermScreenCell cell;

			vterm_screen_get_cell(t->screen, (VTermPos){y, x}, &cell);
			put_look(look, sizeof(look), &cell);
			if (strcmp(look, before) != 0)
				n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d:%s",
				                      x ? " " : "", x, look);
			strcpy(before, look);
		}
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\n");
	}
	return is_known(text, name);
}

bool vt_golden(struct vt *t, const char *name)
{
	draw_svg(t, name);
	return is_known(vt_text(t), name);
}
