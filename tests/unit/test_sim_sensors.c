/*
 * The simulated sensors against their own figures: periods, lengths, levels, rates and noise of what is recorded, by
 * chi-square and Kolmogorov-Smirnov with fixed seeds. The bounds are those of 1 in 10,000: a generator that keeps its
 * figures passes them, one that is a few per cent off does not.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/sensors_run.h"
#include "statistics.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

enum { MOST = 200000 };

static struct sensors *s;
static struct record seen[MOST];
static size_t count;

static void begin(void)
{
	if (!s)
		s = malloc(sizeof(*s));
	memset(&s->f, 0, sizeof(s->f));
	s->f.calibrated = true;
	s->f.changes = 1;
	s->f.change[0] = (struct supply_change){.t_ns = 100 * MS, .on = true};
}

/* Bands are kept only where they are asked for. */
static void run(int64_t end_ns, uint64_t seed, bool bands)
{
	const struct record *r;
	struct random random;

	random_init(&random, seed);
	sensors_init(s, 0, end_ns, &random);
	count = 0;
	while ((r = sensors_next(s)) != NULL) {
		if (r->kind == RECORD_BAND && !bands)
			continue;
		assert_true(count < MOST);
		seen[count++] = *r;
	}
	assert_int_equal(s->dropped, 0);
}

static const struct record *next(enum record_kind kind, enum wire_channel channel, size_t *at)
{
	while (*at < count) {
		const struct record *r = &seen[(*at)++];

		/* The sensor is the first member of all three. */
		if (r->kind == kind && r->band.sensor.channel == channel)
			return r;
	}
	return NULL;
}

static size_t number(enum record_kind kind, enum wire_channel channel)
{
	size_t at = 0, n = 0;

	while (next(kind, channel, &at))
		n++;
	return n;
}

static struct train_figures beacon(void)
{
	return (struct train_figures){
		.kind = TRAIN_PERIODIC,
		.supplied = true,
		.restarts = true,
		.start_ns = 500 * MS,
		.until_ns = TRAIN_NEVER,
		.period_ms = 102.4,
		.jitter_ms = 0.05,
		.defer_ms = {0, 3},
		.length_us = {700, 1900},
		.pulses = {1, 1},
		.db = 35,
		.step_ma = {103, 368},
	};
}

static double values[MOST];

/* A grid that deferral does not move, lengths and steps as drawn: in radio and current, at the same time. */
static void beacons_keep_their_figures(void **state)
{
	size_t at = 0, n = 0, both = 0;
	const struct record *r;

	(void)state;
	begin();
	s->f.idle_ma = 67;
	s->f.noise_ma = 1;
	s->f.train[s->f.trains++] = beacon();
	run(60 * S, 1, false);
	while ((r = next(RECORD_BURST, WIRE_RADIO, &at)) != NULL) {
		double since = (double)(r->t_ns - 600 * MS) / 102.4e6;

		values[n++] = (since - floor(since + 1e-3)) * 102.4;
		statistics_close_to((double)r->burst.mean_nano / 18e6, 35, 0.5);
	}
	statistics_close_to((double)n, 59.4e3 / 102.4, 2);
	statistics_uniform(values, n, 0, 3);
	for (at = n = 0; (r = next(RECORD_BURST, WIRE_RADIO, &at)) != NULL;)
		values[n++] = (double)r->burst.length_ns / 1000;
	statistics_uniform(values, n, 700, 1900);
	for (at = n = 0; (r = next(RECORD_BURST, WIRE_CURRENT, &at)) != NULL; n++) {
		size_t other = 0;
		const struct record *q;

		values[n] = (double)r->burst.mean_nano / 1e6;
		while ((q = next(RECORD_BURST, WIRE_RADIO, &other)) != NULL)
			both += llabs(q->t_ns - r->t_ns) <= 15000;
	}
	assert_int_equal(both, n);
	statistics_close_to((double)n, 59.4e3 / 102.4, 8);
	statistics_uniform(values, n, 103, 368);
}

