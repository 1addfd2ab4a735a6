/*
 * R7: a device that comes, types and goes by itself, or comes back as another, while the supply stays on.
 *
 * - A life under 10 s with input reports. Where VBUS is seen it must have stayed on; where it is not, the device must go
 *   within 200 ms of its last report: no hand is that fast (an O.MG takes 43 ms, threats.md §1.3).
 * - Attach, detach, attach with another structure than any device had that went, and nothing else on the bus. Where VBUS
 *   is not seen, within 1 s, in which no hand changes a plug.
 *
 * A detach has to be seen on the line; captures of an operating system do not show one. What is gone is judged half a
 * second later, because supply and data contacts do not break at the same moment.
 */
#include "detect/rules.h"

#include <string.h>

#define MS_NS INT64_C(1000000)

enum { WENT_MAX = 8 };

static const int64_t life_max_ns = 10000 * MS_NS, hand_ns = 200 * MS_NS, swap_ns = 1000 * MS_NS;
/* No host resets for longer (Windows 55 ms, threats.md §1.1; hubs 10 to 20, USB 2.0 §11.5.1.5): SE0 beyond it was a detach. */
static const int64_t reset_max_ns = 70 * MS_NS;
static const int64_t settle_ns = 500 * MS_NS, supply_before_ns = 1000 * MS_NS;

/* A device that went, as it was. */
struct went {
	bool used, has_hash, life_open; /* its life is still to be judged */
	uint16_t bus, slot;
	uint32_t id;
	uint8_t hash[32];
	int64_t gone_ns, lived_ns, after_report_ns;
	uint64_t packet;
};

struct life_state {
	bool vbus_went_off;
	int64_t vbus_off_ns, detach_ns, reset_ns;
	bool detached, in_reset;
	unsigned next;
	bool open; /* some life may be; else there is none to settle */
	struct went went[WENT_MAX];
	bool changed_said[MODEL_DEVICES_MAX];
};

static bool supply_broke(const struct life_state *s, int64_t gone_ns)
{
	return s->vbus_went_off && s->vbus_off_ns >= gone_ns - supply_before_ns;
}

static void say_life(const struct rule_input *in, const struct went *w)
{
	/* Told after the fact: the finding is about the device that went. */
	struct event event = *in->event;
	struct rule_input then = *in;
	const struct model_device *d = &in->model->device[w->slot];
	struct finding *f;

	event.t_ns = w->gone_ns;
	event.packet = w->packet;
	event.device = d->id == w->id ? d : NULL;
	then.event = &event;
	f = rule_emit(&then, NULL);
	finding_say(f, "it came, sent input and went by itself after ");
	finding_say_number(f, (double)w->lived_ns / 1e9, 2);
	if (in->model->vbus_known) {
		finding_say(f, " s, with the supply on");
	} else {
		finding_say(f, " s, ");
		finding_say_number(f, (double)w->after_report_ns / 1e6, 0);
		finding_say(f, " ms after its last report: no hand is that fast");
	}
	finding_number(f, "life_s", (double)w->lived_ns / 1e9, 3);
	finding_number(f, "last_report_to_detach_ms", (double)w->after_report_ns / 1e6, 1);
}

static void settle(const struct rule_input *in, struct life_state *s)
{
	bool end = in->event->kind == EVENT_END;

	if (!s->open)
		return;
	s->open = false;
	for (unsigned i = 0; i < WENT_MAX; i++) {
		struct went *w = &s->went[i];

		if (!w->life_open)
			continue;
		if (!end && in->event->t_ns - w->gone_ns < settle_ns) {
			s->open = true;
			continue;
		}
		w->life_open = false;
		if (in->model->vbus_known ? !supply_broke(s, w->gone_ns)
		                          : w->after_report_ns <= hand_ns)
			say_life(in, w);
	}
}

static void gone(const struct rule_input *in, struct life_state *s, unsigned slot)
{
	const struct model_device *d = in->event->device;
	struct went *w = &s->went[s->next++ % WENT_MAX];
	int64_t t = in->event->t_ns;
	bool line = s->detached && t - s->detach_ns <= settle_ns;
	/* Known late, where the next device's first words tell it. */
	int64_t gone_ns = line && s->detach_ns < t ? s->detach_ns : t;

	*w = (struct went){
		.used = line,
		.has_hash = d->has_hash,
		.bus = d->bus,
		.slot = (uint16_t)slot,
		.id = d->id,
		.gone_ns = gone_ns,
		.lived_ns = gone_ns - d->attached_ns,
		.after_report_ns = gone_ns - d->last_report_ns,
		.packet = in->event->packet,
	};
	memcpy(w->hash, d->structure_sha256, sizeof(w->hash));
	w->life_open = line && d->enumerated && d->reports && w->lived_ns >= 0 &&
	               w->lived_ns < life_max_ns;
	if (!w->life_open)
		return;
	/* Reports are of use as a clock alone, and only now. */
	s->open = true;
	rule_want(in, EVENT_KEYS);
	rule_want(in, EVENT_INPUT);
}

