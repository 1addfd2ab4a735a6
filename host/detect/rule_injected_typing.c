/*
 * R9: keys that no person types. In: reports of keyboards, each judged by typing/. Out: one strong finding a keyboard,
 * and a decisive one where it goes on past the second threshold. Whether the keyboard is declared and may do so
 * (scanners, one-time passwords) is for R22.
 */
#include "detect/rule_injected_typing.h"

#include <math.h>
#include <string.h>

#include "detect/rules.h"

enum {
	UNDECIDED_KEYS = 10, /* from so many on, no decision is a result */
	TOP_FEATURES = 3,
};

/* Enumeration takes a host a second or so; a cable that waits longer than this between its keys types a few a minute. */
#define AWAY_MAX_NS INT64_C(60000000000)

/* Which keyboard of which device on which bus it is: what a new enumeration leaves as it was. */
struct keyboard_identity {
	uint16_t bus;
	uint8_t interface;
	bool has_hash;
	uint8_t hash[32];
	uint64_t place;
};

struct keyboard {
	uint32_t hid_id; /* tells the slot's next user from its last; 0 nobody yet */
	bool used;
	bool said_first, said_second;
	struct keyboard_identity identity;
	int64_t last_ns; /* its last report */
	struct typing typing;
};

struct injected_typing_state {
	uint32_t undecided_gone, untimed_gone; /* keyboards whose slot was taken over */
	unsigned slots; /* of keyboard[], from the front: beyond them none was ever used */
	struct duration_rows rows;
	struct keyboard keyboard[MODEL_HIDS_MAX];
};

static bool undecided(const struct keyboard *k)
{
	uint32_t keys = k->typing.reader.keys;

	return k->used && !k->said_first && keys > 0 && keys < UNDECIDED_KEYS;
}

static bool untimed(const struct keyboard *k)
{
	return k->used && !k->said_first && k->typing.untimed == TYPING_UNTIMED;
}

static struct keyboard_identity identity_of(const struct event *e)
{
	struct keyboard_identity i = {.interface = e->hid->interface};

	if (!e->device)
		return i;
	i.bus = e->device->bus;
	i.place = e->device->place;
	i.has_hash = e->device->has_hash;
	memcpy(i.hash, e->device->structure_sha256, sizeof(i.hash));
	return i;
}

/*
 * The same keyboard before its device was enumerated anew: one of the same structure, whatever it calls itself this time,
 * that has been silent since. A cable that enumerates again every few keys is one typist, not many with a few keys each.
 * No evidence is made by this: it only stays together. A second keyboard of the same make takes over what the first one's
 * hands were known by, and the first, if it goes on, begins anew.
 */
static bool same_structure(const struct keyboard *k, const struct keyboard_identity *identity)
{
	const struct keyboard_identity *was = &k->identity;

	return was->has_hash && identity->has_hash && was->interface == identity->interface &&
	       memcmp(was->hash, identity->hash, sizeof(was->hash)) == 0;
}

/*
 * A cable may call itself something else each time, structure and all: then the port is what stays. Whatever is in it next
 * takes over what spoke for a machine, if anything did and nothing was found yet, and nothing else. So does what is built
 * alike and may, for all that is known, be beside the first: a copy of somebody's keyboard must not hide behind their hands.
 */
static bool may_succeed(const struct keyboard *k, const struct keyboard_identity *identity)
{
	bool there = identity->place && k->identity.place == identity->place;

	return (there || same_structure(k, identity)) && !k->said_first && k->typing.run.keys;
}

/* It cannot be there beside `device`: it went, or is in the same place, or is the same. */
static bool has_gone(const struct injected_typing_state *s, const struct rule_input *in,
                     const struct keyboard *k)
{
	const struct model_hid *h = &in->model->hid[k - s->keyboard];
	const struct model_device *was, *device = in->event->device;

	if (h->id != k->hid_id || (device->place && device->place == k->identity.place))
		return true;
	was = model_device_of(in->model, h);
	return was->gone || was == device;
}

