/*
 * The entry of the model: transfers and bus events in, the model changed, events out. Who a device is stands in
 * devices.c, what it says of itself in enumeration.c, what it types in reports.c.
 */
#include "model/decode_state.h"

#include <stdlib.h>

void decode_emit(struct decode *d, const struct event *e)
{
	d->sink.event(d->sink.context, e);
}

struct event decode_event(enum event_kind kind, const struct usb_transfer *t,
                          const struct model_device *device)
{
	return (struct event){
		.kind = kind,
		.t_ns = t->t_ns,
		.packet = t->packet,
		.device = device,
		.transfer = t,
		.step_ns = t->step_ns,
	};
}

static __attribute__((noinline)) struct decode_bus *bus_other(struct decode *d, uint16_t number)
{
	for (unsigned i = 0; i < DECODE_BUSES_MAX; i++) {
		struct decode_bus *b = &d->bus[i];

		if (!b->used)
			*b = (struct decode_bus){.used = true,
			                         .number = number,
			                         .fresh = MODEL_NONE,
			                         .attach_ns = -1,
			                         .reset_ns = -1};
		if (b->number == number)
			return b;
	}
	/* More buses than any capture at hand has: the last ones share a place, at the price of confused attach times. */
	return &d->bus[DECODE_BUSES_MAX - 1];
}

struct decode_bus *decode_bus_of(struct decode *d, uint16_t number)
{
	/* Nearly every capture is of one. */
	return d->bus->used && d->bus->number == number ? d->bus : bus_other(d, number);
}

/*
 * SE0 is a reset or a detach, and analyzers call both a reset. Hosts drive a reset for 10 to 60 ms (USB 2.0 §7.1.7.5 asks
 * for 10, §11.5.1.5 of hubs for 10 to 20); where J is not back long after that, the pull-up is gone. Boards on V-USB let
 * go for 250 ms and come back as another device.
 */
enum { RESET_MAX_MS = 150 };

static void settle_resets(struct decode *d, int64_t now_ns)
{
	for (unsigned i = 0; i < DECODE_BUSES_MAX && d->bus[i].used; i++) {
		struct decode_bus *b = &d->bus[i];

		if (b->reset_ns < 0 || now_ns - b->reset_ns <= RESET_MAX_MS * INT64_C(1000000))
			continue;
		struct usb_bus_event went = {.t_ns = b->reset_ns,
		                             .packet = b->reset_packet,
		                             .bus = b->number,
		                             .kind = RECORD_LINE,
		                             .line.event = LINE_DETACH};
		struct event e = {
			.kind = EVENT_LINE, .t_ns = went.t_ns, .packet = went.packet, .bus = &went};

		b->reset_ns = -1;
		decode_emit(d, &e);
		devices_bus_detach(d, b->number, went.t_ns, went.packet);
	}
}

static bool wanted(const struct decode *d, enum event_kind kind)
{
	return !d->sink.wanted || *d->sink.wanted & EVENT_BIT(kind);
}

/* The commonest events by far, and hardly anybody listens: they are made for listeners alone. */
static void emit_transfer(struct decode *d, const struct usb_transfer *t,
                          const struct model_device *device)
{
	if (t->has_setup && wanted(d, EVENT_REQUEST)) {
		struct event e = decode_event(EVENT_REQUEST, t, device);

		decode_emit(d, &e);
	}
	if (wanted(d, EVENT_TRANSFER)) {
		struct event e = decode_event(EVENT_TRANSFER, t, device);

		decode_emit(d, &e);
	}
}

static void on_transfer(void *context, const struct usb_transfer *t)
{
	struct decode *d = context;
	struct model_device *device;

	if (t->t_ns > d->model.now_ns)
		d->model.now_ns = t->t_ns;
	if (d->resetting)
		settle_resets(d, t->t_ns);
	device = devices_for(d, t);
	if (device) {
		if (d->resetting)
			decode_bus_of(d, t->bus)->reset_ns = -1;
		device->transfers++;
		device->last_seen_ns = t->t_ns;
		if (t->speed != USB_SPEED_UNKNOWN)
			device->speed = t->speed;
		if (t->type == USB_TYPE_CONTROL) {
			unsigned slot = devices_slot(d, device);

			endpoint_hid_forget(d);
			enumeration_control(d, t, device);
			/* The answer may have shown that it was another device all along. */
			device = &d->model.device[slot];
			if (device->gone)
				device = devices_for(d, t);
		} else if (t->status == USB_TRANSFER_OK) {
			if (t->endpoint & 0x80) {
				device->in_bytes += t->len_true;
				reports_in(d, t, device);
			} else {
				struct endpoint_hid x;

				device->out_bytes += t->len_true;
				if (endpoint_hid(d, device, t, &x) == ENDPOINT_HID && x.in)
					reports_out(d, t, device, x.in->bInterfaceNumber);
			}
		} else if (t->status == USB_TRANSFER_FAILED && t->type == USB_TYPE_INTERRUPT) {
			devices_failed(d, t, device);
		}
	}
	emit_transfer(d, t, device);
}

