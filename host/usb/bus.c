/*
 * One bus: packets in, through the steps of transaction.h, to what was taken, refused or never answered.
 * In: packets in order. Out: calls to transfer.c and control.c; counts.
 * Leaves to others: toggles and transfers (transfer.c, control.c), line events (stream.c).
 */
#include "usb/bus.h"

#include <stdlib.h>
#include <string.h>

struct usb_bus *usb_bus_new(uint16_t number, const struct usb_sink *sink, struct usb_counts *counts)
{
	struct usb_bus *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->number = number;
	b->sink = sink;
	b->counts = counts;
	return b;
}

void usb_bus_free(struct usb_bus *b)
{
	free(b);
}

static void count_damage(struct usb_bus *b, uint32_t errors)
{
	struct usb_counts *n = b->counts;

	b->damaged++;
	n->bad_packets++;
	n->bad_pid += !!(errors & USB_PACKET_BAD_PID);
	n->bad_crc5 += !!(errors & USB_PACKET_BAD_CRC5);
	n->bad_crc16 += !!(errors & USB_PACKET_BAD_CRC16);
	n->bad_length += !!(errors & USB_PACKET_BAD_LENGTH);
	n->bad_receiver += !!(errors & USB_PACKET_BAD_RECEIVER);
}

static bool from_split(unsigned state)
{
	return state >= TRANSACTION_SSPLIT && state <= TRANSACTION_CSPLIT_SETUP;
}

/* A token for an endpoint: where the transaction goes. */
static void token(struct usb_bus *b, const struct usb_packet *p, const struct record *r)
{
	bool in = p->pid == USB_PID_IN;

	b->target.at = bus_at(usb_token_address(p->field), usb_token_endpoint(p->field), in);
	b->target.setup = p->pid == USB_PID_SETUP;
	b->data.t_token_ns = r->t_ns;
	b->data.packet_token = r->packet;
	b->data.speed = b->preamble                                 ? USB_SPEED_LOW
	                : r->packet_data.speed != USB_SPEED_UNKNOWN ? r->packet_data.speed
	                                                            : b->speed;
	b->data.type = USB_TYPE_UNKNOWN;
	if (from_split(b->state)) {
		b->data.type = usb_split_type(b->split);
		b->data.speed = b->data.type != USB_TYPE_BULK && usb_split_low(b->split)
		                        ? USB_SPEED_LOW
		                        : USB_SPEED_FULL;
		/* A complete-split asks the hub, not the device. */
		if (b->state == TRANSACTION_CSPLIT_IN)
			return;
	}
	if (in)
		bus_poll_note(bus_endpoint_at(b, b->target.at), r->t_ns);
}

static void data_note(struct usb_bus *b, const struct usb_packet *p, const struct record *r)
{
	struct bus_data *d = &b->data;

	d->t_ns = r->t_ns;
	d->packet = r->packet;
	d->step_ns = r->step_ns;
	d->pid = p->pid;
	d->crc = p->crc;
	d->len = p->len;
	d->len_true = p->len_true;
	memcpy(d->bytes, p->payload, p->len);
}

/* What was open got no answer: nothing to be said of most, but data and periodic start-splits need none. */
static void unanswered(struct usb_bus *b, unsigned state)
{
	switch (state) {
	case TRANSACTION_IN_DATA:
	case TRANSACTION_OUT_DATA:
	case TRANSACTION_SETUP_DATA:
		bus_unanswered(b, b->target, &b->data);
		break;
	case TRANSACTION_SSPLIT_OUT_DATA:
		b->counts->transactions++;
		if (b->data.type == USB_TYPE_INTERRUPT)
			bus_hold(b, b->target, &b->data, true);
		else if (b->data.type == USB_TYPE_ISOCHRONOUS)
			bus_emit(b, b->target.at, &b->data, USB_TYPE_ISOCHRONOUS, USB_TRANSFER_OK);
		break;
	}
}

static void refused(struct usb_bus *b, uint8_t pid, const struct record *r)
{
	struct bus_endpoint *ep = bus_endpoint_at(b, b->target.at);

	ep->silent = 0;
	if (pid == USB_PID_NAK) {
		b->counts->naks++;
		ep->naks++;
		return;
	}
	b->counts->stalls++;
	b->data.t_ns = r->t_ns;
	b->data.packet = r->packet;
	b->data.step_ns = r->step_ns;
	b->data.len = b->data.len_true = 0;
	if (!control_stall(b, b->target.at, &b->data) && b->target.at >> 1 & 0xf)
		bus_emit(b, b->target.at, &b->data, b->data.type, USB_TRANSFER_STALL);
}

