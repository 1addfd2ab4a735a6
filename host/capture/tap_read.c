/*
 * A raw dump of a tap's bulk stream: blocks with numbers and checksums, records in them. In: the window. Out: records, in
 * the order of the stream; what is damaged is passed over and counted, and a jump in the numbers is a loss.
 * Leaves alone: taking blocks apart (core/wire_block.c), what bodies mean (tap_decode.c).
 */
#include "capture/reader.h"

/* A jump by more is a tap that started anew and counts from 0: how much is missing is then unknown. */
#define GAP_MAX (UINT32_C(1) << 31)

struct blocks {
	struct capture *c;
	bool gap;  /* to be told with the next record, which has the time */
	bool anew; /* the numbers begin again with it */
	uint32_t lost;
};

static void on_lost(void *context, uint32_t blocks)
{
	struct blocks *b = context;

	if (b->c->await_hello)
		return;
	b->gap = true;
	b->anew = blocks >= GAP_MAX;
	b->lost = blocks < GAP_MAX ? blocks : 0;
}

static void on_record(void *context, const struct wire_record *w)
{
	struct blocks *b = context;
	uint64_t time_ns;

	if (b->c->await_hello && w->kind != WIRE_HELLO)
		return;
	b->gap |= b->c->gap_due;
	b->c->await_hello = b->c->gap_due = false;
	if (b->anew && w->kind != WIRE_HELLO)
		tap_numbered_anew(&b->c->tap, w->tick);
	b->anew = false;
	b->gap |= tap_hello(&b->c->tap, w);
	time_ns = tap_time_ns(&b->c->tap, w->tick);
	if (b->gap)
		deliver_tap_gap(b->c, time_ns, b->lost);
	b->gap = false;
	deliver_tap(b->c, time_ns, w);
}

static void push(struct capture *c, const uint8_t *data, size_t len)
{
	struct blocks b = {.c = c};
	const struct wire_sink sink = {.context = &b, .record = on_record, .lost = on_lost};

	wire_reader_push(&c->blocks, data, len, &sink);
	/* A block without records after the gap: the loss is told at the time known last. */
	if (b.gap)
		deliver_tap_gap(c, c->tap.last_ns, b.lost);
}

static void account(struct capture *c)
{
	c->info.tap_blocks_damaged = c->blocks.bad_blocks;
	c->info.tap_bytes_skipped = c->blocks.skipped_bytes;
}

/* What is left is no whole block, but a damaged length may have swallowed whole ones: zeros bring them out. */
static enum walk end(struct capture *c, enum window_state state)
{
	static const uint8_t zeros[WIRE_BLOCK_MAX];
	enum walk result = reader_short(c, state, "");
	size_t left = c->blocks.len;

	if (result != WALK_END || !left)
		return result;
	push(c, zeros, sizeof(zeros));
	account(c);
	c->info.tap_bytes_skipped -= sizeof(zeros) - c->blocks.len;
	c->blocks.len = 0;
	return reader_damage(c, window_offset(&c->window) - left, "the last block is cut short");
}

void capture_restart(struct capture *c, int64_t gap_ns)
{
	c->gap_due = c->tap.known;
	c->blocks.len = 0;
	c->blocks.started = false;
	c->await_hello = true;
	capture_away(c, gap_ns);
}

int64_t capture_tap_time(const struct capture *c, uint64_t tick)
{
	return (int64_t)(tap_time_of(&c->tap, tick) - c->base_ns);
}

void capture_away(struct capture *c, int64_t gap_ns)
{
	if (c->await_hello && c->tap.known)
		tap_reopened(&c->tap, gap_ns > 0 ? (uint64_t)gap_ns : 0);
}

enum walk tap_walk(struct capture *c, uint64_t max)
{
	struct window *w = &c->window;
	enum window_state state;

	for (; max; max--) {
		size_t n = window_left(w);

		if (!n && (state = window_fill(w, 1)) != WINDOW_OK)
			return end(c, state);
		n = window_left(w);
		if (n > WIRE_BLOCK_MAX)
			n = WIRE_BLOCK_MAX;
		push(c, w->at, n);
		w->at += n;
		account(c);
	}
	return WALK_MORE;
}
