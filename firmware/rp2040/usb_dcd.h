/* Starts the chip's USB controller for a device, which it borrows for good. */
#ifndef CORDON_RP2040_USB_DCD_H
#define CORDON_RP2040_USB_DCD_H

#include "core/usb_dev.h"

void usb_dcd_start(struct usb_dev *dev);

#endif
