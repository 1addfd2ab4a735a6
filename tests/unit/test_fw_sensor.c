/* Samples to bands, bursts and steps: times to 10 us, levels to an ADC step, losses and blind time told, the floor in its bounds. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/sensor.h"

enum { MS = 120000, US = 120, TEN_US = 10 * US, MOST = 4096, QUIET = 540 };

/* What stands at a channel: a level, and pulses on it. */
struct pulse {
	unsigned channel;
	uint64_t from, to;
	int height;
};

static struct sensor s;
static struct upstream up;
static struct pulse pulses[80];
static unsigned pulse_count, noise;
static uint64_t index_; /* of the next sample */
static uint64_t anchor;
static unsigned bands;

static struct {
	struct wire_record r[MOST];
	uint8_t body[MOST][24];
	unsigned n;
} seen;

static void on_record(void *context, const struct wire_record *r)
{
	(void)context;
	assert_true(seen.n < MOST && r->len <= 24);
	memcpy(seen.body[seen.n], r->body, r->len);
	seen.r[seen.n] = *r;
	seen.r[seen.n].body = seen.body[seen.n];
	seen.n++;
}

static void drain(void)
{
	static const struct wire_sink sink = {.record = on_record};
	static struct wire_reader reader;
	uint8_t buf[64];
	size_t n;

	wire_reader_init(&reader);
	upstream_flush(&up);
	while ((n = upstream_fetch(&up, buf, sizeof(buf))) != 0)
		wire_reader_push(&reader, buf, n, &sink);
	assert_int_equal(reader.bad_blocks + reader.bad_records, 0);
	assert_int_equal(up.lost_total, 0);
}

static const struct wire_record *nth(enum wire_kind kind, unsigned n)
{
	for (unsigned i = 0; i < seen.n; i++)
		if (seen.r[i].kind == kind && !n--)
			return &seen.r[i];
	return NULL;
}

static unsigned count(enum wire_kind kind)
{
	unsigned n = 0;

	while (nth(kind, n))
		n++;
	return n;
}

static void on_band(void *context, const struct wire_band *b, uint16_t raw)
{
	(void)context;
	(void)b;
	(void)raw;
	bands++;
}

static int start(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	upstream_init(&up);
	sensor_init(&s, &up, on_band, NULL);
	s.telling = true;
	pulse_count = noise = bands = 0;
	index_ = 0;
	anchor = 1000000;
	sensor_anchor(&s, anchor);
	return 0;
}

static void pulse(unsigned channel, uint64_t from, uint64_t to, int height)
{
	pulses[pulse_count++] = (struct pulse){channel, from, to, height};
}

static uint16_t sample(uint64_t i)
{
	uint64_t t = anchor + i * SENSOR_SAMPLE_TICKS;
	int v = QUIET + 100 * (int)(i % 3);

	for (unsigned k = 0; k < pulse_count; k++)
		if (pulses[k].channel == i % 3 && t >= pulses[k].from && t < pulses[k].to)
			v += pulses[k].height;
	if (noise)
		v += rand() % (int)(2 * noise + 1) - (int)noise;
	return (uint16_t)(v < 0 ? 0 : v > 4095 ? 4095 : v);
}

static void run(uint64_t ticks)
{
	uint16_t chunk[SENSOR_CHUNK];

	for (uint64_t end = index_ + ticks / SENSOR_SAMPLE_TICKS; index_ < end;) {
		for (unsigned k = 0; k < SENSOR_CHUNK; k++)
			chunk[k] = sample(index_++);
		sensor_samples(&s, chunk);
		drain();
	}
}

static void near(uint64_t a, uint64_t b, uint64_t within)
{
	uint64_t off = a > b ? a - b : b - a;

	if (off > within)
		fail_msg("%llu is %llu from %llu", (unsigned long long)a, (unsigned long long)off,
		         (unsigned long long)b);
}

static uint16_t lin(unsigned counts)
{
	return adc_linear(counts * 16);
}

static void quiet_makes_bands_alone(void **state)
{
	(void)state;
	noise = 3;
	run(20 * MS);
	assert_int_equal(count(WIRE_BAND), 60);
	assert_int_equal(bands, 60);
	assert_int_equal(seen.n, 60);
	for (unsigned i = 0; i < 60; i++) {
		const struct wire_record *r = nth(WIRE_BAND, i);
		struct wire_band b;

		assert_true(wire_band_get(&b, r->body, r->len));
		assert_int_equal(b.channel, i % 3);
		assert_int_equal(r->tick, anchor + i / 3 * MS);
		assert_int_equal(b.minimum, lin(QUIET + 100 * b.channel - 3));
		assert_int_equal(b.maximum, lin(QUIET + 100 * b.channel + 3));
		near(b.mean, lin(QUIET + 100 * b.channel), 16);
	}
}

