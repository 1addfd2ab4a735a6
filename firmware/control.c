/*
 * The board's settings and the commands that change them. In: commands that core/command.h has checked and found due.
 * Out: pins, STATE records, blind times of the sensors. Leaves alone: replies, and what the hardware does by itself (watch.c).
 */
#include "tap.h"
#include "rp2040/board_io.h"
#include "rp2040/clock64.h"
#include "rp2040/person.h"
#include "rp2040/startup.h"
#include "rp2040/tick.h"
#include "rp2040/vbus_pin.h"
#include "core/bytes.h"

enum {
	BUZZ_LOWEST = 120,
	BUZZ_HIGHEST = 20000,
	CODE_AFTER = WIRE_TICK_HZ / 1000, /* a code for no tick begins so long after its command */
	CODE_SOONEST = WIRE_TICK_HZ / 10000, /* sooner it cannot be prepared */
};

/* Settings with pins, by the opcode that sets them. */
static const struct {
	uint8_t opcode, setting;
} pins_of[] = {
	{WIRE_OP_VBUS, WIRE_SET_VBUS},   {WIRE_OP_SWITCH, WIRE_SET_SWITCH},
	{WIRE_OP_RANGE, WIRE_SET_RANGE}, {WIRE_OP_PULL_DOWNS, WIRE_SET_PULL_DOWNS},
	{WIRE_OP_MUX, WIRE_SET_MUX},
};

/* The latch holds VBUS and bus open; it lets go where what tripped it is gone. */
static bool may_close(void)
{
	if (board_io_trips() & BOARD_IO_OVERVOLTAGE)
		board_io_reset_latch();
	return !(board_io_trips() & BOARD_IO_OVERVOLTAGE);
}

enum wire_error control_set(struct tap *t, enum wire_setting setting, uint32_t value,
                            enum wire_cause cause, uint16_t request)
{
	uint32_t before = board_io_get(setting);
	uint64_t at = clock64_now();
	uint32_t took, held;
	bool good;

	if (value && (setting == WIRE_SET_VBUS || setting == WIRE_SET_SWITCH) && !may_close())
		return WIRE_E_STATE;
	/* The inrush does not go through the 10 ohm; the load switch itself limits it. */
	if (value && setting == WIRE_SET_VBUS && board_io_get(WIRE_SET_RANGE) != WIRE_RANGE_MA)
		control_set(t, WIRE_SET_RANGE, WIRE_RANGE_MA, cause, request);
	/* A trip may come at any moment, and what it has opened stays open. */
	held = interrupts_hold();
	if (value && setting == WIRE_SET_SWITCH && t->guard.tripped) {
		interrupts_release(held);
		return WIRE_E_STATE;
	}
	good = board_io_set(setting, value);
	interrupts_release(held);
	if (!good)
		return WIRE_E_VALUE;
	/* Blind from before the pins move, and settling from after they have. */
	took = (uint32_t)(clock64_now() - at);
	if (setting == WIRE_SET_RANGE)
		sensor_change(&t->sensor, WIRE_CURRENT, (uint8_t)value, at,
		              took + sensor_settling(WIRE_CURRENT, (uint8_t)value));
	if (setting == WIRE_SET_MUX)
		sensor_change(&t->sensor, WIRE_MUX, (uint8_t)value, at,
		              took + sensor_settling(WIRE_MUX, (uint8_t)value));
	say_state(t, setting, cause, request, at, before, value);
	return WIRE_OK;
}

static enum wire_error set_pins(struct tap *t, const struct wire_command *c, uint8_t value)
{
	for (unsigned i = 0; i < sizeof(pins_of) / sizeof(pins_of[0]); i++)
		if (pins_of[i].opcode == c->opcode)
			return control_set(t, (enum wire_setting)pins_of[i].setting, value,
			                   WIRE_BY_COMMAND, c->request);
	return WIRE_E_OPCODE;
}

static enum wire_error guard(struct tap *t, const struct wire_command *c, const uint8_t *args)
{
	uint8_t before = t->guard.mask;
	uint32_t held = interrupts_hold();
	bool good;

	good = guard_arm(&t->guard, args[0], load_le16(args + 2), clock64_now());
	interrupts_release(held);
	if (!good)
		return WIRE_E_VALUE;
	if (before != args[0])
		watch_guarded(t);
	/* A lease that is renewed is no news. */
	if (before != args[0])
		say_state(t, WIRE_SET_GUARD, WIRE_BY_COMMAND, c->request, clock64_now(), before,
		          args[0]);
	return WIRE_OK;
}

static enum wire_error leds(struct tap *t, uint16_t request, uint8_t on)
{
	uint8_t before = person_leds_now();

	if (on > 7)
		return WIRE_E_VALUE;
	if (t->failed_checks & WIRE_CHECK_EXPANDER)
		return WIRE_E_HARDWARE;
	alone_stop(t);
	person_leds(on);
	say_state(t, WIRE_SET_LEDS, WIRE_BY_COMMAND, request, clock64_now(), before, on);
	return WIRE_OK;
}

