/*
 * Blocks of the wire protocol: filled record by record on the tap, taken apart on the PC.
 * In (reader): the bulk stream in pieces of any size, possibly torn, damaged or hostile. Out: records, gaps, counts.
 * A damaged block costs itself alone: the reader looks for the next head. Leaves alone: what bodies mean (wire.c).
 */
#include "core/wire.h"
#include "core/bytes.h"
#include "core/crc.h"

enum {
	AT_LEN = 2,
	AT_SEQUENCE = 4,
	AT_TICK = 8,
	BLOCK_MIN = WIRE_BLOCK_HEAD + WIRE_BLOCK_TAIL,
};

static void move_down(uint8_t *to, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i];
}

void wire_block_begin(struct wire_block *b, uint8_t *at, uint64_t tick)
{
	b->at = at;
	b->len = WIRE_BLOCK_HEAD;
	b->tick = tick;
	store_le16(at, WIRE_MAGIC);
	store_le64(at + AT_TICK, tick);
}

uint8_t *wire_block_put(struct wire_block *b, enum wire_kind kind, uint8_t flags, uint64_t tick,
                        size_t len)
{
	uint8_t *p = b->at + b->len;
	int64_t delta = (int64_t)(tick - b->tick);

	if (b->len + WIRE_RECORD_HEAD + len + WIRE_BLOCK_TAIL > WIRE_BLOCK_MAX ||
	    delta != (int32_t)delta)
		return NULL;
	p[0] = (uint8_t)kind;
	p[1] = flags;
	store_le16(p + 2, (uint16_t)len);
	store_le32(p + 4, (uint32_t)delta);
	b->len = (uint16_t)(b->len + WIRE_RECORD_HEAD + len);
	return p + WIRE_RECORD_HEAD;
}

size_t wire_block_seal(struct wire_block *b, uint32_t sequence)
{
	size_t len = b->len + (size_t)WIRE_BLOCK_TAIL;

	store_le16(b->at + AT_LEN, (uint16_t)len);
	store_le32(b->at + AT_SEQUENCE, sequence);
	b->len = 0;
	return len;
}

size_t wire_block_end(struct wire_block *b, uint32_t sequence)
{
	size_t len = wire_block_seal(b, sequence);

	store_le16(b->at + len - WIRE_BLOCK_TAIL, crc16(b->at, len - WIRE_BLOCK_TAIL));
	return len;
}

void wire_reader_init(struct wire_reader *r)
{
	*r = (struct wire_reader){0};
}

static void take_block(struct wire_reader *r, const uint8_t *p, size_t len,
                       const struct wire_sink *sink)
{
	struct bytes b = bytes_of(p, len - WIRE_BLOCK_TAIL);
	uint32_t sequence = load_le32(p + AT_SEQUENCE);
	uint64_t tick = load_le64(p + AT_TICK);

	r->blocks++;
	if (r->started && sequence != r->sequence) {
		r->lost_blocks += sequence - r->sequence;
		if (sink->lost)
			sink->lost(sink->context, sequence - r->sequence);
	}
	r->started = true;
	r->sequence = sequence + 1;
	bytes_take(&b, WIRE_BLOCK_HEAD);
	while (bytes_left(&b)) {
		struct wire_record rec;

		rec.kind = bytes_u8(&b);
		rec.flags = bytes_u8(&b);
		rec.len = bytes_le16(&b);
		rec.tick = tick + (uint64_t)(int64_t)(int32_t)bytes_le32(&b);
		rec.body = bytes_take(&b, rec.len);
		if (b.short_read) {
			r->bad_records++;
			return;
		}
		sink->record(sink->context, &rec);
	}
}

/* How many bytes at `at` are settled: a whole block, or what cannot begin one. 0: more must come first. */
static size_t settle(struct wire_reader *r, size_t at, const struct wire_sink *sink)
{
	const uint8_t *p = r->held + at;
	size_t have = r->len - at, skip = 0, len;

	while (skip < have && (p[skip] != (WIRE_MAGIC & 0xff) ||
	                       (skip + 1 < have && p[skip + 1] != WIRE_MAGIC >> 8)))
		skip++;
	if (skip) {
		r->skipped_bytes += skip;
		return skip;
	}
	if (have < WIRE_BLOCK_HEAD)
		return 0;
	len = load_le16(p + AT_LEN);
	if (len >= BLOCK_MIN && len <= WIRE_BLOCK_MAX) {
		if (have < len)
			return 0;
		if (load_le16(p + len - WIRE_BLOCK_TAIL) == crc16(p, len - WIRE_BLOCK_TAIL)) {
			take_block(r, p, len, sink);
			return len;
		}
	}
	r->bad_blocks++;
	r->skipped_bytes++;
	return 1;
}

void wire_reader_push(struct wire_reader *r, const uint8_t *data, size_t len,
                      const struct wire_sink *sink)
{
	while (len) {
		size_t n = WIRE_BLOCK_MAX - r->len, at = 0, used;

		if (n > len)
			n = len;
		move_down(r->held + r->len, data, n);
		r->len += n;
		data += n;
		len -= n;
		while (at < r->len && (used = settle(r, at, sink)) != 0)
			at += used;
		r->len -= at;
		move_down(r->held, r->held + at, r->len);
	}
}
