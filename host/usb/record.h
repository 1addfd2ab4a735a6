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
#include "core/wire.h"

enum record_kind {
	RECORD_PACKET, /* one USB packet as it stood on the wire */
	RECORD_URB,    /* one half of a transfer, as an operating system saw it */
	RECORD_LINE,   /* the state of the bus changed */
	RECORD_LOST,   /* a span of which something is missing */
	RECORD_TICK,   /* nothing happened, but time passed */
	/* From here on: what a tap alone tells. firmware/README.md */
	RECORD_FOLD,     /* SOFs, keep-alives or NAKed polls that the tap saw and counted */
	RECORD_COUNT,    /* packets of one endpoint that the tap saw and counted, their data gone */
	RECORD_EDGES,    /* changes of the data lines outside packets */
	RECORD_UART,     /* characters that were read off a data line */
	RECORD_BAND,     /* one sensor's range over a millisecond */
	RECORD_BURST,    /* a short rise of current or radio */
	RECORD_STEP,     /* a lasting change of either */
	RECORD_DC_PATH,  /* a wire's resistance, end to end */
	RECORD_CC,       /* voltages on the CC pins */
	RECORD_SETTING,  /* a setting of the tap changed: VBUS, range, overvoltage latch, ... */
	RECORD_HELLO,    /* the tap says who it is and how it is set, each second */
	RECORD_ALERT,    /* the tap's own alarm, repeated in the stream */
	RECORD_STATUS,   /* the tap's counters */
	RECORD_SELFTEST, /* what it found in itself */
	RECORD_REPLY,    /* its answer to a command */
	RECORD_MARK,     /* the operator's, text */
	RECORD_PROFILE,  /* what is expected at the far end, text */
	RECORD_CLAIM,    /* what the seller says of the cable, text */
	RECORD_LAYOUT,   /* the keyboard layout of the text from here on, text */
	RECORD_UNKNOWN,  /* of a later version: its bytes, for whoever writes it on */
};

/* Where a tap's record comes from. */
enum record_flag {
	RECORD_FROM_TAP = 1u << 0, /* the tap itself put this on the cable */
	RECORD_PORT_FAR = 1u << 1, /* seen at FAR: voltages and radio alone; else at NEAR */
	RECORD_FLIPPED = 1u << 2,  /* the plug lies the other way round; no firmware tells it yet */
	RECORD_BY_HID = 1u << 3,   /* an alert that the stream did not bring, or not in time */
};

/* Damage that the receiver saw and the bytes alone do not show. The decoder finds CRC and PID errors by itself. */
enum packet_flag {
	PACKET_ERROR_RECEIVER = 1u << 0, /* bit stuffing, EOP or other physical error */
	PACKET_ERROR_OVERFLOW = 1u << 1, /* longer than a packet can be */
	PACKET_CUT = 1u << 2,            /* `len` bytes kept of `len_true`: no CRC can be checked */
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
	bool has_setup; /* submissions of control transfers */
	uint8_t setup[8];
	int32_t status;      /* URB_STATUS_* or another negative errno; URB_STATUS_UNKNOWN */
	const uint8_t *data; /* NULL where none was captured */
	uint32_t len;        /* bytes captured at `data` */
	uint32_t len_true;   /* submission: asked for; completion: transferred */
	uint32_t
		interval; /* usbmon, interrupt: between polls, microframes at high speed and above, frames below; 0 unknown */
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
	LINE_RESET_END,
	LINE_GATE, /* for `duration_ns` edges were not kept, and no packet came of it */
	LINE_EVENTS,
};

struct record_line {
	enum line_event event;
	enum usb_speed speed; /* where the event has one */
	uint64_t duration_ns; /* where known, else 0 */
	uint16_t code;        /* the source's own number, for people */
	uint8_t lines;        /* a tap's: enum wire_lines, as they are now */
};

struct record_lost {
	uint64_t packets; /* 0: unknown how many, or none: see `what` */
	int64_t until_ns; /* the span is [t_ns, until_ns] */
	enum wire_lost_what what;
	uint32_t count; /* a tap's, in the unit of `what`; 0 unknown */
};

/* Whether USB packets may be missing, and not sensor samples alone. */
static inline bool record_lost_packets(const struct record_lost *l)
{
	return l->what != WIRE_LOST_SENSOR && l->what != WIRE_LOST_BURSTS;
}

struct record_fold {
	enum wire_fold_what what;
	uint8_t address, endpoint;
	uint32_t count;
	uint64_t span_ns;     /* from the first to the last start */
	uint16_t first, last; /* SOF: frame numbers */
};

struct record_count {
	uint8_t address, endpoint; /* bit 7: IN */
	uint32_t packets, bytes, bad;
	uint64_t span_ns;
};

struct record_edge {
	uint64_t after_ns; /* since the record's time */
	enum wire_lines lines;
};

struct record_edges {
	const struct record_edge *edge;
	uint32_t count;
};

/* Bytes without a terminator, in UTF-8 where the tool wrote them; hostile where they were read off the cable. */
struct record_text {
	const uint8_t *bytes;
	uint32_t len;
};

struct record_uart {
	enum wire_lines line; /* WIRE_DP or WIRE_DM */
	uint32_t baud;
	struct record_text text;
};

/* Where a sensor's figures come from. They are in nanoamperes for WIRE_CURRENT, else in nanovolts. */
struct record_sensor {
	enum wire_channel channel;
	enum wire_range range; /* of the current */
	uint8_t input;         /* of the multiplexer */
	bool calibrated;       /* by the tap; else zero is doubtful: record_doubt_na */
};

struct record_band {
	struct record_sensor sensor;
	int64_t minimum_nano, mean_nano, maximum_nano, floor_nano;
};

struct record_burst {
	struct record_sensor sensor;
	int64_t peak_nano, mean_nano; /* above the floor */
	uint64_t length_ns;
};

struct record_step {
	struct record_sensor sensor;
	int64_t before_nano, after_nano;
};

/* By how much a current may be wrong: the amplifiers' offsets and references. hw/spice/range_*.cir, firmware/README.md */
static inline int64_t record_doubt_na(const struct record_sensor *s)
{
	if (s->range == WIRE_RANGE_UA)
		return s->calibrated ? 1000 : 30000;
	return s->calibrated ? 200000 : 12000000;
}

struct record_dc_path {
	enum wire_path path;
	bool open;
	uint32_t resistance_uohm;
};

struct record_cc {
	uint16_t cc1_mv, cc2_mv;
};

struct record_reply {
	struct wire_reply head;
	struct record_text data;
};

struct record_unknown {
	uint8_t kind; /* of the wire protocol */
	struct record_text body;
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
	uint8_t flags;    /* enum record_flag; packets in a pcapng file have none */
	union {
		struct record_packet packet_data;
		struct record_urb urb;
		struct record_line line;
		struct record_lost lost;
		struct record_fold fold;
		struct record_count count;
		struct record_edges edges;
		struct record_uart uart;
		struct record_band band;
		struct record_burst burst;
		struct record_step step;
		struct record_dc_path dc_path;
		struct record_cc cc;
		struct wire_state setting;
		struct wire_hello hello;
		struct wire_alert alert;
		struct wire_status status;
		struct wire_selftest selftest;
		struct record_reply reply;
		struct record_text text; /* RECORD_MARK, _PROFILE, _CLAIM, _LAYOUT */
		struct record_unknown unknown;
	};
};

struct record_sink {
	void *context;
	void (*record)(void *context, const struct record *r);
};

#endif
