/*
 * The tap's records, from bytes nobody vouches for. In: bodies of the wire protocol. Out: records in nanoseconds,
 * nanoamperes and nanovolts. Leaves alone: blocks (core/wire_block.c), the way back (tap_encode.c).
 */
#include "capture/tap_units.h"

#define SPAN_LIMIT (UINT64_C(1) << 61)

void tap_init(struct tap *t)
{
	*t = (struct tap){.tick_hz = WIRE_TICK_HZ};
}

static uint64_t scale(uint64_t v, uint32_t to, uint32_t from)
{
	unsigned __int128 n = (unsigned __int128)v * to + from / 2;

	n /= from;
	return n > SPAN_LIMIT ? SPAN_LIMIT : (uint64_t)n;
}

uint64_t tap_span_ns(const struct tap *t, uint64_t ticks)
{
	return scale(ticks, 1000000000, t->tick_hz);
}

uint64_t tap_span_ticks(const struct tap *t, uint64_t ns)
{
	return scale(ns, t->tick_hz, 1000000000);
}

uint64_t tap_time_of(const struct tap *t, uint64_t tick)
{
	uint64_t ns;

	if (tick >= t->base_tick) {
		ns = t->base_ns + tap_span_ns(t, tick - t->base_tick);
	} else {
		uint64_t back = tap_span_ns(t, t->base_tick - tick);

		ns = back < t->base_ns ? t->base_ns - back : 0;
	}
	return ns > SPAN_LIMIT ? SPAN_LIMIT : ns;
}

uint64_t tap_time_ns(struct tap *t, uint64_t tick)
{
	if (tick > t->newest_tick)
		t->newest_tick = tick;
	t->last_ns = tap_time_of(t, tick);
	return t->last_ns;
}

/* Another boot begins with this tick: behind all of the last one's, and what it was away. */
static void begin_boot(struct tap *t, uint64_t tick)
{
	t->base_ns = tap_time_of(t, t->newest_tick) + t->away_ns;
	t->base_tick = t->newest_tick = tick;
	t->away_ns = 0;
	t->reopened = false;
}

bool tap_hello(struct tap *t, const struct wire_record *w)
{
	struct wire_hello h;
	bool anew;

	if (w->kind != WIRE_HELLO || !wire_hello_get(&h, w->body, w->len) || !h.tick_hz)
		return false;
	anew = t->known && (h.tick_hz != t->tick_hz || w->tick < t->newest_tick || t->reopened ||
	                    (h.boot_id != t->boot_id && !t->unnamed));
	if (anew)
		begin_boot(t, w->tick);
	t->unnamed = false;
	t->known = true;
	t->tick_hz = h.tick_hz;
	t->boot_id = h.boot_id;
	t->calibrated = h.calibration != 0;
	return anew;
}

bool tap_numbered_anew(struct tap *t, uint64_t tick)
{
	if (!t->known || tick >= t->newest_tick)
		return false;
	begin_boot(t, tick);
	t->unnamed = true;
	return true;
}

void tap_reopened(struct tap *t, uint64_t away_ns)
{
	t->reopened = true;
	t->away_ns = away_ns < SPAN_LIMIT ? away_ns : SPAN_LIMIT;
}

static enum usb_speed speed_of(uint8_t speed)
{
	return speed <= USB_SPEED_FULL ? (enum usb_speed)speed : USB_SPEED_UNKNOWN;
}

static bool decode_packet(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct wire_packet p;
	struct record_packet *to = &r->packet_data;

	(void)t;
	if (!wire_packet_get(&p, w->body, w->len))
		return false;
	*to = (struct record_packet){
		.bytes = w->body + WIRE_PACKET_HEAD,
		.len = w->len - (uint32_t)WIRE_PACKET_HEAD,
		.len_true = p.len_true,
		/* Whatever it is, it stands on one of two interfaces. */
		.speed = p.speed == USB_SPEED_LOW ? USB_SPEED_LOW : USB_SPEED_FULL,
	};
	if (to->len_true < to->len)
		to->len_true = to->len;
	if (p.flags & (WIRE_BAD_SYNC | WIRE_BAD_STUFFING | WIRE_BAD_EOP))
		to->flags |= PACKET_ERROR_RECEIVER;
	if (p.flags & WIRE_BAD_LENGTH)
		to->flags |= PACKET_ERROR_OVERFLOW;
	if (to->len < to->len_true) {
		to->flags |= PACKET_CUT;
		/* The bytes no longer show these. */
		if (p.flags & (WIRE_BAD_CRC | WIRE_BAD_PID))
			to->flags |= PACKET_ERROR_RECEIVER;
	}
	return true;
}

