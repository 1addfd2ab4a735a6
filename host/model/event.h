/*
 * Events: what decoding adds to records. Pushed to one listener, in order, each after the model has been changed by it.
 */
#ifndef CORDON_MODEL_EVENT_H
#define CORDON_MODEL_EVENT_H

#include "model/model.h"

enum event_kind {
	EVENT_DEVICE_SEEN, /* first sign of a device: attach, or traffic from an address not known yet */
	EVENT_DEVICE_DESCRIBED, /* device or configuration descriptor, or a string, came or changed */
	EVENT_DEVICE_HASHED,    /* structure_sha256 is known now */
	EVENT_DEVICE_CONFIGURED, /* SET_CONFIGURATION with a value other than 0 */
	EVENT_DEVICE_GONE,       /* detach, or its address was taken by another */
	EVENT_HID_DESCRIBED,     /* a report descriptor was parsed: `hid` */
	EVENT_HID_INFERRED,      /* reports without a descriptor fit a keyboard: `hid` */
	EVENT_KEYS,  /* a keyboard's report, one that changed nothing too: `hid`, `keys` */
	EVENT_INPUT, /* an input report without a page-07 field: `hid`, `transfer` */
	EVENT_LED, /* an output report to a keyboard with LEDs: `hid`, `transfer`; leds in the model are new */
	EVENT_REQUEST, /* a control transfer with its setup, after what it told of the device: `transfer` */
	EVENT_TRANSFER, /* every transfer, after the more special event where there is one: `transfer` */
	EVENT_LINE, /* a bus event: `bus` */
	EVENT_LOST,
	EVENT_TICK,   /* time passed */
	EVENT_SENSOR, /* a band, burst or step of current or radio: `record` */
	EVENT_UART,   /* a run of text on a data line went on by a character: `uart` */
	EVENT_TAP,    /* whatever else a tap tells, and its operator: `record` */
	EVENT_END,    /* the input is over */
	EVENT_KINDS,
};

#define EVENT_BIT(kind) (1u << (kind))

struct event {
	enum event_kind kind;
	int64_t t_ns;
	uint64_t packet;
	const struct model_device *device; /* NULL where none */
	const struct model_hid *hid;
	const struct key_report *keys;
	const struct usb_transfer *transfer;
	const struct usb_bus_event *bus; /* NULL for EVENT_SENSOR, EVENT_UART and EVENT_TAP */
	const struct record *record;
	const struct uart_text *uart;
	uint32_t step_ns; /* the clock's step */
};

struct event_sink {
	void *context;
	void (*event)(void *context, const struct event *e);
	const uint32_t *wanted; /* EVENT_BITs that somebody listens to now; NULL: all */
};

#endif
