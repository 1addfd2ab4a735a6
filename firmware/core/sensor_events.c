/* Bursts and steps in the samples of one channel; see sensor_events.h. In: samples, limits. Out: BURST and STEP records. */
#include "core/sensor_events.h"
#include "core/wire_quick.h"

enum {
	MS = WIRE_TICK_HZ / 1000,
	HALF = SENSOR_ROUND_TICKS /
	       2, /* a crossing lies between two samples: in their middle, give or take 3 us */
	QUIET_SAMPLES = 3, /* below in a row end a burst */
	/* Of samples of one channel: what stays longer is a new base; a radio burst is told in pieces of. */
	BASE_SAMPLES = 20 * MS / SENSOR_ROUND_TICKS,
	PIECE_SAMPLES = 100 * MS / SENSOR_ROUND_TICKS,
	STEP_SAMPLES = 32,  /* beyond the threshold in a row: 192 us */
	STEP_MEASURED = 16, /* the last of them give the new level */
};

void sensor_tell_burst(struct sensor *s, struct sensor_channel *c, uint64_t end)
{
	const struct sensor_burst *b = &c->burst;
	uint16_t base = sensor_out(s, c, b->base), peak = sensor_out(s, c, b->peak * 16u),
		 mean = sensor_out(s, c, b->sum * 16 / b->n);
	const struct wire_burst w = {
		.channel = c->channel,
		.input = c->input,
		.range = c->range,
		.peak = peak > base ? peak - base : 0,
		.mean = mean > base ? mean - base : 0,
		.length = (uint32_t)(end - b->start),
	};
	uint8_t *to;

	c->burst_in_band = true;
	if (!s->telling)
		return;
	if (s->bursts >= SENSOR_BURSTS_MS) {
		if (!s->lost_bursts++)
			s->lost_from = b->start;
		s->lost_to = end;
		return;
	}
	s->bursts++;
	to = upstream_put_often(s->up, WIRE_BURST, sensor_port(c), b->start, 12);
	if (to)
		wire_quick_burst(to, &w);
}

/* A burst that has lasted for long: the current's is the new base, the radio's is told so far. */
static void long_burst(struct sensor *s, struct sensor_channel *c, uint64_t t)
{
	struct sensor_burst *b = &c->burst;

	if (sensor_is_radio(c) && b->n >= PIECE_SAMPLES) {
		sensor_tell_burst(s, c, t);
		b->open = false;
	} else if (!sensor_is_radio(c) && b->n >= BASE_SAMPLES) {
		b->open = false;
		c->level = (uint16_t)(b->sum * 16 / b->n);
		c->floor = (uint32_t)c->level << 16;
		sensor_limits(s, c);
	}
}

/* Four at a time: while bursts come this goes over nearly all samples. */
static const uint16_t *first_above(const uint16_t *at, const uint16_t *last, uint32_t limit)
{
	for (; last - at >= 3 * SENSOR_CHANNELS; at += 4 * SENSOR_CHANNELS) {
		if (at[0] > limit)
			return at;
		if (at[SENSOR_CHANNELS] > limit)
			return at + SENSOR_CHANNELS;
		if (at[2 * SENSOR_CHANNELS] > limit)
			return at + 2 * SENSOR_CHANNELS;
		if (at[3 * SENSOR_CHANNELS] > limit)
			return at + 3 * SENSOR_CHANNELS;
	}
	while (at <= last && *at <= limit)
		at += SENSOR_CHANNELS;
	return at;
}

static uint64_t time_of(const uint16_t *at, const uint16_t *from, uint64_t t)
{
	return t + (uint32_t)(at - from) * SENSOR_SAMPLE_TICKS;
}

/* Field by field: clearing the whole takes longer than all else here. */
static void open_burst(struct sensor_channel *c, uint64_t start)
{
	struct sensor_burst *b = &c->burst;

	b->open = true;
	b->base = (uint16_t)(c->floor >> 16);
	b->start = start;
	b->sum = b->n = b->quiet_sum = 0;
	b->peak = b->quiet = 0;
}

/* Those from `at` on that belong to the burst. */
static const uint16_t *burst_above(struct sensor_channel *c, const uint16_t *at,
                                   const uint16_t *last)
{
	struct sensor_burst *b = &c->burst;
	uint32_t n = 0, sum = 0, peak = b->peak, limit = c->off;

	for (; at <= last && *at > limit; at += SENSOR_CHANNELS, n++) {
		sum += *at;
		if (*at > peak)
			peak = *at;
	}
	if (!n)
		return at;
	/* With a dip that was too short to end it. */
	b->sum += sum + b->quiet_sum;
	b->n += n + b->quiet;
	b->quiet = 0;
	b->quiet_sum = 0;
	b->peak = (uint16_t)peak;
	return at;
}

