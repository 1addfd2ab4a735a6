/*
 * What a device says of itself: control transfers into the model. USB 2.0 §9.4, HID 1.11 §7.
 * Leaves to reports.c what HID interfaces mean, to devices.c whose transfer it is.
 */
#include "model/decode_state.h"

#include <string.h>

enum { HUB_PORT_RESET = 4 }; /* USB 2.0 §11.24.2, table 11-17 */

static void described(struct decode *d, const struct usb_transfer *t,
                      const struct model_device *device)
{
	struct event e = decode_event(EVENT_DEVICE_DESCRIBED, t, device);

	decode_emit(d, &e);
}

static struct model_device *device_descriptor(struct decode *d, const struct usb_transfer *t,
                                              struct model_device *device)
{
	struct usb_device_descriptor got;
	uint32_t n = t->len < sizeof(device->device_raw) ? t->len : sizeof(device->device_raw);
	bool whole, known = device->has_device;

	if (!usb_device_descriptor_read(&got, t->data, t->len, &whole))
		return device;
	/*
	 * Hosts read 8 or 64 bytes first and 18 later; only what both reads hold can be compared. A device that changes
	 * its descriptor without leaving the bus is another device too.
	 */
	if (known && memcmp(device->device_raw, t->data, n) != 0) {
		device = devices_renew(d, t, device);
		known = false;
	}
	if (known && !whole)
		return device;
	device->device = got;
	memset(device->device_raw, 0, sizeof(device->device_raw));
	memcpy(device->device_raw, t->data, n);
	device->has_device = whole;
	device->is_hub = device->is_hub || got.bDeviceClass == USB_CLASS_HUB;
	return device;
}

static bool same_config(const struct model_device *device, const uint8_t *bytes, uint32_t len)
{
	uint32_t n = len < device->config_len ? len : device->config_len;

	return memcmp(device->config_raw, bytes, n) == 0;
}

static void take_configuration(struct model_device *device, const uint8_t *bytes, uint32_t len)
{
	uint32_t n = len < MODEL_CONFIG_MAX ? len : MODEL_CONFIG_MAX;

	if (!usb_configuration_read(&device->config, bytes, len))
		return;
	memcpy(device->config_raw, bytes, n);
	device->config_len = (uint16_t)n;
	device->has_config = true;
	device->problems |= device->config.problems & ~(uint32_t)USB_PROBLEM_TRUNCATED;
	for (unsigned i = 0; i < device->config.interfaces; i++)
		if (device->config.interface[i].bInterfaceClass == USB_CLASS_HUB)
			device->is_hub = true;
}

static void configuration(const struct usb_transfer *t, struct model_device *device)
{
	uint32_t n = t->len < MODEL_CONFIG_MAX ? t->len : MODEL_CONFIG_MAX;
	uint8_t index = (uint8_t)t->setup.wValue;
	uint8_t value = t->len > 5 ? t->data[5] : 0;

	/* The nine bytes that tell the length describe nothing yet. */
	if (t->len <= 9 || t->data[1] != USB_DT_CONFIGURATION)
		return;
	/* The one in use is followed, else the first; another is kept for SET_CONFIGURATION. */
	if (device->configuration ? value != device->configuration
	                          : device->has_config && index != 0) {
		memcpy(device->other_raw, t->data, n);
		device->other_len = (uint16_t)n;
		return;
	}
	if (device->has_config && n <= device->config_len && same_config(device, t->data, n))
		return;
	/* A host's drivers go by what was said before they were chosen. */
	if (device->configuration && device->has_config &&
	    !(device->config.problems & USB_PROBLEM_TRUNCATED))
		return;
	take_configuration(device, t->data, t->len);
	/* A short read is the host's wish, unless the device ended it. */
	if (t->len_true < t->setup.wLength && t->len_true < device->config.wTotalLength)
		device->problems |= USB_PROBLEM_TRUNCATED;
}

/* What is configured now may not be what is described: then the other one that was read, or nothing is known. */
static void follow_configuration(struct model_device *device)
{
	uint8_t raw[MODEL_CONFIG_MAX];
	uint16_t len = device->other_len;

	if (!device->has_config || device->config.bConfigurationValue == device->configuration)
		return;
	memcpy(raw, device->other_raw, len);
	memcpy(device->other_raw, device->config_raw, device->config_len);
	device->other_len = device->config_len;
	device->has_config = device->has_hash = false;
	device->config = (struct usb_configuration){.interfaces = 0};
	device->config_len = 0;
	if (len > 5 && raw[5] == device->configuration)
		take_configuration(device, raw, len);
}

