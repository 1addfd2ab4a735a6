/* Cases of devices: they come, are asked what they are, get a number, work, and come again as others. USB 2.0 §8.5, §9.4. */
#include "tests/wave/case.h"

#include "core/sample_keyboard.h"

static const double US = 1e6, MS = 1e9;
enum { ADDRESS = SAMPLE_KEYBOARD_ADDRESS, KEYS = 20 };

/* Behind a handshake a host takes its time: 100 us at full speed, 200 at low. */
static void enumeration_packet(void *context, const uint8_t *bytes, size_t len)
{
	struct wave_case *c = context;
	double pause = c->wave.speed == USB_SPEED_LOW ? 300 : 1200;

	case_packet(c, bytes, len, (bytes[0] & 3) == 2 ? pause : 3);
}

/* Descriptors and all: what a guard looks for. */
static void enumeration(struct wave_case *c)
{
	case_attach(c);
	sample_keyboard(false, enumeration_packet, c);
}

static void enumeration_hidden(struct wave_case *c)
{
	case_attach(c);
	sample_keyboard(true, enumeration_packet, c);
}

static void begin_frame(struct wave_case *c, unsigned frame)
{
	if (c->wave.speed == USB_SPEED_LOW) {
		case_keepalive(c);
		wave_wait(&c->wave, 10 * US);
	} else {
		case_sof(c, frame, 20);
	}
}

static void report(struct wave_case *c, unsigned address, unsigned n, const uint8_t *bytes,
                   size_t len)
{
	case_token(c, USB_PID_IN, address, 1, 4);
	case_data(c, n & 1 ? USB_PID_DATA1 : USB_PID_DATA0, bytes, len, 3);
	case_handshake(c, USB_PID_ACK, 30);
}

/* Each key is three frames: a poll without an answer, a key down, a key up. */
static void type(struct wave_case *c, unsigned keys)
{
	unsigned frame = 0x7f0; /* on over the end of the numbers */

	for (unsigned i = 0; i < 3 * keys; i++) {
		uint8_t keys_down[8] = {i % 9 == 1 ? 2 : 0, 0, (uint8_t)(4 + i / 3 % 26)};
		static const uint8_t none[8];
		double start = c->wave.now;

		begin_frame(c, frame++);
		if (i % 3 == 0)
			case_nak_in(c, ADDRESS, 1, 30);
		else
			report(c, ADDRESS, i % 3, i % 3 == 1 ? keys_down : none, 8);
		wave_wait(&c->wave, start + 1 * MS - c->wave.now);
	}
}

static void keyboard(struct wave_case *c)
{
	enumeration(c);
	type(c, KEYS);
}

/* Polled in each frame, it moves in every fourth. */
static void mouse(struct wave_case *c)
{
	static const uint8_t get[] = {0x80, 6, 0, 1, 0, 0, 8, 0};
	static const uint8_t device[] = {18, 1, 0, 2, 0, 0, 0, 8};
	unsigned sent = 0;

	case_attach(c);
	case_token(c, USB_PID_SETUP, 0, 0, 3);
	case_data(c, USB_PID_DATA0, get, sizeof(get), 3);
	case_handshake(c, USB_PID_ACK, 20);
	report(c, 0, 1, device, sizeof(device));
	for (unsigned i = 0; i < 40; i++) {
		uint8_t move[4] = {(uint8_t)(i % 5 == 0), (uint8_t)(i * 3), (uint8_t)-i, 0};
		double start = c->wave.now;

		begin_frame(c, i);
		if (i % 4)
			case_nak_in(c, 4, 1, 8);
		else
			report(c, 4, sent++, move, sizeof(move));
		wave_wait(&c->wave, start + 1 * MS - c->wave.now);
	}
}

static void slow_token(struct wave_case *c, enum usb_pid pid, unsigned address, unsigned endpoint)
{
	uint8_t p[3];

	case_slow(c, true, p, wave_token(p, pid, address, endpoint));
}

static void slow_data(struct wave_case *c, bool host, enum usb_pid pid, const uint8_t *payload,
                      size_t len)
{
	uint8_t p[16];

	case_slow(c, host, p, wave_data(p, pid, payload, len));
}

static void slow_ack(struct wave_case *c, bool host)
{
	uint8_t p[1];

	case_slow(c, host, p, wave_handshake(p, USB_PID_ACK));
}

