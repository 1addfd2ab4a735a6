/*
 * What HID interfaces send and are sent: input reports into key changes, output reports into LEDs.
 * Leaves to infer_reports.c the endpoints whose report descriptor was not captured.
 */
#include "model/decode_state.h"

#include <string.h>

void reports_deliver(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                     struct model_hid *h, const struct report_bytes *r)
{
	struct event e = decode_event(EVENT_INPUT, t, device);
	struct key_report keys;

	e.t_ns = r->t_ns;
	e.packet = r->packet;
	e.hid = h;
	h->reports++;
	device->reports++;
	device->last_report_ns = r->t_ns;
	if (keys_report(&h->keys, hids_reports(d, h), r->bytes, r->len, r->t_ns, r->packet,
	                &keys)) {
		h->keys_pressed += keys.presses;
		e.kind = EVENT_KEYS;
		e.keys = &keys;
	}
	decode_emit(d, &e);
}

/*
 * A report longer than its endpoint's packets comes in several transactions, all full but the last. HID 1.11 §5.6 leaves
 * that to USB's rule of short packets. False while more is to come.
 */
static bool joined(struct decode *d, struct model_hid *h, const struct usb_transfer *t,
                   const struct usb_endpoint_descriptor *ep, struct report_bytes *r)
{
	const struct hid_descriptor *desc = hids_reports(d, h);
	uint32_t packet = ep ? ep->wMaxPacketSize & 0x7ff : 0;
	uint32_t whole, room = sizeof(h->pending) - h->pending_len;
	uint8_t first;

	if (!t->transaction || !packet || (!h->pending_len && t->len < packet))
		return true;
	first = h->pending_len ? h->pending[0] : t->len ? t->data[0] : 0;
	whole = hid_report_bytes(desc, HID_INPUT, desc->uses_ids ? first : 0);
	if (!h->pending_len && whole <= packet)
		return true;
	memcpy(h->pending + h->pending_len, t->data, t->len < room ? t->len : room);
	h->pending_len = (uint16_t)(h->pending_len + (t->len < room ? t->len : room));
	if (t->len >= packet && h->pending_len < whole && h->pending_len < sizeof(h->pending))
		return false;
	r->bytes = h->pending;
	r->len = h->pending_len;
	h->pending_len = 0;
	return true;
}

/* On the wire data that nobody is seen to answer passes for isochronous: where a tap misses handshakes, reports do too. */
static bool carries_reports(const struct usb_transfer *t, const struct usb_endpoint_descriptor *ep)
{
	return t->type == USB_TYPE_INTERRUPT || t->type == USB_TYPE_UNKNOWN ||
	       (t->type == USB_TYPE_ISOCHRONOUS && t->wire && ep && (ep->bmAttributes & 3) == 3);
}

/*
 * A report that the capture kept in part may be a key press that nobody sees. On the wire reports have no type of their
 * own: there it is whatever a keyboard may have sent, so far as its descriptors or its length tell.
 */
static bool cut_report(struct decode *d, const struct usb_transfer *t,
                       const struct model_device *device)
{
	struct endpoint_hid x;

	if (t->type == USB_TYPE_INTERRUPT)
		return true;
	switch (endpoint_hid(d, device, t, &x)) {
	case ENDPOINT_HID:
		return carries_reports(t, x.endpoint);
	case ENDPOINT_UNKNOWN:
		return carries_reports(t, NULL) && t->len_true <= INFER_BYTES_MAX;
	default:
		return false;
	}
}

void reports_in(struct decode *d, const struct usb_transfer *t, struct model_device *device)
{
	struct report_bytes r = {
		.bytes = t->data, .len = t->len, .t_ns = t->t_ns, .packet = t->packet};
	struct endpoint_hid x;
	enum endpoint_owner owner;

	if (t->len < t->len_true)
		d->model.cut += cut_report(d, t, device);
	if (!t->len || t->type == USB_TYPE_BULK)
		return;
	owner = endpoint_hid(d, device, t, &x);
	if (owner == ENDPOINT_OTHER || !carries_reports(t, x.endpoint))
		return;
	if (owner == ENDPOINT_UNKNOWN) {
		if (!device->is_hub)
			infer_reports_in(d, t, device, HID_INTERFACE_UNKNOWN);
		return;
	}
	if (!x.h || !x.h->described) {
		infer_reports_in(d, t, device, x.in->bInterfaceNumber);
		return;
	}
	x.h->endpoint = t->endpoint;
	/* What was measured on the wire stands. */
	x.h->report_ns = t->poll_ns ? t->poll_ns : x.declared_ns;
	if (joined(d, x.h, t, x.endpoint, &r))
		reports_deliver(d, t, device, x.h, &r);
}

/* LED states by usage: Num Lock 1, Caps Lock 2, Scroll Lock 3, Compose 4, Kana 5. HID Usage Tables 1.4 §11 */
static bool leds_read(const struct hid_descriptor *desc, const uint8_t *report, size_t len,
                      uint8_t *leds)
{
	uint8_t id = desc->uses_ids && len ? report[0] : 0;
	bool any = false;

	*leds = 0;
	if (desc->uses_ids) {
		report++;
		len = len ? len - 1 : 0;
	}
	for (unsigned i = 0; i < desc->fields; i++) {
		const struct hid_field *f = &desc->field[i];

		if (f->type != HID_OUTPUT || f->report_id != id || (f->flags & HID_CONSTANT))
			continue;
		for (uint16_t n = 0; n < f->count && n < 8; n++) {
			uint32_t usage = hid_field_usage(desc, f, n);

			if (usage >> 16 != HID_PAGE_LED)
				continue;
			any = true;
			if ((usage & 0xffff) >= 1 && (usage & 0xffff) <= 5 &&
			    hid_element(f, report, len, n))
				*leds |= (uint8_t)(1u << ((usage & 0xffff) - 1));
		}
	}
	return any;
}

void reports_out(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                 uint8_t interface)
{
	struct event e = decode_event(EVENT_LED, t, device);
	struct model_hid *h = hids_find(d, device, interface);
	uint8_t leds;

	if (!h || !t->len)
		return;
	if (h->described) {
		if (!leds_read(hids_reports(d, h), t->data, t->len, &leds))
			return;
	} else if (t->len == 1 && (h->kinds & HID_KIND_KEYBOARD)) {
		leds = t->data[0] & 0x1f;
	} else {
		return;
	}
	h->leds = leds;
	h->leds_written++;
	if (device->led_ns < 0)
		device->led_ns = t->t_ns;
	e.hid = h;
	decode_emit(d, &e);
}
