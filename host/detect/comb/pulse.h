/*
 * Pulses of supply current that are too small for the tap's own bursts: a figure of a millisecond's band (its mean, or how
 * far its maximum stands above it) that stands out of those before it. In: the figures, in order. Out: pulses, when they
 * have ended. Constant memory; base and spread follow by a 64th a band, and no band moves them by more than three times the
 * spread, so that pulses hardly do.
 */
#ifndef CORDON_DETECT_COMB_PULSE_H
#define CORDON_DETECT_COMB_PULSE_H

#include <stdbool.h>
#include <stdint.h>

struct pulse {
	int64_t t_ns; /* of its first band */
	unsigned bands;
	double charge; /* mA ms above the base */
};

struct pulse_finder {
	bool known, open;
	unsigned
		seen; /* bands since the start: nothing is a pulse before base and spread have settled */
	double base, spread; /* mA; mean absolute deviation */
	int64_t last_ns;
	struct pulse now;
};

/* True where a pulse has ended before this band. `join_ms`: pulses with less than that between them are one. */
bool pulse_band(struct pulse_finder *f, double ma, int64_t t_ns, unsigned join_ms,
                struct pulse *ended);

#endif
