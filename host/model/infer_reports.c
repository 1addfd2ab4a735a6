/*
 * Endpoints whose report descriptor was not captured: their reports are watched until they show whether a keyboard
 * sends them (hid/infer.h). The keys typed before that answer are not lost, but told late, with their own times.
 */
#include "model/decode_state.h"

#include <string.h>

static struct decode_infer *watched(struct decode *d, const struct usb_transfer *t,
                                    const struct model_device *device)
{
	struct decode_infer *oldest = NULL;

	for (unsigned i = 0; i < DECODE_INFER_MAX; i++) {
		struct decode_infer *w = &d->infer[i];

		if (w->used && w->device_id == device->id && w->endpoint == t->endpoint)
			return w;
		if (!oldest || (oldest->used && (!w->used || w->last_ns < oldest->last_ns)))
			oldest = w;
	}
	*oldest = (struct decode_infer){
		.used = true,
		.device = (uint16_t)devices_slot(d, device),
		.device_id = device->id,
		.endpoint = t->endpoint,
	};
	infer_init(&oldest->infer);
	return oldest;
}

static struct model_hid *inferred(struct decode *d, const struct model_device *device,
                                  uint8_t endpoint)
{
	unsigned slot = devices_slot(d, device);

	for (unsigned i = 0; i < d->model.hids; i++) {
		struct model_hid *h = &d->model.hid[i];

		if (h->device == slot && h->inferred && h->endpoint == endpoint)
			return h;
	}
	return NULL;
}

static void decided(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                    uint8_t interface, const struct infer *infer)
{
	struct event e = decode_event(EVENT_HID_INFERRED, t, device);
	const struct infer_report *kept;
	struct model_hid *h;

	/* Several endpoints may have no known interface: each is a keyboard of its own. */
	h = interface == HID_INTERFACE_UNKNOWN ? hids_add(d, device, interface)
	                                       : hids_get(d, device, interface);
	if (!h)
		return;
	h->inferred = true;
	h->endpoint = t->endpoint;
	h->report_ns = t->poll_ns;
	infer_descriptor(infer, &h->descriptor);
	h->kinds = hid_kinds(&h->descriptor) & HID_KIND_KEYBOARD;
	keys_init(&h->keys);
	hids_update_kinds(d, device);
	e.hid = h;
	decode_emit(d, &e);
	for (unsigned i = 0; (kept = infer_kept(infer, i)); i++) {
		struct report_bytes r = {.bytes = kept->bytes,
		                         .len = kept->len,
		                         .t_ns = kept->t_ns,
		                         .packet = kept->packet};

		reports_deliver(d, t, device, h, &r);
	}
}

void infer_reports_in(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                      uint8_t interface)
{
	struct report_bytes r = {
		.bytes = t->data, .len = t->len, .t_ns = t->t_ns, .packet = t->packet};
	struct model_hid *h = inferred(d, device, t->endpoint);
	struct decode_infer *w;

	if (h) {
		h->report_ns = t->poll_ns;
		reports_deliver(d, t, device, h, &r);
		return;
	}
	w = watched(d, t, device);
	w->last_ns = t->t_ns;
	if (w->infer.answer == INFER_NOT)
		return;
	if (infer_report(&w->infer, t->data, t->len, t->t_ns, t->packet) != INFER_KEYBOARD)
		return;
	w->used = false;
	decided(d, t, device, interface, &w->infer);
}
