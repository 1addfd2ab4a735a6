/* Models and events made by hand. See model_build.h. */
#include "model_build.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void build_init(struct build *b, enum profile_kind kind)
{
	memset(b, 0, sizeof(*b));
	b->m = calloc(1, sizeof(*b->m));
	assert_non_null(b->m);
	for (unsigned i = 0; i < MODEL_HIDS_MAX; i++)
		b->m->hid[i].device = MODEL_NONE;
	b->m->hids = MODEL_HIDS_MAX;
	b->m->devices = MODEL_DEVICES_MAX;
	b->m->line_seen = true;
	b->m->vbus_known = b->m->vbus_on = true;
	b->p.kind = kind;
	b->t_ns = BUILD_S;
	b->packet = 1;
	build_start(b);
}

void build_start(struct build *b)
{
	engine_free(b->e);
	b->e = engine_new(b->m, &b->p);
	assert_non_null(b->e);
}

void build_release(struct build *b)
{
	engine_free(b->e);
	free(b->m);
}

static void send(struct build *b, struct event *ev)
{
	ev->t_ns = b->t_ns;
	ev->packet = b->packet;
	ev->step_ns = 1;
	if (b->t_ns > b->m->now_ns)
		b->m->now_ns = b->t_ns;
	engine_event(b->e, ev);
}

void build_event(struct build *b, enum event_kind kind, const struct model_device *d)
{
	struct event ev = {.kind = kind, .device = d};

	send(b, &ev);
}

struct model_device *build_device(struct build *b, unsigned slot, enum usb_speed speed)
{
	struct model_device *d = &b->m->device[slot];

	memset(d, 0, sizeof(*d));
	d->id = ++b->ids;
	d->used = true;
	d->bus = 1;
	d->address = (uint8_t)(slot + 1);
	d->speed = speed;
	d->packet = b->packet;
	d->first_seen_ns = d->last_seen_ns = d->attached_ns = b->t_ns;
	d->configured_ns = d->led_ns = d->gone_ns = -1;
	d->enumerated = true;
	b->m->devices_seen++;
	build_event(b, EVENT_DEVICE_SEEN, d);
	return d;
}

void build_described(struct build *b, struct model_device *d, uint16_t vid, uint16_t pid)
{
	d->has_device = true;
	d->device.idVendor = vid;
	d->device.idProduct = pid;
	d->device_raw[8] = (uint8_t)vid;
	d->device_raw[9] = (uint8_t)(vid >> 8);
	d->device_raw[10] = (uint8_t)pid;
	d->device_raw[11] = (uint8_t)(pid >> 8);
	build_event(b, EVENT_DEVICE_DESCRIBED, d);
}

void build_config(struct build *b, struct model_device *d, const struct build_interface *i,
                  unsigned count)
{
	struct usb_configuration *c = &d->config;

	d->has_config = true;
	memset(c, 0, sizeof(*c));
	c->bNumInterfaces = (uint8_t)count;
	for (unsigned n = 0; n < count; n++) {
		struct usb_interface_descriptor *x = &c->interface[c->interfaces++];

		x->bInterfaceNumber = (uint8_t)n;
		x->bInterfaceClass = i[n].class;
		x->bInterfaceSubClass = i[n].subclass;
		x->bInterfaceProtocol = i[n].protocol;
		x->report_descriptor_len = i[n].report_len;
		x->endpoint_at = c->endpoints;
		for (unsigned k = 0; k < 2 && i[n].endpoint[k]; k++) {
			c->endpoint[c->endpoints++].bEndpointAddress = i[n].endpoint[k];
			x->endpoints++;
			x->bNumEndpoints++;
		}
	}
	build_event(b, EVENT_DEVICE_DESCRIBED, d);
}

void build_hashed(struct build *b, struct model_device *d, const uint8_t sha256[32])
{
	d->has_hash = true;
	memcpy(d->structure_sha256, sha256, 32);
	build_event(b, EVENT_DEVICE_HASHED, d);
}

void build_hashed_fill(struct build *b, struct model_device *d, uint8_t fill)
{
	uint8_t hash[32];

	memset(hash, fill, sizeof(hash));
	build_hashed(b, d, hash);
}

static struct model_hid *claim(struct build *b, struct model_device *d, unsigned slot,
                               uint32_t kinds)
{
	struct model_hid *h = &b->m->hid[slot];

	memset(h, 0, sizeof(*h));
	h->id = ++b->ids;
	h->device = (uint16_t)(d - b->m->device);
	h->kinds = kinds;
	d->kinds |= kinds;
	return h;
}

