/*
 * The captures that the project ships, as scripts. tests/captures/NAME/ holds what make_captures makes of each.
 */
#ifndef CORDON_TESTS_SCENES_H
#define CORDON_TESTS_SCENES_H

#include "sim/script.h"

enum scene_link {
	LINK_RAW, /* 294 and 293 */
	LINK_USBMON,
	LINK_USBPCAP,
};

struct scene {
	const char *name;
	const char *about; /* one sentence: the folder's README */
	enum scene_link link;
	struct bus_settings set;
	uint64_t seed;
	bool big_endian;
	unsigned cut; /* bytes left off at the end of the file */
	const struct script_step *steps;
};

extern const struct scene scenes[];
extern const size_t scenes_count;

#endif