static void string(struct usb_transfer const *t, struct model_device *device)
{
	const struct {
		uint8_t index;
		char *text;
	} names[] = {
		{device->device.iManufacturer, device->manufacturer},
		{device->device.iProduct, device->product},
		{device->device.iSerialNumber, device->serial},
	};
	uint8_t index = (uint8_t)t->setup.wValue;

	/* Two or four bytes are read first for the length; part of a name is no name. */
	if (!index || t->len < 2 || t->data[0] > t->len)
		return;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].index == index)
			usb_string_read(names[i].text, t->data, t->len);
}

static struct model_device *get_descriptor(struct decode *d, const struct usb_transfer *t,
                                           struct model_device *device)
{
	uint8_t recipient = t->setup.bmRequestType & USB_REQUEST_RECIPIENT;
	uint8_t type = (uint8_t)(t->setup.wValue >> 8);

	switch (type) {
	case USB_DT_DEVICE:
		device = device_descriptor(d, t, device);
		break;
	case USB_DT_CONFIGURATION:
		configuration(t, device);
		break;
	case USB_DT_STRING:
		string(t, device);
		break;
	case USB_DT_BOS:
		if (usb_bos_read(&device->bos, t->data, t->len))
			device->has_bos = true;
		break;
	case USB_DT_REPORT:
		if (recipient != USB_REQUEST_INTERFACE)
			return device;
		hids_descriptor(d, t, device, (uint8_t)t->setup.wIndex);
		break;
	default:
		return device;
	}
	described(d, t, device);
	structure_update(d, t, device);
	return device;
}

static void set_configuration(struct decode *d, const struct usb_transfer *t,
                              struct model_device *device)
{
	struct event e = decode_event(EVENT_DEVICE_CONFIGURED, t, device);
	uint8_t before = device->configuration;

	device->configuration = (uint8_t)t->setup.wValue;
	if (!device->configuration)
		return;
	device->configured_ns = t->t_ns;
	device->led_ns = -1;
	device->enumerated = true;
	follow_configuration(device);
	for (unsigned i = 0; i < device->config.interfaces; i++) {
		const struct usb_interface_descriptor *in = &device->config.interface[i];

		if (in->bInterfaceClass == USB_CLASS_HID && !in->bAlternateSetting)
			hids_get(d, device, in->bInterfaceNumber);
	}
	hids_configured(d, device, before && before != device->configuration);
	structure_update(d, t, device);
	decode_emit(d, &e);
}

static void standard(struct decode *d, const struct usb_transfer *t, struct model_device *device)
{
	bool in = t->setup.bmRequestType & USB_REQUEST_IN;

	if (in && t->setup.bRequest == USB_GET_DESCRIPTOR && t->len)
		get_descriptor(d, t, device);
	else if (!in && t->setup.bRequest == USB_SET_ADDRESS && t->setup.wValue &&
	         t->setup.wValue < 128)
		devices_address(d, t, device, (uint8_t)t->setup.wValue);
	else if (!in && t->setup.bRequest == USB_SET_CONFIGURATION)
		set_configuration(d, t, device);
}

static void class_request(struct decode *d, const struct usb_transfer *t,
                          struct model_device *device)
{
	uint8_t recipient = t->setup.bmRequestType & USB_REQUEST_RECIPIENT;
	bool in = t->setup.bmRequestType & USB_REQUEST_IN;
	uint8_t interface = (uint8_t)t->setup.wIndex;
	struct model_hid *h;

	if (in && recipient == USB_REQUEST_DEVICE && t->setup.bRequest == USB_GET_DESCRIPTOR &&
	    t->setup.wValue >> 8 == USB_DT_HUB) {
		if (usb_hub_descriptor_read(&device->hub, t->data, t->len)) {
			device->has_hub = true;
			device->is_hub = true;
			described(d, t, device);
		}
		return;
	}
	if (!in && recipient == USB_REQUEST_OTHER && t->setup.bRequest == USB_SET_FEATURE &&
	    t->setup.wValue == HUB_PORT_RESET)
		devices_port_reset(d, t, device, (uint8_t)t->setup.wIndex);
	if (in || recipient != USB_REQUEST_INTERFACE)
		return;
	h = hids_find(d, device, interface);
	if (t->setup.bRequest == HID_SET_PROTOCOL && h)
		hids_protocol(d, device, h, (t->setup.wValue & 0xff) == 0);
	else if (t->setup.bRequest == HID_SET_REPORT && t->setup.wValue >> 8 == 2)
		reports_out(d, t, device, interface);
}

void enumeration_control(struct decode *d, const struct usb_transfer *t,
                         struct model_device *device)
{
	if (t->status != USB_TRANSFER_OK || !t->has_setup)
		return;
	switch (t->setup.bmRequestType & USB_REQUEST_TYPE) {
	case USB_REQUEST_STANDARD:
		standard(d, t, device);
		break;
	case USB_REQUEST_CLASS:
		class_request(d, t, device);
		break;
	default:
		break;
	}
}
