/*
 * Records on their way to the PC: blocks of the wire protocol in a ring, filled by the main loop, fetched packet by packet
 * in the USB interrupt. One writer, one reader, no locks: each owns its index. What finds no room is counted, and said in a
 * LOST record as soon as there is room again. Leaves alone: what is in the records, and the pipe.
 */
#ifndef CORDON_CORE_UPSTREAM_H
#define CORDON_CORE_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/wire.h"
#include "board.h"

enum {
	UPSTREAM_BLOCKS = BOARD_UP_RING_BYTES / WIRE_BLOCK_MAX,
	/* So long a block of wire_may_wait alone may stay open: it takes two milliseconds' bands. The main loop looks each 250 us
	 * and makes the bands as late: all together within 2 ms. */
	UPSTREAM_WAIT_US = 1200,
};

struct upstream {
	struct wire_block open;
	uint16_t idle; /* bytes of it that may wait */
	/* Blocks that are full, those with their checksum, and those fetched, since the start; all wrap. */
	uint32_t sealed;
	volatile uint32_t closed, fetched;
	uint16_t at;       /* the reader's place in its block */
	bool waits;        /* since: */
	uint32_t since_us; /* as upstream_waited saw it */
	uint32_t sequence;
	uint16_t summed, sum; /* of the first that is sealed and not closed */
	uint32_t high;        /* most blocks ever waiting */
	uint32_t lost, lost_total;
	uint64_t lost_since, lost_until;
	uint16_t len[UPSTREAM_BLOCKS];
	/* A packet of the end of one block and the start of the next. */
	uint8_t joint[64] __attribute__((aligned(4)));
	uint8_t block[UPSTREAM_BLOCKS][WIRE_BLOCK_MAX];
};

void upstream_init(struct upstream *u);

/* Room for a record's body; NULL where there is none, which is counted. */
uint8_t *upstream_put(struct upstream *u, enum wire_kind kind, uint8_t flags, uint64_t tick,
                      size_t len);

/* The same for a record that its caller keeps where there is no room: then it is not counted as lost. */
uint8_t *upstream_try(struct upstream *u, enum wire_kind kind, uint8_t flags, uint64_t tick,
                      size_t len);

/* The same, quickly: for the kinds of which there are most, none that may wait (wire_may_wait). */
static inline uint8_t *upstream_put_often(struct upstream *u, enum wire_kind kind, uint8_t flags,
                                          uint64_t tick, size_t len)
{
	uint32_t after = (uint32_t)tick - (uint32_t)u->open.tick;
	uint8_t *to = u->open.at + u->open.len;

	if (!u->open.len ||
	    u->open.len + WIRE_RECORD_HEAD + len + WIRE_BLOCK_TAIL > WIRE_BLOCK_MAX ||
	    tick - u->open.tick != after || after > INT32_MAX)
		return upstream_put(u, kind, flags, tick, len);
	u->open.len = (uint16_t)(u->open.len + WIRE_RECORD_HEAD + len);
	to[0] = (uint8_t)kind;
	to[1] = flags;
	store_le16(to + 2, (uint16_t)len);
	store_le32(to + 4, after);
	return to + WIRE_RECORD_HEAD;
}

/* Whether records of `len` bytes with their heads fit into the block that is open, up to `last` and not before its tick. */
static inline bool upstream_fits(const struct upstream *u, uint64_t first, uint64_t last,
                                 size_t len)
{
	return u->open.len && u->open.len + len + WIRE_BLOCK_TAIL <= WIRE_BLOCK_MAX &&
	       first >= u->open.tick && last - u->open.tick <= INT32_MAX;
}

/* Ends the block that is being filled, if there is anything in it and the reader has little else to fetch. */
void upstream_seal(struct upstream *u);

/* Checksums of blocks that are full: over `bytes` at most, for who has not the time for a whole one. True where there is more. */
bool upstream_sum(struct upstream *u, size_t bytes);

/* Both, to the end: all that the reader may have is there for him. */
void upstream_flush(struct upstream *u);

/* Whether there is anything that may not wait. It is asked each millisecond, and flushed. */
bool upstream_urgent(const struct upstream *u);

/* Whether what is open has waited for long enough. In each turn of the main loop: `now_us` wraps. */
bool upstream_waited(struct upstream *u, uint32_t now_us);

/* How full it is, of 256. */
unsigned upstream_level(const struct upstream *u);

/* The reader: at most `room` bytes; 0 where nothing waits. */
size_t upstream_fetch(struct upstream *u, uint8_t *to, size_t room);

/* The same without a copy: the bytes are borrowed, and the writer may take their place once the reader's context is left. */
size_t upstream_take(struct upstream *u, const uint8_t **from, size_t room);

/* The reader begins anew: the block it was in comes again from its start. In the context of the reader. */
void upstream_rewind(struct upstream *u);

#endif
