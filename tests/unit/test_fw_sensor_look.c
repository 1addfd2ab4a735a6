/*
 * The first look at a chunk of samples, which goes over them two at a time, against one that takes them singly: each place a sample can
 * have, from either border of a word, and what is told apart by one count.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/sensor_look.h"

enum { FULL = 4095, ROOM = SENSOR_CHUNK + 1 };

static uint32_t room[ROOM / 2];
static uint16_t *samples; /* on a word's border, or between two */

static uint32_t random_state;

static uint16_t noise(uint16_t most)
{
	random_state = random_state * 1103515245 + 12345;
	return (uint16_t)((random_state >> 16) % (most + 1u));
}

static void look_singly(unsigned channel, struct sensor_glance glance[SENSOR_CHANNELS])
{
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++)
		glance[i] = (struct sensor_glance){.minimum = UINT16_MAX};
	for (unsigned i = 0; i < SENSOR_CHUNK; i++) {
		struct sensor_glance *g = &glance[(channel + i) % SENSOR_CHANNELS];

		g->n++;
		g->sum += samples[i];
		if (samples[i] < g->minimum)
			g->minimum = samples[i];
		if (samples[i] > g->maximum)
			g->maximum = samples[i];
	}
}

static void look(unsigned channel, struct sensor_glance glance[SENSOR_CHANNELS])
{
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++)
		glance[i] = (struct sensor_glance){.minimum = UINT16_MAX};
	sensor_look(samples, channel, glance);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Extremes that are known before, also such as exclude each other, hide what lies within them and nothing else. */
static void assert_same_beyond(unsigned channel, const struct sensor_glance *expected)
{
	static const uint16_t known[][2] = {{0, FULL}, {1000, 2000}, {2048, 2048}, {3000, 100}};

	for (unsigned k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
		struct sensor_glance got[SENSOR_CHANNELS];
		bool failed = false;

		for (unsigned i = 0; i < SENSOR_CHANNELS; i++) {
			got[i] = (struct sensor_glance){.minimum = known[k][0],
			                                .maximum = known[k][1]};
			failed |= expected[i].maximum >= SENSOR_BAD;
		}
		sensor_look(samples, channel, got);
		for (unsigned i = 0; i < SENSOR_CHANNELS; i++) {
			assert_int_equal(got[i].sum, expected[i].sum);
			/* Where one has failed they are as they are, whatever was known. */
			if (failed)
				continue;
			assert_int_equal(got[i].minimum, least(known[k][0], expected[i].minimum));
			assert_int_equal(got[i].maximum, most(known[k][1], expected[i].maximum));
		}
	}
}

static void assert_same(unsigned channel)
{
	struct sensor_glance got[SENSOR_CHANNELS], expected[SENSOR_CHANNELS];

	look_singly(channel, expected);
	look(channel, got);
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++) {
		assert_int_equal(got[i].n, expected[i].n);
		assert_int_equal(got[i].sum, expected[i].sum);
		assert_int_equal(got[i].minimum, expected[i].minimum);
		assert_int_equal(got[i].maximum, expected[i].maximum);
	}
	assert_same_beyond(channel, expected);
}

static void fill(uint16_t value)
{
	for (unsigned i = 0; i < SENSOR_CHUNK; i++)
		samples[i] = value;
}

/* From both borders, with each channel first. */
static void each_way(void (*judge)(unsigned channel))
{
	for (unsigned odd = 0; odd < 2; odd++)
		for (unsigned channel = 0; channel < SENSOR_CHANNELS; channel++) {
			samples = (uint16_t *)room + odd;
			judge(channel);
		}
}

static void noise_one(unsigned channel)
{
	static const uint16_t most[] = {0, 1, 7, 200, FULL};

	for (unsigned k = 0; k < sizeof(most) / sizeof(most[0]); k++)
		for (unsigned n = 0; n < 50; n++) {
			uint16_t base = noise((uint16_t)(FULL - most[k]));

			for (unsigned i = 0; i < SENSOR_CHUNK; i++)
				samples[i] = (uint16_t)(base + noise(most[k]));
			assert_same(channel);
		}
}

