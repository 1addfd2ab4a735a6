/*
 * Records of what was heard; see reporter.h. A poll is held until its answer is known: IN with NAK, or OUT, data and NAK, become a
 * count; anything else goes up whole and in order. A damaged packet is never held and never folded.
 */
#include "core/reporter.h"
#include "core/bytes.h"

static void put_packet(struct reporter *r, uint64_t start, uint8_t speed, uint8_t flags,
                       uint16_t len, uint16_t len_true, const uint8_t *bytes)
{
	size_t kept = len < PACKET_RX_MAX ? len : PACKET_RX_MAX;
	uint8_t *to = upstream_put(r->up, WIRE_PACKET, 0, start, WIRE_PACKET_HEAD + kept);

	if (!to)
		return;
	to[0] = kept < len_true ? flags | WIRE_CUT : flags;
	to[1] = speed;
	store_le16(to + 2, len_true);
	bytes_copy(to + WIRE_PACKET_HEAD, bytes, kept);
}

static void flush_fold(struct reporter *r, struct reporter_fold *f)
{
	uint8_t *to;

	if (!f->fold.count)
		return;
	f->fold.span = (uint32_t)(f->last - f->first);
	to = upstream_put(r->up, WIRE_FOLD, 0, f->first, 16);
	if (to)
		wire_fold_put(to, &f->fold);
	f->fold.count = 0;
}

static void flush_edges(struct reporter *r)
{
	uint8_t *to;

	if (!r->edge_len)
		return;
	to = upstream_put(r->up, WIRE_EDGES, 0, r->edge_first, r->edge_len);
	for (size_t i = 0; to && i < r->edge_len; i++)
		to[i] = r->edges[i];
	r->edge_len = 0;
}

static void release_held(struct reporter *r)
{
	for (unsigned i = 0; i < r->held_count; i++)
		put_packet(r, r->held[i].start, r->held[i].speed, 0, r->held[i].len, r->held[i].len,
		           r->held[i].bytes);
	r->held_count = 0;
}

static void count(struct reporter_fold *f, uint64_t tick)
{
	if (!f->fold.count)
		f->first = tick;
	f->last = tick;
	f->fold.count++;
}

static void hold(struct reporter *r, const struct rx_packet *p)
{
	struct reporter_held *h = &r->held[r->held_count++];

	h->start = p->start;
	h->speed = (uint8_t)p->speed;
	h->len = (uint8_t)p->len;
	bytes_copy(h->bytes, p->bytes, p->len);
}

static void fold_nak(struct reporter *r)
{
	const uint8_t *token = r->held[0].bytes;
	uint8_t what = (token[0] & 0xf) == USB_PID_IN ? WIRE_FOLD_NAK_IN : WIRE_FOLD_NAK_OUT;
	uint8_t address = token[1] & 0x7f,
		endpoint = (uint8_t)(token[1] >> 7 | (token[2] & 7) << 1);
	struct wire_fold *f = &r->nak.fold;

	if (f->count && (f->what != what || f->address != address || f->endpoint != endpoint))
		flush_fold(r, &r->nak);
	f->what = what;
	f->address = address;
	f->endpoint = endpoint;
	count(&r->nak, r->held[0].start);
	r->held_count = 0;
}

static bool is_data(unsigned pid)
{
	return pid == USB_PID_DATA0 || pid == USB_PID_DATA1;
}

/* One step of the pattern that is folded; false: the packet is nothing to hold or fold. */
static bool fold(struct reporter *r, const struct rx_packet *p)
{
	unsigned pid = p->bytes[0] & 0xf;
	unsigned first = r->held_count ? r->held[0].bytes[0] & 0xf : 0;

	if (pid == USB_PID_SOF && !r->held_count) {
		uint16_t frame = load_le16(p->bytes + 1) & 0x7ff;

		if (!r->sof.fold.count)
			r->sof.fold.first = frame;
		r->sof.fold.what = WIRE_FOLD_SOF;
		r->sof.fold.last = frame;
		count(&r->sof, p->start);
		return true;
	}
	if (pid == USB_PID_NAK && ((first == USB_PID_IN && r->held_count == 1) ||
	                           (first == USB_PID_OUT && r->held_count == 2))) {
		fold_nak(r);
		return true;
	}
	if (first == USB_PID_OUT && r->held_count == 1 && is_data(pid) &&
	    p->len <= REPORTER_HELD_BYTES) {
		hold(r, p);
		return true;
	}
	release_held(r);
	if (pid == USB_PID_IN || pid == USB_PID_OUT) {
		hold(r, p);
		return true;
	}
	return false;
}

