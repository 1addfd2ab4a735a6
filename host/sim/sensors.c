/*
 * The tap that measures: milliseconds of level into samples, those through the firmware's sensor code, its records out;
 * and the tap's changes of range. In: levels (sensors_level.c). Leaves alone: who transmits and draws, where records go.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sensors_run.h"

#define MS INT64_C(1000000)

enum {
	CHUNK_NS = SENSOR_CHUNK_TICKS / 3 * 25,
	SAMPLE_NS = SENSOR_SAMPLE_TICKS / 3 * 25,
	CHUNKS = MS / CHUNK_NS,
	/* When the current has fitted the microampere range for so long, the PC orders it; each time in vain doubles the wait. */
	RANGE_WAIT_MS = 500,
	RANGE_WAIT_MAX_MS = 32000,
	FIRST_TICK =
		WIRE_TICK_HZ, /* the tap has been on for a while: what is there at the start began before */
};

/* hw/README.md: the comparator's limit. The firmware leaves the microampere range at FULL_MA; it is the PC that orders it. */
#define TRIP_MA 20.0
#define FITS_MA 6.0
#define FULL_MA 10.0

/* Steps of noise of the converter and its amplifiers; the log detector's, in the noise, and more in a signal of 10 dB. E */
#define ADC_SD          1.2
#define RADIO_SD        16.0
#define RADIO_SIGNAL_SD 6.0
#define VBUS_V          5.0
/* record_doubt_na: what the amplifiers may be off by. */
#define ZERO_MA 9.0
#define ZERO_UA 0.02

/* Of one level: until when, and its samples on each channel. */
struct stretch {
	int64_t until_ns;
	float steps[SENSOR_CHANNELS], sd[SENSOR_CHANNELS];
};

static uint64_t tick_of(const struct sensors *s, int64_t t_ns)
{
	return FIRST_TICK + (uint64_t)(t_ns - s->start_ns) * 3 / 25;
}

static struct record *out(struct sensors *s)
{
	static struct record none;

	if (s->outs == SENSORS_RECORDS_MAX) {
		s->dropped++;
		return &none;
	}
	return &s->out[s->outs++];
}

static void on_record(void *context, const struct wire_record *w)
{
	struct sensors *s = context;
	struct record *r = out(s);

	memset(r, 0, sizeof(*r));
	r->t_ns = s->start_ns + (int64_t)tap_time_ns(&s->tap, w->tick);
	r->step_ns = 1;
	/* The firmware's own bodies: nothing else than its records can come of them. */
	(void)tap_decode(&s->tap, w, r);
}

static double zero(const struct sensors *s)
{
	return s->range.now == WIRE_RANGE_UA ? s->zero_ua : s->zero_ma;
}

static void change_range(struct sensors *s, enum wire_range to, int64_t t_ns, enum wire_cause cause)
{
	struct record *r = out(s);

	*r = (struct record){
		.kind = RECORD_SETTING,
		.t_ns = t_ns,
		.step_ns = 1,
		.setting = {.setting = WIRE_SET_RANGE,
	                    .cause = (uint8_t)cause,
	                    .before = s->range.now,
	                    .after = to},
	};
	if (to == WIRE_RANGE_MA && s->range.wait_ms < RANGE_WAIT_MAX_MS)
		s->range.wait_ms *= 2;
	s->range.now = to;
	s->range.fitting_ms = 0;
	sensor_change(&s->firmware, WIRE_CURRENT, (uint8_t)to, tick_of(s, t_ns),
	              sensor_settling(WIRE_CURRENT, (uint8_t)to));
}

/* What the firmware sees of the current decides on the range. */
static void on_band(void *context, const struct wire_band *b, uint16_t raw)
{
	struct sensors *s = context;

	(void)raw;
	if (b->channel != WIRE_CURRENT)
		return;
	s->range.full =
		b->range == WIRE_RANGE_UA && b->maximum > 16 * adc_current(FULL_MA, WIRE_RANGE_UA);
	if (b->maximum < 16 * adc_current(FITS_MA, WIRE_RANGE_MA))
		s->range.fitting_ms++;
	else
		s->range.fitting_ms = 0;
}

