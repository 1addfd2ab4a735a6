/*
 * What the USB layer makes of records: transfers, and events of the bus. Both raw packets and URBs end here, so that
 * nothing above cares which it was. Pointers are borrowed until the sink returns.
 */
#ifndef CORDON_USB_TRANSFER_H
#define CORDON_USB_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "usb/record.h"

/* bRequest of USB 2.0 table 9-4 and HID 1.11 §7.2; bmRequestType bits of USB 2.0 table 9-2. */
enum usb_request {
	USB_GET_STATUS = 0,
	USB_CLEAR_FEATURE = 1,
	USB_SET_FEATURE = 3,
	USB_SET_ADDRESS = 5,
	USB_GET_DESCRIPTOR = 6,
	USB_SET_DESCRIPTOR = 7,
	USB_GET_CONFIGURATION = 8,
	USB_SET_CONFIGURATION = 9,
	USB_GET_INTERFACE = 10,
	USB_SET_INTERFACE = 11,
	USB_SYNCH_FRAME = 12,
	HID_GET_REPORT = 0x01,
	HID_GET_IDLE = 0x02,
	HID_GET_PROTOCOL = 0x03,
	HID_SET_REPORT = 0x09,
	HID_SET_IDLE = 0x0a,
	HID_SET_PROTOCOL = 0x0b,
};

enum {
	USB_REQUEST_IN = 0x80,
	USB_REQUEST_TYPE = 0x60,
	USB_REQUEST_STANDARD = 0x00,
	USB_REQUEST_CLASS = 0x20,
	USB_REQUEST_VENDOR = 0x40,
	USB_REQUEST_RECIPIENT = 0x1f,
	USB_REQUEST_DEVICE = 0,
	USB_REQUEST_INTERFACE = 1,
	USB_REQUEST_ENDPOINT = 2,
	USB_REQUEST_OTHER = 3, /* a hub's port */
};

struct usb_setup {
	uint8_t bmRequestType, bRequest;
	uint16_t wValue, wIndex, wLength;
};

enum usb_transfer_status {
	USB_TRANSFER_OK,
	USB_TRANSFER_STALL,
	USB_TRANSFER_FAILED, /* cancelled, timed out, device gone */
	USB_TRANSFER_INCOMPLETE, /* its end was not seen: cut off by another SETUP, a reset, or the end of the input */
};

/*
 * Control: one whole transfer. Others: a URB is a whole transfer; on the wire it is one acknowledged transaction
 * (`transaction` set), retries left out, and whoever knows wMaxPacketSize joins them.
 */
struct usb_transfer {
	int64_t t_ns;       /* of the packet, or URB completion, that brought the last data */
	uint64_t packet;    /* and its ordinal */
	int64_t t_begin_ns; /* SETUP, or submission where it was seen, else t_ns */
	uint64_t packet_begin;
	uint16_t bus;
	uint8_t address;
	uint8_t endpoint; /* number with bit 7 = IN; control: 0 or 0x80 | number by the data stage */
	enum usb_transfer_type type;
	enum usb_speed speed;
	enum usb_transfer_status status;
	bool wire; /* from packets of one cable, not from an operating system's URBs of a whole tree */
	bool transaction;
	bool has_setup; /* a control URB may come without one */
	struct usb_setup setup;
	const uint8_t *data; /* of the data stage; what was captured of it */
	uint32_t len;        /* at most USB_TRANSFER_KEPT for control transfers on the wire */
	uint32_t len_true;
	uint32_t naks; /* polls refused on this endpoint since its last transfer */
	uint32_t
		poll_ns; /* raw: interval of IN tokens seen on this endpoint, lower median of the last ones; 0 unknown, or no refused ones were seen */
	uint32_t interval; /* of a URB, as in struct record_urb; 0 unknown */
	uint32_t step_ns;  /* the clock's step, from the record */
};

/* As much as wLength can ask for (USB 2.0 §9.3.5): no descriptor has a part that is out of sight. */
enum { USB_TRANSFER_KEPT = 0xffff };

/* A line record in bus terms, with its time and ordinal. LOST, TICK and all records of a tap but packets come so too. */
struct usb_bus_event {
	int64_t t_ns;
	uint64_t packet;
	uint16_t bus;
	enum record_kind kind;
	struct record_line line;
	struct record_lost lost;
	const struct record
		*record; /* whole, for kinds that are neither; NULL where it was made by hand */
};

struct usb_sink {
	void *context;
	void (*transfer)(void *context, const struct usb_transfer *t);
	void (*bus)(void *context, const struct usb_bus_event *e);
};

#endif
