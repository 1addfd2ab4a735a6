/*
 * Hosts as tables of requests. In: a device on the bus. Out: its enumeration. Leaves alone: what happens afterwards.
 * Windows' table is decoded from a capture (times too), the others follow published orders; gaps that nobody gives
 * are estimates.
 */
#include "sim/host.h"

static const int64_t US = 1000, MS = 1000000;

enum ask {
	ASK_END,
	ASK_DEVICE,    /* `length` bytes of the device descriptor */
	ASK_QUALIFIER, /* by devices that claim USB 2.0 at full speed */
	ASK_CONFIG,    /* EXACT: wTotalLength */
	ASK_STRING,    /* `which` */
	ASK_RESET,     /* SE0 again */
	ASK_ADDRESS,
	ASK_CONFIGURE, /* SET_CONFIGURATION; what follows is the drivers' */
	ASK_HID, /* each HID interface: SET_IDLE, then its report descriptor, `length` bytes over its own */
	ASK_HUB, /* hub descriptor and power for its ports, where it is one */
	ASK_LEDS,
};

enum which { LANGUAGES, MANUFACTURER, PRODUCT, SERIAL };

enum { EXACT = 0 };

struct host_step {
	enum ask ask;
	uint16_t length;
	enum which which;
	uint32_t gap_us; /* before it */
};

static const struct host_step windows[] = {
	{.ask = ASK_DEVICE, .length = 64, .gap_us = 32600},
	{.ask = ASK_RESET, .gap_us = 2000},
	{.ask = ASK_ADDRESS, .gap_us = 30000},
	{.ask = ASK_DEVICE, .length = 18, .gap_us = 10000},
	{.ask = ASK_CONFIG, .length = 255, .gap_us = 3000},
	{.ask = ASK_STRING, .length = 255, .which = SERIAL, .gap_us = 5000},
	{.ask = ASK_STRING, .length = 255, .which = LANGUAGES, .gap_us = 3000},
	{.ask = ASK_STRING, .length = 255, .which = PRODUCT, .gap_us = 3000},
	{.ask = ASK_DEVICE, .length = 18, .gap_us = 22000},
	{.ask = ASK_CONFIG, .length = 9, .gap_us = 1500},
	{.ask = ASK_CONFIG, .length = EXACT, .gap_us = 1500},
	{.ask = ASK_CONFIGURE, .gap_us = 3500},
	{.ask = ASK_STRING, .length = 4, .which = PRODUCT, .gap_us = 2000},
	{.ask = ASK_STRING, .length = EXACT, .which = PRODUCT, .gap_us = 900},
	{.ask = ASK_STRING, .length = 4, .which = PRODUCT, .gap_us = 1200},
	{.ask = ASK_STRING, .length = EXACT, .which = PRODUCT, .gap_us = 900},
	{.ask = ASK_STRING, .length = 255, .which = MANUFACTURER, .gap_us = 2000},
	{.ask = ASK_HUB, .gap_us = 2000},
	{.ask = ASK_HID, .length = 64, .gap_us = 3000},
	{.ask = ASK_LEDS},
	{.ask = ASK_END},
};

static const struct host_step linux_pc[] = {
	{.ask = ASK_DEVICE, .length = 64, .gap_us = 50000},
	{.ask = ASK_RESET, .gap_us = 1000},
	{.ask = ASK_ADDRESS, .gap_us = 50000},
	{.ask = ASK_DEVICE, .length = 18, .gap_us = 12000},
	{.ask = ASK_QUALIFIER, .gap_us = 600},
	{.ask = ASK_QUALIFIER, .gap_us = 600},
	{.ask = ASK_QUALIFIER, .gap_us = 600},
	{.ask = ASK_CONFIG, .length = 9, .gap_us = 600},
	{.ask = ASK_CONFIG, .length = EXACT, .gap_us = 600},
	{.ask = ASK_STRING, .length = 255, .which = LANGUAGES, .gap_us = 600},
	{.ask = ASK_STRING, .length = 255, .which = PRODUCT, .gap_us = 600},
	{.ask = ASK_STRING, .length = 255, .which = MANUFACTURER, .gap_us = 600},
	{.ask = ASK_STRING, .length = 255, .which = SERIAL, .gap_us = 600},
	{.ask = ASK_CONFIGURE, .gap_us = 2500},
	{.ask = ASK_HUB, .gap_us = 900},
	{.ask = ASK_HID, .length = 0, .gap_us = 1500},
	{.ask = ASK_LEDS},
	{.ask = ASK_END},
};

