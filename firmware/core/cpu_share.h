/*
 * How much of its time the core is awake: what it slept is summed up, and told of each period when the next one begins.
 * In: a counter of cycles before and behind each sleep, 16 bits that wrap; ticks. Out: the share. Leaves alone: how to sleep.
 */
#ifndef CORDON_CORE_CPU_SHARE_H
#define CORDON_CORE_CPU_SHARE_H

#include <stdint.h>

struct cpu_share {
	uint32_t asleep; /* cycles of this period */
	uint32_t since;  /* when it began; the low half of a tick, which is a cycle */
	uint16_t share;  /* awake, of 65535, in the period before; 0 in the first */
};

void cpu_share_init(struct cpu_share *c, uint32_t now);

/* A sleep, shorter than the counter's 65536 cycles. */
static inline void cpu_share_slept(struct cpu_share *c, uint16_t from, uint16_t to)
{
	c->asleep += (uint16_t)(to - from);
}

/* A period ends and the next begins: at most 2^32 ticks (35 s) after the last. */
void cpu_share_next(struct cpu_share *c, uint32_t now);

#endif
