/*
 * PIO1's state machine 3. Channel 8 sends a packet's words but the last, then channel 10 what stands for the last and a filling; channel 9
 * takes as many words out as the packet may come to. When channel 10 has sent its last, all of them are out (core/unstuff.h), the
 * rest is thrown away, and the next packet begins. RP2040 datasheet §2.5, §3.
 */
#include <stddef.h>

#include "rp2040/unstuff.h"
#include "rp2040/clocks.h"
#include "rp2040/dma.h"
#include "rp2040/regs.h"
#include "rp2040/startup.h"
#include "core/unstuff.h"
#include "board.h"

enum {
	WORDS = BOARD_LINE_RING_BYTES / 4,
	SM = 3,
	CH_WORDS = 8,
	CH_OUT = 9,
	CH_TAIL = 10,
	DREQ_TX = 8 + SM, /* of PIO1. §2.5.3.1 */
	DREQ_RX = 12 + SM,
	SM_RESTART = 1u << (4 + SM),
	SM_AUTOPUSH = 1u << 16,
	SM_AUTOPULL = 1u << 17,
	SM_IN_RIGHT = 1u << 18,
	SM_OUT_RIGHT = 1u << 19,
	SM_JOIN_RX = 1u << 31,
	SHIFTS = SM_AUTOPUSH | SM_AUTOPULL | SM_IN_RIGHT | SM_OUT_RIGHT,
	SLOTS = UNSTUFF_SLOTS,
	OVERDUE = 2000, /* us; a packet takes 40 */
};

static struct slot {
	uint16_t from, count;
	struct unstuff_end end;
	bool bad;
	uint32_t since; /* us */
	uint32_t out[UNSTUFF_OUT];
} slot[SLOTS];

static struct unstuff_tail tail[2];
static const volatile uint32_t *words;
static uint32_t offered, dropped;  /* slots, by the main loop */
static volatile uint32_t finished; /* by the interrupt */
static volatile bool busy;
static bool broken; /* it has not done what it must: no more is given to it */

void unstuff_start(const volatile uint32_t *ring)
{
	words = ring;
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k < UNSTUFF_FILL; k++)
			tail[i].fill[k] = unstuff_fill[i];
	unreset(RESETS_DMA | RESETS_PIO1);
	for (unsigned i = 0; i < UNSTUFF_LEN; i++)
		PIO1->instr_mem[UNSTUFF_AT + i] = unstuff_pio[i];
	PIO1->sm[SM].execctrl = (UNSTUFF_AT + UNSTUFF_LEN - 1) << 12 | UNSTUFF_WRAP << 7;
	PIO1->sm[SM].clkdiv = 1u << 16;
	dma_channel(CH_WORDS, ring, &PIO1->txf[SM], 0,
	            DMA_WORD | DMA_INCR_READ | DMA_DREQ(DREQ_TX) | DMA_CHAIN(CH_TAIL));
	dma_channel(CH_OUT, &PIO1->rxf[SM], slot[0].out, 0,
	            DMA_WORD | DMA_INCR_WRITE | DMA_DREQ(DREQ_RX) | DMA_CHAIN(CH_OUT));
	dma_channel(CH_TAIL, tail, &PIO1->txf[SM], sizeof(tail[0]) / 4,
	            DMA_WORD | DMA_INCR_READ | DMA_DREQ(DREQ_TX) | DMA_CHAIN(CH_TAIL));
	DMA->channel[CH_TAIL].al1_ctrl &= ~(uint32_t)DMA_QUIET;
	DMA->inte0 = 1u << CH_TAIL;
	NVIC->iser = 1u << IRQ_DMA_0;
}

static void begin(struct slot *s)
{
	struct unstuff_tail *t = &tail[s->end.low];
	struct pio_sm_regs *sm = &PIO1->sm[SM];

	busy = true;
	s->since = TIMER->timerawl;
	reg_clear(&PIO1->ctrl, 1u << SM);
	/* Both FIFOs are emptied where they are joined, or parted. §3.7 */
	sm->shiftctrl = SHIFTS | SM_JOIN_RX;
	sm->shiftctrl = SHIFTS;
	reg_set(&PIO1->ctrl, SM_RESTART);
	for (unsigned i = 0; i < UNSTUFF_BEGIN; i++)
		sm->instr = unstuff_begin[i];
	PIO1->irq = 1u << UNSTUFF_IRQ;
	reg_set(&PIO1->ctrl, 1u << SM);
	t->last = s->end.last;
	DMA->channel[CH_OUT].write_addr = (uint32_t)(uintptr_t)s->out;
	DMA->channel[CH_OUT].al1_trans_count_trig = s->end.outs;
	DMA->channel[CH_TAIL].read_addr = (uint32_t)(uintptr_t)t;
	DMA->channel[CH_WORDS].read_addr = (uint32_t)(uintptr_t)(words + s->from);
	DMA->channel[CH_WORDS].al1_trans_count_trig = s->count - 1u;
}

void on_dma_0(void)
{
	struct slot *s = &slot[finished % SLOTS];

	DMA->ints0 = 1u << CH_TAIL;
	s->bad = PIO1->irq & 1u << UNSTUFF_IRQ || DMA->channel[CH_OUT].trans_count;
	if (DMA->channel[CH_OUT].trans_count)
		broken = true;
	busy = false;
	finished++;
	if (finished != offered && !broken)
		begin(&slot[finished % SLOTS]);
}

bool unstuff_has_room(void)
{
	return offered - dropped < SLOTS && offered - finished < SLOTS;
}

void unstuff_offer(uint32_t index, uint32_t count)
{
	struct slot *s = &slot[offered % SLOTS];

	s->from = (uint16_t)index;
	s->count = (uint16_t)count;
	s->end = unstuff_end((const uint32_t *)(uintptr_t)words + index, count);
	/* The interrupt takes what it finds here. */
	__asm__ volatile("" ::: "memory");
	offered++;
	if (!busy && !broken)
		begin(s);
}

enum unstuff_state unstuff_oldest(const uint32_t **to, unsigned *bits)
{
	const struct slot *s = &slot[dropped % SLOTS];

	if ((int32_t)(finished - dropped) <= 0) {
		if (busy && TIMER->timerawl - s->since > OVERDUE)
			broken = true;
		return broken ? UNSTUFF_NONE : UNSTUFF_WAITS;
	}
	if (s->bad)
		return UNSTUFF_NONE;
	*to = s->out;
	*bits = unstuff_bits(s->out, s->end.outs);
	return *bits ? UNSTUFF_DONE : UNSTUFF_NONE;
}

void unstuff_drop(void)
{
	dropped++;
}
