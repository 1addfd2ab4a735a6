/*
 * HID interfaces: slots, descriptors, and what kinds of input a device has. HID 1.11 §5.
 * Leaves to reports.c what their reports say.
 */
#include "model/decode_state.h"

#include <string.h>

struct model_hid *hids_find(struct decode *d, const struct model_device *device, uint8_t interface)
{
	unsigned slot = devices_slot(d, device);

	for (unsigned i = 0; i < d->model.hids; i++)
		if (d->model.hid[i].device == slot && d->model.hid[i].interface == interface)
			return &d->model.hid[i];
	return NULL;
}

/* Lower is forgotten first: those of devices that went, those that typed nothing. */
static int worth(const struct decode *d, const struct model_hid *h)
{
	const struct model_device *device = model_device_of(&d->model, h);

	return (device->gone ? 0 : 4) + (h->keys_pressed ? 2 : 0) + (device->reached ? 1 : 0);
}

static bool given_up_before(const struct decode *d, const struct model_hid *a,
                            const struct model_hid *b)
{
	if (worth(d, a) != worth(d, b))
		return worth(d, a) < worth(d, b);
	if (a->keys_pressed != b->keys_pressed)
		return a->keys_pressed < b->keys_pressed;
	return a->id < b->id;
}

/* Whatever is new may be the attack, so it always gets a place; what loses its own while it is there is counted. */
static struct model_hid *free_slot(struct decode *d)
{
	struct model_hid *worst = NULL;

	for (unsigned i = 0; i < d->model.hids; i++) {
		struct model_hid *h = &d->model.hid[i];

		if (h->device == MODEL_NONE)
			return h;
		if (!worst || given_up_before(d, h, worst))
			worst = h;
	}
	if (d->model.hids < MODEL_HIDS_MAX)
		return &d->model.hid[d->model.hids++];
	d->model.hids_forgotten++;
	d->model.hids_lost += !model_device_of(&d->model, worst)->gone;
	return worst;
}

struct model_hid *hids_add(struct decode *d, const struct model_device *device, uint8_t interface)
{
	struct model_hid *h = free_slot(d);

	endpoint_hid_forget(d);
	memset(h, 0, sizeof(*h));
	h->id = ++d->last_id;
	h->device = (uint16_t)devices_slot(d, device);
	h->interface = interface;
	keys_init(&h->keys);
	return h;
}

struct model_hid *hids_get(struct decode *d, const struct model_device *device, uint8_t interface)
{
	struct model_hid *h = hids_find(d, device, interface);

	return h ? h : hids_add(d, device, interface);
}

void hids_drop(struct decode *d, const struct model_device *device)
{
	unsigned slot = devices_slot(d, device);

	for (unsigned i = 0; i < d->model.hids; i++)
		if (d->model.hid[i].device == slot)
			d->model.hid[i].device = MODEL_NONE;
	for (unsigned i = 0; i < DECODE_INFER_MAX; i++)
		if (d->infer[i].used && d->infer[i].device == slot)
			d->infer[i].used = false;
}

void hids_update_kinds(struct decode *d, struct model_device *device)
{
	unsigned slot = devices_slot(d, device);

	device->kinds = 0;
	device->hid_problems = 0;
	for (unsigned i = 0; i < d->model.hids; i++) {
		const struct model_hid *h = &d->model.hid[i];

		if (h->device != slot)
			continue;
		device->kinds |= h->kinds;
		device->hid_problems |= h->descriptor.problems;
	}
}

static const struct usb_interface_descriptor *
undescribed(struct decode *d, const struct model_device *device, uint32_t len)
{
	for (unsigned i = 0; i < device->config.interfaces; i++) {
		const struct usb_interface_descriptor *in = &device->config.interface[i];
		const struct model_hid *h = hids_find(d, device, in->bInterfaceNumber);

		if (in->report_descriptor_len == len && !(h && h->described))
			return in;
	}
	return NULL;
}

/*
 * Early USBPcap wrote wIndex 0 into every such request. A second answer for an interface that has its descriptor, as
 * long as that of another interface which has none, is that one's. Never on a wire, where wIndex is what was sent.
 */
static uint8_t true_interface(struct decode *d, const struct usb_transfer *t,
                              const struct model_device *device, uint8_t interface)
{
	const struct usb_interface_descriptor *said = usb_interface_find(&device->config,
	                                                                 interface),
					      *other;
	const struct model_hid *h = hids_find(d, device, interface);

	if (t->wire || !said || !h || !h->described || said->report_descriptor_len == t->len_true)
		return interface;
	other = undescribed(d, device, t->len_true);
	return other ? other->bInterfaceNumber : interface;
}

static bool is_hid(const struct model_device *device, uint8_t interface)
{
	const struct usb_interface_descriptor *in =
		device->has_config ? usb_interface_find(&device->config, interface) : NULL;

	return !in || in->bInterfaceClass == USB_CLASS_HID;
}

