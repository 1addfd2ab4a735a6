/*
 * R6: a keyboard that nobody declared, known by usage page 07 in its report descriptors wherever it stands, or inferred
 * from its reports; b: a mouse or another input device.
 *
 * Whether a device is the declared one is known when its structure is. A keyboard that types before that is judged by
 * what there is: undeclared where its enumeration was captured (a device can hold its structure back by leaving one
 * descriptor unanswered), and only medium where the capture began later.
 */
#include "detect/rules.h"

#include "detect/expected.h"

enum {
	OTHER_INPUT = HID_KIND_MOUSE | HID_KIND_CONSUMER | HID_KIND_SYSTEM | HID_KIND_DIGITIZER |
	              HID_KIND_GAMEPAD | HID_KIND_TELEPHONY,
};

struct keyboard_state {
	struct expected expected;
	bool said[MODEL_DEVICES_MAX];
	bool other_said[MODEL_DEVICES_MAX];
};

/* The interface that the keyboard is on: of the event, else the first described one of this device. */
static const struct model_hid *keyboard_of(const struct rule_input *in, unsigned slot)
{
	if (in->event->hid && (in->event->hid->kinds & HID_KIND_KEYBOARD))
		return in->event->hid;
	for (unsigned i = 0; i < in->model->hids; i++) {
		const struct model_hid *h = &in->model->hid[i];

		if (h->device == slot && (h->kinds & HID_KIND_KEYBOARD))
			return h;
	}
	return NULL;
}

static bool says_keyboard(const struct model_device *d, uint8_t number)
{
	const struct usb_interface_descriptor *i =
		d->has_config ? usb_interface_find(&d->config, number) : NULL;

	return i && i->bInterfaceClass == USB_CLASS_HID && i->bInterfaceProtocol == 1;
}

static void say_keyboard(const struct rule_input *in, unsigned slot, bool uncertain)
{
	const struct model_device *d = in->event->device;
	const struct model_hid *h = keyboard_of(in, slot);
	struct finding *f = rule_emit(in, NULL);

	finding_say(f, d->product[0] ? "a keyboard that calls itself " : "a keyboard");
	if (d->product[0])
		finding_say_quoted(f, d->product);
	if (uncertain) {
		f->weight = WEIGHT_MEDIUM;
		finding_say(f, " types, and its descriptors were not captured: it may not be the "
		               "declared one");
	} else {
		finding_say(f, in->profile->kind == PROFILE_BARE
		                       ? " is there although nothing is plugged in"
		                       : " is there that was not declared");
	}
	if (!h)
		return;
	if (h->inferred)
		finding_say(f, "; inferred from its reports");
	else if (d->has_config && !says_keyboard(d, h->interface))
		finding_say(f, "; it hides in an interface that does not call itself one");
	finding_integer(f, "interface", h->interface);
}

static void say_other(const struct rule_input *in)
{
	uint32_t kinds = in->event->device->kinds;
	struct finding *f = rule_emit(in, "b");

	f->name = "undeclared-input";
	f->weight = WEIGHT_MEDIUM;
	finding_say(f, kinds & HID_KIND_MOUSE ? "a mouse" : "an input device");
	finding_say(f, in->profile->kind == PROFILE_BARE
	                       ? " is there although nothing is plugged in"
	                       : " is there that was not declared");
	finding_integer(f, "kinds", kinds);
}

static void match(const struct rule_input *in)
{
	struct keyboard_state *s = in->state;
	const struct model_device *d = in->event->device;
	unsigned slot = rule_device_slot(in);
	bool typed = in->event->kind == EVENT_KEYS;
	bool keyboard;

	if (slot >= MODEL_DEVICES_MAX)
		return;
	if (in->event->kind == EVENT_DEVICE_SEEN)
		s->said[slot] = s->other_said[slot] = false;
	expected_follow(&s->expected, in);
	keyboard = d->kinds & HID_KIND_KEYBOARD;
	if (typed && !(in->event->keys && in->event->keys->presses))
		return;
	if ((!keyboard || s->said[slot]) && (!(d->kinds & OTHER_INPUT) || s->other_said[slot]))
		return;
	if (expected_match(&s->expected, in, typed) != DECLARED_NO)
		return;
	if (keyboard && !s->said[slot]) {
		s->said[slot] = true;
		say_keyboard(in, slot,
		             in->profile->kind != PROFILE_BARE && typed && !d->enumerated &&
		                     !d->has_hash && !expected_present(&s->expected, in));
	}
	/* Beside a keyboard it adds nothing. */
	if ((d->kinds & OTHER_INPUT) && !keyboard && !s->other_said[slot]) {
		s->other_said[slot] = true;
		say_other(in);
	}
}

const struct rule rule_undeclared_keyboard = {
	.id = "R6",
	.name = "undeclared-keyboard",
	.summary =
		"a keyboard (usage page 07, wherever it hides) that was not declared; b: a mouse "
		"or other input",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_DECISIVE,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_DESCRIBED) |
                  EVENT_BIT(EVENT_DEVICE_HASHED) | EVENT_BIT(EVENT_HID_DESCRIBED) |
                  EVENT_BIT(EVENT_HID_INFERRED) | EVENT_BIT(EVENT_KEYS),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct keyboard_state),
	.match = match,
};
