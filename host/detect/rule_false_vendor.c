/*
 * R14b: a device says that it is by a well-known maker, and is built like something else. Only facts are used:
 *
 * - its structure, or all its report descriptors with their order, are those of a free firmware that this maker's
 *   products are not built on;
 * - it is a keyboard with a serial port beside the keys, as Arduino and ESP32 cores make them, by a maker none of whose
 *   keyboards has one.
 *
 * Speed alone is no sign: genuine keyboards of all these makers run at low speed.
 */
#include "detect/rules.h"

#include <sodium.h>
#include <string.h>

#include "detect/identity.h"

struct vendor_state {
	bool said[MODEL_DEVICES_MAX];
};

static bool report_is(const struct model_hid *h, uint16_t len, const uint8_t sha256[32])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	if (h->descriptor_len != len || len > sizeof(h->descriptor_raw))
		return false;
	crypto_hash_sha256(hash, h->descriptor_raw, len);
	return !memcmp(hash, sha256, sizeof(hash));
}

/* The report descriptors in the order of their interfaces, with no other HID interface between or before them. */
static const struct structure *built_on(const struct model *m, const struct model_device *d,
                                        unsigned slot)
{
	const struct model_hid *hid[STRUCTURE_REPORTS_MAX] = {NULL};
	unsigned hids = 0;

	for (unsigned i = 0; i < m->hids; i++) {
		const struct model_hid *h = &m->hid[i];

		if (h->device != slot || !h->described)
			continue;
		if (h->interface < STRUCTURE_REPORTS_MAX) {
			hid[h->interface] = h;
			hids++;
		}
	}
	for (unsigned k = 0; hids && d->speed == USB_SPEED_LOW && k < structures_count; k++) {
		unsigned want = 0, fit = 0;

		for (unsigned i = 0; i < STRUCTURE_REPORTS_MAX; i++) {
			uint16_t len = structures[k].report[i].len;

			want += len != 0;
			fit += len && hid[i] &&
			       report_is(hid[i], len, structures[k].report[i].sha256);
		}
		if (want && fit == want)
			return &structures[k];
	}
	return NULL;
}

static bool has_serial_port(const struct model_device *d)
{
	for (unsigned i = 0; d->has_config && i < d->config.interfaces; i++) {
		const struct usb_interface_descriptor *x = &d->config.interface[i];

		if (x->bInterfaceClass == USB_CLASS_CDC && x->bInterfaceSubClass == 2 &&
		    x->bInterfaceProtocol != 0xff)
			return true;
	}
	return false;
}

static void match(const struct rule_input *in)
{
	struct vendor_state *s = in->state;
	const struct model_device *d = in->event->device;
	bool *said = rule_unsaid(in, s->said);
	const struct claimed_vendor *vendor;
	const struct structure *x;
	struct finding *f;

	if (!said || !d->has_device)
		return;
	vendor = claimed_vendor_find(d->device.idVendor);
	if (!vendor)
		return;
	x = d->has_hash ? structure_find(d->structure_sha256) : NULL;
	if (!x)
		x = built_on(in->model, d, rule_device_slot(in));
	if (!x && !(vendor->keyboards_without_serial && (d->kinds & HID_KIND_KEYBOARD) &&
	            has_serial_port(d)))
		return;
	*said = true;
	f = rule_emit(in, NULL);
	finding_say(f, "it says that it is by ");
	finding_say(f, vendor->name);
	if (x) {
		finding_say(f, ", but is built on ");
		finding_say(f, x->family);
		finding_text(f, "family", x->family);
	} else {
		finding_say(f, ", but no keyboard of theirs has a serial port beside its keys");
	}
	finding_text(f, "claimed_vendor", vendor->name);
}

const struct rule rule_false_vendor = {
	.id = "R14b",
	.name = "false-vendor",
	.summary = "a well-known maker's id on somebody else's structure",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_MEDIUM,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_DESCRIBED) |
                  EVENT_BIT(EVENT_DEVICE_HASHED) | EVENT_BIT(EVENT_HID_DESCRIBED),
	.profiles = PROFILES_ALL,
	.state_size = sizeof(struct vendor_state),
	.match = match,
};
