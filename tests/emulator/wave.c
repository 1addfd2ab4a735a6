/*
 * The waveforms of the emulator's cases, as JSON: edges [cycle, lines] for the pads, and what must come of them.
 * usage: wave CASE SEED. Sampled at a random phase of the 120 MHz clock; times are cycles from the wave's start.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sample_keyboard.h"
#include "tests/wave/heard.h"

static const double CYCLE = 1e12 / WIRE_TICK_HZ;
static const double US = 1e6, MS = 1e9;

static struct wave w;
static struct heard sent;
static const char *notes = "";

static void packet(const uint8_t *p, size_t n, double idle)
{
	heard_expect(&sent, wave_packet(&w, p, n, idle), w.speed, p, n);
}

static void token(enum usb_pid pid, unsigned address, unsigned endpoint, double idle)
{
	uint8_t p[3];
	packet(p, wave_token(p, pid, address, endpoint), idle);
}

static void data(enum usb_pid pid, const uint8_t *payload, size_t len, double idle)
{
	uint8_t p[80];
	packet(p, wave_data(p, pid, payload, len), idle);
}

static void handshake(enum usb_pid pid, double idle)
{
	uint8_t p[1];
	packet(p, wave_handshake(p, pid), idle);
}

static void lines(int state, double ps)
{
	wave_lines(&w, state);
	wave_wait(&w, ps);
}

static void attach(void)
{
	lines(WAVE_SE0, 2 * MS);
	lines(wave_j(&w), 3 * MS);
	lines(WAVE_SE0, 11 * MS);
	lines(wave_j(&w), 1 * MS);
}

/* One control read of a keyboard's device descriptor, then polls with and without a key. */
static void keyboard(unsigned keys)
{
	static const uint8_t get[] = {0x80, 6, 0, 1, 0, 0, 18, 0};
	static const uint8_t desc[] = {18,   1, 0x10, 1, 0, 0, 0, 8, 0x3c,
	                               0x41, 7, 0x21, 0, 1, 1, 2, 0, 1};

	attach();
	token(USB_PID_SETUP, 0, 0, 3);
	data(USB_PID_DATA0, get, sizeof(get), 3);
	handshake(USB_PID_ACK, 20);
	for (unsigned i = 0; i < 3; i++) {
		token(USB_PID_IN, 0, 0, 4);
		data(i & 1 ? USB_PID_DATA0 : USB_PID_DATA1, desc + 8 * i, i < 2 ? 8 : 2, 3);
		handshake(USB_PID_ACK, 20);
	}
	for (unsigned i = 0; i < keys; i++) {
		uint8_t report[8] = {0, 0, (uint8_t)(4 + i % 26)};

		token(USB_PID_IN, 5, 1, 4);
		data(i & 1 ? USB_PID_DATA1 : USB_PID_DATA0, report, 8, 3);
		handshake(USB_PID_ACK, 30);
		wave_wait(&w, 1 * MS);
	}
}

/* Behind a handshake a host takes its time: 100 us at full speed, 200 at low. */
static void enumeration_packet(void *context, const uint8_t *bytes, size_t len)
{
	double pause = w.speed == USB_SPEED_LOW ? 300 : 1200;

	(void)context;
	packet(bytes, len, (bytes[0] & 3) == 2 ? pause : 3);
}

/* Descriptors and all: what a guard looks for. */
static void enumeration(bool hidden)
{
	attach();
	sample_keyboard(hidden, enumeration_packet, NULL);
}

/* IN, NAK as fast as the bus allows; nothing but counts may go up. */
static void nak_storm(void)
{
	attach();
	sent.packets = 0;
	for (unsigned i = 0; i < 4000; i++) {
		uint8_t p[3];

		wave_packet(&w, p, wave_token(p, USB_PID_IN, 3, 1), 2);
		wave_packet(&w, p, wave_handshake(p, USB_PID_NAK), 2);
	}
	notes = "4000 NAKs";
}

static void saturate(unsigned endpoint, unsigned transactions)
{
	uint8_t payload[64];

	attach();
	for (unsigned i = 0; i < transactions; i++) {
		for (size_t k = 0; k < sizeof(payload); k++)
			payload[k] = (uint8_t)(wave_random(&w) >> 8);
		token(USB_PID_IN, 3, endpoint, 3);
		data(i & 1 ? USB_PID_DATA1 : USB_PID_DATA0, payload, sizeof(payload), 3);
		handshake(USB_PID_ACK, 4);
	}
}

/* As much as a host gets into frames of 1 ms: a SOF and 19 transactions of 64 bytes each. USB 2.0 table 5-9 */
static void full_frames(unsigned endpoint, unsigned frames)
{
	enum { TRANSACTIONS = 19 };
	uint8_t payload[64];

	attach();
	for (unsigned f = 0; f < frames; f++) {
		double begins = w.now;
		uint8_t p[3];

		packet(p, wave_sof(p, f & 0x7ff), 4);
		for (unsigned i = 0; i < TRANSACTIONS; i++) {
			for (size_t k = 0; k < sizeof(payload); k++)
				payload[k] = (uint8_t)(wave_random(&w) >> 8);
			token(USB_PID_IN, 3, endpoint, 3);
			data((f + i) & 1 ? USB_PID_DATA1 : USB_PID_DATA0, payload, sizeof(payload), 3);
			handshake(USB_PID_ACK, 4);
		}
		if (w.now < begins + 1 * MS)
			wave_wait(&w, begins + 1 * MS - w.now);
	}
}