/* At many phases of the round robin, all channels: the skew between them is in the stamps. */
static void bursts_and_steps_are_timed_to_10_us(void **state)
{
	for (unsigned i = 0; i < 40; i++) {
		uint64_t from = 1000000 + 5 * MS + i * 77, to = from + 150 * US + i * 311;
		struct wire_burst b;
		struct wire_step p;
		const struct wire_record *r;

		start(state);
		noise = i % 4;
		pulse(WIRE_RADIO, from, to, 600);
		pulse(WIRE_CURRENT, from, to + MS, 500);
		pulse(WIRE_MUX, from, from + 10 * MS, -300);
		run(20 * MS);
		assert_int_equal(count(WIRE_BURST), 2);
		for (unsigned k = 0; k < 2; k++) {
			r = nth(WIRE_BURST, k);
			assert_true(wire_burst_get(&b, r->body, r->len));
			near(r->tick, from, TEN_US / 2);
			near(b.length, b.channel == WIRE_RADIO ? to - from : to + MS - from,
			     TEN_US);
			near(b.peak,
			     b.channel == WIRE_RADIO ? lin(1240) - lin(640) : lin(1040) - lin(540),
			     3 * 16 + 8);
			near(b.mean,
			     b.channel == WIRE_RADIO ? lin(1240) - lin(640) : lin(1040) - lin(540),
			     2 * 16);
		}
		/* Current up and down, multiplexer down and up. */
		assert_int_equal(count(WIRE_STEP), 4);
		for (unsigned k = 0; k < 4; k++) {
			r = nth(WIRE_STEP, k);
			assert_true(wire_step_get(&p, r->body, r->len));
			if (p.channel == WIRE_CURRENT)
				near(r->tick, p.after > p.before ? from : to + MS, TEN_US / 2);
			else
				near(r->tick, p.after < p.before ? from : from + 10 * MS,
				     TEN_US / 2);
			near(p.channel == WIRE_CURRENT ? (uint64_t)abs(p.after - p.before)
			                               : (uint64_t)abs(p.after - p.before),
			     p.channel == WIRE_CURRENT ? lin(1040) - lin(540) : lin(740) - lin(440),
			     2 * 16);
		}
	}
}

static void at_most_32_bursts_a_millisecond(void **state)
{
	struct wire_lost lost;
	const struct wire_record *r;

	(void)state;
	run(2 * MS);
	for (unsigned i = 0; i < 38; i++)
		pulse(WIRE_RADIO, anchor + 3 * MS + i * 26 * US,
		      anchor + 3 * MS + i * 26 * US + 6 * US, 900);
	run(4 * MS);
	assert_int_equal(count(WIRE_BURST), 32);
	r = nth(WIRE_LOST, 0);
	assert_non_null(r);
	assert_true(wire_lost_get(&lost, r->body, r->len));
	assert_int_equal(lost.what, WIRE_LOST_BURSTS);
	assert_int_equal(lost.count, 6);
	near(r->tick, anchor + 3 * MS + 32 * 26 * US, TEN_US);
	near(lost.span, 5 * 26 * US + 6 * US, 2 * TEN_US);
	assert_null(nth(WIRE_LOST, 1));
}

static uint16_t last_floor(unsigned channel)
{
	struct wire_band b = {0};

	for (unsigned i = 0; i < seen.n; i++)
		if (seen.r[i].kind == WIRE_BAND && seen.r[i].body[0] == channel)
			assert_true(wire_band_get(&b, seen.r[i].body, seen.r[i].len));
	return b.floor;
}

static void floor_moves_a_decibel_a_second(void **state)
{
	uint16_t before;

	(void)state;
	run(2 * MS);
	before = last_floor(WIRE_RADIO);
	/* Below the threshold of a burst, for one second; then a burst over all of the next. */
	pulse(WIRE_RADIO, anchor + 2 * MS, anchor + 5000ull * MS, 120);
	for (unsigned i = 0; i < 10; i++, seen.n = 0)
		run(100 * MS);
	run(MS);
	near(last_floor(WIRE_RADIO) - before, 357, 4);
	before = last_floor(WIRE_RADIO);
	pulse(WIRE_RADIO, index_ * SENSOR_SAMPLE_TICKS + anchor, anchor + 5000ull * MS, 500);
	for (unsigned i = 0; i < 10; i++, seen.n = 0)
		run(100 * MS);
	run(MS);
	near(last_floor(WIRE_RADIO), before, 1);
	/* Told in pieces while it lasts. */
	seen.n = 0;
	run(250 * MS);
	assert_in_range(count(WIRE_BURST), 2, 3);
}

