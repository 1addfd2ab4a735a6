/*
 * Pairing of URB halves. In: submissions and completions. Out: transfers.
 *
 * Data of an OUT transfer stand in its submission, those of an IN transfer in its completion; a setup only in the
 * submission. So a submission waits for its completion. A completion that comes first waits only where the
 * submission holds what it lacks; else its transfer goes out at once, and a marker stays that tells a late
 * submission from a new one.
 * Leaves to others: file formats (capture/), iso packet descriptors, what a request means.
 */
#include "usb/urb.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

enum {
	HALVES_MAX = 256,
	BUCKETS = 256,
	STORES_MAX = 64,
	OTHER_KEPT = 4096, /* of all but control transfers: nobody reads further in bulk data */
	NONE = 0xffff,
	STATUS_SHORT =
		-121, /* EREMOTEIO: less than asked for, and the driver minds; the data are good */
};

enum half_kind {
	HALF_FREE,
	HALF_SUBMITTED,
	HALF_COMPLETED, /* waits for a submission */
	HALF_GIVEN,     /* a completion whose transfer is out already */
};

struct half {
	enum half_kind kind;
	uint16_t bus;
	uint16_t store;    /* its data, NONE */
	struct half *next; /* of its bucket, later arrivals first */
	struct half *older, *newer;
	int64_t t_ns;
	uint64_t packet;
	uint32_t step_ns;
	struct record_urb urb; /* `data` is not valid, `len` is what the store holds */
};

struct usb_urbs {
	const struct usb_sink *sink;
	struct usb_counts *counts;
	struct half *bucket[BUCKETS];
	struct half *oldest, *newest;
	struct half *unused; /* list through `next` */
	uint16_t stores_unused, store_unused[STORES_MAX];
	struct half half[HALVES_MAX];
	uint8_t store[STORES_MAX][USB_TRANSFER_KEPT];
};

struct usb_urbs *usb_urbs_new(const struct usb_sink *sink, struct usb_counts *counts)
{
	struct usb_urbs *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->sink = sink;
	u->counts = counts;
	for (unsigned i = 0; i + 1 < HALVES_MAX; i++)
		u->half[i].next = &u->half[i + 1];
	u->unused = u->half;
	/* Lowest last, so that it is taken first: what is not needed is never touched. */
	for (unsigned i = 0; i < STORES_MAX; i++)
		u->store_unused[i] = (uint16_t)(STORES_MAX - 1 - i);
	u->stores_unused = STORES_MAX;
	return u;
}

void usb_urbs_free(struct usb_urbs *u)
{
	free(u);
}

static struct half **bucket_of(struct usb_urbs *u, uint16_t bus, const struct record_urb *r)
{
	uint64_t key = r->id ^ (uint64_t)(bus ^ r->address << 8) << 48;

	key *= 0x9e3779b97f4a7c15u;
	return &u->bucket[key >> 56];
}

static bool same(const struct half *h, const struct record *r)
{
	return h->urb.id == r->urb.id && h->bus == r->bus && h->urb.address == r->urb.address;
}

static bool same_request(const struct record_urb *a, const struct record_urb *b)
{
	return a->type == b->type && a->endpoint == b->endpoint && a->has_setup == b->has_setup &&
	       a->len_true == b->len_true &&
	       (!a->has_setup || memcmp(a->setup, b->setup, sizeof(a->setup)) == 0);
}

/* `p` is its bucket. */
static void half_take_out(struct usb_urbs *u, struct half *h, struct half **p)
{
	while (*p != h)
		p = &(*p)->next;
	*p = h->next;
	*(h->older ? &h->older->newer : &u->oldest) = h->newer;
	*(h->newer ? &h->newer->older : &u->newest) = h->older;
	if (h->store != NONE)
		u->store_unused[u->stores_unused++] = h->store;
	h->kind = HALF_FREE;
	h->next = u->unused;
	u->unused = h;
}

static void half_release(struct usb_urbs *u, struct half *h)
{
	half_take_out(u, h, bucket_of(u, h->bus, &h->urb));
}

/* Of a control transfer only the setup tells. */
static bool is_in(const struct record_urb *u, const uint8_t *setup)
{
	if (u->type != USB_TYPE_CONTROL || !setup)
		return u->endpoint & 0x80;
	return (setup[0] & 0x80) && load_le16(setup + 6);
}

