/* Keyed supply in simulation: VBUS by the code, to the nanosecond; lines, current and the cable's radio follow it, the room does not. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/keyed.h"
#include "sim/sensors.h"

#define MS INT64_C(1000000)

enum { LEVEL_NANO = 18000000 }; /* 1 dB of the detector */

static struct scenarios set;

static struct {
	struct scenario_plan *plan;
	struct vbus_code code;
	bool on, answered, varies;
	unsigned changes, edges, packets, lives;
	enum wire_lines lines;
	uint64_t life, before; /* a sum over the times of a life's packets; of the one before */
	int64_t on_ns, last_ns;
} t;

static bool powered(int64_t t_ns)
{
	int64_t since = t_ns - t.plan->vbus_on_ns;

	return since >= 0 &&
	       vbus_code_on(&t.plan->key, (unsigned)(since / (t.plan->key.chip_ms * MS)));
}

static void on_setting(const struct record *r)
{
	assert_int_equal(r->setting.setting, WIRE_SET_VBUS);
	assert_int_equal(r->setting.cause, WIRE_BY_COMMAND);
	assert_int_equal((r->t_ns - t.plan->vbus_on_ns) % (t.plan->key.chip_ms * MS), 0);
	assert_int_equal(r->setting.after, powered(r->t_ns));
	assert_int_equal(r->setting.before, !r->setting.after);
	assert_true(powered(r->t_ns) != powered(r->t_ns - 1));
	assert_int_equal(t.lines, WIRE_SE0);
	t.on = r->setting.after != 0;
	if (!t.on && t.life) {
		/* Chance has another say in each. */
		assert_true(!t.varies || t.life != t.before);
		t.before = t.life;
		t.life = 0;
	}
	t.changes++;
	t.lives += t.on;
	t.on_ns = r->t_ns;
}

static void on_record(void *context, const struct record *r)
{
	(void)context;
	if (r->t_ns < t.last_ns)
		fail_msg("kind %d at %.6f behind %.6f; on %d", r->kind, (double)r->t_ns / 1e9,
		         (double)t.last_ns / 1e9, t.on);
	t.last_ns = r->t_ns;
	switch (r->kind) {
	case RECORD_SETTING:
		on_setting(r);
		break;
	case RECORD_REPLY:
		assert_int_equal(r->reply.head.opcode, WIRE_OP_VBUS_CODE);
		assert_true(vbus_code_get(&t.code, r->reply.data.bytes, r->reply.data.len));
		assert_int_equal(r->t_ns, t.plan->vbus_on_ns);
		t.answered = true;
		break;
	case RECORD_EDGES:
		/* At the moment of switching off what is high falls. */
		assert_true(t.on);
		t.edges++;
		t.lines = r->edges.edge[r->edges.count - 1].lines;
		break;
	case RECORD_PACKET:
		assert_true(t.on);
		t.packets++;
		t.life += (uint64_t)(r->t_ns - t.on_ns);
		break;
	default:
		break;
	}
}

static void start(const char *id, uint64_t seed)
{
	const struct scenario_settings s = {
		.seed = seed,
		.host = -1,
		.key = {.seed = 0x12345678 + (uint32_t)seed, .chips = 16, .chip_ms = 4000},
	};

	memset(&t, 0, sizeof(t));
	assert_int_equal(scenario_plan_new(&t.plan, scenarios_find(&set, id), &s), ERR_NONE);
}

static void play(void)
{
	const struct record_sink sink = {.record = on_record};
	struct keyed *k = keyed_new(t.plan, &sink, NULL);

	assert_non_null(k);
	while (keyed_step(k))
		;
	keyed_free(k);
}

static void lines_follow_the_code(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		start("M01", seed);
		play();
		assert_true(t.answered);
		assert_memory_equal(&t.code, &t.plan->key, sizeof(t.code));
		assert_false(t.on);
		assert_in_range(t.changes, 10, 16);
		assert_int_equal(t.changes, 2 * t.lives);
		/* Each life has its boot log, of thousands of edges. */
		assert_in_range(t.edges, t.lives * 1000, t.lives * 10000);
		scenario_plan_free(t.plan);
		start("M14", seed);
		t.varies = true;
		play();
		assert_in_range(t.packets, t.lives * 100, t.lives * 100000);
		scenario_plan_free(t.plan);
	}
}

/* In the room of B15, with the radio of M01 in it. */
static void radio_and_current_follow_the_code(void **state)
{
	unsigned strong[2] = {0}, weak[2] = {0}, bands[2] = {0};
	struct scenario both = *scenarios_find(&set, "M01");
	const struct scenario *room = scenarios_find(&set, "B15");
	const struct scenario_settings s = {
		.seed = 3, .host = -1, .key = {.seed = 99, .chips = 16, .chip_ms = 4000}};
	struct sensors *sensors;
	const struct record *r;

	(void)state;
	both.ambient = room->ambient;
	both.ambient_count = room->ambient_count;
	memset(&t, 0, sizeof(t));
	assert_int_equal(scenario_plan_new(&t.plan, &both, &s), ERR_NONE);
	sensors = sensors_new(t.plan);
	assert_non_null(sensors);
	while ((r = sensors_next(sensors)) != NULL) {
		bool on = powered(r->t_ns);

		if (r->kind == RECORD_BURST && r->burst.sensor.channel == WIRE_RADIO) {
			/* The room ends at 20 dB, and two of it at once are 23. */
			if (r->burst.peak_nano > 30 * LEVEL_NANO)
				strong[on]++;
			else
				weak[on]++;
		} else if (r->kind == RECORD_BAND && r->band.sensor.channel == WIRE_CURRENT &&
		           powered(r->t_ns + MS) == on) {
			bands[on]++;
			if (on)
				assert_true(r->band.mean_nano > 40000000);
			else
				assert_in_range(r->band.mean_nano + 500000, 0, 1000000);
		}
	}
	sensors_free(sensors);
	scenario_plan_free(t.plan);
	assert_int_equal(strong[0], 0);
	/* Eight chips, less what it takes to start in each life. */
	assert_in_range(strong[1], 150, 310);
	assert_in_range(bands[1], 31900, 32000);
	assert_in_range(weak[0], weak[1] / 2, weak[1] * 2);
}

static int begin(void **state)
{
	char message[SCENARIO_MESSAGE_MAX];

	(void)state;
	return scenarios_read(&set, "host/sim/scenarios.json", message) == ERR_NONE ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	scenarios_release(&set);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_follow_the_code),
		cmocka_unit_test(radio_and_current_follow_the_code),
	};

	return cmocka_run_group_tests(tests, begin, finish);
}
