/* DMA channels: the bits of their control word, and how one is set up. RP2040 datasheet §2.5.7. firmware/README.md has who owns which. */
#ifndef CORDON_RP2040_DMA_H
#define CORDON_RP2040_DMA_H

#include <stdint.h>

#include "rp2040/regs.h"

enum {
	DMA_ENABLE = 1u << 0,
	DMA_HIGH_PRIORITY = 1u << 1,
	DMA_BYTE = 0u << 2,
	DMA_HALF = 1u << 2,
	DMA_WORD = 2u << 2,
	DMA_INCR_READ = 1u << 4,
	DMA_INCR_WRITE = 1u << 5,
	DMA_RING_WRITE = 1u << 10,
	DMA_QUIET = 1u << 21,
	DMA_BUSY = 1u << 24,
	DMA_DREQ_ALWAYS = 63,
};

#define DMA_RING_OF(log2)      ((uint32_t)(log2) << 6 | DMA_RING_WRITE)
#define DMA_RING_READ_OF(log2) ((uint32_t)(log2) << 6)
#define DMA_CHAIN(to)          ((uint32_t)(to) << 11)
#define DMA_DREQ(n)            ((uint32_t)(n) << 15)

/* Sets a channel up without starting it. */
static inline void dma_channel(unsigned n, volatile const void *from, volatile void *to,
                               uint32_t count, uint32_t control)
{
	DMA->channel[n].read_addr = (uint32_t)(uintptr_t)from;
	DMA->channel[n].write_addr = (uint32_t)(uintptr_t)to;
	DMA->channel[n].trans_count = count;
	DMA->channel[n].al1_ctrl = control | DMA_ENABLE | DMA_QUIET;
}

#endif