static bool decode_edges(struct tap *t, const struct wire_record *w, struct record *r)
{
	uint64_t ticks = 0, delta;
	uint32_t n = 0;
	size_t at = 0;

	while (at < w->len) {
		struct record_edge *e = &t->edge[n];
		size_t used = wire_edge_get(w->body + at, w->len - at, &delta, &e->lines);

		if (!used || n == TAP_EDGES_MAX - 1)
			return false;
		if (__builtin_add_overflow(ticks, delta, &ticks))
			ticks = UINT64_MAX;
		e->after_ns = tap_span_ns(t, ticks);
		at += used;
		n++;
	}
	r->edges = (struct record_edges){.edge = t->edge, .count = n};
	return n > 0;
}

static bool decode_line(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct wire_line l;

	if (!wire_line_get(&l, w->body, w->len))
		return false;
	r->line = (struct record_line){
		.event = tap_line_event(l.event),
		.speed = speed_of(l.speed),
		.duration_ns = tap_span_ns(t, l.duration),
		.code = l.event,
		.lines = l.lines & 3,
	};
	return true;
}

static bool decode_fold(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct wire_fold f;

	if (!wire_fold_get(&f, w->body, w->len) || f.what < WIRE_FOLD_SOF ||
	    f.what > WIRE_FOLD_KEEPALIVE)
		return false;
	r->fold = (struct record_fold){
		.what = (enum wire_fold_what)f.what,
		.address = f.address & 0x7f,
		.endpoint = f.endpoint & 0xf,
		.count = f.count,
		.span_ns = tap_span_ns(t, f.span),
		.first = f.first,
		.last = f.last,
	};
	return true;
}

static bool decode_count(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct wire_count c;

	if (!wire_count_get(&c, w->body, w->len))
		return false;
	r->count = (struct record_count){
		.address = c.address & 0x7f,
		.endpoint = c.endpoint & 0x8f,
		.packets = c.packets,
		.bytes = c.bytes,
		.bad = c.bad < c.packets ? c.bad : c.packets,
		.span_ns = tap_span_ns(t, c.span),
	};
	return true;
}

/* A stamp stands for half a packet, a record perhaps for one; samples say nothing of how many there were. */
static uint64_t packets_lost(const struct wire_lost *l)
{
	switch (l->what) {
	case WIRE_LOST_EVENTS:
		return l->count / 2 + l->count % 2;
	case WIRE_LOST_PACKETS:
	case WIRE_LOST_RECORDS:
		return l->count;
	default:
		return 0;
	}
}

static bool decode_lost(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct wire_lost l;

	if (!wire_lost_get(&l, w->body, w->len) || l.what > WIRE_LOST_BLOCKS)
		return false;
	r->lost = (struct record_lost){
		.packets = packets_lost(&l),
		.until_ns = r->t_ns + (int64_t)tap_span_ns(t, l.span),
		.what = (enum wire_lost_what)l.what,
		.count = l.count,
	};
	return true;
}

static bool sensor_of(const struct tap *t, struct record_sensor *s, uint8_t channel, uint8_t input,
                      uint8_t range)
{
	if (channel > WIRE_MUX || range > WIRE_RANGE_UA)
		return false;
	*s = (struct record_sensor){
		.channel = (enum wire_channel)channel,
		.range = (enum wire_range)range,
		.input = input,
		.calibrated = t->calibrated,
	};
	return true;
}

static bool decode_band(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct record_band *to = &r->band;
	struct wire_band b;

	if (!wire_band_get(&b, w->body, w->len) ||
	    !sensor_of(t, &to->sensor, b.channel, b.input, b.range))
		return false;
	to->minimum_nano = tap_level_nano(&to->sensor, b.minimum);
	to->mean_nano = tap_level_nano(&to->sensor, b.mean);
	to->maximum_nano = tap_level_nano(&to->sensor, b.maximum);
	to->floor_nano = tap_level_nano(&to->sensor, b.floor);
	return true;
}

static bool decode_burst(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct record_burst *to = &r->burst;
	struct wire_burst b;

	if (!wire_burst_get(&b, w->body, w->len) ||
	    !sensor_of(t, &to->sensor, b.channel, b.input, b.range))
		return false;
	to->peak_nano = tap_rise_nano(&to->sensor, b.peak);
	to->mean_nano = tap_rise_nano(&to->sensor, b.mean);
	to->length_ns = tap_span_ns(t, b.length);
	return true;
}

static bool decode_step(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct record_step *to = &r->step;
	struct wire_step s;

	if (!wire_step_get(&s, w->body, w->len) ||
	    !sensor_of(t, &to->sensor, s.channel, s.input, s.range))
		return false;
	to->before_nano = tap_level_nano(&to->sensor, s.before);
	to->after_nano = tap_level_nano(&to->sensor, s.after);
	return true;
}

static struct record_text rest(const struct wire_record *w, uint32_t from)
{
	return (struct record_text){.bytes = w->body + from, .len = w->len - from};
}

