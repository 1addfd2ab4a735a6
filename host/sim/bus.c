/*
 * Time on the simulated bus: frames, keep-alives, polls, attach, reset, detach. In: calls in order of time. Out:
 * records. Leaves alone: transfers (bus_transfer.c), what hosts ask (host.c) and what devices type.
 */
#include <string.h>

#include "sim/bus_emit.h"

void bus_init(struct bus *b, const struct record_sink *sink, const struct bus_settings *set,
              uint64_t seed)
{
	memset(b, 0, sizeof(*b));
	b->sink = *sink;
	b->set = *set;
	random_init(&b->random, seed);
	b->loss_random = random_fork(&b->random, 1);
	b->frame = (uint16_t)random_below(&b->random, 2048);
	b->speed = USB_SPEED_FULL;
}

static void emit(struct bus *b, struct record *r)
{
	r->bus = b->set.number;
	r->t_ns = b->now_ns;
	r->packet = b->packets;
	r->step_ns = 1;
	b->sink.record(b->sink.context, r);
}

void bus_line(struct bus *b, enum line_event event, enum usb_speed speed, int64_t duration_ns)
{
	struct record r = {
		.kind = RECORD_LINE,
		.line = {.event = event, .speed = speed, .duration_ns = (uint64_t)duration_ns}};

	if (b->set.view == BUS_WIRE)
		emit(b, &r);
}

static bool wire(struct bus *b, const struct sim_packet *p, enum usb_speed speed)
{
	struct sim_packet damaged;
	struct record r = {
		.kind = RECORD_PACKET,
		.packet_data = {
			.bytes = p->bytes, .len = p->len, .len_true = p->len, .speed = speed}};
	bool whole = true;

	if (b->set.damage_per_million &&
	    random_below(&b->random, 1000000) < b->set.damage_per_million) {
		damaged = *p;
		damaged.bytes[random_below(&b->random, p->len)] ^=
			(uint8_t)(1u << random_below(&b->random, 8));
		r.packet_data.bytes = damaged.bytes;
	} else if (b->set.loss > 0 && bus_loss_due(b, p)) {
		damaged = *p;
		whole = !bus_lose(b, &damaged);
		r.packet_data.bytes = damaged.bytes;
		r.packet_data.flags = whole ? 0 : PACKET_ERROR_RECEIVER;
	}
	b->packets++;
	emit(b, &r);
	b->now_ns += wire_duration_ns(p, speed) + BUS_TURNAROUND_BITS * wire_bit_ps(speed) / 1000;
	return whole;
}

bool bus_packet(struct bus *b, const struct bus_device *d, const struct sim_packet *p,
                bool from_host)
{
	if (from_host && d && d->behind_hub && d->speed == USB_SPEED_LOW) {
		struct sim_packet pre;

		wire_handshake(&pre, USB_PID_PRE);
		wire(b, &pre, USB_SPEED_FULL);
		/* Four bit times for the hub to turn its low-speed ports on; wire() has left three. USB 2.0 §8.6.5 */
		b->now_ns += 100;
	}
	return wire(b, p, d ? d->speed : b->speed);
}

bool bus_token(struct bus *b, const struct bus_device *d, enum usb_pid pid, uint8_t endpoint)
{
	struct sim_packet p;

	wire_token(&p, pid, d->address, endpoint);
	return bus_packet(b, d, &p, true);
}

bool bus_handshake(struct bus *b, const struct bus_device *d, enum usb_pid pid, bool from_host)
{
	struct sim_packet p;

	wire_handshake(&p, pid);
	return bus_packet(b, d, &p, from_host);
}

void bus_timeout(struct bus *b, const struct bus_device *d)
{
	b->now_ns += 18 * wire_bit_ps(d->speed) / 1000;
}

void bus_urb(struct bus *b, const struct record_urb *urb)
{
	struct record r = {.kind = RECORD_URB, .urb = *urb};

	b->packets++;
	emit(b, &r);
}

static uint64_t pipe_urb(struct bus *b)
{
	return 0xffff888003000000u + 0xc0u * ++b->urbs;
}

static void pipe_record(struct bus *b, struct bus_pipe *p, enum urb_phase phase, int32_t status,
                        const struct keyboard_report *report)
{
	struct record_urb u = {
		.id = p->urb,
		.phase = phase,
		.type = USB_TYPE_INTERRUPT,
		.address = p->device->address,
		.endpoint = p->endpoint,
		.status = status,
		.data = report ? report->bytes : NULL,
		.len = report ? report->len : 0,
		.len_true = report ? report->len : 0,
	};

	if (phase == URB_SUBMIT)
		for (unsigned i = 0; i < p->device->model->endpoints; i++)
			if (p->device->model->endpoint[i].address == p->endpoint)
				u.len_true = p->device->model->endpoint[i].max_packet;
	bus_urb(b, &u);
	p->submitted = phase == URB_SUBMIT;
}

