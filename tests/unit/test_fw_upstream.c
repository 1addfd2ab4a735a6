/* The ring of blocks: order, loss told with its count, a reader that takes odd pieces, wrap of all indices. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/upstream.h"

struct seen {
	uint32_t next; /* number that the next record must carry */
	uint64_t records, told_lost;
	unsigned lost_blocks;
};

static void on_record(void *context, const struct wire_record *r)
{
	struct seen *s = context;
	struct wire_lost lost;

	if (r->kind == WIRE_LOST) {
		assert_true(wire_lost_get(&lost, r->body, r->len));
		assert_int_equal(lost.what, WIRE_LOST_RECORDS);
		s->told_lost += lost.count;
		s->next += lost.count;
		return;
	}
	assert_int_equal(load_le32(r->body), s->next);
	s->next++;
	s->records++;
}

static void on_lost(void *context, uint32_t blocks)
{
	((struct seen *)context)->lost_blocks += blocks;
}

static void drain(struct upstream *u, struct wire_reader *reader, const struct wire_sink *sink,
                  size_t piece)
{
	uint8_t buf[64];
	size_t n;

	while ((n = upstream_fetch(u, buf, piece)) != 0)
		wire_reader_push(reader, buf, n, sink);
}

static void put(struct upstream *u, uint32_t number, size_t len)
{
	uint8_t *to = upstream_put(u, WIRE_STATE, 0, 1000 + number, len);

	if (!to)
		return;
	memset(to, 0x43, len);
	store_le32(to, number);
}

static void run(uint32_t start, unsigned fetch_each)
{
	static struct upstream u;
	struct seen s = {.next = 0};
	struct wire_sink sink = {.context = &s, .record = on_record, .lost = on_lost};
	struct wire_reader reader;
	uint32_t x = 7;

	upstream_init(&u);
	u.sealed = u.closed = u.fetched = u.sequence = start;
	wire_reader_init(&reader);
	for (uint32_t i = 0; i < 20000; i++) {
		x = x * 1103515245u + 12345u;
		put(&u, i, 4 + (x >> 20) % 70);
		if (i % fetch_each == fetch_each - 1)
			drain(&u, &reader, &sink, 1 + (x >> 8) % 64);
		if (i % 7 == 0)
			upstream_flush(&u);
	}
	drain(&u, &reader, &sink, 64);
	upstream_flush(&u);
	drain(&u, &reader, &sink, 64);
	upstream_flush(&u);
	drain(&u, &reader, &sink, 64);
	assert_int_equal(s.records + s.told_lost, 20000);
	assert_int_equal(s.next, 20000);
	assert_int_equal(s.told_lost, u.lost_total);
	assert_int_equal(s.lost_blocks + reader.bad_blocks + reader.skipped_bytes, 0);
	if (fetch_each == 1)
		assert_int_equal(s.told_lost, 0);
	else if (fetch_each > 10000)
		assert_true(s.told_lost > 0);
}

static void nothing_is_lost_while_the_reader_keeps_up(void **state)
{
	(void)state;
	run(0, 1);
}

static void a_stalled_reader_is_told_what_it_missed(void **state)
{
	(void)state;
	run(0, 15000);
}

static void indices_pass_their_wrap(void **state)
{
	(void)state;
	run(0xfffffff0, 1);
	run(0xfffffff0, 15000);
}

static void records_far_apart_get_their_own_block(void **state)
{
	static struct upstream u;

	(void)state;
	upstream_init(&u);
	assert_non_null(upstream_put(&u, WIRE_STATE, 0, 0, 4));
	assert_non_null(upstream_put(&u, WIRE_STATE, 0, 1ull << 40, 4));
	assert_int_equal(u.sealed, 1);
	assert_false(upstream_sum(&u, 1000));
	assert_int_equal(u.closed, 1);
}

struct told {
	struct wire_lost lost;
	uint64_t lost_tick, state_tick;
	unsigned losses, states;
};

