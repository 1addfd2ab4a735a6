/*
 * Chapter 9 for the tap. In: SETUP packets and completions, in any order a host may think of. Out: answers; STALL to
 * what is not meant. Directions are an index, never two branches. USB 2.0 §9.4; HID 1.11 §7.2.
 */
#include "core/usb_dev.h"
#include "core/bytes.h"
#include "core/usb_dcd.h"
#include "core/usb_desc.h"

enum request {
	GET_STATUS = 0,
	CLEAR_FEATURE = 1,
	SET_FEATURE = 3,
	SET_ADDRESS = 5,
	GET_DESCRIPTOR = 6,
	GET_CONFIGURATION = 8,
	SET_CONFIGURATION = 9,
	GET_INTERFACE = 10,
	SET_INTERFACE = 11,
	HID_GET_REPORT = 1,
	HID_GET_IDLE = 2,
	HID_SET_REPORT = 9,
	HID_SET_IDLE = 10,
};

enum {
	TO_DEVICE = 0x00,
	TO_INTERFACE = 0x01,
	TO_ENDPOINT = 0x02,
	CLASS_INTERFACE = 0x21,
	VENDOR_DEVICE = 0x40,
	IN = 0x80,
	ENDPOINT_HALT = 0,
	INTERFACES = 2,
	TYPE_STRING = 3,
};

struct setup {
	uint8_t type, request;
	uint16_t value, index, length;
};

static const struct {
	uint8_t endpoint, type;
} endpoints[] = {
	{USB_DEV_BULK_IN, USB_DCD_BULK},
	{USB_DEV_BULK_OUT, USB_DCD_BULK},
	{USB_DEV_HID_IN, USB_DCD_INTERRUPT},
	{USB_DEV_HID_OUT, USB_DCD_INTERRUPT},
};
enum { ENDPOINTS = sizeof(endpoints) / sizeof(endpoints[0]) };

static unsigned direction(uint8_t endpoint)
{
	return endpoint >> 7;
}

static bool *busy(struct usb_dev *dev, uint8_t endpoint)
{
	return &dev->busy[endpoint & 0x7f][direction(endpoint)];
}

static bool *halted(struct usb_dev *dev, uint8_t endpoint)
{
	return &dev->halted[endpoint & 0x7f][direction(endpoint)];
}

void usb_dev_init(struct usb_dev *dev, const struct usb_dev_client *client, uint64_t serial)
{
	*dev = (struct usb_dev){.client = client, .serial = serial};
}

static void tell_active(struct usb_dev *dev)
{
	dev->client->active(dev->client->context, usb_dev_active(dev));
}

void usb_dev_bulk_kick(struct usb_dev *dev)
{
	const uint8_t *packet = NULL;
	size_t len;

	if (!usb_dev_active(dev) || *busy(dev, USB_DEV_BULK_IN) || *halted(dev, USB_DEV_BULK_IN))
		return;
	len = dev->client->bulk_wanted(dev->client->context, &packet);
	if (!len)
		return;
	*busy(dev, USB_DEV_BULK_IN) = true;
	usb_dcd_send(USB_DEV_BULK_IN, packet, len);
}

bool usb_dev_hid_send(struct usb_dev *dev, const uint8_t *report)
{
	if (!usb_dev_active(dev) || *busy(dev, USB_DEV_HID_IN) || *halted(dev, USB_DEV_HID_IN))
		return false;
	*busy(dev, USB_DEV_HID_IN) = true;
	usb_dcd_send(USB_DEV_HID_IN, report, USB_DEV_REPORT);
	return true;
}

static void open_endpoint(struct usb_dev *dev, uint8_t endpoint, uint8_t type)
{
	*busy(dev, endpoint) = false;
	*halted(dev, endpoint) = false;
	usb_dcd_open(endpoint, type);
	if (!direction(endpoint))
		usb_dcd_receive(endpoint);
}

static void configure(struct usb_dev *dev, uint8_t configuration)
{
	dev->configuration = configuration;
	for (unsigned i = 0; i < ENDPOINTS; i++) {
		if (configuration)
			open_endpoint(dev, endpoints[i].endpoint, endpoints[i].type);
		else
			usb_dcd_close(endpoints[i].endpoint);
	}
	tell_active(dev);
}

void usb_dev_on_reset(struct usb_dev *dev)
{
	bool was_active = usb_dev_active(dev);

	dev->stage = USB_DEV_IDLE;
	dev->configuration = 0;
	dev->suspended = false;
	dev->new_address = false;
	for (unsigned i = 0; i < ENDPOINTS; i++)
		usb_dcd_close(endpoints[i].endpoint);
	usb_dcd_address(0);
	if (was_active)
		tell_active(dev);
}

void usb_dev_on_suspend(struct usb_dev *dev, bool suspended)
{
	if (dev->suspended == suspended)
		return;
	dev->suspended = suspended;
	tell_active(dev);
	usb_dev_bulk_kick(dev);
}

