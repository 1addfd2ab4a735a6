/*
 * The structure hash: what of a device's descriptors stays the same when its names are changed.
 *
 * SHA-256 over the device descriptor with idVendor, idProduct, iManufacturer, iProduct and iSerialNumber zeroed, the
 * configuration with every bInterval zeroed, and the HID report descriptors in the order of their interfaces. A tool's
 * settings change the former, only its source code changes the structure.
 */
#include "model/decode_state.h"

#include <sodium.h>
#include <string.h>

enum { DEVICE_VENDOR = 8, DEVICE_NAMES = 14, ENDPOINT_INTERVAL = 6 };

static void zero_intervals(uint8_t *config, size_t len)
{
	for (size_t at = 0; at + 2 <= len && config[at] >= 2; at += config[at])
		if (config[at + 1] == USB_DT_ENDPOINT && config[at] > ENDPOINT_INTERVAL &&
		    at + ENDPOINT_INTERVAL < len)
			config[at + ENDPOINT_INTERVAL] = 0;
}

/* True once everything that goes into the hash was captured. */
static bool complete(struct decode *d, const struct model_device *device)
{
	if (!device->has_device || !device->has_config || !device->config_len ||
	    device->config_len != device->config.wTotalLength)
		return false;
	for (unsigned i = 0; i < device->config.interfaces; i++) {
		const struct usb_interface_descriptor *in = &device->config.interface[i];
		const struct model_hid *h;

		if (in->bInterfaceClass != USB_CLASS_HID || in->bAlternateSetting)
			continue;
		h = hids_find(d, device, in->bInterfaceNumber);
		if (!h || !h->described || h->descriptor_len > MODEL_REPORT_DESCRIPTOR_MAX)
			return false;
	}
	return true;
}

void structure_update(struct decode *d, const struct usb_transfer *t, struct model_device *device)
{
	crypto_hash_sha256_state sha;
	uint8_t bytes[MODEL_CONFIG_MAX], hash[sizeof(device->structure_sha256)];
	struct event e = decode_event(EVENT_DEVICE_HASHED, t, device);

	if (!complete(d, device))
		return;
	crypto_hash_sha256_init(&sha);
	memcpy(bytes, device->device_raw, sizeof(device->device_raw));
	memset(bytes + DEVICE_VENDOR, 0, 4);
	memset(bytes + DEVICE_NAMES, 0, 3);
	crypto_hash_sha256_update(&sha, bytes, sizeof(device->device_raw));
	memcpy(bytes, device->config_raw, device->config_len);
	zero_intervals(bytes, device->config_len);
	crypto_hash_sha256_update(&sha, bytes, device->config_len);
	for (unsigned i = 0; i < device->config.interfaces; i++) {
		const struct usb_interface_descriptor *in = &device->config.interface[i];
		const struct model_hid *h;

		if (in->bInterfaceClass != USB_CLASS_HID || in->bAlternateSetting)
			continue;
		h = hids_find(d, device, in->bInterfaceNumber);
		crypto_hash_sha256_update(&sha, h->descriptor_raw, h->descriptor_len);
	}
	crypto_hash_sha256_final(&sha, hash);
	if (device->has_hash && memcmp(hash, device->structure_sha256, sizeof(hash)) == 0)
		return;
	device->has_hash = true;
	memcpy(device->structure_sha256, hash, sizeof(hash));
	decode_emit(d, &e);
}