/* Independent of each other: gaps are exponential, counts of a second are Poisson's. */
static void data_traffic_is_poisson(void **state)
{
	double chi = 0, mean = 0, per_s[150] = {0};
	size_t at = 0, n = 0;
	const struct record *r;
	int64_t last = -1;

	(void)state;
	begin();
	s->f.train[s->f.trains++] = (struct train_figures){
		.kind = TRAIN_POISSON,
		.until_ns = TRAIN_NEVER,
		.period_ms = 25,
		.length_us = {50, 60},
		.pulses = {1, 1},
		.db = 20,
	};
	run(150 * S, 2, false);
	while ((r = next(RECORD_BURST, WIRE_RADIO, &at)) != NULL) {
		per_s[r->t_ns / S]++;
		if (last >= 0)
			values[n++] = 1 - exp(-(double)(r->t_ns - last) / 25e6);
		last = r->t_ns;
	}
	/* Those that begin within the other's 60 us are one. */
	statistics_close_to((double)n, 6000, 4 * sqrt(6000));
	statistics_uniform(values, n, 0, 1);
	for (unsigned i = 0; i < 150; i++)
		mean += per_s[i] / 150;
	for (unsigned i = 0; i < 150; i++)
		chi += (per_s[i] - mean) * (per_s[i] - mean) / mean;
	statistics_close_to(chi, 149, 3.9 * sqrt(2 * 149.0));
}

/* Three pulses, then an interval that has a random part: the intervals are no comb. */
static void advertisers_have_three_pulses(void **state)
{
	size_t at = 0, n = 0;
	const struct record *r;
	int64_t first = 0, last = INT64_MIN / 2;
	unsigned pulses = 0, triples = 0, bursts = 0;

	(void)state;
	begin();
	s->f.train[s->f.trains++] = (struct train_figures){
		.kind = TRAIN_PERIODIC,
		.until_ns = TRAIN_NEVER,
		.start_ns = 200 * MS,
		.period_ms = 100,
		.random_ms = {0, 10},
		.length_us = {128, 376},
		.pulses = {3, 3},
		.pulse_gap_us = {300, 1000},
		.db = 25,
	};
	run(100 * S, 3, false);
	while ((r = next(RECORD_BURST, WIRE_RADIO, &at)) != NULL) {
		if (r->t_ns - last > 10 * MS) {
			bursts++;
			triples += pulses == 3;
			if (first)
				values[n++] = (double)(r->t_ns - first) / 1e6;
			first = r->t_ns;
			pulses = 0;
		}
		pulses++;
		last = r->t_ns;
	}
	assert_in_range(triples, bursts - 1, bursts);
	statistics_close_to(bursts, 99.8e3 / 105, 8);
	statistics_uniform(values, n, 100, 110);
}

static void sweeps_have_their_steps(void **state)
{
	size_t at = 0, n = 0;
	const struct record *r;
	int64_t last = 0;
	unsigned step = 0;

	(void)state;
	begin();
	s->f.train[s->f.trains++] = (struct train_figures){
		.kind = TRAIN_SWEEP,
		.until_ns = TRAIN_NEVER,
		.start_ns = 200 * MS,
		.gap_ms = {800, 1200},
		.steps = 13,
		.step_ms = 120,
		.length_us = {300, 1000},
		.pulses = {1, 1},
		.db = 35,
	};
	run(120 * S, 4, false);
	while ((r = next(RECORD_BURST, WIRE_RADIO, &at)) != NULL) {
		double gap = (double)(r->t_ns - last) / 1e6;

		if (!last) {
			step = 0;
		} else if (++step == 13) {
			values[n++] = gap - 120;
			step = 0;
		} else {
			statistics_close_to(gap, 120, 0.01);
		}
		last = r->t_ns;
	}
	statistics_close_to((double)n, 120e3 / (13 * 120 + 1000), 2);
	statistics_uniform(values, n, 800, 1200);
}

