/* Waveforms on D+ and D-. In, out: see waveform.h. All randomness comes from the seed. */
#include "tests/wave/waveform.h"

#include <math.h>
#include <stdlib.h>

#include "core/crc.h"

static const double FULL_BIT = 1e12 / 12e6;

void wave_init(struct wave *w, enum usb_speed speed, uint32_t seed)
{
	*w = (struct wave){.speed = speed, .seed = seed * 2654435761u + 1, .lines = WAVE_SE0};
}

void wave_release(struct wave *w)
{
	for (int i = 0; i < 2; i++)
		free(w->wire[i].edge);
	*w = (struct wave){0};
}

uint32_t wave_random(struct wave *w)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 17;
	w->seed ^= w->seed << 5;
	return w->seed;
}

static double random_between(struct wave *w, double low, double high)
{
	return low + (high - low) * (wave_random(w) / 4294967296.0);
}

static void add_edge(struct wave_wire *wire, double at, bool high)
{
	if (wire->count == wire->room) {
		wire->room = wire->room ? 2 * wire->room : 1024;
		wire->edge = realloc(wire->edge, wire->room * sizeof(*wire->edge));
		if (!wire->edge)
			abort();
	}
	int64_t ps = llround(at);

	/* Jitter and skew never put an edge of one wire before the one it follows. */
	if (wire->count && ps <= wire->edge[wire->count - 1].ps)
		ps = wire->edge[wire->count - 1].ps + 1;
	wire->edge[wire->count++] = (struct wave_edge){ps, high};
}

static void lines_at(struct wave *w, int lines, double shift)
{
	for (int i = 0; i < 2; i++)
		if ((lines ^ w->lines) >> i & 1)
			add_edge(&w->wire[i], w->now + shift + (i ? w->skew : 0), lines >> i & 1);
	w->lines = lines;
}

void wave_lines(struct wave *w, int lines)
{
	lines_at(w, lines, 0);
}

void wave_wait(struct wave *w, double ps)
{
	w->now += ps;
}

double wave_bit(const struct wave *w)
{
	return FULL_BIT * (w->speed == USB_SPEED_LOW ? 8 : 1) / (1 + w->ppm * 1e-6);
}

int wave_j(const struct wave *w)
{
	return w->speed == USB_SPEED_LOW ? WAVE_DM : WAVE_DP;
}

int wave_k(const struct wave *w)
{
	return WAVE_SE1 - wave_j(w);
}

/*
 * Each edge is off its place by an alternating part and a random one: neighbours differ by at most twice both, every
 * second by twice the random part. How the limits are shared out changes from packet to packet.
 */
static void choose_jitter(struct wave *w)
{
	w->spread = random_between(w, 0, w->jitter_pair / 2);
	w->alternate = w->jitter_next / 2 - w->spread;
	if (w->alternate < 0)
		w->alternate = 0;
	if (wave_random(w) & 1)
		w->alternate = -w->alternate;
}

static void bit_edge(struct wave *w, int lines)
{
	double shift = 0;

	if (w->jitter_next > 0) {
		shift = (w->parity++ & 1 ? w->alternate : -w->alternate) +
		        random_between(w, -w->spread, w->spread);
	}
	lines_at(w, lines, shift);
}

struct sender {
	struct wave *w;
	double bit;
	unsigned ones;
	bool level; /* J */
};

static void send_level(struct sender *s)
{
	int lines = s->level ? wave_j(s->w) : wave_k(s->w);

	if (lines != s->w->lines)
		bit_edge(s->w, lines);
	s->w->now += s->bit;
}

static void send_bit(struct sender *s, unsigned bit)
{
	if (!bit)
		s->level = !s->level;
	s->ones = bit ? s->ones + 1 : 0;
	send_level(s);
	if (s->ones == 6) {
		s->ones = 0;
		s->level = !s->level;
		send_level(s);
	}
}

static int64_t send(struct wave *w, double bit, const uint8_t *bytes, size_t len, bool eop,
                    double idle)
{
	struct sender s = {.w = w, .bit = bit, .level = true};
	int64_t start = llround(w->now);

	choose_jitter(w);
	for (unsigned i = 0; i < 8; i++)
		send_bit(&s, 0x80u >> i & 1);
	for (size_t k = 0; k < len; k++)
		for (unsigned i = 0; i < 8; i++)
			send_bit(&s, bytes[k] >> i & 1);
	if (eop) {
		bit_edge(w, WAVE_SE0);
		w->now += 2 * bit;
	}
	wave_lines(w, wave_j(w));
	w->now += idle * bit;
	return start;
}

/* USB sends least significant bit first: the sync byte of 0x80 is seven zeros and a one. */
int64_t wave_packet(struct wave *w, const uint8_t *bytes, size_t len, double idle_bits)
{
	return send(w, wave_bit(w), bytes, len, true, idle_bits);
}

int64_t wave_packet_slow(struct wave *w, const uint8_t *bytes, size_t len, double idle_bits)
{
	return send(w, 8 * wave_bit(w), bytes, len, true, idle_bits);
}

int64_t wave_pre(struct wave *w, double idle_bits)
{
	static const uint8_t pre = 0x3c;

	return send(w, wave_bit(w), &pre, 1, false, idle_bits);
}

void wave_uart(struct wave *w, unsigned wire, double baud, const char *text)
{
	int base = w->lines & ~(1 << wire);

	for (; *text; text++) {
		unsigned frame = 0x200u | (unsigned)(uint8_t)*text << 1;

		for (unsigned i = 0; i < 10; i++, frame >>= 1) {
			wave_lines(w, base | (int)(frame & 1) << wire);
			w->now += 1e12 / baud;
		}
	}
}

static uint8_t pid_byte(enum usb_pid pid)
{
	return (uint8_t)(pid | (~pid & 0xfu) << 4);
}

static size_t with_crc5(uint8_t *to, enum usb_pid pid, uint32_t value)
{
	value |= (uint32_t)crc5(value, 11) << 11;
	to[0] = pid_byte(pid);
	to[1] = (uint8_t)value;
	to[2] = (uint8_t)(value >> 8);
	return 3;
}

size_t wave_token(uint8_t *to, enum usb_pid pid, unsigned address, unsigned endpoint)
{
	return with_crc5(to, pid, address | endpoint << 7);
}

size_t wave_sof(uint8_t *to, unsigned frame)
{
	return with_crc5(to, USB_PID_SOF, frame & 0x7ff);
}

size_t wave_data(uint8_t *to, enum usb_pid pid, const uint8_t *payload, size_t len)
{
	uint16_t crc = crc16(payload, len);

	to[0] = pid_byte(pid);
	for (size_t i = 0; i < len; i++)
		to[1 + i] = payload[i];
	to[1 + len] = (uint8_t)crc;
	to[2 + len] = (uint8_t)(crc >> 8);
	return len + 3;
}

size_t wave_handshake(uint8_t *to, enum usb_pid pid)
{
	to[0] = pid_byte(pid);
	return 1;
}