static void behind_hub(void)
{
	static const uint8_t pre[] = {0x3c};

	attach();
	for (unsigned i = 0; i < 20; i++) {
		uint8_t p[16], report[8] = {0, 0, (uint8_t)(4 + i)};
		size_t n = wave_token(p, USB_PID_IN, 9, 1);

		heard_expect(&sent, wave_pre(&w, 5), USB_SPEED_FULL, pre, 1);
		heard_expect(&sent, wave_packet_slow(&w, p, n, 2), USB_SPEED_LOW, p, n);
		n = wave_data(p, USB_PID_DATA1, report, 8);
		heard_expect(&sent, wave_packet_slow(&w, p, n, 2), USB_SPEED_LOW, p, n);
		heard_expect(&sent, wave_pre(&w, 5), USB_SPEED_FULL, pre, 1);
		n = wave_handshake(p, USB_PID_ACK);
		heard_expect(&sent, wave_packet_slow(&w, p, n, 2), USB_SPEED_LOW, p, n);
		wave_wait(&w, 0.2 * MS);
	}
}

static void boot_log(void)
{
	notes = "\r\n ets Jan  8 2013,rst cause:1, boot mode:(3,7)\r\n";
	lines(WAVE_SE0, 2 * MS);
	lines(WAVE_DM, 4.75 * MS);
	wave_uart(&w, 1, 74880, notes);
	wave_wait(&w, 2 * MS);
}

static void noise(void)
{
	attach();
	for (int i = 0; i < 20000; i++)
		lines((int)(wave_random(&w) & 3), wave_random(&w) % 150000);
	/* What follows it must be heard again. */
	sent.packets = 0;
	keyboard(2);
}

static void jitter(void)
{
	w.ppm = w.seed & 1 ? 2500 : -2500;
	w.jitter_next = 18500;
	w.jitter_pair = 9000;
	w.skew = w.seed & 2 ? 2 * CYCLE : -2 * CYCLE;
	saturate(1, 30);
}

static void print(double phase)
{
	size_t at[2] = {0, 0};
	int now = 0;
	bool first = true;

	printf("{\"edges\":[");
	while (at[0] < w.wire[0].count || at[1] < w.wire[1].count) {
		unsigned i = at[0] >= w.wire[0].count ||
		             (at[1] < w.wire[1].count &&
		              w.wire[1].edge[at[1]].ps < w.wire[0].edge[at[0]].ps);
		const struct wave_edge *e = &w.wire[i].edge[at[i]++];

		now = (now & ~(1 << i)) | e->high << i;
		printf("%s[%.0f,%d]", first ? "" : ",", ceil(((double)e->ps - phase) / CYCLE), now);
		first = false;
	}
	printf("],\n\"end\":%.0f,\"notes\":\"", w.now / CYCLE);
	for (const char *s = notes; *s; s++)
		printf(*s < ' ' ? "\\u%04x" : "%c", *s);
	printf("\",\n\"packets\":[");
	for (size_t i = 0; i < sent.packets; i++) {
		const struct heard_packet *p = &sent.packet[i];

		printf("%s\n{\"at\":%.1f,\"speed\":%d,\"hex\":\"", i ? "," : "",
		       ((double)p->ps - phase) / CYCLE, p->speed);
		for (unsigned k = 0; k < p->len; k++)
			printf("%02x", p->bytes[k]);
		printf("\"}");
	}
	printf("]}\n");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	bool low = !strncmp(name, "low-", 4);

	heard_init(&sent);
	wave_init(&w, low ? USB_SPEED_LOW : USB_SPEED_FULL, argc > 2 ? (uint32_t)atoi(argv[2]) : 1);
	if (low)
		name += 4;
	if (!strcmp(name, "keyboard"))
		keyboard(30);
	else if (!strcmp(name, "enumeration"))
		enumeration(false);
	else if (!strcmp(name, "enumeration-hidden"))
		enumeration(true);
	else if (!strcmp(name, "nak-storm"))
		nak_storm();
	else if (!strcmp(name, "bulk"))
		saturate(1, 400);
	else if (!strcmp(name, "bulk-long"))
		saturate(1, 1200);
	else if (!strcmp(name, "control-long"))
		saturate(0, 1200);
	else if (!strcmp(name, "bulk-frames"))
		full_frames(1, 60);
	else if (!strcmp(name, "hub"))
		behind_hub();
	else if (!strcmp(name, "boot-log"))
		boot_log();
	else if (!strcmp(name, "noise"))
		noise();
	else if (!strcmp(name, "jitter"))
		jitter();
	else
		return fprintf(stderr, "wave: unknown case '%s'\n", name), 2;
	wave_wait(&w, 1 * US);
	print((wave_random(&w) & 0xffff) / 65536.0 * CYCLE);
	wave_release(&w);
	heard_release(&sent);
	return 0;
}