/* A burst before each report, by the lead that is drawn, also where reports are closer together than leads. */
static void reports_are_led_by_bursts(void **state)
{
	static int64_t report[4000];
	size_t at = 0, n = 0;
	const struct record *r;

	(void)state;
	begin();
	for (unsigned i = 0; i < 2000; i++)
		report[i] = S + i * 20 * MS;
	for (unsigned i = 2000; i < 1500; i++)
		report[i] = 50 * S + i * MS;
	s->f.train[s->f.trains++] = (struct train_figures){
		.kind = TRAIN_REPORTS,
		.supplied = true,
		.report_ns = report,
		.report_count = 4000,
		.until_ns = TRAIN_NEVER,
		.lead_ms = {0.2, 8},
		.length_us = {60, 150},
		.pulses = {1, 1},
		.db = 30,
	};
	run(60 * S, 5, false);
	while ((r = next(RECORD_BURST, WIRE_RADIO, &at)) != NULL && n < 2000) {
		values[n] = (double)(report[n] - r->t_ns) / 1e6;
		n++;
	}
	assert_int_equal(n, 2000);
	statistics_uniform(values, n, 0.2, 8);
	/* Leads of 8 ms on reports of 1 ms crowd: still one before each. */
	assert_int_equal(number(RECORD_BURST, WIRE_RADIO), 4000);
}

/* Level, spread and extremes of the bands: drawn and sampled milliseconds alike. */
static void bands_have_the_supply_s_noise(void **state)
{
	static const double noise[] = {0, 2, 8};

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		double sum = 0, squares = 0, wide = 0, n = 0, sd;
		size_t at = 0;
		const struct record *r;

		begin();
		s->f.idle_ma = 60;
		s->f.noise_ma = noise[k];
		run(11 * S, 6 + k, true);
		while ((r = next(RECORD_BAND, WIRE_CURRENT, &at)) != NULL) {
			double ma = (double)r->band.mean_nano / 1e6;

			if (r->t_ns < 200 * MS)
				continue;
			n++;
			sum += ma;
			squares += ma * ma;
			wide += (double)(r->band.maximum_nano - r->band.minimum_nano) / 1e6;
		}
		sum /= n;
		sd = sqrt(squares / n - sum * sum);
		/* The wide code at 32 mA, made good by the firmware, leaves no more than two steps of 0.16 mA. */
		statistics_close_to(sum, 60, 0.35 + noise[k] * 0.04);
		statistics_close_to(sd, noise[k] * sqrt(0.5), 0.05 + noise[k] * 0.03);
		/* Of 167 draws the extremes are 5.3 SD apart; the ADC's own noise is 0.19 mA. */
		statistics_close_to(wide / n, 5.3 * hypot(0.195, noise[k] * sqrt(0.5)),
		                    0.15 + noise[k] * 0.08);
	}
}

/* Boot, idle, load, off: and the range that fits, with its blind time. */
static void supply_follows_its_figures(void **state)
{
	unsigned low = 0, ranges = 0;
	size_t at = 0;
	const struct record *r;

	(void)state;
	begin();
	s->f.idle_ma = 0.15;
	s->f.noise_ma = 0.02;
	s->f.boots = 1;
	s->f.boot[0] = (struct supply_boot){0, 700 * MS, 80};
	s->f.inrush_uf = 5;
	s->f.changes = 3;
	s->f.change[1] = (struct supply_change){.t_ns = 5000 * MS, .on = false};
	s->f.change[2] = (struct supply_change){.t_ns = 6000 * MS, .on = true};
	run(9 * S, 9, true);
	while ((r = next(RECORD_BAND, WIRE_CURRENT, &at)) != NULL) {
		double ma = (double)r->band.mean_nano / 1e6;

		if (r->t_ns == 300 * MS || r->t_ns == 6300 * MS)
			statistics_close_to(ma, 80, 0.5);
		if (r->t_ns == 100 * MS || r->t_ns == 6000 * MS)
			statistics_close_to(ma, 105, 1.5); /* 5 uF in a millisecond are 25 mA */
		if (r->t_ns == 4000 * MS || r->t_ns == 8900 * MS)
			statistics_close_to(ma, 0.15, 0.05);
		if (r->t_ns == 50 * MS || r->t_ns == 5500 * MS)
			statistics_close_to(ma, 0, 0.2);
		low += r->band.sensor.range == WIRE_RANGE_UA;
	}
	for (size_t i = 0; i < count; i++) {
		if (seen[i].kind != RECORD_SETTING)
			continue;
		assert_int_equal(seen[i].setting.setting, WIRE_SET_RANGE);
		assert_int_equal(seen[i].setting.after, !(ranges++ & 1));
	}
	/* Half a second after the boot into the fine range, out of it when the supply comes on again, and in once more. */
	assert_int_equal(ranges, 3);
	assert_in_range(low, 4500, 6500);
	assert_true(number(RECORD_STEP, WIRE_CURRENT) >= 4);
}

