/* Traces of a cable's ends. See trace.h. */
#include "detect/pair/trace.h"

#include <string.h>

enum { REQUEST_BYTES = 64 };

/* FNV-1a, 32 bits. draft-eastlake-fnv */
static uint32_t mix(uint32_t hash, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		hash = (hash ^ (v >> 8 * i & 0xff)) * 16777619u;
	return hash;
}

static void add(struct pair_marks *m, const struct event *e, int64_t t_ns, uint32_t what,
                uint16_t usage)
{
	uint32_t own = mix(2166136261u, what);

	if (m->count == PAIR_MARKS_MAX) {
		m->dropped++;
		return;
	}
	m->mark[m->count++] = (struct pair_mark){
		.t_ns = t_ns, .packet = e->packet, .context = mix(m->before, own), .usage = usage};
	/* This one and the one before it are what comes before the next. */
	m->before = m->before << 16 ^ own;
}

static struct pair_device *device_of(struct pair_trace *t, const struct event *e)
{
	for (unsigned i = t->devices; i-- > 0;)
		if (t->device[i].id == e->device->id)
			return &t->device[i];
	if (t->devices == PAIR_DEVICES_MAX) {
		t->devices_dropped++;
		return NULL;
	}
	t->device[t->devices] =
		(struct pair_device){.id = e->device->id, .first_ns = e->t_ns, .packet = e->packet};
	return &t->device[t->devices++];
}

static void device(struct pair_trace *t, const struct event *e)
{
	const struct model_device *d = e->device;
	struct pair_device *to = device_of(t, e);

	if (!to)
		return;
	to->bus = d->bus;
	to->address = d->address;
	if (d->has_device) {
		to->has_descriptor = true;
		memcpy(to->descriptor, d->device_raw, sizeof(to->descriptor));
	}
	if (d->has_hash) {
		to->has_hash = true;
		memcpy(to->hash, d->structure_sha256, sizeof(to->hash));
	}
}

static void request(struct pair_trace *t, const struct event *e)
{
	const struct usb_transfer *x = e->transfer;
	const struct usb_setup *s = &x->setup;
	uint32_t what, data = 0;

	t->on_wire = t->on_wire || x->wire;
	if (!x->has_setup)
		return;
	what = mix((uint32_t)s->bmRequestType << 8 | s->bRequest,
	           (uint32_t)s->wValue << 16 | s->wIndex);
	/* Hosts ask all devices the same; what they answer tells them apart. */
	for (uint32_t i = 0; x->data && i < x->len && i < REQUEST_BYTES; i++)
		data = mix(data, x->data[i]);
	add(&t->requests, e, x->t_begin_ns, mix(mix(what, s->wLength), data), 0);
}

static void keys(struct pair_trace *t, const struct event *e)
{
	for (unsigned i = 0; i < e->keys->presses && i < KEYS_CHANGES_MAX; i++)
		add(&t->keys, e, e->keys->t_ns, e->keys->press[i], e->keys->press[i]);
}

void pair_trace_event(struct pair_trace *t, const struct event *e)
{
	if (!t->any || e->t_ns < t->begin_ns)
		t->begin_ns = e->t_ns;
	if (!t->any || e->t_ns > t->end_ns)
		t->end_ns = e->t_ns;
	t->any = true;
	if (e->step_ns > t->step_ns)
		t->step_ns = e->step_ns;
	switch (e->kind) {
	case EVENT_DEVICE_SEEN:
	case EVENT_DEVICE_DESCRIBED:
	case EVENT_DEVICE_HASHED:
		if (e->device)
			device(t, e);
		break;
	case EVENT_TRANSFER:
		request(t, e);
		break;
	case EVENT_KEYS:
		keys(t, e);
		break;
	case EVENT_LINE:
		if (e->bus && e->bus->line.event == LINE_VBUS_ON && !t->vbus_ons++)
			t->vbus_on_ns = e->t_ns;
		break;
	default:
		break;
	}
}