static void floor_stays_in_its_bounds(void **state)
{
	(void)state;
	/* Higher each time that it has followed: up to 0.6 V and no further. */
	for (unsigned i = 1; i < 6; i++)
		pulse(WIRE_RADIO, anchor + i * 1200ull * MS, anchor + 90000ull * MS, 40);
	for (unsigned i = 0; i < 100; i++, seen.n = 0)
		run(100 * MS);
	run(MS);
	assert_int_equal(last_floor(WIRE_RADIO), adc_linear(11916));
	pulse_count = 0;
	pulse(WIRE_RADIO, 0, ~0ull, -450);
	for (unsigned i = 0; i < 250; i++, seen.n = 0)
		run(100 * MS);
	run(MS);
	assert_int_equal(last_floor(WIRE_RADIO), adc_linear(5958));
}

/* An emitter that is there at the start is not taken for noise. */
static void emitter_from_the_start_is_a_burst(void **state)
{
	(void)state;
	pulse(WIRE_RADIO, 0, ~0ull, 700);
	run(150 * MS);
	assert_int_equal(last_floor(WIRE_RADIO), adc_linear(11916));
	assert_int_equal(count(WIRE_BURST), 1);
}

static void lasting_current_is_a_step_and_a_new_base(void **state)
{
	uint64_t on = anchor + 5 * MS, spike = anchor + 60 * MS;
	struct wire_burst b;

	(void)state;
	pulse(WIRE_CURRENT, on, ~0ull, 415); /* 67 mA */
	pulse(WIRE_CURRENT, spike, spike + 700 * US, 900);
	run(100 * MS);
	assert_int_equal(count(WIRE_BURST), 1);
	assert_true(wire_burst_get(&b, nth(WIRE_BURST, 0)->body, 12));
	near(nth(WIRE_BURST, 0)->tick, spike, TEN_US / 2);
	near(b.length, 700 * US, TEN_US);
	near(b.mean, lin(1855) - lin(955), 32);
	assert_int_equal(count(WIRE_STEP), 3);
	near(last_floor(WIRE_CURRENT), lin(955), 32);
}

static void overflow_is_lost_and_anchored_anew(void **state)
{
	struct wire_lost lost;
	const struct wire_record *r;
	uint64_t end;

	(void)state;
	run(5 * MS + 250 * US);
	end = anchor + index_ * SENSOR_SAMPLE_TICKS;
	anchor = end + 3 * MS + 77;
	index_ = 0;
	sensor_anchor(&s, anchor);
	pulse(WIRE_RADIO, anchor + 2 * MS, anchor + 2 * MS + 200 * US, 500);
	run(5 * MS);
	r = nth(WIRE_LOST, 0);
	assert_non_null(r);
	assert_true(wire_lost_get(&lost, r->body, r->len));
	assert_int_equal(lost.what, WIRE_LOST_SENSOR);
	assert_int_equal(r->tick, end);
	assert_int_equal(lost.span, 3 * MS + 77);
	assert_int_equal(lost.count, 1500);
	assert_int_equal(s.lost_samples, 1500);
	near(nth(WIRE_BURST, 0)->tick, anchor + 2 * MS, TEN_US / 2);
	assert_int_equal(count(WIRE_STEP), 0);
}

/* What settles is no burst and no step, and the blind time is told. */
static void changes_are_blind(void **state)
{
	uint64_t at = anchor + 10 * MS + 12345;
	struct wire_lost lost;
	struct wire_band b;

	(void)state;
	pulse(WIRE_CURRENT, at, at + 38 * US, 2500);
	pulse(WIRE_CURRENT, at, ~0ull, 900);
	pulse(WIRE_MUX, at, at + 14 * MS, 1500);
	pulse(WIRE_MUX, at, ~0ull, -300);
	run(10 * MS);
	sensor_change(&s, WIRE_CURRENT, WIRE_RANGE_UA, at, sensor_settling(WIRE_CURRENT, 1));
	sensor_change(&s, WIRE_MUX, 3, at, sensor_settling(WIRE_MUX, 3));
	run(40 * MS);
	assert_int_equal(count(WIRE_BURST) + count(WIRE_STEP), 0);
	assert_int_equal(count(WIRE_LOST), 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(wire_lost_get(&lost, nth(WIRE_LOST, i)->body, 16));
		assert_int_equal(lost.what, WIRE_LOST_SENSOR);
		assert_int_equal(nth(WIRE_LOST, i)->tick, at);
		assert_true(lost.span == 40 * US || lost.span == 15 * MS);
	}
	for (unsigned i = 0; nth(WIRE_BAND, i); i++) {
		const struct wire_record *r = nth(WIRE_BAND, i);

		assert_true(wire_band_get(&b, r->body, r->len));
		if (b.channel == WIRE_CURRENT)
			assert_int_equal(b.maximum, lin(b.range ? 1440 : 540));
		if (b.channel == WIRE_MUX)
			assert_int_equal(b.minimum, lin(b.input ? 440 : 740));
		if (b.channel == WIRE_MUX && b.input)
			assert_true(r->tick + MS > at + 15 * MS);
	}
}

