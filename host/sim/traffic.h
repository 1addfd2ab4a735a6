/*
 * What devices do once they are configured: typing, pointing, storage, raw channels. Each call moves the bus on in
 * time and leaves it where the traffic ends.
 */
#ifndef CORDON_SIM_TRAFFIC_H
#define CORDON_SIM_TRAFFIC_H

#include "sim/bus.h"

enum {
	TRAFFIC_KEYS_MAX = 4096,
	TRAFFIC_EDGES_MAX = TRAFFIC_KEYS_MAX * 4 + TYPIST_EDGES_PER_KEY,
};

/* Room for one text on its way through the stages; the reports must outlive the bus's use of them. */
struct traffic_work {
	struct keystroke keys[TRAFFIC_KEYS_MAX];
	struct key_edge edges[TRAFFIC_EDGES_MAX];
	struct keyboard_report reports[TRAFFIC_EDGES_MAX + 1];
};

struct traffic_typing {
	const struct typist *typist;
	struct keyboard keyboard;
	uint8_t endpoint;
	const char *text; /* us_keys.h; names are keys */
	int64_t poll_ns;
};

/* Types from `start_ns` on and runs until the last report is through. */
void traffic_type(struct bus *b, struct bus_device *d, const struct traffic_typing *typing,
                  int64_t start_ns, struct traffic_work *w);

/* Mouse motion in arcs with clicks, for `duration_ns`; reports of `len` bytes, buttons first, then X and Y. */
void traffic_mouse(struct bus *b, struct bus_device *d, uint8_t endpoint, unsigned len,
                   int64_t duration_ns, struct traffic_work *w);

/* Bulk-only storage: INQUIRY, capacity, then `sectors` of 512 bytes read. USB Mass Storage BOT 1.0 §5 */
void traffic_storage(struct bus *b, struct bus_device *d, unsigned sectors);

/* Reports of random bytes in both directions of an interface, one each `period_ns`. */
void traffic_raw(struct bus *b, struct bus_device *d, uint8_t interface, unsigned len,
                 int64_t period_ns, int64_t duration_ns, struct traffic_work *w);

#endif
