/* Which device is the expected one. See expected.h. */
#include "detect/expected.h"

#include <string.h>

static bool is_keyboard(const struct model_device *d)
{
	return d->kinds & HID_KIND_KEYBOARD;
}

static void take(struct expected *x, const struct rule_input *in)
{
	const struct model_device *d = in->event->device;

	x->set = true;
	x->slot = (uint16_t)rule_device_slot(in);
	x->id = d->id;
	if (d->has_hash) {
		x->has_hash = true;
		memcpy(x->hash, d->structure_sha256, sizeof(x->hash));
	}
	if (d->has_device) {
		x->has_descriptor = true;
		memcpy(x->descriptor, d->device_raw, sizeof(x->descriptor));
	}
}

static bool is_it(const struct expected *x, const struct rule_input *in)
{
	return x->set && x->id == in->event->device->id && x->slot == rule_device_slot(in);
}

void expected_follow(struct expected *x, const struct rule_input *in)
{
	if (in->profile->kind != PROFILE_KEYBOARD || in->profile->has_hash)
		return;
	if (is_it(x, in) || (!x->set && is_keyboard(in->event->device)))
		take(x, in);
}

static bool first_present(const struct expected *x, const struct model *m)
{
	const struct model_device *d = &m->device[x->slot];

	return d->used && !d->gone && d->id == x->id;
}

bool expected_present(const struct expected *x, const struct rule_input *in)
{
	if (in->profile->kind == PROFILE_KEYBOARD && !in->profile->has_hash)
		return x->set && first_present(x, in->model);
	for (unsigned i = 0; i < in->model->devices; i++) {
		const struct model_device *d = &in->model->device[i];

		if (d->used && !d->gone && declared_device_match(in->profile, d) == DECLARED_YES)
			return true;
	}
	return false;
}

/* The first keyboard come back, on a slot or address of its own, after it had gone. */
static enum declared_match first_again(struct expected *x, const struct rule_input *in,
                                       bool keys_typed)
{
	const struct model_device *d = in->event->device;
	bool same;

	if (first_present(x, in->model))
		return DECLARED_NO;
	if (x->has_hash && d->has_hash)
		same = !memcmp(x->hash, d->structure_sha256, sizeof(x->hash));
	else if (x->has_hash && !keys_typed)
		return DECLARED_UNKNOWN;
	else if (x->has_descriptor && d->has_device)
		same = !memcmp(x->descriptor, d->device_raw, sizeof(x->descriptor));
	else if (!keys_typed)
		return DECLARED_UNKNOWN;
	else
		same = !x->has_descriptor && !d->has_device;
	if (same)
		take(x, in);
	return same ? DECLARED_YES : DECLARED_NO;
}

enum declared_match expected_match(struct expected *x, const struct rule_input *in, bool keys_typed)
{
	const struct profile *p = in->profile;
	const struct model_device *d = in->event->device;
	enum declared_match m;

	if (p->kind == PROFILE_BARE)
		return DECLARED_NO;
	if (p->kind == PROFILE_DEVICE || p->has_hash) {
		m = declared_device_match(p, d);
		/* A host that never asks for the serial number leaves it open; the structure has to do then. */
		if (m == DECLARED_UNKNOWN && keys_typed)
			m = declared_structure_match(p, d) == DECLARED_YES ? DECLARED_YES
			                                                   : DECLARED_NO;
		return m;
	}
	if (!x->set)
		return DECLARED_UNKNOWN;
	return is_it(x, in) ? DECLARED_YES : first_again(x, in, keys_typed);
}