/* A complete-split's data. What the hub cannot bring in one piece comes as MDATA first. USB 2.0 §11.20.4 */
static void split_data(struct usb_bus *b)
{
	uint16_t at = b->target.at;
	struct bus_held *h = bus_held_at(b, at);
	struct bus_data *d = &b->data;

	if (d->type == USB_TYPE_ISOCHRONOUS) {
		bus_emit(b, at, d, USB_TYPE_ISOCHRONOUS, USB_TRANSFER_OK);
		return;
	}
	if (h && h->split) {
		uint32_t n = d->len;

		if (n > BUS_DATA_MAX - h->data.len)
			n = BUS_DATA_MAX - h->data.len;
		if (h->data.len == h->data.len_true) {
			memcpy(h->data.bytes + h->data.len, d->bytes, n);
			h->data.len += n;
		}
		h->data.len_true += d->len_true;
		if (d->pid == USB_PID_MDATA) {
			if (h->data.len_true > BUS_DATA_MAX)
				bus_drop(b, h);
			return;
		}
		memcpy(d->bytes, h->data.bytes, h->data.len);
		d->len = h->data.len;
		d->len_true = h->data.len_true;
		d->crc ^= h->data.crc;
		bus_drop(b, h);
	} else if (d->pid == USB_PID_MDATA) {
		bus_hold(b, b->target, d, true);
		return;
	}
	bus_accept(b, at, d);
}

/* What became of data that a hub took earlier. USB 2.0 §11.17.1, §11.20.3 */
static void split_outcome(struct usb_bus *b, uint8_t pid, const struct record *r)
{
	struct bus_held *h = bus_held_at(b, b->target.at);

	if (h && !h->split)
		h = NULL;
	switch (pid) {
	case USB_PID_NYET:
		return;
	case USB_PID_ACK:
		if (!h) {
			b->counts->unpaired++;
			bus_accept_unseen(b, b->target.at, &b->data);
			return;
		}
		bus_drop(b, h);
		if (b->target.setup)
			bus_accept_setup(b, b->target.at, &h->data);
		else
			bus_accept(b, b->target.at, &h->data);
		return;
	case USB_PID_NAK:
	case USB_PID_STALL:
		refused(b, pid, r);
		break;
	}
	h = bus_held_at(b, b->target.at);
	if (h && h->split)
		bus_drop(b, h);
}

static void done(struct usb_bus *b, unsigned state, uint8_t pid, const struct record *r)
{
	b->counts->transactions++;
	switch (state) {
	case TRANSACTION_IN_DATA:
		bus_accept(b, b->target.at, &b->data);
		break;
	case TRANSACTION_SETUP_DATA:
		bus_accept_setup(b, b->target.at, &b->data);
		break;
	case TRANSACTION_OUT_DATA:
		if (pid == USB_PID_ACK || pid == USB_PID_NYET)
			bus_accept(b, b->target.at, &b->data);
		else
			refused(b, pid, r);
		break;
	case TRANSACTION_IN:
		refused(b, pid, r);
		break;
	case TRANSACTION_PING:
		if (pid != USB_PID_ACK)
			refused(b, pid, r);
		break;
	case TRANSACTION_SSPLIT_OUT_DATA:
	case TRANSACTION_SSPLIT_SETUP_DATA:
		if (pid == USB_PID_ACK)
			bus_hold(b, b->target, &b->data, true);
		break;
	case TRANSACTION_CSPLIT_IN:
		if (usb_packet_kind[pid] == USB_PACKET_KIND_DATA)
			split_data(b);
		else if (pid == USB_PID_NAK || pid == USB_PID_STALL)
			refused(b, pid, r);
		break;
	case TRANSACTION_CSPLIT_OUT:
	case TRANSACTION_CSPLIT_SETUP:
		split_outcome(b, pid, r);
		break;
	case TRANSACTION_DAMAGED:
		b->data.t_ns = r->t_ns;
		b->data.packet = r->packet;
		if (pid == USB_PID_ACK || pid == USB_PID_NYET)
			bus_accept_unseen(b, b->target.at, &b->data);
		break;
	}
}

/*
 * Data where they are due, and their ACK: the rest of what is common. As usb_bus_poll: does what the way of all packets
 * would, or nothing.
 */
static bool usual(struct usb_bus *b, const struct record *r)
{
	const struct record_packet *d = &r->packet_data;
	struct usb_packet p;
	uint8_t state = b->state;

	if (d->flags || d->len != d->len_true || b->preamble)
		return false;
	if (d->len == 1) {
		if ((state != TRANSACTION_IN_DATA && state != TRANSACTION_OUT_DATA) ||
		    d->bytes[0] != USB_PID_BYTE(USB_PID_ACK))
			return false;
		b->counts->transactions++;
		b->state = TRANSACTION_IDLE;
		bus_accept(b, b->target.at, &b->data);
		return true;
	}
	if ((state != TRANSACTION_IN && state != TRANSACTION_OUT) || d->len < 3 ||
	    d->len > USB_PACKET_MAX ||
	    (d->bytes[0] != USB_PID_BYTE(USB_PID_DATA0) &&
	     d->bytes[0] != USB_PID_BYTE(USB_PID_DATA1)))
		return false;
	p.pid = d->bytes[0] & 0xf;
	p.payload = d->bytes + 1;
	p.len = p.len_true = d->len - 3;
	p.crc = load_le16(p.payload + p.len);
	if (p.crc != crc16(p.payload, p.len))
		return false;
	data_note(b, &p, r);
	b->state = state == TRANSACTION_IN ? TRANSACTION_IN_DATA : TRANSACTION_OUT_DATA;
	return true;
}