/* The last one that `is` so, and has been silent since the device came. */
static struct keyboard *before(struct injected_typing_state *s, const struct event *e,
                               const struct keyboard_identity *identity,
                               bool (*is)(const struct keyboard *,
                                          const struct keyboard_identity *))
{
	struct keyboard *last = NULL;

	if (!e->device || !e->device->enumerated)
		return NULL;
	for (unsigned i = 0; i < s->slots; i++) {
		struct keyboard *k = &s->keyboard[i];

		if (!k->used || k->identity.bus != identity->bus || !is(k, identity) ||
		    k->last_ns > e->device->attached_ns ||
		    e->device->attached_ns - k->last_ns > AWAY_MAX_NS)
			continue;
		if (!last || k->last_ns > last->last_ns)
			last = k;
	}
	return last;
}

static struct keyboard *keyboard_of(struct injected_typing_state *s, const struct rule_input *in)
{
	unsigned slot = (unsigned)(in->event->hid - in->model->hid);
	struct keyboard *k = &s->keyboard[slot], *was;
	struct keyboard_identity identity;

	if (k->used && k->hid_id == in->event->hid->id)
		return k;
	identity = identity_of(in->event);
	was = before(s, in->event, &identity, same_structure);
	/* What was found already is no person, to whom others would be added. */
	if (was && !was->said_first && !has_gone(s, in, was))
		was = NULL;
	if (!was && (was = before(s, in->event, &identity, may_succeed)))
		typing_succeed(&was->typing);
	if (was != k) {
		s->undecided_gone += undecided(k);
		s->untimed_gone += untimed(k);
	}
	if (s->slots <= slot)
		s->slots = slot + 1;
	if (was) {
		if (was != k)
			*k = *was;
		was->used = false;
		typing_away(&k->typing);
	} else {
		*k = (struct keyboard){.said_first = false};
		typing_init(&k->typing);
		k->typing.rows = &s->rows;
	}
	k->used = true;
	k->hid_id = in->event->hid->id;
	k->identity = identity;
	return k;
}

static struct typing_context context_of(const struct event *e)
{
	return (struct typing_context){
		.poll_ns = e->hid->report_ns,
		.clock_step_ns = e->step_ns,
		.configured_ns = e->device ? e->device->configured_ns : -1,
		.led_ns = e->device ? e->device->led_ns : -1,
		.has_leds = e->hid->kinds & HID_KIND_LED,
	};
}

/* "5 keys at 8.0 ms, held for one poll each: no person types like this" */
static void say(struct finding *f, const struct typing *t)
{
	const struct typing_run *run = &t->run;
	double gap = typing_median_gap_ms(run), hold = typing_median_hold_ms(run);
	uint32_t keys =
		run->keys + (run->keys < t->reader.keys); /* the key that the first gap is from */

	finding_say_integer(f, keys);
	finding_say(f, " keys");
	if (gap >= 0) {
		finding_say(f, " at ");
		finding_say_number(f, gap, 1);
		finding_say(f, " ms");
	}
	if (run->replaced * 2 > run->keys) {
		finding_say(f, ", each taking the place of the one before");
	} else if (hold >= 0 && hold <= 1.5 * t->step.step_ms) {
		finding_say(f, ", held for one poll each");
	} else if (hold >= 0) {
		finding_say(f, ", held for ");
		finding_say_number(f, hold, 1);
		finding_say(f, " ms");
	}
	finding_say(f, ": no person types like this");
}

static void name_features(struct finding *f, const struct typing *t)
{
	static const char *const label[TOP_FEATURES] = {"feature_1", "feature_2", "feature_3"};
	bool named[TYPING_FEATURES] = {false};

	for (unsigned n = 0; n < TOP_FEATURES; n++) {
		unsigned most = TYPING_FEATURES;

		for (unsigned i = 0; i < TYPING_FEATURES; i++)
			if (!named[i] && t->run.sum[i] > 0 &&
			    (most == TYPING_FEATURES || t->run.sum[i] > t->run.sum[most]))
				most = i;
		if (most == TYPING_FEATURES)
			return;
		named[most] = true;
		finding_text(f, label[n], typing_feature_name(most));
	}
}