void sensors_init(struct sensors *s, int64_t start_ns, int64_t end_ns, const struct random *random)
{
	const size_t behind = offsetof(struct sensors, adc);

	memset((char *)s + behind, 0, sizeof(*s) - behind);
	adc_init(&s->adc);
	s->random = *random;
	s->start_ns = s->now_ns = start_ns;
	s->end_ns = end_ns;
	s->on_ns = s->off_ns = start_ns - (INT64_C(1) << 50);
	for (unsigned i = 0; i < s->f.trains; i++) {
		const struct random fork = random_fork(random, i + 1);

		train_init(&s->train[i], &s->f.train[i], &fork);
	}
	if (!s->f.calibrated) {
		s->zero_ma = random_uniform(&s->random, -ZERO_MA, ZERO_MA);
		s->zero_ua = random_uniform(&s->random, -ZERO_UA, ZERO_UA);
	}
	upstream_init(&s->up);
	wire_reader_init(&s->reader);
	tap_init(&s->tap);
	s->tap.known = true;
	s->tap.tick_hz = WIRE_TICK_HZ;
	s->tap.calibrated = s->f.calibrated;
	sensor_init(&s->firmware, &s->up, on_band, s);
	s->firmware.telling = true;
	s->tap.base_tick = FIRST_TICK;
	sensor_anchor(&s->firmware, FIRST_TICK);
	s->range = (struct sensors_range){.now = WIRE_RANGE_MA, .wait_ms = RANGE_WAIT_MS};
}

static void measure(struct sensors *s, struct stretch *x, int64_t from_ns)
{
	double ma = sensors_level_ma(s, from_ns), white = sensors_white_ma(s->f.noise_ma);
	double db = sensors_level_db(s, from_ns);
	bool on = sensors_powered(s, from_ns);

	/* VBUS comes on in range mA. */
	if (s->range.now == WIRE_RANGE_UA && (ma > TRIP_MA || (on && from_ns == s->on_ns)))
		change_range(s, WIRE_RANGE_MA, from_ns, WIRE_BY_HARDWARE);
	if (on)
		ma += s->slow_ma;
	x->steps[WIRE_CURRENT] = (float)adc_current(ma + zero(s), s->range.now);
	x->sd[WIRE_CURRENT] = (float)hypot(ADC_SD, on ? adc_current_steps(white, s->range.now) : 0);
	x->steps[WIRE_RADIO] = (float)adc_radio(db);
	x->sd[WIRE_RADIO] = (float)(RADIO_SD + RADIO_SIGNAL_SD * fmin(db / 10, 1));
	x->steps[WIRE_MUX] = (float)adc_volts(on ? VBUS_V / 2 : 0);
	x->sd[WIRE_MUX] = ADC_SD;
}

static void draw(struct sensors *s, uint16_t *samples, enum wire_channel channel,
                 const struct stretch *x, int64_t chunk_ns)
{
	unsigned i = sensor_first(&s->firmware, channel);

	for (; i < SENSOR_CHUNK; x++) {
		int64_t left = (x->until_ns - chunk_ns + SAMPLE_NS - 1) / SAMPLE_NS;
		unsigned end = left > SENSOR_CHUNK ? SENSOR_CHUNK : left < 0 ? 0 : (unsigned)left;
		double steps = x->steps[channel], sd = x->sd[channel];

		for (; i < end; i += SENSOR_CHANNELS)
			samples[i] = (uint16_t)adc_code(
				&s->adc, steps + sd * adc_normal(&s->adc, &s->random));
	}
}

static struct sensor_glance glance_of(const struct sensors *s, const uint16_t *samples,
                                      enum wire_channel channel)
{
	struct sensor_glance g = {.minimum = UINT16_MAX};
	int32_t level = s->firmware.channel[channel].level >> 4;

	for (unsigned i = sensor_first(&s->firmware, channel); i < SENSOR_CHUNK;
	     i += SENSOR_CHANNELS) {
		int32_t off = samples[i] - level;

		g.n++;
		g.sum += samples[i];
		g.apart += (uint32_t)(off < 0 ? -off : off);
		if (samples[i] < g.minimum)
			g.minimum = samples[i];
		if (samples[i] > g.maximum)
			g.maximum = samples[i];
	}
	return g;
}

/* What so many samples of one level have for a sum and for extremes. */
static struct sensor_glance glance_drawn(struct sensors *s, const struct stretch *x,
                                         enum wire_channel channel)
{
	unsigned first = sensor_first(&s->firmware, channel);
	double n = (SENSOR_CHUNK - first + SENSOR_CHANNELS - 1) / SENSOR_CHANNELS;
	double steps = x->steps[channel], sd = x->sd[channel];
	double mean = steps + sd * adc_normal(&s->adc, &s->random) / sqrt(n);

