/* The state of guard mode; see guard.h. */
#include "core/guard.h"

enum { TICKS_PER_MS = WIRE_TICK_HZ / 1000 };

bool guard_arm(struct guard *g, uint8_t mask, uint32_t lease_ms, uint64_t now)
{
	if (mask & ~WIRE_GUARD_ALL || (mask && !lease_ms))
		return false;
	g->until = now + (uint64_t)lease_ms * TICKS_PER_MS;
	/* What tripped before is told all the same. */
	g->tripped = false;
	g->mask = mask;
	return true;
}

static bool open(struct guard *g, enum wire_alert_what what, uint8_t address, uint64_t now)
{
	g->what = (uint8_t)what;
	g->address = address;
	g->at = now;
	g->tripped = g->untold = true;
	g->was = g->mask;
	g->mask = 0;
	return true;
}

bool guard_trip(struct guard *g, enum wire_guard bit, enum wire_alert_what what, uint8_t address,
                uint64_t now)
{
	return g->mask & bit ? open(g, what, address, now) : false;
}

bool guard_time(struct guard *g, uint64_t now)
{
	return g->mask && now >= g->until ? open(g, WIRE_ALERT_HOST_LOST, 0, now) : false;
}
