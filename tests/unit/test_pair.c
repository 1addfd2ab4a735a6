/* R20 over captures of both ends: clocks aligned, devices and keys compared, and nothing said of plain copper. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>

#include "detect/chance.h"
#include "detect/pair/pair.h"

#define MS INT64_C(1000000)

/* What happens between the ends, and between the clocks. */
struct cable {
	double offset_s, ppm, wander_ppm;
	double delay_ms[2];               /* of each key, drawn from this range */
	unsigned added_percent;           /* keys that the near end alone has */
	unsigned lost_per_mille;          /* at each end */
	unsigned keys, requests, letters; /* 0 letters: 26 */
	bool other_device;
};

struct ends {
	struct pair_trace near, far;
	struct pair pair;
	uint64_t seed;
};

static double unit(struct ends *e)
{
	return (double)(chance_next(&e->seed) >> 11) / 9007199254740992.0;
}

static void key(struct pair_trace *t, int64_t t_ns, uint16_t usage)
{
	struct key_report r = {.t_ns = t_ns, .presses = 1, .press = {usage}};
	struct event e = {.kind = EVENT_KEYS, .t_ns = t_ns, .packet = 7, .keys = &r, .step_ns = 8};

	pair_trace_event(t, &e);
}

static void request(struct pair_trace *t, int64_t t_ns, uint16_t value)
{
	struct usb_transfer x = {.t_begin_ns = t_ns,
	                         .t_ns = t_ns,
	                         .wire = true,
	                         .has_setup = true,
	                         .setup = {0x80, 6, value, 0, 18}};
	struct event e = {.kind = EVENT_TRANSFER, .t_ns = t_ns, .transfer = &x, .step_ns = 8};

	pair_trace_event(t, &e);
}

static void device(struct pair_trace *t, int64_t t_ns, uint32_t id, uint8_t fill)
{
	static struct model_device d;
	struct event e = {
		.kind = EVENT_DEVICE_HASHED, .t_ns = t_ns, .device = &d, .packet = 3, .step_ns = 8};

	d = (struct model_device){.id = id, .bus = 1, .address = 5, .has_hash = true};
	memset(d.structure_sha256, fill, sizeof(d.structure_sha256));
	pair_trace_event(t, &e);
}

static void tick(struct pair_trace *t, int64_t t_ns)
{
	struct event e = {.kind = EVENT_TICK, .t_ns = t_ns, .step_ns = 8};

	pair_trace_event(t, &e);
}

/* The far end's clock: it began `offset_s` later, is off, and wanders. */
static int64_t far_clock(const struct cable *c, int64_t t)
{
	double s = (double)t / 1e9 - c->offset_s;

	return (int64_t)((s + s * c->ppm * 1e-6 +
	                  sin(s / 600 * 2 * M_PI) * 600 / (2 * M_PI) * c->wander_ppm * 1e-6) *
	                 1e9);
}

static bool lost(struct ends *e, const struct cable *c)
{
	return unit(e) * 1000 < c->lost_per_mille;
}

static struct ends *play(struct cable c, uint64_t seed)
{
	struct ends *e = calloc(1, sizeof(*e));
	int64_t t = 2000 * MS;

	assert_non_null(e);
	e->seed = seed;
	tick(&e->near, 0);
	tick(&e->far, far_clock(&c, (int64_t)(c.offset_s * 1e9)));
	for (unsigned i = 0; i < c.requests; i++) {
		t += (int64_t)(unit(e) * 5 * (double)MS) + MS;
		if (!lost(e, &c))
			request(&e->near, t, (uint16_t)i);
		if (!lost(e, &c))
			request(&e->far, far_clock(&c, t), (uint16_t)i);
	}
	device(&e->near, t, 1, c.other_device ? 9 : 4);
	device(&e->far, far_clock(&c, t), 1, 4);
	for (unsigned i = 0; i < c.keys; i++) {
		double delay = c.delay_ms[0] + unit(e) * (c.delay_ms[1] - c.delay_ms[0]);
		uint16_t usage = (uint16_t)(4 + unit(e) * (c.letters ? c.letters : 26));

		t += (int64_t)((60 + unit(e) * 300) * (double)MS);
		if (!lost(e, &c) && (!c.added_percent || unit(e) * 100 >= c.added_percent))
			key(&e->far, far_clock(&c, t), usage);
		if (!lost(e, &c))
			key(&e->near, t + (int64_t)(delay * (double)MS), usage);
	}
	t += 20000 * MS;
	tick(&e->near, t);
	tick(&e->far, far_clock(&c, t));
	assert_int_equal(pair_judge(&e->pair, &e->near, &e->far), ERR_NONE);
	return e;
}

