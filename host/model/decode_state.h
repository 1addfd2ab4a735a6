/*
 * What the files of this folder share: the model with what is needed to keep it, and no rule or screen may see.
 */
#ifndef CORDON_MODEL_DECODE_STATE_H
#define CORDON_MODEL_DECODE_STATE_H

#include "hid/infer.h"
#include "model/decode.h"
#include "usb/uart.h"

enum {
	DECODE_BUSES_MAX = 16,
	HID_INTERFACE_UNKNOWN = 0xff,
	DECODE_ROUTES = 16, /* a power of two */
	DECODE_LAST = 16,   /* the same */
	DECODE_INFER_MAX =
		32, /* endpoints watched at a time for a keyboard that has no descriptor */
};

struct decode_bus {
	bool used;
	bool wire; /* raw packets were seen here: one cable, so a reset concerns all devices */
	uint16_t number;
	uint16_t fresh;   /* slot of the device that answers at address 0, MODEL_NONE */
	int64_t reset_ns; /* SE0 since then, no J yet; -1 */
	uint64_t reset_packet;
	int64_t attach_ns; /* line attach since the last device was new here, -1 */
	uint64_t
		place; /* the port that was reset last, 0 none: who is at address 0 then is there */
	int64_t place_ns;
	uint16_t failed; /* slot of the device whose polls failed last, and its id, 0 none */
	uint32_t failed_id;
	int64_t failed_ns;
};

/* One input report, perhaps an earlier one than the transfer at hand. */
struct report_bytes {
	const uint8_t *bytes;
	size_t len;
	int64_t t_ns;
	uint64_t packet;
};

/* An endpoint whose reports may be a keyboard's. */
struct decode_infer {
	bool used;
	uint16_t device;
	uint32_t device_id;
	uint8_t endpoint;
	int64_t last_ns;
	struct infer infer;
};

/* Whose an endpoint is: `in` and `endpoint` are NULL where no descriptor names them, `h` where nothing is known of its reports */
struct endpoint_hid {
	const struct usb_interface_descriptor *in;
	const struct usb_endpoint_descriptor *endpoint;
	struct model_hid *h;
	uint32_t declared_ns; /* how often it is asked, by what is declared; 0 unknown */
};

enum endpoint_owner {
	ENDPOINT_HID,
	ENDPOINT_OTHER,   /* of another class alone */
	ENDPOINT_UNKNOWN, /* no descriptor at hand names it */
};

/* The answer of endpoint_hid for an endpoint that a descriptor names, which holds until `routes_of` moves on. */
struct endpoint_route {
	uint32_t of;
	enum endpoint_owner owner;
	uint8_t address;
	const struct model_device *device;
	/* Of the transfer that asked, and the device's speed then: declared_ns hangs on both. */
	uint32_t interval;
	enum usb_speed speed;
	struct endpoint_hid x;
};

struct decode {
	struct model model;
	struct event_sink sink;
	uint32_t last_id;
	bool resetting; /* some bus had a reset: only then is there one to settle */
	struct decode_bus bus[DECODE_BUSES_MAX];
	struct decode_infer infer[DECODE_INFER_MAX];
	struct model_device *last_at[DECODE_LAST]; /* by address: who was there last; NULL nobody */
	uint32_t routes_of; /* counts what may have changed who owns an endpoint */
	struct endpoint_route route[DECODE_ROUTES];
	struct uart uart;
	int64_t tap_ns; /* until then, listening is accounted for */
	int64_t edge_ns;
	uint64_t edge_packet;
	const struct record *edges;          /* at hand: its event takes place and time from it */
	struct hid_descriptor boot_keyboard; /* filled in when one is first in boot protocol */
};

/* decode.c */
void decode_emit(struct decode *d, const struct event *e);
struct event decode_event(enum event_kind kind, const struct usb_transfer *t,
                          const struct model_device *device);
