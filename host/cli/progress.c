/*
 * The progress line. Drawn five times a second at most, and wiped before anything else is said.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/clock.h"
#include "report/escape.h"

enum { PATIENCE_MS = 1000, REDRAW_MS = 200 };

static int64_t now_ms(void)
{
	return clock_now_ns() / 1000000;
}

void progress_begin(struct progress *p, const char *path)
{
	struct stat st;

	*p = (struct progress){.shown = isatty(STDERR_FILENO)};
	if (!p->shown)
		return;
	escape_terminal(p->name, sizeof(p->name), path);
	p->begun_ms = now_ms();
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		p->size = (uint64_t)st.st_size;
}

void progress_add(struct progress *p, size_t bytes)
{
	int64_t now;

	p->done += bytes;
	if (!p->shown)
		return;
	now = now_ms();
	if (now - p->begun_ms < PATIENCE_MS || now - p->drawn_ms < REDRAW_MS)
		return;
	p->drawn_ms = now;
	if (p->size)
		fprintf(stderr, "\r%s: %3.0f %%\033[K", p->name,
		        100.0 * (double)p->done / (double)p->size);
	else
		fprintf(stderr, "\r%s: %.0f MB\033[K", p->name, (double)p->done / 1e6);
}

void progress_end(struct progress *p)
{
	if (p->drawn_ms)
		fputs("\r\033[K", stderr);
}
