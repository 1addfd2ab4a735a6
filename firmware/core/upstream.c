/* The ring of blocks; see upstream.h. In: records. Out: bytes. The reader never sees a block that is not closed. */
#include "core/upstream.h"
#include "core/bytes.h"
#include "core/crc.h"

enum { LOST_LEN = 16 };

void upstream_init(struct upstream *u)
{
	u->open.len = 0;
	u->idle = 0;
	u->waits = false;
	u->sequence = 0;
	u->sealed = u->closed = u->fetched = 0;
	u->summed = 0;
	u->sum = 0xffff;
	u->lost = u->lost_total = 0;
	u->high = 0;
	u->at = 0;
}

/* For the reader; and with those that have no checksum yet. */
static uint32_t waiting(const struct upstream *u)
{
	return u->closed - u->fetched;
}

static uint32_t filled(const struct upstream *u)
{
	return u->sealed - u->fetched;
}

static void seal(struct upstream *u)
{
	uint32_t slot = u->sealed % UPSTREAM_BLOCKS;

	u->idle = 0;
	u->waits = false;
	u->len[slot] = (uint16_t)wire_block_seal(&u->open, u->sequence++);
	u->sealed++;
	if (filled(u) > u->high)
		u->high = filled(u);
}

/* A block to write to; what was lost before it is its first record. */
static bool begin(struct upstream *u, uint64_t tick)
{
	struct wire_lost lost = {.what = WIRE_LOST_RECORDS};
	int64_t since;
	uint8_t *body;

	if (filled(u) == UPSTREAM_BLOCKS)
		return false;
	if (!u->lost) {
		wire_block_begin(&u->open, u->block[u->sealed % UPSTREAM_BLOCKS], tick);
		return true;
	}
	since = (int64_t)(tick - u->lost_since);
	/* What a block's ticks do not reach has one of its own. */
	wire_block_begin(&u->open, u->block[u->sealed % UPSTREAM_BLOCKS],
	                 since == (int32_t)since ? tick : u->lost_since);
	lost.count = u->lost;
	lost.span = u->lost_until - u->lost_since;
	body = wire_block_put(&u->open, WIRE_LOST, 0, u->lost_since, LOST_LEN);
	if (body)
		wire_lost_put(body, &lost);
	u->lost = 0;
	if (since == (int32_t)since)
		return true;
	seal(u);
	return begin(u, tick);
}

void upstream_seal(struct upstream *u)
{
	/* A loss is told even if nothing comes after it. */
	if (!u->open.len && (!u->lost || !begin(u, u->lost_until)))
		return;
	/* Nobody gets it sooner while others wait before it, and a full one takes no more of the ring. */
	if (filled(u) < 2)
		seal(u);
}

bool upstream_sum(struct upstream *u, size_t bytes)
{
	while (u->closed != u->sealed) {
		uint32_t slot = u->closed % UPSTREAM_BLOCKS;
		uint8_t *at = u->block[slot] + u->summed;
		size_t left = u->len[slot] - WIRE_BLOCK_TAIL - u->summed;

		if (left > bytes) {
			u->sum = crc16_update(u->sum, at, bytes);
			u->summed = (uint16_t)(u->summed + bytes);
			return true;
		}
		bytes -= left;
		store_le16(at + left, (uint16_t)~crc16_update(u->sum, at, left));
		u->summed = 0;
		u->sum = 0xffff;
		/* The reader is an interrupt: the bytes first. */
		__asm__ volatile("" ::: "memory");
		u->closed++;
	}
	return false;
}

void upstream_flush(struct upstream *u)
{
	upstream_seal(u);
	upstream_sum(u, SIZE_MAX);
}

bool upstream_urgent(const struct upstream *u)
{
	/* What may wait is counted, and not what may not: of packets there are more, and their way is the short one. */
	return u->lost || (u->open.len && u->open.len != WIRE_BLOCK_HEAD + u->idle);
}

bool upstream_waited(struct upstream *u, uint32_t now_us)
{
	if (!u->open.len)
		return false;
	if (!u->waits) {
		u->waits = true;
		u->since_us = now_us;
	}
	if (now_us - u->since_us < UPSTREAM_WAIT_US)
		return false;
	/* One that stays open behind others is asked about again after as long. */
	u->waits = false;
	return true;
}

static uint8_t *put(struct upstream *u, enum wire_kind kind, uint8_t flags, uint64_t tick,
                    size_t len)
{
	uint8_t *body = wire_block_put(&u->open, kind, flags, tick, len);

	if (body && wire_may_wait((uint8_t)kind))
		u->idle = (uint16_t)(u->idle + WIRE_RECORD_HEAD + len);
	return body;
}

uint8_t *upstream_try(struct upstream *u, enum wire_kind kind, uint8_t flags, uint64_t tick,
                      size_t len)
{
	uint8_t *body;

	if (u->open.len) {
		body = put(u, kind, flags, tick, len);
		if (body)
			return body;
		seal(u);
	}
	return begin(u, tick) ? put(u, kind, flags, tick, len) : NULL;
}

/* Records come nearly in order: a count has the tick of its first. */
static void note_lost(struct upstream *u, uint64_t tick)
{
	if (!u->lost || tick < u->lost_since)
		u->lost_since = tick;
	if (!u->lost || tick > u->lost_until)
		u->lost_until = tick;
	u->lost++;
	u->lost_total++;
}

uint8_t *upstream_put(struct upstream *u, enum wire_kind kind, uint8_t flags, uint64_t tick,
                      size_t len)
{
	uint8_t *body = upstream_try(u, kind, flags, tick, len);

	if (!body)
		note_lost(u, tick);
	return body;
}

unsigned upstream_level(const struct upstream *u)
{
	return filled(u) * 256 / UPSTREAM_BLOCKS;
}

/* What is left of the reader's block, `room` bytes at most; 0 where nothing waits. */
static size_t take_from_block(struct upstream *u, const uint8_t **from, size_t room)
{
	uint32_t slot = u->fetched % UPSTREAM_BLOCKS;
	size_t n;

	if (!waiting(u))
		return 0;
	*from = u->block[slot] + u->at;
	n = u->len[slot] - u->at;
	if (n > room)
		n = room;
	u->at = (uint16_t)(u->at + n);
	if (u->at == u->len[slot]) {
		u->at = 0;
		u->fetched++;
	}
	return n;
}

size_t upstream_take(struct upstream *u, const uint8_t **from, size_t room)
{
	size_t n = take_from_block(u, from, room), more;
	const uint8_t *next = NULL;

	/* Where a block ends and another waits, the packet goes on with it: a short one would end the PC's transfer, and
	 * cost a host controller more than the bytes (at a UHCI the pipe stands still until its driver has seen it). */
	if (!n || n == room || room > sizeof(u->joint) || !waiting(u))
		return n;
	bytes_copy(u->joint, *from, n);
	*from = u->joint;
	while (n < room && (more = take_from_block(u, &next, room - n)) != 0) {
		bytes_copy(u->joint + n, next, more);
		n += more;
	}
	return n;
}

size_t upstream_fetch(struct upstream *u, uint8_t *to, size_t room)
{
	const uint8_t *from = NULL;
	size_t n = upstream_take(u, &from, room);

	if (n)
		bytes_copy(to, from, n);
	return n;
}

void upstream_rewind(struct upstream *u)
{
	/* What was fetched last may have been thrown away with the pipe; a block that was all fetched may be, too. */
	u->at = 0;
}
