/*
 * Time stamps of a capture's own resolution into nanoseconds, without a division a packet.
 * The resolution is if_tsresol of pcapng: 10^-n, or 2^-n where bit 7 is set. draft-ietf-opsawg-pcapng §4.2
 */
#ifndef CORDON_CAPTURE_TIMESCALE_H
#define CORDON_CAPTURE_TIMESCALE_H

#include <stdint.h>

struct timescale {
	enum {
		TIMESCALE_MULTIPLY,
		TIMESCALE_SHIFT,
		TIMESCALE_DIVIDE,
	} kind;
	uint64_t multiplier; /* nanoseconds a unit */
	uint64_t divisor, reciprocal;
	unsigned shift;
	uint32_t step_ns; /* 1 where the unit is shorter */
};

/* `tsresol` as in the option; 6 where there is none. */
struct timescale timescale_of(uint8_t tsresol);

/* Rounded down. Times beyond 64 bits wrap: such a file has no meaning anyway. */
static inline uint64_t timescale_ns(const struct timescale *s, uint64_t t)
{
	if (s->kind == TIMESCALE_MULTIPLY)
		return t * s->multiplier;
	if (s->kind == TIMESCALE_SHIFT)
		return (uint64_t)((unsigned __int128)t * 1000000000u >> s->shift);
	/* The reciprocal is rounded down, so that the quotient is right or one too small. */
	uint64_t q = (uint64_t)((unsigned __int128)t * s->reciprocal >> 64);
	return q + (t - q * s->divisor >= s->divisor);
}

#endif
