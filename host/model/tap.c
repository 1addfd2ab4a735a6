/*
 * What a tap tells beside packets: its settings and sensors into the model, events for the rules. In: records of the tap.
 * Out: EVENT_SENSOR, EVENT_UART, EVENT_TAP; a supply that the tap switches is a line event as any other.
 * It keeps the account of how long lines and current were watched with VBUS on, from the tap's own time alone.
 */
#include "model/decode_state.h"

#include <string.h>

#define MS INT64_C(1000000)

enum {
	HELLO_GAP_MS =
		2000, /* it speaks each second: beyond twice that nobody knows that it listened */
	BAND_GAP_MS = 10, /* of each millisecond one; a few may be late */
	QUIET_MS = 20,    /* edges come within some milliseconds: then the last frame is over */
};

static void on_text(void *context, const struct uart_text *t)
{
	struct decode *d = context;
	struct event e = {
		.kind = EVENT_UART,
		.t_ns = t->last_ns,
		.packet = d->edge_packet,
		.record = d->edges,
		.uart = t,
		.step_ns = 1,
	};

	decode_emit(d, &e);
}

void tap_begin(struct decode *d)
{
	uart_init(&d->uart, d, on_text);
}

void tap_time(struct decode *d, int64_t t_ns)
{
	struct model_tap *tap = &d->model.tap;
	int64_t span = t_ns - d->tap_ns;

	if (!tap->known)
		return;
	if (tap->listening && d->model.vbus_on && !d->model.blind && span > 0 &&
	    span <= HELLO_GAP_MS * MS)
		tap->line_seen_ns += span;
	if (span > 0)
		d->tap_ns = t_ns;
	if (t_ns - d->edge_ns > QUIET_MS * MS)
		uart_quiet(&d->uart, t_ns);
}

void tap_line(struct decode *d, const struct usb_bus_event *e)
{
	if (e->line.event == LINE_GATE || e->line.event == LINE_BLIND)
		uart_break(&d->uart);
}

void tap_lost(struct decode *d, const struct usb_bus_event *e)
{
	if (!record_lost_packets(&e->lost)) {
		if (e->lost.what == WIRE_LOST_SENSOR)
			d->model.tap.has_band[WIRE_CURRENT] = false;
		return;
	}
	uart_break(&d->uart);
	if (e->lost.until_ns > d->tap_ns)
		d->tap_ns = e->lost.until_ns;
	/* Of other losses the count is known, and their span is the time between two records. */
	if (e->lost.what != WIRE_LOST_PACKETS && e->lost.until_ns > e->t_ns)
		d->model.unseen_ns += e->lost.until_ns - e->t_ns;
}

static void vbus(struct decode *d, const struct usb_bus_event *e, bool on)
{
	struct usb_bus_event v = *e;
	struct event out = {
		.kind = EVENT_LINE, .t_ns = e->t_ns, .packet = e->packet, .bus = &v, .step_ns = 1};

	if (d->model.vbus_known && d->model.vbus_on == on)
		return;
	v.kind = RECORD_LINE;
	v.line = (struct record_line){.event = on ? LINE_VBUS_ON : LINE_VBUS_OFF};
	decode_line(d, &v);
	decode_emit(d, &out);
}

static void listening(struct decode *d, bool capturing)
{
	struct model_tap *tap = &d->model.tap;

	tap->listening = capturing && tap->hello.capabilities & WIRE_CAN_LISTEN;
}

static void hello(struct decode *d, const struct usb_bus_event *e)
{
	struct model_tap *tap = &d->model.tap;

	if (!tap->known)
		d->tap_ns = e->t_ns;
	if (tap->known && tap->hello.boot_id != e->record->hello.boot_id) {
		tap->alert = 0;
		tap->has_alert = true;
	}
	tap->known = true;
	tap->hello = e->record->hello;
	tap->failed_checks |= tap->hello.failed_checks;
	listening(d, tap->hello.capturing != 0);
	vbus(d, e, tap->hello.vbus != 0);
}

