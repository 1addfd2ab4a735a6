/* Cases of what is no packet: the life of a connection, high speed from silence, spikes, text, noise. USB 2.0 §7.1.7. */
#include "tests/wave/case.h"

static const double NS = 1e3, US = 1e6, MS = 1e9;
static const char boot_text[] = "\r\n ets Jan  8 2013,rst cause:1, boot mode:(3,7)\r\n";

/* Plugged in, reset, asleep, woken by K, asleep, woken by a packet, pulled out. */
static void life(struct wave_case *c)
{
	const double k = 20 * MS, eop = 4 / 3.0 * US;

	case_attach(c);
	case_token(c, USB_PID_IN, 0, 0, 3);
	case_handshake(c, USB_PID_STALL, 3);
	case_sleep(c, 5 * MS);
	case_event(c, WIRE_RESUME, c->wave.now, k + eop);
	c->suspended = false;
	case_lines(c, wave_k(&c->wave), k);
	case_lines(c, WAVE_SE0, eop);
	c->idle = (int64_t)c->wave.now;
	case_lines(c, wave_j(&c->wave), 1 * MS);
	case_token(c, USB_PID_IN, 5, 1, 3);
	case_handshake(c, USB_PID_STALL, 3);
	case_sleep(c, 2 * MS);
	case_token(c, USB_PID_IN, 5, 1, 3);
	case_handshake(c, USB_PID_STALL, 3);
	wave_wait(&c->wave, 1 * MS);
	case_unplug(c);
}

/* One each millisecond keeps a low-speed device awake, with and without packets in between. */
static void keepalives(struct wave_case *c)
{
	case_attach(c);
	for (unsigned i = 0; i < 50; i++) {
		double start = c->wave.now;

		case_keepalive(c);
		wave_wait(&c->wave, 20 * US);
		if (i % 10 == 9) {
			case_token(c, USB_PID_IN, 5, 1, 3);
			case_handshake(c, USB_PID_STALL, 3);
		}
		wave_wait(&c->wave, start + 1 * MS - c->wave.now);
	}
}

/* Chirps are too small for the pins: after the reset's SE0 there is nothing, until the device shows its J again. */
static void chirp(struct wave_case *c)
{
	const double silence = 200 * MS;

	case_lines(c, WAVE_SE0, 2 * MS);
	case_connect(c, 2.5 * MS);
	case_event(c, WIRE_RESET, c->wave.now, 0);
	case_event(c, WIRE_BLIND, c->wave.now, 0);
	case_lines(c, WAVE_SE0, silence);
	case_event(c, WIRE_SIGHTED, c->wave.now, silence);
	case_connect(c, 2.5 * MS);
	case_reset(c);
	case_token(c, USB_PID_SETUP, 0, 0, 3);
	case_handshake(c, USB_PID_ACK, 3);
}

/* K that is no packet, from a bit and a half to hundreds: what was in it is not known, which is told. */
static void spikes(struct wave_case *c)
{
	double length = 1.5 * wave_bit(&c->wave);

	case_attach(c);
	for (unsigned i = 0; i < 20; i++, length *= 1.37) {
		case_event(c, WIRE_GATE, c->wave.now, length);
		case_lines(c, wave_k(&c->wave), length);
		case_lines(c, wave_j(&c->wave), 200 * US);
		c->idle = (int64_t)(c->wave.now - 200 * US);
		case_token(c, USB_PID_IN, 5, 1, 3);
		case_handshake(c, USB_PID_STALL, 200);
	}
}

/* The plug is pulled while the lines are K: no J comes behind it. */
static void torn(struct wave_case *c)
{
	double k = 4 * wave_bit(&c->wave);

	case_attach(c);
	case_token(c, USB_PID_IN, 5, 1, 3);
	case_handshake(c, USB_PID_STALL, 30);
	case_event(c, WIRE_GATE, c->wave.now, k);
	case_lines(c, wave_k(&c->wave), k);
	case_unplug(c);
	case_connect(c, 2.5 * MS);
}

static void text(struct wave_case *c, unsigned wire, double baud)
{
	c->wave.speed = wire ? USB_SPEED_LOW : USB_SPEED_FULL;
	c->text = boot_text;
	c->text_wire = wire;
	c->text_baud = baud;
	case_lines(c, WAVE_SE0, 2 * MS);
	case_connect(c, 3.5 * MS);
	case_sleep(c, 0.5 * MS);
	wave_uart(&c->wave, wire, baud, c->text);
	wave_wait(&c->wave, 2 * MS);
}

/* The boot log of an ESP8266 that comes up: the line is J of one speed or the other. */
static void boot_log_dp(struct wave_case *c)
{
	text(c, 0, 74880);
}

static void boot_log_dm(struct wave_case *c)
{
	text(c, 1, 74880);
}

static void text_slow(struct wave_case *c)
{
	text(c, 1, 9600);
}

static void text_fast(struct wave_case *c)
{
	text(c, 0, 921600);
}

/* Any lines for any time, and a device that comes after it. */
static void noise(struct wave_case *c)
{
	case_attach(c);
	for (unsigned i = 0; i < 20000; i++)
		case_lines(c, (int)(wave_random(&c->wave) & 3),
		           wave_random(&c->wave) % (unsigned)(150 * NS));
	case_unplug(c);
	/* To decode it may take longer than to be sure of a plug that is pulled. */
	wave_wait(&c->wave, 200 * MS);
	c->settled = (int64_t)(c->wave.now - 1 * MS);
	c->sent.packets = c->sent.events = 0;
	case_attach(c);
	for (unsigned i = 0; i < 20; i++) {
		case_token(c, USB_PID_SETUP, 5, 0, 3);
		case_handshake(c, USB_PID_ACK, 100);
	}
}

const struct wave_maker wave_bus[] = {
	{"life", life, WAVE_BOTH},
	{"keepalives", keepalives, WAVE_LOW},
	{"chirp", chirp, WAVE_FULL},
	{"spikes", spikes, WAVE_BOTH},
	{"torn", torn, WAVE_BOTH},
	{"boot-log-dp", boot_log_dp, WAVE_FULL},
	{"boot-log-dm", boot_log_dm, WAVE_FULL},
	{"text-9600", text_slow, WAVE_FULL},
	{"text-921600", text_fast, WAVE_FULL},
	{"noise", noise, WAVE_BOTH},
	{0},
};
