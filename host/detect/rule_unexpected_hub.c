/* R15: a hub where nothing is plugged in. Class 9 in the device or an interface, or a hub descriptor. */
#include "detect/rules.h"

#include <string.h>

struct hub_state {
	bool said[MODEL_DEVICES_MAX];
};

static bool is_hub(const struct model_device *d)
{
	if (d->is_hub || d->has_hub || (d->has_device && d->device.bDeviceClass == USB_CLASS_HUB))
		return true;
	for (unsigned i = 0; d->has_config && i < d->config.interfaces; i++)
		if (d->config.interface[i].bInterfaceClass == USB_CLASS_HUB)
			return true;
	return false;
}

static void match(const struct rule_input *in)
{
	struct hub_state *s = in->state;
	const struct model_device *d = in->event->device;
	bool *said = rule_unsaid(in, s->said);
	struct finding *f;

	if (!said || !is_hub(d))
		return;
	*said = true;
	f = rule_emit(in, NULL);
	finding_say(f, "a hub is inside the cable: nothing should be at its far end");
	if (d->has_hub) {
		finding_say(f, "; it has ");
		finding_say_integer(f, d->hub.bNbrPorts);
		finding_say(f, " ports");
		finding_integer(f, "ports", d->hub.bNbrPorts);
	}
}

const struct rule rule_unexpected_hub = {
	.id = "R15",
	.name = "unexpected-hub",
	.summary = "a hub in a cable whose far end is empty",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_DECISIVE,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_DESCRIBED) |
                  EVENT_BIT(EVENT_DEVICE_CONFIGURED),
	.profiles = PROFILE_BIT(PROFILE_BARE),
	.state_size = sizeof(struct hub_state),
	.match = match,
};