static void sent(struct bus *b, struct bus_pipe *p, const struct keyboard_report *r)
{
	if (b->sent && !p->told)
		b->sent(b->sent_context, p, r, b->now_ns);
	p->told = true;
}

/* Whether the device knows that its report has arrived; else it comes again, with the same toggle. */
static bool poll_wire(struct bus *b, struct bus_pipe *p, const struct keyboard_report *due)
{
	struct sim_packet data;

	if (!due && !b->set.empty_polls)
		return true;
	if (!bus_token(b, p->device, USB_PID_IN, p->endpoint & 0xf)) {
		bus_timeout(b, p->device);
		return false;
	}
	if (!due) {
		bus_handshake(b, p->device, USB_PID_NAK, false);
		return true;
	}
	wire_data(&data, p->toggle, due->bytes, due->len);
	if (!bus_packet(b, p->device, &data, false)) {
		bus_timeout(b, p->device);
		return false;
	}
	sent(b, p, due);
	if (!bus_handshake(b, p->device, USB_PID_ACK, true))
		return false;
	p->toggle = !p->toggle;
	return true;
}

static void poll_pipe(struct bus *b, struct bus_pipe *p)
{
	const struct keyboard_report *due = NULL;

	if (p->next < p->count && p->reports[p->next].t_ns <= b->now_ns)
		due = &p->reports[p->next];
	if (b->set.view == BUS_WIRE) {
		if (!poll_wire(b, p, due))
			return;
	} else if (due) {
		sent(b, p, due);
		pipe_record(b, p, URB_COMPLETE, URB_STATUS_OK, due);
		b->now_ns += 9000 + random_below(&b->random, 8000);
		pipe_record(b, p, URB_SUBMIT, URB_STATUS_PENDING, NULL);
	}
	p->next += due != NULL;
	p->told = false;
}

static void begin_frame(struct bus *b)
{
	struct sim_packet sof;

	b->frame_ns += BUS_FRAME_NS;
	b->now_ns = b->frame_ns;
	b->frame = (b->frame + 1) & 0x7ff;
	if (b->set.view == BUS_WIRE && b->set.frames) {
		wire_sof(&sof, b->frame);
		if (b->speed == USB_SPEED_LOW)
			bus_line(b, LINE_KEEPALIVE, USB_SPEED_LOW, 0);
		else
			bus_packet(b, NULL, &sof, true);
	}
	/* Controllers work through the periodic list before anything else. */
	if (b->now_ns < b->frame_ns + 3000)
		b->now_ns = b->frame_ns + 3000;
	for (unsigned i = 0; i < b->pipes; i++) {
		struct bus_pipe *p = &b->pipe[i];

		if (p->device->present && b->frame % p->every == p->phase)
			poll_pipe(b, p);
	}
}

void bus_run_until(struct bus *b, int64_t t_ns)
{
	while (b->running && b->frame_ns + BUS_FRAME_NS <= t_ns)
		begin_frame(b);
	if (b->now_ns < t_ns)
		b->now_ns = t_ns;
}

void bus_fit(struct bus *b, const struct bus_device *d, size_t payload)
{
	/* Token, data and handshake with their syncs, ends and turnarounds, some bits of stuffing, and the end of frame. */
	int64_t bits = (int64_t)(payload * 8 * 8 / 7 + 120);
	int64_t need = bits * wire_bit_ps(d->speed) / 1000 + 30000;

	if (b->running && b->now_ns + need > b->frame_ns + BUS_FRAME_NS)
		bus_run_until(b, b->frame_ns + BUS_FRAME_NS);
}

struct bus_device *bus_attach(struct bus *b, const struct sim_device *model, bool behind_hub)
{
	struct bus_device *d = NULL;

	for (unsigned i = 0; i < BUS_DEVICES_MAX && !d; i++)
		if (!b->device[i].present)
			d = &b->device[i];
	if (!d)
		return NULL;
	*d = (struct bus_device){
		.model = model, .speed = model->speed, .present = true, .behind_hub = behind_hub};
	if (!behind_hub) {
		b->speed = model->speed;
		if (b->set.analyzer)
			bus_line(b, LINE_J, model->speed, 0);
		bus_line(b, LINE_ATTACH, model->speed, 0);
	}
	return d;
}

static void drop_pipes(struct bus *b, const struct bus_device *d)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < b->pipes; i++) {
		if (b->pipe[i].device == d && b->set.view == BUS_URBS && b->pipe[i].submitted)
			pipe_record(b, &b->pipe[i], URB_COMPLETE, -108, NULL); /* ESHUTDOWN */
		if (b->pipe[i].device != d)
			b->pipe[kept++] = b->pipe[i];
	}
	b->pipes = kept;
}

/* An analyzer says SE0 at once, and a reset when it has lasted 2.5 us. USB 2.0 §7.1.7.5 */
static void se0(struct bus *b, int64_t ns)
{
	int64_t begin_ns = b->now_ns;

	bus_line(b, LINE_SE0, USB_SPEED_UNKNOWN, 0);
	b->now_ns += 2500;
	bus_line(b, LINE_RESET, b->speed, ns);
	if (b->now_ns < begin_ns + ns)
		b->now_ns = begin_ns + ns;
}