void usb_bus_packet(struct usb_bus *b, const struct record *r)
{
	if (!usual(b, r))
		usb_bus_step(b, r);
}

/* Apart, so that the usual packets need not save registers for it. */
__attribute__((noinline)) void usb_bus_step(struct usb_bus *b, const struct record *r)
{
	unsigned before = b->state, input;
	struct transaction_step step;
	struct usb_packet p;

	usb_packet_read(&p, &r->packet_data, before == TRANSACTION_EXT);
	input = transaction_input(&p, before);
	step = transaction_step(before, input);

	if (p.errors)
		count_damage(b, p.errors);
	b->state = step.next;
	switch ((enum transaction_status)step.status) {
	case TRANSACTION_INVALID:
		b->counts->unpaired++;
		break;
	case TRANSACTION_BEGINS:
	case TRANSACTION_CLOSED:
		unanswered(b, before);
		if (input == USB_PID_SOF) {
			b->counts->sofs++;
		} else if (step.status == TRANSACTION_CLOSED) {
			break;
		} else if (p.pid == USB_PID_SPLIT) {
			b->counts->splits++;
			b->split = p.field;
		} else {
			token(b, &p, r);
		}
		break;
	case TRANSACTION_GOES_ON:
		if (input == TRANSACTION_SEES_DAMAGE || input == TRANSACTION_SEES_SUBTOKEN)
			break;
		if (usb_packet_kind[p.pid] == USB_PACKET_KIND_DATA)
			data_note(b, &p, r);
		else
			token(b, &p, r);
		break;
	case TRANSACTION_DONE:
		if (usb_packet_kind[p.pid] == USB_PACKET_KIND_DATA)
			data_note(b, &p, r);
		done(b, before, p.pid, r);
		break;
	case TRANSACTION_APART:
		b->counts->keepalives += input == TRANSACTION_SEES_KEEPALIVE;
		if (input == USB_PID_PRE) {
			b->preamble = true;
			return;
		}
		break;
	}
	b->preamble = false;
}

void usb_bus_folded(struct usb_bus *b, int64_t t_ns, const struct record_fold *f)
{
	const bool in = f->what == WIRE_FOLD_NAK_IN;
	struct bus_endpoint *ep = bus_endpoint_at(b, bus_at(f->address, f->endpoint, in));
	uint64_t each = f->count > 1 ? f->span_ns / (f->count - 1) : 0;

	ep->silent = 0;
	ep->naks += f->count;
	if (!in || !f->count)
		return;
	bus_poll_note(ep, t_ns);
	/* As many as are kept: more of the same say no more. */
	for (uint32_t i = 1; i < f->count && i <= BUS_POLLS_KEPT && each; i++)
		bus_poll_note(ep, t_ns + (int64_t)(i * each));
	ep->poll_ns = t_ns + (int64_t)f->span_ns;
}

void usb_bus_counted(struct usb_bus *b, const struct record_count *c)
{
	bus_endpoint_at(b, bus_at(c->address, c->endpoint, c->endpoint & 0x80))->toggle = 0;
}

static void drop_held(struct usb_bus *b)
{
	while (b->helds.used)
		bus_drop(b, &b->held[bus_slots_oldest(&b->helds)]);
}

void usb_bus_lost(struct usb_bus *b)
{
	b->state = TRANSACTION_IDLE;
	b->preamble = false;
	b->epoch++;
	control_lost(b);
	drop_held(b);
}

void usb_bus_reset(struct usb_bus *b)
{
	unanswered(b, b->state);
	b->state = TRANSACTION_IDLE;
	b->preamble = false;
	b->epoch++;
	control_abandon_all(b);
	drop_held(b);
}

void usb_bus_end(struct usb_bus *b)
{
	unanswered(b, b->state);
	b->state = TRANSACTION_IDLE;
	control_abandon_all(b);
	while (b->helds.used) {
		struct bus_held *h = &b->held[bus_slots_oldest(&b->helds)];

		bus_drop(b, h);
		if (!h->setup && h->at >> 1 & 0xf)
			bus_emit(b, h->at, &h->data, h->data.type, USB_TRANSFER_INCOMPLETE);
	}
}