/* From where the PWM's counter is still long enough to what a person hears. */
static enum wire_error buzzer(struct tap *t, uint16_t request, uint16_t hz, uint16_t ms)
{
	if (hz && (hz < BUZZ_LOWEST || hz > BUZZ_HIGHEST))
		return WIRE_E_VALUE;
	person_buzz(hz, ms);
	say_state(t, WIRE_SET_BUZZER, WIRE_BY_COMMAND, request, clock64_now(), 0, hz);
	return WIRE_OK;
}

static enum wire_error capture(struct tap *t, uint16_t request, uint8_t on)
{
	bool before;

	if (on > 1)
		return WIRE_E_VALUE;
	before = t->reporter.capturing;
	reporter_capture(&t->reporter, on);
	t->sensor.telling = on;
	say_state(t, WIRE_SET_CAPTURE, WIRE_BY_COMMAND, request, clock64_now(), before, on);
	return WIRE_OK;
}

/* Its reply has the code: what the PC keeps of a capture tells then what was switched, and why. */
static enum wire_error vbus_code(struct tap *t, const struct wire_command *c, const uint8_t *args,
                                 struct wire_reply *reply, uint8_t *data, size_t *data_len)
{
	uint64_t now = clock64_now(), start = c->at ? c->at : now + CODE_AFTER;
	struct vbus_code code;

	if (!vbus_code_get(&code, args, VBUS_CODE_BYTES))
		return WIRE_E_VALUE;
	if (!may_close())
		return WIRE_E_STATE;
	if (start < now + CODE_SOONEST)
		return WIRE_E_LATE;
	/* The inrush of each chip does not go through the 10 ohm. */
	if (code.chips && board_io_get(WIRE_SET_RANGE) != WIRE_RANGE_MA)
		control_set(t, WIRE_SET_RANGE, WIRE_RANGE_MA, WIRE_BY_COMMAND, c->request);
	vbus_pin_play(&t->keyer, &code, start, c->request);
	vbus_code_put(data, &code);
	*data_len = VBUS_CODE_BYTES;
	reply->done = start;
	return WIRE_OK;
}

/* The record has the step threshold; HELLO has all three. */
static enum wire_error thresholds(struct tap *t, uint16_t request, const uint8_t *args)
{
	uint16_t before = t->sensor.step_threshold, after = load_le16(args + 4);

	if (!sensor_thresholds(&t->sensor, load_le16(args), load_le16(args + 2), after))
		return WIRE_E_VALUE;
	say_state(t, WIRE_SET_THRESHOLDS, WIRE_BY_COMMAND, request, clock64_now(), before, after);
	say_hello(t);
	return WIRE_OK;
}

bool control_in_use(const struct tap *t)
{
	return t->reporter.capturing || t->guard.mask || t->alone.verdict.running ||
	       t->keyer.running || board_io_get(WIRE_SET_SWITCH) || board_io_get(WIRE_SET_VBUS);
}

static bool takes_turns(uint8_t opcode)
{
	return opcode != WIRE_OP_IDENTIFY && opcode != WIRE_OP_STATISTICS;
}

void control_do(void *context, const struct wire_command *c, const uint8_t *args,
                struct wire_reply *reply, uint8_t *data, size_t *data_len)
{
	struct tap *t = context;
	enum wire_error error = WIRE_OK;

	/* What the tap does with itself moves settings: they are its own as long. */
	if (takes_turns(c->opcode) && (t->selftest.steps.running || calibrate_running(t))) {
		reply->error = WIRE_NOT_YET;
		return;
	}
	switch (c->opcode) {
	case WIRE_OP_IDENTIFY:
		say_hello(t);
		break;
	case WIRE_OP_STATISTICS:
		say_status(t, data);
		*data_len = 36;
		break;
	case WIRE_OP_CAPTURE:
		error = capture(t, c->request, args[0]);
		break;
	case WIRE_OP_SELFTEST:
		error = selftest_command(t, c->request, data, data_len);
		break;
	case WIRE_OP_CALIBRATE:
		error = calibrate_command(t, c->request, args, data, data_len);
		break;
	case WIRE_OP_LEDS:
		error = leds(t, c->request, args[0]);
		break;
	case WIRE_OP_BUZZER:
		error = buzzer(t, c->request, load_le16(args), load_le16(args + 2));
		break;
	case WIRE_OP_TOKEN:
		error = probe_token(t, args, data, data_len);
		break;
	case WIRE_OP_GUARD:
		error = guard(t, c, args);
		break;
	case WIRE_OP_THRESHOLDS:
		error = thresholds(t, c->request, args);
		break;
	case WIRE_OP_REBOOT:
		tick_reboot_to_loader();
		break;
	case WIRE_OP_VBUS_CODE:
		error = vbus_code(t, c, args, reply, data, data_len);
		break;
	case WIRE_OP_VBUS:
		vbus_pin_stop(&t->keyer);
		error = set_pins(t, c, args[0]);
		break;
	default:
		error = set_pins(t, c, args[0]);
		break;
	}
	reply->error = (uint8_t)error;
	if (!reply->done && reply->error != WIRE_NOT_YET)
		reply->done = clock64_now();
}
