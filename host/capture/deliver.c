/*
 * From a packet's bytes to a record in the sink: counts, the clock, what the link type asks for. Knows nothing of
 * file formats, and leaves the pseudo-headers to the links.
 */
#include "capture/reader.h"

void deliver_clock(struct capture *c, uint64_t time_ns)
{
	c->based = true;
	c->base_ns = time_ns;
	for (uint32_t i = 0; i < c->early_count; i++) {
		const struct record r = {
			.kind = RECORD_LINE,
			.bus = c->early[i].bus,
			.t_ns = deliver_time(c, c->early[i].time_ns),
			.step_ns = c->early[i].step_ns,
			.line = c->early[i].line,
		};

		deliver_record(c, &r);
	}
	c->early_count = 0;
}

void deliver_early(struct capture *c)
{
	if (!c->based && c->early_count)
		deliver_clock(c, c->early[0].time_ns);
}

void deliver_skipped(struct capture *c, struct capture_skip *skip)
{
	c->info.packets++;
	c->info.packets_skipped++;
	if (skip)
		skip->packets++;
}

/* The losses that the interface's statistics count too: see section_statistics. */
static uint64_t tap_send(struct capture *c, struct record *r, bool readable)
{
	uint64_t lost = 0;

	c->info.tap_records++;
	if (!readable) {
		c->info.packets_unreadable++;
		r->kind = RECORD_LOST;
		r->flags = 0;
		r->lost = (struct record_lost){.packets = 1, .until_ns = r->t_ns};
	}
	c->info.packets_used += r->kind == RECORD_PACKET;
	c->info.tap_unknown += r->kind == RECORD_UNKNOWN;
	if (r->kind == RECORD_LOST && record_lost_packets(&r->lost)) {
		lost = r->lost.packets ? r->lost.packets : 1;
		c->info.lost += lost;
	}
	deliver_record(c, r);
	return lost;
}

static struct record tap_record(struct capture *c, uint64_t time_ns, uint16_t bus)
{
	struct record r = {.bus = bus, .step_ns = 1};

	if (!c->based)
		deliver_clock(c, time_ns);
	r.t_ns = deliver_time(c, time_ns);
	r.packet = ++c->info.packets;
	return r;
}

void deliver_tap(struct capture *c, uint64_t time_ns, const struct wire_record *w)
{
	struct record r = tap_record(c, time_ns, 0);

	tap_send(c, &r, tap_decode(&c->tap, w, &r) == TAP_RECORD);
}

void deliver_tap_gap(struct capture *c, uint64_t time_ns, uint32_t blocks)
{
	int64_t from = c->t_last;
	struct record r = tap_record(c, time_ns, 0);

	r.kind = RECORD_LOST;
	r.lost =
		(struct record_lost){.until_ns = r.t_ns, .what = WIRE_LOST_BLOCKS, .count = blocks};
	if (from < r.t_ns)
		r.t_ns = from;
	tap_send(c, &r, true);
}

static __attribute__((noinline)) void tap_packet(struct capture *c, struct iface *f,
                                                 const struct raw_packet *p)
{
	struct record r = tap_record(c, p->time_ns, f->bus);

	f->dropped += tap_send(c, &r, link_tap(c, p, &r));
}

static void deliver_urb(struct capture *c, struct record *r, bool readable)
{
	if (!readable) {
		c->info.packets_unreadable++;
		r->kind = RECORD_LOST;
		r->lost = (struct record_lost){.packets = 1, .until_ns = r->t_ns};
	}
	deliver_record(c, r);
}

void deliver_usbmon(struct capture *c, const struct iface *f, uint64_t time_ns, const uint8_t *data,
                    uint32_t len)
{
	struct record r;

	deliver_head(c, f, time_ns, &r);
	r.kind = RECORD_URB;
	deliver_urb(c, &r, link_usbmon(c, f, data, len, &r));
}

void deliver_packet(struct capture *c, struct iface *f, const struct raw_packet *p)
{
	struct record r;

	if (f->kind == LINK_SKIP) {
		deliver_skipped(c, f->skip);
		return;
	}
	if (f->kind == LINK_TAP) {
		tap_packet(c, f, p);
		return;
	}
	if (!c->based)
		deliver_clock(c, p->time_ns);
	if (f->kind == LINK_RAW) {
		deliver_raw(c, f, p->time_ns, p->data, p->len, p->len_true, p->flags);
		return;
	}
	if (f->kind != LINK_USBPCAP) {
		deliver_usbmon(c, f, p->time_ns, p->data, p->len);
		return;
	}
	deliver_head(c, f, p->time_ns, &r);
	r.urb = (struct record_urb){.id = 0};
	r.kind = RECORD_URB;
	deliver_urb(c, &r, link_usbpcap(c, p, &r));
}

void deliver_lost(struct capture *c, struct iface *f, uint64_t packets, uint64_t time_ns)
{
	struct record r = {
		.kind = RECORD_LOST,
		.bus = f->bus,
		.packet = c->info.packets,
		.step_ns = f->scale.step_ns,
		.lost.packets = packets,
	};

	if (!c->based)
		deliver_clock(c, time_ns);
	r.t_ns = c->t_last;
	r.lost.until_ns = deliver_time(c, time_ns);
	if (r.lost.until_ns < r.t_ns)
		r.lost.until_ns = r.t_ns;
	f->dropped += packets;
	c->info.lost += packets;
	deliver_record(c, &r);
}

/* Makes room by giving up a keep-alive, the commonest event and the least telling, or else the oldest. */
static void early_shift(struct capture *c)
{
	uint32_t victim = 0;

	while (victim < EVENTS_EARLY_MAX && c->early[victim].line.event != LINE_KEEPALIVE)
		victim++;
	if (victim == EVENTS_EARLY_MAX)
		victim = 0;
	memmove(&c->early[victim], &c->early[victim + 1],
	        (EVENTS_EARLY_MAX - 1 - victim) * sizeof(c->early[0]));
	c->early_count--;
	c->info.events_dropped++;
}

void deliver_line(struct capture *c, const struct iface *f, uint64_t time_ns,
                  const struct record_line *line)
{
	struct record r;

	c->info.events++;
	if (!c->based) {
		if (c->early_count == EVENTS_EARLY_MAX)
			early_shift(c);
		c->early[c->early_count].time_ns = time_ns;
		c->early[c->early_count].line = *line;
		c->early[c->early_count].step_ns = f->scale.step_ns;
		c->early[c->early_count].bus = f->bus;
		c->early_count++;
		return;
	}
	r = (struct record){
		.kind = RECORD_LINE,
		.bus = f->bus,
		.t_ns = deliver_time(c, time_ns),
		.packet = c->info.packets,
		.step_ns = f->scale.step_ns,
		.line = *line,
	};
	deliver_record(c, &r);
}
