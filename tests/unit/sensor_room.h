/*
 * A room and a cable for the tests of rules on sensors: emitters of radio and of current with their own rhythms, noise, lost
 * bursts and others. Out: bands, bursts and steps as a tap tells them, each millisecond's in order. Same seed, same records.
 * Not the simulator: it knows nothing of scenarios, and the detector nothing of it.
 */
#ifndef CORDON_TESTS_SENSOR_ROOM_H
#define CORDON_TESTS_SENSOR_ROOM_H

#include "sensor_feed.h"

enum room_rhythm {
	ROOM_PERIODIC, /* on a grid */
	ROOM_POISSON,
	ROOM_SWEEP, /* 13 bursts, each 120 ms, then a pause */
};

struct room_source {
	enum room_rhythm rhythm;
	double from_ms;
	double until_ms;            /* 0: for ever */
	double period_ms;           /* mean distance where POISSON, pause where SWEEP */
	double jitter_ms, defer_ms; /* leave the grid where it is: +-, and late by up to */
	double random_ms;           /* added to each interval */
	double length_us[2];
	unsigned pulses; /* 0: one */
	double gap_us[2];
	double radio_mv;   /* 0: silent */
	double step_ma[2]; /* 0: no current */
	double missing;    /* share that does not happen */
	double next_ms, pulse_from_ms;
};

enum { ROOM_SOURCES = 100, ROOM_PENDING = 64 };

struct room_burst {
	double from_ms, to_ms, radio_mv, step_ma;
};

struct room {
	uint64_t seed;
	double now_ms;
	double idle_ma, noise_ma; /* of a millisecond's mean */
	unsigned sources, pending;
	struct room_source source[ROOM_SOURCES];
	struct room_burst burst[ROOM_PENDING];
	/* Where records go instead of the engine; NULL: to the engine. */
	void (*record)(void *context, const struct record *r, int64_t t_ns);
	void *context;
};

double room_uniform(uint64_t *seed, double from, double to);
double room_normal(uint64_t *seed);

void room_init(struct room *r, uint64_t seed);
struct room_source *room_add(struct room *r, const struct room_source *s);
/* Access points at 102.4 ms, data, Bluetooth, of these numbers; none of it draws current. */
void room_ambient(struct room *r, unsigned access_points, double data_hz, unsigned bluetooth);
/* `ms` of it into the engine. */
void room_run(struct room *r, struct build *b, unsigned ms);

#endif
