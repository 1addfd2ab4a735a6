/*
 * Descriptors: bytes of a device into the structs of descriptor.h.
 *
 * In: what a device sent, as much of it as was captured. Out: fields, and a bit for each thing that is wrong.
 * A malformed list is walked as far as a host would walk it and no further, so that both see the same device.
 * Leaves to others: report descriptors (hid/), what a problem means (detect/), escaping of strings (report/).
 */
#include "usb/descriptor.h"

#include <string.h>

#include "core/bytes.h"
#include "usb/utf8.h"

enum {
	DEVICE_LEN = 18,
	CONFIGURATION_LEN = 9,
	INTERFACE_LEN = 9,
	ENDPOINT_LEN = 7,
	IAD_LEN = 8,
	HID_LEN = 6, /* up to its list of class descriptors, 3 bytes each */
	HUB_LEN = 7,
	BOS_LEN = 5,
	CAPABILITY_LEN = 3,
	PLATFORM_LEN = 20,
	CAPABILITY_PLATFORM = 5,
	IADS_MAX = USB_INTERFACES_MAX,
};

bool usb_device_descriptor_read(struct usb_device_descriptor *d, const uint8_t *bytes, size_t len,
                                bool *whole)
{
	struct bytes b = bytes_of(bytes, len < DEVICE_LEN ? len : DEVICE_LEN);
	uint8_t bLength = bytes_u8(&b);
	uint8_t type = bytes_u8(&b);

	memset(d, 0, sizeof(*d));
	*whole = false;
	if (len < 8 || type != USB_DT_DEVICE)
		return false;
	d->bcdUSB = bytes_le16(&b);
	d->bDeviceClass = bytes_u8(&b);
	d->bDeviceSubClass = bytes_u8(&b);
	d->bDeviceProtocol = bytes_u8(&b);
	d->bMaxPacketSize0 = bytes_u8(&b);
	d->idVendor = bytes_le16(&b);
	d->idProduct = bytes_le16(&b);
	d->bcdDevice = bytes_le16(&b);
	d->iManufacturer = bytes_u8(&b);
	d->iProduct = bytes_u8(&b);
	d->iSerialNumber = bytes_u8(&b);
	d->bNumConfigurations = bytes_u8(&b);
	*whole = !b.short_read && bLength >= DEVICE_LEN;
	return true;
}

/* A list of descriptors, walked one at a time. */
struct walk {
	struct bytes b;
	uint32_t problems;
};

/* The next descriptor's bytes, its length byte first; NULL at the end or where a host gives up. */
static const uint8_t *walk_next(struct walk *w, uint8_t *bLength)
{
	size_t left = bytes_left(&w->b);

	if (!left)
		return NULL;
	*bLength = w->b.at[0];
	if (*bLength < 2) {
		w->problems |= USB_PROBLEM_LENGTH;
		return NULL;
	}
	if (*bLength > left) {
		w->problems |= USB_PROBLEM_TRUNCATED;
		return NULL;
	}
	return bytes_take(&w->b, *bLength);
}

/* What of `len` bytes belongs to a list that claims `total`, its header's length included. */
static struct walk walk_of(const uint8_t *bytes, size_t len, uint16_t total, size_t header)
{
	struct walk w = {.problems = 0};

	if (bytes[0] < header || total < header)
		w.problems |= USB_PROBLEM_LENGTH;
	if (len < total)
		w.problems |= USB_PROBLEM_TRUNCATED;
	else if (total >= header)
		len = total;
	w.b = bytes_of(bytes, len);
	bytes_take(&w.b, bytes[0] > header ? bytes[0] : header);
	if (w.b.short_read)
		w.problems |= USB_PROBLEM_TRUNCATED;
	return w;
}

struct iad {
	uint8_t first, count;
};

/* Parser of one configuration: what is open while the list is walked. */
struct configuration_parser {
	struct usb_configuration *c;
	struct walk walk;
	struct usb_interface_descriptor *open; /* NULL: none, or one too many */
	bool any_interface;
	unsigned open_endpoints; /* that followed the open one, kept or not */
	uint8_t open_promised;
	struct iad iad[IADS_MAX];
	unsigned iads;
	uint32_t numbers[256 / 32]; /* interface numbers seen */
};

static void interface_close(struct configuration_parser *p)
{
	if (p->any_interface && p->open_endpoints != p->open_promised)
		p->walk.problems |= USB_PROBLEM_COUNT;
	p->open = NULL;
	p->open_endpoints = 0;
}