void bus_detach(struct bus *b, struct bus_device *d)
{
	drop_pipes(b, d);
	d->present = false;
	if (!d->behind_hub) {
		b->running = false;
		if (b->set.analyzer)
			se0(b, 0);
		else
			bus_line(b, LINE_DETACH, d->speed, 0);
	}
}

void bus_reset(struct bus *b, int64_t se0_ns)
{
	b->running = false;
	if (b->set.analyzer) {
		se0(b, se0_ns);
		bus_line(b, LINE_J, b->speed, 0);
	} else {
		bus_line(b, LINE_RESET, b->speed, se0_ns);
		b->now_ns += se0_ns;
	}
	for (unsigned i = 0; i < BUS_DEVICES_MAX; i++) {
		struct bus_device *d = &b->device[i];

		drop_pipes(b, d);
		d->address = 0;
		d->configured = false;
		memset(d->in_toggle, 0, sizeof(d->in_toggle));
		memset(d->out_toggle, 0, sizeof(d->out_toggle));
	}
	b->frame_ns = b->now_ns;
	b->running = true;
}

void bus_suspend(struct bus *b)
{
	b->running = false;
}

void bus_resume(struct bus *b, int64_t k_ns)
{
	/* The end of the resume is a low-speed EOP, whatever the bus. */
	const int64_t eop_ns = 2 * wire_bit_ps(USB_SPEED_LOW) / 1000;

	bus_line(b, LINE_K, b->speed, k_ns);
	b->now_ns += k_ns;
	bus_line(b, LINE_SE0, b->speed, eop_ns);
	b->now_ns += eop_ns;
	bus_line(b, LINE_J, b->speed, 0);
	b->frame_ns = b->now_ns;
	b->running = true;
}

/* Hosts poll at the power of two under bInterval, up to 32 frames. */
static uint8_t frames_between_polls(uint8_t interval)
{
	uint8_t every = 1;

	while (every < 32 && every * 2 <= interval)
		every *= 2;
	return every;
}

void bus_poll(struct bus *b, struct bus_device *d)
{
	/* One phase for all: controllers put the endpoints of a device into the same frame. */
	uint8_t phase = (uint8_t)random_below(&b->random, 32);

	for (unsigned i = 0; i < d->model->endpoints && b->pipes < BUS_PIPES_MAX; i++) {
		const struct sim_endpoint *e = &d->model->endpoint[i];
		struct bus_pipe *p = &b->pipe[b->pipes];

		if (e->type != 3 || !(e->address & 0x80))
			continue;
		*p = (struct bus_pipe){.device = d,
		                       .endpoint = e->address,
		                       .every = frames_between_polls(e->interval)};
		p->phase = phase % p->every;
		p->urb = pipe_urb(b);
		b->pipes++;
		if (b->set.view == BUS_URBS)
			pipe_record(b, p, URB_SUBMIT, URB_STATUS_PENDING, NULL);
	}
}

struct bus_pipe *bus_pipe(struct bus *b, const struct bus_device *d, uint8_t endpoint)
{
	for (unsigned i = 0; i < b->pipes; i++)
		if (b->pipe[i].device == d && b->pipe[i].endpoint == endpoint)
			return &b->pipe[i];
	return NULL;
}

void bus_pipe_every(struct bus *b, struct bus_pipe *p, uint8_t frames)
{
	p->every = frames ? frames : 1;
	p->phase = (uint8_t)random_below(&b->random, p->every);
}

int64_t bus_pipe_poll(const struct bus *b, const struct bus_pipe *p, int64_t t_ns)
{
	/* The current frame has begun: its poll is over. Frame numbers wrap, and 2048 is no multiple of all periods. */
	int64_t at = b->frame_ns + BUS_FRAME_NS, skip;
	unsigned frame = (b->frame + 1u) & 0x7ff;

	skip = t_ns > at ? (t_ns - at + BUS_FRAME_NS - 1) / BUS_FRAME_NS : 0;
	at += skip * BUS_FRAME_NS;
	frame = (unsigned)((frame + skip) & 0x7ff);
	while (frame % p->every != p->phase) {
		frame = (frame + 1) & 0x7ff;
		at += BUS_FRAME_NS;
	}
	return at;
}

bool bus_reports(struct bus *b, struct bus_device *d, uint8_t endpoint,
                 const struct keyboard_report *reports, size_t count)
{
	struct bus_pipe *p = bus_pipe(b, d, endpoint);

	if (!p)
		return false;
	/* What came before must be through: it is not kept. */
	while (p->next < p->count && b->running && d->present)
		bus_run_until(b, b->frame_ns + BUS_FRAME_NS);
	p->reports = reports;
	p->count = count;
	p->next = 0;
	p->told = false;
	return true;
}
