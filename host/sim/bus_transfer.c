/*
 * Transfers on the simulated bus: transactions on a wire, or a submission and a completion. In: requests and data.
 * Out: records. Leaves alone: when they are made, and what is in them.
 */
#include <string.h>

#include "sim/bus_emit.h"

enum { SET_ADDRESS = 5 };

/* The device is not ready this many times before it is. Geometric, as for a device that is ready at random. */
static void be_refused(struct bus *b, struct bus_device *d, enum usb_pid token)
{
	double mean = b->set.naks_per_stage;

	if (mean <= 0)
		return;
	while (random_chance(&b->random, mean / (1 + mean))) {
		bus_fit(b, d, 0);
		bus_token(b, d, token, 0);
		bus_handshake(b, d, USB_PID_NAK, false);
		b->now_ns += 4000;
	}
}

/* IN, data, ACK, until both sides know. What the device did not hear acknowledged it sends again, and the host passes it by. */
static void in_transaction(struct bus *b, struct bus_device *d, uint8_t endpoint,
                           const struct sim_packet *p)
{
	for (unsigned i = 0; i < BUS_TRIES; i++) {
		bus_fit(b, d, p->len - 3u);
		if (bus_token(b, d, USB_PID_IN, endpoint) && bus_packet(b, d, p, false)) {
			if (bus_handshake(b, d, USB_PID_ACK, true))
				return;
		} else {
			bus_timeout(b, d);
		}
	}
}

/* SETUP or OUT, data, ACK, likewise. */
static void out_transaction(struct bus *b, struct bus_device *d, enum usb_pid token,
                            uint8_t endpoint, const struct sim_packet *p)
{
	for (unsigned i = 0; i < BUS_TRIES; i++) {
		bool heard;

		bus_fit(b, d, p->len - 3u);
		heard = bus_token(b, d, token, endpoint);
		/* The host cannot know: its data follow a damaged token too. */
		if (bus_packet(b, d, p, true) && heard) {
			if (bus_handshake(b, d, USB_PID_ACK, false))
				return;
		}
		bus_timeout(b, d);
	}
}

static void in_stage(struct bus *b, struct bus_device *d, bool data1, const uint8_t *bytes,
                     size_t len)
{
	struct sim_packet p;

	be_refused(b, d, USB_PID_IN);
	wire_data(&p, data1, bytes, len);
	in_transaction(b, d, 0, &p);
	b->now_ns += 3000;
}

static void out_stage(struct bus *b, struct bus_device *d, bool data1, const uint8_t *bytes,
                      size_t len)
{
	struct sim_packet p;

	wire_data(&p, data1, bytes, len);
	out_transaction(b, d, USB_PID_OUT, 0, &p);
	b->now_ns += 3000;
}

static void setup_stage(struct bus *b, struct bus_device *d, const uint8_t setup[8], bool answered)
{
	struct sim_packet p;

	wire_data(&p, false, setup, 8);
	if (answered) {
		out_transaction(b, d, USB_PID_SETUP, 0, &p);
	} else {
		bus_fit(b, d, 8);
		bus_token(b, d, USB_PID_SETUP, 0);
		bus_packet(b, d, &p, true);
	}
	b->now_ns += 12000;
}

static void control_wire(struct bus *b, struct bus_device *d, const uint8_t setup[8], bool ok,
                         const uint8_t *bytes, size_t len)
{
	size_t max = sim_device_bytes(d->model, d->model->device)[7], at = 0;
	size_t asked = (size_t)(setup[6] | setup[7] << 8);
	bool in = setup[0] & 0x80, toggle = true;

	setup_stage(b, d, setup, d->present);
	if (!d->present)
		return;
	if (!ok) {
		be_refused(b, d, in ? USB_PID_IN : USB_PID_OUT);
		bus_fit(b, d, 0);
		bus_token(b, d, USB_PID_IN, 0);
		bus_handshake(b, d, USB_PID_STALL, false);
		return;
	}
	/* A read ends with a short packet, unless it brought all that was asked for. USB 2.0 §8.5.3.2 */
	while (in && (at < len || (at == len && len % max == 0 && len < asked))) {
		size_t n = len - at < max ? len - at : max;

		in_stage(b, d, toggle, bytes + at, n);
		toggle = !toggle;
		at += n;
		if (n < max)
			break;
	}
	for (; !in && at < len; at += max, toggle = !toggle)
		out_stage(b, d, toggle, bytes + at, len - at < max ? len - at : max);
	if (in)
		out_stage(b, d, true, NULL, 0);
	else
		in_stage(b, d, true, NULL, 0);
}

