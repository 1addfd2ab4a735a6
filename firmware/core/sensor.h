/*
 * The sensors: samples of the ADC's round robin to bands, bursts and steps, on the same clock as USB.
 * In: chunks of samples in the order of conversion, the tick of the first one, changes of range and multiplexer. Out: records
 * into an upstream while `telling`; a call for each band always. Stamps come from the sample's index alone.
 * Leaves alone: where samples come from (rp2040/adc.c), what they mean (core/standalone.h and the PC).
 *
 * A burst is a rise above the floor. The floor of a radio detector is its noise: it moves by 1 dB a second at most, never
 * while a burst lasts, and between bounds, so that a steady emitter is not learned away. The base of the current is the level
 * before the burst: what stays longer than SENSOR_BASE_MS is no burst but a step. RP2040 datasheet §4.9.
 *
 * The thresholds of the current are the least ones: a cable whose supply is noisy has them raised to SENSOR_BURST_SPREADS and
 * SENSOR_STEP_SPREADS times that noise, or a radio's processor alone would fill the stream with bursts.
 */
#ifndef CORDON_CORE_SENSOR_H
#define CORDON_CORE_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/adc_curve.h"
#include "core/upstream.h"

enum {
	SENSOR_CHANNELS = 3,       /* enum wire_channel; the ADC goes round them in this order */
	SENSOR_SAMPLE_TICKS = 240, /* 96 cycles of 48 MHz a conversion */
	SENSOR_CHUNK = 125,        /* 250 us; four make a band */
	SENSOR_CHUNK_TICKS = SENSOR_CHUNK * SENSOR_SAMPLE_TICKS,
	SENSOR_BAND_CHUNKS = 4,
	SENSOR_BURSTS_MS = 32,    /* told a millisecond, all channels together */
	SENSOR_BURST_SPREADS = 8, /* of the mean distance, which is 0.8 of the standard deviation */
	SENSOR_STEP_SPREADS = 5,
	SENSOR_BAD = 0x8000, /* the conversion failed: FCS.ERR. §4.9.6 */
	/* Inputs of the multiplexer; hw/README.md. Those at FAR: VBUS, the radio's detector, both CC pins. */
	SENSOR_FAR_FIRST = 3,
	SENSOR_FAR_RADIO = 4,
	SENSOR_FAR_LAST = 6,
	SENSOR_INPUTS = 8,
};

/* What becomes valid at a tick, and how long the channel is blind from there on. */
struct sensor_change {
	bool waits;
	uint8_t value;
	uint32_t settle; /* ticks */
	uint64_t at;
};

struct sensor_burst {
	bool open;
	uint8_t quiet;       /* samples below, in a row */
	uint16_t peak, base; /* counts; counts times 16 */
	uint32_t sum, n, quiet_sum;
	uint64_t start, end;
};

struct sensor_step {
	int8_t sign;
	uint8_t n;
	uint32_t sum;
	uint64_t start;
};

struct sensor_channel {
	uint8_t channel, range, input;
	bool known;   /* level and floor have been seen */
	bool settled; /* the floor is the mean of a band, no longer a single sample */
	bool burst_in_band;
	bool strayed; /* a sample of this band was off the level by more than a step */
	uint16_t minimum, maximum;
	uint32_t sum, n;
	uint16_t level; /* counts times 16; what stands now */
	uint32_t floor; /* counts times 16, times 65536 */
	uint32_t
		spread; /* of the current: mean distance of samples from the level, counts times 256 */
	uint16_t on, off;   /* counts at which a burst begins and ends */
	uint16_t low, high; /* counts: what lies beyond is off the level by more than a step */
	struct sensor_burst burst;
	struct sensor_step step;
	struct sensor_change change;
	uint64_t blind_until;
};

struct sensor {
	struct upstream *up;
	const struct adc_curve *curve; /* of the current, by enum wire_range; NULL: nominal */
	bool telling;
	bool started;
	uint8_t phase;                               /* channel of the next sample */
	uint8_t chunks;                              /* of this band */
	uint16_t bursts;                             /* told in this band */
	uint16_t burst_threshold[2], step_threshold; /* counts */
	uint64_t tick;                               /* of the next sample */
	uint32_t lost_bursts, lost_samples;          /* lost_samples: since the start */
	uint64_t lost_from, lost_to;
	struct sensor_channel channel[SENSOR_CHANNELS];
	/* A band is whole. `raw` is its mean before the curve of the calibration, counts times 16. */
	void (*band)(void *context, const struct wire_band *b, uint16_t raw);
	void *context;
};

void sensor_init(struct sensor *s, struct upstream *up,
                 void (*band)(void *context, const struct wire_band *b, uint16_t raw),
                 void *context);

/* Sampling begins, or begins anew, with channel 0 at `tick`; what is missing before it is a LOST record. */
void sensor_anchor(struct sensor *s, uint64_t tick);

/* The next SENSOR_CHUNK samples, SENSOR_BAD set where one failed. */
void sensor_samples(struct sensor *s, const uint16_t *samples);

/*
 * A chunk's samples of one channel. Extremes may be those of samples before it in the same band, where nothing begins at such a level.
 * `apart`, of the current: the sum of the distances from its level, counts.
 */
struct sensor_glance {
	uint32_t n, sum, minimum, maximum, apart;
};

/* Nothing begins, lasts or ends in it: the samples themselves are not looked at. */
bool sensor_is_quiet(const struct sensor *s, enum wire_channel channel,
                     const struct sensor_glance *g);

/* The channel's first sample in the next chunk. */
unsigned sensor_first(const struct sensor *s, enum wire_channel channel);

/* What sensor_samples does with the glances that it takes; a simulator need not draw the samples of quiet ones. */
void sensor_chunk(struct sensor *s, const struct sensor_glance glance[SENSOR_CHANNELS],
                  const uint16_t *samples);

/* Range of the current, or input of the multiplexer, from `at` on; the channel is blind for `settle` ticks, which is recorded. */
void sensor_change(struct sensor *s, enum wire_channel channel, uint8_t value, uint64_t at,
                   uint32_t settle);

/* How long a range or an input of the multiplexer takes to settle, ticks. */
uint32_t sensor_settling(enum wire_channel channel, uint8_t value);

/* False where one is too small to stand above the ADC's own errors, and nothing changes. Counts. */
bool sensor_thresholds(struct sensor *s, uint16_t current, uint16_t radio, uint16_t step);

#endif