static void report(const struct rule_input *in, const struct typing *t, enum weight weight)
{
	struct finding *f = rule_emit(in, NULL);
	const struct typing_run *run = &t->run;
	double gap = typing_median_gap_ms(run), hold = typing_median_hold_ms(run);

	f->weight = weight;
	f->keystroke = t->reader.keys;
	say(f, t);
	if (gap >= 0)
		finding_number(f, "interval_ms_median", gap, 1);
	if (hold >= 0)
		finding_number(f, "dwell_ms_median", hold, 1);
	finding_number(f, "replaced_share", (double)run->replaced / run->keys, 2);
	finding_number(f, "step_ms", t->step.step_ms, 1);
	finding_number(f, "log_ratio", t->step.ratio, 1);
	finding_number(f, "error_claimed_log10", -t->step.ratio / log(10), 1);
	finding_integer(f, "keys_since_zero", run->keys);
	name_features(f, t);
}

/* A pointing device that is not part of the keyboard says that somebody sits there; it says little. */
static void pointer_moved(struct injected_typing_state *s, const struct rule_input *in)
{
	const struct model_hid *hid = in->event->hid;

	if (!hid || !(hid->kinds & HID_KIND_MOUSE))
		return;
	for (unsigned i = 0; i < s->slots; i++)
		if (s->keyboard[i].used && in->model->hid[i].device != hid->device)
			typing_pointer(&s->keyboard[i].typing, in->event->t_ns);
}

static void match(const struct rule_input *in)
{
	struct injected_typing_state *s = in->state;
	struct typing_context context;
	enum typing_decision decision;
	struct keyboard *k;

	if (in->event->kind == EVENT_INPUT) {
		pointer_moved(s, in);
		return;
	}
	if (!in->event->hid || !in->event->keys)
		return;
	k = keyboard_of(s, in);
	k->last_ns = in->event->t_ns;
	context = context_of(in->event);
	if (!typing_report(&k->typing, in->event->keys, &context))
		return;
	decision = typing_decide(&k->typing);
	if (decision >= TYPING_FIRST && !k->said_first) {
		k->said_first = true;
		report(in, &k->typing, WEIGHT_STRONG);
	}
	if (decision == TYPING_SECOND && !k->said_second) {
		k->said_second = true;
		report(in, &k->typing, WEIGHT_DECISIVE);
	}
}

const struct typing_step *injected_typing_last(const void *state, unsigned hid_slot)
{
	const struct injected_typing_state *s = state;

	if (!s || hid_slot >= s->slots || !s->keyboard[hid_slot].typing.step.packet)
		return NULL;
	return &s->keyboard[hid_slot].typing.step;
}

unsigned injected_typing_undecided(const void *state)
{
	const struct injected_typing_state *s = state;
	unsigned count = 0;

	if (!s)
		return 0;
	for (unsigned i = 0; i < s->slots; i++)
		count += undecided(&s->keyboard[i]);
	return count + s->undecided_gone;
}

unsigned injected_typing_untimed(const void *state)
{
	const struct injected_typing_state *s = state;
	unsigned count = 0;

	if (!s)
		return 0;
	for (unsigned i = 0; i < s->slots; i++)
		count += untimed(&s->keyboard[i]);
	return count + s->untimed_gone;
}

/* Of the keyboard that typed most of those that are undecided. */
static bool progress(const void *state, struct rule_progress *p)
{
	const struct injected_typing_state *s = state;
	uint32_t keys = 0;

	for (unsigned i = 0; i < s->slots; i++)
		if (undecided(&s->keyboard[i]) && s->keyboard[i].typing.reader.keys > keys)
			keys = s->keyboard[i].typing.reader.keys;
	*p = (struct rule_progress){keys, UNDECIDED_KEYS, "key", "keys"};
	return keys > 0;
}

const struct rule rule_injected_typing = {
	.id = "R9",
	.name = "injected-typing",
	.summary = "keys that no person types: pace, holds, rhythm, rollover, manner",
	.group = GROUP_TYPING,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_KEYS) | EVENT_BIT(EVENT_INPUT),
	.profiles = PROFILES_ALL,
	.state_size = sizeof(struct injected_typing_state),
	.match = match,
	.progress = progress,
};