static const struct finding *found(const struct ends *e, const char *name)
{
	for (unsigned i = 0; i < e->pair.findings; i++)
		if (!strcmp(e->pair.finding[i].name, name))
			return &e->pair.finding[i];
	return NULL;
}

/* Losses that coverage allows, clocks 50 ppm apart that wander, minutes and hours: copper says nothing. */
static void copper(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		struct cable c = {.offset_s = (double)(i % 40) / 10,
		                  .ppm = (double)(i % 101) - 50,
		                  .wander_ppm = 5,
		                  .lost_per_mille = i % 11,
		                  .keys = 20 + i * 5,
		                  .requests = i % 30};
		struct ends *e = play(c, i + 1);

		assert_int_equal(e->pair.clock.by, PAIR_BY_MARKS);
		assert_true(fabs((double)e->pair.clock.drift * 1e6 + c.ppm) < 6);
		assert_int_equal(e->pair.findings, 0);
		assert_true(e->pair.keys_both + c.keys / 20 + 5 >= c.keys);
		free(e);
	}
}

static void redriven(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 25; i++) {
		/* A frame of 1 ms is the least that a second controller waits for. */
		struct cable c = {.offset_s = 1,
		                  .ppm = 20,
		                  .delay_ms = {0.2, 1.2 + i},
		                  .keys = 40 + i,
		                  .requests = 1};
		struct ends *e = play(c, i + 1);
		const struct finding *f = found(e, "re-driven");

		assert_non_null(f);
		assert_string_equal(f->rule, "R20");
		assert_int_equal(f->weight, WEIGHT_STRONG);
		assert_int_equal(f->group, GROUP_PRESENCE);
		assert_null(found(e, "added-keys"));
		free(e);
	}
}

/* Times of an operating system tell nothing about copper, nor does a coarse clock. */
static void coarse_times(void **state)
{
	struct cable c = {.delay_ms = {0.2, 3}, .keys = 60, .requests = 1};
	struct ends *e = play(c, 1);

	(void)state;
	assert_non_null(found(e, "re-driven"));
	e->near.on_wire = false;
	assert_int_equal(pair_judge(&e->pair, &e->near, &e->far), ERR_NONE);
	assert_null(found(e, "re-driven"));
	e->near.on_wire = true;
	e->far.step_ns = 1000000;
	assert_int_equal(pair_judge(&e->pair, &e->near, &e->far), ERR_NONE);
	assert_null(found(e, "re-driven"));
	free(e);
}

static void keys_at_one_end(void **state)
{
	struct cable c = {.offset_s = 0.5, .added_percent = 15, .keys = 200, .requests = 20};
	struct ends *e = play(c, 1);
	struct ends *back = play(c, 1);

	(void)state;
	assert_non_null(found(e, "added-keys"));
	assert_int_equal(found(e, "added-keys")->packet, 7);
	assert_null(found(e, "withheld-keys"));
	/* The other way round. */
	assert_int_equal(pair_judge(&back->pair, &e->far, &e->near), ERR_NONE);
	assert_non_null(found(back, "withheld-keys"));
	assert_null(found(back, "added-keys"));
	free(e);
	free(back);
}

