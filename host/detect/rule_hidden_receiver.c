/* R14c: a genuine radio receiver where nothing is plugged in: somebody built it into the plug to type through it. */
#include "detect/rules.h"

#include "detect/identity.h"

struct receiver_state {
	bool said[MODEL_DEVICES_MAX];
};

static void match(const struct rule_input *in)
{
	struct receiver_state *s = in->state;
	const struct model_device *d = in->event->device;
	bool *said = rule_unsaid(in, s->said);
	const char *name;
	struct finding *f;

	if (!said || !d->has_device)
		return;
	name = receiver_find(d->device.idVendor, d->device.idProduct);
	if (!name)
		return;
	*said = true;
	f = rule_emit(in, NULL);
	finding_say(f, "a radio receiver for keyboards is inside the cable: ");
	finding_say(f, name);
	finding_text(f, "receiver", name);
}

const struct rule rule_hidden_receiver = {
	.id = "R14c",
	.name = "hidden-receiver",
	.summary = "a genuine wireless receiver inside a cable",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_MEDIUM,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_DESCRIBED),
	.profiles = PROFILE_BIT(PROFILE_BARE),
	.state_size = sizeof(struct receiver_state),
	.match = match,
};