/* Without a supply nothing is sent, and what was being sent ends. */
static void silent_without_supply(void **state)
{
	static int64_t report[500];
	size_t at = 0;
	const struct record *r;

	(void)state;
	begin();
	for (unsigned i = 0; i < 500; i++)
		report[i] = 1000 * MS + i * 10 * MS;
	s->f.train[s->f.trains++] = (struct train_figures){
		.kind = TRAIN_REPORTS,
		.supplied = true,
		.report_ns = report,
		.report_count = 500,
		.until_ns = TRAIN_NEVER,
		.lead_ms = {1, 1},
		.length_us = {5000, 5000},
		.pulses = {1, 1},
		.db = 30,
	};
	s->f.changes = 3;
	s->f.change[1] = (struct supply_change){.t_ns = 2501 * MS, .on = false};
	s->f.change[2] = (struct supply_change){.t_ns = 4000 * MS, .on = true};
	run(6 * S, 14, false);
	while ((r = next(RECORD_BURST, WIRE_RADIO, &at)) != NULL) {
		int64_t end = r->t_ns + (int64_t)r->burst.length_ns;

		assert_true(end <= 2501 * MS + 20000 || r->t_ns >= 4000 * MS);
	}
	assert_in_range(number(RECORD_BURST, WIRE_RADIO), 349, 351);
}

static unsigned longer(int64_t ns)
{
	size_t at = 0;
	unsigned n = 0;
	const struct record *r;

	while ((r = next(RECORD_BURST, WIRE_RADIO, &at)) != NULL)
		n += (int64_t)r->burst.length_ns > ns;
	return n;
}

/* The firmware's threshold is 6 dB, and a signal as strong as the noise is 3 dB above it: that is mostly missed. */
static void weak_bursts_are_missed(void **state)
{
	static const double levels[] = {0.5, 12};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct train_figures t = beacon();

		begin();
		t.supplied = t.restarts = false;
		t.step_ma = (struct range){0, 0};
		t.db = levels[i];
		s->f.train[s->f.trains++] = t;
		run(20 * S, 10, false);
		if (i)
			assert_in_range(longer(500000), 190, 191);
		else
			assert_in_range(longer(50000), 0, 19);
	}
}

/* A transmitter that is on when the recording begins: its burst has no time before that. */
static void burst_from_the_start(void **state)
{
	struct train_figures t = beacon();
	size_t at = 0;

	(void)state;
	begin();
	t.supplied = t.restarts = false;
	t.start_ns = -MS / 2;
	t.length_us = (struct range){1500, 1500};
	t.defer_ms = (struct range){0, 0};
	s->f.train[s->f.trains++] = t;
	run(S, 15, false);
	assert_int_equal(next(RECORD_BURST, WIRE_RADIO, &at)->t_ns, 0);
}

static void same_seed_same_records(void **state)
{
	static struct record before[MOST];
	size_t n;

	(void)state;
	begin();
	s->f.idle_ma = 67;
	s->f.noise_ma = 8;
	s->f.train[s->f.trains++] = beacon();
	run(3 * S, 11, true);
	n = count;
	memcpy(before, seen, n * sizeof(*seen));
	run(3 * S, 11, true);
	assert_int_equal(count, n);
	assert_memory_equal(before, seen, n * sizeof(*seen));
	run(3 * S, 12, true);
	assert_true(count != n || memcmp(before, seen, n * sizeof(*seen)) != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beacons_keep_their_figures),
		cmocka_unit_test(data_traffic_is_poisson),
		cmocka_unit_test(advertisers_have_three_pulses),
		cmocka_unit_test(sweeps_have_their_steps),
		cmocka_unit_test(reports_are_led_by_bursts),
		cmocka_unit_test(bands_have_the_supply_s_noise),
		cmocka_unit_test(supply_follows_its_figures),
		cmocka_unit_test(silent_without_supply),
		cmocka_unit_test(weak_bursts_are_missed),
		cmocka_unit_test(burst_from_the_start),
		cmocka_unit_test(same_seed_same_records),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(s);
	return failed;
}
