/* Levels out of line events. In: records of the bus, levels that somebody forces, text. Out: see wires.h. */
#include "sim/wires.h"

void wires_init(struct wires *w, const struct record_sink *sink)
{
	*w = (struct wires){.sink = *sink, .lines = WIRE_SE0};
}

static void emit(struct wires *w, int64_t t_ns, const struct record_edge *edge, uint32_t count)
{
	const struct record r = {
		.kind = RECORD_EDGES,
		.t_ns = t_ns,
		.step_ns = 1,
		.edges = {.edge = edge, .count = count},
	};

	w->sink.record(w->sink.context, &r);
}

void wires_set(struct wires *w, int64_t t_ns, enum wire_lines lines)
{
	const struct record_edge edge = {.lines = lines};

	if (w->lines == lines)
		return;
	w->lines = lines;
	emit(w, t_ns, &edge, 1);
}

/* For a while, then to `after`. */
static void pulse(struct wires *w, int64_t t_ns, enum wire_lines lines, uint64_t ns,
                  enum wire_lines after)
{
	const struct record_edge edge[2] = {{.lines = lines}, {.after_ns = ns, .lines = after}};

	if (w->lines == lines) {
		wires_set(w, t_ns + (int64_t)ns, after);
		return;
	}
	w->lines = after;
	emit(w, t_ns, edge, lines == after ? 1 : 2);
}

void wires_record(void *context, const struct record *r)
{
	struct wires *w = context;

	if (r->kind != RECORD_LINE) {
		w->sink.record(w->sink.context, r);
		return;
	}
	switch (r->line.event) {
	case LINE_KEEPALIVE:
		w->sink.record(w->sink.context, r);
		break;
	case LINE_RESET:
		pulse(w, r->t_ns, WIRE_SE0, r->line.duration_ns, wires_j(r->line.speed));
		break;
	case LINE_ATTACH:
	case LINE_J:
		wires_set(w, r->t_ns, wires_j(r->line.speed));
		break;
	case LINE_K:
		wires_set(w, r->t_ns, wires_k(r->line.speed));
		break;
	case LINE_SE0:
	case LINE_DETACH:
		wires_set(w, r->t_ns, WIRE_SE0);
		break;
	default:
		break;
	}
}

int64_t wires_uart(struct wires *w, int64_t t_ns, bool dp, unsigned baud, const char *text)
{
	enum wire_lines high = dp ? WIRE_DP : WIRE_DM;
	int64_t bits = 0;

	wires_set(w, t_ns, high);
	for (; *text; text++) {
		/* Start, data, stop. */
		unsigned frame = (unsigned)(uint8_t)*text << 1 | 1u << 9;

		for (unsigned i = 0; i < 10; i++, bits++)
			wires_set(w, t_ns + bits * 1000000000 / baud,
			          frame >> i & 1 ? high : WIRE_SE0);
	}
	return t_ns + bits * 1000000000 / baud;
}