static void failed_conversions_are_lost(void **state)
{
	uint16_t chunk[SENSOR_CHUNK];

	(void)state;
	run(2 * MS);
	for (unsigned i = 0; i < SENSOR_CHUNK; i++)
		chunk[i] = sample(index_++);
	chunk[10] |= SENSOR_BAD;
	sensor_samples(&s, chunk);
	run(MS);
	assert_int_equal(s.lost_samples, 1);
	assert_int_equal(count(WIRE_LOST), 1);
	assert_int_equal(count(WIRE_BURST) + count(WIRE_STEP), 0);
}

static void nothing_is_told_while_not_capturing(void **state)
{
	(void)state;
	s.telling = false;
	pulse(WIRE_RADIO, anchor + MS, anchor + 2 * MS, 900);
	run(10 * MS);
	assert_int_equal(seen.n, 0);
	assert_int_equal(bands, 30);
}

static void thresholds_stay_above_the_wide_codes(void **state)
{
	(void)state;
	assert_false(sensor_thresholds(&s, 15, 100, 100));
	assert_false(sensor_thresholds(&s, 100, 4096, 100));
	assert_int_equal(s.burst_threshold[0], 62);
	assert_true(sensor_thresholds(&s, 16, 100, 30));
	assert_int_equal(s.step_threshold, 30);
}

static unsigned told(enum wire_kind kind, enum wire_channel channel)
{
	unsigned n = 0;

	for (unsigned i = 0; i < seen.n; i++)
		n += seen.r[i].kind == kind && seen.body[i][0] == channel;
	return n;
}

/* A noise four times as wide as the least thresholds: quiet after 100 ms, and what stands above it is found as before. */
static void noise_of_the_supply_raises_its_thresholds(void **state)
{
	uint64_t from = 1000000 + 400 * MS + 12345;
	struct wire_burst b;

	(void)state;
	noise = 120;
	pulse(WIRE_CURRENT, from, from + MS, 900);
	run(100 * MS);
	memset(&seen, 0, sizeof(seen));
	run(500 * MS);
	assert_int_equal(told(WIRE_STEP, WIRE_CURRENT), 2); /* up and down */
	assert_int_equal(told(WIRE_BURST, WIRE_CURRENT), 1);
	for (unsigned i = 0; i < seen.n; i++) {
		if (seen.r[i].kind != WIRE_BURST || seen.body[i][0] != WIRE_CURRENT)
			continue;
		assert_true(wire_burst_get(&b, seen.body[i], seen.r[i].len));
		near(seen.r[i].tick, from, TEN_US);
		near(b.length, MS, 2 * TEN_US);
	}
	/* The noise goes, and the least thresholds hold again. */
	noise = 2;
	run(200 * MS);
	memset(&seen, 0, sizeof(seen));
	pulse(WIRE_CURRENT, from + 500 * MS, from + 501 * MS, 80);
	run(300 * MS);
	assert_int_equal(told(WIRE_BURST, WIRE_CURRENT), 1);
}

/* Bursts of 150 us each millisecond: they are no noise. */
static void bursts_do_not_raise_the_thresholds(void **state)
{
	(void)state;
	noise = 6;
	for (unsigned i = 0; i < 80; i++)
		pulse(WIRE_CURRENT, 1000000 + (50 + i) * MS, 1000000 + (50 + i) * MS + 150 * US,
		      100);
	run(200 * MS);
	assert_int_equal(told(WIRE_BURST, WIRE_CURRENT), 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(quiet_makes_bands_alone, start),
		cmocka_unit_test_setup(bursts_and_steps_are_timed_to_10_us, start),
		cmocka_unit_test_setup(at_most_32_bursts_a_millisecond, start),
		cmocka_unit_test_setup(floor_moves_a_decibel_a_second, start),
		cmocka_unit_test_setup(floor_stays_in_its_bounds, start),
		cmocka_unit_test_setup(emitter_from_the_start_is_a_burst, start),
		cmocka_unit_test_setup(lasting_current_is_a_step_and_a_new_base, start),
		cmocka_unit_test_setup(overflow_is_lost_and_anchored_anew, start),
		cmocka_unit_test_setup(changes_are_blind, start),
		cmocka_unit_test_setup(failed_conversions_are_lost, start),
		cmocka_unit_test_setup(nothing_is_told_while_not_capturing, start),
		cmocka_unit_test_setup(thresholds_stay_above_the_wide_codes, start),
		cmocka_unit_test_setup(noise_of_the_supply_raises_its_thresholds, start),
		cmocka_unit_test_setup(bursts_do_not_raise_the_thresholds, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
