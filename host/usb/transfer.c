/*
 * Endpoints of a bus: which data counts, and how often it was asked for.
 * In: data that was taken, or that nobody answered. Out: transfers; control data goes on to control.c.
 * A device moves its toggle only when it saw the handshake, so the toggle of the next data tells what became of the
 * last, even where the capture missed the handshake. USB 2.0 §8.6
 * Leaves to others: packets and their order (bus.c), joining packets to longer transfers (who knows wMaxPacketSize).
 */
#include "usb/bus.h"

#include <string.h>

/* Lower median: a poll that was missed makes an interval longer, never shorter. */
static uint32_t median(const struct bus_endpoint *ep, unsigned n)
{
	uint32_t sorted[BUS_POLLS_KEPT];

	for (unsigned i = 0; i < n; i++) {
		unsigned k = i;

		for (; k && sorted[k - 1] > ep->interval_ns[i]; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = ep->interval_ns[i];
	}
	return sorted[(n - 1) / 2];
}

static uint32_t poll_interval(struct bus_endpoint *ep)
{
	unsigned n = ep->intervals < BUS_POLLS_KEPT ? ep->intervals : BUS_POLLS_KEPT;
	uint32_t last;

	if (!n)
		return 0;
	last = ep->interval_ns[(ep->intervals - 1u) % BUS_POLLS_KEPT];
	/* Hosts poll evenly: as long as they do, there is nothing to sort. */
	if (n < BUS_POLLS_KEPT || last - (ep->median_ns - ep->median_ns / 8) > ep->median_ns / 4)
		ep->median_ns = median(ep, n);
	return ep->median_ns;
}

void bus_emit(struct usb_bus *b, uint16_t at, const struct bus_data *d, enum usb_transfer_type type,
              enum usb_transfer_status status)
{
	struct bus_endpoint *ep = bus_endpoint_at(b, at);
	struct usb_transfer t;

	/* Without the refused polls the distance between tokens is that between reports: a typist's, not the host's. */
	ep->naked = ep->naked || ep->naks;
	t = (struct usb_transfer){
		.t_ns = d->t_ns,
		.packet = d->packet,
		.t_begin_ns = d->t_ns,
		.packet_begin = d->packet,
		.bus = b->number,
		.address = (uint8_t)(at >> 5),
		.endpoint = (uint8_t)((at >> 1 & 0xf) | (at & 1) << 7),
		.type = type,
		.speed = d->speed,
		.status = status,
		.wire = true,
		.transaction = true,
		.data = d->bytes,
		.len = d->len,
		.len_true = d->len_true,
		.naks = ep->naks,
		.poll_ns = at & 1 && ep->naked ? poll_interval(ep) : 0,
		.step_ns = d->step_ns,
	};

	ep->naks = 0;
	b->sink->transfer(b->sink->context, &t);
}

struct bus_held *bus_held_at(struct usb_bus *b, uint16_t at)
{
	unsigned slot = bus_endpoint_at(b, at)->held;

	return slot ? &b->held[slot - 1] : NULL;
}

void bus_drop(struct usb_bus *b, struct bus_held *h)
{
	bus_endpoint_at(b, h->at)->held = 0;
	bus_slots_leave(&b->helds, (unsigned)(h - b->held));
}

static void data_copy(struct bus_data *to, const struct bus_data *from)
{
	memcpy(to, from, offsetof(struct bus_data, bytes) + from->len);
}

struct bus_held *bus_hold(struct usb_bus *b, struct bus_target target, const struct bus_data *d,
                          bool split)
{
	struct bus_held *h = bus_held_at(b, target.at);
	unsigned slot;

	if (h)
		bus_drop(b, h);
	slot = bus_slots_take(&b->helds);
	if (slot == BUS_SLOTS) {
		bus_drop(b, &b->held[bus_slots_oldest(&b->helds)]);
		slot = bus_slots_take(&b->helds);
	}
	h = &b->held[slot];
	h->setup = target.setup;
	h->split = split;
	h->at = target.at;
	data_copy(&h->data, d);
	bus_endpoint_at(b, target.at)->held = (uint8_t)(slot + 1);
	return h;
}

/* What an endpoint is known to have taken last; `toggle` 0 where that is not known. */
static void toggle_set(struct usb_bus *b, struct bus_endpoint *ep, uint8_t pid, uint16_t crc)
{
	ep->toggle = pid == USB_PID_DATA0 || pid == USB_PID_DATA1 ? pid : 0;
	ep->crc = crc;
	ep->epoch = b->epoch;
	ep->damaged = b->damaged;
}

/*
 * The same toggle twice: the receiver drops the second, so it is none of ours either. Only where packets were damaged
 * since, and the content differs, is it likelier that the one between was missed.
 */
static bool is_retry(const struct usb_bus *b, const struct bus_endpoint *ep,
                     const struct bus_data *d)
{
	return ep->toggle == d->pid && ep->epoch == b->epoch &&
	       (ep->crc == d->crc || ep->damaged == b->damaged);
}

static void accept(struct usb_bus *b, uint16_t at, const struct bus_data *d)
{
	struct bus_endpoint *ep = bus_endpoint_at(b, at);

	if (control_data(b, at, d) || !(at >> 1 & 0xf))
		return;
	if (is_retry(b, ep, d)) {
		b->counts->retries++;
		return;
	}
	toggle_set(b, ep, d->pid, d->crc);
	bus_emit(b, at, d, d->type, USB_TRANSFER_OK);
}

/* Data with toggle `pid` moves now: what became of that before it? */
static void held_settle(struct usb_bus *b, uint16_t at, uint8_t pid)
{
	struct bus_held *h = bus_held_at(b, at);
	bool taken;

	if (!h || h->split)
		return;
	/* A device talks of a request only after it took it. */
	taken = h->setup || h->data.pid != pid;
	bus_drop(b, h);
	if (!taken)
		return;
	if (h->setup)
		control_setup(b, at, &h->data);
	else
		accept(b, at, &h->data);
}

void bus_accept(struct usb_bus *b, uint16_t at, const struct bus_data *d)
{
	struct bus_held *setup = at & 1 ? bus_held_at(b, at & ~1) : NULL;

	bus_endpoint_at(b, at)->silent = 0;
	if (setup && setup->setup)
		held_settle(b, at & ~1, d->pid);
	held_settle(b, at, d->pid);
	accept(b, at, d);
}

void bus_unanswered(struct usb_bus *b, struct bus_target target, const struct bus_data *d)
{
	struct bus_endpoint *ep = bus_endpoint_at(b, target.at);
	bool isochronous = d->pid == USB_PID_DATA2 || d->pid == USB_PID_MDATA ||
	                   (d->speed == USB_SPEED_FULL && d->len_true > 64);

	if (!target.setup && target.at >> 1 & 0xf) {
		if (ep->silent < BUS_SILENT_ISOCHRONOUS)
			ep->silent++;
		if (isochronous || ep->silent == BUS_SILENT_ISOCHRONOUS) {
			if (ep->held)
				bus_drop(b, bus_held_at(b, target.at));
			ep->toggle = 0;
			b->counts->transactions++;
			bus_emit(b, target.at, d, USB_TYPE_ISOCHRONOUS, USB_TRANSFER_OK);
			return;
		}
	}
	b->counts->unpaired++;
	if (!target.setup)
		held_settle(b, target.at, d->pid);
	bus_hold(b, target, d, false);
}

void bus_accept_unseen(struct usb_bus *b, uint16_t at, const struct bus_data *d)
{
	if (!control_unseen(b, at, d))
		bus_endpoint_at(b, at)->toggle = 0;
}

/* A host that begins anew has done with what it read or wrote last, whether its handshake was seen or not. */
void bus_accept_setup(struct usb_bus *b, uint16_t at, const struct bus_data *d)
{
	for (uint16_t i = 0; i < 2; i++) {
		struct bus_held *h = bus_held_at(b, at | i);

		if (!h)
			continue;
		bus_drop(b, h);
		if (!h->setup && !h->split)
			control_data(b, at | i, &h->data);
	}
	control_setup(b, at, d);
}

void bus_address_clear(struct usb_bus *b, uint8_t address)
{
	for (unsigned i = 2; i < 32; i++) {
		uint16_t at = (uint16_t)(bus_at(address, 0, false) + i);
		struct bus_endpoint *ep = bus_endpoint_at(b, at);
		uint8_t control = ep->control;

		if (ep->held)
			bus_drop(b, bus_held_at(b, at));
		memset(ep, 0, sizeof(*ep));
		ep->control = control;
	}
}
