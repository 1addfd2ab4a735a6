/*
 * What the hardware does by itself, and what the firmware must do at once: trips and faults become states and alerts, and the
 * current's range is left when it is too small. In: pins, bands. Out: records, alerts, the range.
 * Leaves alone: the bus switch in guard mode, which cannot wait for the main loop.
 */
#include "tap.h"
#include "rp2040/board_io.h"
#include "rp2040/clock64.h"

static void watch_trips(struct tap *t)
{
	static const struct {
		uint32_t bit;
		uint8_t setting, alert;
	} table[] = {
		{BOARD_IO_OVERVOLTAGE, WIRE_SET_OVERVOLTAGE, WIRE_ALERT_OVERVOLTAGE},
		{BOARD_IO_VBUS_FAULT,  WIRE_SET_VBUS_FAULT,  WIRE_ALERT_VBUS_FAULT },
	};
	static uint32_t known;
	uint32_t trips = board_io_trips(), changed = trips ^ known;

	for (unsigned i = 0; changed && i < sizeof(table) / sizeof(table[0]); i++) {
		bool on = trips & table[i].bit;

		if (!(changed & table[i].bit))
			continue;
		say_state(t, (enum wire_setting)table[i].setting, WIRE_BY_HARDWARE, 0,
		          clock64_now(), !on, on);
		if (on)
			alerts_raise(&t->alerts, table[i].alert, 0, clock64_now());
	}
	known = trips;
}

/* The comparator has bypassed the 10 ohm by itself and given ADC0 the other amplifier: since the last look at the latest. */
static void watch_range(struct tap *t)
{
	static uint64_t last;
	uint64_t now = clock64_now();

	if (board_io_get(WIRE_SET_RANGE) == WIRE_RANGE_UA && board_io_get(WIRE_SET_VBUS) &&
	    board_io_trips() & BOARD_IO_RANGE_TRIP) {
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
	watch_trips(t);
	watch_range(t);
}
