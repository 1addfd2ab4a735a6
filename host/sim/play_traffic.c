/*
 * What devices do beside typing: pointing, raw channels, bulk and isochronous streams, control requests, LEDs. In:
 * events. Out: traffic, one piece at a time, so that other events go on beside it.
 */
#include "sim/play_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "sim/wire.h"

enum { SECTORS = 8, SECTOR = 512, FRAME_MAX = 1500 };

static void random_bytes(struct random *r, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)random_u64(r);
}

/* The activity of an event that needs its device; NULL: the item is over. */
static struct play_activity *device_activity(struct play *p, int item, play_act *act)
{
	struct play_activity *a;

	if (!play_device(p, p->s->usb[item].device.item)) {
		play_done(p, item, p->bus.now_ns);
		return NULL;
	}
	a = play_activity(p, item, act);
	if (a) {
		struct random r = play_random(p, item);

		a->end_ns =
			p->bus.now_ns + play_ns(scenario_draw(&r, &p->s->usb[item].duration_ms));
	}
	return a;
}

static struct bus_device *device_of(const struct play *p, const struct play_activity *a)
{
	return play_device(p, p->s->usb[a->item].device.item);
}

/* Goes on at `next_ns`; at the end of the item, and where its device has gone, no more. */
static bool go_on(struct play *p, struct play_activity *a, int64_t next_ns)
{
	a->next_ns = next_ns > p->bus.now_ns ? next_ns : p->bus.now_ns + PLAY_MS(1) / 8;
	if (a->next_ns < a->end_ns)
		return true;
	bus_run_until(&p->bus, a->end_ns);
	return false;
}

/* LEDs: each report says so many bits by the lock keys' lights. */
static bool leds_on(struct play *p, struct play_activity *a)
{
	struct bus_device *d = device_of(p, a);
	uint8_t bits = (uint8_t)((1u << p->s->usb[a->item].bits_per_report) - 1);

	if (!d)
		return false;
	host_leds(&p->bus, d, (uint8_t)(random_u64(&a->random) & bits));
	return go_on(p, a, a->next_ns + (int64_t)(1e9 / a->rate));
}

void play_led_stream(struct play *p, int item, const struct scenario_event *e)
{
	struct play_activity *a = device_activity(p, item, leds_on);

	if (a)
		a->rate = scenario_draw(&a->random, &e->reports_per_s);
}

static bool point(struct play *p, struct play_activity *a)
{
	const struct scenario_event *e = &p->s->usb[a->item];
	double step = scenario_draw(&a->random, &e->step_counts);
	int64_t period = play_ns(a->rate), poll;

	if (!a->pipe)
		return false;
	if (e->pattern == SCENARIO_THERE_AND_BACK) {
		/* There, and by the next poll back again. */
		if (a->index++ % 2 == 0) {
			a->x = (int16_t)lround(step);
			poll = (int64_t)a->pipe->every * BUS_FRAME_NS;
		} else {
			a->x = (int16_t)-a->x;
			poll = period;
		}
		a->y = 0;
	} else {
		/* A hand bends its way, and rests now and then. */
		a->direction += random_uniform(&a->random, -0.2, 0.2);
		a->x = (int16_t)lround(step * cos(a->direction));
		a->y = (int16_t)lround(step * sin(a->direction));
		poll = period;
		if (random_chance(&a->random, 0.01))
			poll += play_ns(random_uniform(&a->random, 80, 600));
	}
	play_motion(a->hid, &(struct play_motion){.x = a->x, .y = a->y}, &a->one);
	a->one.t_ns = p->bus.now_ns;
	bus_reports(&p->bus, a->pipe->device, a->pipe->endpoint, &a->one, 1);
	return go_on(p, a, a->next_ns + poll);
}

void play_mouse(struct play *p, int item, const struct scenario_event *e)
{
	struct play_activity *a = device_activity(p, item, point);

	if (!a)
		return;
	a->rate = scenario_draw(&a->random, &e->period_ms);
	a->direction = random_uniform(&a->random, 0, 6.28);
	a->hid = malloc(sizeof(*a->hid));
	if (a->hid)
		a->pipe = play_mouse_pipe(p, play_device(p, e->device.item), a->hid);
}

/* The id of a report of this length, 0 where the interface has no ids. */
static uint8_t report_id(const struct sim_device *d, unsigned interface, unsigned len,
                         enum hid_report_type type)
{
	struct hid_descriptor hid;

	for (unsigned i = 0; i < d->interfaces; i++) {
		if (d->interface[i].number != interface || !d->interface[i].report.len)
			continue;
		hid_parse(&hid, sim_device_bytes(d, d->interface[i].report),
		          d->interface[i].report.len);
		for (unsigned n = 0; hid.uses_ids && n < hid.reports; n++)
			if (hid.report[n].type == type &&
			    hid_report_bytes(&hid, type, hid.report[n].id) == len)
				return hid.report[n].id;
	}
	return 0;
}

