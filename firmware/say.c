/* Records and reports about the tap itself: HELLO, STATE, STATUS. In: the tap. Out: its stream. Leaves alone: when to say it. */
#include "tap.h"
#include "rp2040/board_io.h"
#include "rp2040/clock64.h"
#include "rp2040/listen.h"
#include "rp2040/startup.h"
#include "rp2040/tick.h"

void say_status(struct tap *t, uint8_t *to)
{
	const struct wire_status s = {
		.packets = t->line.packets,
		.bad_packets = t->line.bad_packets,
		.lost_line = listen_lost.words,
		.lost_events = listen_lost.changes,
		.lost_records = t->up.lost_total,
		.lost_sensor = t->sensor.lost_samples,
		.line_high_water = (uint16_t)(listen_lost.line_high * 8),
		.event_high_water = (uint16_t)(listen_lost.event_high * 8),
		.up_high_water = (uint16_t)(t->up.high * 2047),
		.cpu = tick_cpu(),
		.alerts = t->alerts.sequence,
	};

	wire_status_put(to, &s);
}

void say_hello(struct tap *t)
{
	const struct wire_hello h = {
		.version = WIRE_VERSION,
		.capabilities = WIRE_CAN_LISTEN | WIRE_CAN_SENSE | WIRE_CAN_SWITCH | WIRE_CAN_GUARD,
		.tick_hz = WIRE_TICK_HZ,
		.serial = t->usb.serial,
		.boot_id = tick_boot_id(),
		.firmware = image_hash,
		.board = BOARD_REVISION,
		.start_cause = tick_start_cause(),
		.bus_switch = (uint8_t)board_io_get(WIRE_SET_SWITCH),
		.vbus = (uint8_t)board_io_get(WIRE_SET_VBUS),
		.range = (uint8_t)board_io_get(WIRE_SET_RANGE),
		.capturing = t->reporter.capturing,
		.speed = (uint8_t)t->line.speed,
		.calibration = t->calibration.store.newest.id,
		.guard = t->guard.mask,
		.failed_checks = t->failed_checks,
		.burst_threshold = {t->sensor.burst_threshold[0], t->sensor.burst_threshold[1]},
		.step_threshold = t->sensor.step_threshold,
	};
	uint8_t *to = upstream_put(&t->up, WIRE_HELLO, 0, clock64_now(), 44);

	if (to)
		wire_hello_put(to, &h);
}

void say_state(struct tap *t, enum wire_setting setting, enum wire_cause cause, uint16_t request,
               uint64_t at, uint32_t before, uint32_t after)
{
	const struct wire_state state = {.setting = (uint8_t)setting,
	                                 .cause = (uint8_t)cause,
	                                 .request = request,
	                                 .before = before,
	                                 .after = after};
	uint8_t *to = upstream_put(&t->up, WIRE_STATE, WIRE_FROM_TAP, at, 12);

	if (to)
		wire_state_put(to, &state);
}
