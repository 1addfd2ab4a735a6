/* Descriptors by their tables, one after the other as they follow in a configuration; report descriptors by items. */
#include <stdio.h>
#include <string.h>

#include "tui/fields.h"
#include "tui/filter.h"

struct part {
	uint8_t type, at, size;
	const char *name;
};

/* USB 2.0 tables 9-8, 9-10, 9-12, 9-13; HID 1.11 §6.2.1. The first two bytes are the same in all. */
static const struct part parts[] = {
	{USB_DT_DEVICE, 2, 2, "bcdUSB"},
	{USB_DT_DEVICE, 4, 1, "bDeviceClass"},
	{USB_DT_DEVICE, 5, 1, "bDeviceSubClass"},
	{USB_DT_DEVICE, 6, 1, "bDeviceProtocol"},
	{USB_DT_DEVICE, 7, 1, "bMaxPacketSize0"},
	{USB_DT_DEVICE, 8, 2, "idVendor"},
	{USB_DT_DEVICE, 10, 2, "idProduct"},
	{USB_DT_DEVICE, 12, 2, "bcdDevice"},
	{USB_DT_DEVICE, 14, 1, "iManufacturer"},
	{USB_DT_DEVICE, 15, 1, "iProduct"},
	{USB_DT_DEVICE, 16, 1, "iSerialNumber"},
	{USB_DT_DEVICE, 17, 1, "bNumConfigurations"},
	{USB_DT_CONFIGURATION, 2, 2, "wTotalLength"},
	{USB_DT_CONFIGURATION, 4, 1, "bNumInterfaces"},
	{USB_DT_CONFIGURATION, 5, 1, "bConfigurationValue"},
	{USB_DT_CONFIGURATION, 6, 1, "iConfiguration"},
	{USB_DT_CONFIGURATION, 7, 1, "bmAttributes"},
	{USB_DT_CONFIGURATION, 8, 1, "bMaxPower, of 2 mA"},
	{USB_DT_INTERFACE, 2, 1, "bInterfaceNumber"},
	{USB_DT_INTERFACE, 3, 1, "bAlternateSetting"},
	{USB_DT_INTERFACE, 4, 1, "bNumEndpoints"},
	{USB_DT_INTERFACE, 5, 1, "bInterfaceClass"},
	{USB_DT_INTERFACE, 6, 1, "bInterfaceSubClass"},
	{USB_DT_INTERFACE, 7, 1, "bInterfaceProtocol"},
	{USB_DT_INTERFACE, 8, 1, "iInterface"},
	{USB_DT_ENDPOINT, 2, 1, "bEndpointAddress"},
	{USB_DT_ENDPOINT, 3, 1, "bmAttributes"},
	{USB_DT_ENDPOINT, 4, 2, "wMaxPacketSize"},
	{USB_DT_ENDPOINT, 6, 1, "bInterval"},
	{USB_DT_HID, 2, 2, "bcdHID"},
	{USB_DT_HID, 4, 1, "bCountryCode"},
	{USB_DT_HID, 5, 1, "bNumDescriptors"},
	{USB_DT_HID, 6, 1, "bDescriptorType"},
	{USB_DT_HID, 7, 2, "wDescriptorLength"},
};

static void add_descriptor(struct fields *f, const uint8_t *bytes, size_t at, size_t len)
{
	size_t end = at + bytes[at] < len ? at + bytes[at] : len;
	const char *name = row_descriptor_name(bytes[at + 1]);

	fields_add(f, FIELD_DATA, (unsigned)(8 * at), 16, "%s descriptor, %u bytes",
	           name ? name : "other", bytes[at]);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct part *p = &parts[i];
		const uint8_t *b = bytes + at + p->at;
		unsigned bit = (unsigned)(8 * (at + p->at));

		if (p->type != bytes[at + 1] || at + p->at + p->size > end)
			continue;
		if (p->size == 2)
			fields_add(f, FIELD_DATA, bit, 16, "%s %04x", p->name, b[0] | b[1] << 8);
		else
			fields_add(f, FIELD_DATA, bit, 8, "%s %u", p->name, b[0]);
	}
	if (bytes[at + 1] == USB_DT_STRING && at == 0 && end > 2) {
		char text[USB_STRING_MAX];

		usb_string_read(text, bytes, end);
		fields_add(f, FIELD_DATA, 16, (unsigned)(8 * (end - 2)), "\"%.60s\"", text);
	}
}

static const char *item_name(uint8_t prefix)
{
	/* HID 1.11 §6.2.2.4, .7 and .8; by type, then tag. */
	static const char *const names[3][16] = {
		{[8] = "Input",
	         [9] = "Output",
	         [10] = "Collection",
	         [11] = "Feature",
	         [12] = "End Collection"},
		{"Usage Page", "Logical Minimum", "Logical Maximum", "Physical Minimum",
	         "Physical Maximum", "Unit Exponent", "Unit", "Report Size", "Report ID",
	         "Report Count", "Push", "Pop"},
		{"Usage", "Usage Minimum", "Usage Maximum", "Designator", "Designator Minimum",
	         "Designator Maximum", NULL, "String", "String Minimum", "String Maximum",
	         "Delimiter"},
	};
	unsigned type = prefix >> 2 & 3;
	const char *name = type < 3 ? names[type][prefix >> 4] : NULL;

	return name ? name : prefix == 0xfe ? "long item" : "reserved item";
}

static void add_items(struct fields *f, const uint8_t *bytes, size_t len)
{
	for (size_t at = 0, size; at < len; at += 1 + size) {
		uint32_t value = 0;

		size = bytes[at] & 3;
		size = size == 3 ? 4 : size;
		/* A long one has its length in the byte behind. HID 1.11 §6.2.2.3 */
		if (bytes[at] == 0xfe)
			size = at + 1 < len ? 2u + bytes[at + 1] : 2;
		if (at + 1 + size > len) {
			fields_add(f, FIELD_DATA, (unsigned)(8 * at), (unsigned)(8 * (len - at)),
			           "%s, not all of it is here", item_name(bytes[at]));
			return;
		}
		for (size_t i = size < 4 ? size : 4; i-- > 0;)
			value = value << 8 | bytes[at + 1 + i];
		if (size)
			fields_add(f, FIELD_DATA, (unsigned)(8 * at), (unsigned)(8 * (1 + size)),
			           "%s %02x", item_name(bytes[at]), value);
		else
			fields_add(f, FIELD_DATA, (unsigned)(8 * at), 8, "%s",
			           item_name(bytes[at]));
	}
}

void fields_descriptor(struct fields *f, uint8_t type, const uint8_t *bytes, size_t len)
{
	if (type == USB_DT_REPORT) {
		add_items(f, bytes, len);
		return;
	}
	for (size_t at = 0; at + 2 <= len; at += bytes[at]) {
		add_descriptor(f, bytes, at, len);
		if (bytes[at] < 2)
			break;
	}
}