static void on_packet(void *context, const struct rx_packet *p)
{
	struct reporter *r = context;

	if (!r->capturing)
		return;
	if (!p->flags && fold(r, p))
		return;
	release_held(r);
	flush_edges(r);
	put_packet(r, p->start, (uint8_t)p->speed, p->flags, p->len, p->len_true, p->bytes);
}

static void on_edge(void *context, uint64_t tick, enum wire_lines lines)
{
	struct reporter *r = context;

	if (!r->capturing)
		return;
	release_held(r);
	if (r->edge_len + 10 > REPORTER_EDGE_BYTES)
		flush_edges(r);
	if (!r->edge_len)
		r->edge_first = r->edge_last = tick;
	r->edge_len += wire_edge_put(r->edges + r->edge_len, tick - r->edge_last, lines);
	r->edge_last = tick;
}

static void on_event(void *context, enum wire_line_event event, uint64_t tick, uint64_t duration)
{
	struct reporter *r = context;
	struct wire_line line = {
		.event = (uint8_t)event, .speed = (uint8_t)r->now_speed, .duration = duration};
	uint8_t *to;

	if (!r->capturing)
		return;
	if (event == WIRE_KEEPALIVE) {
		r->keepalive.fold.what = WIRE_FOLD_KEEPALIVE;
		count(&r->keepalive, tick);
		return;
	}
	release_held(r);
	flush_edges(r);
	to = upstream_put(r->up, WIRE_LINE, 0, tick, 12);
	if (to)
		wire_line_put(to, &line);
}

/* Kept until it is told: a full upstream must not swallow it. */
static void flush_lost(struct reporter *r)
{
	struct wire_lost lost = {.what = WIRE_LOST_LINE, .span = r->lost_to - r->lost_from};
	uint8_t *to;

	if (!r->lost)
		return;
	to = upstream_put(r->up, WIRE_LOST, 0, r->lost_from, 16);
	if (!to)
		return;
	wire_lost_put(to, &lost);
	r->lost = false;
}

static void on_lost(void *context, uint64_t from, uint64_t to)
{
	struct reporter *r = context;

	release_held(r);
	if (!r->lost)
		r->lost_from = from;
	r->lost_to = to;
	r->lost = true;
	flush_lost(r);
}

static void flush_count(struct reporter *r)
{
	uint8_t *to;

	if (!r->count.packets)
		return;
	r->count.span = (uint32_t)(r->count_last - r->count_first);
	to = upstream_put(r->up, WIRE_COUNT, 0, r->count_first, 20);
	if (to)
		wire_count_put(to, &r->count);
	r->count.packets = r->count.bytes = 0;
}

static void on_counted(void *context, uint16_t token, uint32_t count, uint32_t bytes,
                       uint64_t first, uint64_t last)
{
	struct reporter *r = context;
	uint8_t address = token & 0x7f, endpoint = (uint8_t)(token >> 7);

	if (!r->capturing)
		return;
	release_held(r);
	if (r->count.packets && (r->count.address != address || r->count.endpoint != endpoint))
		flush_count(r);
	if (!r->count.packets)
		r->count_first = first;
	r->count.address = address;
	r->count.endpoint = endpoint;
	r->count.packets += count;
	r->count.bytes += bytes;
	r->count_last = last;
}

void reporter_flush(struct reporter *r)
{
	flush_lost(r);
	flush_edges(r);
	flush_fold(r, &r->sof);
	flush_fold(r, &r->keepalive);
	flush_fold(r, &r->nak);
	flush_count(r);
}

static void on_repeated(void *context, uint32_t count, uint64_t tick)
{
	struct reporter *r = context;

	/* They were folded, or capturing has just begun. */
	if (!r->nak.fold.count) {
		r->nak.first = tick;
		r->nak.fold.count = 0;
	}
	r->nak.last = tick;
	if (r->capturing)
		r->nak.fold.count += count;
}

static void on_speed(void *context, enum usb_speed speed)
{
	struct reporter *r = context;

	r->now_speed = speed;
	r->speed(speed);
}

void reporter_init(struct reporter *r, struct upstream *up, void (*speed)(enum usb_speed speed))
{
	*r = (struct reporter){.up = up, .speed = speed};
	r->sink = (struct line_sink){.context = r,
	                             .packet = on_packet,
	                             .edge = on_edge,
	                             .event = on_event,
	                             .lost = on_lost,
	                             .repeated = on_repeated,
	                             .counted = on_counted,
	                             .speed = on_speed};
}
