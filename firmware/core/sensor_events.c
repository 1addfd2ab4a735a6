/* Bursts and steps in the samples of one channel; see sensor_events.h. In: samples, limits. Out: BURST and STEP records. */
#include "core/sensor_events.h"

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
	to = upstream_put(s->up, WIRE_BURST, 0, b->start, 12);
	if (to)
		wire_burst_put(to, &w);
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

static void burst_below(struct sensor *s, struct sensor_channel *c, uint16_t v, uint64_t t)
{
	struct sensor_burst *b = &c->burst;

	if (!b->quiet)
		b->end = t - HALF;
	b->quiet_sum += v;
	if (++b->quiet == QUIET_SAMPLES) {
		sensor_tell_burst(s, c, b->end);
		b->open = false;
	}
}

/* Samples of one channel, the first of them at `t`. */
void sensor_walk_bursts(struct sensor *s, struct sensor_channel *c, const uint16_t *at,
                        const uint16_t *end, uint64_t t)
{
	struct sensor_burst *b = &c->burst;
	const uint16_t *from = at;

	while (at < end) {
		uint32_t n = 0, sum = 0, peak = 0, limit = b->open ? c->off : c->on;

		if (!b->open) {
			while (at < end && *at <= limit)
				at += SENSOR_CHANNELS;
			if (at >= end)
				return;
			/* Field by field: clearing the whole takes longer than all else here. */
			b->open = true;
			b->base = (uint16_t)(c->floor >> 16);
			b->start = t + (uint32_t)(at - from) * SENSOR_SAMPLE_TICKS - HALF;
			b->sum = b->n = b->quiet_sum = 0;
			b->peak = b->quiet = 0;
			limit = c->off;
		}
		c->burst_in_band = true;
		for (; at<end && * at> limit; at += SENSOR_CHANNELS, n++) {
			sum += *at;
			if (*at > peak)
				peak = *at;
		}
		if (n) {
			/* With a dip that was too short to end it. */
			b->sum += sum + b->quiet_sum;
			b->n += n + b->quiet;
			b->quiet = 0;
			b->quiet_sum = 0;
			if (peak > b->peak)
				b->peak = (uint16_t)peak;
			long_burst(s, c, t + (uint32_t)(at - from) * SENSOR_SAMPLE_TICKS - HALF);
		}
		if (at < end && b->open) {
			burst_below(s, c, *at, t + (uint32_t)(at - from) * SENSOR_SAMPLE_TICKS);
			at += SENSOR_CHANNELS;
		}
	}
}

static void tell_step(struct sensor *s, struct sensor_channel *c, uint16_t after)
{
	const struct wire_step w = {.channel = c->channel,
	                            .input = c->input,
	                            .range = c->range,
	                            .before = sensor_out(s, c, c->level),
	                            .after = sensor_out(s, c, after)};
	uint8_t *to = s->telling ? upstream_put(s->up, WIRE_STEP, 0, c->step.start, 8) : NULL;

	if (to)
		wire_step_put(to, &w);
}

static void step_sample(struct sensor *s, struct sensor_channel *c, uint16_t v, uint64_t t,
                        int32_t threshold)
{
	struct sensor_step *p = &c->step;
	int32_t off = v * 16 - c->level;
	int8_t sign = off > threshold ? 1 : off < -threshold ? -1 : 0;

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
		p->n = 0;
	}
}

void sensor_walk_steps(struct sensor *s, struct sensor_channel *c, const uint16_t *at,
                       const uint16_t *end, uint64_t t)
{
	int32_t threshold = sensor_step_limit(s, c);
	const uint16_t *from = at;

	while (at < end) {
		int32_t high = (c->level + threshold) >> 4, low = (c->level - threshold + 15) >> 4;

		if (!c->step.n)
			while (at < end && *at <= high && *at >= low)
				at += SENSOR_CHANNELS;
		/* A level is new only with the last sample of a step. */
		do {
			if (at >= end)
				return;
			step_sample(s, c, *at, t + (uint32_t)(at - from) * SENSOR_SAMPLE_TICKS,
			            threshold);
			at += SENSOR_CHANNELS;
		} while (c->step.n);
	}
}
