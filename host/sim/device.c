/*
 * Loads device models and answers requests from them. In: hexadecimal text; SETUP bytes. Out: descriptors.
 * Leaves alone: when and how the answers cross the bus.
 */
#include <string.h>

#include "sim/device.h"

enum {
	DEVICE = 1,
	CONFIGURATION,
	STRING,
	INTERFACE,
	ENDPOINT,
	QUALIFIER,
	REPORT = 0x22,
	HUB = 0x29
};

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex(struct sim_device *d, const char *text, struct sim_bytes *b)
{
	*b = (struct sim_bytes){.at = d->used};
	for (; text && *text; text += 2) {
		int high = nibble(text[0]), low = high < 0 ? -1 : nibble(text[1]);

		if (low < 0 || d->used == SIM_BYTES_MAX)
			return false;
		d->pool[d->used++] = (uint8_t)(high << 4 | low);
		b->len++;
	}
	return true;
}

/* Looks for an output on the LED page, and the report id that it stands under. HID 1.11 §6.2.2.2 */
static void find_leds(const struct sim_device *d, struct sim_interface *itf)
{
	const uint8_t *p = sim_device_bytes(d, itf->report), *end = p + itf->report.len;
	uint8_t page = 0, id = 0;

	while (p < end) {
		unsigned size = (*p & 3) == 3 ? 4 : *p & 3, tag = *p & 0xfc;

		if (end - p <= (ptrdiff_t)size)
			return;
		if (tag == 0x04)
			page = p[1];
		if (tag == 0x84)
			id = p[1];
		if (tag == 0x90 && page == 0x08 && size && !(p[1] & 1)) {
			itf->leds = true;
			itf->led_report_id = id;
			return;
		}
		p += 1 + size;
	}
}

static bool walk_configuration(struct sim_device *d)
{
	const uint8_t *p = sim_device_bytes(d, d->config), *end = p + d->config.len;

	for (; p < end; p += p[0]) {
		if (end - p < 2 || p[0] < 2 || p[0] > end - p)
			return false;
		if (p[1] == INTERFACE && p[0] >= 9 && p[3] == 0) {
			if (d->interfaces == SIM_INTERFACES_MAX)
				return false;
			d->interface[d->interfaces++] = (struct sim_interface){.number = p[2],
			                                                       .class_code = p[5],
			                                                       .subclass = p[6],
			                                                       .protocol = p[7]};
		} else if (p[1] == ENDPOINT && p[0] >= 7) {
			if (d->endpoints == SIM_ENDPOINTS_MAX || !d->interfaces)
				return false;
			d->endpoint[d->endpoints++] = (struct sim_endpoint){
				.address = p[2],
				.type = p[3] & 3,
				.max_packet = (uint16_t)(p[4] | p[5] << 8),
				.interval = p[6],
				.interface = d->interface[d->interfaces - 1].number};
		}
	}
	return true;
}

bool sim_device_load(struct sim_device *d, const struct device_text *t)
{
	memset(d, 0, sizeof(*d));
	d->speed = t->speed;
	if (!hex(d, t->device, &d->device) || !hex(d, t->config, &d->config) ||
	    !hex(d, t->qualifier, &d->qualifier) || !hex(d, t->hub, &d->hub) ||
	    d->device.len != 18 || !walk_configuration(d))
		return false;
	memcpy(d->string, t->string, sizeof(d->string));
	for (unsigned i = 0; i < SIM_INTERFACES_MAX && t->report[i].hex; i++) {
		struct sim_interface *itf = NULL;

		for (unsigned j = 0; j < d->interfaces; j++)
			if (d->interface[j].number == t->report[i].interface)
				itf = &d->interface[j];
		if (!itf || !hex(d, t->report[i].hex, &itf->report))
			return false;
		find_leds(d, itf);
	}
	return true;
}

static size_t string_descriptor(const struct sim_device *d, unsigned index, uint8_t *out)
{
	const char *s;
	size_t n = 2;

	if (index == 0) {
		memcpy(out, (const uint8_t[]){4, STRING, 0x09, 0x04}, 4);
		return 4;
	}
	s = index < SIM_STRINGS_MAX ? d->string[index] : NULL;
	if (!s)
		return 0;
	for (; *s && n < 254; s++) {
		out[n++] = (uint8_t)*s;
		out[n++] = 0;
	}
	out[0] = (uint8_t)n;
	out[1] = STRING;
	return n;
}

static size_t descriptor(const struct sim_device *d, const uint8_t setup[8], uint8_t *out)
{
	struct sim_bytes b = {0};

	switch (setup[3]) {
	case DEVICE:
		b = d->device;
		break;
	case CONFIGURATION:
		b = d->config;
		break;
	case STRING:
		return string_descriptor(d, setup[2], out);
	case QUALIFIER:
		b = d->qualifier;
		break;
	case HUB:
		b = d->hub;
		break;
	case REPORT:
		for (unsigned i = 0; i < d->interfaces; i++)
			if (d->interface[i].number == setup[4])
				b = d->interface[i].report;
		break;
	}
	if (b.len > SIM_ANSWER_MAX)
		b.len = SIM_ANSWER_MAX;
	memcpy(out, sim_device_bytes(d, b), b.len);
	return b.len;
}

bool sim_device_answer(const struct sim_device *d, const uint8_t setup[8], uint8_t *out,
                       size_t *len)
{
	size_t want = (size_t)(setup[6] | setup[7] << 8);

	*len = 0;
	if (!(setup[0] & 0x80))
		return true;
	if ((setup[0] & 0x60) == 0 && setup[1] == 6)
		*len = descriptor(d, setup, out);
	else if ((setup[0] & 0x60) == 0x20 && setup[1] == 6)
		*len = descriptor(d, setup, out); /* hubs ask for theirs by class request */
	else if (setup[1] == 0) {
		/* A hub's port: connected, enabled, powered, low speed; both changes set. USB 2.0 §9.4.5, §11.24.2.7 */
		static const uint8_t port[4] = {0x03, 0x03, 0x11, 0};

		memset(out, 0, 2);
		*len = 2;
		if (setup[0] == 0xa3) {
			memcpy(out, port, 4);
			*len = 4;
		}
	} else if ((setup[0] & 0x60) == 0x20) {
		memset(out, 0, 8); /* GET_REPORT, GET_MAX_LUN and their like */
		*len = want < 8 ? want : 8;
	} else if (setup[0] == 0xc0 && setup[1] == 51) {
		/* Version 2 of Android's accessory protocol. */
		memcpy(out, (const uint8_t[]){2, 0}, 2);
		*len = 2;
	}
	if (*len > want)
		*len = want;
	return *len > 0;
}

const struct sim_endpoint *sim_device_endpoint(const struct sim_device *d, uint8_t interface,
                                               uint8_t direction)
{
	for (unsigned i = 0; i < d->endpoints; i++)
		if (d->endpoint[i].interface == interface &&
		    (d->endpoint[i].address & 0x80) == direction)
			return &d->endpoint[i];
	return NULL;
}
