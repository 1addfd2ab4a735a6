/*
 * Samples to records; see sensor.h. Most chunks of most channels hold nothing: a short loop over the samples shows that,
 * and only the others are looked at one by one.
 */
#include "core/sensor_events.h"
#include "core/sensor_look.h"
#include "core/wire_quick.h"

enum {
	MS = WIRE_TICK_HZ / 1000,
	US = WIRE_TICK_HZ / 1000000,
	/* The AD8313 gives 18 mV a dB, and 0.49 V without a signal. 1 dB a second, in counts times 16 times 65536 a band. */
	DB = 357,
	FLOOR_A_BAND = DB * 65536 / 1000,
	FLOOR_LOW = 5958,                 /* 0.3 V */
	FLOOR_HIGH = 11916,               /* 0.6 V */
	THRESHOLD_MIN = 2 * ADC_E11_WIDE, /* or a wide code would look like a step */
	FULL_SCALE = 4095,
	/* The spread follows by a 32nd a chunk, which is 8 ms; no sample counts for more than three times it (and two counts),
	 * so that bursts up to a quarter of the time hardly move it. */
	SPREAD_SHARE = 32,
	SPREAD_MOST = 3,
	SPREAD_LEAST = 2,
	APART_EACH = 3,
};

/* What the board needs after a change of the multiplexer's input; hw/README.md. */
static const uint32_t settling[SENSOR_INPUTS] = {
	30 * US, 1 * MS, 1 * MS, 15 * MS, 50 * US, 1 * MS, 1 * MS, MS / 5,
};

uint32_t sensor_settling(enum wire_channel channel, uint8_t value)
{
	return channel == WIRE_MUX ? settling[value % SENSOR_INPUTS] : 40 * US;
}

bool sensor_is_radio(const struct sensor_channel *c)
{
	return c->channel == WIRE_RADIO || (c->channel == WIRE_MUX && c->input == SENSOR_FAR_RADIO);
}

uint8_t sensor_port(const struct sensor_channel *c)
{
	return c->channel == WIRE_MUX && c->input >= SENSOR_FAR_FIRST && c->input <= SENSOR_FAR_LAST
	               ? WIRE_PORT_FAR
	               : 0;
}

static bool has_bursts(const struct sensor_channel *c)
{
	return c->channel != WIRE_MUX || sensor_is_radio(c);
}

uint16_t sensor_out(const struct sensor *s, const struct sensor_channel *c, uint32_t x16)
{
	uint16_t linear = adc_linear(x16);

	return c->channel == WIRE_CURRENT && s->curve ? adc_corrected(&s->curve[c->range], linear)
	                                              : linear;
}

void sensor_limits(struct sensor *s, struct sensor_channel *c)
{
	uint32_t base = c->floor >> 20, threshold = s->burst_threshold[sensor_is_radio(c)];
	uint32_t noise = c->spread * SENSOR_BURST_SPREADS >> 8, on;

	if (threshold < noise)
		threshold = noise;
	on = base + threshold;

	if (!has_bursts(c) || on > FULL_SCALE)
		on = FULL_SCALE;
	c->on = (uint16_t)on;
	c->off = (uint16_t)(on - threshold / 2);
	sensor_step_limits(s, c);
}

/* How far from the level a step is, counts times 16. */
static int32_t step_limit(const struct sensor *s, const struct sensor_channel *c)
{
	int32_t threshold = s->step_threshold * 16;
	int32_t noise = (int32_t)(c->spread * SENSOR_STEP_SPREADS >> 4);

	return threshold > noise ? threshold : noise;
}

void sensor_step_limits(const struct sensor *s, struct sensor_channel *c)
{
	int32_t threshold = step_limit(s, c), low = (c->level - threshold + 15) >> 4;

	c->low = (uint16_t)(low > 0 && !sensor_is_radio(c) ? low : 0);
	c->high = (uint16_t)(sensor_is_radio(c) ? FULL_SCALE : (c->level + threshold) >> 4);
}

