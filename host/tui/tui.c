/*
 * Curses draws whole screens, and writes into a memfd; after each doupdate its bytes move to a buffer, which is written to the terminal
 * through a description of our own that does not block. What changes after that is painted into the same buffer (paint.h). Terminal
 * modes are set here too, because curses sees no terminal.
 */
#include "tui/tui.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

#include "tui/keys.h"
#include "tui/paint.h"
#include "tui/theme.h"

enum {
	CELL_BYTES = 48,
	LIMIT_LEAST = 1024,
	FAREWELL_MS = 200,
	COLOURS_MANY = 256,
	COLOURS_BRIGHT = 16,
	COLOURS_FEW = 8,
	COPY_MAX = 3072
};

struct tui {
	int in_fd, out_fd, memory_fd;
	FILE *out, *in;
	SCREEN *screen;
	struct termios saved;
	bool modes_set, gone, redraw;
	uint8_t *queue; /* [sent, used) waits */
	size_t sent, used, size;
	attr_t look[STYLES];
	short pair[STYLES];
	struct grid grid, shown;
	struct paint paint;
};

static int own_description(int fd, int flags)
{
	char path[40];
	int own;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, flags | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (own >= 0)
		return own;
	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own >= 0)
		fcntl(own, F_SETFL, fcntl(own, F_GETFL) | O_NONBLOCK);
	return own;
}

/* Also without flow control: Ctrl-S would stop a terminal that nobody then knows how to start. */
static bool modes_set(struct tui *t)
{
	struct termios raw;

	if (tcgetattr(t->in_fd, &t->saved) != 0)
		return false;
	raw = t->saved;
	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(t->in_fd, TCSANOW, &raw) == 0;
}

/* Of 16 colours, where the terminal has no more than eight. */
static short few(short colour)
{
	return COLORS < COLOURS_BRIGHT && colour >= COLOURS_FEW ? colour - COLOURS_FEW : colour;
}

static void colours_begin(struct tui *t, bool colourless)
{
	bool coloured = !colourless && has_colors() && start_color() == OK &&
	                COLORS >= COLOURS_FEW && use_default_colors() == OK;

	for (short i = 0; i < STYLES; i++) {
		const struct theme_look *l = &theme[i];
		uint8_t a = coloured ? l->coloured : l->plain;
		bool many = coloured && COLORS >= COLOURS_MANY;

		t->look[i] = (a & THEME_BOLD ? A_BOLD : 0) | (a & THEME_DIM ? A_DIM : 0) |
		             (a & THEME_REVERSE ? A_REVERSE : 0) |
		             (a & THEME_UNDERLINE ? A_UNDERLINE : 0);
		t->pair[i] = 0;
		if (!coloured || init_pair(i + 1, many ? l->fg256 : few(l->fg16),
		                           many ? l->bg256 : few(l->bg16)) != OK)
			continue;
		t->pair[i] = i + 1;
	}
}

/* Room behind what waits for the terminal. */
static bool make_room(struct tui *t, size_t more)
{
	size_t need = t->used - t->sent + more;

	if (t->sent)
		memmove(t->queue, t->queue + t->sent, t->used - t->sent);
	t->used -= t->sent;
	t->sent = 0;
	if (need > t->size) {
		uint8_t *queue = realloc(t->queue, 2 * need);

		if (queue) {
			t->queue = queue;
			t->size = 2 * need;
		}
	}
	return need <= t->size;
}

/* What curses has said since the last time. */
static void collect(struct tui *t)
{
	off_t size = lseek(t->memory_fd, 0, SEEK_CUR);

	if (size <= 0)
		return;
	if (make_room(t, (size_t)size) &&
	    pread(t->memory_fd, t->queue + t->used, (size_t)size, 0) == size)
		t->used += (size_t)size;
	else
		t->redraw = true;
	if (ftruncate(t->memory_fd, 0) != 0 || lseek(t->memory_fd, 0, SEEK_SET) != 0)
		t->gone = true;
}

/* Of files, in bytes; the one for the recording holds for the memfd too. */
static rlim_t file_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

