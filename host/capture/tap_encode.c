/*
 * Records into bodies of the wire protocol: the way back of tap_decode.c. In: records, of a tap, a simulator or another
 * analyzer. Out: bytes, or that the protocol has no place for it. What a record holds more exactly than a tick or an ADC
 * count is rounded to them.
 */
#include <string.h>

#include "capture/tap_units.h"
#include "core/bytes.h"

/* A body in the making. */
struct body {
	const struct tap *tap;
	uint8_t *at;
	size_t len;
};

static uint32_t ticks32(const struct tap *t, uint64_t ns)
{
	uint64_t ticks = tap_span_ticks(t, ns);

	return ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX;
}

static uint16_t count16(int64_t counts)
{
	return counts < 0 ? 0 : counts > UINT16_MAX ? UINT16_MAX : (uint16_t)counts;
}

static bool append(struct body *b, const uint8_t *bytes, size_t len)
{
	if (len > TAP_BODY_MAX - b->len)
		return false;
	if (len)
		memcpy(b->at + b->len, bytes, len);
	b->len += len;
	return true;
}

static bool encode_packet(struct body *b, const struct record *r)
{
	const struct record_packet *p = &r->packet_data;
	const struct wire_packet w = {
		.flags = (uint8_t)((p->flags & PACKET_ERROR_RECEIVER ? WIRE_BAD_STUFFING : 0) |
	                           (p->flags & PACKET_ERROR_OVERFLOW ? WIRE_BAD_LENGTH : 0) |
	                           (p->len < p->len_true ? WIRE_CUT : 0)),
		.speed = (uint8_t)p->speed,
		.len_true = (uint16_t)p->len_true,
	};

	if (p->len_true > UINT16_MAX)
		return false;
	b->len = wire_packet_put(b->at, &w);
	return append(b, p->bytes, p->len);
}

static bool encode_line(struct body *b, const struct record *r)
{
	const struct record_line *l = &r->line;
	uint8_t code = l->event < LINE_EVENTS ? tap_line_codes[l->event] : 0;

	if (l->event == LINE_UNKNOWN)
		code = (uint8_t)l->code;
	else if (!code)
		code = (uint8_t)(WIRE_LINE_HOST_FIRST + l->event);
	const struct wire_line w = {
		.event = code,
		.speed = (uint8_t)l->speed,
		.lines = l->lines,
		.duration = tap_span_ticks(b->tap, l->duration_ns),
	};

	b->len = wire_line_put(b->at, &w);
	return true;
}

static bool encode_lost(struct body *b, const struct record *r)
{
	const struct record_lost *l = &r->lost;
	struct wire_lost w = {.what = (uint8_t)l->what, .count = l->count};

	if (l->what == WIRE_LOST_PACKETS)
		w.count = l->packets < UINT32_MAX ? (uint32_t)l->packets : UINT32_MAX;
	if (l->until_ns > r->t_ns)
		w.span = tap_span_ticks(b->tap, (uint64_t)(l->until_ns - r->t_ns));
	b->len = wire_lost_put(b->at, &w);
	return true;
}

static bool encode_fold(struct body *b, const struct record *r)
{
	const struct record_fold *f = &r->fold;
	const struct wire_fold w = {
		.what = (uint8_t)f->what,
		.address = f->address,
		.endpoint = f->endpoint,
		.count = f->count,
		.span = ticks32(b->tap, f->span_ns),
		.first = f->first,
		.last = f->last,
	};

	b->len = wire_fold_put(b->at, &w);
	return true;
}

static bool encode_count(struct body *b, const struct record *r)
{
	const struct record_count *c = &r->count;
	const struct wire_count w = {
		.address = c->address,
		.endpoint = c->endpoint,
		.packets = c->packets,
		.bytes = c->bytes,
		.bad = c->bad,
		.span = ticks32(b->tap, c->span_ns),
	};

	b->len = wire_count_put(b->at, &w);
	return true;
}

static bool encode_edges(struct body *b, const struct record *r)
{
	uint64_t before = 0;

	for (uint32_t i = 0; i < r->edges.count; i++) {
		const struct record_edge *e = &r->edges.edge[i];
		uint64_t at = tap_span_ticks(b->tap, e->after_ns);

		if (at < before || b->len + 10 > TAP_BODY_MAX)
			return false;
		b->len += wire_edge_put(b->at + b->len, at - before, e->lines);
		before = at;
	}
	return r->edges.count > 0;
}

static bool encode_band(struct body *b, const struct record *r)
{
	const struct record_band *x = &r->band;
	const struct record_sensor *s = &x->sensor;
	const struct wire_band w = {
		.channel = (uint8_t)s->channel,
		.input = s->input,
		.range = (uint8_t)s->range,
		.minimum = count16(tap_level_counts(s, x->minimum_nano)),
		.mean = count16(tap_level_counts(s, x->mean_nano)),
		.maximum = count16(tap_level_counts(s, x->maximum_nano)),
		.floor = count16(tap_level_counts(s, x->floor_nano)),
	};

	b->len = wire_band_put(b->at, &w);
	return true;
}

