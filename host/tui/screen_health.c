/*
 * The health of tap, link, recording and display, as of now whatever the cursor says: what is going wrong is going wrong now.
 * Two columns where there is room.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tui/screen.h"
#include "usb/tap_checks.h"

enum { LABEL = 27, COLUMN = 60, WIDE = 2 * COLUMN - 2, LINES_MOST = 32 };

struct lines {
	struct grid *g;
	struct rect r;
	int at, columns;
};

static void line(struct lines *l, bool bad, const char *label, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void line(struct lines *l, bool bad, const char *label, const char *format, ...)
{
	int column = l->at / l->r.h, y = l->r.y + l->at % l->r.h, x = l->r.x + 1 + column * COLUMN;
	int w = l->columns > 1 ? COLUMN - 2 : l->r.w - 2;
	char value[256];
	va_list args;

	if (column >= l->columns)
		return;
	l->at++;
	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	grid_text(l->g, y, x, LABEL, STYLE_DIM, label);
	grid_text(l->g, y, x + LABEL + 1, w - LABEL - 1, bad ? STYLE_SERIOUS : STYLE_NORMAL, value);
}

static void number(struct lines *l, const char *label, uint64_t v, bool bad)
{
	line(l, bad && v, label, "%llu", (unsigned long long)v);
}

static double percent(uint16_t share)
{
	return 100.0 * share / UINT16_MAX;
}

static void tap_lines(struct lines *l, const struct scene *s, const struct link_status *status)
{
	static const char *const presence[] = {"has not spoken yet", "here", "unplugged"};
	const struct wire_hello *h =
		status && status->hello.tick_hz ? &status->hello : &s->report->model->tap.hello;

	char failed[160] = "";
	size_t n = 0;

	if (status)
		line(l, status->presence != LINK_HERE, "tap", "%s, %s", status->name,
		     presence[status->presence]);
	if (!h->tick_hz)
		return;
	line(l, false, "serial, board, firmware", "%016llx, %u, %08x",
	     (unsigned long long)h->serial, h->board, h->firmware);
	line(l, !h->calibration, "calibration", h->calibration ? "%08x" : "none", h->calibration);
	for (unsigned bit = 0; bit < 16; bit++)
		if (h->failed_checks >> bit & 1)
			n += (size_t)snprintf(failed + n, sizeof(failed) - n, "%s%s",
			                      n ? ", " : "failed: ", tap_check_name(bit));
	line(l, h->failed_checks, "self-test", "%s", n ? failed : "nothing wrong");
	if (status && status->times_away)
		number(l, "times unplugged", status->times_away, true);
	if (status)
		line(l, status->drift_ppm > 100 || status->drift_ppm < -100,
		     "clock against the PC's", "%+.1f ppm", status->drift_ppm);
}

static void counter_lines(struct lines *l, const struct scene *s, const struct link_status *status)
{
	static const struct wire_status none;
	const struct wire_status *c = &s->history->status;

	if (status && memcmp(&status->counters, &none, sizeof(none)) != 0)
		c = &status->counters;
	else if (!s->history->has_status)
		return;
	number(l, "tap: packets", c->packets, false);
	number(l, "tap: damaged packets", c->bad_packets, true);
	line(l, c->lost_line || c->lost_events || c->lost_records || c->lost_sensor,
	     "tap: lost samples, stamps", "%u, %u", c->lost_line, c->lost_events);
	line(l, c->lost_records || c->lost_sensor, "tap: lost records, readings", "%u, %u",
	     c->lost_records, c->lost_sensor);
	line(l, c->line_high_water > UINT16_MAX / 10 * 9 || c->up_high_water > UINT16_MAX / 10 * 9,
	     "tap: fullest line, up ring", "%.0f %%, %.0f %%", percent(c->line_high_water),
	     percent(c->up_high_water));
	line(l, c->cpu > UINT16_MAX / 10 * 9, "tap: CPU", "%.0f %%", percent(c->cpu));
	number(l, "tap: alarms", c->alerts, true);
}

static void file_lines(struct lines *l, const struct link_status *status)
{
	if (!status || !status->recording)
		return;
	line(l, status->failed, "recording", "%s", status->file);
	line(l, status->free_bytes < UINT64_C(1) << 30, "written, free", "%.1f MB, %.1f GB",
	     (double)status->file_bytes / 1e6, (double)status->free_bytes / 1e9);
	number(l, "lost, as the file says", status->lost, true);
	if (status->trouble[0])
		line(l, true, "trouble", "%s", status->trouble);
}

static void draw(struct grid *g, struct rect r, const struct scene *s)
{
	const struct link_status *status = link_status(s->link);
	const struct capture_info *i = link_info(s->link);
	const struct report_input *in = s->report;
	/* In one column texts have room to be read to their end. */
	struct lines l = {g, r, 0, r.w >= WIDE && r.h < LINES_MOST ? 2 : 1};

	tap_lines(&l, s, status);
	file_lines(&l, status);
	counter_lines(&l, s, status);
	line(&l, i->truncated, "bytes, packets read", "%llu, %llu", (unsigned long long)i->bytes,
	     (unsigned long long)i->packets);
	if (i->truncated)
		line(&l, true, "cut or damaged", "at byte %llu: %s",
		     (unsigned long long)i->truncated_at, i->reason ? i->reason : "");
	number(&l, "packets lost", in->lost_packets, true);
	number(&l, "packets damaged", in->bad_packets, true);
	if (status)
		number(&l, "blocks damaged", status->damaged_blocks, true);
	number(&l, "packets unreadable", i->packets_unreadable, true);
	number(&l, "of other link types", i->packets_skipped, false);
	line(&l, in->model->devices_forgotten, "devices seen, forgotten", "%llu, %llu",
	     (unsigned long long)in->model->devices_seen,
	     (unsigned long long)in->model->devices_forgotten);
	number(&l, "findings beyond the list", in->findings_dropped, true);
	number(&l, "packets beyond the list", history_rows_first(s->history), false);
	line(&l, s->frames_skipped, "screens drawn, held back", "%llu, %llu",
	     (unsigned long long)s->frames, (unsigned long long)s->frames_skipped);
}

static void title(const struct scene *s, char *out, size_t size)
{
	(void)s;
	snprintf(out, size, "as of now");
}

const struct screen screen_health = {
	.pane = PANE_HEALTH,
	.name = "Health",
	.title = title,
	.draw = draw,
};
