/*
 * What one end of a cable saw, as far as it can be held against what the other end saw: control requests and key presses
 * with their times, devices, and from when to when it was listened to. Filled in from events while a capture is judged; of
 * a fixed size: beyond it marks are counted and left out, and what came later is not compared.
 */
#ifndef CORDON_DETECT_PAIR_TRACE_H
#define CORDON_DETECT_PAIR_TRACE_H

#include "model/event.h"

enum {
	PAIR_MARKS_MAX = 4096,
	PAIR_DEVICES_MAX = 64,
};

/* Something that both ends of a copper cable see at the same moment. */
struct pair_mark {
	int64_t t_ns;
	uint64_t packet;
	uint32_t
		context; /* hash of it and of those before it: the same at both ends, and rarely the same by accident */
	uint16_t usage; /* of a key press, page 07; else 0 */
};

struct pair_marks {
	unsigned count;
	uint64_t dropped;
	uint32_t before; /* hash of the last ones */
	struct pair_mark mark[PAIR_MARKS_MAX];
};

struct pair_device {
	uint32_t id; /* of the model */
	uint16_t bus;
	uint8_t address;
	int64_t first_ns;
	uint64_t packet;
	bool has_descriptor, has_hash;
	uint8_t descriptor[18];
	uint8_t hash[32];
};

struct pair_trace {
	bool any;
	bool on_wire; /* packets of one cable; else URBs, whose times are an operating system's */
	int64_t begin_ns, end_ns; /* of its events */
	uint32_t step_ns;         /* its clock's step at most */
	unsigned vbus_ons;        /* times that the supply came on */
	int64_t vbus_on_ns;       /* the first */
	struct pair_marks requests, keys;
	unsigned devices;
	uint64_t devices_dropped;
	struct pair_device device[PAIR_DEVICES_MAX];
};

/* The trace is zero before the first event. */
void pair_trace_event(struct pair_trace *t, const struct event *e);

#endif