static void on_told(void *context, const struct wire_record *r)
{
	struct told *t = context;

	if (r->kind == WIRE_LOST) {
		assert_true(wire_lost_get(&t->lost, r->body, r->len));
		t->lost_tick = r->tick;
		t->losses++;
	} else if (r->len == 4) {
		t->state_tick = r->tick;
		t->states++;
	}
}

/* Records at these ticks find no room, and one at `next` does again: what is told of them. */
static struct told lose(const uint64_t *tick, unsigned count, uint64_t next)
{
	static struct upstream u;
	struct told told = {.losses = 0};
	const struct wire_sink sink = {.context = &told, .record = on_told};
	struct wire_reader reader;

	upstream_init(&u);
	wire_reader_init(&reader);
	while (upstream_try(&u, WIRE_STATE, 0, tick[0], 1000))
		;
	assert_int_equal(u.lost_total, 0);
	for (unsigned i = 0; i < count; i++)
		assert_null(upstream_put(&u, WIRE_STATE, 0, tick[i], 4));
	upstream_flush(&u);
	drain(&u, &reader, &sink, 64);
	assert_non_null(upstream_put(&u, WIRE_STATE, 0, next, 4));
	for (int i = 0; i < 3; i++) {
		upstream_flush(&u);
		drain(&u, &reader, &sink, 64);
	}
	assert_int_equal(reader.bad_blocks + reader.skipped_bytes + reader.lost_blocks, 0);
	assert_int_equal(told.losses, 1);
	assert_int_equal(told.lost.count, count);
	assert_int_equal(told.states, 1);
	assert_int_equal(told.state_tick, next);
	return told;
}

static void a_loss_has_its_span(void **state)
{
	const uint64_t minute = UINT64_C(60) * WIRE_TICK_HZ,
		       in_order[] = {1000, 1000 + minute / 60},
		       /* A count has the tick of its first. */
		mixed[] = {5000, 2000, 4000}, for_long[] = {1000, 1000 + 5 * minute};
	struct told t;

	(void)state;
	t = lose(in_order, 2, 2 * minute / 60);
	assert_int_equal(t.lost_tick, 1000);
	assert_int_equal(t.lost.span, minute / 60);
	t = lose(mixed, 3, 6000);
	assert_int_equal(t.lost_tick, 2000);
	assert_int_equal(t.lost.span, 3000);
	/* More than the ticks of a block reach: a PC that stood still for five minutes. */
	t = lose(for_long, 2, 6 * minute);
	assert_int_equal(t.lost_tick, 1000);
	assert_int_equal(t.lost.span, 5 * minute);
}

/* A short packet ends the PC's transfer: only what is last may be one, and what joins two blocks is their bytes. */
static void packets_are_full_while_blocks_wait(void **state)
{
	static struct upstream u;
	struct seen s = {.next = 0};
	const struct wire_sink sink = {.context = &s, .record = on_record, .lost = on_lost};
	struct wire_reader reader;
	const uint8_t *from = NULL;
	unsigned packets = 0;
	size_t n;

	(void)state;
	upstream_init(&u);
	wire_reader_init(&reader);
	for (uint32_t i = 0; i < 2000; i++)
		put(&u, i, 5 + i % 31);
	upstream_flush(&u);
	assert_true(u.closed >= 20);
	while ((n = upstream_take(&u, &from, 64)) != 0) {
		assert_true(n == 64 || u.fetched == u.closed);
		wire_reader_push(&reader, from, n, &sink);
		packets++;
	}
	assert_true(packets > 600);
	/* What was left open comes now. */
	upstream_flush(&u);
	drain(&u, &reader, &sink, 64);
	assert_int_equal(s.records, 2000);
	assert_int_equal(s.lost_blocks + reader.bad_blocks + reader.skipped_bytes, 0);
}