static enum usb_transfer_status status_of(int32_t status)
{
	switch (status) {
	case URB_STATUS_OK:
	case URB_STATUS_UNKNOWN:
	case URB_STATUS_PENDING:
	case STATUS_SHORT:
		return USB_TRANSFER_OK;
	case URB_STATUS_STALL:
		return USB_TRANSFER_STALL;
	default:
		return USB_TRANSFER_FAILED;
	}
}

/* One half, with its data wherever they are. */
struct side {
	const struct record_urb *urb;
	const uint8_t *data;
	int64_t t_ns;
	uint64_t packet;
	uint32_t step_ns;
};

static struct side side_of_record(const struct record *r)
{
	return (struct side){&r->urb, r->urb.data, r->t_ns, r->packet, r->step_ns};
}

static struct side side_of_half(const struct usb_urbs *u, const struct half *h)
{
	return (struct side){&h->urb, h->store != NONE ? u->store[h->store] : NULL, h->t_ns,
	                     h->packet, h->step_ns};
}

/* Either may be NULL, not both. */
static void give(struct usb_urbs *u, uint16_t bus, const struct side *submitted,
                 const struct side *completed)
{
	const struct side *last = completed ? completed : submitted;
	const uint8_t *setup = submitted && submitted->urb->has_setup   ? submitted->urb->setup
	                       : completed && completed->urb->has_setup ? completed->urb->setup
	                                                                : NULL;
	bool in = is_in(last->urb, setup);
	/* An early USBPcap puts OUT data into the completion. */
	const struct side *source =
		in || !submitted || (completed && !submitted->data && completed->data) ? completed
										       : submitted;
	struct usb_transfer t = {
		.t_ns = last->t_ns,
		.packet = last->packet,
		.t_begin_ns = submitted ? submitted->t_ns : last->t_ns,
		.packet_begin = submitted ? submitted->packet : last->packet,
		.bus = bus,
		.address = last->urb->address,
		.endpoint = (uint8_t)((last->urb->endpoint & 0xf) | (in ? 0x80 : 0)),
		.type = last->urb->type,
		.status = completed ? status_of(completed->urb->status) : USB_TRANSFER_INCOMPLETE,
		.interval = last->urb->interval,
		.step_ns = last->step_ns,
	};

	if (setup) {
		t.has_setup = true;
		t.setup = (struct usb_setup){
			.bmRequestType = setup[0],
			.bRequest = setup[1],
			.wValue = load_le16(setup + 2),
			.wIndex = load_le16(setup + 4),
			.wLength = load_le16(setup + 6),
		};
	}
	if (source) {
		t.data = source->data;
		t.len = source->data ? source->urb->len : 0;
		t.len_true = source->urb->len_true;
		/* USBPcap's completions of OUT transfers say 0. */
		if (source == submitted && completed && completed->urb->len_true)
			t.len_true = completed->urb->len_true;
		if (t.len > t.len_true)
			t.len = t.len_true;
	}
	u->sink->transfer(u->sink->context, &t);
}

/* A half that will find no partner. Polls that nothing answered say nothing, and are left out. */
static void give_up(struct usb_urbs *u, struct half *h)
{
	struct side s = side_of_half(u, h);

	u->counts->unpaired++;
	if (h->kind == HALF_COMPLETED)
		give(u, h->bus, NULL, &s);
	else if (h->kind == HALF_SUBMITTED && (h->urb.has_setup || !(h->urb.endpoint & 0x80)))
		give(u, h->bus, &s, NULL);
	half_release(u, h);
}

/* Where all stores are taken the oldest half loses its data, not its place. */
static uint16_t store_take(struct usb_urbs *u)
{
	if (u->stores_unused)
		return u->store_unused[--u->stores_unused];
	for (struct half *h = u->oldest; h; h = h->newer) {
		uint16_t store = h->store;

		if (store == NONE)
			continue;
		h->store = NONE;
		h->urb.len = 0;
		return store;
	}
	return NONE;
}

static void half_keep(struct usb_urbs *u, struct half **bucket, const struct record *r,
                      enum half_kind kind)
{
	uint32_t len = r->urb.data && kind != HALF_GIVEN ? r->urb.len : 0;
	uint32_t most = r->urb.type == USB_TYPE_CONTROL ? USB_TRANSFER_KEPT : OTHER_KEPT;
	struct half *h;

