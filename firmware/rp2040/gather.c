/*
 * PIO1's state machine 3, fed and emptied by DMA: channel 8 takes words from the ring to it, channel 9 its results to a ring of half the
 * size, two words' levels at a time: pieces begin and end at even indices. RP2040 datasheet §2.5, §3.
 */
#include <stdbool.h>
#include <stddef.h>

#include "rp2040/gather.h"
#include "rp2040/clocks.h"
#include "rp2040/dma.h"
#include "rp2040/regs.h"
#include "core/listen_pio.h"
#include "board.h"

enum {
	WORDS = BOARD_LINE_RING_BYTES / 4,
	SM = 3,
	CH_FEED = 8,
	CH_LEVELS = 9,
	DREQ_TX = 8 + SM, /* of PIO1. §2.5.3.1 */
	DREQ_RX = 12 + SM,
	SM_AUTOPUSH = 1u << 16,
	SM_AUTOPULL = 1u << 17,
	SM_IN_RIGHT = 1u << 18,
	SM_OUT_RIGHT = 1u << 19,
};

static volatile uint16_t levels[WORDS] __attribute__((section(".ring.half"), aligned(2 * WORDS)));
static const volatile uint32_t *words;
static uint32_t begin; /* of the part that is filled */
static uint32_t to;    /* where the last piece ends */
static uint32_t ready; /* so many from `begin` on are known to be done */
static bool lost;

static void move_to(uint32_t index)
{
	to = index;
	lost = false;
	DMA->channel[CH_FEED].read_addr = (uint32_t)(uintptr_t)(words + index);
	DMA->channel[CH_LEVELS].write_addr = (uint32_t)(uintptr_t)(levels + index);
}

void gather_start(const volatile uint32_t *ring)
{
	_Static_assert(BOARD_LINE_RING_BYTES == 1 << 15, "sizes of the rings below");

	words = ring;
	unreset(RESETS_DMA | RESETS_PIO1);
	for (unsigned i = 0; i < LISTEN_GATHER_LEN; i++)
		PIO1->instr_mem[LISTEN_GATHER_AT + i] = listen_gather[i];
	PIO1->sm[SM].shiftctrl = SM_AUTOPUSH | SM_AUTOPULL | SM_IN_RIGHT | SM_OUT_RIGHT;
	PIO1->sm[SM].execctrl = (LISTEN_GATHER_AT + LISTEN_GATHER_LEN - 1) << 12 | LISTEN_GATHER_AT
	                                                                                   << 7;
	PIO1->sm[SM].clkdiv = 1u << 16;
	PIO1->sm[SM].instr = LISTEN_GATHER_AT; /* a jump */
	dma_channel(CH_FEED, ring, &PIO1->txf[SM], 0,
	            DMA_WORD | DMA_INCR_READ | DMA_RING_READ_OF(15) | DMA_DREQ(DREQ_TX) |
	                    DMA_CHAIN(CH_FEED));
	dma_channel(CH_LEVELS, &PIO1->rxf[SM], levels, 0,
	            DMA_WORD | DMA_INCR_WRITE | DMA_RING_OF(14) | DMA_DREQ(DREQ_RX) |
	                    DMA_CHAIN(CH_LEVELS));
	PIO1->ctrl = 1u << SM;
}

void gather_lost(void)
{
	lost = true;
}

void gather_feed(uint32_t read, uint32_t end)
{
	uint32_t n;

	begin = read;
	ready = 0;
	/* The reader has passed it: of what is under way nothing is of use. */
	if ((end - to) % WORDS > (end - read) % WORDS + 1)
		lost = true;
	if (DMA->channel[CH_LEVELS].trans_count)
		return;
	if (lost)
		move_to(read & ~1u);
	n = ((end & ~1u) - to) % WORDS;
	if (!n)
		return;
	to = (to + n) % WORDS;
	DMA->channel[CH_LEVELS].al1_trans_count_trig = n / 2;
	DMA->channel[CH_FEED].al1_trans_count_trig = n;
}

/* A transfer that is counted may not be in memory yet: the last of a piece has been for as long as it takes to come here. */
static void look(void)
{
	uint32_t left = DMA->channel[CH_LEVELS].trans_count, all = (to - begin) % WORDS,
		 done = (to - begin - 2 * (left + (left != 0))) % WORDS;

	ready = lost || done > all ? 0 : done;
}

const uint16_t *gather_levels(uint32_t index, uint32_t count)
{
	uint32_t need = (index - begin) % WORDS + count;

	if (need > ready)
		look();
	return need > ready ? NULL : (const uint16_t *)(uintptr_t)levels + index;
}