struct decode_bus *decode_bus_of(struct decode *d, uint16_t number);

void decode_line(struct decode *d, const struct usb_bus_event *e);

/* tap.c: what a tap tells beside packets and line events */
void tap_begin(struct decode *d);
void tap_time(struct decode *d, int64_t t_ns);
void tap_line(struct decode *d, const struct usb_bus_event *e);
void tap_lost(struct decode *d, const struct usb_bus_event *e);
void tap_record(struct decode *d, const struct usb_bus_event *e);
void tap_end(struct decode *d);

/* devices.c: slots */
struct model_device *devices_for(struct decode *d, const struct usb_transfer *t);
struct model_device *devices_renew(struct decode *d, const struct usb_transfer *t,
                                   struct model_device *old);
void devices_address(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                     uint8_t address);
void devices_port_reset(struct decode *d, const struct usb_transfer *t,
                        const struct model_device *hub, uint8_t port);
/* An interrupt transfer of `device` ended by a fault: cancelled, timed out, or the device is gone. */
void devices_failed(struct decode *d, const struct usb_transfer *t,
                    const struct model_device *device);
void devices_gone(struct decode *d, struct model_device *device, int64_t t_ns, uint64_t packet);
void devices_bus_reset(struct decode *d, const struct usb_bus_event *e);
void devices_bus_detach(struct decode *d, uint16_t bus, int64_t t_ns, uint64_t packet);
static inline unsigned devices_slot(const struct decode *d, const struct model_device *device)
{
	return (unsigned)(device - d->model.device);
}

/* enumeration.c: control transfers */
void enumeration_control(struct decode *d, const struct usb_transfer *t,
                         struct model_device *device);

/* structure.c */
void structure_update(struct decode *d, const struct usb_transfer *t, struct model_device *device);

/* hids.c: HID interfaces and their slots */
struct model_hid *hids_find(struct decode *d, const struct model_device *device, uint8_t interface);
struct model_hid *hids_get(struct decode *d, const struct model_device *device, uint8_t interface);
struct model_hid *hids_add(struct decode *d, const struct model_device *device, uint8_t interface);
void hids_drop(struct decode *d, const struct model_device *device);
void hids_descriptor(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                     uint8_t interface);
void hids_update_kinds(struct decode *d, struct model_device *device);

/* What its reports are read with, as things stand. */
static inline const struct hid_descriptor *hids_reports(const struct decode *d,
                                                        const struct model_hid *h)
{
	return h->boot_protocol ? &d->boot_keyboard : &h->descriptor;
}

/* `changed`: to another configuration than before. */
void hids_configured(struct decode *d, struct model_device *device, bool changed);
void hids_protocol(struct decode *d, struct model_device *device, struct model_hid *h, bool boot);

/* endpoint_hid.c */
enum endpoint_owner endpoint_hid(struct decode *d, const struct model_device *device,
                                 const struct usb_transfer *t, struct endpoint_hid *x);

/* Descriptors, devices or HID interfaces changed: nothing that endpoint_hid found out before holds. */
static inline void endpoint_hid_forget(struct decode *d)
{
	d->routes_of++;
}

/* poll_interval.c: 0 unknown; `count` is usbmon's, 0 none; `ep` NULL where no descriptor was captured. */
uint32_t poll_declared_ns(uint32_t count, const struct model_device *device,
                          const struct usb_endpoint_descriptor *ep);

/* reports.c: what HID interfaces send and are sent */
void reports_in(struct decode *d, const struct usb_transfer *t, struct model_device *device);
void reports_deliver(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                     struct model_hid *h, const struct report_bytes *r);
void reports_out(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                 uint8_t interface);

/* infer_reports.c: endpoints without a report descriptor; `interface` may be HID_INTERFACE_UNKNOWN */
void infer_reports_in(struct decode *d, const struct usb_transfer *t, struct model_device *device,
                      uint8_t interface);

#endif
