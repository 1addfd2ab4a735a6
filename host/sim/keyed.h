/*
 * Keyed supply in simulation: VBUS goes on and off by the plan's code (core/vbus_code.h), and the cable lives anew each time
 * it comes on: it boots, its lines do what they do after power-on, its radio begins when it would. What the scenario puts
 * later than the supply stays on does not come. The room goes on as it is.
 */
#ifndef CORDON_SIM_KEYED_H
#define CORDON_SIM_KEYED_H

#include "sim/play.h"

enum {
	/* Long enough for a radio that takes two seconds to start; two minutes in all. */
	KEYED_CHIPS = 32,
	KEYED_CHIP_MS = 4000,
	KEYED_REQUEST = 1, /* of the command that the records answer */
};

struct keyed;

/* As play_new. The plan has a code. What `watch` tells of items is left out: they come many times. */
struct keyed *keyed_new(const struct scenario_plan *plan, const struct record_sink *wires,
                        const struct play_watch *watch);
void keyed_free(struct keyed *k);
bool keyed_step(struct keyed *k);
int64_t keyed_now(const struct keyed *k);

/* When the chip begins. */
int64_t keyed_chip_ns(const struct scenario_plan *plan, unsigned chip);

#endif