/* What may wait does, for the whole time and no longer, and for the same time again. */
static void routine_waits_for_more(void **state)
{
	const uint32_t starts[] = {0, 5000, UINT32_MAX - 700};
	static struct upstream u;
	uint8_t buffer[64];

	(void)state;
	for (unsigned i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		uint32_t at = starts[i];

		upstream_init(&u);
		assert_false(upstream_waited(&u, at - UPSTREAM_WAIT_US));
		for (unsigned k = 1; k <= 3; k++, at += 3000) {
			assert_non_null(upstream_put(&u, WIRE_BAND, 0, 1000, 12));
			assert_false(upstream_waited(&u, at));
			assert_non_null(upstream_put(&u, WIRE_FOLD, 0, 1000, 16));
			assert_false(upstream_waited(&u, at + UPSTREAM_WAIT_US - 1));
			assert_false(upstream_urgent(&u));
			assert_true(upstream_waited(&u, at + UPSTREAM_WAIT_US));
			upstream_flush(&u);
			assert_int_equal(u.closed, k);
			assert_int_equal(u.len[k - 1], WIRE_BLOCK_HEAD + WIRE_BLOCK_TAIL +
			                                       2 * WIRE_RECORD_HEAD + 12 + 16);
			assert_false(upstream_waited(&u, at + UPSTREAM_WAIT_US));
			assert_false(upstream_waited(&u, at + 2999));
			while (upstream_fetch(&u, buffer, sizeof(buffer)))
				;
		}
	}
}

/* The time of a block that was filled to its end is not the next one's. */
static void a_new_block_has_its_own_time(void **state)
{
	static struct upstream u;

	(void)state;
	upstream_init(&u);
	while (!u.sealed) {
		assert_false(upstream_waited(&u, 100));
		assert_non_null(upstream_put(&u, WIRE_BAND, 0, 1000, 12));
	}
	assert_false(upstream_urgent(&u));
	assert_false(upstream_waited(&u, 2000));
	assert_true(upstream_waited(&u, 2000 + UPSTREAM_WAIT_US));
	/* While others wait before it, it is not asked about in each turn. */
	assert_false(upstream_waited(&u, 2001 + UPSTREAM_WAIT_US));
}

/* All else goes at the next millisecond, whatever stands before it or comes after it in the block. */
static void all_else_does_not_wait(void **state)
{
	static struct upstream u;

	(void)state;
	for (unsigned kind = WIRE_HELLO; kind <= WIRE_CC; kind++) {
		bool waits = kind == WIRE_BAND || kind == WIRE_FOLD;

		assert_int_equal(wire_may_wait((uint8_t)kind), waits);
		for (unsigned before = 0; before < 3; before++) {
			upstream_init(&u);
			for (unsigned i = 0; i < before; i++)
				assert_non_null(upstream_put(&u, WIRE_BAND, 0, 1000, 12));
			assert_false(upstream_urgent(&u));
			assert_non_null(upstream_put(&u, (enum wire_kind)kind, 0, 1000, 0));
			assert_non_null(upstream_put(&u, WIRE_FOLD, 0, 1000, 16));
			assert_int_equal(upstream_urgent(&u), !waits);
			upstream_flush(&u);
			assert_false(upstream_urgent(&u));
		}
	}
	/* By the short way, and what was lost. */
	upstream_init(&u);
	assert_non_null(upstream_put(&u, WIRE_BAND, 0, 1000, 12));
	assert_non_null(upstream_put_often(&u, WIRE_PACKET, 0, 1000, 8));
	assert_true(upstream_urgent(&u));
	upstream_init(&u);
	while (upstream_put(&u, WIRE_BAND, 0, 1000, 12))
		;
	assert_true(upstream_urgent(&u));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_while_the_reader_keeps_up),
		cmocka_unit_test(a_stalled_reader_is_told_what_it_missed),
		cmocka_unit_test(indices_pass_their_wrap),
		cmocka_unit_test(records_far_apart_get_their_own_block),
		cmocka_unit_test(a_loss_has_its_span),
		cmocka_unit_test(packets_are_full_while_blocks_wait),
		cmocka_unit_test(routine_waits_for_more),
		cmocka_unit_test(a_new_block_has_its_own_time),
		cmocka_unit_test(all_else_does_not_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
