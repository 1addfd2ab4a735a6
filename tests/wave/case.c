/* The table of cases, and what they are made of: see case.h. */
#include "tests/wave/case.h"

#include <stdlib.h>
#include <string.h>

static const double CYCLE = 1e12 / WIRE_TICK_HZ;
static const double US = 1e6, MS = 1e9;

static const struct wave_maker *const makers[] = {wave_devices, wave_bus, wave_load};

static const struct wave_maker *maker_at(size_t n)
{
	for (size_t k = 0; k < sizeof(makers) / sizeof(makers[0]); k++)
		for (const struct wave_maker *m = makers[k]; m->name; m++)
			if (!n--)
				return m;
	return NULL;
}

const char *wave_case_name(size_t n, unsigned *speeds)
{
	const struct wave_maker *m = maker_at(n);

	*speeds = m ? m->speeds : 0;
	return m ? m->name : NULL;
}

bool wave_case(struct wave_case *c, const char *name, uint32_t seed,
               const struct wave_limits *limits)
{
	bool low = !strncmp(name, "low-", 4);
	const struct wave_maker *m;

	if (low)
		name += 4;
	for (size_t n = 0; (m = maker_at(n)) && strcmp(m->name, name);)
		n++;
	if (!m || !(m->speeds & (low ? WAVE_LOW : WAVE_FULL)))
		return false;
	*c = (struct wave_case){0};
	heard_init(&c->sent);
	wave_init(&c->wave, low ? USB_SPEED_LOW : USB_SPEED_FULL, seed);
	if (limits) {
		c->wave.ppm = limits->ppm;
		c->wave.jitter_next = limits->next * 1000;
		c->wave.jitter_pair = limits->pair * 1000;
		c->wave.skew = limits->skew * CYCLE;
	}
	m->make(c);
	if (c->attached && !c->suspended)
		case_sleep(c, 1 * MS);
	c->phase = (wave_random(&c->wave) & 0xffff) / 65536.0 * CYCLE;
	return true;
}

void wave_case_release(struct wave_case *c)
{
	wave_release(&c->wave);
	heard_release(&c->sent);
}

static void note(struct wave_case *c, int64_t start, enum usb_speed speed, const uint8_t *bytes,
                 size_t len)
{
	heard_expect(&c->sent, start, speed, bytes, len);
}

void case_packet(struct wave_case *c, const uint8_t *bytes, size_t len, double idle)
{
	if (c->suspended)
		case_event(c, WIRE_RESUME, c->wave.now, 0);
	c->suspended = false;
	note(c, wave_packet(&c->wave, bytes, len, idle), c->wave.speed, bytes, len);
	c->idle = (int64_t)(c->wave.now - idle * wave_bit(&c->wave));
}

void case_damaged(struct wave_case *c, const uint8_t *bytes, size_t len, uint8_t flags, double idle)
{
	case_packet(c, bytes, len, idle);
	c->sent.packet[c->sent.packets - 1].flags = flags;
}

void case_token(struct wave_case *c, enum usb_pid pid, unsigned address, unsigned endpoint,
                double idle)
{
	uint8_t p[3];

	case_packet(c, p, wave_token(p, pid, address, endpoint), idle);
}

void case_data(struct wave_case *c, enum usb_pid pid, const uint8_t *payload, size_t len,
               double idle)
{
	uint8_t p[PACKET_RX_MAX];

	case_packet(c, p, wave_data(p, pid, payload, len), idle);
}

void case_handshake(struct wave_case *c, enum usb_pid pid, double idle)
{
	uint8_t p[1];

	case_packet(c, p, wave_handshake(p, pid), idle);
}

/* The last packets are part of a count. */
static struct wire_fold *folded(struct wave_case *c, enum wire_fold_what what, unsigned address,
                                unsigned endpoint, unsigned packets)
{
	struct wire_fold *f = c->fold;

	for (unsigned i = 0; i < packets; i++)
		c->sent.packet[c->sent.packets - 1 - i].folded = true;
	while (f < c->fold + c->folds &&
	       (f->what != what || f->address != address || f->endpoint != endpoint))
		f++;
	if (f == c->fold + c->folds) {
		if (c->folds++ == WAVE_CASE_FOLDS)
			abort();
		*f = (struct wire_fold){.what = (uint8_t)what,
		                        .address = (uint8_t)address,
		                        .endpoint = (uint8_t)endpoint};
	}
	f->count++;
	return f;
}

