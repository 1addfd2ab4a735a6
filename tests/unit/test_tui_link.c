/* Captures as a link: nothing before its time, pause and speed, stops, streams that are still being written. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/link.h"
#include "core/wire.h"

#define CAPTURE  "tests/captures/omg-plug/capture.pcapng"
#define SECOND   INT64_C(1000000000)
#define START_NS (1000 * SECOND)

struct seen {
	uint64_t records, bytes;
	int64_t latest_ns;
	struct link *link;
	uint64_t stop_at;
};

static void record(void *context, const struct record *r)
{
	struct seen *s = context;

	s->records++;
	if (r->t_ns > s->latest_ns)
		s->latest_ns = r->t_ns;
	if (r->kind == RECORD_PACKET)
		for (uint32_t i = 0; i < r->packet_data.len; i++)
			s->bytes = s->bytes * 31 + r->packet_data.bytes[i];
	if (s->records == s->stop_at)
		s->link->stop = true;
}

static enum link_state pump(struct link *l, int64_t now_ns, struct seen *s)
{
	const struct record_sink sink = {.context = s, .record = record};
	enum link_state state;

	do
		assert_int_equal(link_pump(l, now_ns, &sink, &state), ERR_NONE);
	while (state == LINK_MORE && !(s->stop_at && s->records >= s->stop_at));
	return state;
}

static struct seen whole(void)
{
	struct seen s = {0};
	struct link *l;

	assert_int_equal(link_file_open(&l, CAPTURE, LINK_SPEED_MAX), ERR_NONE);
	assert_int_equal(pump(l, START_NS, &s), LINK_OVER);
	assert_true(s.records > 1000);
	link_free(l);
	return s;
}

static void nothing_comes_before_its_time(void **state)
{
	struct seen all = whole(), s = {0};
	struct link *l;

	(void)state;
	assert_int_equal(link_file_open(&l, CAPTURE, 2.0), ERR_NONE);
	for (int64_t t = 0; pump(l, START_NS + t, &s) != LINK_OVER; t += 10 * 1000 * 1000) {
		assert_true(s.latest_ns <= 2 * t);
		assert_true(link_clock(l, START_NS + t) == 2 * t);
		assert_true(t < 10 * SECOND);
	}
	assert_int_equal(s.records, all.records);
	assert_int_equal(s.bytes, all.bytes);
	link_free(l);
}

static void what_is_due_says_when(void **state)
{
	struct seen s = {0};
	struct link *l;
	uint64_t before;

	(void)state;
	assert_int_equal(link_file_open(&l, CAPTURE, 1.0), ERR_NONE);
	pump(l, START_NS, &s);
	for (int i = 0; i < 100; i++) {
		int64_t due = link_due(l);

		before = s.records;
		pump(l, due - 2, &s);
		assert_int_equal(s.records, before);
		pump(l, due, &s);
		assert_true(s.records > before);
	}
	link_free(l);
}

static void a_pause_holds_records_and_clock(void **state)
{
	struct seen s = {0};
	struct link *l;
	uint64_t before;

	(void)state;
	assert_int_equal(link_file_open(&l, CAPTURE, 1.0), ERR_NONE);
	pump(l, START_NS, &s);
	pump(l, START_NS + SECOND, &s);
	before = s.records;
	link_pace(l, START_NS + SECOND, 1.0, true);
	pump(l, START_NS + 3 * SECOND, &s);
	assert_int_equal(s.records, before);
	assert_true(link_clock(l, START_NS + 3 * SECOND) == SECOND);
	assert_true(link_due(l) == INT64_MAX);
	link_pace(l, START_NS + 3 * SECOND, 1.0, false);
	pump(l, START_NS + 3 * SECOND + SECOND / 2, &s);
	assert_true(s.latest_ns <= SECOND + SECOND / 2);
	assert_true(link_clock(l, START_NS + 3 * SECOND + SECOND / 2) == SECOND + SECOND / 2);
	link_free(l);
}

static void the_sink_can_stop_at_one_record(void **state)
{
	struct seen s = {.stop_at = 500};
	struct link *l;

	(void)state;
	assert_int_equal(link_file_open(&l, CAPTURE, LINK_SPEED_MAX), ERR_NONE);
	s.link = l;
	pump(l, START_NS, &s);
	assert_int_equal(s.records, 500);
	s.stop_at = 0;
	pump(l, START_NS, &s);
	assert_int_equal(s.records, whole().records);
	link_free(l);
}

/* Standard input becomes a pipe that is filled a few bytes at a time. */
static void a_stream_is_followed_byte_by_byte(void **state)
{
	struct seen all = whole(), s = {0};
	int saved = dup(STDIN_FILENO), ends[2], file = open(CAPTURE, O_RDONLY);
	enum link_state last = LINK_WAIT;
	uint8_t buffer[7];
	struct link *l;
	ssize_t n;

	(void)state;
	assert_true(file >= 0 && pipe(ends) == 0);
	dup2(ends[0], STDIN_FILENO);
	assert_int_equal(link_file_open(&l, "-", 1.0), ERR_NONE);
	assert_int_equal(l->source, LINK_SOURCE_STREAM);
	assert_false(link_can_pace(l));
	assert_true(link_fd(l) >= 0);
	while ((n = read(file, buffer, sizeof(buffer))) > 0) {
		assert_int_equal(write(ends[1], buffer, (size_t)n), n);
		assert_int_equal(pump(l, START_NS, &s), LINK_WAIT);
	}
	assert_int_equal(s.records, all.records);
	assert_int_equal(s.bytes, all.bytes);
	close(ends[1]);
	last = pump(l, START_NS, &s);
	assert_int_equal(last, LINK_OVER);
	link_free(l);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(ends[0]);
	close(file);
}