	return (struct sensor_glance){
		.n = (uint32_t)n,
		.sum = (uint32_t)(n * adc_mean(&s->adc, mean, sd)),
		.minimum = adc_code(&s->adc, steps - sd * adc_extreme(&s->adc, &s->random)),
		.maximum = adc_code(&s->adc, steps + sd * adc_extreme(&s->adc, &s->random)),
		.apart = (uint32_t)(n * sd * 0.8),
	};
}

static void chunk(struct sensors *s, const struct stretch *x, int64_t chunk_ns)
{
	uint16_t samples[SENSOR_CHUNK];
	struct sensor_glance glance[SENSOR_CHANNELS];
	bool whole = x->until_ns >= chunk_ns + CHUNK_NS;

	for (unsigned c = 0; c < SENSOR_CHANNELS; c++) {
		if (whole) {
			glance[c] = glance_drawn(s, x, c);
			if (sensor_is_quiet(&s->firmware, c, &glance[c]))
				continue;
		}
		draw(s, samples, c, x, chunk_ns);
		glance[c] = glance_of(s, samples, c);
	}
	sensor_chunk(&s->firmware, glance, samples);
}

static void fetch(struct sensors *s)
{
	const struct wire_sink sink = {.context = s, .record = on_record};
	uint8_t bytes[WIRE_BLOCK_MAX];
	size_t n;

	upstream_flush(&s->up);
	while ((n = upstream_fetch(&s->up, bytes, sizeof(bytes))) != 0)
		wire_reader_push(&s->reader, bytes, n, &sink);
}

static void millisecond(struct sensors *s)
{
	struct stretch stretch[SENSORS_BREAKS_MAX];
	int64_t breaks[SENSORS_BREAKS_MAX], end_ns = s->now_ns + MS;
	unsigned n;

	s->outs = s->told = 0;
	sensors_millisecond(s);
	n = sensors_breaks(s, s->now_ns, end_ns, breaks) - 1;
	for (unsigned i = 0; i < n; i++) {
		stretch[i].until_ns = breaks[i + 1];
		measure(s, &stretch[i], breaks[i]);
	}
	for (unsigned k = 0, i = 0; k < CHUNKS; k++) {
		int64_t chunk_ns = s->now_ns + k * CHUNK_NS;

		while (stretch[i].until_ns <= chunk_ns)
			i++;
		chunk(s, &stretch[i], chunk_ns);
	}
	s->now_ns = end_ns;
	if (s->range.now == WIRE_RANGE_MA && s->range.fitting_ms >= s->range.wait_ms &&
	    !s->range.ordered)
		change_range(s, WIRE_RANGE_UA, end_ns, WIRE_BY_COMMAND);
	else if (s->range.now == WIRE_RANGE_UA && s->range.full)
		change_range(s, WIRE_RANGE_MA, end_ns, WIRE_BY_HARDWARE);
	fetch(s);
}

const struct record *sensors_next(struct sensors *s)
{
	while (s->told == s->outs) {
		if (s->now_ns + MS > s->end_ns)
			return NULL;
		millisecond(s);
	}
	return &s->out[s->told++];
}

int64_t sensors_now(const struct sensors *s)
{
	return s->now_ns;
}

bool sensors_switch(struct sensors *s, int64_t t_ns, bool on)
{
	if (s->change == SENSORS_CHANGES_MAX)
		return false;
	s->f.change[s->change] = (struct supply_change){.t_ns = t_ns, .on = on};
	s->f.changes = s->change + 1;
	return true;
}

void sensors_order(struct sensors *s, enum wire_range range)
{
	s->range.ordered = true;
	if (s->range.now != range)
		change_range(s, range, s->now_ns, WIRE_BY_COMMAND);
}

struct sensors *sensors_new(const struct scenario_plan *plan)
{
	struct sensors *s = malloc(sizeof(*s));
	const struct random random = random_fork(&plan->random, SCENARIO_STREAM_NOISE);

	if (!s)
		return NULL;
	sensors_figures(&s->f, plan);
	sensors_init(s, 0, plan->end_ns, &random);
	return s;
}

void sensors_free(struct sensors *s)
{
	free(s);
}