static const struct host_step android[] = {
	{.ask = ASK_DEVICE, .length = 64, .gap_us = 50000},
	{.ask = ASK_RESET, .gap_us = 1000},
	{.ask = ASK_ADDRESS, .gap_us = 50000},
	{.ask = ASK_DEVICE, .length = 18, .gap_us = 12000},
	{.ask = ASK_QUALIFIER, .gap_us = 600},
	{.ask = ASK_QUALIFIER, .gap_us = 600},
	{.ask = ASK_QUALIFIER, .gap_us = 600},
	{.ask = ASK_CONFIG, .length = 9, .gap_us = 600},
	{.ask = ASK_CONFIG, .length = EXACT, .gap_us = 600},
	{.ask = ASK_STRING, .length = 255, .which = LANGUAGES, .gap_us = 600},
	{.ask = ASK_STRING, .length = 254, .which = LANGUAGES, .gap_us = 600},
	{.ask = ASK_STRING, .length = 255, .which = PRODUCT, .gap_us = 600},
	{.ask = ASK_STRING, .length = 255, .which = MANUFACTURER, .gap_us = 600},
	{.ask = ASK_STRING, .length = 255, .which = SERIAL, .gap_us = 600},
	{.ask = ASK_CONFIGURE, .gap_us = 4000},
	{.ask = ASK_HUB},
	{.ask = ASK_HID, .length = 0, .gap_us = 2500},
	{.ask = ASK_LEDS},
	{.ask = ASK_END},
};

static const struct host_step macos[] = {
	{.ask = ASK_ADDRESS, .gap_us = 20000},
	{.ask = ASK_DEVICE, .length = 8, .gap_us = 4000},
	{.ask = ASK_DEVICE, .length = 18, .gap_us = 700},
	{.ask = ASK_STRING, .length = 2, .which = LANGUAGES, .gap_us = 700},
	{.ask = ASK_STRING, .length = EXACT, .which = LANGUAGES, .gap_us = 700},
	{.ask = ASK_STRING, .length = 2, .which = PRODUCT, .gap_us = 700},
	{.ask = ASK_STRING, .length = EXACT, .which = PRODUCT, .gap_us = 700},
	{.ask = ASK_STRING, .length = 255, .which = MANUFACTURER, .gap_us = 700},
	{.ask = ASK_CONFIG, .length = 9, .gap_us = 700},
	{.ask = ASK_CONFIG, .length = EXACT, .gap_us = 700},
	{.ask = ASK_CONFIGURE, .gap_us = 3000},
	{.ask = ASK_HUB},
	{.ask = ASK_HID, .length = 0, .gap_us = 2000},
	{.ask = ASK_LEDS},
	{.ask = ASK_END},
};

static const struct {
	const struct host_step *steps;
	int64_t debounce_ns, reset_ns;
} hosts[HOST_KINDS] = {
	[HOST_WINDOWS] = {.steps = windows, .debounce_ns = 100450000, .reset_ns = 54750000},
	[HOST_LINUX] = {.steps = linux_pc, .debounce_ns = 125000000, .reset_ns = 50000000},
	[HOST_MACOS] = {.steps = macos, .debounce_ns = 110000000, .reset_ns = 20000000},
	[HOST_ANDROID] = {.steps = android, .debounce_ns = 130000000, .reset_ns = 50000000},
};

unsigned host_configuration_requests(enum host_kind kind)
{
	unsigned n = 0;

	for (const struct host_step *s = hosts[kind].steps; s->ask != ASK_END; s++)
		n += s->ask == ASK_CONFIG;
	return n;
}

/* A standard or class request without data of its own. */
static enum bus_result ask(struct bus *b, struct bus_device *d, uint8_t type, uint8_t request,
                           unsigned value, unsigned index, unsigned length)
{
	uint8_t setup[8] = {type,
	                    request,
	                    (uint8_t)value,
	                    (uint8_t)(value >> 8),
	                    (uint8_t)index,
	                    (uint8_t)(index >> 8),
	                    (uint8_t)length,
	                    (uint8_t)(length >> 8)};

	return bus_control(b, d, setup, NULL, NULL, NULL);
}

static void ask_string(struct bus *b, struct bus_device *d, const struct host_step *s)
{
	const uint8_t *device = sim_device_bytes(d->model, d->model->device);
	unsigned index = s->which == LANGUAGES ? 0 : device[13 + s->which], length = s->length;

	/* 14, 15 and 16 are iManufacturer, iProduct, iSerialNumber. */
	if (s->which != LANGUAGES && index == 0)
		return;
	if (length == EXACT) {
		uint8_t whole[SIM_ANSWER_MAX],
			setup[8] = {0x80, 6, (uint8_t)index, 3, 9, 4, 255, 0};
		size_t len;

		if (!sim_device_answer(d->model, setup, whole, &len))
			return;
		length = (unsigned)len;
	}
	ask(b, d, 0x80, 6, 0x300 | index, s->which == LANGUAGES ? 0 : 0x409, length);
}

static void ask_hid(struct bus *b, struct bus_device *d, const struct host_step *s)
{
	for (unsigned i = 0; i < d->model->interfaces; i++) {
		const struct sim_interface *itf = &d->model->interface[i];

		if (itf->class_code != 3)
			continue;
		bus_run_until(b, b->now_ns + s->gap_us * US);
		ask(b, d, 0x21, 0x0a, 0, itf->number, 0);
		bus_run_until(b, b->now_ns + 700 * US);
		ask(b, d, 0x81, 6, 0x2200, itf->number, itf->report.len + s->length);
	}
}

