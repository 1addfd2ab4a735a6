/*
 * A simulated bus: a host controller's frames, polls and transfers, with the devices behind it, as records. Records
 * come out as packets of a wire or as the URBs of an operating system: the same events, seen at two places.
 *
 * Time moves only by what is asked for: bus_run_until polls up to then, transfers take as long as they would take.
 * Everything passed in is borrowed for the bus's life unless it says otherwise.
 */
#ifndef CORDON_SIM_BUS_H
#define CORDON_SIM_BUS_H

#include "sim/device.h"
#include "sim/keyboard.h"
#include "usb/record.h"

enum bus_view {
	BUS_WIRE, /* RECORD_PACKET and RECORD_LINE */
	BUS_URBS, /* RECORD_URB */
};

enum {
	BUS_DEVICES_MAX = 4,
	BUS_PIPES_MAX = 16,
	BUS_FRAME_NS = 1000000,
};

struct bus_settings {
	enum bus_view view;
	uint16_t number; /* record.bus */
	bool analyzer; /* lines as analyzers tell them: SE0 is a reset whoever makes it, J ends it */
	bool frames;   /* SOFs and keep-alives are shown; many analyzers filter them */
	bool empty_polls;      /* and so are polls answered with NAK */
	double naks_per_stage; /* mean NAKs before a device has its data or status ready on endpoint 0 */
	unsigned damage_per_million; /* packets of which one bit is wrong */
	/*
	 * Share of edges that get lost on the wire, for everybody who listens: damaged packets are not answered, and sent again.
	 * USB 2.0 §8.6, §8.7
	 */
	double loss;
};

struct bus_pipe;

/* An input report has gone out, and was acknowledged, at `t_ns`. */
typedef void bus_sent(void *context, const struct bus_pipe *p, const struct keyboard_report *r,
                      int64_t t_ns);

struct bus_pipe {
	struct bus_device *device;
	uint8_t endpoint;                      /* bEndpointAddress */
	uint8_t every, phase;                  /* frames between polls */
	const struct keyboard_report *reports; /* due at their times */
	size_t count, next;
	bool toggle, submitted;
	bool told; /* the host has the next report; its acknowledgement got lost, and it comes again */
	uint64_t urb;
};

struct bus_device {
	const struct sim_device *model;
	enum usb_speed speed;
	uint8_t address;
	bool present, behind_hub, configured;
	bool out_toggle[16], in_toggle[16]; /* bulk */
};

struct bus {
	struct record_sink sink;
	struct bus_settings set;
	struct random random, loss_random;
	double edges_to_loss;
	int64_t now_ns, frame_ns; /* frame_ns: when the current frame began */
	uint16_t frame;
	bool running; /* the host sends frames */
	uint64_t packets, urbs;
	enum usb_speed speed; /* of the port */
	struct bus_device device[BUS_DEVICES_MAX];
	struct bus_pipe pipe[BUS_PIPES_MAX];
	unsigned devices, pipes;
	bus_sent *sent; /* NULL: nobody asks */
	void *sent_context;
};

enum bus_result {
	BUS_OK,
	BUS_STALL,
	BUS_SILENT, /* the device is not there */
};

void bus_init(struct bus *b, const struct record_sink *sink, const struct bus_settings *set,
              uint64_t seed);

/* Frames and polls up to `t_ns`; earlier times are no error and do nothing. */
void bus_run_until(struct bus *b, int64_t t_ns);

void bus_line(struct bus *b, enum line_event event, enum usb_speed speed, int64_t duration_ns);

/* A device appears at the port, or (behind_hub) at a port of the hub that is there. NULL where there is no room. */
struct bus_device *bus_attach(struct bus *b, const struct sim_device *model, bool behind_hub);
void bus_detach(struct bus *b, struct bus_device *d);

/* The host's reset: SE0, then frames begin. Addresses and toggles start anew. */
void bus_reset(struct bus *b, int64_t se0_ns);

/* A control transfer. `data`: of an OUT data stage. What a read brought is in `reply`, where it is not NULL. */
enum bus_result bus_control(struct bus *b, struct bus_device *d, const uint8_t setup[8],
                            const uint8_t *data, uint8_t *reply, size_t *reply_len);

/*
 * The host stops all traffic, and goes on: K for `k_ns`, then a low-speed end of packet. USB 2.0 §7.1.7.6, §7.1.7.7.
 * Devices keep their addresses.
 */
void bus_suspend(struct bus *b);
void bus_resume(struct bus *b, int64_t k_ns);

/* Polls of all interrupt IN endpoints begin, as after the driver's start. */
void bus_poll(struct bus *b, struct bus_device *d);

/* NULL: not polled. */
struct bus_pipe *bus_pipe(struct bus *b, const struct bus_device *d, uint8_t endpoint);

/* The pipe is polled each `frames` from now on, at a phase drawn anew. */
void bus_pipe_every(struct bus *b, struct bus_pipe *p, uint8_t frames);

/* When the next poll of the pipe that begins at `t_ns` or later does begin. */
int64_t bus_pipe_poll(const struct bus *b, const struct bus_pipe *p, int64_t t_ns);

/* Reports that an endpoint has to say, in order of time; they follow those given before. False: not polled. */
bool bus_reports(struct bus *b, struct bus_device *d, uint8_t endpoint,
                 const struct keyboard_report *reports, size_t count);

/* A bulk or interrupt OUT, or bulk IN, transfer of any length. */
void bus_transfer(struct bus *b, struct bus_device *d, uint8_t endpoint, const uint8_t *data,
                  size_t len);

/* One isochronous OUT transaction: nobody acknowledges it. */
void bus_isochronous(struct bus *b, struct bus_device *d, uint8_t endpoint, const uint8_t *data,
                     size_t len);

#endif
