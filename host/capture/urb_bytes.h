/* A URB as Linux usbmon's 64-byte header of link type 220, which link_usbmon.c reads. */
#ifndef CORDON_CAPTURE_URB_BYTES_H
#define CORDON_CAPTURE_URB_BYTES_H

#include "usb/record.h"

enum {
	URB_BYTES = 64,
};

/* `time_ns` since 1970; the data follow the header. */
void urb_bytes(uint8_t out[URB_BYTES], const struct record_urb *u, uint16_t bus, uint64_t time_ns,
               bool big_endian);

#endif
