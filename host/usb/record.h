/*
 * A record: what a link (capture file, tap, simulator) yields, in the order of the input, on one clock.
 *
 * Whoever makes records pushes them, one at a time, into a record_sink. Everything a record points to is borrowed
 * and valid until the sink returns. Times are nanoseconds since the first packet of the input; they may step back, as
 * some captures do, and line events before that packet have negative ones. No time exceeds 2^61 either way, so that a
 * difference of two never overflows. Nothing above this header knows which link a record came from.
 */
#ifndef CORDON_USB_RECORD_H
#define CORDON_USB_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/usb_packet.h"

enum record_kind {
	RECORD_PACKET, /* one USB packet as it stood on the wire */
	RECORD_URB,    /* one half of a transfer, as an operating system saw it */
	RECORD_LINE,   /* the state of the bus changed */
	RECORD_LOST,   /* a span of which something is missing */
	RECORD_TICK,   /* nothing happened, but time passed */
};

/* Damage that the receiver saw and the bytes alone do not show. The decoder finds CRC and PID errors by itself. */
enum packet_flag {
	PACKET_ERROR_RECEIVER = 1u << 0, /* bit stuffing, EOP or other physical error */
	PACKET_ERROR_OVERFLOW = 1u << 1, /* longer than a packet can be */
	PACKET_CUT = 1u << 2,            /* `len` bytes kept of `len_true`: no CRC can be checked */
	PACKET_CRC_GOOD =
		1u << 3, /* with PACKET_CUT: the receiver checked the whole and found it good */
};

struct record_packet {
	const uint8_t *bytes; /* PID first, CRC last */
	uint32_t len;
	uint32_t len_true; /* on the wire */
	enum usb_speed speed;
	uint32_t flags; /* enum packet_flag */
};

enum urb_phase {
	URB_SUBMIT,   /* usbmon 'S'; USBPcap FDO to PDO */
	URB_COMPLETE, /* usbmon 'C'; USBPcap PDO to FDO */
	URB_ERROR,    /* usbmon 'E': the submission failed */
};

enum usb_transfer_type {
	USB_TYPE_ISOCHRONOUS,
	USB_TYPE_INTERRUPT,
	USB_TYPE_CONTROL,
	USB_TYPE_BULK,
	USB_TYPE_UNKNOWN, /* raw captures know it only from the descriptors */
};

enum {
	URB_STATUS_UNKNOWN = 1, /* positive: neither source uses it */
	URB_STATUS_OK = 0,
	URB_STATUS_STALL = -32,    /* EPIPE; USBD_STATUS_STALL_PID is mapped to it */
	URB_STATUS_PENDING = -115, /* EINPROGRESS */
};

struct record_urb {
	uint64_t id; /* pairs submission and completion; re-used later */
	enum urb_phase phase;
	enum usb_transfer_type type;
	uint8_t address;
	uint8_t endpoint; /* bEndpointAddress: bit 7 is IN, but in a control completion only the setup tells */
	bool has_setup;   /* submissions of control transfers */
	uint8_t setup[8];
	int32_t status;      /* URB_STATUS_* or another negative errno; URB_STATUS_UNKNOWN */
	const uint8_t *data; /* NULL where none was captured */
	uint32_t len;        /* bytes captured at `data` */
	uint32_t len_true;   /* submission: asked for; completion: transferred */
	bool synthetic; /* made from an early USBPcap's DATA stage: a whole completion, whose STATUS stage was merged */
};

enum line_event {
	LINE_UNKNOWN,
	LINE_CAPTURE_START,
	LINE_CAPTURE_STOP,
	LINE_SE0,
	LINE_J, /* with `speed`: which of D+ and D- is high */
	LINE_K,
	LINE_SE1,
	LINE_ATTACH, /* a device's pull-up appeared; `speed` low or full */
	LINE_DETACH, /* it went, and no host reset is under way */
	LINE_RESET,  /* the host drove SE0 for a reset */
	LINE_SUSPEND,
	LINE_RESUME,
	LINE_KEEPALIVE, /* the low-speed EOP each millisecond. USB 2.0 §7.1.7.1 */
	LINE_CHIRP_DEVICE,
	LINE_CHIRP_HOST,
	LINE_SPEED,   /* the analyzer switched to `speed` */
	LINE_BLIND,   /* high-speed traffic that this receiver cannot see begins */
	LINE_SIGHTED, /* and ends */
	LINE_VBUS_ON,
	LINE_VBUS_OFF,
};

struct record_line {
	enum line_event event;
	enum usb_speed speed; /* where the event has one */
	uint64_t duration_ns; /* where known, else 0 */
	uint16_t code;        /* the source's own number, for people */
};

struct record_lost {
	uint64_t packets; /* 0: unknown how many */
	int64_t until_ns; /* the span is [t_ns, until_ns] */
};

struct record {
	enum record_kind kind;
	/* usbmon's and USBPcap's bus number. Raw: how many interfaces of the same link type stand before this one, for an
	 * analyzer may give each speed of its one bus an interface. */
	uint16_t bus;
	int64_t t_ns;
	uint64_t
		packet; /* ordinal of the packet block in the file, from 1; the last one's for records that are none */
	uint32_t step_ns; /* what the clock's step is at least (if_tsresol); 1 where it is finer */
	union {
		struct record_packet packet_data;
		struct record_urb urb;
		struct record_line line;
		struct record_lost lost;
	};
};

struct record_sink {
	void *context;
	void (*record)(void *context, const struct record *r);
};

#endif