void sensor_init(struct sensor *s, struct upstream *up,
                 void (*band)(void *context, const struct wire_band *b, uint16_t raw),
                 void *context)
{
	*s = (struct sensor){.up = up, .band = band, .context = context};
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++)
		s->channel[i].channel = (uint8_t)i;
	/* 10 mA in range mA; 6 dB; 6.5 mA. */
	sensor_thresholds(s, 62, 134, 40);
}

bool sensor_thresholds(struct sensor *s, uint16_t current, uint16_t radio, uint16_t step)
{
	if (current < THRESHOLD_MIN || radio < THRESHOLD_MIN || step < THRESHOLD_MIN ||
	    current > FULL_SCALE || radio > FULL_SCALE || step > FULL_SCALE)
		return false;
	s->burst_threshold[0] = current;
	s->burst_threshold[1] = radio;
	s->step_threshold = step;
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++)
		sensor_limits(s, &s->channel[i]);
	return true;
}

static void put_lost(struct sensor *s, enum wire_lost_what what, uint64_t from, uint64_t span,
                     uint32_t count)
{
	const struct wire_lost lost = {.what = (uint8_t)what, .count = count, .span = span};
	uint8_t *to = s->telling ? upstream_put(s->up, WIRE_LOST, 0, from, 16) : NULL;

	if (to)
		wire_lost_put(to, &lost);
}

static void clear_band(struct sensor_channel *c)
{
	c->minimum = UINT16_MAX;
	c->maximum = 0;
	c->sum = c->n = 0;
	c->burst_in_band = c->strayed = false;
}

/* A channel of which nothing is known: what it shows next is its level. */
static void forget(struct sensor_channel *c)
{
	c->known = c->settled = false;
	c->spread = 0;
	c->burst.open = false;
	c->step.n = 0;
	clear_band(c);
}

/* The level follows what is too slow to be a step; the current's base goes with it. Each band. */
static void follow(struct sensor_channel *c, uint32_t mean, int32_t threshold)
{
	int32_t way = (int32_t)mean - c->level;

	if (!c->strayed && way < threshold && way > -threshold)
		c->level = (uint16_t)(c->level + way / 4);
	if (!sensor_is_radio(c) && !c->burst.open && !c->step.n)
		c->floor = (uint32_t)c->level << 16;
}

static void end_band(struct sensor *s, struct sensor_channel *c, uint64_t start)
{
	struct wire_band w;
	uint32_t mean;
	uint8_t *to;

	if (!c->n)
		return;
	mean = c->sum * 16 / c->n;
	if (sensor_is_radio(c) && !c->burst_in_band && !c->settled) {
		c->floor = mean << 16;
		c->settled = true;
	} else if (sensor_is_radio(c) && !c->burst_in_band) {
		int64_t way = ((int64_t)mean << 16) - c->floor;

		way = way > FLOOR_A_BAND ? FLOOR_A_BAND : way < -FLOOR_A_BAND ? -FLOOR_A_BAND : way;
		c->floor = (uint32_t)(c->floor + way);
	}
	if (sensor_is_radio(c) && c->floor >> 16 > FLOOR_HIGH)
		c->floor = (uint32_t)FLOOR_HIGH << 16;
	if (sensor_is_radio(c) && c->floor >> 16 < FLOOR_LOW)
		c->floor = (uint32_t)FLOOR_LOW << 16;
	follow(c, mean, step_limit(s, c));
	sensor_limits(s, c);
	w = (struct wire_band){
		.channel = c->channel,
		.input = c->input,
		.range = c->range,
		.minimum = sensor_out(s, c, c->minimum * 16u),
		.mean = sensor_out(s, c, mean),
		.maximum = sensor_out(s, c, c->maximum * 16u),
		.floor = sensor_out(s, c, c->floor >> 16),
	};
	to = s->telling ? upstream_put(s->up, WIRE_BAND, sensor_port(c), start, 12) : NULL;
	if (to)
		wire_quick_band(to, &w);
	s->band(s->context, &w, adc_linear(mean));
	clear_band(c);
}

static uint64_t band_start(const struct sensor *s)
{
	return s->tick - (uint64_t)s->chunks * SENSOR_CHUNK_TICKS;
}

