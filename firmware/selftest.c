/*
 * The self-test's hands: does what core/selftest.h asks for, at power-on for the sensors, by command for the listener too.
 * In: the tap. Out: settings, probe outputs, a SELFTEST record; failed checks go into each HELLO. Leaves alone: the steps.
 */
#include "tap.h"
#include "rp2040/adc.h"
#include "rp2040/board_io.h"
#include "rp2040/clock64.h"
#include "rp2040/listen.h"
#include "rp2040/person.h"
#include "rp2040/probe_pins.h"
#include "rp2040/startup.h"
#include "core/packet_tx.h"

static void begin(struct tap *t, bool lines)
{
	const struct selftest_before before = {
		.range = (uint8_t)board_io_get(WIRE_SET_RANGE),
		.mux = (uint8_t)board_io_get(WIRE_SET_MUX),
		.pull_downs = (uint8_t)board_io_get(WIRE_SET_PULL_DOWNS),
	};
	uint16_t ran = WIRE_CHECK_EXPANDER | WIRE_CHECK_ADC | WIRE_CHECK_FLASH, failed = 0;

	if (!person_answers())
		failed |= WIRE_CHECK_EXPANDER;
	if (!adc_reference_is_good(&t->sensor))
		failed |= WIRE_CHECK_ADC;
	if (!t->usb.serial || !~t->usb.serial || t->calibration.lost)
		failed |= WIRE_CHECK_FLASH;
	t->selftest.packets = t->line.packets;
	t->selftest.bad_packets = t->line.bad_packets;
	selftest_start(&t->selftest.steps, &before, lines, ran, failed, clock64_now());
}

void selftest_at_power_on(struct tap *t)
{
	begin(t, false);
}

static void tell(struct tap *t)
{
	const struct wire_selftest *r = &t->selftest.steps.result;
	uint8_t *to = upstream_put(&t->up, WIRE_SELFTEST, 0, clock64_now(), 8);

	t->failed_checks = (uint16_t)((t->failed_checks & ~r->ran) | r->failed);
	if (to)
		wire_selftest_put(to, r);
	say_hello(t);
}

/* What it has heard of itself is no traffic, and no device is there. */
static void forget_lines(struct tap *t)
{
	line_init(&t->line, &t->hears);
	t->line.packets = t->selftest.packets;
	t->line.bad_packets = t->selftest.bad_packets;
	watch_self(t, false);
	listen_speed(USB_SPEED_UNKNOWN);
}

static void send(const struct selftest *s)
{
	uint8_t states[PACKET_TX_STATES(SAMPLE_KEYBOARD_PACKET)];
	size_t n = packet_tx(states, s->packet, s->packet_len, USB_SPEED_LOW);

	interrupts_off();
	probe_pins_play(states, n);
	interrupts_on();
}

static void act(struct tap *t, const struct selftest_action *a)
{
	switch (a->what) {
	case SELFTEST_SET:
		if (a->value != board_io_get(a->setting) &&
		    control_set(t, a->setting, a->value,
		                t->selftest.asked ? WIRE_BY_COMMAND : WIRE_BY_POWER,
		                t->selftest.request) != WIRE_OK)
			selftest_refused(&t->selftest.steps);
		break;
	case SELFTEST_DRIVE:
		watch_self(t, true);
		probe_pins_drive((enum wire_lines)a->value);
		break;
	case SELFTEST_SEND:
		send(&t->selftest.steps);
		break;
	case SELFTEST_RELEASE:
		probe_pins_release();
		forget_lines(t);
		break;
	case SELFTEST_DONE:
		tell(t);
		break;
	case SELFTEST_WAIT:
		break;
	}
}

bool selftest_run(struct tap *t)
{
	struct selftest_seen seen = {
		.lines = t->line.lines, .gated = t->line.gated, .since = t->line.since};
	struct selftest_action a;

	if (!t->selftest.steps.running)
		return false;
	seen.now = clock64_now();
	a = selftest_step(&t->selftest.steps, &seen);
	act(t, &a);
	return true;
}

enum wire_error selftest_command(struct tap *t, uint16_t request, uint8_t *data, size_t *data_len)
{
	/* Another one is over and not yet answered. */
	if (t->selftest.asked && request != t->selftest.request)
		return WIRE_NOT_YET;
	if (!t->selftest.asked) {
		if (control_in_use(t))
			return WIRE_E_STATE;
		t->selftest.asked = true;
		t->selftest.request = request;
		begin(t, true);
		return WIRE_NOT_YET;
	}
	t->selftest.asked = false;
	*data_len = wire_selftest_put(data, &t->selftest.steps.result);
	return WIRE_OK;
}