/* Sums that fill what two samples share, and extremes at each place alone: the first, the last, on both sides of a group. */
static void ends_one(unsigned channel)
{
	static const uint16_t levels[] = {0, 1, 2048, FULL - 1, FULL};

	for (unsigned k = 0; k < sizeof(levels) / sizeof(levels[0]); k++) {
		fill(levels[k]);
		assert_same(channel);
		for (unsigned i = 0; i < SENSOR_CHUNK; i++)
			for (int by = -1; by <= 1; by += 2) {
				fill(levels[k]);
				samples[i] = (uint16_t)(levels[k] + by);
				if (samples[i] <= FULL)
					assert_same(channel);
				samples[i] = FULL - levels[k];
				assert_same(channel);
			}
	}
}

/* A rise and a fall over the whole chunk: each sample is beyond all before it. */
static void ramps_one(unsigned channel)
{
	for (unsigned i = 0; i < SENSOR_CHUNK; i++)
		samples[i] = (uint16_t)(i * 33);
	assert_same(channel);
	for (unsigned i = 0; i < SENSOR_CHUNK; i++)
		samples[i] = (uint16_t)(FULL - i * 33);
	assert_same(channel);
}

/* A failed conversion at each place, with any value: its channel says so, and no other. */
static void failed_one(unsigned channel)
{
	/* Below, at and above what the others are. */
	static const uint16_t values[][2] = {{0, FULL},    {1, FULL},   {FULL, FULL}, {FULL, 1000},
	                                     {1000, 1000}, {999, 1000}, {1001, 1000}, {1, 0}};

	for (unsigned k = 0; k < sizeof(values) / sizeof(values[0]); k++)
		for (unsigned i = 0; i < SENSOR_CHUNK; i++) {
			struct sensor_glance got[SENSOR_CHANNELS];

			fill(values[k][1]);
			samples[i] = SENSOR_BAD | values[k][0];
			assert_same(channel);
			look(channel, got);
			for (unsigned c = 0; c < SENSOR_CHANNELS; c++)
				assert_int_equal(got[c].maximum >= SENSOR_BAD,
				                 c == (channel + i) % SENSOR_CHANNELS);
		}
}

/* One count above where a burst begins, or beyond a step, is seen at each place; at it, nothing is. */
static void thresholds_one(unsigned channel)
{
	enum { LEVEL = 1000 };
	struct sensor s;

	sensor_init(&s, NULL, NULL, NULL);
	s.phase = (uint8_t)channel;
	for (unsigned c = 0; c < SENSOR_CHANNELS; c++) {
		s.channel[c].known = true;
		s.channel[c].level = LEVEL * 16;
		s.channel[c].floor = (uint32_t)LEVEL << 20;
	}
	assert_true(sensor_thresholds(&s, 62, 134, 40));
	for (unsigned i = 0; i < SENSOR_CHUNK; i++) {
		static const int up[] = {40, 134, 40}, down[] = {-40, -LEVEL, -40};
		struct sensor_glance g[SENSOR_CHANNELS];
		unsigned c = (channel + i) % SENSOR_CHANNELS;

		for (int beyond = 0; beyond < 2; beyond++) {
			fill(LEVEL);
			samples[i] = (uint16_t)(LEVEL + up[c] + beyond);
			look(channel, g);
			for (unsigned k = 0; k < SENSOR_CHANNELS; k++)
				assert_int_equal(sensor_is_quiet(&s, k, &g[k]), k != c || !beyond);
			/* A radio detector has no steps. */
			if (c == WIRE_RADIO)
				continue;
			samples[i] = (uint16_t)(LEVEL + down[c] - beyond);
			look(channel, g);
			for (unsigned k = 0; k < SENSOR_CHANNELS; k++)
				assert_int_equal(sensor_is_quiet(&s, k, &g[k]), k != c || !beyond);
		}
	}
}

static void noise_is_seen_as_it_is(void **state)
{
	(void)state;
	random_state = 1;
	each_way(noise_one);
}

static void extremes_at_each_place(void **state)
{
	(void)state;
	each_way(ends_one);
}

static void ramps(void **state)
{
	(void)state;
	each_way(ramps_one);
}

static void failed_conversions_at_each_place(void **state)
{
	(void)state;
	each_way(failed_one);
}

static void thresholds_to_the_count(void **state)
{
	(void)state;
	each_way(thresholds_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_is_seen_as_it_is),
		cmocka_unit_test(extremes_at_each_place),
		cmocka_unit_test(ramps),
		cmocka_unit_test(failed_conversions_at_each_place),
		cmocka_unit_test(thresholds_to_the_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
