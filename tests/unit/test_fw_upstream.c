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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_while_the_reader_keeps_up),
		cmocka_unit_test(a_stalled_reader_is_told_what_it_missed),
		cmocka_unit_test(indices_pass_their_wrap),
		cmocka_unit_test(records_far_apart_get_their_own_block),
		cmocka_unit_test(a_loss_has_its_span),
		cmocka_unit_test(packets_are_full_while_blocks_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
