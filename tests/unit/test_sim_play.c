/* The bus half of scenarios: order and times of events, the tap's records of them, and that seeds vary what they should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/play.h"
#include "sim/tap_model.h"
#include "sim/wires.h"

#define MS INT64_C(1000000)

static struct scenarios set;

/* What a run was, in figures. */
struct seen {
	uint64_t hash, records[RECORD_UNKNOWN + 1], lines[LINE_EVENTS];
	int64_t latest_ns, back_ns, attach_ns;
	unsigned keys, items, devices;
	uint64_t edges, bad_order;
};

static void mix(struct seen *s, uint64_t v)
{
	s->hash = (s->hash ^ v) * UINT64_C(0x100000001b3);
}

static void on_record(void *context, const struct record *r)
{
	struct seen *s = context;

	s->records[r->kind]++;
	mix(s, (uint64_t)r->t_ns);
	mix(s, r->kind);
	if (r->kind == RECORD_PACKET)
		for (uint32_t i = 0; i < r->packet_data.len; i++)
			mix(s, r->packet_data.bytes[i]);
	if (r->kind == RECORD_LINE) {
		s->lines[r->line.event]++;
		if (r->line.event == LINE_ATTACH && !s->attach_ns)
			s->attach_ns = r->t_ns;
	}
	if (r->kind == RECORD_EDGES)
		s->edges += r->edges.count;
	if (s->latest_ns - r->t_ns > s->back_ns)
		s->back_ns = s->latest_ns - r->t_ns;
	if (r->t_ns > s->latest_ns)
		s->latest_ns = r->t_ns;
}

static void on_item(void *context, int item, const struct scenario_span *span)
{
	struct seen *s = context;

	(void)item;
	s->items++;
	if (span->start_ns > span->end_ns)
		s->bad_order++;
}

static void on_key(void *context, int item, uint16_t usage, uint8_t modifiers, int64_t t_ns)
{
	struct seen *s = context;

	(void)item;
	(void)modifiers;
	(void)t_ns;
	s->keys += usage != 0;
}

static void on_device(void *context, int item, const struct sim_device *d, uint8_t address,
                      int64_t t_ns)
{
	struct seen *s = context;

	(void)item;
	(void)t_ns;
	assert_non_null(d);
	assert_in_range(address, 1, 127);
	s->devices++;
}

static void play(const char *id, uint64_t seed, double loss, struct seen *s,
                 struct scenario_plan **keep)
{
	const struct scenario_settings settings = {.seed = seed, .host = -1};
	const struct scenario *scenario = scenarios_find(&set, id);
	const struct record_sink sink = {.context = s, .record = on_record};
	const struct play_watch watch = {
		.context = s, .item = on_item, .key = on_key, .device = on_device};
	struct tap_model *tap = malloc(sizeof(*tap));
	const struct record_sink wires = {.context = tap, .record = tap_model_record};
	struct scenario_plan *plan;
	struct play *p;

	assert_non_null(scenario);
	assert_non_null(tap);
	*s = (struct seen){.hash = 1};
	assert_int_equal(scenario_plan_new(&plan, scenario, &settings), ERR_NONE);
	tap_model_init(tap, &sink, seed, loss);
	p = play_new(plan, &wires, &watch);
	assert_non_null(p);
	while (play_step(p))
		;
	tap_model_until(tap, plan->end_ns);
	assert_int_equal(s->items, scenario_items(scenario));
	assert_int_equal(s->bad_order, 0);
	/* A tap is sure of a detach after 100 ms, and says then when it began. */
	assert_in_range(s->back_ns, 0, 101 * MS);
	assert_true(s->latest_ns <= plan->end_ns);
	play_free(p);
	free(tap);
	if (keep)
		*keep = plan;
	else
		scenario_plan_free(plan);
}

static const struct scenario_span *span_of(const struct scenario_plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->scenario->usb_count; i++)
		if (plan->scenario->usb[i].id && !strcmp(plan->scenario->usb[i].id, id))
			return &plan->item[i];
	fail_msg("no item '%s'", id);
	return NULL;
}

/* M13: SE0 for 250 ms, attach, a null report a second after the enumeration, typing a second later, 40 keys of 16 ms. */
static void test_times(void **state)
{
	struct scenario_plan *plan;
	struct seen s;
	int64_t drop;

	(void)state;
	play("M13", 7, 0, &s, &plan);
	assert_int_equal(s.keys, 40);
	assert_int_equal(s.devices, 1);
	drop = span_of(plan, "drop")->start_ns - plan->vbus_on_ns;
	assert_in_range(drop, 12000 * MS, 15000 * MS);
	assert_in_range(span_of(plan, "drop")->end_ns - span_of(plan, "drop")->start_ns, 250 * MS,
	                250 * MS);
	assert_int_equal(s.attach_ns, span_of(plan, "drop")->end_ns);
	assert_in_range(span_of(plan, "null1")->start_ns - span_of(plan, "enum")->end_ns, 1000 * MS,
	                1001 * MS);
	assert_in_range(span_of(plan, "type")->start_ns - span_of(plan, "null1")->end_ns, 1000 * MS,
	                1001 * MS);
	/* 39 intervals, and the last key's hold of one poll of 8 ms. */
	assert_in_range(span_of(plan, "type")->end_ns - span_of(plan, "type")->start_ns,
	                (39 * 16 + 8) * MS, (39 * 16 + 8 + 8 + 40 * 8) * MS);
	assert_in_range(span_of(plan, "detach")->start_ns - span_of(plan, "type")->end_ns, 50 * MS,
	                201 * MS);
	scenario_plan_free(plan);
}