static void apply_change(struct sensor *s, struct sensor_channel *c)
{
	struct sensor_change *change = &c->change;

	if (c->burst.open)
		sensor_tell_burst(s, c, change->at);
	end_band(s, c, band_start(s));
	forget(c);
	if (c->channel == WIRE_CURRENT)
		c->range = change->value;
	else
		c->input = change->value;
	c->blind_until = change->at + change->settle;
	put_lost(s, WIRE_LOST_SENSOR, change->at, change->settle,
	         (change->settle + SENSOR_ROUND_TICKS - 1) / SENSOR_ROUND_TICKS);
	change->waits = false;
}

static bool may_burst(const struct sensor_channel *c, const struct sensor_glance *g)
{
	return c->burst.open || g->maximum > c->on;
}

static bool strays(const struct sensor_channel *c, const struct sensor_glance *g)
{
	return g->maximum > c->high || g->minimum < c->low;
}

static void add(struct sensor *s, struct sensor_channel *c, const struct sensor_glance *g,
                const uint16_t *at, uint64_t t)
{
	const uint16_t *last = at + (g->n - 1) * SENSOR_CHANNELS;

	c->sum += g->sum;
	c->n += g->n;
	if (g->minimum < c->minimum)
		c->minimum = (uint16_t)g->minimum;
	if (g->maximum > c->maximum)
		c->maximum = (uint16_t)g->maximum;
	if (may_burst(c, g))
		sensor_walk_bursts(s, c, at, last, t);
	if (strays(c, g))
		c->strayed = true;
	else if (!c->step.n)
		return;
	sensor_walk_steps(s, c, at, last, t);
}

/* What is not as it mostly is: a change, blind time, a failed conversion, a level that is not known yet. */
static void take(struct sensor *s, struct sensor_channel *c, const uint16_t *at, uint64_t t)
{
	const struct sensor_glance g = {.sum = *at, .n = 1, .minimum = *at, .maximum = *at};

	if (c->change.waits && t >= c->change.at)
		apply_change(s, c);
	if (t < c->blind_until)
		return;
	if (*at & SENSOR_BAD) {
		s->lost_samples++;
		put_lost(s, WIRE_LOST_SENSOR, t, SENSOR_ROUND_TICKS, 1);
		return;
	}
	if (!c->known) {
		c->known = true;
		c->level = (uint16_t)(*at * 16);
		c->floor = (uint32_t)c->level << 16;
		if (sensor_is_radio(c) && c->level > FLOOR_HIGH)
			c->floor = (uint32_t)FLOOR_HIGH << 16;
		sensor_limits(s, c);
	}
	add(s, c, &g, at, t);
}

/* No sample counts for more than SPREAD_MOST times the mean distance. One in APART_EACH stands for all: it is a mean over 8 ms. */
static uint32_t apart(const struct sensor_channel *c, const uint16_t *at, const uint16_t *end)
{
	int32_t level = c->level >> 4,
		most = (int32_t)(c->spread * SPREAD_MOST >> 8) + SPREAD_LEAST;
	int32_t sum = 0;

	for (; at < end; at += APART_EACH * SENSOR_CHANNELS) {
		int32_t off = *at - level;

		if (off < 0)
			off = -off;
		sum += off < most ? off : most;
	}
	return APART_EACH * (uint32_t)sum;
}

unsigned sensor_first(const struct sensor *s, enum wire_channel channel)
{
	/* Without the division that a remainder takes. */
	return channel >= s->phase ? channel - s->phase : channel + SENSOR_CHANNELS - s->phase;
}

static bool is_usual(const struct sensor *s, const struct sensor_channel *c,
                     const struct sensor_glance *g)
{
	return c->known && !c->change.waits && c->blind_until <= s->tick && g->maximum < SENSOR_BAD;
}

bool sensor_is_quiet(const struct sensor *s, enum wire_channel channel,
                     const struct sensor_glance *g)
{
	const struct sensor_channel *c = &s->channel[channel];

	return is_usual(s, c, g) && !may_burst(c, g) && !strays(c, g) && !c->step.n;
}

