/*
 * Halves of URBs, as usbmon and USBPcap record them, to transfers. Inside usb/ only; stream.h is the way in.
 *
 * Halves are paired by bus, address and id. The order of the file is no help: files exist whose clock steps back,
 * ids are used again, and either half may be missing. Each completion gives one transfer.
 */
#ifndef CORDON_USB_URB_H
#define CORDON_USB_URB_H

#include "usb/stream.h"

struct usb_urbs;

/* NULL where memory is out. `sink` and `counts` are borrowed for its life. */
struct usb_urbs *usb_urbs_new(const struct usb_sink *sink, struct usb_counts *counts);
void usb_urbs_free(struct usb_urbs *u);

void usb_urbs_record(struct usb_urbs *u, const struct record *r);
void usb_urbs_end(struct usb_urbs *u);

#endif
