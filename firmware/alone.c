/*
 * The tap without a PC: the button starts a test, three LEDs and the buzzer tell its verdict. In: what listener and sensors
 * have now. Out: VBUS, pull-downs, range, LEDs, tones. Leaves alone: the verdict itself (core/standalone.h).
 */
#include "tap.h"
#include "rp2040/board_io.h"
#include "rp2040/clock64.h"
#include "rp2040/listen.h"
#include "rp2040/person.h"

enum {
	TICKS_PER_MS = WIRE_TICK_HZ / 1000,
	BLINK_MS = 250,
	LED_GREEN = 1,
	LED_AMBER = 2,
	LED_RED = 4,
	BOTH_PULL_DOWNS = 3,
};

/* By colour; the worse, the longer. */
static const struct {
	uint8_t led;
	uint16_t hz, ms;
} shown[] = {
	{0, 0, 0},
	{LED_GREEN, 4000, 60},
	{LED_AMBER, 2700, 300},
	{LED_RED, 2700, 1000},
};

static uint32_t losses(const struct tap *t)
{
	return listen_lost.words + listen_lost.changes + t->sensor.lost_samples;
}

static void start(struct tap *t)
{
	struct alone *a = &t->alone;

	standalone_start(&a->verdict);
	uart_watch_init(&a->uart);
	a->losses = losses(t);
	a->told = STANDALONE_NONE;
	a->moved = a->blind = false;
	control_set(t, WIRE_SET_SWITCH, WIRE_SWITCH_OPEN, WIRE_BY_BUTTON, 0);
	control_set(t, WIRE_SET_PULL_DOWNS, BOTH_PULL_DOWNS, WIRE_BY_BUTTON, 0);
	control_set(t, WIRE_SET_RANGE, WIRE_RANGE_MA, WIRE_BY_BUTTON, 0);
	/* A latch that does not let go leaves the cable without VBUS: that is no test. */
	if (control_set(t, WIRE_SET_VBUS, 1, WIRE_BY_BUTTON, 0) != WIRE_OK)
		a->blind = true;
}

void alone_stop(struct tap *t)
{
	t->alone.verdict.running = false;
}

static uint32_t j_ms(const struct tap *t)
{
	uint64_t now = clock64_now();

	/* A gate is open from a K on: it is no J, and what comes of it moves. */
	if (t->line.gated || (t->line.lines != WIRE_DP && t->line.lines != WIRE_DM) ||
	    now < t->line.since)
		return 0;
	return (uint32_t)((now - t->line.since) / TICKS_PER_MS);
}

static void light(struct tap *t, uint8_t on)
{
	uint8_t before = person_leds_now();

	if (on == before)
		return;
	person_leds(on);
	say_state(t, WIRE_SET_LEDS, WIRE_BY_BUTTON, 0, clock64_now(), before, on);
}

static void show(struct tap *t)
{
	struct alone *a = &t->alone;
	enum standalone_colour colour = a->verdict.colour;

	if (a->verdict.running && !colour) {
		light(t, a->verdict.ms / BLINK_MS % 2 ? LED_AMBER : 0);
		return;
	}
	if (colour == a->told)
		return;
	a->told = colour;
	light(t, shown[colour].led);
	if (!shown[colour].hz)
		return;
	person_buzz(shown[colour].hz, shown[colour].ms);
	say_state(t, WIRE_SET_BUZZER, WIRE_BY_BUTTON, 0, clock64_now(), 0, shown[colour].hz);
}

static void step(struct tap *t)
{
	struct alone *a = &t->alone;
	const struct standalone_seen seen = {
		.j_ms = j_ms(t),
		.text = a->uart.text,
		.moved = a->moved,
		.lost = losses(t) != a->losses,
		.blind = a->blind || t->line.blind || !board_io_get(WIRE_SET_VBUS),
		.failed = t->failed_checks != 0,
		.range = (enum wire_range)board_io_get(WIRE_SET_RANGE),
		.current = a->current,
		.current_known = a->current_known,
	};

	a->moved = a->current_known = false;
	if (standalone_ms(&a->verdict, &seen))
		control_set(t, WIRE_SET_RANGE, WIRE_RANGE_UA, WIRE_BY_BUTTON, 0);
	show(t);
	if (a->verdict.running)
		return;
	control_set(t, WIRE_SET_VBUS, 0, WIRE_BY_BUTTON, 0);
	control_set(t, WIRE_SET_RANGE, WIRE_RANGE_MA, WIRE_BY_BUTTON, 0);
}

void alone_ms(struct tap *t)
{
	struct alone *a = &t->alone;

	/* With a PC on the line it is the PC's to decide. */
	a->wanted |= person_pressed() && !usb_dev_active(&t->usb);
	/* Who presses while the tap tests itself has not pressed in vain. */
	if (a->wanted && !t->selftest.steps.running && !calibrate_running(t)) {
		a->wanted = false;
		start(t);
	}
	if (a->verdict.running)
		step(t);
}

void alone_band(struct tap *t, const struct wire_band *b)
{
	if (b->channel != WIRE_CURRENT)
		return;
	t->alone.current = b->mean;
	t->alone.current_known = true;
}

void alone_packet(struct tap *t)
{
	t->alone.moved = true;
}

void alone_edge(struct tap *t, uint64_t tick, enum wire_lines lines)
{
	if (!t->alone.verdict.running)
		return;
	t->alone.moved = true;
	uart_watch_edge(&t->alone.uart, tick, lines);
}