struct model_hid *build_hid(struct build *b, struct model_device *d, unsigned slot,
                            uint8_t interface, uint32_t kinds, const uint8_t *raw, uint16_t len)
{
	struct model_hid *h = claim(b, d, slot, kinds);
	struct event ev = {.kind = EVENT_HID_DESCRIBED, .device = d, .hid = h};

	h->interface = interface;
	h->described = true;
	h->descriptor_len = len;
	if (raw)
		memcpy(h->descriptor_raw, raw, len);
	send(b, &ev);
	return h;
}

void build_inferred(struct build *b, struct model_device *d, unsigned slot)
{
	struct model_hid *h = claim(b, d, slot, HID_KIND_KEYBOARD);
	struct event ev = {.kind = EVENT_HID_INFERRED, .device = d, .hid = h};

	h->interface = 0xff;
	h->inferred = true;
	send(b, &ev);
}

void build_key(struct build *b, struct model_hid *h, uint16_t usage, uint8_t modifiers)
{
	struct key_report r = {
		.t_ns = b->t_ns,
		.packet = b->packet,
		.ordinal = ++h->reports,
		.modifiers_before = h->keys.modifiers,
		.modifiers = modifiers,
		.length = 8,
	};
	struct model_device *d = &b->m->device[h->device];
	struct event ev = {.kind = EVENT_KEYS, .device = d, .hid = h, .keys = &r};

	if (usage) {
		r.press[r.presses++] = usage;
		r.down = 1;
		h->keys_pressed++;
	}
	h->keys.modifiers = modifiers;
	d->reports++;
	d->last_seen_ns = d->last_report_ns = b->t_ns;
	send(b, &ev);
}

void build_input(struct build *b, struct model_hid *h)
{
	struct model_device *d = &b->m->device[h->device];
	struct event ev = {.kind = EVENT_INPUT, .device = d, .hid = h};

	d->reports++;
	h->reports++;
	d->last_seen_ns = d->last_report_ns = b->t_ns;
	send(b, &ev);
}

void build_led(struct build *b, struct model_hid *h)
{
	struct event ev = {.kind = EVENT_LED, .device = &b->m->device[h->device], .hid = h};

	h->leds_written++;
	send(b, &ev);
}

void build_transfer(struct build *b, struct model_device *d, const struct usb_transfer *t)
{
	struct event ev = {.kind = EVENT_REQUEST, .device = d, .transfer = t};

	if (t->has_setup)
		send(b, &ev);
	ev.kind = EVENT_TRANSFER;
	send(b, &ev);
}

void build_control(struct build *b, struct model_device *d, uint8_t type, uint8_t request,
                   uint16_t value, uint16_t index, const void *data, uint16_t len)
{
	struct usb_transfer t = {
		.t_ns = b->t_ns,
		.packet = b->packet,
		.type = USB_TYPE_CONTROL,
		.endpoint = type & 0x80,
		.has_setup = true,
		.setup = {type, request, value, index, len},
		.data = data,
		.len = data ? len : 0,
		.len_true = len,
	};

	build_transfer(b, d, &t);
}

static void send_bus(struct build *b, enum event_kind kind, const struct usb_bus_event *bus)
{
	struct event ev = {.kind = kind, .bus = bus};

	send(b, &ev);
}

void build_line(struct build *b, enum line_event event, enum usb_speed speed)
{
	struct usb_bus_event bus = {
		.t_ns = b->t_ns,
		.packet = b->packet,
		.kind = RECORD_LINE,
		.line = {.event = event, .speed = speed},
	};

	if (event == LINE_VBUS_ON || event == LINE_VBUS_OFF) {
		b->m->vbus_known = true;
		b->m->vbus_on = event == LINE_VBUS_ON;
	}
	send_bus(b, EVENT_LINE, &bus);
}

void build_tick(struct build *b)
{
	struct usb_bus_event bus = {.t_ns = b->t_ns, .packet = b->packet, .kind = RECORD_TICK};

	send_bus(b, EVENT_TICK, &bus);
}

void build_gone(struct build *b, struct model_device *d)
{
	build_line(b, LINE_DETACH, USB_SPEED_UNKNOWN);
	d->gone = true;
	d->gone_ns = b->t_ns;
	build_event(b, EVENT_DEVICE_GONE, d);
}

unsigned build_count(const struct build *b, const char *rule)
{
	size_t n;
	const struct finding *f = engine_findings(b->e, &n);
	unsigned count = 0;

	for (size_t i = 0; i < n; i++)
		count += !strcmp(f[i].rule, rule);
	return count;
}

const struct finding *build_find(const struct build *b, const char *rule)
{
	size_t n;
	const struct finding *f = engine_findings(b->e, &n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(f[i].rule, rule))
			return &f[i];
	fail_msg("no finding %s", rule);
	return NULL;
}
