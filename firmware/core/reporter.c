/*
 * Records of what was heard; see reporter.h. A poll is held until its answer is known: IN with NAK, or OUT, data and NAK, become a
 * count; anything else goes up whole and in order. A damaged packet is never held and never folded.
 */
#include "core/reporter.h"
#include "core/bytes.h"

static bool is_data(unsigned pid)
{
	return pid == USB_PID_DATA0 || pid == USB_PID_DATA1;
}

/* Most packets are a token or a handshake. */
static inline void copy(uint8_t *to, const uint8_t *from, size_t n)
{
	if (n > 3) {
		bytes_copy(to, from, n);
		return;
	}
	for (; n; n--)
		*to++ = *from++;
}

/* How full the way up is, or the line's ring where that is more, of 256. */
static unsigned pressure(const struct reporter *r)
{
	unsigned up = upstream_level(r->up);

	return up > r->behind ? up : r->behind;
}

/* Whether the data that have just come may be cut. */
static bool may_cut(const struct reporter *r, const struct rx_packet *p)
{
	return p->len > REPORTER_CUT && is_data(p->bytes[0] & 0xf) && load_may_cut(&r->load);
}

static void put_packet(struct reporter *r, uint64_t start, uint8_t speed, uint8_t flags,
                       uint16_t len, uint16_t len_true, const uint8_t *bytes, bool busy)
{
	size_t kept = len < PACKET_RX_MAX ? len : PACKET_RX_MAX;
	uint8_t *to;

	if (busy && pressure(r) >= REPORTER_CUT_FROM)
		kept = REPORTER_CUT;
	to = upstream_put_often(r->up, WIRE_PACKET, 0, start, WIRE_PACKET_HEAD + kept);
	if (!to)
		return;
	to[0] = kept < len_true ? flags | WIRE_CUT : flags;
	to[1] = speed;
	store_le16(to + 2, len_true);
	copy(to + WIRE_PACKET_HEAD, bytes, kept);
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
	h->may_cut = may_cut(r, p);
	copy(h->bytes, p->bytes, p->len);
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

/* The data of the held token's transaction come, or came damaged, and there is room for a number only. */
static bool is_to_count(const struct reporter *r)
{
	return r->held_count == 1 && load_may_cut(&r->load) && pressure(r) >= REPORTER_COUNT_FROM;
}

static void add_to_count(struct reporter *r, bool good)
{
	struct load_endpoint *e = r->load.now;
	uint64_t start = r->held[0].start;

	if (!e->count.packets && !e->count.bad)
		e->first = start;
	e->last = start;
	if (good) {
		e->count.packets++;
		/* Without PID and CRC. */
		e->count.bytes += r->data_len - 3u;
	} else {
		e->count.bad++;
	}
	r->held_count = 0;
	r->counting = false;
}

/* The packet behind data that were taken for a count. True where it belongs to them. */
static bool count_answer(struct reporter *r, unsigned pid)
{
	r->counting = false;
	if (pid == USB_PID_ACK) {
		add_to_count(r, true);
		return true;
	}
	if (pid == USB_PID_NAK && (r->held[0].bytes[0] & 0xf) == USB_PID_OUT) {
		fold_nak(r);
		return true;
	}
	/* Nobody answers isochronous data. After others a STALL is told with its token. */
	add_to_count(r, load_isochronous(r->load.now));
	r->held_count = pid == USB_PID_STALL;
	return false;
}

static void release_held(struct reporter *r)
{
	/* Something came between data that were taken for a count and their answer. */
	if (r->counting)
		add_to_count(r, load_isochronous(r->load.now));
	for (unsigned i = 0; i < r->held_count; i++)
		put_packet(r, r->held[i].start, r->held[i].speed, 0, r->held[i].len, r->held[i].len,
		           r->held[i].bytes, r->held[i].may_cut);
	r->held_count = 0;
}

/* One step of the pattern that is folded; false: the packet is nothing to hold or fold. */
static bool fold(struct reporter *r, const struct rx_packet *p)
{
	unsigned pid = p->bytes[0] & 0xf;
	unsigned first;

	if (is_data(pid) && is_to_count(r)) {
		r->counting = true;
		r->data_len = p->len_true;
		return true;
	}
	first = r->held_count ? r->held[0].bytes[0] & 0xf : 0;
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
	/* Before the load hears of the next transaction. */
	if (r->counting && count_answer(r, p->flags ? USB_PID_EXT : p->bytes[0] & 0xf)) {
		load_packet(&r->load, p);
		return;
	}
	if (!p->flags) {
		load_packet(&r->load, p);
		if (fold(r, p))
			return;
	} else {
		/* Damaged data are known by their PID; anything else may have been a token, and data of any endpoint may follow it. */
		if (!p->len || p->flags & (WIRE_BAD_SYNC | WIRE_BAD_PID) ||
		    !is_data(p->bytes[0] & 0xf)) {
			load_gap(&r->load);
		} else if (is_to_count(r)) {
			add_to_count(r, false);
			r->load.waits = false;
			return;
		}
		r->load.waits = false;
	}
	release_held(r);
	flush_edges(r);
	put_packet(r, p->start, (uint8_t)p->speed, p->flags, p->len, p->len_true, p->bytes,
	           may_cut(r, p));
}

/* A good packet's record up to its bytes. Its fields lie where no word can be written at once. */
static inline uint8_t *append_head(const struct upstream *u, uint8_t *to, const struct rx_packet *p,
                                   size_t kept, uint8_t flags)
{
	size_t len = WIRE_PACKET_HEAD + kept;
	uint32_t after = (uint32_t)p->start - (uint32_t)u->open.tick;

	to[0] = WIRE_PACKET;
	to[1] = 0;
	store_le16(to + 2, (uint16_t)len);
	store_le32(to + 4, after);
	to[8] = flags;
	to[9] = (uint8_t)p->speed;
	store_le16(to + 10, p->len_true);
	return to + WIRE_RECORD_HEAD + WIRE_PACKET_HEAD;
}

/* The three packets in one go, where nothing waits for them and they go where the last ones went. */
static void on_transaction(void *context, const struct rx_packet *const packet[3])
{
	enum { HEADS = 3 * (WIRE_RECORD_HEAD + WIRE_PACKET_HEAD) + 3 + 1 };
	struct reporter *r = context;
	size_t kept = packet[1]->len;
	unsigned level;
	uint8_t *to;

	if (!r->capturing)
		return;
	if (r->counting || r->held_count || r->edge_len || !load_transaction(&r->load, packet))
		goto one_by_one;
	level = pressure(r);
	if (level >= REPORTER_CUT_FROM && load_may_cut(&r->load)) {
		if (level >= REPORTER_COUNT_FROM) {
			struct load_endpoint *e = r->load.now;

			if (!e->count.packets && !e->count.bad)
				e->first = packet[0]->start;
			e->last = packet[0]->start;
			e->count.packets++;
			e->count.bytes += kept - 3;
			return;
		}
		if (kept > REPORTER_CUT)
			kept = REPORTER_CUT;
	}
	if (upstream_fits(r->up, packet[0]->start, packet[2]->start, HEADS + kept)) {
		to = append_head(r->up, r->up->open.at + r->up->open.len, packet[0], 3, 0);
		to[0] = packet[0]->bytes[0];
		to[1] = packet[0]->bytes[1];
		to[2] = packet[0]->bytes[2];
		to = append_head(r->up, to + 3, packet[1], kept,
		                 kept < packet[1]->len ? WIRE_CUT : 0);
		bytes_copy(to, packet[1]->bytes, kept);
		to = append_head(r->up, to + kept, packet[2], 1, 0);
		to[0] = packet[2]->bytes[0];
		r->up->open.len = (uint16_t)(r->up->open.len + HEADS + kept);
		return;
	}
	for (unsigned i = 0; i < 3; i++)
		put_packet(r, packet[i]->start, (uint8_t)packet[i]->speed, 0, packet[i]->len,
		           packet[i]->len_true, packet[i]->bytes, i == 1 && may_cut(r, packet[1]));
	return;
one_by_one:
	for (unsigned i = 0; i < 3; i++)
		on_packet(context, packet[i]);
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

/* The state that the event stands for. */
static enum wire_lines lines_of(enum wire_line_event event, enum usb_speed speed)
{
	enum wire_lines j = speed == USB_SPEED_LOW ? WIRE_DM : WIRE_DP;

	switch (event) {
	case WIRE_RESET:
	case WIRE_DETACH:
	case WIRE_BLIND:
		return WIRE_SE0;
	case WIRE_RESUME:
	case WIRE_GATE:
		return WIRE_SE1 - j;
	default:
		return j;
	}
}

static void on_event(void *context, enum wire_line_event event, uint64_t tick, uint64_t duration)
{
	struct reporter *r = context;
	struct wire_line line = {
		.event = (uint8_t)event,
		.speed = (uint8_t)r->now_speed,
		.lines = (uint8_t)lines_of(event, r->now_speed),
		.duration = duration,
	};
	uint8_t *to;

	if (!r->capturing)
		return;
	if (event == WIRE_KEEPALIVE) {
		r->keepalive.fold.what = WIRE_FOLD_KEEPALIVE;
		count(&r->keepalive, tick);
		load_frame(&r->load, tick);
		return;
	}
	release_held(r);
	/* A gate hides what it was. */
	load_gap(&r->load);
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
	to = upstream_try(r->up, WIRE_LOST, 0, r->lost_from, 16);
	if (!to)
		return;
	wire_lost_put(to, &lost);
	r->lost = false;
}

static void on_lost(void *context, uint64_t from, uint64_t to)
{
	struct reporter *r = context;

	release_held(r);
	load_gap(&r->load);
	if (!r->lost)
		r->lost_from = from;
	r->lost_to = to;
	r->lost = true;
	flush_lost(r);
}

static void flush_counts(struct reporter *r)
{
	for (unsigned i = 0; i < LOAD_ENDPOINTS; i++) {
		struct load_endpoint *e = &r->load.endpoint[i];
		uint8_t *to;

		if (!e->count.packets && !e->count.bad)
			continue;
		e->count.address = e->name & 0x7f;
		e->count.endpoint = (uint8_t)((e->name >> 7 & 0xf) | (e->name >> 11 ? 0x80 : 0));
		e->count.span = (uint32_t)(e->last - e->first);
		/* Kept until there is room, for as long as its numbers hold it: then it is a loss as others are. */
		to = e->last - e->first > INT32_MAX
		             ? upstream_put(r->up, WIRE_COUNT, 0, e->first, 20)
		             : upstream_try(r->up, WIRE_COUNT, 0, e->first, 20);
		if (!to && e->last - e->first <= INT32_MAX)
			continue;
		if (to)
			wire_count_put(to, &e->count);
		e->count.packets = e->count.bytes = e->count.bad = 0;
	}
}

void reporter_flush(struct reporter *r)
{
	flush_lost(r);
	flush_edges(r);
	flush_fold(r, &r->sof);
	flush_fold(r, &r->keepalive);
	flush_fold(r, &r->nak);
	flush_counts(r);
}

void reporter_capture(struct reporter *r, bool on)
{
	release_held(r);
	reporter_flush(r);
	load_gap(&r->load);
	r->capturing = on;
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
	load_init(&r->load);
	r->sink = (struct line_sink){.context = r,
	                             .packet = on_packet,
	                             .transaction = on_transaction,
	                             .edge = on_edge,
	                             .event = on_event,
	                             .lost = on_lost,
	                             .repeated = on_repeated,
	                             .speed = on_speed};
}
