/* A reporter between made-up packets and a reader of what goes up: for the tests of what is told, and of what is cut. */
#ifndef REPORTER_BENCH_H
#define REPORTER_BENCH_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/reporter.h"
#include "tests/wave/waveform.h"

static struct reporter r;
static struct upstream up;
static uint64_t tick;

static struct {
	char kinds[256]; /* P packet, F fold, E edges, L line, C count, X lost; in order */
	unsigned n;
	struct wire_fold fold;
	struct wire_count count;
	struct wire_lost lost;
	struct wire_packet packet;
	struct wire_line line;
	struct wire_count counted; /* the sum of all */
	unsigned counts, packets, cut, cut_len, cut_true,
		cut_flags; /* of the last one that was cut */
	uint16_t edges_len;
} seen;

static inline void on_record(void *context, const struct wire_record *rec)
{
	static const char letters[] = {[WIRE_PACKET] = 'P', [WIRE_EDGES] = 'E', [WIRE_LINE] = 'L',
	                               [WIRE_FOLD] = 'F',   [WIRE_COUNT] = 'C', [WIRE_LOST] = 'X'};

	(void)context;
	if (rec->kind == WIRE_STATE)
		return; /* there to take up room */
	seen.kinds[seen.n++] = letters[rec->kind];
	if (rec->kind == WIRE_FOLD)
		assert_true(wire_fold_get(&seen.fold, rec->body, rec->len));
	if (rec->kind == WIRE_COUNT) {
		assert_true(wire_count_get(&seen.count, rec->body, rec->len));
		seen.counts++;
		seen.counted.packets += seen.count.packets;
		seen.counted.bytes += seen.count.bytes;
		seen.counted.bad += seen.count.bad;
	}
	if (rec->kind == WIRE_LINE)
		assert_true(wire_line_get(&seen.line, rec->body, rec->len));
	if (rec->kind == WIRE_LOST)
		assert_true(wire_lost_get(&seen.lost, rec->body, rec->len));
	if (rec->kind == WIRE_PACKET) {
		assert_true(wire_packet_get(&seen.packet, rec->body, rec->len));
		seen.packets++;
		if (seen.packet.flags & WIRE_CUT) {
			seen.cut++;
			seen.cut_len = rec->len - 4u;
			seen.cut_true = seen.packet.len_true;
			seen.cut_flags = seen.packet.flags;
		}
	}
	if (rec->kind == WIRE_EDGES)
		seen.edges_len = rec->len;
}

static inline const char *drain(void)
{
	const struct wire_sink sink = {.record = on_record};
	static struct wire_reader reader;
	uint8_t buf[64];
	size_t n;

	memset(&seen, 0, sizeof(seen));
	wire_reader_init(&reader);
	reporter_flush(&r);
	/* The open block is closed when the others have been fetched. */
	for (int i = 0; i < 2; i++) {
		upstream_flush(&up);
		while ((n = upstream_fetch(&up, buf, sizeof(buf))) != 0)
			wire_reader_push(&reader, buf, n, &sink);
	}
	assert_int_equal(reader.bad_blocks + reader.bad_records, 0);
	return seen.kinds;
}

static inline void no_speed(enum usb_speed speed)
{
	(void)speed;
}

static inline int start(void **state)
{
	(void)state;
	upstream_init(&up);
	reporter_init(&r, &up, no_speed);
	r.capturing = true;
	tick = 1000;
	return 0;
}

static inline void packet(const uint8_t *bytes, size_t len, uint8_t flags)
{
	const struct rx_packet p = {.start = tick,
	                            .speed = USB_SPEED_FULL,
	                            .flags = flags,
	                            .len = (uint16_t)len,
	                            .len_true = (uint16_t)len,
	                            .bytes = bytes};

	tick += 500;
	r.sink.packet(&r, &p);
}

static inline void token(enum usb_pid pid, unsigned address, unsigned endpoint)
{
	uint8_t b[3];
	packet(b, wave_token(b, pid, address, endpoint), 0);
}

static inline void data(size_t len)
{
	static const uint8_t zero[100];
	uint8_t b[110];
	packet(b, wave_data(b, USB_PID_DATA0, zero, len), 0);
}

static inline void shake(enum usb_pid pid)
{
	uint8_t b[1];
	packet(b, wave_handshake(b, pid), 0);
}

/* The way up so full that so many of its blocks wait. */
static inline void fill_up(unsigned blocks)
{
	while (upstream_level(&up) * UPSTREAM_BLOCKS / 256 < blocks)
		upstream_put(&up, WIRE_STATE, 0, tick, 1000);
}

static inline void frame(void)
{
	uint8_t b[3];
	packet(b, wave_sof(b, 5), 0);
}

static inline void bulk_in(unsigned address, unsigned endpoint, size_t len)
{
	token(USB_PID_IN, address, endpoint);
	data(len);
	shake(USB_PID_ACK);
}

#endif