static void interface_read(struct configuration_parser *p, const uint8_t *d)
{
	struct usb_configuration *c = p->c;
	uint8_t number = d[2];

	interface_close(p);
	p->any_interface = true;
	p->open_promised = d[4];
	p->numbers[number / 32] |= 1u << number % 32;
	if (c->interfaces == USB_INTERFACES_MAX) {
		p->walk.problems |= USB_PROBLEM_LIMIT;
		return;
	}
	p->open = &c->interface[c->interfaces++];
	*p->open = (struct usb_interface_descriptor){
		.bInterfaceNumber = number,
		.bAlternateSetting = d[3],
		.bNumEndpoints = d[4],
		.bInterfaceClass = d[5],
		.bInterfaceSubClass = d[6],
		.bInterfaceProtocol = d[7],
		.iInterface = d[8],
		.endpoint_at = c->endpoints,
	};
	for (unsigned i = 0; i < p->iads; i++)
		if (number >= p->iad[i].first && number - p->iad[i].first < p->iad[i].count)
			p->open->iad = (uint8_t)(p->iad[i].first + 1);
}

static void endpoint_read(struct configuration_parser *p, const uint8_t *d)
{
	struct usb_configuration *c = p->c;

	if (!p->any_interface) {
		p->walk.problems |= USB_PROBLEM_ORDER;
		return;
	}
	p->open_endpoints++;
	if (!p->open)
		return;
	if (c->endpoints == USB_ENDPOINTS_MAX) {
		p->walk.problems |= USB_PROBLEM_LIMIT;
		return;
	}
	c->endpoint[c->endpoints++] = (struct usb_endpoint_descriptor){
		.bEndpointAddress = d[2],
		.bmAttributes = d[3],
		.wMaxPacketSize = load_le16(d + 4),
		.bInterval = d[6],
	};
	p->open->endpoints++;
}

static void iad_read(struct configuration_parser *p, const uint8_t *d)
{
	if (p->iads == IADS_MAX) {
		p->walk.problems |= USB_PROBLEM_LIMIT;
		return;
	}
	p->iad[p->iads++] = (struct iad){.first = d[2], .count = d[3]};
}

/* Type 0x21 is another thing in other classes (DFU, smart cards). */
static void hid_read(struct configuration_parser *p, const uint8_t *d, uint8_t bLength)
{
	if (!p->any_interface) {
		p->walk.problems |= USB_PROBLEM_ORDER;
		return;
	}
	if (!p->open || p->open->bInterfaceClass != USB_CLASS_HID)
		return;
	for (unsigned i = 0; i < d[5]; i++) {
		size_t at = HID_LEN + 3u * i;

		if (at + 3 > bLength) {
			p->walk.problems |= USB_PROBLEM_LENGTH;
			return;
		}
		if (d[at] == USB_DT_REPORT && !p->open->report_descriptor_len)
			p->open->report_descriptor_len = load_le16(d + at + 1);
	}
}

static const uint8_t length_min[256] = {
	[USB_DT_CONFIGURATION] = CONFIGURATION_LEN,
	[USB_DT_INTERFACE] = INTERFACE_LEN,
	[USB_DT_ENDPOINT] = ENDPOINT_LEN,
	[USB_DT_IAD] = IAD_LEN,
	[USB_DT_HID] = HID_LEN,
	[USB_DT_CAPABILITY] = CAPABILITY_LEN,
};

bool usb_configuration_read(struct usb_configuration *c, const uint8_t *bytes, size_t len)
{
	struct configuration_parser p = {.c = c};
	const uint8_t *d;
	uint8_t bLength;
	unsigned numbers = 0;

	memset(c, 0, sizeof(*c));
	if (len < CONFIGURATION_LEN || bytes[1] != USB_DT_CONFIGURATION)
		return false;
	c->wTotalLength = load_le16(bytes + 2);
	c->bNumInterfaces = bytes[4];
	c->bConfigurationValue = bytes[5];
	c->iConfiguration = bytes[6];
	c->bmAttributes = bytes[7];
	c->bMaxPower = bytes[8];

	p.walk = walk_of(bytes, len, c->wTotalLength, CONFIGURATION_LEN);
	while ((d = walk_next(&p.walk, &bLength))) {
		if (bLength < length_min[d[1]]) {
			p.walk.problems |= USB_PROBLEM_LENGTH;
			continue;
		}
		switch (d[1]) {
		case USB_DT_INTERFACE:
			interface_read(&p, d);
			break;
		case USB_DT_ENDPOINT:
			endpoint_read(&p, d);
			break;
		case USB_DT_IAD:
			iad_read(&p, d);
			break;
		case USB_DT_HID:
			hid_read(&p, d, bLength);
			break;
		}
	}
	/* What was cut off cannot be counted. */
	if (!(p.walk.problems & USB_PROBLEM_TRUNCATED)) {
		interface_close(&p);
		for (unsigned i = 0; i < 256; i++)
			numbers += p.numbers[i / 32] >> i % 32 & 1;
		if (numbers != c->bNumInterfaces)
			p.walk.problems |= USB_PROBLEM_COUNT;
	}
	c->problems = p.walk.problems;
	return true;
}

