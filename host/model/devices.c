/*
 * Who is on the bus: devices by bus and address, through resets, re-enumeration and re-use of addresses.
 *
 * On a wire that a tap or analyzer sits on, what answers at address 0 is the device that was just reset. Whether it
 * still is the one that was there before shows in its device descriptor: the same bytes continue the old slot, others
 * begin a new one, and the old device is gone. An operating system's URBs cover a whole tree: there a device at
 * address 0 is always a new one.
 */
#include "model/decode_state.h"

#include <string.h>

static void announce(struct decode *d, enum event_kind kind, const struct model_device *device,
                     int64_t t_ns, uint64_t packet)
{
	struct event e = {.kind = kind, .t_ns = t_ns, .packet = packet, .device = device};

	decode_emit(d, &e);
}

/* Lower is forgotten first: gone and without a finding, gone, without a finding, any. */
static int worth(const struct model_device *device)
{
	return (device->gone ? 0 : 2) + (device->reached ? 1 : 0);
}

static struct model_device *free_slot(struct decode *d)
{
	struct model_device *worst = NULL;

	for (unsigned i = 0; i < MODEL_DEVICES_MAX; i++) {
		struct model_device *x = &d->model.device[i];

		if (!x->used) {
			d->model.devices = i + 1;
			return x;
		}
		if (!worst || worth(x) < worth(worst) ||
		    (worth(x) == worth(worst) && x->last_seen_ns < worst->last_seen_ns))
			worst = x;
	}
	if (!worst->gone)
		devices_gone(d, worst, d->model.now_ns, 0);
	hids_drop(d, worst);
	d->model.devices_forgotten++;
	return worst;
}

/* A reset of a port lasts 50 ms at most, and its device is asked at once. USB 2.0 §7.1.7.5, §9.2.6.2 */
static const int64_t PORT_RESET_MAX_NS = 2000000000;

void devices_port_reset(struct decode *d, const struct usb_transfer *t,
                        const struct model_device *hub, uint8_t port)
{
	struct decode_bus *b = decode_bus_of(d, t->bus);

	b->place = (uint64_t)hub->id << 8 | port;
	b->place_ns = t->t_ns;
}

/*
 * USBPcap records no request to a root hub, and a filter may keep those of any hub away. Where a device's polls failed,
 * which is how an unplugged one ends, and it was not heard since, the next that comes is taken to be in its place.
 */
void devices_failed(struct decode *d, const struct usb_transfer *t,
                    const struct model_device *device)
{
	struct decode_bus *b = decode_bus_of(d, t->bus);

	b->failed = (uint16_t)devices_slot(d, device);
	b->failed_id = device->id;
	b->failed_ns = t->t_ns;
}

static uint64_t place_left(const struct decode *d, const struct decode_bus *b)
{
	const struct model_device *x = &d->model.device[b->failed];
	bool left = b->failed_id && x->id == b->failed_id && x->last_seen_ns == b->failed_ns;

	return left ? x->place : 0;
}

/* Of a device that is new at `address`. */
static uint64_t place_of(const struct decode *d, const struct decode_bus *b, uint16_t bus,
                         uint8_t address, int64_t t_ns)
{
	if (b->place && address == 0 && t_ns >= b->place_ns &&
	    t_ns - b->place_ns <= PORT_RESET_MAX_NS)
		return b->place;
	if (!b->wire) {
		uint64_t left = place_left(d, b);

		return left ? left : MODEL_PLACE_OWN | (d->last_id + 1);
	}
	for (unsigned i = 0; i < d->model.devices; i++)
		if (!d->model.device[i].gone && d->model.device[i].bus == bus)
			return 0;
	return MODEL_PLACE_WIRE;
}

static struct model_device *new_device(struct decode *d, const struct usb_transfer *t,
                                       uint8_t address)
{
	struct decode_bus *b = decode_bus_of(d, t->bus);
	uint64_t place = place_of(d, b, t->bus, address, t->t_begin_ns);
	struct model_device *x = free_slot(d);

	endpoint_hid_forget(d);
	memset(x, 0, sizeof(*x));
	*x = (struct model_device){
		.id = ++d->last_id,
		.used = true,
		.bus = t->bus,
		.address = address,
		.place = place,
		.speed = t->speed,
		.packet = t->packet_begin,
		.first_seen_ns = t->t_begin_ns,
		.last_seen_ns = t->t_ns,
		.last_report_ns = t->t_begin_ns,
		.attached_ns = b->attach_ns >= 0 ? b->attach_ns : t->t_begin_ns,
		.configured_ns = -1,
		.led_ns = -1,
		.gone_ns = -1,
		.enumerated = address == 0,
	};
	b->attach_ns = -1;
	d->model.devices_seen++;
	return x;
}

static bool is_at(const struct model_device *x, uint16_t bus, uint8_t address)
{
	return !x->gone && x->bus == bus && x->address == address;
}

static __attribute__((noinline)) struct model_device *find(struct decode *d, uint16_t bus,
                                                           uint8_t address)
{
	for (unsigned i = 0; i < MODEL_DEVICES_MAX; i++) {
		struct model_device *x = &d->model.device[i];

		if (!x->used)
			return NULL; /* slots fill from the front */
		if (is_at(x, bus, address))
			return x;
	}
	return NULL;
}

/* The same for each transfer: who was there the last time is asked first. No two devices share an address but 0. */
static struct model_device *find_again(struct decode *d, uint16_t bus, uint8_t address)
{
	struct model_device **last = &d->last_at[address % DECODE_LAST];

	if (!*last || !is_at(*last, bus, address))
		*last = find(d, bus, address);
	return *last;
}

