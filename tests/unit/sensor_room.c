/* Emitters, noise, records. See sensor_room.h. */
#include "sensor_room.h"

#include <math.h>

#include "detect/chance.h"

double room_uniform(uint64_t *seed, double from, double to)
{
	return from + (to - from) * (double)(chance_next(seed) >> 11) / 9007199254740992.0;
}

double room_normal(uint64_t *seed)
{
	double u = room_uniform(seed, 1e-12, 1), v = room_uniform(seed, 0, 2 * M_PI);

	return sqrt(-2 * log(u)) * cos(v);
}

void room_init(struct room *r, uint64_t seed)
{
	*r = (struct room){.seed = seed * 2654435761u + 1};
}

struct room_source *room_add(struct room *r, const struct room_source *s)
{
	struct room_source *to = &r->source[r->sources++];

	*to = *s;
	to->next_ms = s->from_ms;
	if (s->rhythm == ROOM_POISSON)
		to->next_ms -= s->period_ms * log(room_uniform(&r->seed, 1e-12, 1));
	if (s->rhythm == ROOM_PERIODIC)
		to->next_ms += room_uniform(&r->seed, 0, s->period_ms);
	to->pulse_from_ms = to->next_ms;
	return to;
}

void room_ambient(struct room *r, unsigned access_points, double data_hz, unsigned bluetooth)
{
	for (unsigned i = 0; i < access_points; i++)
		room_add(r, &(struct room_source){.period_ms = 102.4,
		                                  .jitter_ms = 0.05,
		                                  .defer_ms = 3,
		                                  .length_us = {700, 1900},
		                                  .radio_mv = room_uniform(&r->seed, 110, 270)});
	if (data_hz > 0)
		room_add(r, &(struct room_source){.rhythm = ROOM_POISSON,
		                                  .period_ms = 1000 / data_hz,
		                                  .length_us = {50, 2000},
		                                  .radio_mv = 200});
	for (unsigned i = 0; i < bluetooth; i++)
		room_add(r, &(struct room_source){.period_ms = room_uniform(&r->seed, 100, 1200),
		                                  .random_ms = 10,
		                                  .length_us = {128, 376},
		                                  .pulses = 3,
		                                  .gap_us = {300, 1000},
		                                  .radio_mv = 150});
}

static void begin(struct room *r, const struct room_source *s, double at)
{
	unsigned pulses = s->pulses ? s->pulses : 1;
	double ma = room_uniform(&r->seed, s->step_ma[0], s->step_ma[1]);

	if (room_uniform(&r->seed, 0, 1) < s->missing)
		return;
	for (unsigned i = 0; i < pulses && r->pending < ROOM_PENDING; i++) {
		double length = room_uniform(&r->seed, s->length_us[0], s->length_us[1]) / 1000;

		r->burst[r->pending++] = (struct room_burst){at, at + length, s->radio_mv, ma};
		at += length + room_uniform(&r->seed, s->gap_us[0], s->gap_us[1]) / 1000;
	}
}

static void go_on(struct room *r, struct room_source *s)
{
	double at = s->next_ms;

	if (s->until_ms > 0 && at > s->until_ms) {
		s->next_ms = INFINITY;
		return;
	}
	switch (s->rhythm) {
	case ROOM_PERIODIC:
		begin(r, s,
		      at + room_uniform(&r->seed, -s->jitter_ms, s->jitter_ms) +
		              room_uniform(&r->seed, 0, s->defer_ms));
		s->next_ms += s->period_ms + room_uniform(&r->seed, 0, s->random_ms);
		break;
	case ROOM_POISSON:
		begin(r, s, at);
		s->next_ms -= s->period_ms * log(room_uniform(&r->seed, 1e-12, 1));
		break;
	case ROOM_SWEEP:
		begin(r, s, at + room_uniform(&r->seed, 0, 2));
		s->next_ms += 120;
		if (s->next_ms - s->pulse_from_ms > 12.5 * 120)
			s->pulse_from_ms = s->next_ms = s->next_ms + s->period_ms;
		break;
	}
}

static void tell(struct room *r, struct build *b, const struct record *record, double at_ms)
{
	int64_t t = (int64_t)llround(at_ms * 1e6);

	if (r->record)
		r->record(r->context, record, t);
	else
		feed_record(b, record, t);
}

/* What begins in this millisecond, in order. */
static void tell_bursts(struct room *r, struct build *b)
{
	bool told[ROOM_PENDING] = {false};

	for (;;) {
		unsigned first = ROOM_PENDING;

		for (unsigned i = 0; i < r->pending; i++)
			if (!told[i] && r->burst[i].from_ms >= r->now_ms &&
			    r->burst[i].from_ms < r->now_ms + 1 &&
			    (first == ROOM_PENDING ||
			     r->burst[i].from_ms < r->burst[first].from_ms))
				first = i;
		if (first == ROOM_PENDING)
			return;
		told[first] = true;
		const struct room_burst *x = &r->burst[first];
		struct record radio = {
			.kind = RECORD_BURST,
			.burst = {.sensor = {.channel = WIRE_RADIO},
		                  .peak_nano = (int64_t)(x->radio_mv * 1e6),
		                  .mean_nano = (int64_t)(x->radio_mv * 1e6),
		                  .length_ns = (uint64_t)((x->to_ms - x->from_ms) * 1e6)}};
		struct record step = {
			.kind = RECORD_STEP,
			.step = {.sensor = {.channel = WIRE_CURRENT, .calibrated = true},
		                 .before_nano = (int64_t)(r->idle_ma * 1e6),
		                 .after_nano = (int64_t)((r->idle_ma + x->step_ma) * 1e6)}};

		/* A step takes 192 us to be one. firmware/core/sensor.c */
		if (x->step_ma > 6.5 && x->to_ms - x->from_ms > 0.2)
			tell(r, b, &step, x->from_ms);
		if (x->radio_mv > 108)
			tell(r, b, &radio, x->from_ms);
	}
}

void room_run(struct room *r, struct build *b, unsigned ms)
{
	for (unsigned n = 0; n < ms; n++) {
		double mean = r->idle_ma + r->noise_ma * room_normal(&r->seed);
		double most = mean + 2.5 * r->noise_ma + 0.4 * r->noise_ma * room_normal(&r->seed);
		double peak = 0;
		unsigned kept = 0;

		for (unsigned i = 0; i < r->sources; i++)
			while (r->source[i].next_ms < r->now_ms + 1)
				go_on(r, &r->source[i]);
		for (unsigned i = 0; i < r->pending; i++) {
			double from = fmax(r->burst[i].from_ms, r->now_ms);
			double to = fmin(r->burst[i].to_ms, r->now_ms + 1);

			if (to > from) {
				mean += r->burst[i].step_ma * (to - from);
				peak = fmax(peak, r->burst[i].step_ma);
			}
		}
		tell_bursts(r, b);
		struct record band = {
			.kind = RECORD_BAND,
			.band = {.sensor = {.channel = WIRE_CURRENT, .calibrated = true},
		                 .minimum_nano = (int64_t)(mean * 1e6),
		                 .mean_nano = (int64_t)(mean * 1e6),
		                 .maximum_nano = (int64_t)((most + peak) * 1e6)}};
		tell(r, b, &band, r->now_ms);
		for (unsigned i = 0; i < r->pending; i++)
			if (r->burst[i].to_ms > r->now_ms + 1)
				r->burst[kept++] = r->burst[i];
		r->pending = kept;
		r->now_ms += 1;
		if (b)
			b->t_ns = (int64_t)(r->now_ms * 1e6);
	}
}
