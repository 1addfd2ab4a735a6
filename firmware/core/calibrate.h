/*
 * Measuring for the calibration: zero of both ranges with nothing at NEAR and VBUS on, or the slope of one with a known current.
 * In: bands, what the board does meanwhile, the time. Out: what to set next; in the end new curves, or why there are none: a
 * current that is not steady, that no board's zero or slope explains, somebody on the lines. Leaves alone: pins, the flash
 * (core/calibration.h), whether this is the moment for it. It takes up to 2.7 s.
 */
#ifndef CORDON_CORE_CALIBRATE_H
#define CORDON_CORE_CALIBRATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/calibration.h"
#include "core/wire.h"

enum { CALIBRATE_BANDS = 1000 }; /* a mean over so many milliseconds */

enum calibrate_what {
	CALIBRATE_WAIT, /* nothing: ask again */
	CALIBRATE_SET,  /* `setting` to `value` */
	CALIBRATE_DONE, /* once: `reason`, and if that is none `next` */
};

struct calibrate_action {
	enum calibrate_what what;
	enum wire_setting setting;
	uint8_t value;
};

struct calibrate_seen {
	uint64_t now;
	bool vbus, lines_free;
	enum wire_range range;
};

struct calibrate {
	bool running, entered;
	enum wire_calibrate_what what;
	uint8_t ranges; /* bits, of those that are measured */
	uint8_t step;
	uint8_t pull_downs;  /* as they were */
	uint32_t current_na; /* of the known current */
	uint64_t begun;      /* the step */
	uint32_t bands, sum;
	uint16_t least, most;
	uint16_t measured[CALIBRATION_RANGES]; /* counts times 16, before any curve */
	struct calibration next;
	enum wire_calibrate_reason reason;
};

/*
 * `newest`: what holds now; without an id there is none, and a slope must wait for a zero. An error, and nothing runs, where the
 * command asks for what cannot be.
 */
enum wire_error calibrate_start(struct calibrate *c, const struct wire_calibrate *command,
                                const struct calibration *newest, uint8_t pull_downs, uint64_t now);

/* While it runs, each turn of the main loop. */
struct calibrate_action calibrate_step(struct calibrate *c, const struct calibrate_seen *seen);

/* What could not be set. */
void calibrate_refused(struct calibrate *c);

void calibrate_band(struct calibrate *c, const struct wire_band *b, uint16_t raw);

#endif