/* The one device on a wire without a hub; NULL where there are none or several. */
static struct model_device *only_one(struct decode *d, uint16_t bus)
{
	struct model_device *one = NULL;

	for (unsigned i = 0; i < MODEL_DEVICES_MAX && d->model.device[i].used; i++) {
		struct model_device *x = &d->model.device[i];

		if (x->gone || x->bus != bus)
			continue;
		if (one || x->is_hub)
			return NULL;
		one = x;
	}
	return one;
}

static struct model_device *at_address_zero(struct decode *d, const struct usb_transfer *t)
{
	struct decode_bus *b = decode_bus_of(d, t->bus);
	struct model_device *x;

	if (b->fresh != MODEL_NONE && !d->model.device[b->fresh].gone)
		return &d->model.device[b->fresh];
	x = b->wire ? only_one(d, t->bus) : NULL;
	if (!x) {
		x = new_device(d, t, 0);
		announce(d, EVENT_DEVICE_SEEN, x, t->t_begin_ns, t->packet_begin);
	}
	b->fresh = (uint16_t)devices_slot(d, x);
	return x;
}

/*
 * xHCI sets addresses by itself (xHCI 1.2 §4.3.4), so that usbmon shows no SET_ADDRESS: the device that was asked at
 * address 0 goes on at one where nobody was, asked for its device descriptor again.
 */
static struct model_device *addressed_unseen(struct decode *d, const struct usb_transfer *t)
{
	struct decode_bus *b = decode_bus_of(d, t->bus);
	struct model_device *x;

	if (b->wire || b->fresh == MODEL_NONE || t->type != USB_TYPE_CONTROL || !t->has_setup ||
	    t->setup.bRequest != USB_GET_DESCRIPTOR || t->setup.wValue >> 8 != USB_DT_DEVICE)
		return NULL;
	x = &d->model.device[b->fresh];
	devices_address(d, t, x, t->address);
	return x;
}

/* Apart, so that the way past it saves no registers. */
static __attribute__((noinline)) struct model_device *newcomer(struct decode *d,
                                                               const struct usb_transfer *t)
{
	struct model_device *x;

	if (t->status != USB_TRANSFER_OK && t->status != USB_TRANSFER_STALL)
		return NULL;
	if (t->address == 0)
		return at_address_zero(d, t);
	x = addressed_unseen(d, t);
	if (!x) {
		x = new_device(d, t, t->address);
		announce(d, EVENT_DEVICE_SEEN, x, t->t_begin_ns, t->packet_begin);
	}
	return x;
}

/* The device that a transfer belongs to; NULL where nothing answered from an address that is not known. */
struct model_device *devices_for(struct decode *d, const struct usb_transfer *t)
{
	struct decode_bus *b = decode_bus_of(d, t->bus);
	struct model_device *x;

	b->wire = b->wire || t->wire;
	x = t->address ? find_again(d, t->bus, t->address) : NULL;
	return x ? x : newcomer(d, t);
}

/* What answers in `old`'s place is not `old`: a new slot with its address. */
struct model_device *devices_renew(struct decode *d, const struct usb_transfer *t,
                                   struct model_device *old)
{
	struct decode_bus *b = decode_bus_of(d, t->bus);
	bool fresh = b->fresh == devices_slot(d, old);
	uint8_t address = t->address;
	struct model_device *x;

	devices_gone(d, old, t->t_begin_ns, t->packet_begin);
	x = new_device(d, t, address);
	x->enumerated = true;
	if (fresh)
		b->fresh = (uint16_t)devices_slot(d, x);
	announce(d, EVENT_DEVICE_SEEN, x, t->t_begin_ns, t->packet_begin);
	return x;
}

/* SET_ADDRESS succeeded. Whoever had that address before is gone: no two can answer to one. USB 2.0 §9.4.6 */
void devices_address(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                     uint8_t address)
{
	struct decode_bus *b = decode_bus_of(d, t->bus);
	struct model_device *before = find(d, t->bus, address);

	if (before && before != device)
		devices_gone(d, before, t->t_ns, t->packet);
	if (b->fresh == devices_slot(d, device))
		b->fresh = MODEL_NONE;
	device->address = address;
	device->enumerated = true;
	device->configuration = 0;
}

void devices_gone(struct decode *d, struct model_device *device, int64_t t_ns, uint64_t packet)
{
	struct decode_bus *b = decode_bus_of(d, device->bus);

	if (device->gone)
		return;
	device->gone = true;
	device->gone_ns = t_ns;
	if (b->fresh == devices_slot(d, device))
		b->fresh = MODEL_NONE;
	announce(d, EVENT_DEVICE_GONE, device, t_ns, packet);
}

/* A reset makes the device at the wire's end answer at address 0; what was behind a hub is cut off until the hub is up again. */
void devices_bus_reset(struct decode *d, const struct usb_bus_event *e)
{
	struct decode_bus *b = decode_bus_of(d, e->bus);
	struct model_device *root = NULL;

	for (unsigned i = 0; i < MODEL_DEVICES_MAX && d->model.device[i].used; i++) {
		struct model_device *x = &d->model.device[i];

		if (x->gone || x->bus != e->bus)
			continue;
		if (root) {
			devices_gone(d, x, e->t_ns, e->packet);
			continue;
		}
		root = x;
	}
	if (!root)
		return;
	b->wire = true;
	b->fresh = (uint16_t)devices_slot(d, root);
}

void devices_bus_detach(struct decode *d, uint16_t bus, int64_t t_ns, uint64_t packet)
{
	for (unsigned i = 0; i < MODEL_DEVICES_MAX && d->model.device[i].used; i++) {
		struct model_device *x = &d->model.device[i];

		if (!x->gone && x->bus == bus)
			devices_gone(d, x, t_ns, packet);
	}
}