static void what_is_no_capture_is_an_error(void **state)
{
	const struct record_sink sink = {.record = record};
	enum link_state s;
	struct link *l;

	(void)state;
	assert_int_equal(link_file_open(&l, "tests/captures/nothing", 1.0), ERR_OPEN);
	assert_null(l);
	assert_int_equal(link_file_open(&l, "Makefile", 1.0), ERR_NONE);
	assert_int_equal(link_pump(l, START_NS, &sink, &s), ERR_NOT_CAPTURE);
	assert_int_equal(s, LINK_OVER);
	link_free(l);
}

/* One block with three runs of edges and a text, a second apart: each is held until its time, and as it was. */
static size_t block_of_edges(uint8_t *out)
{
	static const uint8_t hello_text[] = "hello";
	struct wire_hello hello = {.version = WIRE_VERSION, .tick_hz = WIRE_TICK_HZ};
	struct wire_block b;
	uint8_t body[64];
	size_t len;

	wire_block_begin(&b, out, 0);
	len = wire_hello_put(body, &hello);
	memcpy(wire_block_put(&b, WIRE_HELLO, 0, 0, len), body, len);
	for (unsigned i = 0; i < 3; i++) {
		len = wire_edge_put(body, 0, WIRE_DM);
		len += wire_edge_put(body + len, 120 * (i + 1), WIRE_SE0);
		memcpy(wire_block_put(&b, WIRE_EDGES, 0, (uint64_t)i * WIRE_TICK_HZ, len), body,
		       len);
	}
	memcpy(wire_block_put(&b, WIRE_MARK, 0, UINT64_C(3) * WIRE_TICK_HZ, 5), hello_text, 5);
	return wire_block_end(&b, 0);
}

struct held_seen {
	unsigned edges, marks;
};

static void held_record(void *context, const struct record *r)
{
	struct held_seen *s = context;

	if (r->kind == RECORD_EDGES) {
		assert_int_equal(r->edges.count, 2);
		assert_int_equal(r->edges.edge[1].after_ns, 1000 * ++s->edges);
		assert_int_equal(r->edges.edge[1].lines, WIRE_SE0);
	} else if (r->kind == RECORD_MARK) {
		assert_memory_equal(r->text.bytes, "hello", 5);
		s->marks++;
	}
}

static void what_a_tap_borrows_is_held_too(void **state)
{
	struct held_seen seen = {0};
	const struct record_sink sink = {.context = &seen, .record = held_record};
	uint8_t bytes[WIRE_BLOCK_MAX];
	char path[] = "/tmp/cordon-link-XXXXXX";
	int fd = mkstemp(path);
	size_t len = block_of_edges(bytes);
	enum link_state at = LINK_MORE;
	struct link *l;

	(void)state;
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
	assert_int_equal(link_file_open(&l, path, 1), ERR_NONE);
	unlink(path);
	for (int64_t t = 0; at != LINK_OVER && t < 5 * SECOND; t += SECOND / 2) {
		assert_int_equal(link_pump(l, START_NS + t, &sink, &at), ERR_NONE);
		assert_true(seen.edges <= (unsigned)(t / SECOND) + 1);
	}
	assert_int_equal(at, LINK_OVER);
	assert_int_equal(seen.edges, 3);
	assert_int_equal(seen.marks, 1);
	link_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_comes_before_its_time),
		cmocka_unit_test(what_is_due_says_when),
		cmocka_unit_test(a_pause_holds_records_and_clock),
		cmocka_unit_test(the_sink_can_stop_at_one_record),
		cmocka_unit_test(a_stream_is_followed_byte_by_byte),
		cmocka_unit_test(what_is_no_capture_is_an_error),
		cmocka_unit_test(what_a_tap_borrows_is_held_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
