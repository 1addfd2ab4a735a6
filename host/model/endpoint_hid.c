/*
 * Which HID interface an endpoint's reports belong to. Descriptors may lie about it: several interfaces, or alternate
 * settings of one, claim one endpoint; the interface that has it stands beyond what is kept of a configuration; or the
 * configuration in use was never captured. A keyboard must not hide in any of these, so where several readings are
 * possible the keyboard's is taken. An interface of any class whose report descriptor was captured sends reports.
 * In: the model, a transfer. Out: the interface. Leaves to infer_reports.c endpoints of which nothing is known.
 */
#include "model/decode_state.h"

static bool is_keyboard(const struct model_hid *h)
{
	return h && (h->kinds & HID_KIND_KEYBOARD);
}

static bool has_endpoint(const struct model_device *device, uint8_t interface)
{
	const struct usb_configuration *c = &device->config;

	for (unsigned i = 0; device->has_config && i < c->interfaces; i++)
		if (c->interface[i].bInterfaceNumber == interface && c->interface[i].endpoints)
			return true;
	return false;
}

/* A described interface without a known endpoint, whose reports are as long as this one or came from here before. */
static struct model_hid *unclaimed(struct decode *d, const struct model_device *device,
                                   const struct usb_transfer *t)
{
	struct model_hid *best = NULL;

	for (unsigned i = 0; i < d->model.hids; i++) {
		struct model_hid *h = &d->model.hid[i];
		const struct hid_descriptor *r = hids_reports(d, h);
		uint8_t id = r->uses_ids && t->len ? t->data[0] : 0;

		if (h->device != devices_slot(d, device) || !h->described ||
		    has_endpoint(device, h->interface))
			continue;
		if (h->endpoint ? h->endpoint != t->endpoint
		                : hid_report_bytes(r, HID_INPUT, id) != t->len)
			continue;
		if (!best || (is_keyboard(h) && !is_keyboard(best)))
			best = h;
	}
	return best;
}

static enum endpoint_owner look_up(struct decode *d, const struct model_device *device,
                                   const struct usb_transfer *t, struct endpoint_hid *x)
{
	const struct usb_configuration *c = &device->config;
	bool owned = false;

	*x = (struct endpoint_hid){.in = NULL};
	for (unsigned i = 0; device->has_config && i < c->interfaces; i++) {
		const struct usb_interface_descriptor *in = &c->interface[i];
		struct model_hid *h;
		unsigned k = in->endpoint_at, end = k + in->endpoints;

		while (k < end && c->endpoint[k].bEndpointAddress != t->endpoint)
			k++;
		if (k == end)
			continue;
		owned = true;
		h = hids_find(d, device, in->bInterfaceNumber);
		if (in->bInterfaceClass != USB_CLASS_HID && !(h && h->described))
			continue;
		if (!x->in || (is_keyboard(h) && !is_keyboard(x->h)))
			*x = (struct endpoint_hid){.in = in, .endpoint = &c->endpoint[k], .h = h};
	}
	if (x->in)
		return ENDPOINT_HID;
	if (owned)
		return ENDPOINT_OTHER;
	x->h = t->len ? unclaimed(d, device, t) : NULL;
	return x->h ? ENDPOINT_HID : ENDPOINT_UNKNOWN;
}

/* Apart, so that the way past it saves no registers. */
static __attribute__((noinline)) enum endpoint_owner
find_route(struct decode *d, const struct model_device *device, const struct usb_transfer *t,
           struct endpoint_route *r, struct endpoint_hid *x)
{
	enum endpoint_owner owner = look_up(d, device, t, x);

	x->declared_ns = poll_declared_ns(t->interval, device, x->endpoint);
	if (x->in || owner == ENDPOINT_OTHER)
		*r = (struct endpoint_route){
			.of = d->routes_of,
			.owner = owner,
			.address = t->endpoint,
			.device = device,
			.interval = t->interval,
			.speed = device->speed,
			.x = *x,
		};
	return owner;
}

/* What a descriptor names is the same until descriptors change: it is kept, for each report asks. */
enum endpoint_owner endpoint_hid(struct decode *d, const struct model_device *device,
                                 const struct usb_transfer *t, struct endpoint_hid *x)
{
	unsigned at = (devices_slot(d, device) + t->endpoint) % DECODE_ROUTES;
	struct endpoint_route *r = &d->route[at];

	if (r->device != device || r->address != t->endpoint || r->of != d->routes_of ||
	    r->interval != t->interval || r->speed != device->speed)
		return find_route(d, device, t, r, x);
	*x = r->x;
	return r->owner;
}
