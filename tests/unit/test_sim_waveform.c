/*
 * Waveforms of scenarios against the tap's listener: the real PIO programs on a model of the state machines, the real
 * decoder behind them. What it hears is what the simulated bus said, packet by packet, and the lines' text in between.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/play.h"
#include "sim/waveform.h"
#include "tests/wave/heard.h"

#define MS INT64_C(1000000)

static const char set_name[] = "host/sim/scenarios.json";

static struct {
	struct scenarios set;
	struct wave wave;
	struct heard sent, heard;
	struct waveform_sink sink;
	struct waveform_lines lines;
	struct listener listener;
	int64_t from_ns, until_ns; /* what is listened to */
} t;

static void edge(struct wave_wire *wire, int64_t ps, bool high)
{
	if (wire->count == wire->room) {
		wire->room = wire->room * 2 + 1024;
		wire->edge = realloc(wire->edge, wire->room * sizeof(*wire->edge));
		assert_non_null(wire->edge);
	}
	wire->edge[wire->count++] = (struct wave_edge){ps, high};
}

static void on_change(void *context, int64_t t_ps, enum waveform_what what, double value)
{
	int lines = (int)value;

	(void)context;
	if (what != WAVEFORM_LINES)
		return;
	t_ps -= t.from_ns * 1000;
	for (int i = 0; i < 2; i++)
		if ((lines ^ t.wave.lines) >> i & 1)
			edge(&t.wave.wire[i], t_ps > 0 ? t_ps : 0, lines >> i & 1);
	t.wave.lines = lines;
}

static void on_record(void *context, const struct record *r)
{
	const struct record_packet *p = &r->packet_data;

	(void)context;
	if (r->t_ns >= t.until_ns)
		return;
	waveform_lines_record(&t.lines, r);
	if (r->kind == RECORD_PACKET && r->t_ns >= t.from_ns)
		heard_expect(&t.sent, (r->t_ns - t.from_ns) * 1000, p->speed, p->bytes, p->len);
}

/* Up to `ms` after the event of this kind that comes `nth`. */
static struct scenario_plan *play(const char *id, enum scenario_ev ev, int64_t before_ms,
                                  int64_t ms, uint64_t seed)
{
	const struct scenario_settings set = {.seed = seed, .host = -1};
	const struct record_sink sink = {.record = on_record};
	const struct scenario *s = scenarios_find(&t.set, id);
	struct scenario_plan *plan;
	struct play *p;

	assert_non_null(s);
	assert_int_equal(scenario_plan_new(&plan, s, &set), ERR_NONE);
	for (size_t i = s->usb_count; i-- > 0;)
		if (s->usb[i].ev == ev)
			t.from_ns = plan->item[i].start_ns - before_ms * MS;
	t.until_ns = t.from_ns + ms * MS;
	wave_init(&t.wave, USB_SPEED_FULL, 1);
	heard_init(&t.sent);
	heard_init(&t.heard);
	listener_init(&t.listener, &t.heard.sink);
	t.sink = (struct waveform_sink){.change = on_change};
	waveform_lines_init(&t.lines, &t.sink);
	p = play_new(plan, &sink, NULL);
	assert_non_null(p);
	while (play_now(p) < t.until_ns && play_step(p))
		;
	play_free(p);
	t.wave.now = (double)(ms * MS) * 1000;
	return plan;
}

static void end(struct scenario_plan *plan)
{
	wave_release(&t.wave);
	heard_release(&t.sent);
	heard_release(&t.heard);
	scenario_plan_free(plan);
}

static void all_is_heard(const char *id, enum scenario_ev ev, int64_t ms, unsigned most)
{
	static const double phases[] = {0, 3100, 6900};

	for (unsigned i = 0; i < 3; i++) {
		struct scenario_plan *plan = play(id, ev, 2, ms, 1 + i);
		size_t n = 0;

		listener_play(&t.listener, &t.wave, phases[i], 12000);
		assert_true(t.sent.packets >= most);
		for (size_t k = 0; k < t.heard.packets; k++) {
			const struct heard_packet *got = &t.heard.packet[k],
						  *said = &t.sent.packet[n];

			assert_true(n < t.sent.packets);
			if (got->len != said->len ||
			    memcmp(got->bytes, said->bytes, got->len) != 0 || got->flags ||
			    got->speed != said->speed)
				fail_msg("%s: packet %zu of %zu: %u bytes, PID %02x, flags %u "
				         "heard; %u bytes, "
				         "PID %02x sent",
				         id, k, t.heard.packets, got->len, got->bytes[0],
				         got->flags, said->len, said->bytes[0]);
			n++;
		}
		assert_int_equal(n, t.sent.packets);
		end(plan);
	}
}

/* Low speed: a device that enumerates, with keep-alives in between. */
static void low_speed_is_heard(void **state)
{
	(void)state;
	all_is_heard("M14", SCENARIO_ENUMERATE, 450, 100);
}

static void full_speed_is_heard(void **state)
{
	(void)state;
	all_is_heard("M23", SCENARIO_ENUMERATE, 320, 100);
}

/* A hub, and behind it a slow device: PRE before what the host sends. */
static void slow_packets_behind_a_hub_are_heard(void **state)
{
	(void)state;
	all_is_heard("M22", SCENARIO_DOWNSTREAM, 320, 100);
}

static void boot_log_is_read(void **state)
{
	struct scenario_plan *plan = play("M01", SCENARIO_UART, 1, 130, 1);
	char text[400] = "";

	(void)state;
	listener_play(&t.listener, &t.wave, 1000, 12000);
	heard_uart(&t.heard, 1, 74880, text, sizeof(text) - 1);
	if (!strstr(text, "ets Jan  8 2013,rst cause:"))
		fail_msg("read: %s", text);
	end(plan);
}

static int begin(void **state)
{
	char message[SCENARIO_MESSAGE_MAX];

	(void)state;
	return scenarios_read(&t.set, set_name, message) == ERR_NONE ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	scenarios_release(&t.set);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(low_speed_is_heard),
		cmocka_unit_test(full_speed_is_heard),
		cmocka_unit_test(slow_packets_behind_a_hub_are_heard),
		cmocka_unit_test(boot_log_is_read),
	};

	return cmocka_run_group_tests(tests, begin, finish);
}
