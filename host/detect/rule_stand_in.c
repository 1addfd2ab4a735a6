/*
 * R20: what answers is not what was declared, and the declared device is not there: something stands in its place. With a
 * declared structure any other structure counts; with the first keyboard as the declared one, another keyboard that comes
 * after it has gone, or something that is no keyboard where none comes. That is known at the end of the input, or once two
 * seconds have passed and everything that is there has said all of itself. Hubs are passed by: the declared device may be
 * behind them, and so where there is one those two seconds have to pass.
 */
#include "detect/rules.h"

#include "detect/expected.h"

static const int64_t coming_ns = INT64_C(2000000000); /* a hub, and what is behind it */

/* What is there in place of a keyboard, since when. */
struct other {
	bool open;
	uint16_t slot;
	uint32_t id;
	int64_t t_ns;
	uint64_t packet;
};

struct stand_in_state {
	struct expected expected;
	struct other other;
	bool said[MODEL_DEVICES_MAX];
};

static bool described(const struct model *m, unsigned slot, uint8_t interface)
{
	for (unsigned i = 0; i < m->hids; i++)
		if (m->hid[i].device == slot && m->hid[i].interface == interface)
			return m->hid[i].described;
	return false;
}

/* It has said all of itself, and is none. */
static bool no_keyboard(const struct model *m, const struct model_device *d)
{
	const struct usb_configuration *c = &d->config;

	if (!d->enumerated || !d->configuration || !d->has_config ||
	    d->config_len < c->wTotalLength || (d->kinds & HID_KIND_KEYBOARD))
		return false;
	for (unsigned i = 0; i < c->interfaces; i++)
		if (c->interface[i].bInterfaceClass == USB_CLASS_HID &&
		    !described(m, (unsigned)(d - m->device), c->interface[i].bInterfaceNumber))
			return false;
	return true;
}

static bool there(const struct model *m, const struct other *o)
{
	const struct model_device *d = &m->device[o->slot];

	return o->open && d->used && !d->gone && d->id == o->id;
}

static void note_other(const struct rule_input *in, struct stand_in_state *s)
{
	const struct model_device *d = in->event->device;
	const struct model *m = in->model;

	/* Whatever is behind a hub says more than the hub. */
	if (there(m, &s->other) && (d->is_hub || !m->device[s->other.slot].is_hub))
		return;
	if (!no_keyboard(m, d) || expected_present(&s->expected, in))
		return;
	s->other = (struct other){true, (uint16_t)rule_device_slot(in), d->id, in->event->t_ns,
	                          in->event->packet};
}

/* Whether a keyboard may be among what is there, or behind it. */
static bool may_come(const struct rule_input *in, const struct other *o)
{
	const struct model *m = in->model;
	bool hub = false, late = in->event->t_ns - o->t_ns >= coming_ns;

	for (unsigned i = 0; i < m->devices; i++) {
		const struct model_device *d = &m->device[i];

		if (!d->used || d->gone)
			continue;
		if (!no_keyboard(m, d))
			return true;
		hub = hub || d->is_hub;
	}
	return !late && (hub || in->event->kind != EVENT_END);
}

static void settle(const struct rule_input *in, struct stand_in_state *s)
{
	/* Told after the fact: the finding is about what came then. */
	struct event event = *in->event;
	struct rule_input then = *in;
	const struct model_device *d = &in->model->device[s->other.slot];
	struct finding *f;

	if (!there(in->model, &s->other) || s->said[s->other.slot])
		return;
	if (expected_present(&s->expected, in)) {
		s->other.open = false;
		return;
	}
	if (may_come(in, &s->other))
		return;
	s->other.open = false;
	s->said[s->other.slot] = true;
	event.t_ns = s->other.t_ns;
	event.packet = s->other.packet;
	event.device = d;
	then.event = &event;
	f = rule_emit(&then, NULL);
	finding_say(f, d->is_hub ? "a hub answers and no keyboard comes"
	                         : "the device that answers is no keyboard");
	finding_say(f, ": another stands in the place of the declared one");
	if (d->has_hash)
		finding_hex(f, "structure_sha256", d->structure_sha256,
		            sizeof(d->structure_sha256));
}

static void match(const struct rule_input *in)
{
	struct stand_in_state *s = in->state;
	const struct profile *p = in->profile;
	const struct model_device *d = in->event->device;
	unsigned slot = rule_device_slot(in);
	struct finding *f;

	if (in->event->kind == EVENT_TICK || in->event->kind == EVENT_END)
		settle(in, s);
	if (slot >= MODEL_DEVICES_MAX)
		return;
	if (in->event->kind == EVENT_DEVICE_SEEN)
		s->said[slot] = false;
	expected_follow(&s->expected, in);
	if (p->kind == PROFILE_KEYBOARD && !p->has_hash)
		note_other(in, s);
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
                  EVENT_BIT(EVENT_DEVICE_HASHED) | EVENT_BIT(EVENT_DEVICE_CONFIGURED) |
                  EVENT_BIT(EVENT_TICK) | EVENT_BIT(EVENT_END),
	.profiles = PROFILE_BIT(PROFILE_KEYBOARD) | PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct stand_in_state),
	.match = match,
};
