/*
 * What stands on the data lines (wires.h) into edges of D+ and D-. In: packets, keep-alives, changes. Out: the lines'
 * changes. Leaves alone: what they mean. USB 2.0 §7.1.8 (bits), §7.1.9 (stuffing), §7.1.10 (sync), §7.1.13 (end of packet).
 */
#include "sim/waveform.h"

#define PS INT64_C(1000) /* a nanosecond */

enum { STUFF_ONES = 6 };

static void set(struct waveform_lines *w, int64_t t_ps, enum wire_lines lines)
{
	if (t_ps < w->now_ps)
		t_ps = w->now_ps;
	w->now_ps = t_ps;
	if (lines == w->now)
		return;
	w->now = lines;
	w->sink->change(w->sink->context, t_ps, WAVEFORM_LINES, lines);
}

static int64_t bit_time(enum usb_speed speed, unsigned n)
{
	return speed == USB_SPEED_LOW ? n * INT64_C(2000000) / 3 : n * INT64_C(250000) / 3;
}

/* Bits onto the lines, inverted at each zero. */
struct sender {
	struct waveform_lines *w;
	enum usb_speed speed;
	enum wire_lines j; /* the port's, also for slow packets on a fast one */
	int64_t start_ps;
	unsigned bits, ones;
	bool level;
};

static void send_level(struct sender *s)
{
	set(s->w, s->start_ps + bit_time(s->speed, s->bits), s->level ? s->j : WIRE_SE1 - s->j);
	s->bits++;
}

static void send_bit(struct sender *s, bool one)
{
	s->level = s->level == one;
	s->ones = one ? s->ones + 1 : 0;
	send_level(s);
	if (s->ones == STUFF_ONES) {
		s->ones = 0;
		s->level = !s->level;
		send_level(s);
	}
}

static void end_of_packet(struct waveform_lines *w, int64_t t_ps, enum usb_speed speed)
{
	enum wire_lines j = w->j;

	set(w, t_ps, WIRE_SE0);
	set(w, t_ps + bit_time(speed, 2), j);
}

static void packet(struct waveform_lines *w, const struct record *r)
{
	const struct record_packet *p = &r->packet_data;
	struct sender s = {
		.w = w, .speed = p->speed, .j = w->j, .start_ps = r->t_ns * PS, .level = true};

	if (s.start_ps < w->now_ps)
		s.start_ps = w->now_ps;
	for (unsigned i = 0; i < 8; i++)
		send_bit(&s, i == 7);
	for (uint32_t i = 0; i < p->len * 8; i++)
		send_bit(&s, p->bytes[i / 8] >> i % 8 & 1);
	/* What follows PRE follows at once: it has no end of packet. USB 2.0 §8.6.5 */
	if (p->len == 1 && (p->bytes[0] & 0xf) == USB_PID_PRE)
		set(w, s.start_ps + bit_time(s.speed, s.bits), s.j);
	else
		end_of_packet(w, s.start_ps + bit_time(s.speed, s.bits), s.speed);
}

void waveform_lines_init(struct waveform_lines *w, const struct waveform_sink *sink)
{
	*w = (struct waveform_lines){.sink = sink, .j = WIRE_DP};
	sink->change(sink->context, 0, WAVEFORM_LINES, WIRE_SE0);
}

void waveform_lines_record(struct waveform_lines *w, const struct record *r)
{
	/* Before a packet the lines are at J: that tells the port's speed. */
	if (w->now == WIRE_DP || w->now == WIRE_DM)
		w->j = w->now;
	if (r->kind == RECORD_PACKET)
		packet(w, r);
	else if (r->kind == RECORD_LINE && r->line.event == LINE_KEEPALIVE)
		end_of_packet(w, r->t_ns * PS, USB_SPEED_LOW);
	else if (r->kind == RECORD_EDGES)
		for (uint32_t i = 0; i < r->edges.count; i++)
			set(w, (r->t_ns + (int64_t)r->edges.edge[i].after_ns) * PS,
			    r->edges.edge[i].lines);
}
