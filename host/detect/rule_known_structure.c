/*
 * R14a: the hash over a device's descriptors, names and intervals left out, is that of an attack tool's firmware. Names
 * are settings of such a tool; its structure is not.
 */
#include "detect/rules.h"

#include <string.h>

#include "detect/identity.h"

struct structure_state {
	bool said[MODEL_DEVICES_MAX];
};

static void match(const struct rule_input *in)
{
	struct structure_state *s = in->state;
	const struct model_device *d = in->event->device;
	bool *said = rule_unsaid(in, s->said);
	const struct structure *known;
	struct finding *f;

	if (!said || !d->has_hash)
		return;
	known = structure_find(d->structure_sha256);
	if (!known || !known->decisive)
		return;
	*said = true;
	f = rule_emit(in, NULL);
	finding_say(f, "its descriptors are those of the ");
	finding_say(f, known->family);
	finding_say(f, " family, whatever its name says");
	finding_hex(f, "structure_sha256", d->structure_sha256, sizeof(d->structure_sha256));
	finding_text(f, "family", known->family);
	finding_text(f, "source", known->source);
}

const struct rule rule_known_structure = {
	.id = "R14a",
	.name = "known-structure",
	.summary = "descriptors, names left out, are byte for byte those of an attack tool",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_DECISIVE,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_HASHED),
	.profiles = PROFILES_ALL,
	.state_size = sizeof(struct structure_state),
	.match = match,
};