bool usb_hub_descriptor_read(struct usb_hub_descriptor *d, const uint8_t *bytes, size_t len)
{
	memset(d, 0, sizeof(*d));
	if (len < HUB_LEN || bytes[1] != USB_DT_HUB)
		return false;
	d->bNbrPorts = bytes[2];
	d->wHubCharacteristics = load_le16(bytes + 3);
	d->bPwrOn2PwrGood = bytes[5];
	d->bHubContrCurrent = bytes[6];
	return true;
}

bool usb_bos_read(struct usb_bos *b, const uint8_t *bytes, size_t len)
{
	struct walk w;
	const uint8_t *d;
	uint8_t bLength;
	unsigned capabilities = 0;

	memset(b, 0, sizeof(*b));
	if (len < BOS_LEN || bytes[1] != USB_DT_BOS)
		return false;
	b->bNumDeviceCaps = bytes[4];
	w = walk_of(bytes, len, load_le16(bytes + 2), BOS_LEN);
	while ((d = walk_next(&w, &bLength))) {
		if (bLength < length_min[d[1]]) {
			w.problems |= USB_PROBLEM_LENGTH;
			continue;
		}
		if (d[1] != USB_DT_CAPABILITY)
			continue;
		capabilities++;
		if (d[2] < 32)
			b->capabilities |= 1u << d[2];
		if (d[2] != CAPABILITY_PLATFORM)
			continue;
		if (bLength < PLATFORM_LEN)
			w.problems |= USB_PROBLEM_LENGTH;
		else if (b->platforms == sizeof(b->platform_uuid) / sizeof(b->platform_uuid[0]))
			w.problems |= USB_PROBLEM_LIMIT;
		else
			memcpy(b->platform_uuid[b->platforms++], d + 4, 16);
	}
	if (!(w.problems & USB_PROBLEM_TRUNCATED) && capabilities != b->bNumDeviceCaps)
		w.problems |= USB_PROBLEM_COUNT;
	b->problems = w.problems;
	return true;
}

/* A NUL within would end the text for whoever prints it and hide the rest: it becomes U+FFFD. */
size_t usb_string_read(char out[USB_STRING_MAX], const uint8_t *bytes, size_t len)
{
	size_t n = 0;

	out[0] = 0;
	if (len < 2 || bytes[1] != USB_DT_STRING)
		return 0;
	if (len > bytes[0])
		len = bytes[0];
	for (size_t at = 2; at + 2 <= len; at += 2) {
		uint32_t c = load_le16(bytes + at);

		if (c >= 0xd800 && c < 0xdc00 && at + 4 <= len) {
			uint32_t low = load_le16(bytes + at + 2);

			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				at += 2;
			}
		}
		if (!c || (c >= 0xd800 && c < 0xe000))
			c = 0xfffd;
		n += utf8_put(out + n, c);
	}
	out[n] = 0;
	return n;
}

const struct usb_interface_descriptor *usb_interface_find(const struct usb_configuration *c,
                                                          uint8_t number)
{
	for (unsigned i = 0; i < c->interfaces; i++)
		if (c->interface[i].bInterfaceNumber == number &&
		    !c->interface[i].bAlternateSetting)
			return &c->interface[i];
	return NULL;
}

const struct usb_interface_descriptor *
usb_endpoint_owner(const struct usb_configuration *c, uint8_t ep,
                   const struct usb_endpoint_descriptor **endpoint)
{
	for (unsigned i = 0; i < c->interfaces; i++) {
		const struct usb_interface_descriptor *f = &c->interface[i];

		for (unsigned k = f->endpoint_at; k < f->endpoint_at + (unsigned)f->endpoints; k++)
			if (c->endpoint[k].bEndpointAddress == ep) {
				if (endpoint)
					*endpoint = &c->endpoint[k];
				return f;
			}
	}
	if (endpoint)
		*endpoint = NULL;
	return NULL;
}
