/*
 * Guard mode: armed by the PC for as long as its lease lasts, it opens the bus switch by itself. In: the mask, what happens,
 * the time. Out: whether to open now. A lease that ends opens the switch whatever the mask says: without a host the bus is
 * open. Once tripped it stays so until the PC arms or disarms it. Leaves alone: the switch (watch.c) and how it is told.
 */
#ifndef CORDON_CORE_GUARD_H
#define CORDON_CORE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire.h"

struct guard {
	volatile uint8_t mask; /* enum wire_guard; 0: not armed */
	volatile bool tripped; /* the bus stays open */
	volatile bool untold;  /* what is below has not been told */
	uint8_t was;           /* the mask that it was armed with */
	uint8_t what, address; /* enum wire_alert_what */
	uint64_t until;        /* end of the lease, tick */
	uint64_t at;           /* of the trip */
};

/* Arms, renews, or with mask 0 disarms; what has tripped is forgotten. False: no such bit, or no lease, and nothing changes. */
bool guard_arm(struct guard *g, uint8_t mask, uint32_t lease_ms, uint64_t now);

/* Something has happened: true where the switch must open at once. In an interrupt too, but never in two at a time. */
bool guard_trip(struct guard *g, enum wire_guard bit, enum wire_alert_what what, uint8_t address,
                uint64_t now);

/* It is `now`: true where the lease has ended and the switch must open. */
bool guard_time(struct guard *g, uint64_t now);

#endif