static void devices_differ(void **state)
{
	struct cable c = {.keys = 30, .requests = 20, .other_device = true};
	struct ends *e = play(c, 1);

	(void)state;
	assert_int_equal(e->pair.findings, 2); /* each end's is not at the other */
	assert_non_null(found(e, "other-device"));
	assert_int_equal(e->pair.finding[0].packet, 3);
	/* Again, and again: it is one device. */
	device(&e->near, e->near.end_ns - MS, 2, 9);
	assert_int_equal(pair_judge(&e->pair, &e->near, &e->far), ERR_NONE);
	assert_int_equal(e->pair.findings, 2);
	/* Not while the other end was listened to: nobody can tell. */
	e->far.end_ns = e->far.begin_ns;
	assert_int_equal(pair_judge(&e->pair, &e->near, &e->far), ERR_NONE);
	assert_int_equal(e->pair.findings, 1);
	assert_non_null(strstr(e->pair.finding[0].text, "far end shows"));
	free(e);
}

/* Two captures that have nothing to do with each other must not be taken for a pair. */
static void strangers(void **state)
{
	struct cable c = {.keys = 1000, .letters = 6};
	unsigned aligned = 0;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		struct ends *a = play(c, 2 * i + 1), *b = play(c, 2 * i + 2);
		struct coverage seen, none = {0};

		assert_int_equal(pair_judge(&a->pair, &a->near, &b->far), ERR_NONE);
		aligned += a->pair.clock.by != PAIR_UNALIGNED;
		assert_int_equal(a->pair.findings, 0);
		pair_coverage(&seen, &a->pair, &none, &none);
		assert_int_equal(seen.missing, 1);
		free(a);
		free(b);
	}
	assert_int_equal(aligned, 0);
}

static void by_supply(void **state)
{
	struct ends *e = calloc(1, sizeof(*e));
	struct usb_bus_event line = {.line = {.event = LINE_VBUS_ON}};
	struct event on = {.kind = EVENT_LINE, .bus = &line, .t_ns = 1500 * MS};

	(void)state;
	assert_non_null(e);
	tick(&e->near, 0);
	tick(&e->far, 0);
	pair_trace_event(&e->near, &on);
	on.t_ns = 700 * MS;
	pair_trace_event(&e->far, &on);
	for (unsigned i = 0; i < 12; i++)
		key(&e->near, (5000 + 100 * (int64_t)i) * MS, (uint16_t)(4 + i));
	tick(&e->near, 30000 * MS);
	tick(&e->far, 29000 * MS);
	assert_int_equal(pair_judge(&e->pair, &e->near, &e->far), ERR_NONE);
	assert_int_equal(e->pair.clock.by, PAIR_BY_SUPPLY);
	assert_int_equal(e->pair.both_ns, 29000 * MS);
	assert_int_equal(pair_near_ns(&e->pair.clock, 0), 800 * MS);
	assert_non_null(found(e, "added-keys"));
	free(e);
}

/* More than is kept: what is kept is compared, and the rest is said to be missing. */
static void bounded(void **state)
{
	struct cable c = {.keys = PAIR_MARKS_MAX + 500, .ppm = 30, .wander_ppm = 5};
	struct ends *e = play(c, 5);
	struct coverage seen, none = {0}, full = {.missing = COVERAGE_MISSING_MAX};

	(void)state;
	assert_int_equal(e->near.keys.dropped, 500);
	assert_int_equal(e->pair.findings, 0);
	assert_true(e->pair.keys_both > PAIR_MARKS_MAX - 10);
	pair_coverage(&seen, &e->pair, &none, &full);
	assert_int_equal(seen.missing, COVERAGE_MISSING_MAX);
	assert_non_null(strstr(seen.text[0], "4096"));
	for (uint32_t i = 0; i < PAIR_DEVICES_MAX + 3; i++)
		device(&e->near, 100 * MS, 100 + i, (uint8_t)i);
	assert_int_equal(e->near.devices, PAIR_DEVICES_MAX);
	assert_int_equal(e->near.devices_dropped, 4);
	free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copper),         cmocka_unit_test(redriven),
		cmocka_unit_test(coarse_times),   cmocka_unit_test(keys_at_one_end),
		cmocka_unit_test(devices_differ), cmocka_unit_test(strangers),
		cmocka_unit_test(by_supply),      cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
