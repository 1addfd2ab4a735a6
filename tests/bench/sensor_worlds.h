/*
 * Worlds in which no cable hides anything, for measuring how often rules on sensors fire all the same: full rooms, loads that
 * step, chargers, people who type while their own computer sends, sleeping devices, a supply that is switched by a code.
 * Streams of sensors' events, made at once; same seed, same stream.
 */
#ifndef CORDON_TESTS_SENSOR_WORLDS_H
#define CORDON_TESTS_SENSOR_WORLDS_H

#include "sensor_room.h"

struct world {
	const char *name;
	enum profile_kind profile;
	/* Plays into `b`, which this begins and the caller releases. */
	void (*play)(uint64_t seed, struct build *b);
};

extern const struct world worlds[];
extern const unsigned worlds_count;

/* Access points, data, Bluetooth, from an empty house to an office of forty. */
void world_room(struct room *r, uint64_t seed);

#endif