/* An output report: by the interface's OUT endpoint, else by SET_REPORT. HID 1.11 §7.2.2 */
static void raw_out(struct play *p, struct play_activity *a, struct bus_device *d,
                    const struct scenario_event *e)
{
	const struct sim_endpoint *out = sim_device_endpoint(d->model, (uint8_t)e->interface, 0);
	unsigned len = e->bytes_per_report;
	uint8_t data[KEYBOARD_REPORT_MAX];
	uint8_t id = report_id(d->model, e->interface, len, HID_OUTPUT);
	const uint8_t setup[8] = {0x21, 9, id, 2, (uint8_t)e->interface, 0, (uint8_t)len, 0};

	random_bytes(&a->random, data, len);
	if (id)
		data[0] = id;
	if (out)
		bus_transfer(&p->bus, d, out->address, data, len);
	else
		bus_control(&p->bus, d, setup, data, NULL, NULL);
}

static bool raw_on(struct play *p, struct play_activity *a)
{
	const struct scenario_event *e = &p->s->usb[a->item];
	struct bus_device *d = device_of(p, a);

	if (!d)
		return false;
	if (a->pipe && e->direction != SCENARIO_OUT) {
		a->one.t_ns = p->bus.now_ns;
		a->one.len = (uint8_t)e->bytes_per_report;
		random_bytes(&a->random, a->one.bytes, a->one.len);
		if (a->count)
			a->one.bytes[0] = (uint8_t)a->count;
		bus_reports(&p->bus, d, a->pipe->endpoint, &a->one, 1);
	}
	if (e->direction != SCENARIO_IN)
		raw_out(p, a, d, e);
	return go_on(p, a, a->next_ns + play_ns(a->rate));
}

void play_raw(struct play *p, int item, const struct scenario_event *e)
{
	struct play_activity *a = device_activity(p, item, raw_on);
	struct bus_device *d = play_device(p, e->device.item);
	const struct sim_endpoint *in;

	if (!a)
		return;
	a->rate = scenario_draw(&a->random, &e->period_ms);
	in = sim_device_endpoint(d->model, (uint8_t)e->interface, 0x80);
	if (in)
		a->pipe = bus_pipe(&p->bus, d, in->address);
	a->count = report_id(d->model, e->interface, e->bytes_per_report, HID_INPUT);
}

static void send_in(struct play *p, struct play_activity *a, struct bus_device *d, const void *data,
                    size_t len)
{
	const struct sim_endpoint *in =
		sim_device_endpoint(d->model, (uint8_t)p->s->usb[a->item].interface, 0x80);

	if (in)
		bus_transfer(&p->bus, d, in->address, data, len);
}

static void send_out(struct play *p, struct play_activity *a, struct bus_device *d,
                     const void *data, size_t len)
{
	const struct sim_endpoint *out =
		sim_device_endpoint(d->model, (uint8_t)p->s->usb[a->item].interface, 0);

	if (out)
		bus_transfer(&p->bus, d, out->address, data, len);
}

/* READ(10) of some sectors: wrapper, data, status. USB Mass Storage BOT 1.0 §5 */
static size_t scsi_read(struct play *p, struct play_activity *a, struct bus_device *d)
{
	uint8_t wrapper[31] = {'U', 'S', 'B', 'C'}, status[13] = {'U', 'S', 'B', 'S'};
	uint8_t data[SECTORS * SECTOR];
	uint32_t at = a->index++ * SECTORS;

	store_le32(wrapper + 4, a->index);
	store_le32(wrapper + 8, sizeof(data));
	wrapper[12] = 0x80;
	wrapper[14] = 10;
	wrapper[15] = 0x28;
	for (unsigned i = 0; i < 4; i++)
		wrapper[17 + i] = (uint8_t)(at >> (24 - 8 * i));
	wrapper[23] = SECTORS;
	store_le32(status + 4, a->index);
	random_bytes(&a->random, data, sizeof(data));
	send_out(p, a, d, wrapper, sizeof(wrapper));
	bus_run_until(&p->bus, p->bus.now_ns + 300000);
	send_in(p, a, d, data, sizeof(data));
	send_in(p, a, d, status, sizeof(status));
	return sizeof(data) + sizeof(wrapper) + sizeof(status);
}

/* GetObject: command, data and response containers. PIMA 15740 annex D; type, code and number at 4, 6, 8 */
static size_t mtp(struct play *p, struct play_activity *a, struct bus_device *d)
{
	uint8_t command[16] = {16, 0, 0, 0, 1, 0, 0x09, 0x10},
		data[2048] = {0, 8, 0, 0, 2, 0, 0x09, 0x10};
	uint8_t response[12] = {12, 0, 0, 0, 3, 0, 0x01, 0x20};

	store_le32(command + 8, ++a->index);
	store_le32(data + 8, a->index);
	store_le32(response + 8, a->index);
	random_bytes(&a->random, data + 12, sizeof(data) - 12);
	send_out(p, a, d, command, sizeof(command));
	bus_run_until(&p->bus, p->bus.now_ns + 500000);
	send_in(p, a, d, data, sizeof(data));
	send_in(p, a, d, response, sizeof(response));
	return sizeof(command) + sizeof(data) + sizeof(response);
}

