/*
 * Devices that come: at the port, or behind the hub that came before. In: events. Out: enumerations. Leaves alone: what
 * hosts ask (host.c), what devices do then.
 */
#include "sim/play_state.h"

#include <string.h>

/*
 * Scenarios were written down with Windows. A seed draws which PC it is; where one names Linux or Android it means a
 * phone or a charger that is the host, and that stays.
 */
enum host_kind play_host(const struct play *p, enum host_kind written)
{
	return written == HOST_WINDOWS ? p->plan->host : written;
}

static struct sim_device *free_model(struct play *p)
{
	for (unsigned i = 0; i < BUS_DEVICES_MAX; i++)
		if (!p->bus.device[i].present)
			return &p->model[i];
	return NULL;
}

/* Polls at the rate that the scenario gives for what is typed on it. */
static void set_polls(struct play *p, int item, struct bus_device *d)
{
	for (size_t i = 0; i < p->s->usb_count; i++) {
		const struct scenario_event *e = &p->s->usb[i];
		struct hid_descriptor hid;
		struct keyboard keyboard;
		uint8_t endpoint, every = (uint8_t)(e->typing.poll_ms + 0.5);
		struct bus_pipe *pipe;

		if (e->ev != SCENARIO_TYPE || e->device.item != item ||
		    !play_keyboard_of(d->model, &hid, &keyboard, &endpoint))
			continue;
		pipe = bus_pipe(&p->bus, d, endpoint);
		if (pipe && pipe->every != every)
			bus_pipe_every(&p->bus, pipe, every);
		return;
	}
}

static void come(struct play *p, int item, const struct scenario_event *e, bool behind_hub)
{
	struct random r = play_random(p, item);
	double configured = scenario_draw(&r, &e->configured_after_ms);
	double led = e->has_leds ? scenario_draw(&r, &e->led_after_ms) : -1;
	struct sim_device *model = free_model(p);
	struct bus_device *d = NULL;

	/* Devices differ widely: none at all to several each time. threats.md §0 */
	p->bus.set.naks_per_stage = e->has_naks ? e->ctl_naks_per_data : random_uniform(&r, 0.2, 7);
	if (model && sim_device_load(model, play_payload_device(p, item, e->descriptors)))
		d = bus_attach(&p->bus, model, behind_hub);
	if (d) {
		p->device_of[item] = d;
		host_enumerate(&p->bus, d, play_host(p, e->host), p->address, play_ns(configured),
		               e->has_leds ? play_ns(led) : -1);
		if (p->watch.device)
			p->watch.device(p->watch.context, item, model, p->address, p->bus.now_ns);
		p->address = (uint8_t)(p->address % 126 + 1);
		set_polls(p, item, d);
	}
	play_done(p, item, p->bus.now_ns);
}

void play_enumerate(struct play *p, int item, const struct scenario_event *e)
{
	play_drop(p);
	come(p, item, e, false);
}

void play_downstream(struct play *p, int item, const struct scenario_event *e)
{
	struct bus_device *hub = NULL;

	for (unsigned i = 0; i < BUS_DEVICES_MAX; i++) {
		struct bus_device *d = &p->bus.device[i];

		if (d->present && !d->behind_hub && d->configured && d->model->hub.len)
			hub = d;
	}
	if (!hub) {
		play_done(p, item, p->bus.now_ns);
		return;
	}
	host_hub_port(&p->bus, hub, (uint8_t)e->port);
	come(p, item, e, true);
}
