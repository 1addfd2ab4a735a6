/*
 * Standard, HID and hub descriptors, bytes to structs. USB 2.0 §9.6, §11.23.2; USB 3.2 §9.6.2 (BOS); HID 1.11 §6.2.1.
 *
 * Input is hostile: every reader is bounded, and what does not fit is a bit in `problems`, with the rest still read.
 */
#ifndef CORDON_USB_DESCRIPTOR_H
#define CORDON_USB_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum usb_descriptor_type {
	USB_DT_DEVICE = 1,
	USB_DT_CONFIGURATION = 2,
	USB_DT_STRING = 3,
	USB_DT_INTERFACE = 4,
	USB_DT_ENDPOINT = 5,
	USB_DT_DEVICE_QUALIFIER = 6,
	USB_DT_OTHER_SPEED = 7,
	USB_DT_IAD = 0x0b,
	USB_DT_BOS = 0x0f,
	USB_DT_CAPABILITY = 0x10,
	USB_DT_HID = 0x21,
	USB_DT_REPORT = 0x22,
	USB_DT_HUB = 0x29,
};

enum usb_class {
	USB_CLASS_AUDIO = 0x01,
	USB_CLASS_CDC = 0x02,
	USB_CLASS_HID = 0x03,
	USB_CLASS_IMAGE = 0x06,
	USB_CLASS_PRINTER = 0x07,
	USB_CLASS_STORAGE = 0x08,
	USB_CLASS_HUB = 0x09,
	USB_CLASS_CDC_DATA = 0x0a,
	USB_CLASS_SMART_CARD = 0x0b,
	USB_CLASS_VIDEO = 0x0e,
	USB_CLASS_WIRELESS = 0xe0,
	USB_CLASS_MISCELLANEOUS = 0xef,
	USB_CLASS_APPLICATION = 0xfe,
	USB_CLASS_VENDOR = 0xff,
};

enum {
	USB_INTERFACES_MAX =
		32, /* of one configuration, alternate settings among them, that are kept */
	USB_ENDPOINTS_MAX = 64,
	USB_STRING_MAX = 384, /* 126 UTF-16 units in UTF-8, and a NUL */
};

enum usb_descriptor_problem {
	USB_PROBLEM_TRUNCATED = 1u << 0, /* fewer bytes than it says */
	USB_PROBLEM_LENGTH = 1u << 1,    /* bLength under the type's minimum, or zero */
	USB_PROBLEM_COUNT = 1u << 2, /* bNumInterfaces or bNumEndpoints differ from what follows */
	USB_PROBLEM_ORDER = 1u << 3, /* an endpoint or HID descriptor before any interface */
	USB_PROBLEM_LIMIT = 1u << 4, /* more than is kept */
};

struct usb_device_descriptor {
	uint16_t bcdUSB;
	uint8_t bDeviceClass, bDeviceSubClass, bDeviceProtocol, bMaxPacketSize0;
	uint16_t idVendor, idProduct, bcdDevice;
	uint8_t iManufacturer, iProduct, iSerialNumber, bNumConfigurations;
};

/* Of bmAttributes. USB 2.0 table 9-13 */
enum {
	USB_ENDPOINT_TYPE = 3,
	USB_ENDPOINT_BULK = 2,
	USB_ENDPOINT_INTERRUPT = 3,
};

struct usb_endpoint_descriptor {
	uint8_t bEndpointAddress, bmAttributes;
	uint16_t wMaxPacketSize;
	uint8_t bInterval;
};

struct usb_interface_descriptor {
	uint8_t bInterfaceNumber, bAlternateSetting, bNumEndpoints;
	uint8_t bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol, iInterface;
	uint8_t endpoint_at, endpoints; /* in usb_configuration.endpoint[] */
	uint8_t iad;                    /* 1 + index of its IAD's first interface number; 0 none */
	uint16_t
		report_descriptor_len; /* wDescriptorLength of its HID descriptor's report descriptor; 0 none */
};

struct usb_configuration {
	uint32_t problems; /* enum usb_descriptor_problem */
	uint16_t wTotalLength;
	uint8_t bNumInterfaces, bConfigurationValue, iConfiguration, bmAttributes, bMaxPower;
	uint8_t interfaces, endpoints;
	struct usb_interface_descriptor interface[USB_INTERFACES_MAX];
	struct usb_endpoint_descriptor endpoint[USB_ENDPOINTS_MAX];
};

struct usb_hub_descriptor {
	uint8_t bNbrPorts;
	uint16_t wHubCharacteristics;
	uint8_t bPwrOn2PwrGood, bHubContrCurrent;
};

struct usb_bos {
	uint32_t problems;
	uint8_t bNumDeviceCaps;
	uint32_t capabilities; /* bit n: bDevCapabilityType n was there, n < 32 */
	uint8_t platform_uuid[4][16];
	uint8_t platforms;
};

/* True where at least the 8 bytes that hosts ask for first are there; what is missing reads as zero, `*whole` says so. */
bool usb_device_descriptor_read(struct usb_device_descriptor *d, const uint8_t *bytes, size_t len,
                                bool *whole);

/* False where not even the 9 bytes of its own header are there or the type is another one. */
bool usb_configuration_read(struct usb_configuration *c, const uint8_t *bytes, size_t len);
bool usb_hub_descriptor_read(struct usb_hub_descriptor *d, const uint8_t *bytes, size_t len);
bool usb_bos_read(struct usb_bos *b, const uint8_t *bytes, size_t len);

/* UTF-16LE to UTF-8, lone surrogates to U+FFFD; returns the length, out is NUL-terminated. Not escaped: see report/. */
size_t usb_string_read(char out[USB_STRING_MAX], const uint8_t *bytes, size_t len);

/* Interface `number`'s alternate setting 0, NULL where there is none. */
const struct usb_interface_descriptor *usb_interface_find(const struct usb_configuration *c,
                                                          uint8_t number);

/* The interface that owns endpoint address `ep`, any alternate setting; NULL where none does. */
const struct usb_interface_descriptor *
usb_endpoint_owner(const struct usb_configuration *c, uint8_t ep,
                   const struct usb_endpoint_descriptor **endpoint);

#endif
