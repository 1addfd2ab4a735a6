/* Keeps packets, events and edges; see heard.h. */
#include "tests/wave/heard.h"

#include <stdlib.h>
#include <string.h>

static void *grown(void *p, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return p;
	*room = *room ? 2 * *room : 256;
	p = realloc(p, *room * size);
	if (!p)
		abort();
	return p;
}

void heard_expect(struct heard *h, int64_t ps, enum usb_speed speed, const uint8_t *bytes,
                  size_t len)
{
	h->packet = grown(h->packet, h->packets, &h->packet_room, sizeof(*h->packet));
	struct heard_packet *p = &h->packet[h->packets++];

	*p = (struct heard_packet){.ps = ps, .speed = speed, .len = (uint16_t)len};
	memcpy(p->bytes, bytes, len < sizeof(p->bytes) ? len : sizeof(p->bytes));
}

void heard_expect_event(struct heard *h, enum wire_line_event event, double at, double duration)
{
	h->event = grown(h->event, h->events, &h->event_room, sizeof(*h->event));
	h->event[h->events++] = (struct heard_event){event, (uint64_t)at, (uint64_t)duration};
}

static void on_packet(void *context, const struct rx_packet *p)
{
	struct heard *h = context;
	size_t kept = p->len < PACKET_RX_MAX ? p->len : PACKET_RX_MAX;

	heard_expect(h, (int64_t)p->start, p->speed, p->bytes, kept);
	h->packet[h->packets - 1].len = p->len_true;
	h->packet[h->packets - 1].flags = p->flags;
}

static void on_edge(void *context, uint64_t tick, enum wire_lines lines)
{
	struct heard *h = context;

	h->edge = grown(h->edge, h->edges, &h->edge_room, sizeof(*h->edge));
	h->edge[h->edges++] = (struct heard_edge){tick, lines};
}

static void on_event(void *context, enum wire_line_event event, uint64_t tick, uint64_t duration)
{
	struct heard *h = context;

	h->event = grown(h->event, h->events, &h->event_room, sizeof(*h->event));
	h->event[h->events++] = (struct heard_event){event, tick, duration};
}

static void on_speed(void *context, enum usb_speed speed)
{
	struct heard *h = context;

	h->speed = speed;
	h->speed_changes++;
}

/* Nothing is lost where no ring is in between. */
static void on_lost(void *context, uint64_t from, uint64_t to)
{
	(void)context, (void)from, (void)to;
	abort();
}

static void on_repeated(void *context, uint32_t count, uint64_t tick)
{
	(void)context, (void)count, (void)tick;
	abort();
}

void heard_init(struct heard *h)
{
	*h = (struct heard){0};
	h->sink = (struct line_sink){.context = h,
	                             .packet = on_packet,
	                             .edge = on_edge,
	                             .event = on_event,
	                             .lost = on_lost,
	                             .repeated = on_repeated,
	                             .speed = on_speed};
}

void heard_release(struct heard *h)
{
	free(h->packet);
	free(h->event);
	free(h->edge);
	*h = (struct heard){0};
}

const struct heard_event *heard_first(const struct heard *h, enum wire_line_event event)
{
	for (size_t i = 0; i < h->events; i++)
		if (h->event[i].event == event)
			return &h->event[i];
	return NULL;
}

unsigned heard_count(const struct heard *h, enum wire_line_event event)
{
	unsigned n = 0;

	for (size_t i = 0; i < h->events; i++)
		n += h->event[i].event == event;
	return n;
}

/* The wire's level at a tick; the edges are in order, and so are the questions. */
static bool level_at(const struct heard *h, unsigned wire, double tick, size_t *at)
{
	while (*at + 1 < h->edges && (double)h->edge[*at + 1].tick <= tick)
		++*at;
	return h->edge[*at].lines >> wire & 1;
}

size_t heard_uart(const struct heard *h, unsigned wire, double baud, char *to, size_t room)
{
	double bit = WIRE_TICK_HZ / baud;
	size_t n = 0;

	for (size_t i = 1; i < h->edges && n < room;) {
		size_t at = i - 1;
		double start = (double)h->edge[i].tick;
		unsigned c = 0;

		if (!(h->edge[i - 1].lines >> wire & 1) || h->edge[i].lines >> wire & 1) {
			i++;
			continue;
		}
		for (unsigned k = 0; k < 8; k++)
			c |= (unsigned)level_at(h, wire, start + (k + 1.5) * bit, &at) << k;
		if (level_at(h, wire, start + 9.5 * bit, &at))
			to[n++] = (char)c;
		for (i++; i < h->edges && (double)h->edge[i].tick < start + 9.5 * bit;)
			i++;
	}
	return n;
}