static void ask_hub(struct bus *b, struct bus_device *d)
{
	if (!d->model->hub.len)
		return;
	ask(b, d, 0xa0, 6, 0x2900, 0, d->model->hub.len);
	for (unsigned port = 1; port <= sim_device_bytes(d->model, d->model->hub)[2]; port++)
		ask(b, d, 0x23, 3, 8, port, 0); /* SET_FEATURE(PORT_POWER). USB 2.0 §11.24.2.13 */
}

void host_hub_port(struct bus *b, struct bus_device *hub, uint8_t port)
{
	enum { PORT_RESET = 4, C_PORT_CONNECTION = 16, C_PORT_RESET = 20 };
	enum { CLEAR_FEATURE = 1, SET_FEATURE = 3 };
	/* The hub's status change endpoint has one bit a port. USB 2.0 §11.12.4 */
	const struct keyboard_report changed = {
		.t_ns = b->now_ns, .len = 1, .bytes = {(uint8_t)(1u << port)}};

	bus_reports(b, hub, 0x81, &changed, 1);
	bus_run_until(b, b->now_ns + 64 * MS);
	ask(b, hub, 0xa3, 0, 0, port, 4);
	ask(b, hub, 0x23, CLEAR_FEATURE, C_PORT_CONNECTION, port, 0);
	bus_run_until(b, b->now_ns + 100 * MS);
	ask(b, hub, 0x23, SET_FEATURE, PORT_RESET, port, 0);
	bus_run_until(b, b->now_ns + 20 * MS);
	ask(b, hub, 0xa3, 0, 0, port, 4);
	ask(b, hub, 0x23, CLEAR_FEATURE, C_PORT_RESET, port, 0);
	bus_reports(b, hub, 0x81, NULL, 0);
}

bool host_leds(struct bus *b, struct bus_device *d, uint8_t leds)
{
	for (unsigned i = 0; i < d->model->interfaces; i++) {
		const struct sim_interface *itf = &d->model->interface[i];
		uint8_t id = itf->led_report_id, data[2] = {id ? id : leds, leds};
		uint8_t setup[8] = {0x21, 0x09, id, 2, itf->number, 0, id ? 2 : 1, 0};

		if (itf->leds)
			return bus_control(b, d, setup, data, NULL, NULL) == BUS_OK;
	}
	return false;
}

static void step(struct bus *b, struct bus_device *d, const struct host_step *s, uint8_t address)
{
	const uint8_t *device = sim_device_bytes(d->model, d->model->device);
	unsigned total = d->model->config.len;

	switch (s->ask) {
	case ASK_DEVICE:
		ask(b, d, 0x80, 6, 0x100, 0, s->length);
		break;
	case ASK_QUALIFIER:
		if (d->speed == USB_SPEED_FULL && device[3] >= 2)
			ask(b, d, 0x80, 6, 0x600, 0, 10);
		break;
	case ASK_CONFIG:
		ask(b, d, 0x80, 6, 0x200, 0, s->length == EXACT ? total : s->length);
		break;
	case ASK_STRING:
		ask_string(b, d, s);
		break;
	case ASK_ADDRESS:
		ask(b, d, 0, 5, address, 0, 0);
		bus_run_until(b, b->now_ns + 2 * MS); /* recovery. USB 2.0 §9.2.6.3 */
		break;
	case ASK_CONFIGURE:
		ask(b, d, 0, 9, 1, 0, 0);
		break;
	case ASK_HID:
		ask_hid(b, d, s);
		break;
	case ASK_HUB:
		ask_hub(b, d);
		break;
	default:
		break;
	}
}

bool host_enumerate(struct bus *b, struct bus_device *d, enum host_kind kind, uint8_t address,
                    int64_t configured_after_ns, int64_t led_after_ns)
{
	int64_t attached_ns = b->now_ns, configured_ns = attached_ns;
	bool port_speed = !d->behind_hub;

	bus_run_until(b, b->now_ns + hosts[kind].debounce_ns);
	if (port_speed)
		bus_reset(b, hosts[kind].reset_ns);
	for (const struct host_step *s = hosts[kind].steps; s->ask != ASK_END && d->present; s++) {
		bus_run_until(b, b->now_ns + s->gap_us * US);
		if (s->ask == ASK_RESET) {
			if (port_speed)
				bus_reset(b, hosts[kind].reset_ns);
			d->address = 0;
		} else if (s->ask == ASK_CONFIGURE) {
			bus_run_until(b, attached_ns + configured_after_ns);
			step(b, d, s, address);
			configured_ns = b->now_ns;
		} else if (s->ask == ASK_LEDS) {
			bus_poll(b, d);
			if (led_after_ns >= 0) {
				bus_run_until(b, configured_ns + led_after_ns);
				host_leds(b, d, 1);
			}
		} else {
			step(b, d, s, address);
		}
	}
	return d->present;
}