/*
 * SET_CONFIGURATION: everything begins anew, in report protocol. HID 1.11 §7.2.6. What was told in another configuration
 * of an interface that is of another class in this one is not said of this one.
 */
void hids_configured(struct decode *d, struct model_device *device, bool changed)
{
	unsigned slot = devices_slot(d, device);

	for (unsigned i = 0; i < d->model.hids; i++) {
		struct model_hid *h = &d->model.hid[i];

		if (h->device != slot)
			continue;
		hids_protocol(d, device, h, false);
		keys_init(&h->keys);
		h->pending_len = 0;
		h->renewed = true;
		if (changed && !is_hid(device, h->interface)) {
			h->described = false;
			h->descriptor_len = 0;
			h->kinds = 0;
		}
	}
	hids_update_kinds(d, device);
}

static const struct usb_interface_descriptor *boot_keyboard(const struct model_device *device,
                                                            uint8_t interface)
{
	const struct usb_interface_descriptor *in =
		device->has_config ? usb_interface_find(&device->config, interface) : NULL;

	return in && in->bInterfaceClass == USB_CLASS_HID && in->bInterfaceSubClass == 1 &&
	                       in->bInterfaceProtocol == 1
	               ? in
	               : NULL;
}

/* In boot protocol a keyboard sends the boot report, whatever its descriptor says. HID 1.11 §7.2.6, appendix B */
void hids_protocol(struct decode *d, struct model_device *device, struct model_hid *h, bool boot)
{
	if (h->boot_protocol == boot || (boot && !boot_keyboard(device, h->interface)))
		return;
	h->boot_protocol = boot;
	if (boot)
		hid_boot_keyboard(&d->boot_keyboard);
	/* What was inferred went with the protocol that its reports were in. */
	if (!h->descriptor_len)
		hid_parse(&h->descriptor, NULL, 0);
	h->described = boot || h->descriptor_len;
	h->inferred = false;
	h->kinds = hid_kinds(hids_reports(d, h));
	keys_init(&h->keys);
	hids_update_kinds(d, device);
}

static bool only_hid(const struct usb_configuration *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->interfaces; i++)
		n += c->interface[i].bInterfaceClass == USB_CLASS_HID &&
		     !c->interface[i].bAlternateSetting;
	return n <= 1;
}

/*
 * A keyboard stays one until it is configured again, whatever it tells whoever asks later: its host's driver has no
 * reason to ask twice. In URBs of several interfaces the second answer may just be another's (see above).
 */
static bool stays_keyboard(struct model_hid *h, const struct usb_transfer *t,
                           const struct model_device *device)
{
	struct hid_descriptor told;
	bool was = h->kinds & HID_KIND_KEYBOARD, is;

	if (!h->described || h->renewed || h->boot_protocol)
		return false;
	hid_parse(&told, t->data, t->len);
	is = hid_kinds(&told) & HID_KIND_KEYBOARD;
	if (was != is && (t->wire || only_hid(&device->config)))
		h->contradicts = true;
	return was && !is;
}

/* GET_DESCRIPTOR(report) was answered. Hosts ask for more than there is (Windows: 64 bytes), so a short answer is whole. */
void hids_descriptor(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                     uint8_t interface)
{
	uint32_t kept = t->len < MODEL_REPORT_DESCRIPTOR_MAX ? t->len : MODEL_REPORT_DESCRIPTOR_MAX;
	struct event e = decode_event(EVENT_HID_DESCRIBED, t, device);
	struct model_hid *h = hids_get(d, device, true_interface(d, t, device, interface));

	/* A part may end before the keys: it describes nothing, and the reports are to tell (infer_reports.c). */
	if (t->len < t->len_true) {
		d->model.cut++;
		return;
	}
	/* A shorter read of the same bytes says less than what is known. Beyond what is kept nobody knows if they are. */
	if (h->described && t->len == kept && t->len <= h->descriptor_len &&
	    memcmp(h->descriptor_raw, t->data, kept) == 0)
		return;
	e.hid = h;
	if (stays_keyboard(h, t, device)) {
		decode_emit(d, &e);
		return;
	}
	hid_parse(&h->descriptor, t->data, t->len);
	d->model.keys_cut += !!(h->descriptor.problems & HID_PROBLEM_KEYS_CUT);
	h->described = true;
	h->inferred = h->renewed = false;
	h->kinds = hid_kinds(hids_reports(d, h));
	h->descriptor_len = (uint16_t)(t->len_true < UINT16_MAX ? t->len_true : UINT16_MAX);
	memcpy(h->descriptor_raw, t->data, kept);
	keys_init(&h->keys);
	hids_update_kinds(d, device);
	decode_emit(d, &e);
}
