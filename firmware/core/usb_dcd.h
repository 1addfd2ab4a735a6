/*
 * The seam between the device stack (core/usb_dev.c) and whatever moves its packets: the chip's controller
 * (rp2040/usb_dcd.c), or a fake in the tests. All of it runs in one context, the controller's interrupt, or with it off.
 * Endpoints are bEndpointAddress: bit 7 is IN. A packet is at most USB_DCD_PACKET bytes.
 */
#ifndef CORDON_CORE_USB_DCD_H
#define CORDON_CORE_USB_DCD_H

#include <stddef.h>
#include <stdint.h>

#include "core/usb_dev.h"

enum {
	USB_DCD_PACKET = 64,
	USB_DCD_IN = 0x80,
	USB_DCD_CONTROL = 0,
	USB_DCD_BULK = 2,
	USB_DCD_INTERRUPT = 3,
};

void usb_dcd_address(uint8_t address);
/* Ready to be used, not halted, next data packet DATA0. */
void usb_dcd_open(uint8_t endpoint, uint8_t type);
void usb_dcd_close(uint8_t endpoint);
/* Answers STALL until opened again; endpoint 0: until the next SETUP. */
void usb_dcd_stall(uint8_t endpoint);
/* One packet to be fetched; usb_dev_sent follows. The bytes are copied. */
void usb_dcd_send(uint8_t endpoint, const uint8_t *data, size_t len);
/* One packet may come; usb_dev_received follows. */
void usb_dcd_receive(uint8_t endpoint);

/* What the controller calls. */
void usb_dev_on_reset(struct usb_dev *dev);
void usb_dev_on_setup(struct usb_dev *dev, const uint8_t setup[8]);
void usb_dev_on_sent(struct usb_dev *dev, uint8_t endpoint);
void usb_dev_on_received(struct usb_dev *dev, uint8_t endpoint, const uint8_t *data, size_t len);
void usb_dev_on_suspend(struct usb_dev *dev, bool suspended);

#endif
