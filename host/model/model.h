/*
 * What is known now: the bus, its devices, their interfaces and keyboards. Changed by decoding alone
 * (this folder); rules, reports and screens get it const.
 *
 * All tables are bounded. Devices are slots: a slot is re-used when the table is full, the longest gone first, those that
 * findings rest on last; `devices_forgotten` counts them.
 */
#ifndef CORDON_MODEL_MODEL_H
#define CORDON_MODEL_MODEL_H

#include "hid/keys.h"
#include "usb/descriptor.h"
#include "usb/stream.h"
#include "usb/uart.h"

enum {
	MODEL_DEVICES_MAX = 128,
	MODEL_HIDS_MAX = 96,     /* HID interfaces of all devices: one parsed descriptor each */
	MODEL_CONFIG_MAX = 2048, /* bytes of a configuration descriptor that are kept */
	MODEL_REPORT_DESCRIPTOR_MAX =
		2048, /* bytes of a report descriptor that are kept; the whole of it is parsed */
	MODEL_NONE = 0xffff,
	MODEL_PLACE_WIRE = 1, /* the end of the wire that is listened to, with no hub before it */
};

#define MODEL_PLACE_OWN (UINT64_C(1) << 63) /* a place that is known by who was in it first */

/* One HID interface: what its reports mean, and what its keyboard, if any, holds down. */
struct model_hid {
	uint32_t id;        /* unique in the input: tells a slot's next user from its last */
	uint16_t device;    /* slot, MODEL_NONE where this one is free */
	uint8_t interface;  /* bInterfaceNumber; 0xff where no descriptor was captured */
	uint8_t endpoint;   /* its interrupt IN, with bit 7; 0 unknown */
	bool described;     /* its report descriptor was captured */
	bool boot_protocol; /* SET_PROTOCOL(boot): reports are those of HID 1.11 appendix B */
	bool inferred;      /* a keyboard known by its reports alone */
	bool renewed;       /* configured since it was described: what it says next holds */
	bool contradicts; /* it was a keyboard once and not the other time, in one configuration */
	uint32_t kinds;   /* enum hid_kind; of the descriptor, or inferred */
	uint32_t reports; /* input reports */
	uint32_t report_ns; /* poll interval: measured where raw, else bInterval, else 0 */
	uint16_t descriptor_len;
	uint32_t keys_pressed; /* key presses, modifiers not counted */
	uint32_t leds_written; /* output reports with LEDs */
	uint8_t leds;          /* the last such, boot order: num, caps, scroll, compose, kana */
	struct keys keys;
	struct hid_descriptor descriptor; /* what it says itself, in boot protocol too */
	uint8_t descriptor_raw[MODEL_REPORT_DESCRIPTOR_MAX];
	uint8_t pending[256]; /* a report that takes several packets on the wire */
	uint16_t pending_len;
};

struct model_device {
	uint32_t id; /* unique in the input: tells a slot's next user from its last */
	bool used;   /* the slot holds a device, on the bus or gone */
	bool gone;
	bool reached; /* a finding rests on it: forgotten last */
	uint16_t bus;
	uint8_t address;
	/* What it is plugged into, in no other meaning than that of being the same: a port of a hub, MODEL_PLACE_WIRE, or where
	   the capture names no port MODEL_PLACE_OWN and a number; 0 behind a hub on a wire that named none. */
	uint64_t place;
	enum usb_speed speed;
	uint64_t packet; /* its first */
	int64_t first_seen_ns, last_seen_ns;
	int64_t last_report_ns; /* of any of its HID interfaces; first_seen_ns where none came */
	int64_t attached_ns; /* line attach or first request; equal to first_seen_ns where enumeration was not captured */
	int64_t configured_ns; /* SET_CONFIGURATION, -1 not seen */
	int64_t led_ns;        /* first LED report, -1 not seen */
	int64_t gone_ns;       /* -1 still there */
	bool enumerated;       /* its enumeration was captured */
	uint8_t configuration; /* value of the last SET_CONFIGURATION */
	uint32_t problems;     /* enum usb_descriptor_problem of all its descriptors */
	uint32_t hid_problems; /* enum hid_problem of all its report descriptors */

	bool has_device, has_config, has_bos, has_hub, has_hash;
	struct usb_device_descriptor device;
	uint8_t device_raw[18];
	struct usb_configuration config;
	uint8_t config_raw[MODEL_CONFIG_MAX];
	uint16_t config_len;
	uint8_t other_raw[MODEL_CONFIG_MAX]; /* the last other configuration that was read */
	uint16_t other_len;
	struct usb_bos bos;
	struct usb_hub_descriptor hub;
	char manufacturer[USB_STRING_MAX], product[USB_STRING_MAX], serial[USB_STRING_MAX];
	uint8_t structure_sha256
		[32]; /* of what stays the same when its names change; see structure.c */

	uint32_t kinds; /* enum hid_kind, all interfaces */
	bool is_hub;
	uint64_t transfers, reports;
	uint64_t in_bytes, out_bytes; /* payload outside endpoint 0 */
};

/* The tap itself, and what its sensors said last. */
struct model_tap {
	bool known; /* it said HELLO */
	bool listening, overvoltage;
	uint16_t failed_checks; /* of its self-tests so far */
	uint16_t alert;         /* the last one's number; the first after a start is 1 */
	bool has_alert;         /* its number is known */
	uint64_t alerts_lost;   /* that the numbers say there were */
	struct wire_hello hello;
	bool has_band[WIRE_MUX + 1];
	struct record_band band[WIRE_MUX + 1]; /* the latest millisecond, by channel */
	int64_t band_ns[WIRE_MUX + 1];
	/* With VBUS on: for how long the lines were listened to, and the current was measured. */
	int64_t line_seen_ns, current_seen_ns;
};

struct model {
	struct model_device device[MODEL_DEVICES_MAX];
	struct model_hid hid[MODEL_HIDS_MAX];
	/* Slots of each that were ever used, from the front: beyond them nothing is to be looked at, and no memory is taken. */
	unsigned devices, hids;
	uint64_t devices_seen, devices_forgotten, hids_forgotten;
	uint64_t hids_lost; /* of those forgotten, on devices that were still there */
	uint64_t cut;      /* interrupt data and report descriptors that the capture kept in part */
	uint64_t keys_cut; /* report descriptors with more fields of keys than are followed */
	int64_t now_ns;    /* latest time of any record */
	bool line_seen;    /* the input carries line states */
	bool vbus_on, vbus_known;
	bool blind;
	int64_t blind_since_ns, blind_ns; /* closed spans of high speed that could not be seen */
	int64_t unseen_ns;                /* spans that the tap lost, of a length that is known */
	struct model_tap tap;
};

static inline const struct model_device *model_device_of(const struct model *m,
                                                         const struct model_hid *h)
{
	return &m->device[h->device];
}

#endif
