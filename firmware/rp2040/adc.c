/*
 * Free-running conversions, 96 cycles of 48 MHz each, through the FIFO by two DMA channels: 6 fills a ring of 16 KiB, 7
 * gives it a new count before the old one ends (after 36 minutes). Both clocks come from one crystal, so that a sample's
 * place in the ring is its time. A FIFO that ran over leaves that place unknown: sampling begins anew.
 * RP2040 datasheet §4.9, §2.5. Errata: E11 (wide codes), made good in core/adc_curve.h; E13 (an abort may raise an
 * interrupt and leave a transfer): no channel is ever aborted.
 */
#include "rp2040/adc.h"
#include "rp2040/clock64.h"
#include "rp2040/clocks.h"
#include "rp2040/dma.h"
#include "rp2040/regs.h"
#include "core/bytes.h"
#include "board.h"

enum {
	RING = BOARD_ADC_RING,
	CH_SAMPLES = 6,
	CH_RELOAD = 7,
	DREQ_ADC = 36,
	CS_EN = 1u << 0,
	CS_TS_EN = 1u << 1,
	CS_START_ONCE = 1u << 2,
	CS_START_MANY = 1u << 3,
	CS_READY = 1u << 8,
	CS_TEMPERATURE = 4u << 12,
	CS_ROUND_ROBIN_0_TO_2 = 7u << 16,
	FCS_EN = 1u << 0,
	FCS_ERR = 1u << 2,
	FCS_DREQ_EN = 1u << 3,
	FCS_UNDER = 1u << 10,
	FCS_OVER = 1u << 11,
	FCS_LEVEL = 0xfu << 16,
	FCS_THRESHOLD_1 = 1u << 24,
	/* 0.706 V at 27 degrees, 1.7 mV less each: -20 to 85, and as much again for the chip. §4.9.5 */
	TEMPERATURE_LEAST = 5 * 4096 / 33,
	TEMPERATURE_MOST = 9 * 4096 / 33,
	TEMPERATURE_READS = 16, /* 32 us, in which it settles */
	IN_FLIGHT = 4,          /* counted by the channel, and perhaps not yet in memory */
};

static volatile uint16_t ring[RING] __attribute__((section(".ring.adc"), aligned(2 * RING)));
static const uint32_t reload = 0x40000000; /* whole rings */
static uint32_t taken;                     /* samples, of the same count */

static uint32_t written(void)
{
	return reload - DMA->channel[CH_SAMPLES].trans_count;
}

/* The first conversion is channel 0's, and begins now. */
static void begin(struct sensor *s)
{
	ADC->fcs = FCS_EN | FCS_ERR | FCS_DREQ_EN | FCS_UNDER | FCS_OVER | FCS_THRESHOLD_1;
	taken = written();
	ADC->cs = CS_EN | CS_START_MANY | CS_ROUND_ROBIN_0_TO_2;
	sensor_anchor(s, clock64_now());
}

void adc_start(struct sensor *s)
{
	_Static_assert(RING == 1 << 13, "size of the ring below");

	unreset(RESETS_ADC | RESETS_DMA);
	for (unsigned pin = BOARD_PIN_ADC_CURRENT; pin <= BOARD_PIN_ADC_MUX; pin++) {
		PADS_BANK0->gpio[pin] = PAD_OUTPUT_DISABLE;
		IO_BANK0->gpio[pin].ctrl = GPIO_FUNC_NULL;
	}
	ADC->cs = CS_EN;
	while (!(ADC->cs & CS_READY))
		;
	ADC->div = 0;
	dma_channel(CH_SAMPLES, &ADC->fifo, ring, reload,
	            DMA_HALF | DMA_INCR_WRITE | DMA_RING_OF(14) | DMA_DREQ(DREQ_ADC) |
	                    DMA_CHAIN(CH_RELOAD));
	dma_channel(CH_RELOAD, &reload, &DMA->channel[CH_SAMPLES].al1_trans_count_trig, 1,
	            DMA_WORD | DMA_DREQ(DMA_DREQ_ALWAYS) | DMA_CHAIN(CH_RELOAD));
	DMA->multi_chan_trigger = 1u << CH_SAMPLES;
	begin(s);
}

/* The conversion under way ends, the channel empties the FIFO; what was not handed over may lie at any place. */
static void stop(void)
{
	ADC->cs = CS_EN;
	while (!(ADC->cs & CS_READY))
		;
	while (ADC->fcs & FCS_LEVEL)
		;
}

static void start_over(struct sensor *s)
{
	stop();
	begin(s);
}

bool adc_reference_is_good(struct sensor *s)
{
	uint32_t v = 0;

	stop();
	ADC->fcs = 0;
	for (unsigned i = 0; i < TEMPERATURE_READS; i++) {
		ADC->cs = CS_EN | CS_TS_EN | CS_TEMPERATURE | CS_START_ONCE;
		while (!(ADC->cs & CS_READY))
			;
		v = ADC->result;
	}
	/* Nothing is missing: nobody was listening. */
	s->started = false;
	begin(s);
	return v >= TEMPERATURE_LEAST && v <= TEMPERATURE_MOST;
}

bool adc_run(struct sensor *s, unsigned budget)
{
	uint32_t end = written(), waiting = (end + reload - taken) % reload;
	uint16_t whole[SENSOR_CHUNK];

	/* Overflow first: the bit is set before any sample behind the gap is counted. */
	if (ADC->fcs & FCS_OVER || waiting > RING - SENSOR_CHUNK) {
		start_over(s);
		return false;
	}
	for (; waiting >= SENSOR_CHUNK + IN_FLIGHT; waiting -= SENSOR_CHUNK) {
		uint32_t at = taken % RING, first = RING - at;
		const uint16_t *from = (const uint16_t *)(uintptr_t)ring + at;

		if (!budget--)
			return true;
		if (first < SENSOR_CHUNK) {
			bytes_copy(whole, from, 2 * first);
			bytes_copy(whole + first, (const uint16_t *)(uintptr_t)ring,
			           2 * (SENSOR_CHUNK - first));
			from = whole;
		}
		sensor_samples(s, from);
		taken = (taken + SENSOR_CHUNK) % reload;
	}
	return false;
}
