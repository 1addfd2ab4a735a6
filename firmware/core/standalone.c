/* From what a millisecond showed to a colour; see standalone.h. */
#include "core/standalone.h"
#include "core/adc_curve.h"

enum {
	/* Counts times 16 of the nominal curve: 250 V/A in range uA, 5 V/A in range mA, which may be 12 mA off uncalibrated. */
	UA_LIMIT = ADC_CURVE_ZERO + STANDALONE_UA_MOST * 250 / 1000 * 65536 / 3300,
	MA_LIMIT = ADC_CURVE_ZERO + 13 * 5 * 65536 / 3300,
};

void standalone_start(struct standalone *s)
{
	*s = (struct standalone){.running = true};
}

static void worse(struct standalone *s, enum standalone_colour colour)
{
	if (colour > s->colour)
		s->colour = colour;
}

static void weigh_current(struct standalone *s, const struct standalone_seen *seen)
{
	if (seen->current_known && seen->range == WIRE_RANGE_UA)
		s->above = seen->current > UA_LIMIT;
	else if (seen->current_known && seen->current > MA_LIMIT)
		s->above = true;
	s->above_ms = s->above ? s->above_ms + 1 : 0;
	/* Too short for its own rule is seen all the same: a beacon takes some milliseconds, seldom. */
	s->moved |= s->above;
	if (s->above_ms >= STANDALONE_CURRENT_MS)
		worse(s, STANDALONE_AMBER);
}

/* Range mA is entered by being pushed out of the other one: that is a current, whatever this range can tell. */
static bool wants_range(struct standalone *s, const struct standalone_seen *seen)
{
	if (seen->range == WIRE_RANGE_UA) {
		s->range_ms = 0;
		return false;
	}
	if (!s->range_ms++ && s->ms > STANDALONE_SETTLE_MS)
		s->above = s->moved = true;
	return s->range_ms > STANDALONE_RETRY_MS || s->ms == STANDALONE_SETTLE_MS;
}

bool standalone_ms(struct standalone *s, const struct standalone_seen *seen)
{
	bool range;

	if (!s->running)
		return false;
	s->ms++;
	if (seen->j_ms >= STANDALONE_J_MS || seen->text)
		worse(s, STANDALONE_RED);
	if (seen->lost || seen->blind || seen->failed)
		worse(s, STANDALONE_AMBER);
	range = wants_range(s, seen);
	if (range)
		s->range_ms = 0;
	if (s->ms > STANDALONE_SETTLE_MS) {
		s->moved |= seen->moved;
		weigh_current(s, seen);
	}
	if (s->ms < STANDALONE_MS)
		return range;
	worse(s, s->moved || s->above ? STANDALONE_AMBER : STANDALONE_GREEN);
	s->running = false;
	return false;
}
