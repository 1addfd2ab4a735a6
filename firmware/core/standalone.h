/*
 * The verdict of a tap alone, for a cable with its far end empty. In: what was seen in each millisecond. Out: a colour.
 * Red: a J of 10 ms, or text. Amber: more than 1 mA for a second, a loss, blind, a failed self-check; after ten seconds
 * also more than 1 mA for a millisecond, or anything else that moved and has no name here. Green: nothing seen in ten seconds; that is not "clean". Colours only get worse.
 * The current is known in range uA; a range that was left for being too small counts as too much until it is back in it.
 */
#ifndef CORDON_CORE_STANDALONE_H
#define CORDON_CORE_STANDALONE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire.h"

enum {
	STANDALONE_MS = 10000,
	STANDALONE_SETTLE_MS = 200, /* VBUS rises, and what charges is charged */
	STANDALONE_J_MS = 10,
	STANDALONE_CURRENT_MS = 1000,
	STANDALONE_RETRY_MS = 250, /* in range mA, before range uA is tried again */
	STANDALONE_UA_MOST = 1000,
};

enum standalone_colour {
	STANDALONE_NONE, /* still at it, nothing seen */
	STANDALONE_GREEN,
	STANDALONE_AMBER,
	STANDALONE_RED,
};

struct standalone_seen {
	uint32_t j_ms;    /* how long one line has been high and the other low; 0: they are not */
	bool text;        /* core/uart_watch.h */
	bool moved;       /* packets, edges, or a change of the lines since the last time */
	bool lost, blind; /* since the start */
	bool failed;      /* a check of the self-test */
	enum wire_range range;
	uint16_t current;   /* mean of the last band, counts times 16 on the nominal curve */
	bool current_known; /* a band came since the last time */
};

struct standalone {
	uint32_t ms;       /* since the start */
	uint32_t above_ms; /* of too much current, in a row */
	uint32_t range_ms; /* in range mA */
	bool above, moved, running;
	enum standalone_colour colour;
};

void standalone_start(struct standalone *s);

/* Another millisecond. True where range uA is to be set now. */
bool standalone_ms(struct standalone *s, const struct standalone_seen *seen);

#endif