/* 16 bits that wrap. One that lies behind is of a tap that started anew, or was overtaken on its two ways. */
static void alert(struct decode *d, const struct wire_alert *a)
{
	struct model_tap *tap = &d->model.tap;
	uint16_t ahead = (uint16_t)(a->sequence - tap->alert);

	if (tap->has_alert && ahead && ahead <= INT16_MAX)
		tap->alerts_lost += ahead - 1u;
	tap->has_alert = true;
	tap->alert = a->sequence;
}

static void setting(struct decode *d, const struct usb_bus_event *e)
{
	const struct wire_state *s = &e->record->setting;

	switch (s->setting) {
	case WIRE_SET_CAPTURE:
		listening(d, s->after != 0);
		break;
	case WIRE_SET_VBUS:
		vbus(d, e, s->after != 0);
		break;
	case WIRE_SET_OVERVOLTAGE:
		d->model.tap.overvoltage |= s->after != 0;
		break;
	case WIRE_SET_RANGE: /* what was measured on the way is of neither range */
		d->model.tap.has_band[WIRE_CURRENT] = false;
		break;
	}
}

static void band(struct decode *d, const struct record *r)
{
	struct model_tap *tap = &d->model.tap;
	unsigned channel = r->band.sensor.channel;
	int64_t span = r->t_ns - tap->band_ns[channel];

	if (channel == WIRE_CURRENT && tap->has_band[channel] && d->model.vbus_on && span > 0 &&
	    span <= BAND_GAP_MS * MS)
		tap->current_seen_ns += span;
	tap->has_band[channel] = true;
	tap->band[channel] = r->band;
	tap->band_ns[channel] = r->t_ns;
}

static void edges(struct decode *d, const struct record *r)
{
	d->edges = r;
	d->edge_packet = r->packet;
	for (uint32_t i = 0; i < r->edges.count; i++) {
		d->edge_ns = r->t_ns + (int64_t)r->edges.edge[i].after_ns;
		uart_edge(&d->uart, d->edge_ns, r->edges.edge[i].lines);
	}
	d->edges = NULL;
}

/* Characters that were read elsewhere, by the tap or a simulator, one after the other. */
static void text(struct decode *d, const struct record *r)
{
	struct uart_text t = {.line = r->uart.line,
	                      .baud = r->uart.baud,
	                      .first_ns = r->t_ns,
	                      .last_ns = r->t_ns};

	d->edges = r;
	d->edge_packet = r->packet;
	for (uint32_t i = 0; i < r->uart.text.len; i++) {
		uint8_t c = r->uart.text.bytes[i];

		if (!uart_printable(c)) {
			t.run = t.len = 0;
			continue;
		}
		if (t.len == UART_TEXT_MAX)
			memmove(t.text, t.text + 1, --t.len);
		t.text[t.len++] = (char)c;
		if (++t.run >= UART_RUN_MIN)
			on_text(d, &t);
	}
	d->edges = NULL;
}

void tap_record(struct decode *d, const struct usb_bus_event *e)
{
	const struct record *r = e->record;
	struct event out = {
		.kind = EVENT_TAP, .t_ns = e->t_ns, .packet = e->packet, .record = r, .step_ns = 1};

	if (!r)
		return;
	switch (r->kind) {
	case RECORD_BAND:
		band(d, r);
		out.kind = EVENT_SENSOR;
		break;
	case RECORD_BURST:
	case RECORD_STEP:
		out.kind = EVENT_SENSOR;
		break;
	case RECORD_EDGES:
		edges(d, r);
		return;
	case RECORD_UART:
		text(d, r);
		return;
	case RECORD_HELLO:
		hello(d, e);
		break;
	case RECORD_SETTING:
		setting(d, e);
		break;
	case RECORD_ALERT:
		alert(d, &r->alert);
		break;
	case RECORD_SELFTEST:
		d->model.tap.failed_checks |= r->selftest.failed;
		break;
	default:
		break;
	}
	decode_emit(d, &out);
}

void tap_end(struct decode *d)
{
	if (d->model.tap.known)
		uart_quiet(&d->uart, d->model.now_ns + QUIET_MS * MS);
}
