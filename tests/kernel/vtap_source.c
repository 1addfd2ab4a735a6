/* Streams for a tap without a board. In: a raw dump, or a rate. Out: records into its upstream ring, when they are due. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crc.h"
#include "core/usb_packet.h"
#include "tests/kernel/vtap.h"

struct dump {
	struct vtap_source source;
	FILE *file;
	struct wire_reader reader;
	struct vtap *tap;
	bool begun;
	uint64_t first, until; /* ticks of the dump */

	/* One record that is not due yet stops the reading: nothing of the file is kept but what its block still holds. */
	struct late {
		uint8_t kind, flags;
		uint16_t len;
		uint64_t tick;
		uint8_t body[WIRE_BLOCK_MAX];
	} late[WIRE_BLOCK_MAX / WIRE_RECORD_HEAD];
	unsigned lates, late_at;
};

static void put(struct vtap_source *s, struct vtap *t, uint8_t kind, uint8_t flags, uint64_t tick,
                const uint8_t *body, size_t len)
{
	uint8_t *to = upstream_put(&t->up, (enum wire_kind)kind, flags, tick, len);

	if (to && len)
		memcpy(to, body, len);
	s->records++;
	s->unsent += !to;
}

static void on_record(void *context, const struct wire_record *r)
{
	struct dump *d = context;
	struct late *l = &d->late[d->lates];

	/* The tap speaks for itself, and of itself. */
	if (r->kind == WIRE_HELLO || r->kind == WIRE_REPLY || r->kind == WIRE_STATUS)
		return;
	if (!d->begun)
		d->first = r->tick;
	d->begun = true;
	l->kind = r->kind;
	l->flags = r->flags;
	l->len = r->len;
	l->tick = r->tick - d->first;
	memcpy(l->body, r->body, r->len);
	d->lates++;
}

static void dump_until(struct vtap_source *s, struct vtap *t, uint64_t tick)
{
	struct dump *d = (struct dump *)s;
	const struct wire_sink sink = {.context = d, .record = on_record};

	for (;;) {
		uint8_t byte;

		while (d->late_at < d->lates) {
			struct late *l = &d->late[d->late_at];

			if (l->tick > tick)
				return;
			put(s, t, l->kind, l->flags, t->capture_since + l->tick, l->body, l->len);
			d->late_at++;
		}
		d->lates = d->late_at = 0;
		/* Byte by byte: a block's records come with its last one. */
		while (!d->lates && fread(&byte, 1, 1, d->file) == 1)
			wire_reader_push(&d->reader, &byte, 1, &sink);
		if (!d->lates) {
			s->over = true;
			return;
		}
	}
}

struct vtap_source *vtap_source_dump(const char *path)
{
	struct dump *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->source.until = dump_until;
	d->file = fopen(path, "rb");
	if (!d->file) {
		perror(path);
		free(d);
		return NULL;
	}
	wire_reader_init(&d->reader);
	return &d->source;
}

struct rate {
	struct vtap_source source;
	uint64_t bytes_s, end_tick, bytes;
	uint32_t transactions;
};

enum { ADDRESS = 5, ENDPOINT = 2, DATA_BYTES = 64 };

static size_t packet(struct vtap_source *s, struct vtap *t, uint64_t tick, const uint8_t *bytes,
                     size_t len)
{
	const struct wire_packet head = {.speed = USB_SPEED_FULL, .len_true = (uint16_t)len};
	uint8_t body[WIRE_PACKET_HEAD + DATA_BYTES + 3];

	wire_packet_put(body, &head);
	memcpy(body + WIRE_PACKET_HEAD, bytes, len);
	put(s, t, WIRE_PACKET, 0, tick, body, WIRE_PACKET_HEAD + len);
	return WIRE_RECORD_HEAD + WIRE_PACKET_HEAD + len;
}

static void rate_until(struct vtap_source *s, struct vtap *t, uint64_t tick)
{
	struct rate *r = (struct rate *)s;
	uint64_t end = tick < r->end_tick ? tick : r->end_tick;

	while (r->bytes < end / (WIRE_TICK_HZ / 1000) * r->bytes_s / 1000) {
		uint64_t at = t->capture_since + end;
		uint8_t data[DATA_BYTES + 3] = {r->transactions % 2 ? 0x4b : 0xc3};
		uint8_t token[3] = {0x69, (uint8_t)(ADDRESS | ENDPOINT << 7), ENDPOINT >> 1};
		const uint8_t ack[1] = {0xd2};
		uint16_t crc;

		token[2] = (uint8_t)(token[2] | crc5(ADDRESS | ENDPOINT << 7, 11) << 3);
		memcpy(data + 1, &r->transactions, sizeof(r->transactions));
		crc = crc16(data + 1, DATA_BYTES);
		data[1 + DATA_BYTES] = (uint8_t)crc;
		data[2 + DATA_BYTES] = (uint8_t)(crc >> 8);
		r->bytes += packet(s, t, at, token, sizeof(token));
		r->bytes += packet(s, t, at, data, sizeof(data));
		r->bytes += packet(s, t, at, ack, sizeof(ack));
		r->transactions++;
	}
	s->over = tick >= r->end_tick;
}

struct vtap_source *vtap_source_rate(uint32_t bytes_s, uint32_t seconds)
{
	struct rate *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->source.until = rate_until;
	r->bytes_s = bytes_s;
	r->end_tick = (uint64_t)seconds * WIRE_TICK_HZ;
	return &r->source;
}