static bool decode_uart(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct wire_uart u;

	(void)t;
	if (!wire_uart_get(&u, w->body, w->len) || (u.lines != WIRE_DP && u.lines != WIRE_DM))
		return false;
	r->uart = (struct record_uart){
		.line = (enum wire_lines)u.lines, .baud = u.baud, .text = rest(w, TAP_UART_HEAD)};
	return true;
}

static bool decode_dc_path(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct wire_dc_path d;

	(void)t;
	if (!wire_dc_path_get(&d, w->body, w->len) || d.path < WIRE_PATH_DP ||
	    d.path > WIRE_PATH_GROUND)
		return false;
	r->dc_path = (struct record_dc_path){.path = (enum wire_path)d.path,
	                                     .open = d.open != 0,
	                                     .resistance_uohm = d.resistance};
	return true;
}

static bool decode_cc(struct tap *t, const struct wire_record *w, struct record *r)
{
	struct wire_cc c;

	(void)t;
	if (!wire_cc_get(&c, w->body, w->len))
		return false;
	r->cc = (struct record_cc){.cc1_mv = c.cc1, .cc2_mv = c.cc2};
	return true;
}

static bool decode_hello(struct tap *t, const struct wire_record *w, struct record *r)
{
	(void)t;
	return wire_hello_get(&r->hello, w->body, w->len) && r->hello.tick_hz;
}

static bool decode_setting(struct tap *t, const struct wire_record *w, struct record *r)
{
	(void)t;
	return wire_state_get(&r->setting, w->body, w->len);
}

static bool decode_alert(struct tap *t, const struct wire_record *w, struct record *r)
{
	(void)t;
	return wire_alert_get(&r->alert, w->body, w->len);
}

static bool decode_status(struct tap *t, const struct wire_record *w, struct record *r)
{
	(void)t;
	return wire_status_get(&r->status, w->body, w->len);
}

static bool decode_selftest(struct tap *t, const struct wire_record *w, struct record *r)
{
	(void)t;
	return wire_selftest_get(&r->selftest, w->body, w->len);
}

static bool decode_reply(struct tap *t, const struct wire_record *w, struct record *r)
{
	(void)t;
	if (!wire_reply_get(&r->reply.head, w->body, w->len))
		return false;
	r->reply.data = rest(w, TAP_REPLY_HEAD);
	return true;
}

static bool decode_text(struct tap *t, const struct wire_record *w, struct record *r)
{
	(void)t;
	r->text = rest(w, 0);
	return true;
}

static const struct {
	enum record_kind kind;
	bool (*decode)(struct tap *t, const struct wire_record *w, struct record *r);
} kinds[256] = {
	[WIRE_HELLO] = {RECORD_HELLO, decode_hello},
	[WIRE_PACKET] = {RECORD_PACKET, decode_packet},
	[WIRE_EDGES] = {RECORD_EDGES, decode_edges},
	[WIRE_LINE] = {RECORD_LINE, decode_line},
	[WIRE_FOLD] = {RECORD_FOLD, decode_fold},
	[WIRE_COUNT] = {RECORD_COUNT, decode_count},
	[WIRE_LOST] = {RECORD_LOST, decode_lost},
	[WIRE_BAND] = {RECORD_BAND, decode_band},
	[WIRE_BURST] = {RECORD_BURST, decode_burst},
	[WIRE_STEP] = {RECORD_STEP, decode_step},
	[WIRE_STATE] = {RECORD_SETTING, decode_setting},
	[WIRE_REPLY] = {RECORD_REPLY, decode_reply},
	[WIRE_ALERT] = {RECORD_ALERT, decode_alert},
	[WIRE_STATUS] = {RECORD_STATUS, decode_status},
	[WIRE_SELFTEST] = {RECORD_SELFTEST, decode_selftest},
	[WIRE_UART] = {RECORD_UART, decode_uart},
	[WIRE_DC_PATH] = {RECORD_DC_PATH, decode_dc_path},
	[WIRE_CC] = {RECORD_CC, decode_cc},
	[WIRE_MARK] = {RECORD_MARK, decode_text},
	[WIRE_PROFILE] = {RECORD_PROFILE, decode_text},
	[WIRE_CLAIM] = {RECORD_CLAIM, decode_text},
	[WIRE_LAYOUT] = {RECORD_LAYOUT, decode_text},
};

enum tap_result tap_decode(struct tap *t, const struct wire_record *w, struct record *r)
{
	r->flags = w->flags & (RECORD_FROM_TAP | RECORD_PORT_FAR | RECORD_FLIPPED | RECORD_BY_HID);
	if (!kinds[w->kind].decode) {
		r->kind = RECORD_UNKNOWN;
		r->unknown = (struct record_unknown){.kind = w->kind, .body = rest(w, 0)};
		return TAP_RECORD;
	}
	r->kind = kinds[w->kind].kind;
	return kinds[w->kind].decode(t, w, r) ? TAP_RECORD : TAP_MALFORMED;
}
