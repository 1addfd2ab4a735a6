/*
 * Figures that both directions of the tap's translation share: the curves of the current amplifiers (firmware/README.md),
 * the codes of line events, and how long fixed bodies are that more follows. Inside host/capture.
 */
#ifndef CORDON_CAPTURE_TAP_UNITS_H
#define CORDON_CAPTURE_TAP_UNITS_H

#include "capture/tap_record.h"

enum {
	TAP_UART_HEAD = 8,
	TAP_REPLY_HEAD = 12,
	TAP_FULL_SCALE = 65536, /* ADC counts times 16 at 3.3 V */
	TAP_FULL_SCALE_MV = 3300,
	TAP_ZERO_MV = 252, /* the amplifiers' reference: 0 A */
	TAP_MA_RANGE_MV_PER_A = 5000,
	TAP_UA_RANGE_MV_PER_A = 250000,
};

/* Wire events by ours; 0 where the wire has none and the PC makes its own. */
static const uint8_t tap_line_codes[LINE_EVENTS] = {
	[LINE_ATTACH] = WIRE_ATTACH,       [LINE_DETACH] = WIRE_DETACH,
	[LINE_RESET] = WIRE_RESET,         [LINE_RESET_END] = WIRE_RESET_END,
	[LINE_SUSPEND] = WIRE_SUSPEND,     [LINE_RESUME] = WIRE_RESUME,
	[LINE_KEEPALIVE] = WIRE_KEEPALIVE, [LINE_SPEED] = WIRE_SPEED,
	[LINE_BLIND] = WIRE_BLIND,         [LINE_SIGHTED] = WIRE_SIGHTED,
	[LINE_GATE] = WIRE_GATE,
};

static inline enum line_event tap_line_event(uint8_t code)
{
	if (code > WIRE_LINE_HOST_FIRST && code - WIRE_LINE_HOST_FIRST < LINE_EVENTS)
		return (enum line_event)(code - WIRE_LINE_HOST_FIRST);
	for (unsigned i = 0; i < LINE_EVENTS && code; i++)
		if (tap_line_codes[i] == code)
			return (enum line_event)i;
	return LINE_UNKNOWN;
}

/*
 * Picovolts (else picoamperes) a count are whole numbers nowhere: all in 128 bits, rounded to the nearest. What a converter can measure
 * needs 64, which processors divide by themselves.
 */
static inline int64_t tap_round(__int128 n, int64_t by)
{
	n += n >= 0 ? by / 2 : -(by / 2);
	return (int64_t)n == n ? (int64_t)n / by : (int64_t)(n / by);
}

static inline int64_t tap_mv_per_a(const struct record_sensor *s)
{
	return s->range == WIRE_RANGE_UA ? TAP_UA_RANGE_MV_PER_A : TAP_MA_RANGE_MV_PER_A;
}

/* A difference of counts. */
static inline int64_t tap_rise_nano(const struct record_sensor *s, int64_t counts)
{
	const __int128 n = (__int128)counts * TAP_FULL_SCALE_MV * 1000000;

	if (s->channel != WIRE_CURRENT)
		return tap_round(n, TAP_FULL_SCALE);
	return tap_round(n * 1000, TAP_FULL_SCALE * tap_mv_per_a(s));
}

static inline int64_t tap_rise_counts(const struct record_sensor *s, int64_t nano)
{
	const __int128 n = (__int128)nano * TAP_FULL_SCALE;

	if (s->channel != WIRE_CURRENT)
		return tap_round(n, INT64_C(1000000) * TAP_FULL_SCALE_MV);
	return tap_round(n * tap_mv_per_a(s), INT64_C(1000000000) * TAP_FULL_SCALE_MV);
}

/* A current's zero is not that of the ADC. Rounded on its own, so that a level comes back as the same count. */
static inline int64_t tap_zero_counts(const struct record_sensor *s)
{
	return s->channel == WIRE_CURRENT
	               ? (TAP_ZERO_MV * TAP_FULL_SCALE + TAP_FULL_SCALE_MV / 2) / TAP_FULL_SCALE_MV
	               : 0;
}

static inline int64_t tap_level_nano(const struct record_sensor *s, uint16_t counts)
{
	return tap_rise_nano(s, counts - tap_zero_counts(s));
}

static inline int64_t tap_level_counts(const struct record_sensor *s, int64_t nano)
{
	return tap_rise_counts(s, nano) + tap_zero_counts(s);
}

#endif