static void control_urbs(struct bus *b, struct bus_device *d, const uint8_t setup[8], bool ok,
                         const uint8_t *bytes, size_t len)
{
	bool in = setup[0] & 0x80;
	struct record_urb u = {
		.id = 0xffff888004000000u + 0xc0u * (d->address & 7u),
		.phase = URB_SUBMIT,
		.type = USB_TYPE_CONTROL,
		.address = d->address,
		.endpoint = in ? 0x80 : 0,
		.has_setup = true,
		.status = URB_STATUS_PENDING,
		.data = in ? NULL : bytes,
		.len = in ? 0 : (uint32_t)len,
		.len_true = (uint32_t)(setup[6] | setup[7] << 8),
	};

	memcpy(u.setup, setup, 8);
	bus_urb(b, &u);
	bus_run_until(b, b->now_ns + 150000 + random_below(&b->random, 900000) +
	                         (int64_t)(len / 8) * 120000);
	u.phase = URB_COMPLETE;
	u.has_setup = false;
	u.status = ok ? URB_STATUS_OK : URB_STATUS_STALL;
	u.data = in && ok ? bytes : NULL;
	u.len = in && ok ? (uint32_t)len : 0;
	u.len_true = ok ? (uint32_t)len : 0;
	bus_urb(b, &u);
}

enum bus_result bus_control(struct bus *b, struct bus_device *d, const uint8_t setup[8],
                            const uint8_t *data, uint8_t *reply, size_t *reply_len)
{
	uint8_t answer[SIM_ANSWER_MAX];
	size_t len = 0;
	bool in = setup[0] & 0x80, address = setup[0] == 0 && setup[1] == SET_ADDRESS;
	bool ok = sim_device_answer(d->model, setup, answer, &len);

	if (!in)
		len = (size_t)(setup[6] | setup[7] << 8);
	if (b->set.view == BUS_WIRE)
		control_wire(b, d, setup, ok, in ? answer : data, len);
	else if (!address) /* the host controller's own business: no URB */
		control_urbs(b, d, setup, ok, in ? answer : data, len);
	if (!d->present)
		return BUS_SILENT;
	if (address)
		d->address = setup[2];
	if (setup[0] == 0 && setup[1] == 9)
		d->configured = setup[2] != 0;
	if (reply && in && ok) {
		memcpy(reply, answer, len);
		*reply_len = len;
	}
	return ok ? BUS_OK : BUS_STALL;
}

static void transfer_wire(struct bus *b, struct bus_device *d, const struct sim_endpoint *e,
                          const uint8_t *data, size_t len)
{
	bool in = e->address & 0x80;
	bool *toggle = &(in ? d->in_toggle : d->out_toggle)[e->address & 0xf];
	size_t max = e->max_packet < WIRE_PAYLOAD_MAX ? e->max_packet : WIRE_PAYLOAD_MAX, at = 0;

	do {
		size_t n = len - at < max ? len - at : max;
		struct sim_packet p;

		wire_data(&p, *toggle, data + at, n);
		if (in)
			in_transaction(b, d, e->address & 0xf, &p);
		else
			out_transaction(b, d, USB_PID_OUT, e->address & 0xf, &p);
		*toggle = !*toggle;
		at += n;
	} while (at < len);
}

void bus_isochronous(struct bus *b, struct bus_device *d, uint8_t endpoint, const uint8_t *data,
                     size_t len)
{
	struct sim_packet p;

	if (!d->present || b->set.view != BUS_WIRE)
		return;
	bus_fit(b, d, len);
	/* DATA0 always at full speed. USB 2.0 §5.12.2 */
	wire_data(&p, false, data, len);
	bus_token(b, d, USB_PID_OUT, endpoint & 0xf);
	bus_packet(b, d, &p, true);
}

void bus_transfer(struct bus *b, struct bus_device *d, uint8_t endpoint, const uint8_t *data,
                  size_t len)
{
	const struct sim_endpoint *e = NULL;
	bool in = endpoint & 0x80;
	struct record_urb u = {
		.id = 0xffff888005000000u + 0xc0u * (endpoint & 0x8fu),
		.phase = URB_SUBMIT,
		.address = d->address,
		.endpoint = endpoint,
		.status = URB_STATUS_PENDING,
		.data = in ? NULL : data,
		.len = in ? 0 : (uint32_t)len,
		.len_true = (uint32_t)len,
	};

	for (unsigned i = 0; i < d->model->endpoints; i++)
		if (d->model->endpoint[i].address == endpoint)
			e = &d->model->endpoint[i];
	if (!e || !d->present)
		return;
	if (b->set.view == BUS_WIRE) {
		transfer_wire(b, d, e, data, len);
		return;
	}
	u.type = e->type == 3 ? USB_TYPE_INTERRUPT : USB_TYPE_BULK;
	bus_urb(b, &u);
	bus_run_until(b, b->now_ns + 120000 + (int64_t)len * 900);
	u.phase = URB_COMPLETE;
	u.status = URB_STATUS_OK;
	u.data = in ? data : NULL;
	u.len = in ? (uint32_t)len : 0;
	bus_urb(b, &u);
}