static bool screen_begin(struct tui *t, const struct tui_options *o)
{
	int copy = dup(t->in_fd);

	t->memory_fd = memfd_create("screen", MFD_CLOEXEC);
	t->out = t->memory_fd < 0 ? NULL : fdopen(t->memory_fd, "r+");
	t->in = copy < 0 ? NULL : fdopen(copy, "r");
	t->queue = malloc(t->size = 65536);
	if (!t->in && copy >= 0)
		close(copy);
	if (!t->out || !t->in || !t->queue)
		return false;
	/* The size is tui_resize's affair: no variable tells it, and a terminal whose entry names none (Linux's console) has one
	 * all the same. With tioctl ncurses falls back to 24 by 80 there, where it would refuse. */
	use_env(FALSE);
	use_tioctl(TRUE);
	t->screen = newterm(o->term, t->out, t->in);
	if (!t->screen)
		return false;
	set_term(t->screen);
	typeahead(-1);
	raw();
	meta(stdscr, TRUE);
	noecho();
	nonl();
	curs_set(0);
	set_escdelay(25);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, TRUE);
	colours_begin(t, o->colourless);
	paint_begin(&t->paint, t->look, t->pair);
	return true;
}

enum err tui_open(struct tui **out, const struct tui_options *o)
{
	struct tui *t;

	*out = NULL;
	if (file_limit() < LIMIT_LEAST)
		return ERR_WRITE;
	t = calloc(1, sizeof(*t));
	if (!t)
		return ERR_MEMORY;
	*out = t;
	t->memory_fd = -1;
	t->in_fd = own_description(o->in_fd, O_RDONLY);
	t->out_fd = own_description(o->out_fd, O_WRONLY);
	t->grid.ascii = o->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	if (t->in_fd >= 0 && t->out_fd >= 0)
		t->modes_set = modes_set(t);
	if (!t->modes_set || !screen_begin(t, o)) {
		tui_close(t);
		*out = NULL;
		return ERR_OPEN;
	}
	t->redraw = true;
	tui_resize(t);
	return ERR_NONE;
}

void tui_close(struct tui *t)
{
	if (!t)
		return;
	if (t->screen) {
		endwin();
		collect(t);
		for (int i = 0; i < 10 && tui_pending(t) && !t->gone; i++) {
			struct pollfd p = {.fd = t->out_fd, .events = POLLOUT};

			if (poll(&p, 1, FAREWELL_MS / 10) > 0)
				tui_flush(t);
		}
		delscreen(t->screen);
	}
	if (t->modes_set)
		tcsetattr(t->in_fd, TCSANOW, &t->saved);
	if (t->out)
		fclose(t->out);
	else if (t->memory_fd >= 0)
		close(t->memory_fd);
	if (t->in)
		fclose(t->in);
	if (t->in_fd >= 0)
		close(t->in_fd);
	if (t->out_fd >= 0)
		close(t->out_fd);
	free(t->queue);
	free(t);
}

struct grid *tui_grid(struct tui *t)
{
	return &t->grid;
}

static void put_cell(const struct tui *t, int y, int x, const struct cell *c)
{
	wchar_t text[2] = {(wchar_t)c->c, 0};
	cchar_t out;

	if (setcchar(&out, text, t->look[c->style], t->pair[c->style], NULL) == OK)
		mvadd_wch(y, x, &out);
}

static void piece(struct tui *t)
{
	wnoutrefresh(stdscr);
	doupdate();
	collect(t);
}

/*
 * How many cells curses may write at once: what goes beyond the limit is lost, half a sequence of the terminal's with it. CELL_BYTES is
 * the longest of these, with a move before and a character behind it.
 */
static unsigned cells_at_once(void)
{
	rlim_t cells = file_limit() / CELL_BYTES;

	return cells >= GRID_ROWS_MAX * GRID_COLUMNS_MAX ? UINT_MAX : cells ? (unsigned)cells : 1;
}

/* Through curses: all of the grid on a terminal of which nothing is known, or what curses finds to be other than it was. */
static void draw_by_curses(struct tui *t, bool anew)
{
	unsigned cells = 0, most = cells_at_once();
	const struct grid *g = &t->grid;

	t->redraw = false;
	if (anew) {
		erase();
		clearok(curscr, TRUE);
	}
	if (anew && most != UINT_MAX)
		piece(t);
	for (int y = 0; y < g->h; y++)
		for (int x = 0; x < g->w; x++) {
			const struct cell *now = &g->cell[y * g->w + x];
			const struct cell *shown = &t->shown.cell[y * g->w + x];

			if (now->c)
				put_cell(t, y, x, now);
			/* Not in the middle of a wide one, old or new: curses loses its other half. */
			if (++cells >= most && x + 1 < g->w && now[1].c && (anew || shown[1].c)) {
				piece(t);
				cells = 0;
			}
		}
	piece(t);
	memcpy(t->shown.cell, g->cell, (size_t)(g->h * g->w) * sizeof(g->cell[0]));
}