/*
 * Ethernet frames of a network that is set up: the host asks for an address, the device answers; later whatever two talk. RFC
 * 2131: ports 68 and 67, operation 1 and 2.
 */
static size_t dhcp(struct play *p, struct play_activity *a, struct bus_device *d)
{
	uint8_t frame[FRAME_MAX] = {0};
	size_t len = 342;
	bool answer = a->index++ % 2;

	if (!answer)
		memset(frame, 0xff, 6);
	random_bytes(&a->random, frame + 6, 6);
	frame[12] = 8;
	frame[14] = 0x45;
	frame[23] = 17;
	frame[35] = answer ? 67 : 68;
	frame[37] = answer ? 68 : 67;
	frame[42] = answer ? 2 : 1;
	if (a->index > 8) {
		len = 64 + random_below(&a->random, FRAME_MAX - 64);
		random_bytes(&a->random, frame + 34, len - 34);
	}
	if (answer)
		send_in(p, a, d, frame, len);
	else
		send_out(p, a, d, frame, len);
	return len;
}

static bool bulk_on(struct play *p, struct play_activity *a)
{
	struct bus_device *d = device_of(p, a);
	size_t len;

	if (!d)
		return false;
	switch (p->s->usb[a->item].bulk) {
	case SCENARIO_SCSI_READ:
		len = scsi_read(p, a, d);
		break;
	case SCENARIO_MTP:
		len = mtp(p, a, d);
		break;
	default:
		len = dhcp(p, a, d);
		break;
	}
	return go_on(p, a, a->next_ns + (int64_t)((double)len * 1e9 / a->rate));
}

static bool audio_on(struct play *p, struct play_activity *a)
{
	struct bus_device *d = device_of(p, a);
	const struct sim_endpoint *out;
	uint8_t samples[WIRE_ISOCHRONOUS_MAX];
	size_t len = (size_t)(a->rate / 1000);

	out = d ? sim_device_endpoint(d->model, (uint8_t)p->s->usb[a->item].interface, 0) : NULL;
	if (!out)
		return false;
	if (len > out->max_packet)
		len = out->max_packet;
	/* A tone: neither silence, nor noise. */
	for (size_t i = 0; i + 1 < len; i += 2)
		store_le16(samples + i,
		           (uint16_t)(int16_t)lround(8000 * sin((a->index++ % 4800) * 0.0575959)));
	bus_isochronous(&p->bus, d, out->address, samples, len & ~(size_t)1);
	return go_on(p, a, p->bus.frame_ns + BUS_FRAME_NS);
}

/* Interfaces that have nothing at their first setting are set to their second. */
static void alternate(struct play *p, struct bus_device *d, unsigned interface)
{
	const uint8_t *at = sim_device_bytes(d->model, d->model->config);
	const uint8_t *end = at + d->model->config.len;
	const uint8_t setup[8] = {1, 11, 1, 0, (uint8_t)interface, 0, 0, 0};

	for (; at < end && at[0]; at += at[0])
		if (at[1] == 4 && at[2] == interface && at[3] == 1) {
			bus_control(&p->bus, d, setup, NULL, NULL, NULL);
			return;
		}
}

void play_bulk(struct play *p, int item, const struct scenario_event *e)
{
	bool audio = e->bulk == SCENARIO_AUDIO_ISO;
	struct play_activity *a = device_activity(p, item, audio ? audio_on : bulk_on);

	if (!a)
		return;
	a->rate = scenario_draw(&a->random, &e->bytes_per_s);
	alternate(p, play_device(p, e->device.item), e->interface);
	a->next_ns = p->bus.now_ns;
}

static bool request(struct play *p, struct play_activity *a)
{
	const struct scenario_event *e = &p->s->usb[a->item];
	const struct scenario_request *q = &e->requests[a->index];
	struct bus_device *d = device_of(p, a);
	uint8_t data[64] = {0}, setup[8] = {q->type, q->request};

	if (!d)
		return false;
	/* Android's accessory protocol has shapes of its own: strings by number, reports with an id. */
	if (q->type & 0x80)
		setup[6] = 2;
	else if (q->request == 52)
		setup[4] = (uint8_t)(a->count % 6);
	else if (q->request >= 54 && q->request <= 57)
		setup[q->request == 54 || q->request == 55 ? 2 : 4] = 1;
	if (q->request == 54)
		setup[4] = 63;
	if (q->type == 0x40 && (q->request == 52 || q->request == 56 || q->request == 57)) {
		setup[6] = q->request == 57 ? 8 : 16;
		random_bytes(&a->random, data, setup[6]);
		if (q->request == 52)
			memcpy(data, "Accessory-text", 15);
	}
	bus_control(&p->bus, d, setup, data, NULL, NULL);
	if (++a->count == q->count) {
		a->count = 0;
		a->index++;
	}
	a->next_ns = p->bus.now_ns + play_ns(random_uniform(&a->random, 2, 20));
	return a->index < e->request_count;
}

void play_control(struct play *p, int item, const struct scenario_event *e)
{
	if (e->request_count)
		device_activity(p, item, request);
	else
		play_done(p, item, p->bus.now_ns);
}
