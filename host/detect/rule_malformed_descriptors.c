/*
 * R14d: descriptors made to break whoever reads them. Devices in the field have many small faults (ranges the wrong way
 * round, open collections, reserved items, a wrong count), so those are none; what counts here no product has:
 *
 * - an item of a report descriptor that reaches past the descriptor's end, although all of it was captured;
 * - more fields, reports or usages than any device needs, or reports longer than any;
 * - pushes without end, or a pop of nothing;
 * - an interface that is a keyboard to whoever asks first and none to whoever asks next, or the other way round;
 * - a configuration that claims more than 32 interfaces, whether it holds them or not.
 */
#include "detect/rules.h"

#include <string.h>

enum {
	INTERFACES_MAX = 32, /* the largest composite devices have about ten */
};

struct malformed_state {
	bool said[MODEL_DEVICES_MAX];
};

/* Its length as the HID descriptor announced it; 0 unknown. */
static uint16_t announced(const struct model_device *d, const struct model_hid *h)
{
	const struct usb_interface_descriptor *i =
		d->has_config ? usb_interface_find(&d->config, h->interface) : NULL;

	return i ? i->report_descriptor_len : 0;
}

static const char *wrong_report(const struct model_device *d, const struct model_hid *h)
{
	uint32_t problems = h->descriptor.problems;
	uint16_t want = announced(d, h);

	if (h->contradicts)
		return "it says once that it is a keyboard and once that it is none";
	if (problems & HID_PROBLEM_STACK)
		return "its report descriptor pushes or pops without end";
	if (problems & HID_PROBLEM_LIMIT)
		return "its report descriptor claims more fields than any device has";
	if ((problems & HID_PROBLEM_TRUNCATED) && want && h->descriptor_len == want &&
	    want <= MODEL_REPORT_DESCRIPTOR_MAX)
		return "an item of its report descriptor reaches past the end";
	return NULL;
}

static const char *wrong_configuration(const struct model_device *d)
{
	if (!d->has_config || d->config_len < d->config.wTotalLength)
		return NULL;
	if (d->config.bNumInterfaces > INTERFACES_MAX)
		return d->config.problems & USB_PROBLEM_COUNT
		               ? "its configuration claims interfaces that are not there"
		               : "its configuration has more interfaces than any device";
	return NULL;
}

static void match(const struct rule_input *in)
{
	struct malformed_state *s = in->state;
	const struct model_device *d = in->event->device;
	const struct model_hid *h = in->event->hid;
	bool *said = rule_unsaid(in, s->said);
	const char *wrong;
	struct finding *f;

	if (!said)
		return;
	wrong = in->event->kind == EVENT_HID_DESCRIBED && h ? wrong_report(d, h)
	                                                    : wrong_configuration(d);
	if (!wrong)
		return;
	*said = true;
	f = rule_emit(in, NULL);
	finding_say(f, wrong);
	finding_say(f, h && h->contradicts ? ": made to deceive whoever reads it"
	                                   : ": made to break whoever reads it");
	if (in->event->kind == EVENT_HID_DESCRIBED) {
		finding_integer(f, "interface", h->interface);
		finding_integer(f, "descriptor_bytes", h->descriptor_len);
		finding_integer(f, "problems", h->descriptor.problems);
	} else {
		finding_integer(f, "interfaces_claimed", d->config.bNumInterfaces);
		finding_integer(f, "interfaces_found", d->config.interfaces);
	}
}

const struct rule rule_malformed_descriptors = {
	.id = "R14d",
	.name = "malformed-descriptors",
	.summary = "descriptors made to break or deceive whoever reads them",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_MEDIUM,
	.events = EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_DESCRIBED) |
                  EVENT_BIT(EVENT_HID_DESCRIBED),
	.profiles = PROFILES_ALL,
	.state_size = sizeof(struct malformed_state),
	.match = match,
};