/* Those from `at` on that do not: up to as many as end it. */
static const uint16_t *burst_below(struct sensor *s, struct sensor_channel *c, const uint16_t *at,
                                   const uint16_t *last, uint64_t t)
{
	struct sensor_burst *b = &c->burst;
	uint32_t n = b->quiet, sum = b->quiet_sum, limit = c->off;

	if (!n)
		b->end = t - HALF;
	for (; at <= last && *at <= limit && n < QUIET_SAMPLES; at += SENSOR_CHANNELS, n++)
		sum += *at;
	b->quiet = (uint8_t)n;
	b->quiet_sum = sum;
	if (n == QUIET_SAMPLES) {
		sensor_tell_burst(s, c, b->end);
		b->open = false;
	}
	return at;
}

void sensor_walk_bursts(struct sensor *s, struct sensor_channel *c, const uint16_t *at,
                        const uint16_t *last, uint64_t t)
{
	struct sensor_burst *b = &c->burst;
	const uint16_t *from = at;

	while (at <= last) {
		if (!b->open) {
			at = first_above(at, last, c->on);
			if (at > last)
				return;
			open_burst(c, time_of(at, from, t) - HALF);
		}
		c->burst_in_band = true;
		at = burst_above(c, at, last);
		if (b->n >= BASE_SAMPLES)
			long_burst(s, c, time_of(at, from, t) - HALF);
		if (at <= last && b->open)
			at = burst_below(s, c, at, last, time_of(at, from, t));
	}
}

static void tell_step(struct sensor *s, struct sensor_channel *c, uint16_t after)
{
	const struct wire_step w = {.channel = c->channel,
	                            .input = c->input,
	                            .range = c->range,
	                            .before = sensor_out(s, c, c->level),
	                            .after = sensor_out(s, c, after)};
	uint8_t *to = s->telling ? upstream_put(s->up, WIRE_STEP, sensor_port(c), c->step.start, 8)
	                         : NULL;

	if (to)
		wire_step_put(to, &w);
}

static int8_t side(const struct sensor_channel *c, uint16_t v)
{
	return v > c->high ? 1 : v < c->low ? -1 : 0;
}

static void step_sample(struct sensor *s, struct sensor_channel *c, uint16_t v, uint64_t t)
{
	struct sensor_step *p = &c->step;
	int8_t sign = side(c, v);

	if (p->n && sign != p->sign)
		p->n = 0;
	if (!sign)
		return;
	c->strayed = true;
	if (!p->n) {
		p->sign = sign;
		p->sum = 0;
		p->start = t - HALF;
	}
	if (++p->n > STEP_SAMPLES - STEP_MEASURED)
		p->sum += v;
	if (p->n == STEP_SAMPLES) {
		uint16_t after = (uint16_t)(p->sum * 16 / STEP_MEASURED);

		tell_step(s, c, after);
		c->level = after;
		sensor_step_limits(s, c);
		p->n = 0;
	}
}

/* Where the samples beyond the level begin of which `at` is one. */
static const uint16_t *run_begins(const struct sensor_channel *c, const uint16_t *at,
                                  const uint16_t *from)
{
	int8_t sign = side(c, *at);

	while (at > from && side(c, at[-SENSOR_CHANNELS]) == sign)
		at -= SENSOR_CHANNELS;
	return at;
}

/*
 * Where so many samples in a row begin that they are a step, or may become one in the next chunk: they have one in STEP_SAMPLES, or the
 * chunk's last. What is shorter is not looked at.
 */
static const uint16_t *step_begins(const struct sensor_channel *c, const uint16_t *at,
                                   const uint16_t *last)
{
	enum { STRIDE = STEP_SAMPLES * SENSOR_CHANNELS };
	const uint16_t *from = at;

	for (at += STRIDE - SENSOR_CHANNELS; at < last; at += STRIDE)
		if (side(c, *at))
			return run_begins(c, at, from);
	return side(c, *last) ? run_begins(c, last, from) : last + SENSOR_CHANNELS;
}

void sensor_walk_steps(struct sensor *s, struct sensor_channel *c, const uint16_t *at,
                       const uint16_t *last, uint64_t t)
{
	const uint16_t *from = at;

	while (at <= last) {
		if (!c->step.n)
			at = step_begins(c, at, last);
		/* A level is new only with the last sample of a step. */
		do {
			if (at > last)
				return;
			step_sample(s, c, *at, time_of(at, from, t));
			at += SENSOR_CHANNELS;
		} while (c->step.n);
	}
}
