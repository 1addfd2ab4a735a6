/*
 * R13: a keyboard at low speed that has a vendor-defined interface with input and output beside its keys: room for a
 * channel through the host that no one sees. Low speed, because there it costs a keyboard half of what it can send; at
 * full speed vendor pages beside keys are common (lights, macros, receivers).
 *
 * Sustained traffic on it is told in a second finding: 50 reports of at most 8 bytes each way within 10 s.
 */
#include "detect/rules.h"

#include <string.h>

enum { SUSTAINED = 50, REPORT_MAX = 8 };

static const int64_t window_ns = INT64_C(10000000000);

struct raw_device {
	bool said, traffic_said;
	bool counting;
	int64_t from_ns;
	uint32_t reports[2]; /* out, in */
	uint32_t bytes[2];
};

struct raw_state {
	struct raw_device device[MODEL_DEVICES_MAX];
};

static bool is_raw(const struct model_hid *h)
{
	return (h->kinds & HID_KIND_VENDOR_IN) && (h->kinds & HID_KIND_VENDOR_OUT);
}

static const struct model_hid *raw_of(const struct model *m, unsigned slot)
{
	for (unsigned i = 0; i < m->hids; i++)
		if (m->hid[i].device == slot && is_raw(&m->hid[i]))
			return &m->hid[i];
	return NULL;
}

static void inventory(const struct rule_input *in, struct raw_device *r, unsigned slot)
{
	const struct model_device *d = in->event->device;
	const struct model_hid *h;
	struct finding *f;

	if (r->said || d->speed != USB_SPEED_LOW || !(d->kinds & HID_KIND_KEYBOARD))
		return;
	h = raw_of(in->model, slot);
	if (!h)
		return;
	r->said = true;
	rule_want(in, EVENT_TRANSFER);
	f = rule_emit(in, NULL);
	finding_say(f, "beside its keys this low-speed keyboard has a raw channel in both "
	               "directions");
	finding_integer(f, "interface", h->interface);
}

/* Whether a transfer is an input or output report of the raw interface. */
static bool on_channel(const struct rule_input *in, unsigned slot, bool *is_in)
{
	const struct usb_transfer *t = in->event->transfer;
	const struct model_device *d = in->event->device;
	const struct model_hid *h = raw_of(in->model, slot);
	const struct usb_interface_descriptor *owner;
	const struct usb_endpoint_descriptor *endpoint;

	if (!h || !t || t->status != USB_TRANSFER_OK || !t->len_true || t->len_true > REPORT_MAX)
		return false;
	if (t->endpoint & 0x7f) {
		owner = d->has_config ? usb_endpoint_owner(&d->config, t->endpoint, &endpoint)
		                      : NULL;
		*is_in = t->endpoint & 0x80;
		return owner && owner->bInterfaceNumber == h->interface;
	}
	*is_in = false;
	return t->has_setup &&
	       t->setup.bmRequestType == (USB_REQUEST_CLASS | USB_REQUEST_INTERFACE) &&
	       t->setup.bRequest == HID_SET_REPORT && (t->setup.wIndex & 0xff) == h->interface;
}

static void traffic(const struct rule_input *in, struct raw_device *r, unsigned slot)
{
	struct finding *f;
	bool is_in;

	if (!r->said || r->traffic_said || !on_channel(in, slot, &is_in))
		return;
	if (!r->counting || in->event->t_ns - r->from_ns > window_ns ||
	    in->event->t_ns < r->from_ns) {
		r->counting = true;
		r->from_ns = in->event->t_ns;
		memset(r->reports, 0, sizeof(r->reports));
		memset(r->bytes, 0, sizeof(r->bytes));
	}
	r->reports[is_in]++;
	r->bytes[is_in] += in->event->transfer->len_true;
	if (r->reports[0] < SUSTAINED || r->reports[1] < SUSTAINED)
		return;
	r->traffic_said = true;
	f = rule_emit(in, NULL);
	f->name = "raw-traffic";
	finding_say(f, "data flow through the raw channel beside its keys, in both directions");
	finding_integer(f, "in_bytes", r->bytes[1]);
	finding_integer(f, "out_bytes", r->bytes[0]);
	finding_number(f, "span_s", (double)(in->event->t_ns - r->from_ns) / 1e9, 2);
}

static void match(const struct rule_input *in)
{
	struct raw_state *s = in->state;
	unsigned slot = rule_device_slot(in);

	if (slot >= MODEL_DEVICES_MAX)
		return;
	if (in->event->kind == EVENT_DEVICE_SEEN)
		s->device[slot] = (struct raw_device){0};
	if (in->event->kind == EVENT_TRANSFER)
		traffic(in, &s->device[slot], slot);
	else
		inventory(in, &s->device[slot], slot);
}

const struct rule rule_raw_channel = {
	.id = "R13",
	.name = "raw-channel",
	.summary = "a vendor-defined channel in both directions beside the keys of a low-speed "
		   "keyboard",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_MEDIUM,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_HID_DESCRIBED) |
                  EVENT_BIT(EVENT_DEVICE_DESCRIBED),
	.profiles = PROFILES_ALL,
	.state_size = sizeof(struct raw_state),
	.match = match,
};