void decode_line(struct decode *d, const struct usb_bus_event *e)
{
	struct model *m = &d->model;
	struct decode_bus *b = decode_bus_of(d, e->bus);

	m->line_seen = true;
	switch (e->line.event) {
	case LINE_ATTACH:
		b->attach_ns = e->t_ns;
		b->reset_ns = -1;
		break;
	case LINE_J:
	case LINE_K:
	case LINE_RESET_END:
		b->reset_ns = -1;
		break;
	case LINE_DETACH:
		b->reset_ns = -1;
		devices_bus_detach(d, e->bus, e->t_ns, e->packet);
		break;
	case LINE_RESET:
		devices_bus_reset(d, e);
		b->reset_ns = e->t_ns;
		b->reset_packet = e->packet;
		d->resetting = true;
		break;
	case LINE_VBUS_ON:
	case LINE_VBUS_OFF:
		m->vbus_known = true;
		m->vbus_on = e->line.event == LINE_VBUS_ON;
		if (!m->vbus_on)
			devices_bus_detach(d, e->bus, e->t_ns, e->packet);
		break;
	case LINE_BLIND:
		/* That is what the reset was for: no J will follow it, and nobody has gone. */
		b->reset_ns = -1;
		if (!m->blind) {
			m->blind = true;
			m->blind_since_ns = e->t_ns;
		}
		break;
	case LINE_SIGHTED:
		if (m->blind) {
			m->blind = false;
			m->blind_ns += e->t_ns - m->blind_since_ns;
		}
		break;
	default:
		break;
	}
}

static void on_bus(void *context, const struct usb_bus_event *e)
{
	struct decode *d = context;
	struct event out = {.kind = EVENT_TICK, .t_ns = e->t_ns, .packet = e->packet, .bus = e};

	if (e->t_ns > d->model.now_ns)
		d->model.now_ns = e->t_ns;
	if (d->resetting)
		settle_resets(d, e->t_ns);
	tap_time(d, e->t_ns);
	switch (e->kind) {
	case RECORD_LINE:
		out.kind = EVENT_LINE;
		/* First the line, then what went with it: rules must know that it went by the line. */
		if (e->line.event == LINE_DETACH) {
			decode_emit(d, &out);
			decode_line(d, e);
			tap_line(d, e);
			return;
		}
		decode_line(d, e);
		tap_line(d, e);
		break;
	case RECORD_LOST:
		out.kind = EVENT_LOST;
		tap_lost(d, e);
		break;
	case RECORD_TICK:
		break;
	default:
		tap_record(d, e);
		return;
	}
	decode_emit(d, &out);
}

struct decode *decode_new(const struct event_sink *sink)
{
	/* Zeroed pages cost nothing until a slot is used: resident memory follows what is on the bus. */
	struct decode *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->sink = *sink;
	tap_begin(d);
	return d;
}

void decode_free(struct decode *d)
{
	free(d);
}

struct usb_sink decode_usb_sink(struct decode *d)
{
	return (struct usb_sink){.context = d, .transfer = on_transfer, .bus = on_bus};
}

void decode_end(struct decode *d)
{
	struct event e = {.kind = EVENT_END, .t_ns = d->model.now_ns};

	settle_resets(d, d->model.now_ns);
	tap_end(d);
	if (d->model.blind) {
		d->model.blind = false;
		d->model.blind_ns += d->model.now_ns - d->model.blind_since_ns;
	}
	decode_emit(d, &e);
}

const struct model *decode_model(const struct decode *d)
{
	return &d->model;
}

void decode_keep(struct decode *d, const struct model_device *device)
{
	d->model.device[devices_slot(d, device)].reached = true;
}