static void work(struct sensor *s, struct sensor_channel *c, const struct sensor_glance *g,
                 const uint16_t *samples)
{
	unsigned first = sensor_first(s, c->channel);
	const uint16_t *at = samples + first, *end = samples + SENSOR_CHUNK;
	uint64_t t = s->tick + first * SENSOR_SAMPLE_TICKS;

	if (is_usual(s, c, g)) {
		add(s, c, g, at, t);
		if (c->channel == WIRE_CURRENT) {
			/* 256/42, to 0.04 %: fourteen in a chunk stand for three each. A division takes the core 100 cycles. */
			int32_t mean = (int32_t)(g->apart * 1561 >> 8);

			c->spread += (uint32_t)((mean - (int32_t)c->spread) / SPREAD_SHARE);
		}
		return;
	}
	for (; at < end; at += SENSOR_CHANNELS, t += SENSOR_ROUND_TICKS)
		take(s, c, at, t);
}

/* What a sample has to lie beyond, for anything to come of it. */
static void known_extremes(const struct sensor_channel *c, struct sensor_glance *g)
{
	uint32_t minimum = c->minimum, maximum = c->maximum;

	if (c->n) {
		minimum = minimum < c->low ? c->low : minimum;
		maximum = maximum > c->on ? c->on : maximum;
		maximum = maximum > c->high ? c->high : maximum;
	}
	g->n = g->sum = 0;
	g->minimum = minimum;
	g->maximum = maximum;
}

void sensor_samples(struct sensor *s, const uint16_t *samples)
{
	struct sensor_glance glance[SENSOR_CHANNELS];

	for (unsigned i = 0; i < SENSOR_CHANNELS; i++)
		known_extremes(&s->channel[i], &glance[i]);
	sensor_look(samples, s->phase, glance);
	glance[WIRE_CURRENT].apart =
		apart(&s->channel[WIRE_CURRENT], samples + sensor_first(s, WIRE_CURRENT),
	              samples + SENSOR_CHUNK);
	sensor_chunk(s, glance, samples);
}

void sensor_chunk(struct sensor *s, const struct sensor_glance glance[SENSOR_CHANNELS],
                  const uint16_t *samples)
{
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++)
		work(s, &s->channel[i], &glance[i], samples);
	s->tick += SENSOR_CHUNK_TICKS;
	/* A chunk is one sample less than whole rounds. */
	_Static_assert(SENSOR_CHUNK % SENSOR_CHANNELS == 2, "the phase below");
	s->phase = s->phase ? (uint8_t)(s->phase - 1) : SENSOR_CHANNELS - 1;
	if (++s->chunks < SENSOR_BAND_CHUNKS)
		return;
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++)
		end_band(s, &s->channel[i], band_start(s));
	s->chunks = 0;
	s->bursts = 0;
	if (s->lost_bursts)
		put_lost(s, WIRE_LOST_BURSTS, s->lost_from, s->lost_to - s->lost_from,
		         s->lost_bursts);
	s->lost_bursts = 0;
}

void sensor_anchor(struct sensor *s, uint64_t tick)
{
	if (s->started && tick > s->tick) {
		uint32_t n = (uint32_t)((tick - s->tick) / SENSOR_SAMPLE_TICKS);

		s->lost_samples += n;
		put_lost(s, WIRE_LOST_SENSOR, s->tick, tick - s->tick, n);
	}
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++) {
		struct sensor_channel *c = &s->channel[i];

		if (c->burst.open)
			sensor_tell_burst(s, c, s->tick);
		end_band(s, c, band_start(s));
		c->burst.open = false;
		c->step.n = 0;
		clear_band(c);
	}
	s->started = true;
	s->tick = tick;
	s->phase = 0;
	s->chunks = 0;
}

void sensor_change(struct sensor *s, enum wire_channel channel, uint8_t value, uint64_t at,
                   uint32_t settle)
{
	struct sensor_change *c = &s->channel[channel].change;

	/* Two changes within a chunk: blind from the first to the end of the second. */
	if (c->waits) {
		settle = (uint32_t)(at - c->at) + settle;
		at = c->at;
	}
	*c = (struct sensor_change){.waits = true, .value = value, .settle = settle, .at = at};
}