/* An item that hangs on the start of radio, and radio that hangs on its end. */
static void test_references(void **state)
{
	struct scenario_plan *plan;
	const struct scenario *m03;
	struct seen s;

	(void)state;
	play("M03", 3, 0, &s, &plan);
	m03 = plan->scenario;
	assert_int_equal(s.keys, 210);
	assert_int_equal(s.devices, 10);
	for (size_t i = 1; i < m03->rf_count; i++) {
		char pulse[16] = "pulse", detach[16] = "detach";
		int64_t order = plan->item[scenario_radio_item(m03, i)].start_ns, lag;

		strcat(pulse, m03->rf[i].id + strlen("order"));
		strcat(detach, m03->rf[i].id + strlen("order"));
		lag = span_of(plan, pulse)->start_ns - order;
		assert_in_range(lag, 5 * MS, 46 * MS);
		assert_true(span_of(plan, detach)->end_ns > order);
	}
	/* Ten lives, each seen to come and to go, and the phantom of its start. */
	assert_in_range(s.lines[LINE_ATTACH], 10, 12);
	assert_in_range(s.lines[LINE_DETACH], 10, 12);
	scenario_plan_free(plan);
}

static void test_seeds(void **state)
{
	static const char *const ids[] = {"M05", "M16", "M17", "M22", "B12", "B16"};
	struct seen a, b, c;

	(void)state;
	for (unsigned i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		play(ids[i], 11, 1e-4, &a, NULL);
		play(ids[i], 11, 1e-4, &b, NULL);
		play(ids[i], 12, 1e-4, &c, NULL);
		assert_memory_equal(&a, &b, sizeof(a));
		assert_true(a.hash != c.hash);
		assert_true(a.attach_ns != c.attach_ns);
	}
}

/* High speed is blindness, dips are of the supply, suspend is seen, every packet kind of traffic comes. */
static void test_kinds(void **state)
{
	struct scenario_plan *plan;
	struct seen s;

	(void)state;
	play("M05", 1, 0, &s, NULL);
	assert_int_equal(s.lines[LINE_BLIND], 2);
	assert_int_equal(s.lines[LINE_SIGHTED], 1);
	play("B16", 1, 0, &s, NULL);
	/* On, and four dips: off and on. */
	assert_int_equal(s.records[RECORD_SETTING], 9);
	play("M25", 1, 0, &s, &plan);
	assert_int_equal(s.lines[LINE_SUSPEND], s.lines[LINE_RESUME]);
	assert_true(s.lines[LINE_RESUME] >= 1);
	scenario_plan_free(plan);
	play("M33", 1, 0, &s, &plan);
	assert_int_equal(s.records[RECORD_ALERT], 1);
	assert_in_range(plan->vbus_cut_ns - plan->vbus_on_ns, 1100 * MS, 1300 * MS);
	scenario_plan_free(plan);
	/* 15 s of audio: a packet each millisecond and its token. */
	play("B11", 1, 0, &s, NULL);
	assert_in_range(s.records[RECORD_PACKET], 2 * 14990, 2 * 15000 + 400);
	/* Reports in and requests out, each 20 ms for a minute. */
	play("M21", 1, 0, &s, &plan);
	assert_int_equal(plan->report_lists, 1);
	assert_in_range(plan->reports[0].count, 2950, 3001);
	scenario_plan_free(plan);
}

/* Of the UART's edges one in ten thousand goes, in runs; without loss all of them come. */
static void test_loss(void **state)
{
	struct seen all, few;
	uint64_t lost = 0, of = 0;

	(void)state;
	play("M01", 1, 0, &all, NULL);
	for (uint64_t seed = 1; seed <= 40; seed++) {
		play("M01", seed, 1e-2, &few, NULL);
		lost += all.edges - few.edges;
		of += all.edges;
	}
	assert_in_range(lost * 10000 / of, 50, 150);
}

/* 8N1 as levels. */
static void test_uart_levels(void **state)
{
	struct seen s = {0};
	const struct record_sink sink = {.context = &s, .record = on_record};
	struct wires w;
	int64_t end;

	(void)state;
	wires_init(&w, &sink);
	end = wires_uart(&w, 1000, false, 115200, "U");
	/* 55 is an edge each bit: up, start, eight bits, stop. */
	assert_int_equal(s.edges, 11);
	assert_int_equal(end, 1000 + 10 * 1000000000LL / 115200);
	assert_int_equal(w.lines, WIRE_DM);
}

static int open_set(void **state)
{
	char message[SCENARIO_MESSAGE_MAX];

	(void)state;
	return scenarios_read(&set, "host/sim/scenarios.json", message);
}

static int close_set(void **state)
{
	(void)state;
	scenarios_release(&set);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times), cmocka_unit_test(test_references),
		cmocka_unit_test(test_seeds), cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_loss),  cmocka_unit_test(test_uart_levels),
	};

	return cmocka_run_group_tests(tests, open_set, close_set);
}
