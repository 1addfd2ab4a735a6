/*
 * One bus of a raw capture: packets to transactions to transfers. Inside usb/ only; stream.h is the way in.
 *
 * Everything a bus needs is in one allocation, made when its first packet comes. Tables are bounded: the oldest
 * entry gives way, and a control transfer that gives way comes out as USB_TRANSFER_INCOMPLETE.
 */
#ifndef CORDON_USB_BUS_H
#define CORDON_USB_BUS_H

#include "usb/stream.h"
#include "usb/transaction.h"

enum {
	BUS_ENDPOINTS = 128 * 16 * 2,
	BUS_SLOTS = 16,
	BUS_CONTROLS_MAX = BUS_SLOTS, /* control transfers under way at one time */
	BUS_HELD_MAX = BUS_SLOTS,     /* data whose fate is not known yet */
	BUS_POLLS_KEPT = 8,
	BUS_DATA_MAX = 1024,
	BUS_SILENT_ISOCHRONOUS = 4, /* so much data in a row that nobody answered is no accident */
};

/* One direction of an endpoint; one cache line. Slots are 1 + index, 0 is none. */
struct bus_endpoint {
	int64_t poll_ns; /* time of the last IN token */
	uint32_t interval_ns[BUS_POLLS_KEPT];
	uint32_t median_ns; /* of them, as last taken */
	uint32_t naks;
	uint32_t epoch;   /* of the bus, when `toggle` was true */
	uint32_t damaged; /* of the bus, likewise */
	uint16_t crc;     /* of the last accepted data */
	uint8_t toggle;   /* PID of the last accepted data, 0 unknown */
	uint8_t intervals;
	uint8_t silent;  /* data in a row that nobody answered */
	uint8_t control; /* slot of the control transfer on this endpoint's number; in [OUT] only */
	uint8_t held;    /* slot of data whose fate is not known yet */
	bool naked;      /* polls that the device refused are in the capture */
};

/* A data packet, and the transaction it is in. */
struct bus_data {
	int64_t t_ns, t_token_ns;
	uint64_t packet, packet_token;
	uint32_t step_ns;
	uint16_t crc;
	uint8_t pid;
	enum usb_speed speed;
	enum usb_transfer_type type; /* from a split, else unknown */
	uint32_t len, len_true;
	uint8_t bytes[BUS_DATA_MAX];
};

/* Where a transaction goes: an index into bus.endpoint, and its parts. */
struct bus_target {
	uint16_t at; /* address << 5 | number << 1 | in */
	bool setup;
};

struct bus_held {
	bool setup;
	bool split; /* a hub took it and will say what became of it; else its handshake was not seen */
	uint16_t at;
	struct bus_data data;
};

struct bus_control {
	uint8_t address, number;
	uint8_t toggle; /* PID of the last accepted data */
	bool hole;      /* something of it is missing */
	int64_t t_begin_ns, t_ns;
	uint64_t packet_begin, packet;
	uint32_t step_ns;
	enum usb_speed speed;
	struct usb_setup setup;
	uint32_t len, len_true;
	uint8_t bytes[USB_TRANSFER_KEPT];
};

/* Which entries of a table are taken, and since when. Apart from the table: to look here touches none of its pages. */
struct bus_slots {
	uint32_t used;  /* bit n: entry n */
	uint64_t taken; /* how many ever were */
	uint64_t since[BUS_SLOTS];
};

struct usb_bus {
	uint16_t number;
	const struct usb_sink *sink;
	struct usb_counts *counts;

	uint8_t state; /* enum transaction_state */
	bool preamble; /* the next packet goes to a low-speed port */
	enum usb_speed speed;
	uint32_t epoch;   /* steps where nothing known of toggles holds any more */
	uint32_t damaged; /* damaged packets */
	uint32_t split;   /* field of the split token */
	struct bus_target target;
	struct bus_data data;

	struct bus_slots controls, helds;
	struct bus_endpoint endpoint[BUS_ENDPOINTS];
	struct bus_control control[BUS_CONTROLS_MAX];
	struct bus_held held[BUS_HELD_MAX];
};

/* NULL where memory is out. `sink` and `counts` are borrowed for the bus's life. */
struct usb_bus *usb_bus_new(uint16_t number, const struct usb_sink *sink,
                            struct usb_counts *counts);
void usb_bus_free(struct usb_bus *b);

/* Any packet; most are those of usb_bus_poll, below, which is to be asked first. */
void usb_bus_packet(struct usb_bus *b, const struct record *r);

/* The same, and nothing but the table of steps: for what is unusual, and for tests. */
void usb_bus_step(struct usb_bus *b, const struct record *r);

/* Polls of an endpoint that were refused, and counted by the tap instead of sent. */
void usb_bus_folded(struct usb_bus *b, int64_t t_ns, const struct record_fold *f);

/* Data packets of an endpoint, likewise: its toggle is not known any more. */
void usb_bus_counted(struct usb_bus *b, const struct record_count *c);

/* Packets are missing: toggles are unknown, and what is under way has a hole. */
void usb_bus_lost(struct usb_bus *b);

/* Reset, attach or detach: nothing that was under way goes on. */
void usb_bus_reset(struct usb_bus *b);

/* The input is over. */
void usb_bus_end(struct usb_bus *b);

/* Below: between bus.c, control.c and transfer.c. */

static inline struct bus_endpoint *bus_endpoint_at(struct usb_bus *b, uint16_t at)
{
	return &b->endpoint[at % BUS_ENDPOINTS];
}

