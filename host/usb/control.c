/*
 * Control transfers of a bus: SETUP, data and status stages to one transfer. USB 2.0 §8.5.3, §5.5
 * In: transactions that were taken. Out: transfers; toggles that a request resets.
 * Leaves to others: what a request means, unless it changes toggles.
 */
#include "usb/bus.h"

#include <string.h>

static bool data_is_in(const struct bus_control *c)
{
	return c->setup.wLength && (c->setup.bmRequestType & USB_REQUEST_IN);
}

static bool data_is_out(const struct bus_control *c)
{
	return c->setup.wLength && !(c->setup.bmRequestType & USB_REQUEST_IN);
}

static struct bus_endpoint *home(struct usb_bus *b, const struct bus_control *c)
{
	return bus_endpoint_at(b, bus_at(c->address, c->number, false));
}

static struct bus_control *control_at(struct usb_bus *b, uint16_t at)
{
	unsigned slot = bus_endpoint_at(b, at & ~1)->control;

	return slot ? &b->control[slot - 1] : NULL;
}

static void control_emit(struct usb_bus *b, struct bus_control *c, enum usb_transfer_status status)
{
	struct bus_endpoint *out = home(b, c);
	struct bus_endpoint *in = out + 1;
	struct usb_transfer t = {
		.t_ns = c->t_ns,
		.packet = c->packet,
		.t_begin_ns = c->t_begin_ns,
		.packet_begin = c->packet_begin,
		.bus = b->number,
		.address = c->address,
		.endpoint = (uint8_t)(c->number | (data_is_in(c) ? 0x80 : 0)),
		.type = USB_TYPE_CONTROL,
		.speed = c->speed,
		.status = status,
		.wire = true,
		.has_setup = true,
		.setup = c->setup,
		.data = c->bytes,
		.len = c->len,
		.len_true = c->len_true,
		.naks = out->naks + in->naks,
		.step_ns = c->step_ns,
	};

	out->naks = in->naks = 0;
	out->control = 0;
	bus_slots_leave(&b->controls, (unsigned)(c - b->control));
	b->sink->transfer(b->sink->context, &t);
}

static struct bus_control *control_take(struct usb_bus *b)
{
	unsigned slot = bus_slots_take(&b->controls);

	if (slot == BUS_SLOTS) {
		control_emit(b, &b->control[bus_slots_oldest(&b->controls)],
		             USB_TRANSFER_INCOMPLETE);
		slot = bus_slots_take(&b->controls);
	}
	return &b->control[slot];
}

void control_setup(struct usb_bus *b, uint16_t at, const struct bus_data *d)
{
	struct bus_control *c = control_at(b, at);

	if (c)
		control_emit(b, c, USB_TRANSFER_INCOMPLETE);
	if (d->len < 8 || d->len_true != 8) {
		b->counts->cut_setups += d->len < 8 && d->len_true == 8;
		return;
	}
	c = control_take(b);
	c->address = (uint8_t)(at >> 5);
	c->number = at >> 1 & 0xf;
	c->toggle = USB_PID_DATA0;
	c->hole = false;
	c->t_begin_ns = d->t_token_ns;
	c->packet_begin = d->packet_token;
	c->t_ns = d->t_ns;
	c->packet = d->packet;
	c->step_ns = d->step_ns;
	c->speed = d->speed;
	c->setup = (struct usb_setup){
		.bmRequestType = d->bytes[0],
		.bRequest = d->bytes[1],
		.wValue = load_le16(d->bytes + 2),
		.wIndex = load_le16(d->bytes + 4),
		.wLength = load_le16(d->bytes + 6),
	};
	c->len = c->len_true = 0;
	home(b, c)->control = (uint8_t)(c - b->control + 1);
}

static void data_append(struct bus_control *c, const struct bus_data *d)
{
	uint32_t n = d->len;

	/* A gap in what was captured must not move what follows it to the front. */
	if (c->len != c->len_true)
		n = 0;
	if (n > USB_TRANSFER_KEPT - c->len)
		n = USB_TRANSFER_KEPT - c->len;
	memcpy(c->bytes + c->len, d->bytes, n);
	c->len += n;
	c->len_true =
		d->len_true > UINT32_MAX - c->len_true ? UINT32_MAX : c->len_true + d->len_true;
}

/* Requests after which endpoints begin at DATA0, or are another device's. USB 2.0 §9.1.1.5, §9.4.5, §9.4.10 */
static void effect(struct usb_bus *b, const struct usb_setup *s, uint8_t address)
{
	switch (s->bmRequestType << 8 | s->bRequest) {
	case USB_REQUEST_DEVICE << 8 | USB_SET_ADDRESS:
		if ((s->wValue & 0x7f) != address)
			bus_address_clear(b, s->wValue & 0x7f);
		break;
	case USB_REQUEST_DEVICE << 8 | USB_SET_CONFIGURATION:
	case USB_REQUEST_INTERFACE << 8 | USB_SET_INTERFACE:
		bus_address_clear(b, address);
		break;
	case USB_REQUEST_ENDPOINT << 8 | USB_CLEAR_FEATURE:
		if (!s->wValue) {
			uint16_t at = bus_at(address, s->wIndex & 0xf, s->wIndex >> 7 & 1);

			bus_endpoint_at(b, at)->toggle = 0;
			if (bus_held_at(b, at))
				bus_drop(b, bus_held_at(b, at));
		}
		break;
	}
}

/* Where no data came, the end is the time that counts. */
static void stamp_end(struct bus_control *c, const struct bus_data *d)
{
	if (c->len_true)
		return;
	c->t_ns = d->t_ns;
	c->packet = d->packet;
}

static bool in_data_stage(const struct bus_control *c, uint16_t at)
{
	return at & 1 ? data_is_in(c) : data_is_out(c);
}

static void control_finish(struct usb_bus *b, struct bus_control *c, const struct bus_data *d)
{
	stamp_end(c, d);
	effect(b, &c->setup, c->address);
	control_emit(b, c, c->hole ? USB_TRANSFER_INCOMPLETE : USB_TRANSFER_OK);
}

bool control_data(struct usb_bus *b, uint16_t at, const struct bus_data *d)
{
	struct bus_control *c = control_at(b, at);

	if (!c)
		return false;
	if (!in_data_stage(c, at)) {
		control_finish(b, c, d);
		return true;
	}
	/* In its data stage toggles alternate too, and begin at DATA1. */
	if (d->pid == c->toggle && !c->hole) {
		b->counts->retries++;
		return true;
	}
	c->toggle = d->pid;
	data_append(c, d);
	c->t_ns = d->t_ns;
	c->packet = d->packet;
	return true;
}

bool control_stall(struct usb_bus *b, uint16_t at, const struct bus_data *d)
{
	struct bus_control *c = control_at(b, at);

	if (!c)
		return false;
	stamp_end(c, d);
	control_emit(b, c, USB_TRANSFER_STALL);
	return true;
}

bool control_unseen(struct usb_bus *b, uint16_t at, const struct bus_data *d)
{
	struct bus_control *c = control_at(b, at);

	if (!c)
		return false;
	if (in_data_stage(c, at))
		c->hole = true;
	else
		control_finish(b, c, d);
	return true;
}

void control_lost(struct usb_bus *b)
{
	for (unsigned i = 0; i < BUS_CONTROLS_MAX; i++)
		if (b->controls.used >> i & 1)
			b->control[i].hole = true;
}

void control_abandon_all(struct usb_bus *b)
{
	while (b->controls.used)
		control_emit(b, &b->control[bus_slots_oldest(&b->controls)],
		             USB_TRANSFER_INCOMPLETE);
}
