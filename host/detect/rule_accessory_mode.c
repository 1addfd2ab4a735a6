/*
 * R21: the host (a charger, on a charge-only test) turns a phone into its accessory. Android Open Accessory 1.0 and 2.0:
 * 51 asks for the protocol's version, 52 sends strings, 53 starts; 54 to 57 register a keyboard and type on it. Vendor
 * requests of other devices use the same numbers, so their shape counts, and how they go together: a version that was
 * answered, strings and a start, or a registration and what follows it.
 *
 * Medium in `host`: there the host is known, and car kits and screen mirrors do this.
 */
#include "detect/rules.h"

enum accessory_request {
	AOA_GET_PROTOCOL = 51,
	AOA_SEND_STRING = 52,
	AOA_START = 53,
	AOA_REGISTER_HID = 54,
	AOA_UNREGISTER_HID = 55,
	AOA_SET_HID_DESCRIPTOR = 56,
	AOA_SEND_HID_EVENT = 57,
};

#define BIT(request) (1u << ((request)-AOA_GET_PROTOCOL))

enum { STRINGS = 6, STRING_MAX = 256 };

struct accessory_state {
	uint8_t seen[MODEL_DEVICES_MAX]; /* bit n: request 51 + n, in its shape */
	bool said[MODEL_DEVICES_MAX];
	bool typing_said[MODEL_DEVICES_MAX];
};

static bool has_shape(const struct usb_setup *s)
{
	bool in = s->bmRequestType & USB_REQUEST_IN;

	if ((s->bmRequestType & 0x7f) != (USB_REQUEST_VENDOR | USB_REQUEST_DEVICE))
		return false;
	switch (s->bRequest) {
	case AOA_GET_PROTOCOL:
		return in && s->wValue == 0 && s->wIndex == 0 && s->wLength == 2;
	case AOA_SEND_STRING:
		return !in && s->wValue == 0 && s->wIndex < STRINGS && s->wLength > 0 &&
		       s->wLength <= STRING_MAX;
	case AOA_START:
		return !in && s->wValue == 0 && s->wIndex == 0 && s->wLength == 0;
	case AOA_REGISTER_HID:
		return !in && s->wIndex > 0 && s->wLength == 0;
	case AOA_UNREGISTER_HID:
		return !in && s->wLength == 0;
	case AOA_SET_HID_DESCRIPTOR:
	case AOA_SEND_HID_EVENT:
		return !in && s->wLength > 0;
	default:
		return false;
	}
}

static void say(const struct rule_input *in, const char *what)
{
	struct finding *f = rule_emit(in, NULL);

	if (in->profile->kind == PROFILE_HOST)
		f->weight = WEIGHT_MEDIUM;
	finding_say(f, "the host ");
	finding_say(f, what);
	finding_integer(f, "request", in->event->transfer->setup.bRequest);
}

static void match(const struct rule_input *in)
{
	struct accessory_state *s = in->state;
	const struct usb_transfer *t = in->event->transfer;
	unsigned slot = rule_device_slot(in);
	uint8_t seen;

	if (slot >= MODEL_DEVICES_MAX)
		return;
	if (in->event->kind == EVENT_DEVICE_SEEN) {
		s->seen[slot] = 0;
		s->said[slot] = s->typing_said[slot] = false;
		return;
	}
	if (!t || !t->has_setup || t->setup.bRequest < AOA_GET_PROTOCOL ||
	    t->setup.bRequest > AOA_SEND_HID_EVENT || !has_shape(&t->setup))
		return;
	/* A version is 1 or 2; phones without the mode stall. */
	if (t->setup.bRequest == AOA_GET_PROTOCOL && (t->status != USB_TRANSFER_OK || t->len < 2 ||
	                                              t->data[1] || !t->data[0] || t->data[0] > 2))
		return;
	s->seen[slot] |= BIT(t->setup.bRequest);
	seen = s->seen[slot];
	if (!s->said[slot] && (seen & BIT(AOA_GET_PROTOCOL) ||
	                       ((seen & BIT(AOA_SEND_STRING)) && (seen & BIT(AOA_START))))) {
		s->said[slot] = true;
		say(in, "takes the phone over as its accessory");
	}
	if (!s->typing_said[slot] && (seen & BIT(AOA_REGISTER_HID)) &&
	    (seen & (BIT(AOA_SET_HID_DESCRIPTOR) | BIT(AOA_SEND_HID_EVENT)))) {
		s->typing_said[slot] = true;
		say(in, "drives a keyboard of its own on the phone, over its control channel");
	}
}

const struct rule rule_accessory_mode = {
	.id = "R21",
	.name = "accessory-mode",
	.summary = "the host takes a phone over as its accessory (AOA requests 51 to 57)",
	.group = GROUP_CHARGER,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_REQUEST),
	.profiles = PROFILES_ALL,
	.state_size = sizeof(struct accessory_state),
	.match = match,
};
