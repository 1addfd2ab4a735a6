/* A URB as USBPcap writes it, link type 249: header, control stage, data. https://desowin.org/usbpcap/captureformat.html */
#ifndef CORDON_TESTS_USBPCAP_BYTES_H
#define CORDON_TESTS_USBPCAP_BYTES_H

#include <stddef.h>

#include "usb/record.h"

enum { USBPCAP_BYTES_MAX = 28 + 8 + 4096 };

/* Returns the length; data beyond what fits are left off. */
size_t usbpcap_bytes(uint8_t out[USBPCAP_BYTES_MAX], const struct record_urb *u, uint16_t bus);

#endif