/* False where there is no memory for it. */
static bool draw_changes(struct tui *t)
{
	const struct grid *g = &t->grid;
	size_t row = (size_t)g->w * sizeof(g->cell[0]);

	for (int y = 0; y < g->h; y++) {
		const struct cell *now = &g->cell[y * g->w];
		struct cell *shown = &t->shown.cell[y * g->w];

		if (memcmp(now, shown, row) == 0)
			continue;
		if (!make_room(t, paint_row_max(g->w)))
			return false;
		t->used += paint_row(&t->paint, (char *)t->queue + t->used, y, g->w, now, shown);
		memcpy(shown, now, row);
	}
	return true;
}

bool tui_draw(struct tui *t)
{
	tui_flush(t);
	if (tui_pending(t))
		return false;
	if (t->redraw || !t->paint.able)
		draw_by_curses(t, t->redraw);
	else if (!draw_changes(t))
		draw_by_curses(t, true);
	tui_flush(t);
	return true;
}

static const struct {
	int curses, key;
} key_names[] = {
	{KEY_UP, KEY_CODE_UP},       {KEY_DOWN, KEY_CODE_DOWN},     {KEY_LEFT, KEY_CODE_LEFT},
	{KEY_RIGHT, KEY_CODE_RIGHT}, {KEY_PPAGE, KEY_CODE_PAGE_UP}, {KEY_NPAGE, KEY_CODE_PAGE_DOWN},
	{KEY_HOME, KEY_CODE_HOME},   {KEY_END, KEY_CODE_END},       {KEY_BACKSPACE, KEY_CODE_ERASE},
	{KEY_ENTER, KEY_CODE_ENTER},
};

int tui_key(struct tui *t)
{
	for (int c; (c = getch()) != ERR;) {
		for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++)
			if (key_names[i].curses == c)
				return key_names[i].key;
		/* Whatever else curses knows, mice too, means nothing here. Characters beyond ASCII come byte by byte. */
		if (c > 0 && c < 0x100)
			return c;
	}
	(void)t;
	return 0;
}

bool tui_resize(struct tui *t)
{
	struct winsize size = {0};
	int h = 24, w = 80;

	if (ioctl(t->out_fd, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
		h = size.ws_row < GRID_ROWS_MAX ? size.ws_row : GRID_ROWS_MAX;
		w = size.ws_col < GRID_COLUMNS_MAX ? size.ws_col : GRID_COLUMNS_MAX;
	}
	if (h == t->grid.h && w == t->grid.w)
		return false;
	grid_clear(&t->grid, h, w);
	resizeterm(h, w);
	t->redraw = true;
	return true;
}

static size_t base64(char *out, const uint8_t *in, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t three = (uint32_t)in[i] << 16 |
		                 (i + 1 < len ? (uint32_t)in[i + 1] << 8 : 0) |
		                 (i + 2 < len ? in[i + 2] : 0);

		out[n++] = digits[three >> 18];
		out[n++] = digits[three >> 12 & 63];
		out[n++] = i + 1 < len ? digits[three >> 6 & 63] : '=';
		out[n++] = i + 2 < len ? digits[three & 63] : '=';
	}
	return n;
}

bool tui_copy(struct tui *t, const char *text)
{
	static const char begin[] = "\033]52;c;";
	size_t len = strlen(text) < COPY_MAX ? strlen(text) : COPY_MAX;
	char out[sizeof(begin) + 4 * COPY_MAX / 3 + 8];
	size_t n = sizeof(begin) - 1;

	tui_flush(t);
	/* Between two screens alone: curses does not know of these bytes. */
	if (tui_pending(t) || t->size < sizeof(out))
		return false;
	memcpy(out, begin, n);
	n += base64(out + n, (const uint8_t *)text, len);
	out[n++] = '\a';
	memcpy(t->queue, out, n);
	t->sent = 0;
	t->used = n;
	tui_flush(t);
	return true;
}

bool tui_pending(const struct tui *t)
{
	return t->sent < t->used;
}

void tui_flush(struct tui *t)
{
	while (tui_pending(t) && !t->gone) {
		ssize_t n = write(t->out_fd, t->queue + t->sent, t->used - t->sent);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n < 0)
			t->gone = true;
		else
			t->sent += (size_t)n;
	}
}

int tui_in_fd(const struct tui *t)
{
	return t->in_fd;
}

int tui_out_fd(const struct tui *t)
{
	return t->out_fd;
}

bool tui_gone(const struct tui *t)
{
	return t->gone;
}
