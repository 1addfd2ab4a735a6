/*
 * Bursts, and steps, found over a chunk at once, where most samples are skipped, against the same samples one by one: the same records and
 * the same state behind each chunk. Runs about as long as a step, at each place, across chunks, with gaps and changes of side.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/sensor_events.h"

enum {
	LEVEL = 1000,
	STEP = 32, /* samples of a step */
	MOST = 42, /* of a channel in a chunk */
};

struct heard {
	struct sensor s;
	struct upstream up;
	uint64_t t;
};

static struct heard whole, singly;
static uint16_t room[MOST * SENSOR_CHANNELS];
static uint32_t random_state;
static unsigned told;

static unsigned draw(unsigned n)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 16) % n;
}

static void begin(struct heard *h, uint32_t seed)
{
	upstream_init(&h->up);
	sensor_init(&h->s, &h->up, NULL, NULL);
	h->s.telling = true;
	h->t = 1000000;
	for (unsigned i = 0; i < SENSOR_CHANNELS; i++) {
		struct sensor_channel *c = &h->s.channel[i];

		c->known = true;
		c->level = LEVEL * 16;
		c->floor = (uint32_t)LEVEL << 20;
		sensor_limits(&h->s, c);
	}
	random_state = seed;
}

static void (*find)(struct sensor *s, struct sensor_channel *c, const uint16_t *at,
                    const uint16_t *last, uint64_t t);

static void walk(struct heard *h, struct sensor_channel *c, const uint16_t *at,
                 const uint16_t *last)
{
	find(&h->s, c, at, last, h->t);
	h->t += (uint64_t)(last + SENSOR_CHANNELS - at) * SENSOR_SAMPLE_TICKS;
}

static size_t fetch_all(struct heard *h, uint8_t *to, size_t room_bytes)
{
	size_t n = 0, more;

	upstream_flush(&h->up);
	while ((more = upstream_fetch(&h->up, to + n, room_bytes - n)) != 0)
		n += more;
	return n;
}

static void assert_same(enum wire_channel channel)
{
	static uint8_t a[8192], b[8192];
	const struct sensor_channel *x = &whole.s.channel[channel], *y = &singly.s.channel[channel];
	size_t n = fetch_all(&whole, a, sizeof(a)), m = fetch_all(&singly, b, sizeof(b));

	assert_int_equal(n, m);
	assert_true(!n || memcmp(a, b, n) == 0);
	told += n != 0;
	assert_int_equal(x->level, y->level);
	assert_int_equal(x->floor, y->floor);
	assert_int_equal(x->step.n, y->step.n);
	if (x->step.n) {
		assert_int_equal(x->step.start, y->step.start);
		assert_int_equal(x->step.sign, y->step.sign);
		assert_int_equal(x->step.sum, y->step.sum);
	}
	assert_int_equal(x->burst.open, y->burst.open);
	if (x->burst.open) {
		assert_int_equal(x->burst.start, y->burst.start);
		assert_int_equal(x->burst.sum, y->burst.sum);
		assert_int_equal(x->burst.n, y->burst.n);
		assert_int_equal(x->burst.peak, y->burst.peak);
		assert_int_equal(x->burst.quiet, y->burst.quiet);
		assert_int_equal(x->burst.quiet_sum, y->burst.quiet_sum);
	}
}

/* Samples of `channel` as `next` makes them, in chunks of `n`. */
static void play(enum wire_channel channel, unsigned chunks, unsigned n, uint16_t (*next)(void))
{
	for (unsigned k = 0; k < chunks; k++) {
		for (unsigned i = 0; i < n; i++)
			room[i * SENSOR_CHANNELS] = next();
		walk(&whole, &whole.s.channel[channel], room, room + (n - 1) * SENSOR_CHANNELS);
		for (unsigned i = 0; i < n; i++)
			walk(&singly, &singly.s.channel[channel], room + i * SENSOR_CHANNELS,
			     room + i * SENSOR_CHANNELS);
		assert_same(channel);
	}
}

static unsigned run_left;
static uint16_t run_value;

/* Runs of 1 to 70 samples, as many near a step's length as elsewhere, at levels within and beyond, on both sides. */
static uint16_t runs(void)
{
	static const int levels[] = {0, 0, 39, -39, 41, -41, 200, -200, 900};

	if (!run_left) {
		run_left = draw(2) ? STEP - 2 + draw(5) : 1 + draw(70);
		run_value = (uint16_t)(LEVEL + levels[draw(sizeof(levels) / sizeof(levels[0]))]);
	}
	run_left--;
	return run_value;
}

static void play_runs(enum wire_channel channel)
{
	told = 0;
	for (uint32_t seed = 1; seed <= 60; seed++)
		for (unsigned n = MOST - 1; n <= MOST; n++) {
			begin(&whole, seed);
			begin(&singly, seed);
			run_left = 0;
			play(channel, 60, n, runs);
		}
	assert_true(told > 1000);
}

static void bursts_of_any_length(void **state)
{
	(void)state;
	find = sensor_walk_bursts;
	play_runs(WIRE_CURRENT);
	play_runs(WIRE_RADIO);
}

static void steps_of_any_length(void **state)
{
	(void)state;
	find = sensor_walk_steps;
	play_runs(WIRE_CURRENT);
	play_runs(WIRE_MUX);
}

static unsigned place, length, sample_index;
static int height;

static uint16_t one_run(void)
{
	unsigned i = sample_index++;

	return (uint16_t)(LEVEL + (i >= place && i < place + length ? height : 0));
}

/* One run, a sample shorter than a step, as long, and longer, at each place of two chunks. */
static void a_step_at_each_place(void **state)
{
	static const int heights[] = {-300, 300};

	(void)state;
	find = sensor_walk_steps;
	for (place = 0; place < 2 * MOST; place++)
		for (length = STEP - 1; length <= STEP + 1; length++)
			for (unsigned k = 0; k < 2; k++) {
				begin(&whole, 1);
				begin(&singly, 1);
				sample_index = 0;
				height = heights[k];
				told = 0;
				play(WIRE_MUX, 4, MOST, one_run);
				assert_int_equal(told != 0, length >= STEP);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_of_any_length),
		cmocka_unit_test(steps_of_any_length),
		cmocka_unit_test(a_step_at_each_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
