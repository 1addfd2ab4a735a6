/*
 * The calibration's hands: does what core/calibrate.h asks for, and has the flash keep what comes of it. In: the command. Out:
 * settings, the curve of the sensors, the reply. Leaves alone: the steps, and how a record outlives a cut (core/calibration_store.h).
 */
#include "tap.h"
#include "rp2040/board_io.h"
#include "rp2040/clock64.h"

static void use(struct tap *t)
{
	const struct calibration *c = &t->calibration.store.newest;

	t->sensor.curve = c->id ? c->curve : NULL;
}

void calibrate_at_power_on(struct tap *t)
{
	t->calibration.lost = calibration_load(&t->calibration.store) == CALIBRATION_LOST;
	use(t);
}

static bool is_writing(const struct tap *t)
{
	enum calibration_phase phase = t->calibration.store.phase;

	return phase > CALIBRATION_IDLE && phase < CALIBRATION_DONE;
}

bool calibrate_running(const struct tap *t)
{
	return t->calibration.steps.running || is_writing(t);
}

static void act(struct tap *t, const struct calibrate_action *a)
{
	struct calibrate *c = &t->calibration.steps;

	if (a->what == CALIBRATE_SET && a->value != board_io_get(a->setting) &&
	    control_set(t, a->setting, a->value, WIRE_BY_COMMAND, t->calibration.request) !=
	            WIRE_OK)
		calibrate_refused(c);
	if (a->what == CALIBRATE_DONE && !c->reason)
		calibration_write(&t->calibration.store, &c->next, clock64_now());
}

static void step(struct tap *t)
{
	const struct calibrate_seen seen = {
		.now = clock64_now(),
		.vbus = board_io_get(WIRE_SET_VBUS) != 0,
		.lines_free = t->line.lines == WIRE_SE0 && !t->line.gated,
		.range = (enum wire_range)board_io_get(WIRE_SET_RANGE),
	};
	const struct calibrate_action a = calibrate_step(&t->calibration.steps, &seen);

	act(t, &a);
}

void calibrate_run(struct tap *t)
{
	if (t->calibration.steps.running) {
		step(t);
		return;
	}
	if (!is_writing(t))
		return;
	switch (calibration_step(&t->calibration.store, clock64_now())) {
	case CALIBRATION_DONE:
		t->calibration.lost = false;
		use(t);
		say_hello(t);
		break;
	case CALIBRATION_FAILED:
		t->calibration.steps.reason = WIRE_CALIBRATE_FLASH;
		t->failed_checks |= WIRE_CHECK_FLASH;
		say_hello(t);
		break;
	default:
		break;
	}
}

static size_t put(const struct tap *t, bool measured, uint8_t *data)
{
	const struct calibration *c = &t->calibration.store.newest;
	const struct calibrate *m = &t->calibration.steps;
	const struct wire_calibration w = {
		.id = c->id,
		.sequence = c->sequence,
		.zero_ma = c->curve[WIRE_RANGE_MA].zero,
		.slope_ma = c->curve[WIRE_RANGE_MA].slope,
		.zero_ua = c->curve[WIRE_RANGE_UA].zero,
		.slope_ua = c->curve[WIRE_RANGE_UA].slope,
		.measured_ma = measured ? m->measured[WIRE_RANGE_MA] : 0,
		.measured_ua = measured ? m->measured[WIRE_RANGE_UA] : 0,
		.reason = measured ? (uint8_t)m->reason : 0,
	};

	return wire_calibration_put(data, &w);
}

static enum wire_error error_of(enum wire_calibrate_reason reason)
{
	switch (reason) {
	case WIRE_CALIBRATE_KEPT:
		return WIRE_OK;
	case WIRE_CALIBRATE_IN_USE:
		return WIRE_E_STATE;
	case WIRE_CALIBRATE_TRIPPED:
	case WIRE_CALIBRATE_FLASH:
		return WIRE_E_HARDWARE;
	default:
		return WIRE_E_VALUE;
	}
}

enum wire_error calibrate_command(struct tap *t, uint16_t request, const uint8_t *args,
                                  uint8_t *data, size_t *data_len)
{
	struct wire_calibrate command;
	enum wire_error error;

	wire_calibrate_get(&command, args, WIRE_CALIBRATE_BYTES);
	if (command.what == WIRE_CALIBRATE_READ) {
		*data_len = put(t, false, data);
		return WIRE_OK;
	}
	/* Another one is over and not yet answered. */
	if (t->calibration.asked && request != t->calibration.request)
		return WIRE_NOT_YET;
	if (t->calibration.asked) {
		t->calibration.asked = false;
		*data_len = put(t, true, data);
		return error_of(t->calibration.steps.reason);
	}
	if (control_in_use(t))
		return WIRE_E_STATE;
	error = calibrate_start(&t->calibration.steps, &command, &t->calibration.store.newest,
	                        (uint8_t)board_io_get(WIRE_SET_PULL_DOWNS), clock64_now());
	if (error)
		return error;
	t->calibration.asked = true;
	t->calibration.request = request;
	return WIRE_NOT_YET;
}