void case_sof(struct wave_case *c, unsigned frame, double idle)
{
	struct wire_fold *f;
	uint8_t p[3];

	case_packet(c, p, wave_sof(p, frame), idle);
	f = folded(c, WIRE_FOLD_SOF, 0, 0, 1);
	if (f->count == 1)
		f->first = frame & 0x7ff;
	f->last = frame & 0x7ff;
}

void case_keepalive(struct wave_case *c)
{
	case_lines(c, WAVE_SE0, 4 / 3.0 * US);
	c->idle = (int64_t)c->wave.now;
	wave_lines(&c->wave, wave_j(&c->wave));
	folded(c, WIRE_FOLD_KEEPALIVE, 0, 0, 0);
}

void case_nak_in(struct wave_case *c, unsigned address, unsigned endpoint, double idle)
{
	case_token(c, USB_PID_IN, address, endpoint, 3);
	case_handshake(c, USB_PID_NAK, idle);
	folded(c, WIRE_FOLD_NAK_IN, address, endpoint, 2);
}

void case_nak_out(struct wave_case *c, unsigned address, unsigned endpoint, const uint8_t *payload,
                  size_t len, double idle)
{
	case_token(c, USB_PID_OUT, address, endpoint, 3);
	case_data(c, USB_PID_DATA0, payload, len, 3);
	case_handshake(c, USB_PID_NAK, idle);
	folded(c, WIRE_FOLD_NAK_OUT, address, endpoint, 3);
}

void case_slow(struct wave_case *c, bool host, const uint8_t *bytes, size_t len)
{
	static const uint8_t pre[] = {0x3c};

	if (host)
		note(c, wave_pre(&c->wave, 5), USB_SPEED_FULL, pre, 1);
	note(c, wave_packet_slow(&c->wave, bytes, len, 2), USB_SPEED_LOW, bytes, len);
	c->idle = (int64_t)(c->wave.now - 2 * 8 * wave_bit(&c->wave));
}

void case_lines(struct wave_case *c, int lines, double ps)
{
	wave_lines(&c->wave, lines);
	wave_wait(&c->wave, ps);
}

void case_event(struct wave_case *c, enum wire_line_event event, double at, double duration)
{
	heard_expect_event(&c->sent, event, at, duration);
}

void case_connect(struct wave_case *c, double ps)
{
	if (c->told != c->wave.speed)
		case_event(c, WIRE_SPEED, c->wave.now, 0);
	c->told = c->wave.speed;
	case_event(c, WIRE_ATTACH, c->wave.now, 0);
	c->attached = true;
	c->suspended = false;
	c->idle = (int64_t)c->wave.now;
	case_lines(c, wave_j(&c->wave), ps);
}

void case_reset(struct wave_case *c)
{
	const double length = 11 * MS;

	case_event(c, WIRE_RESET, c->wave.now, 0);
	case_lines(c, WAVE_SE0, length);
	case_event(c, WIRE_RESET_END, c->wave.now, length);
	c->idle = (int64_t)c->wave.now;
	case_lines(c, wave_j(&c->wave), 1 * MS);
}

/* It looks like a reset at first. */
void case_unplug(struct wave_case *c)
{
	case_event(c, WIRE_RESET, c->wave.now, 0);
	case_event(c, WIRE_DETACH, c->wave.now, 0);
	c->attached = false;
	case_lines(c, WAVE_SE0, 110 * MS);
}

void case_attach(struct wave_case *c)
{
	case_lines(c, WAVE_SE0, 2 * MS);
	case_connect(c, 2.5 * MS);
	case_reset(c);
}

void case_sleep(struct wave_case *c, double ps)
{
	case_event(c, WIRE_SUSPEND, (double)c->idle, 0);
	c->suspended = true;
	wave_wait(&c->wave, (double)c->idle + 3 * MS + ps - c->wave.now);
}
