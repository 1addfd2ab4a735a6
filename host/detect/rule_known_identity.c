/*
 * R14: a vendor and product id that a known tool ships with. Ids can be set, so this is medium evidence; an id known
 * from a list alone is weak. Ids that genuine products share are not in the table.
 */
#include "detect/rules.h"

#include "detect/identity.h"

struct identity_state {
	bool said[MODEL_DEVICES_MAX];
};

static bool offers_network(const struct model_device *d)
{
	for (unsigned i = 0; d->has_config && i < d->config.interfaces; i++) {
		uint8_t class = d->config.interface[i].bInterfaceClass;

		if (class == USB_CLASS_CDC || class == USB_CLASS_WIRELESS)
			return true;
	}
	return false;
}

static void match(const struct rule_input *in)
{
	struct identity_state *s = in->state;
	const struct model_device *d = in->event->device;
	bool *said = rule_unsaid(in, s->said);
	const struct identity *known;
	struct finding *f;

	if (!said || !d->has_device)
		return;
	known = identity_find(d->device.idVendor, d->device.idProduct);
	if (!known || (known->need == IDENTITY_NEEDS_INPUT_OR_NETWORK &&
	               !(d->kinds & HID_KIND_KEYBOARD) && !offers_network(d)))
		return;
	*said = true;
	f = rule_emit(in, NULL);
	if (known->grade == IDENTITY_LISTED)
		f->weight = WEIGHT_WEAK;
	finding_say(f, "its identity ");
	finding_say_hex(f, d->device.idVendor, 4);
	finding_say(f, ":");
	finding_say_hex(f, d->device.idProduct, 4);
	finding_say(f, " is that of a known tool: ");
	finding_say(f, known->tool);
	finding_text(f, "tool", known->tool);
	finding_text(f, "source", known->source);
}

const struct rule rule_known_identity = {
	.id = "R14",
	.name = "known-identity",
	.summary = "vendor and product id of a known attack tool",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_MEDIUM,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_DESCRIBED) |
                  EVENT_BIT(EVENT_HID_DESCRIBED),
	.profiles = PROFILES_ALL,
	.state_size = sizeof(struct identity_state),
	.match = match,
};