	if (!u->unused)
		give_up(u, u->oldest);
	h = u->unused;
	u->unused = h->next;
	/* One by one: a compound literal is cleared and built elsewhere first. */
	h->kind = kind;
	h->bus = r->bus;
	h->store = NONE;
	h->next = *bucket;
	h->older = u->newest;
	h->newer = NULL;
	h->t_ns = r->t_ns;
	h->packet = r->packet;
	h->step_ns = r->step_ns;
	h->urb = r->urb;
	h->urb.data = NULL;
	h->urb.len = len < most ? len : most;
	*bucket = h;
	*(u->newest ? &u->newest->newer : &u->oldest) = h;
	u->newest = h;
	if (len && (h->store = store_take(u)) != NONE)
		memcpy(u->store[h->store], r->urb.data, h->urb.len);
}

static void submit(struct usb_urbs *u, const struct record *r)
{
	struct half **bucket = bucket_of(u, r->bus, &r->urb), *next;

	for (struct half *h = *bucket; h; h = next) {
		next = h->next;
		if (!same(h, r))
			continue;
		if (h->kind == HALF_SUBMITTED) {
			/* One is open by an id at a time: this one was captured twice, as by usbmon's 0 and its bus. */
			if (r->t_ns == h->t_ns && same_request(&h->urb, &r->urb))
				return;
			continue;
		}
		/* Of before that completion: its own, come late. */
		if (r->t_ns < h->t_ns) {
			if (h->kind == HALF_COMPLETED) {
				struct side s = side_of_record(r), c = side_of_half(u, h);

				give(u, r->bus, &s, &c);
			}
			half_release(u, h);
			return;
		}
		give_up(u, h);
	}
	half_keep(u, bucket, r, HALF_SUBMITTED);
}

/*
 * A poll that was answered: nearly all transfers. Its submission is the first of its bucket, and has nothing but its
 * time to give. False, and nothing done, for whatever is the business of the long way, which would do the same.
 */
static bool answered_poll(struct usb_urbs *u, struct half **bucket, const struct record *r)
{
	const struct record_urb *c = &r->urb;
	struct half *h = *bucket;
	struct usb_transfer t;

	if (!h || c->type == USB_TYPE_CONTROL || !(c->endpoint & 0x80))
		return false;
	if (!same(h, r) || h->kind != HALF_SUBMITTED || h->t_ns > r->t_ns || h->urb.has_setup ||
	    c->has_setup || h->store != NONE)
		return false;
	t = (struct usb_transfer){
		.t_ns = r->t_ns,
		.packet = r->packet,
		.t_begin_ns = h->t_ns,
		.packet_begin = h->packet,
		.bus = r->bus,
		.address = c->address,
		.endpoint = c->endpoint & 0x8f,
		.type = c->type,
		.status = status_of(c->status),
		.interval = c->interval,
		.step_ns = r->step_ns,
		.data = c->data,
		.len = c->data ? c->len : 0,
		.len_true = c->len_true,
	};
	if (t.len > t.len_true)
		t.len = t.len_true;
	u->sink->transfer(u->sink->context, &t);
	half_take_out(u, h, bucket);
	return true;
}

static void complete(struct usb_urbs *u, const struct record *r)
{
	struct half **bucket = bucket_of(u, r->bus, &r->urb), *best = NULL, *next;
	struct side c;

	if (answered_poll(u, bucket, r))
		return;
	c = side_of_record(r);
	/* The last submission before it; where the clock stepped back there is none, and the first will do. */
	for (struct half *h = *bucket; h; h = next) {
		next = h->next;
		if (!same(h, r))
			continue;
		if (h->kind != HALF_SUBMITTED) {
			give_up(u, h);
			continue;
		}
		best = h;
		if (h->t_ns <= r->t_ns)
			break;
	}
	if (best) {
		struct side s = side_of_half(u, best);

		give(u, r->bus, &s, &c);
		half_release(u, best);
	} else if (r->urb.type == USB_TYPE_CONTROL || !(r->urb.endpoint & 0x80)) {
		half_keep(u, bucket, r, HALF_COMPLETED);
	} else {
		give(u, r->bus, NULL, &c);
		half_keep(u, bucket, r, HALF_GIVEN);
	}
}

void usb_urbs_record(struct usb_urbs *u, const struct record *r)
{
	if (r->urb.phase == URB_SUBMIT)
		submit(u, r);
	else
		complete(u, r);
}

void usb_urbs_end(struct usb_urbs *u)
{
	while (u->oldest)
		give_up(u, u->oldest);
}