/* BUS_SLOTS where none is taken. */
static inline unsigned bus_slots_oldest(const struct bus_slots *s)
{
	unsigned oldest = BUS_SLOTS;

	for (unsigned i = 0; i < BUS_SLOTS; i++)
		if (s->used >> i & 1 && (oldest == BUS_SLOTS || s->since[i] < s->since[oldest]))
			oldest = i;
	return oldest;
}

/* A free entry, now taken; BUS_SLOTS where there is none. */
static inline unsigned bus_slots_take(struct bus_slots *s)
{
	for (unsigned i = 0; i < BUS_SLOTS; i++)
		if (!(s->used >> i & 1)) {
			s->used |= 1u << i;
			s->since[i] = ++s->taken;
			return i;
		}
	return BUS_SLOTS;
}

static inline void bus_slots_leave(struct bus_slots *s, unsigned i)
{
	s->used &= ~(1u << i);
}

static inline uint16_t bus_at(uint8_t address, uint8_t number, bool in)
{
	return (uint16_t)((address & 0x7f) << 5 | (number & 0xf) << 1 | in);
}

/* Data that its receiver took, `d` as it stood on the wire; retries are left out here. */
void bus_accept(struct usb_bus *b, uint16_t at, const struct bus_data *d);

/* Data that nobody answered. */
void bus_unanswered(struct usb_bus *b, struct bus_target target, const struct bus_data *d);

/* A SETUP that the device took. */
void bus_accept_setup(struct usb_bus *b, uint16_t at, const struct bus_data *d);

/* Something was taken, and what it was cannot be known: only the time and ordinal of `d` count. */
void bus_accept_unseen(struct usb_bus *b, uint16_t at, const struct bus_data *d);

/* Data kept until its fate is known. One a target: an earlier one gives way. */
struct bus_held *bus_hold(struct usb_bus *b, struct bus_target target, const struct bus_data *d,
                          bool split);
struct bus_held *bus_held_at(struct usb_bus *b, uint16_t at);
void bus_drop(struct usb_bus *b, struct bus_held *h);

/* A transaction's data as a transfer of its own. */
void bus_emit(struct usb_bus *b, uint16_t at, const struct bus_data *d, enum usb_transfer_type type,
              enum usb_transfer_status status);

/* Toggles and polls of all endpoints of `address` but its default pipe are those of a new device. */
void bus_address_clear(struct usb_bus *b, uint8_t address);

void control_setup(struct usb_bus *b, uint16_t at, const struct bus_data *d);
/* True where a control transfer is under way on that endpoint, and took it. */
bool control_data(struct usb_bus *b, uint16_t at, const struct bus_data *d);
bool control_stall(struct usb_bus *b, uint16_t at, const struct bus_data *d);
bool control_unseen(struct usb_bus *b, uint16_t at, const struct bus_data *d);
void control_lost(struct usb_bus *b);
void control_abandon_all(struct usb_bus *b);

static inline void bus_poll_note(struct bus_endpoint *ep, int64_t t_ns)
{
	int64_t since = t_ns - ep->poll_ns;

	if (ep->poll_ns && since > 0 && since <= UINT32_MAX) {
		ep->interval_ns[ep->intervals % BUS_POLLS_KEPT] = (uint32_t)since;
		/* Stays above BUS_POLLS_KEPT once it was there. */
		if (++ep->intervals == 2 * BUS_POLLS_KEPT)
			ep->intervals = BUS_POLLS_KEPT;
	}
	ep->poll_ns = t_ns;
}

/*
 * Frames, polls and their refusals are most of what a bus carries: where one comes whole, where it is due, it needs
 * neither the table of steps nor anything that other packets have. Does what usb_bus_packet would; false, and nothing done,
 * for all else.
 */
static inline bool usb_bus_poll(struct usb_bus *b, const struct record *r)
{
	const struct record_packet *d = &r->packet_data;

	if (d->flags || d->len != d->len_true ||
	    (b->state != TRANSACTION_IDLE && b->state != TRANSACTION_IN) || b->preamble)
		return false;
	if (d->len == 1 && d->bytes[0] == USB_PID_BYTE(USB_PID_NAK) && b->state == TRANSACTION_IN) {
		struct bus_endpoint *ep = bus_endpoint_at(b, b->target.at);

		b->counts->transactions++;
		b->counts->naks++;
		ep->naks++;
		ep->silent = 0;
		b->state = TRANSACTION_IDLE;
		return true;
	}
	if (d->len != 3)
		return false;
	if (d->bytes[0] == USB_PID_BYTE(USB_PID_SOF) && crc5_token_good(d->bytes + 1)) {
		b->counts->sofs++;
		b->state = TRANSACTION_IDLE;
		return true;
	}
	if (d->bytes[0] == USB_PID_BYTE(USB_PID_IN) && crc5_token_good(d->bytes + 1)) {
		uint32_t field = load_le16(d->bytes + 1);

		b->target.at = bus_at(usb_token_address(field), usb_token_endpoint(field), true);
		b->target.setup = false;
		b->data.t_token_ns = r->t_ns;
		b->data.packet_token = r->packet;
		b->data.speed = d->speed != USB_SPEED_UNKNOWN ? d->speed : b->speed;
		b->data.type = USB_TYPE_UNKNOWN;
		bus_poll_note(bus_endpoint_at(b, b->target.at), r->t_ns);
		b->state = TRANSACTION_IN;
		return true;
	}
	return false;
}

#endif
