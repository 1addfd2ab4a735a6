/*
 * What the hardware does by itself, and what the firmware must do at once: trips and faults become states and alerts, a
 * range that is too small is left, and guard mode opens the bus switch, in an interrupt where there is one for it.
 * In: pins, packets, the state of the tap's own port. Out: pins, records, alerts. Leaves alone: commands (control.c).
 */
#include "tap.h"
#include "rp2040/board_io.h"
#include "rp2040/clock64.h"
#include "rp2040/listen_end.h"
#include "rp2040/startup.h"
#include "rp2040/vbus_pin.h"

/* 20 ms of current limit: the inrush of any cable is over long before. The main loop looks more often than each 10 ms. */
enum {
	FAULT_BEARABLE = WIRE_TICK_HZ / 50,
	LOOKS_APART = WIRE_TICK_HZ / 100,
};

/* For the handlers that have no context. */
static struct tap *watched;

/* Interrupts are off. The pin first: everything else can wait. */
static void trip(struct tap *t, enum wire_guard bit, enum wire_alert_what what, uint8_t address)
{
	uint32_t before = board_io_get(WIRE_SET_SWITCH);

	if (!(t->guard.mask & bit))
		return;
	board_io_set(WIRE_SET_SWITCH, WIRE_SWITCH_OPEN);
	guard_trip(&t->guard, bit, what, address, clock64_now());
	t->switch_before = (uint8_t)before;
}

static void on_overvoltage(void)
{
	trip(watched, WIRE_GUARD_OVERVOLTAGE, WIRE_ALERT_OVERVOLTAGE, 0);
}

void watch_host(struct tap *t, bool active)
{
	if (!active)
		trip(t, WIRE_GUARD_HOST_LOST, WIRE_ALERT_HOST_LOST, 0);
}

/* In its interrupt, as soon as the packet has ended. */
static struct keyboard_watch guarded;

static bool guard_wants(unsigned pid)
{
	return keyboard_watch_wants(&guarded, pid);
}

static void guard_packet(const struct rx_packet *p)
{
	uint8_t address;

	if (keyboard_watch_packet(&guarded, p, &address))
		trip(watched, WIRE_GUARD_KEYBOARD, WIRE_ALERT_KEYBOARD, address);
}

static bool guard_idle(void)
{
	return keyboard_watch_idle(&guarded);
}

void watch_guarded(const struct tap *t)
{
	static const struct listen_follower follower = {
		.wants = guard_wants, .packet = guard_packet, .idle = guard_idle};

	if (!(t->guard.mask & WIRE_GUARD_KEYBOARD)) {
		listen_follow(NULL);
		return;
	}
	/* Armed in the middle of a transfer: what is known of it. */
	guarded = t->keyboard;
	listen_follow(&follower);
}

static void look_at(struct tap *t, const struct rx_packet *p)
{
	uint8_t address;
	uint32_t held;

	alone_packet(t);
	if (!keyboard_watch_cares(&t->keyboard, p) ||
	    !keyboard_watch_packet(&t->keyboard, p, &address))
		return;
	/* What it was armed in the middle of. */
	held = interrupts_hold();
	trip(t, WIRE_GUARD_KEYBOARD, WIRE_ALERT_KEYBOARD, address);
	interrupts_release(held);
	/* Unguarded it is an alert all the same; the guard's own is told by watch_guard. */
	if (!t->guard.tripped || t->guard.what != WIRE_ALERT_KEYBOARD)
		alerts_raise(&t->alerts, WIRE_ALERT_KEYBOARD, address, clock64_now());
}

/* The context is the reporter's. */
static void on_packet(void *context, const struct rx_packet *p)
{
	look_at(watched, p);
	watched->reporter.sink.packet(context, p);
}

static void on_transaction(void *context, const struct rx_packet *const packet[3])
{
	/* No SETUP is among them: only inside a control transfer can they show something. */
	if (keyboard_watch_idle(&watched->keyboard)) {
		alone_packet(watched);
	} else {
		for (unsigned i = 0; i < 3; i++)
			look_at(watched, packet[i]);
	}
	watched->reporter.sink.transaction(context, packet);
}

static void on_edge(void *context, uint64_t tick, enum wire_lines lines)
{
	alone_edge(watched, tick, lines);
	watched->reporter.sink.edge(context, tick, lines);
}

/* What the tap plays to itself is no traffic, and no keyboard to be alarmed at. */
static void on_own_packet(void *context, const struct rx_packet *p)
{
	struct selftest *s = &watched->selftest.steps;
	uint8_t address;

	(void)context;
	selftest_packet(s, p);
	s->keyboard |= keyboard_watch_packet(&watched->keyboard, p, &address);
}

static void on_own_transaction(void *context, const struct rx_packet *const packet[3])
{
	for (unsigned i = 0; i < 3; i++)
		on_own_packet(context, packet[i]);
}

void watch_self(struct tap *t, bool own)
{
	t->keyboard = (struct keyboard_watch){0};
	t->hears.packet = own ? on_own_packet : on_packet;
	t->hears.transaction = own ? on_own_transaction : on_transaction;
}

