/*
 * The taps on this machine's USB. In: what the kernel lists. Out: serial numbers, places, who may open them. Leaves alone:
 * opening (link_usb.c).
 */
#ifndef CORDON_CAPTURE_USB_TAPS_H
#define CORDON_CAPTURE_USB_TAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "usb/err.h"

/* firmware/core/usb_desc.c */
enum {
	USB_TAP_VENDOR = 0x1209,
	USB_TAP_PRODUCT = 0x0001,
	USB_TAP_STREAM = 0, /* interfaces */
	USB_TAP_HID = 1,
	USB_TAP_IN = 0x81,
	USB_TAP_OUT = 0x01,
};

enum { USB_TAPS_MAX = 16, USB_TAP_SERIAL_MAX = 64 };

struct usb_tap {
	char serial
		[USB_TAP_SERIAL_MAX]; /* UTF-8 as the device says it; "" where it cannot be read */
	char place[32];               /* bus and ports, as the kernel calls it: 1-4.2 */
	char node[32];                /* /dev/bus/usb/001/002 */
	uint16_t release;             /* bcdDevice: of the firmware */
	bool access;                  /* this user may open it */
};

/* Those that say that they are one, `max` at most. ERR_USB; ERR_MEMORY. */
enum err usb_taps_list(struct usb_tap *taps, unsigned max, unsigned *count);

struct libusb_device;
/* Whether it is one; fills in `t`. */
bool usb_tap_is(struct libusb_device *d, struct usb_tap *t);

/* The node of its HID interface, to be opened; false where the kernel has none (yet). */
bool usb_tap_hidraw(const char *serial, char *path, unsigned size);

#endif
