/*
 * Private to the play: what its files share. play.c has time and order, play_lines.c what needs no device,
 * play_devices.c enumeration, play_keys.c typing, play_traffic.c everything else that devices do.
 */
#ifndef CORDON_SIM_PLAY_STATE_H
#define CORDON_SIM_PLAY_STATE_H

#include "hid/keys.h"
#include "sim/play.h"
#include "sim/traffic.h"
#include "sim/wires.h"

enum {
	PLAY_ACTIVITIES = 8,
	PLAY_LOCK_ACTS = 3 * SCENARIO_LOCKS_MAX,
};

#define PLAY_MS(n) (INT64_C(1000000) * (n))

struct play_activity;
/* What is due at a->next_ns; sets it anew, or ends the item and returns false. */
typedef bool play_act(struct play *p, struct play_activity *a);

struct play_lock_act {
	int64_t t_ns;
	uint8_t usage; /* 0: the host's answer */
	bool down;
	uint8_t leds;
};

/* An event that goes on while others happen. */
struct play_activity {
	bool used;
	int item;
	int64_t next_ns, end_ns;
	play_act *act;
	struct random random;
	struct bus_pipe *pipe;
	struct keyboard_report one; /* where the pipe has one report at a time */
	struct keyboard keyboard;
	struct hid_descriptor *hid; /* of a keyboard; NULL: no keys are told */
	struct keys keys;
	struct traffic_work *work; /* typing */
	size_t reports;
	double rate;
	unsigned count, index;
	int16_t x, y;
	double direction;
	struct play_lock_act lock[PLAY_LOCK_ACTS];
};

enum play_stage { PLAY_WAITS, PLAY_RUNS, PLAY_OVER };

struct play {
	const struct scenario *s;
	const struct scenario_plan *plan;
	struct play_watch watch;
	struct wires wires;
	struct bus bus;
	struct sim_device model[BUS_DEVICES_MAX];
	struct bus_device *device_of[SCENARIO_EVENTS_MAX]; /* by event; NULL: not there */
	struct scenario_span span[SCENARIO_ITEMS_MAX];
	uint8_t stage
		[SCENARIO_ITEMS_MAX]; /* enum play_stage; of items that are no events PLAY_OVER: known */
	bool placed[SCENARIO_ITEMS_MAX]; /* span.start_ns is known */
	struct play_activity activity[PLAY_ACTIVITIES];
	uint8_t address;
	struct play_payload *payload; /* NULL: none */
	int forced;                   /* the line event that holds the lines; SCENARIO_NONE */
	bool over;
};

/* The generator of an item's own draws. */
struct random play_random(const struct play *p, int item);

static inline int64_t play_ns(double ms)
{
	return (int64_t)(ms * 1e6 + 0.5);
}

/* The item is over at `end_ns`. */
void play_done(struct play *p, int item, int64_t end_ns);

/* NULL where there are too many at once: then the item is over. */
struct play_activity *play_activity(struct play *p, int item, play_act *act);

/* The next event to begin, of those whose time is known; SCENARIO_NONE. */
int play_next(struct play *p);

/* Everything at the port goes away; the lines stay as they are. */
void play_drop(struct play *p);

/* The device of the event `item` of `usb`; NULL where it is not there now. */
struct bus_device *play_device(const struct play *p, int item);

typedef void play_begin(struct play *p, int item, const struct scenario_event *e);

play_begin play_line, play_uart, play_setup_unanswered, play_attach, play_detach, play_hs_chirp,
	play_hs_blind, play_suspend, play_overvoltage, play_nothing, play_vbus_dip;
play_begin play_enumerate, play_downstream;
play_begin play_type, play_null_report, play_locks;
play_begin play_led_stream, play_mouse, play_raw, play_bulk, play_control;

/* A setting of the tap changes by itself or by command; goes past the wires. */
void play_setting(struct play *p, enum wire_setting setting, enum wire_cause cause, uint32_t before,
                  uint32_t after);

/* Which host asks, where the scenario says so and the seed has its say. */
enum host_kind play_host(const struct play *p, enum host_kind written);

/* Whether `d` has an interface that types, and how its reports look. play_keys.c */
bool play_keyboard_of(const struct sim_device *d, struct hid_descriptor *hid,
                      struct keyboard *keyboard, uint8_t *endpoint);

/* How a machine types that is written down so. play_keys.c */
void play_machine(const struct scenario_typing *s, struct typist *t, struct random *r);

struct play_motion {
	int x, y, wheel;
	unsigned buttons; /* bit 0 left, 1 right, 2 middle */
};

/* A report of this motion by the device's own descriptor; false: it does not point. play_controls.c */
bool play_motion(const struct hid_descriptor *hid, const struct play_motion *m,
                 struct keyboard_report *out);
/* That a control of the consumer page is down, or up again; false: the device has no such control. */
bool play_consumer(const struct hid_descriptor *hid, uint16_t control, bool down,
                   struct keyboard_report *out);
/* The interfaces that have them; NULL: none. `hid` becomes that interface's descriptor. */
struct bus_pipe *play_mouse_pipe(struct play *p, struct bus_device *d, struct hid_descriptor *hid);
struct bus_pipe *play_consumer_pipe(struct play *p, struct bus_device *d, uint16_t control,
                                    struct hid_descriptor *hid);

/* Edges in a->work become reports of the pipe, from now on; a->next_ns is the last one's. play_keys.c */
void play_send_edges(struct play *p, struct play_activity *a, size_t count);

/* The activity of an event that uses a keyboard; NULL: there is none, and the item is over or will be at once. */
struct play_activity *play_keyboard_activity(struct play *p, int item, play_act *act);

/* play_payload.c. False: memory. */
bool play_payload_new(struct play *p);
void play_payload_free(struct play *p);
play_begin play_payload;

/* The descriptors with which the event's device comes: the payload's own, where it begins with them. */
const struct device_text *play_payload_device(struct play *p, int item,
                                              const struct device_text *written);

/* play_texts.c: `count` keys of an alphabet, as text that us_keystrokes takes without names; room for count + 1. */
void play_text(enum scenario_alphabet alphabet, unsigned count, struct random *r, char *out);

#endif
