/*
 * Time in ticks of 120 MHz, 64 bits, from two hardware counters: the microsecond timer and a PWM slice that counts the
 * core's cycles. Both come from one crystal, so that 120 cycles are a microsecond to the cycle.
 */
#ifndef CORDON_RP2040_CLOCK64_H
#define CORDON_RP2040_CLOCK64_H

#include <stdint.h>

#include "rp2040/regs.h"

/* The slice with no pin of the board on it; its counter is read by DMA too. */
enum { CLOCK64_SLICE = 7 };

void clock64_start(void);

/* Cycles, for what lasts less than the 546 us in which 16 bits go round. */
static inline uint16_t clock64_cycles(void)
{
	return (uint16_t)PWM->slice[CLOCK64_SLICE].ctr;
}

uint64_t clock64_us(void);
uint64_t clock64_now(void);

/* A moment to count from: microseconds and ticks. */
struct clock64_base {
	uint64_t us, tick;
};
struct clock64_base clock64_base(void);

/*
 * The tick at which the counters read `cycles` and then, a few cycles later, `us`, both cut to 16 bits: in the 65 ms from `base` on,
 * which goes there.
 */
uint64_t clock64_from(struct clock64_base *base, uint16_t cycles, uint16_t us);

#endif