/* The last device that went from this bus before `before_ns`. */
static const struct went *last_gone(const struct life_state *s, uint16_t bus, int64_t before_ns)
{
	const struct went *last = NULL;

	for (unsigned i = 0; i < WENT_MAX; i++) {
		const struct went *w = &s->went[i];

		if (w->used && w->bus == bus && w->gone_ns <= before_ns &&
		    (!last || w->gone_ns > last->gone_ns))
			last = w;
	}
	return last;
}

static bool alone(const struct model *m, const struct model_device *d)
{
	for (unsigned i = 0; i < m->devices; i++) {
		const struct model_device *x = &m->device[i];

		if (x != d && x->used && !x->gone && x->bus == d->bus)
			return false;
	}
	return true;
}

static void hashed(const struct rule_input *in, struct life_state *s, unsigned slot)
{
	const struct model_device *d = in->event->device;
	const struct went *last = last_gone(s, d->bus, d->attached_ns);
	bool compared = false;
	struct finding *f;

	if (!last || s->changed_said[slot] || !alone(in->model, d))
		return;
	if (in->model->vbus_known ? supply_broke(s, last->gone_ns)
	                          : d->attached_ns - last->gone_ns > swap_ns)
		return;
	/* All that went with it count as one: a hub takes what is behind it along. */
	for (unsigned i = 0; i < WENT_MAX; i++) {
		const struct went *w = &s->went[i];

		if (!w->used || w->bus != d->bus || !w->has_hash ||
		    last->gone_ns - w->gone_ns > settle_ns || w->gone_ns > last->gone_ns)
			continue;
		compared = true;
		if (!memcmp(w->hash, d->structure_sha256, sizeof(w->hash)))
			return;
	}
	if (!compared)
		return;
	s->changed_said[slot] = true;
	f = rule_emit(in, NULL);
	f->name = "changed-life";
	finding_say(f, "what was plugged in went and came back as another device after ");
	finding_say_number(f, (double)(d->attached_ns - last->gone_ns) / 1e6, 0);
	finding_say(f, in->model->vbus_known ? " ms, with the supply on"
	                                     : " ms: no hand is that fast");
	finding_hex(f, "structure_sha256", d->structure_sha256, sizeof(d->structure_sha256));
	if (last->has_hash)
		finding_hex(f, "before_sha256", last->hash, sizeof(last->hash));
	finding_number(f, "gap_ms", (double)(d->attached_ns - last->gone_ns) / 1e6, 1);
}

static void line(struct life_state *s, const struct usb_bus_event *b)
{
	if (b->kind != RECORD_LINE)
		return;
	if (b->line.event == LINE_VBUS_OFF) {
		s->vbus_went_off = true;
		s->vbus_off_ns = b->t_ns;
	} else if (b->line.event == LINE_DETACH) {
		s->detached = true;
		s->detach_ns = b->t_ns;
	} else if (b->line.event == LINE_RESET) {
		s->in_reset = true;
		s->reset_ns = b->t_ns;
	} else if (b->line.event == LINE_RESET_END && s->in_reset) {
		s->in_reset = false;
		if (b->t_ns - s->reset_ns > reset_max_ns) {
			s->detached = true;
			s->detach_ns = s->reset_ns;
		}
	}
}

static void match(const struct rule_input *in)
{
	struct life_state *s = in->state;
	unsigned slot = rule_device_slot(in);

	if (in->event->bus)
		line(s, in->event->bus);
	if (slot < MODEL_DEVICES_MAX) {
		switch (in->event->kind) {
		case EVENT_DEVICE_SEEN:
			s->changed_said[slot] = false;
			break;
		case EVENT_DEVICE_HASHED:
			hashed(in, s, slot);
			break;
		case EVENT_DEVICE_GONE:
			gone(in, s, slot);
			break;
		default:
			break;
		}
	}
	settle(in, s);
}

const struct rule rule_short_life = {
	.id = "R7",
	.name = "short-life",
	.summary = "a device that types and goes within 10 s, or comes back as another, with the "
		   "supply on",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_HASHED) |
                  EVENT_BIT(EVENT_DEVICE_GONE) | EVENT_BIT(EVENT_LINE) | EVENT_BIT(EVENT_TICK) |
                  EVENT_BIT(EVENT_END),
	.profiles = PROFILES_ALL,
	.state_size = sizeof(struct life_state),
	.match = match,
};
