/*
 * Records to whatever handles them: packets to their bus, URBs to their pairing, line events to the bus they concern
 * and on to the sink.
 * In: records, in the order of the input. Out: transfers, bus events, counts.
 * Leaves to others: everything that is not routing.
 */
#include "usb/stream.h"

#include <stdlib.h>

#include "usb/bus.h"
#include "usb/urb.h"

enum { BUSES_MAX = 8 };

struct usb_stream {
	struct usb_sink sink;
	struct usb_counts counts;
	unsigned buses;
	struct usb_bus *bus[BUSES_MAX];
	struct usb_bus *last; /* that a packet was on; NULL none yet */
	struct usb_urbs *urbs;
};

struct usb_stream *usb_stream_new(const struct usb_sink *sink)
{
	struct usb_stream *s = calloc(1, sizeof(*s));

	if (s)
		s->sink = *sink;
	return s;
}

void usb_stream_free(struct usb_stream *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->buses; i++)
		usb_bus_free(s->bus[i]);
	usb_urbs_free(s->urbs);
	free(s);
}

static struct usb_bus *bus_find(const struct usb_stream *s, uint16_t number)
{
	for (unsigned i = 0; i < s->buses; i++)
		if (s->bus[i]->number == number)
			return s->bus[i];
	return NULL;
}

static struct usb_bus *bus_add(struct usb_stream *s, uint16_t number)
{
	struct usb_bus *b;

	if (s->buses == BUSES_MAX)
		return NULL;
	b = usb_bus_new(number, &s->sink, &s->counts);
	if (b)
		s->bus[s->buses++] = b;
	return b;
}

/* What cannot be followed must not pass for quiet: it counts as lost. Out of line: see usb_stream_record. */
static __attribute__((noinline)) void packet(struct usb_stream *s, const struct record *r)
{
	if (!s->last || s->last->number != r->bus) {
		struct usb_bus *b = bus_find(s, r->bus);

		if (!b && !(b = bus_add(s, r->bus))) {
			s->counts.lost_packets++;
			return;
		}
		s->last = b;
		if (usb_bus_poll(b, r))
			return;
	}
	usb_bus_packet(s->last, r);
}

static __attribute__((noinline)) void first_urb(struct usb_stream *s, const struct record *r)
{
	s->urbs = usb_urbs_new(&s->sink, &s->counts);
	if (s->urbs)
		usb_urbs_record(s->urbs, r);
	else
		s->counts.lost_packets++;
}

static void line_on(struct usb_bus *b, const struct record_line *l)
{
	switch (l->event) {
	case LINE_RESET:
	case LINE_ATTACH:
	case LINE_DETACH:
	case LINE_VBUS_OFF:
		usb_bus_reset(b);
		break;
	case LINE_SPEED:
		b->speed = l->speed;
		break;
	default:
		break;
	}
}

static void lost_on(struct usb_bus *b, const struct record_line *l)
{
	(void)l;
	usb_bus_lost(b);
}

/* A line or loss of a bus without packets may be that of any: a tap reports them beside its packets. */
static void on_bus(struct usb_stream *s, const struct record *r,
                   void (*apply)(struct usb_bus *, const struct record_line *))
{
	struct usb_bus *b = bus_find(s, r->bus);

	if (b) {
		apply(b, &r->line);
		return;
	}
	for (unsigned i = 0; i < s->buses; i++)
		apply(s->bus[i], &r->line);
}

/* Polls that a tap counted. They ask nothing of a bus that has no packets yet: there is no endpoint to poll. */
static void fold(struct usb_stream *s, const struct record *r)
{
	static const uint8_t packets_each[] = {
		[WIRE_FOLD_SOF] = 1,
		[WIRE_FOLD_NAK_IN] = 2,
		[WIRE_FOLD_NAK_OUT] = 3,
		[WIRE_FOLD_KEEPALIVE] = 0,
	};
	struct usb_bus *b = bus_find(s, r->bus);
	const struct record_fold *f = &r->fold;

	s->counts.packets += (uint64_t)packets_each[f->what] * f->count;
	switch (f->what) {
	case WIRE_FOLD_SOF:
		s->counts.sofs += f->count;
		break;
	case WIRE_FOLD_KEEPALIVE:
		s->counts.keepalives += f->count;
		break;
	case WIRE_FOLD_NAK_IN:
	case WIRE_FOLD_NAK_OUT:
		s->counts.transactions += f->count;
		s->counts.naks += f->count;
		if (b)
			usb_bus_folded(b, r->t_ns, f);
		break;
	}
}

/* Data that a tap counted: seen, but nobody knows what they were. */
static void count(struct usb_stream *s, const struct record *r)
{
	struct usb_bus *b = bus_find(s, r->bus);

	s->counts.packets += r->count.packets;
	s->counts.bad_packets += r->count.bad;
	if (b)
		usb_bus_counted(b, &r->count);
}

static void pass_on(struct usb_stream *s, const struct record *r)
{
	struct usb_bus_event e = {
		.t_ns = r->t_ns, .packet = r->packet, .bus = r->bus, .kind = r->kind, .record = r};

	if (r->kind == RECORD_LINE)
		e.line = r->line;
	else if (r->kind == RECORD_LOST)
		e.lost = r->lost;
	s->sink.bus(s->sink.context, &e);
}

static __attribute__((noinline)) void other(struct usb_stream *s, const struct record *r)
{
	switch (r->kind) {
	case RECORD_LINE:
		s->counts.keepalives += r->line.event == LINE_KEEPALIVE;
		on_bus(s, r, line_on);
		break;
	case RECORD_LOST:
		if (!record_lost_packets(&r->lost))
			break;
		s->counts.lost_packets += r->lost.packets ? r->lost.packets : 1;
		on_bus(s, r, lost_on);
		break;
	case RECORD_FOLD:
		fold(s, r);
		break;
	case RECORD_COUNT:
		count(s, r);
		break;
	default: /* of sensors, of the tap, of the operator */
		break;
	}
	pass_on(s, r);
}

/* Polls and URBs go through here with nothing to save and restore: all else is out of their way. */
void usb_stream_record(struct usb_stream *s, const struct record *r)
{
	if (r->kind > RECORD_URB) {
		other(s, r);
		return;
	}
	s->counts.packets++;
	if (r->kind == RECORD_URB) {
		if (s->urbs)
			usb_urbs_record(s->urbs, r);
		else
			first_urb(s, r);
		return;
	}
	if (s->last && s->last->number == r->bus && usb_bus_poll(s->last, r))
		return;
	packet(s, r);
}

void usb_stream_end(struct usb_stream *s)
{
	for (unsigned i = 0; i < s->buses; i++)
		usb_bus_end(s->bus[i]);
	if (s->urbs)
		usb_urbs_end(s->urbs);
}

const struct usb_counts *usb_stream_counts(const struct usb_stream *s)
{
	return &s->counts;
}