void watch_start(struct tap *t)
{
	watched = t;
	t->hears = t->reporter.sink;
	t->hears.edge = on_edge;
	watch_self(t, false);
	board_io_watch(on_overvoltage);
}

static void watch_guard(struct tap *t)
{
	const struct guard *g = &t->guard;
	uint32_t before, held;

	if (!g->mask && !g->untold)
		return;
	before = board_io_get(WIRE_SET_SWITCH);
	held = interrupts_hold();
	if (guard_time(&t->guard, clock64_now())) {
		board_io_set(WIRE_SET_SWITCH, WIRE_SWITCH_OPEN);
		t->switch_before = (uint8_t)before;
	}
	interrupts_release(held);
	if (!g->untold)
		return;
	t->guard.untold = false;
	say_state(t, WIRE_SET_SWITCH, WIRE_BY_GUARD, 0, g->at, t->switch_before, WIRE_SWITCH_OPEN);
	say_state(t, WIRE_SET_GUARD, WIRE_BY_GUARD, 0, g->at, g->was, 0);
	/* The latch is an alert of its own. */
	if (g->what != WIRE_ALERT_OVERVOLTAGE)
		alerts_raise(&t->alerts, (enum wire_alert_what)g->what, g->address, g->at);
}

static void watch_code(struct tap *t)
{
	struct vbus_pin_change made;

	while (vbus_pin_made(&made))
		say_state(t, WIRE_SET_VBUS, WIRE_BY_COMMAND, t->keyer.request, made.at, !made.on,
		          made.on);
}

/* The hardware has opened both: the pins follow, or clearing the latch would close them again. */
static void make_safe(struct tap *t)
{
	vbus_pin_stop(&t->keyer);
	if (board_io_get(WIRE_SET_VBUS))
		control_set(t, WIRE_SET_VBUS, 0, WIRE_BY_HARDWARE, 0);
	if (board_io_get(WIRE_SET_SWITCH))
		control_set(t, WIRE_SET_SWITCH, WIRE_SWITCH_OPEN, WIRE_BY_HARDWARE, 0);
}

static void watch_trips(struct tap *t)
{
	static const struct {
		uint32_t bit;
		uint8_t setting, alert;
	} table[] = {
		{BOARD_IO_OVERVOLTAGE, WIRE_SET_OVERVOLTAGE, WIRE_ALERT_OVERVOLTAGE},
		{BOARD_IO_VBUS_FAULT, WIRE_SET_VBUS_FAULT, WIRE_ALERT_VBUS_FAULT},
	};
	static uint32_t known;
	static uint64_t fault_since;
	uint32_t trips = board_io_trips() & (BOARD_IO_OVERVOLTAGE | BOARD_IO_VBUS_FAULT),
		 changed = trips ^ known;
	uint64_t now;

	if (!changed && !(trips & BOARD_IO_VBUS_FAULT))
		return;
	now = clock64_now();
	if (changed & trips & BOARD_IO_OVERVOLTAGE)
		make_safe(t);
	if (changed & BOARD_IO_VBUS_FAULT)
		fault_since = now;
	if (trips & BOARD_IO_VBUS_FAULT && board_io_get(WIRE_SET_VBUS) &&
	    now - fault_since > FAULT_BEARABLE) {
		vbus_pin_stop(&t->keyer);
		control_set(t, WIRE_SET_VBUS, 0, WIRE_BY_HARDWARE, 0);
	}
	for (unsigned i = 0; changed && i < sizeof(table) / sizeof(table[0]); i++) {
		bool on = trips & table[i].bit;

		if (!(changed & table[i].bit))
			continue;
		say_state(t, (enum wire_setting)table[i].setting, WIRE_BY_HARDWARE, 0, now, !on,
		          on);
		if (on)
			alerts_raise(&t->alerts, table[i].alert, 0, now);
	}
	known = trips;
}

/* The comparator has bypassed the 10 ohm by itself and given ADC0 the other amplifier: since the last look at the latest. */
static void watch_range(struct tap *t)
{
	static uint64_t last;
	uint64_t now;

	if (board_io_get(WIRE_SET_RANGE) != WIRE_RANGE_UA)
		return;
	now = clock64_now();
	/* Before the first look there was none in this range. */
	if (board_io_get(WIRE_SET_VBUS) && board_io_trips() & BOARD_IO_RANGE_TRIP) {
		if (now - last > LOOKS_APART)
			last = now;
		board_io_set(WIRE_SET_RANGE, WIRE_RANGE_MA);
		sensor_change(&t->sensor, WIRE_CURRENT, WIRE_RANGE_MA, last,
		              (uint32_t)(now - last) +
		                      sensor_settling(WIRE_CURRENT, WIRE_RANGE_MA));
		say_state(t, WIRE_SET_RANGE, WIRE_BY_HARDWARE, 0, now, WIRE_RANGE_UA,
		          WIRE_RANGE_MA);
	}
	last = now;
}

void watch_run(struct tap *t)
{
	watch_guard(t);
	watch_code(t);
	watch_trips(t);
	watch_range(t);
}
