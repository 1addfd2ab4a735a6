/*
 * R20: what answers is not what was declared, and the declared device is not there: something stands in its place. With a
 * declared structure any other structure counts; with the first keyboard as the declared one, another keyboard that comes
 * after it has gone. Hubs are passed by: the declared device may be behind them.
 */
#include "detect/rules.h"

#include "detect/expected.h"

struct stand_in_state {
	struct expected expected;
	bool said[MODEL_DEVICES_MAX];
};

static void match(const struct rule_input *in)
{
	struct stand_in_state *s = in->state;
	const struct profile *p = in->profile;
	const struct model_device *d = in->event->device;
	unsigned slot = rule_device_slot(in);
	struct finding *f;

	if (slot >= MODEL_DEVICES_MAX)
		return;
	if (in->event->kind == EVENT_DEVICE_SEEN)
		s->said[slot] = false;
	expected_follow(&s->expected, in);
	if (in->event->kind != EVENT_DEVICE_HASHED || s->said[slot] || !d->has_hash || d->is_hub)
		return;
	if (!p->has_hash && (p->kind != PROFILE_KEYBOARD || !(d->kinds & HID_KIND_KEYBOARD)))
		return;
	if (expected_match(&s->expected, in, false) != DECLARED_NO ||
	    expected_present(&s->expected, in))
		return;
	s->said[slot] = true;
	f = rule_emit(in, NULL);
	finding_say(f,
	            "the device that answers is not the declared one: another stands in its place");
	finding_hex(f, "structure_sha256", d->structure_sha256, sizeof(d->structure_sha256));
	if (p->has_hash)
		finding_hex(f, "declared_sha256", p->structure_sha256, sizeof(p->structure_sha256));
}

const struct rule rule_stand_in = {
	.id = "R20",
	.name = "stand-in",
	.summary = "another device answers in the place of the declared one; of both ends (analyze "
		   "--pair): they differ",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_HID_DESCRIBED) |
                  EVENT_BIT(EVENT_HID_INFERRED) | EVENT_BIT(EVENT_DEVICE_DESCRIBED) |
                  EVENT_BIT(EVENT_DEVICE_HASHED),
	.profiles = PROFILE_BIT(PROFILE_KEYBOARD) | PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct stand_in_state),
	.match = match,
};