static void stall(struct usb_dev *dev)
{
	dev->stage = USB_DEV_IDLE;
	usb_dcd_stall(0x80);
	usb_dcd_stall(0x00);
}

static void status_in(struct usb_dev *dev)
{
	dev->stage = USB_DEV_STATUS_IN;
	usb_dcd_send(0x80, NULL, 0);
}

static void send_more(struct usb_dev *dev)
{
	size_t n = dev->left < USB_DCD_PACKET ? dev->left : USB_DCD_PACKET;

	if (!n && !dev->zero_packet) {
		dev->stage = USB_DEV_STATUS_OUT;
		return;
	}
	if (n < USB_DCD_PACKET)
		dev->zero_packet = false;
	usb_dcd_send(0x80, dev->from, n);
	dev->from += n;
	dev->left = (uint16_t)(dev->left - n);
}

/* A host may end the data stage early by its status stage: that is expected from the start. USB 2.0 §8.5.3.2 */
static void answer(struct usb_dev *dev, const struct setup *s, const uint8_t *data, size_t len)
{
	if (!data || !len) {
		stall(dev);
		return;
	}
	dev->from = data;
	dev->left = (uint16_t)(len < s->length ? len : s->length);
	dev->zero_packet = len < s->length && len % USB_DCD_PACKET == 0;
	dev->stage = USB_DEV_DATA_IN;
	usb_dcd_receive(0x00);
	if (s->length)
		send_more(dev);
	else
		status_in(dev);
}

static bool known_endpoint(uint16_t index)
{
	if ((index & 0x7f) == 0)
		return !(index & ~IN);
	for (unsigned i = 0; i < ENDPOINTS; i++)
		if (endpoints[i].endpoint == index)
			return true;
	return false;
}

static bool known_recipient(const struct usb_dev *dev, const struct setup *s)
{
	switch (s->type & 0x1f) {
	case TO_DEVICE:
		return true;
	case TO_INTERFACE:
		return dev->configuration && s->index < INTERFACES;
	case TO_ENDPOINT:
		return known_endpoint(s->index) && (dev->configuration || !(s->index & 0x7f));
	default:
		return false;
	}
}

static void get_status(struct usb_dev *dev, const struct setup *s)
{
	bool is_halted = (s->type & 0x1f) == TO_ENDPOINT && (s->index & 0x7f) &&
	                 *halted(dev, (uint8_t)s->index);

	store_le16(dev->buffer, is_halted);
	answer(dev, s, dev->buffer, 2);
}

static void feature(struct usb_dev *dev, const struct setup *s)
{
	uint8_t endpoint = (uint8_t)s->index;

	if ((s->type & 0x1f) != TO_ENDPOINT || s->value != ENDPOINT_HALT) {
		stall(dev);
		return;
	}
	for (unsigned i = 0; i < ENDPOINTS; i++) {
		if (endpoints[i].endpoint != endpoint)
			continue;
		if (s->request == SET_FEATURE) {
			*halted(dev, endpoint) = true;
			usb_dcd_stall(endpoint);
		} else {
			open_endpoint(dev, endpoint, endpoints[i].type);
		}
	}
	status_in(dev);
	usb_dev_bulk_kick(dev);
}

static void get_descriptor(struct usb_dev *dev, const struct setup *s)
{
	uint8_t type = s->value >> 8, index = s->value & 0xff;
	const uint8_t *data = NULL;
	size_t len = 0;

	if (s->type == (IN | TO_INTERFACE)) {
		if (s->index == USB_DESC_INTERFACE_HID)
			data = usb_desc_hid(type, &len);
	} else if (type == TYPE_STRING) {
		len = usb_desc_string(dev->buffer, index, dev->serial);
		data = dev->buffer;
	} else {
		data = usb_desc(type, index, &len);
	}
	answer(dev, s, data, len);
}

static void standard(struct usb_dev *dev, const struct setup *s)
{
	bool to_device = !(s->type & 0x1f), in = s->type & IN;

	if (!known_recipient(dev, s)) {
		stall(dev);
		return;
	}
	switch (s->request) {
	case GET_STATUS:
		if (in && !s->value && s->length == 2)
			get_status(dev, s);
		else
			stall(dev);
		return;
	case CLEAR_FEATURE:
	case SET_FEATURE:
		if (in || s->length)
			break;
		feature(dev, s);
		return;
	case SET_ADDRESS:
		if (in || !to_device || s->value > 127 || s->index || s->length ||
		    dev->configuration)
			break;
		dev->address = (uint8_t)s->value;
		dev->new_address = true;
		status_in(dev);
		return;
	case GET_DESCRIPTOR:
		if (!in || (s->type & 0x1f) == TO_ENDPOINT)
			break;
		get_descriptor(dev, s);
		return;
	case GET_CONFIGURATION:
		if (!in || !to_device || s->value || s->index)
			break;
		dev->buffer[0] = dev->configuration;
		answer(dev, s, dev->buffer, 1);
		return;
	case SET_CONFIGURATION:
		if (in || !to_device || s->value > 1 || s->index || s->length)
			break;
		status_in(dev);
		configure(dev, (uint8_t)s->value);
		usb_dev_bulk_kick(dev);
		return;
	case GET_INTERFACE:
		if (!in || (s->type & 0x1f) != TO_INTERFACE || s->value)
			break;
		dev->buffer[0] = 0;
		answer(dev, s, dev->buffer, 1);
		return;
	case SET_INTERFACE:
		if (in || (s->type & 0x1f) != TO_INTERFACE || s->value || s->length)
			break;
		/* The only setting there is; its endpoints start afresh. §9.1.1.5 */
		for (unsigned i = 0; i < ENDPOINTS; i++)
			if ((endpoints[i].endpoint & 0x7f) == s->index + 1)
				open_endpoint(dev, endpoints[i].endpoint, endpoints[i].type);
		status_in(dev);
		usb_dev_bulk_kick(dev);
		return;
	}
	stall(dev);
}