static bool encode_burst(struct body *b, const struct record *r)
{
	const struct record_burst *x = &r->burst;
	const struct record_sensor *s = &x->sensor;
	const struct wire_burst w = {
		.channel = (uint8_t)s->channel,
		.input = s->input,
		.range = (uint8_t)s->range,
		.peak = count16(tap_rise_counts(s, x->peak_nano)),
		.mean = count16(tap_rise_counts(s, x->mean_nano)),
		.length = ticks32(b->tap, x->length_ns),
	};

	b->len = wire_burst_put(b->at, &w);
	return true;
}

static bool encode_step(struct body *b, const struct record *r)
{
	const struct record_step *x = &r->step;
	const struct record_sensor *s = &x->sensor;
	const struct wire_step w = {
		.channel = (uint8_t)s->channel,
		.input = s->input,
		.range = (uint8_t)s->range,
		.before = count16(tap_level_counts(s, x->before_nano)),
		.after = count16(tap_level_counts(s, x->after_nano)),
	};

	b->len = wire_step_put(b->at, &w);
	return true;
}

static bool encode_uart(struct body *b, const struct record *r)
{
	const struct wire_uart w = {.lines = (uint8_t)r->uart.line, .baud = r->uart.baud};

	b->len = wire_uart_put(b->at, &w);
	return append(b, r->uart.text.bytes, r->uart.text.len);
}

static bool encode_dc_path(struct body *b, const struct record *r)
{
	const struct wire_dc_path w = {.path = (uint8_t)r->dc_path.path,
	                               .open = r->dc_path.open,
	                               .resistance = r->dc_path.resistance_uohm};

	b->len = wire_dc_path_put(b->at, &w);
	return true;
}

static bool encode_cc(struct body *b, const struct record *r)
{
	const struct wire_cc w = {.cc1 = r->cc.cc1_mv, .cc2 = r->cc.cc2_mv};

	b->len = wire_cc_put(b->at, &w);
	return true;
}

static bool encode_hello(struct body *b, const struct record *r)
{
	b->len = wire_hello_put(b->at, &r->hello);
	return true;
}

static bool encode_setting(struct body *b, const struct record *r)
{
	b->len = wire_state_put(b->at, &r->setting);
	return true;
}

static bool encode_alert(struct body *b, const struct record *r)
{
	b->len = wire_alert_put(b->at, &r->alert);
	return true;
}

static bool encode_status(struct body *b, const struct record *r)
{
	b->len = wire_status_put(b->at, &r->status);
	return true;
}

static bool encode_selftest(struct body *b, const struct record *r)
{
	b->len = wire_selftest_put(b->at, &r->selftest);
	return true;
}

static bool encode_reply(struct body *b, const struct record *r)
{
	b->len = wire_reply_put(b->at, &r->reply.head);
	return append(b, r->reply.data.bytes, r->reply.data.len);
}

static bool encode_text(struct body *b, const struct record *r)
{
	return append(b, r->text.bytes, r->text.len);
}

static bool encode_unknown(struct body *b, const struct record *r)
{
	return append(b, r->unknown.body.bytes, r->unknown.body.len);
}

static const struct {
	uint8_t kind;
	bool (*encode)(struct body *b, const struct record *r);
} kinds[] = {
	[RECORD_PACKET] = {WIRE_PACKET, encode_packet},
	[RECORD_LINE] = {WIRE_LINE, encode_line},
	[RECORD_LOST] = {WIRE_LOST, encode_lost},
	[RECORD_FOLD] = {WIRE_FOLD, encode_fold},
	[RECORD_COUNT] = {WIRE_COUNT, encode_count},
	[RECORD_EDGES] = {WIRE_EDGES, encode_edges},
	[RECORD_UART] = {WIRE_UART, encode_uart},
	[RECORD_BAND] = {WIRE_BAND, encode_band},
	[RECORD_BURST] = {WIRE_BURST, encode_burst},
	[RECORD_STEP] = {WIRE_STEP, encode_step},
	[RECORD_DC_PATH] = {WIRE_DC_PATH, encode_dc_path},
	[RECORD_CC] = {WIRE_CC, encode_cc},
	[RECORD_SETTING] = {WIRE_STATE, encode_setting},
	[RECORD_HELLO] = {WIRE_HELLO, encode_hello},
	[RECORD_ALERT] = {WIRE_ALERT, encode_alert},
	[RECORD_STATUS] = {WIRE_STATUS, encode_status},
	[RECORD_SELFTEST] = {WIRE_SELFTEST, encode_selftest},
	[RECORD_REPLY] = {WIRE_REPLY, encode_reply},
	[RECORD_MARK] = {WIRE_MARK, encode_text},
	[RECORD_PROFILE] = {WIRE_PROFILE, encode_text},
	[RECORD_CLAIM] = {WIRE_CLAIM, encode_text},
	[RECORD_LAYOUT] = {WIRE_LAYOUT, encode_text},
	[RECORD_UNKNOWN] = {0, encode_unknown},
};

bool tap_encode(const struct tap *t, const struct record *r, uint8_t *body, struct wire_record *w)
{
	struct body b = {.tap = t, .at = body};

	if ((unsigned)r->kind >= sizeof(kinds) / sizeof(kinds[0]) || !kinds[r->kind].encode ||
	    !kinds[r->kind].encode(&b, r))
		return false;
	*w = (struct wire_record){
		.kind = r->kind == RECORD_UNKNOWN ? r->unknown.kind : kinds[r->kind].kind,
		.flags = r->flags,
		.len = (uint16_t)b.len,
		.body = body,
	};
	return true;
}
