/*
 * R22: the waiver. Follows which devices are the declared one and whether they keep to their alphabet. It makes no
 * finding; the engine asks it after each event and shows findings of a declared device as weak, with `waived_by`.
 */
#include "detect/declared.h"

#include <string.h>

enum declared_match declared_structure_match(const struct profile *p, const struct model_device *d)
{
	if (!p->has_hash)
		return DECLARED_NO;
	if (!d->has_hash)
		return DECLARED_UNKNOWN;
	return memcmp(p->structure_sha256, d->structure_sha256, sizeof(d->structure_sha256))
	               ? DECLARED_NO
	               : DECLARED_YES;
}

enum declared_match declared_device_match(const struct profile *p, const struct model_device *d)
{
	enum declared_match structure = declared_structure_match(p, d);

	if (structure != DECLARED_YES || !p->has_serial)
		return structure;
	if (!strcmp(p->serial, d->serial))
		return DECLARED_YES;
	/* Not asked for yet, or only its first character was: some hosts ask for 4 bytes first. */
	if (d->has_device && d->device.iSerialNumber &&
	    (d->serial[0] == '\0' || (d->serial[1] == '\0' && d->serial[0] == p->serial[0])))
		return DECLARED_UNKNOWN;
	return DECLARED_NO;
}

bool declared_waives(const struct declared *s, unsigned slot, enum group g)
{
	if (slot >= MODEL_DEVICES_MAX || s->match[slot] != DECLARED_YES)
		return false;
	switch (g) {
	case GROUP_PRESENCE:
	case GROUP_RADIO:
		return true;
	case GROUP_TYPING:
		return s->has_alphabet && !s->foreign_key[slot];
	default:
		return false;
	}
}

static bool allowed(const struct profile *p, uint16_t usage)
{
	return usage < 256 && (p->alphabet[usage / 8] >> usage % 8 & 1);
}

static bool types_foreign_key(const struct profile *p, const struct key_report *k)
{
	uint8_t fresh = k->modifiers & (uint8_t)~k->modifiers_before;

	/* Presses beyond what is kept are keys that nobody has looked at. */
	if (k->flags & KEYS_OVERFLOW)
		return true;
	for (unsigned i = 0; i < k->presses && i < KEYS_CHANGES_MAX; i++)
		if (!allowed(p, k->press[i]))
			return true;
	for (unsigned i = 0; i < 8; i++)
		if ((fresh >> i & 1) && !allowed(p, (uint16_t)(KEY_MODIFIER_FIRST + i)))
			return true;
	return false;
}

static void match(const struct rule_input *in)
{
	struct declared *s = in->state;
	unsigned slot = rule_device_slot(in);

	if (slot >= MODEL_DEVICES_MAX)
		return;
	s->has_alphabet = in->profile->has_alphabet;
	switch (in->event->kind) {
	case EVENT_DEVICE_SEEN:
		s->match[slot] = DECLARED_UNKNOWN;
		s->foreign_key[slot] = false;
		break;
	case EVENT_KEYS:
		if (in->event->keys && types_foreign_key(in->profile, in->event->keys))
			s->foreign_key[slot] = true;
		break;
	default:
		s->match[slot] = (uint8_t)declared_device_match(in->profile, in->event->device);
		break;
	}
}

const struct rule rule_declared_device = {
	.id = "R22",
	.name = "declared-device",
	.summary = "a declared device, by structure, serial number and alphabet: its findings "
		   "count as weak",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_WEAK,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_DESCRIBED) |
                  EVENT_BIT(EVENT_DEVICE_HASHED) | EVENT_BIT(EVENT_KEYS),
	.profiles = PROFILE_BIT(PROFILE_DEVICE) | PROFILE_BIT(PROFILE_HOST),
	.state_size = sizeof(struct declared),
	.match = match,
};