static void slow_command(struct wave_case *c, const uint8_t request[8])
{
	slow_token(c, USB_PID_SETUP, 0, 0);
	slow_data(c, true, USB_PID_DATA0, request, 8);
	slow_ack(c, false);
	slow_token(c, USB_PID_IN, 0, 0);
	slow_data(c, false, USB_PID_DATA1, NULL, 0);
	slow_ack(c, true);
}

static void slow_read(struct wave_case *c, const uint8_t request[8], const uint8_t *from,
                      size_t len)
{
	slow_token(c, USB_PID_SETUP, 0, 0);
	slow_data(c, true, USB_PID_DATA0, request, 8);
	slow_ack(c, false);
	for (size_t at = 0; at < len; at += 8) {
		slow_token(c, USB_PID_IN, 0, 0);
		slow_data(c, false, at & 8 ? USB_PID_DATA0 : USB_PID_DATA1, from + at,
		          len - at < 8 ? len - at : 8);
		slow_ack(c, true);
	}
	slow_token(c, USB_PID_OUT, 0, 0);
	slow_data(c, true, USB_PID_DATA1, NULL, 0);
	slow_ack(c, false);
}

/* A low-speed keyboard on a hub gets its number and types; the hub is polled at full speed in between. USB 2.0 §8.6.5, §11.12.4 */
static void hub(struct wave_case *c)
{
	static const uint8_t get[] = {0x80, 6, 0, 1, 0, 0, 18, 0}, set[] = {0, 5, 6, 0, 0, 0, 0, 0};
	static const uint8_t device[] = {18,   1, 0x10, 1, 0, 0, 0, 8, 0x3c,
	                                 0x41, 7, 0x21, 0, 1, 1, 2, 0, 1};
	/* Port 1 has changed; GET_STATUS of it: powered, low speed, connected. */
	static const uint8_t changed[] = {2}, ask[] = {0xa3, 0, 0, 0, 1, 0, 4, 0},
			     status[] = {0x01, 0x03, 0x01, 0x00};

	case_attach(c);
	report(c, 2, 0, changed, 1);
	case_token(c, USB_PID_SETUP, 2, 0, 3);
	case_data(c, USB_PID_DATA0, ask, sizeof(ask), 3);
	case_handshake(c, USB_PID_ACK, 20);
	case_token(c, USB_PID_IN, 2, 0, 3);
	case_data(c, USB_PID_DATA1, status, sizeof(status), 3);
	case_handshake(c, USB_PID_ACK, 20);
	slow_read(c, get, device, sizeof(device));
	slow_command(c, set);
	for (unsigned i = 0; i < KEYS; i++) {
		uint8_t keys_down[8] = {i & 1 ? 2 : 0, 0, (uint8_t)(4 + i)};
		double start = c->wave.now;

		case_sof(c, i, 20);
		slow_token(c, USB_PID_IN, 6, 1);
		slow_data(c, false, i & 1 ? USB_PID_DATA1 : USB_PID_DATA0, keys_down, 8);
		slow_ack(c, true);
		case_nak_in(c, 2, 1, 10);
		wave_wait(&c->wave, start + 1 * MS - c->wave.now);
	}
}

/* A keyboard; after the host's reset the same again; pulled out and put in, one whose interface does not say so. */
static void reenumeration(struct wave_case *c)
{
	keyboard(c);
	case_reset(c);
	sample_keyboard(false, enumeration_packet, c);
	type(c, 3);
	case_unplug(c);
	enumeration_hidden(c);
	type(c, 3);
}

/* One cable shows a keyboard at one speed, then at the other, then at the first again. */
static void speed_change(struct wave_case *c)
{
	enum usb_speed first = c->wave.speed;

	for (unsigned i = 0; i < 3; i++) {
		c->wave.speed =
			(i & 1) == (first == USB_SPEED_LOW) ? USB_SPEED_FULL : USB_SPEED_LOW;
		enumeration(c);
		type(c, 3);
		if (i < 2)
			case_unplug(c);
	}
}

const struct wave_maker wave_devices[] = {
	{"keyboard", keyboard, WAVE_BOTH},
	{"enumeration", enumeration, WAVE_BOTH},
	{"enumeration-hidden", enumeration_hidden, WAVE_BOTH},
	{"mouse", mouse, WAVE_BOTH},
	{"hub", hub, WAVE_FULL},
	{"reenumeration", reenumeration, WAVE_BOTH},
	{"speed-change", speed_change, WAVE_BOTH},
	{0},
};
