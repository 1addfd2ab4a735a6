/* The tap's descriptors, as data. Lengths are in the descriptors themselves. USB 2.0 §9.6; HID 1.11 §6.2; MS OS 2.0. */
#ifndef CORDON_CORE_USB_DESC_H
#define CORDON_CORE_USB_DESC_H

#include <stddef.h>
#include <stdint.h>

enum {
	USB_DESC_VENDOR_CODE = 0x20, /* bRequest with which Windows asks for the MS OS 2.0 set */
	USB_DESC_MS_OS_20_INDEX = 7,
	USB_DESC_INTERFACE_STREAM = 0,
	USB_DESC_INTERFACE_HID = 1,
};

/* A descriptor, or NULL. `len` gets its length. */
const uint8_t *usb_desc(uint8_t type, uint8_t index, size_t *len);
/* Those of the HID interface: 0x21 and 0x22. */
const uint8_t *usb_desc_hid(uint8_t type, size_t *len);
const uint8_t *usb_desc_ms_os_20(size_t *len);
/* String `index` into to[256]; 3 is the serial number. Returns its length, 0 where there is none. */
size_t usb_desc_string(uint8_t *to, uint8_t index, uint64_t serial);

#endif
