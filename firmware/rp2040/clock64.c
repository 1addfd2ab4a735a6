/* The 64-bit clock; see clock64.h. RP2040 datasheet §4.5 (PWM), §4.6 (timer). */
#include "rp2040/clock64.h"
#include "rp2040/clocks.h"
#include "rp2040/regs.h"
#include "core/wire.h"

enum { CYCLES_PER_US = WIRE_TICK_HZ / 1000000 };

static uint16_t
	offset; /* what the slice reads when a microsecond begins, less 120 times the microsecond */

void clock64_start(void)
{
	uint32_t us;

	unreset(RESETS_TIMER | RESETS_PWM);
	PWM->slice[CLOCK64_SLICE].div = 1u << 4;
	PWM->slice[CLOCK64_SLICE].top = 0xffff;
	PWM->slice[CLOCK64_SLICE].csr = 1;
	/* The moment at which the timer steps; seen up to 8 cycles late, which is the same for all stamps. */
	us = TIMER->timerawl;
	while (TIMER->timerawl == us)
		;
	offset = (uint16_t)(PWM->slice[CLOCK64_SLICE].ctr - (us + 1) * CYCLES_PER_US);
}

uint64_t clock64_us(void)
{
	uint32_t high, low;

	do {
		high = TIMER->timerawh;
		low = TIMER->timerawl;
	} while (high != TIMER->timerawh);
	return (uint64_t)high << 32 | low;
}

/* Times 120, without the call that a multiplication of 64 bits takes. */
static inline uint64_t ticks_of(uint64_t us)
{
	_Static_assert(CYCLES_PER_US == 128 - 8, "the shifts below");
	return (us << 7) - (us << 3);
}

/* How far the fine counter is from where the coarse one puts it: less than a microsecond and some bus accesses. */
static int32_t fine(uint64_t tick, uint16_t cycles)
{
	return (int16_t)(uint16_t)(cycles - offset - (uint16_t)tick);
}

uint64_t clock64_now(void)
{
	uint16_t cycles = (uint16_t)PWM->slice[CLOCK64_SLICE].ctr;
	uint64_t tick = ticks_of(clock64_us());

	return tick + (uint64_t)(int64_t)fine(tick, cycles);
}

struct clock64_base clock64_base(void)
{
	uint64_t us = clock64_us();

	return (struct clock64_base){us, ticks_of(us)};
}

uint64_t clock64_from(struct clock64_base *base, uint16_t cycles, uint16_t us)
{
	uint16_t later = (uint16_t)(us - (uint16_t)base->us);

	base->us += later;
	base->tick += (uint32_t)later * CYCLES_PER_US;
	return base->tick + (uint64_t)(int64_t)fine(base->tick, cycles);
}