static void hid(struct usb_dev *dev, const struct setup *s)
{
	if (!dev->configuration || s->index != USB_DESC_INTERFACE_HID) {
		stall(dev);
		return;
	}
	switch (s->request | (s->type & IN) << 8) {
	case HID_GET_REPORT | IN << 8:
		if (s->value != 0x0100)
			break;
		dev->client->report(dev->client->context, dev->buffer);
		answer(dev, s, dev->buffer, USB_DEV_REPORT);
		return;
	case HID_GET_IDLE | IN << 8:
		dev->buffer[0] = dev->idle_rate;
		answer(dev, s, dev->buffer, 1);
		return;
	case HID_SET_REPORT:
		if (s->value != 0x0200 || !s->length || s->length > USB_DEV_REPORT)
			break;
		dev->stage = USB_DEV_DATA_OUT;
		dev->expected = s->length;
		dev->got = 0;
		usb_dcd_receive(0x00);
		return;
	case HID_SET_IDLE:
		if (s->length)
			break;
		dev->idle_rate = s->value >> 8;
		status_in(dev);
		return;
	}
	stall(dev);
}

static void vendor(struct usb_dev *dev, const struct setup *s)
{
	size_t len = 0;
	const uint8_t *set = usb_desc_ms_os_20(&len);

	if (s->type == (IN | VENDOR_DEVICE) && s->request == USB_DESC_VENDOR_CODE &&
	    s->index == USB_DESC_MS_OS_20_INDEX && !s->value)
		answer(dev, s, set, len);
	else
		stall(dev);
}

void usb_dev_on_setup(struct usb_dev *dev, const uint8_t setup[8])
{
	const struct setup s = {.type = setup[0],
	                        .request = setup[1],
	                        .value = load_le16(setup + 2),
	                        .index = load_le16(setup + 4),
	                        .length = load_le16(setup + 6)};

	/* Whatever was under way is over. §8.5.3.4 */
	dev->stage = USB_DEV_IDLE;
	dev->new_address = false;
	switch (s.type & 0x7f) {
	case TO_DEVICE:
	case TO_INTERFACE:
	case TO_ENDPOINT:
		standard(dev, &s);
		return;
	case CLASS_INTERFACE:
		hid(dev, &s);
		return;
	case VENDOR_DEVICE:
		vendor(dev, &s);
		return;
	default:
		stall(dev);
		return;
	}
}

static void control_sent(struct usb_dev *dev)
{
	if (dev->stage == USB_DEV_DATA_IN) {
		send_more(dev);
		return;
	}
	if (dev->stage != USB_DEV_STATUS_IN)
		return;
	dev->stage = USB_DEV_IDLE;
	if (dev->new_address)
		usb_dcd_address(dev->address);
	dev->new_address = false;
}

void usb_dev_on_sent(struct usb_dev *dev, uint8_t endpoint)
{
	if (!(endpoint & 0x7f)) {
		control_sent(dev);
		return;
	}
	*busy(dev, endpoint) = false;
	if (endpoint == USB_DEV_BULK_IN)
		usb_dev_bulk_kick(dev);
}

static void control_received(struct usb_dev *dev, const uint8_t *data, size_t len)
{
	if (dev->stage != USB_DEV_DATA_OUT) {
		dev->stage = USB_DEV_IDLE;
		return;
	}
	for (size_t i = 0; i < len && dev->got < dev->expected; i++)
		dev->buffer[dev->got++] = data[i];
	if (dev->got < dev->expected && len == USB_DCD_PACKET) {
		usb_dcd_receive(0x00);
		return;
	}
	status_in(dev);
	dev->client->command(dev->client->context, dev->buffer, dev->got, true);
}

void usb_dev_on_received(struct usb_dev *dev, uint8_t endpoint, const uint8_t *data, size_t len)
{
	if (!endpoint) {
		control_received(dev, data, len);
		return;
	}
	dev->client->command(dev->client->context, data, len, endpoint == USB_DEV_HID_OUT);
	if (!*halted(dev, endpoint))
		usb_dcd_receive(endpoint);
}
