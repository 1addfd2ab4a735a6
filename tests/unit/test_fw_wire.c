/* The wire protocol: fixed vectors, both directions, every truncation, torn and damaged streams. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/crc.h"
#include "core/wire_quick.h"

struct seen {
	unsigned records, lost_calls, lost_blocks;
	struct wire_record last;
	uint8_t body[WIRE_BLOCK_MAX];
};

static void on_record(void *context, const struct wire_record *r)
{
	struct seen *s = context;

	s->records++;
	s->last = *r;
	memcpy(s->body, r->body, r->len);
}

static void on_lost(void *context, uint32_t blocks)
{
	struct seen *s = context;

	s->lost_calls++;
	s->lost_blocks += blocks;
}

static struct wire_sink sink_of(struct seen *s)
{
	return (struct wire_sink){.context = s, .record = on_record, .lost = on_lost};
}

/* Written down by hand from firmware/README.md, the checksum by a bitwise calculation apart from this code. */
static const uint8_t block_vector[] = {
	0x43, 0x44, 0x28, 0x00, 0x07, 0x00, 0x00, 0x00, /* magic, 40 bytes, number 7 */
	0x00, 0x10, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, /* tick 0x100001000 */
	0x02, 0x00, 0x05, 0x00, 0x80, 0xff, 0xff, 0xff, /* PACKET of 5 bytes, 128 ticks before */
	0x00, 0x02, 0x01, 0x00, 0xd2,                   /* good, full speed, one byte: ACK */
	0x0b, 0x01, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x99, /* a body too short for its kind is still a record */
	0x0a, 0x9c,
};

static void block_matches_its_vector(void **state)
{
	uint8_t made[WIRE_BLOCK_MAX], *p;
	struct wire_block b;
	const struct wire_packet packet = {.flags = 0, .speed = 2, .len_true = 1};
	uint16_t crc = 0xffff;

	(void)state;
	for (size_t i = 0; i < sizeof(block_vector) - 2; i++) {
		crc ^= block_vector[i];
		for (int k = 0; k < 8; k++)
			crc = (uint16_t)(crc >> 1 ^ (crc & 1 ? 0xa001 : 0));
	}
	assert_int_equal((uint16_t)~crc, load_le16(block_vector + sizeof(block_vector) - 2));

	wire_block_begin(&b, made, 0x100001000);
	p = wire_block_put(&b, WIRE_PACKET, 0, 0x100000f80, WIRE_PACKET_HEAD + 1);
	assert_int_equal(wire_packet_put(p, &packet), WIRE_PACKET_HEAD);
	p[WIRE_PACKET_HEAD] = 0xd2;
	p = wire_block_put(&b, WIRE_STATE, WIRE_FROM_TAP, 0x100001001, 1);
	*p = 0x99;
	assert_int_equal(wire_block_end(&b, 7), sizeof(block_vector));
	assert_memory_equal(made, block_vector, sizeof(block_vector));
}

static void reader_takes_the_vector_in_any_pieces(void **state)
{
	(void)state;
	for (size_t piece = 1; piece <= sizeof(block_vector); piece++) {
		struct seen s = {0};
		struct wire_sink sink = sink_of(&s);
		struct wire_reader r;

		wire_reader_init(&r);
		for (size_t at = 0; at < sizeof(block_vector); at += piece) {
			size_t n = sizeof(block_vector) - at < piece ? sizeof(block_vector) - at
			                                             : piece;
			wire_reader_push(&r, block_vector + at, n, &sink);
		}
		assert_int_equal(s.records, 2);
		assert_int_equal(s.last.kind, WIRE_STATE);
		assert_int_equal(s.last.flags, WIRE_FROM_TAP);
		assert_true(s.last.tick == 0x100001001);
		assert_int_equal(s.last.len, 1);
		assert_int_equal(s.body[0], 0x99);
		assert_int_equal(r.skipped_bytes + r.bad_blocks + r.lost_blocks + r.bad_records, 0);
	}
}

/* A structure of random bytes comes back the same; all shorter bodies are refused and never overread. */
#define ROUND_TRIP(name)                                                                           \
	static void check_##name(void)                                                             \
	{                                                                                          \
		struct wire_##name in, out;                                                        \
		uint8_t buf[128], again[128];                                                      \
		size_t len;                                                                        \
                                                                                                   \
		memset(&in, 0, sizeof(in));                                                        \
		memset(&out, 0, sizeof(out));                                                      \
		for (size_t i = 0; i < sizeof(in); i++)                                            \
			((uint8_t *)&in)[i] = (uint8_t)(i * 37 + 11);                              \
		len = wire_##name##_put(buf, &in);                                                 \
		assert_true(len <= sizeof(in) && len <= sizeof(buf));                              \
		for (size_t n = 0; n < len; n++) {                                                 \
			uint8_t *exact = malloc(n ? n : 1);                                        \
                                                                                                   \
			memcpy(exact, buf, n);                                                     \
			assert_false(wire_##name##_get(&out, exact, n));                           \
			free(exact);                                                               \
		}                                                                                  \
		assert_true(wire_##name##_get(&out, buf, len));                                    \
		assert_true(wire_##name##_get(&out, buf, len + 1));                                \
		assert_int_equal(wire_##name##_put(again, &out), len);                             \
		assert_memory_equal(buf, again, len);                                              \
	}
WIRE_BODIES(ROUND_TRIP)

static void bodies_go_round(void **state)
{
#define CALL(name) check_##name();
	(void)state;
	WIRE_BODIES(CALL)
}

/* Lengths are part of the protocol: a field added in the middle or a forgotten one shows here. */
static void bodies_have_their_documented_lengths(void **state)
{
	uint8_t buf[128];

	(void)state;
#define LENGTH(name, n) assert_int_equal(wire_##name##_put(buf, &(struct wire_##name){0}), n)
	LENGTH(hello, 44);
	LENGTH(packet, WIRE_PACKET_HEAD);
	LENGTH(line, 12);
	LENGTH(fold, 16);
	LENGTH(count, 20);
	LENGTH(lost, 16);
	LENGTH(band, 12);
	LENGTH(burst, 12);
	LENGTH(step, 8);
	LENGTH(state, 12);
	LENGTH(reply, 12);
	LENGTH(alert, 12);
	LENGTH(status, 36);
	LENGTH(selftest, 8);
	LENGTH(command, WIRE_COMMAND_HEAD);
	LENGTH(calibrate, WIRE_CALIBRATE_BYTES);
	LENGTH(calibration, 24);
}

/* What the chip writes without the tables. */
static void quick_bodies_are_those_of_the_tables(void **state)
{
	static const struct wire_band band = {1, 2, 3, 4, 0x1234, 0x5678, 0x9abc, 0xdef0};
	static const struct wire_burst burst = {1, 2, 3, 4, 0x1234, 0x5678, 0x9abcdef0};
	uint8_t want[12], got[12];

	(void)state;
	assert_int_equal(wire_band_put(want, &band), sizeof(want));
	wire_quick_band(got, &band);
	assert_memory_equal(got, want, sizeof(want));
	assert_int_equal(wire_burst_put(want, &burst), sizeof(want));
	wire_quick_burst(got, &burst);
	assert_memory_equal(got, want, sizeof(want));
}

static void hello_matches_its_vector(void **state)
{
	static const uint8_t want[] = {
		0x01, 0x00, 0x03, 0x00, 0x00, 0x0e, 0x27, 0x07, 0x08, 0x07, 0x06,
		0x05, 0x04, 0x03, 0x02, 0x01, 0x2a, 0x00, 0x00, 0x00, 0x78, 0x20,
		0x11, 0x26, 0x00, 0x00, 0x00, 0x00, 0x01, 0x04, 0x01, 0x01, 0x00,
		0x01, 0x02, 0x05, 0x10, 0x00, 0x20, 0x00, 0x30, 0x00, 0x00, 0x80,
	};
	const struct wire_hello h = {
		.version = 1,
		.capabilities = WIRE_CAN_LISTEN | WIRE_CAN_SENSE,
		.tick_hz = WIRE_TICK_HZ,
		.serial = 0x0102030405060708,
		.boot_id = 42,
		.firmware = 0x26112078,
		.board = 1,
		.start_cause = WIRE_BY_WATCHDOG,
		.bus_switch = WIRE_SWITCH_HOST,
		.vbus = 1,
		.capturing = 1,
		.speed = 2,
		.guard = 5,
		.burst_threshold = {0x10, 0x20},
		.step_threshold = 0x30,
		.failed_checks = 0x8000,
	};
	uint8_t buf[64];

	(void)state;
	assert_int_equal(wire_hello_put(buf, &h), sizeof(want));
	assert_memory_equal(buf, want, sizeof(want));
}

static void edges_go_round(void **state)
{
	static const struct {
		uint64_t delta;
		size_t len;
	} cases[] = {{0, 1},
	             {31, 1},
	             {32, 2},
	             {1602, 2},
	             {4095, 2},
	             {4096, 3},
	             {12500, 3},
	             {0xffffffff, 5},
	             {1ull << 40, 7},
	             {1ull << 60, 9},
	             {(1ull << 62) - 1, 10}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (unsigned lines = 0; lines < 4; lines++) {
			uint8_t buf[10];
			uint64_t delta = 99;
			enum wire_lines got = WIRE_SE0;
			size_t n = wire_edge_put(buf, cases[i].delta, (enum wire_lines)lines);

			assert_int_equal(n, cases[i].len);
			for (size_t cut = 0; cut < n; cut++) {
				uint8_t *exact = malloc(cut ? cut : 1);

				memcpy(exact, buf, cut);
				assert_int_equal(wire_edge_get(exact, cut, &delta, &got), 0);
				free(exact);
			}
			assert_int_equal(wire_edge_get(buf, n, &delta, &got), n);
			assert_true(delta == cases[i].delta);
			assert_int_equal(got, lines);
		}
	static const uint8_t too_long[11] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	                                     0xff, 0xff, 0xff, 0x02, 0};
	uint64_t delta;
	enum wire_lines got;

	assert_int_equal(wire_edge_get(too_long, sizeof(too_long), &delta, &got), 0);
}

static size_t make_stream(uint8_t *to, unsigned blocks, uint32_t first)
{
	size_t len = 0;

	for (unsigned i = 0; i < blocks; i++) {
		struct wire_block b;

		wire_block_begin(&b, to + len, i * 1000u);
		for (unsigned k = 0; k <= i % 5; k++)
			memset(wire_block_put(&b, (enum wire_kind)(k + 1), 0, i * 1000u + k, 3 * k),
			       0x43, 3 * k);
		len += wire_block_end(&b, first + i);
	}
	return len;
}

static void reader_counts_what_is_missing(void **state)
{
	uint8_t stream[40 * 128];
	struct seen s = {0};
	struct wire_sink sink = sink_of(&s);
	struct wire_reader r;
	size_t len, one;

	(void)state;
	/* The sequence passes its wrap: no gap. */
	wire_reader_init(&r);
	len = make_stream(stream, 10, 0xfffffffb);
	wire_reader_push(&r, stream, len, &sink);
	assert_int_equal(s.records, 30);
	assert_int_equal(s.lost_calls, 0);
	/* Two blocks left out. */
	one = make_stream(stream, 1, 7);
	wire_reader_push(&r, stream, one, &sink);
	assert_int_equal(s.lost_calls, 1);
	assert_int_equal(s.lost_blocks, 2);
	assert_int_equal(r.lost_blocks, 2);
}

/* One flipped bit anywhere costs one block at most, and the stream goes on. */
static void reader_survives_each_flipped_bit(void **state)
{
	uint8_t stream[16 * 128];
	size_t len = make_stream(stream, 8, 0);

	(void)state;
	for (size_t bit = 0; bit < len * 8; bit++) {
		struct seen s = {0};
		struct wire_sink sink = sink_of(&s);
		struct wire_reader r;

		stream[bit / 8] ^= (uint8_t)(1u << bit % 8);
		wire_reader_init(&r);
		wire_reader_push(&r, stream, len, &sink);
		/* A length that grew may wait for bytes beyond the end: what is pending is not lost. */
		wire_reader_push(&r, (const uint8_t[WIRE_BLOCK_MAX]){0}, WIRE_BLOCK_MAX, &sink);
		stream[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(r.blocks, 7);
		assert_true(r.bad_blocks >= 1 || r.skipped_bytes > 0);
	}
}

static void reader_takes_each_truncation(void **state)
{
	uint8_t stream[8 * 128];
	size_t len = make_stream(stream, 4, 0);

	(void)state;
	for (size_t n = 0; n <= len; n++) {
		struct seen s = {0};
		struct wire_sink sink = sink_of(&s);
		struct wire_reader r;
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, stream, n);
		wire_reader_init(&r);
		wire_reader_push(&r, exact, n, &sink);
		assert_int_equal(r.bad_blocks + r.skipped_bytes + r.bad_records, 0);
		assert_int_equal(s.lost_calls, 0);
		free(exact);
	}
}

static void block_refuses_what_does_not_fit(void **state)
{
	uint8_t buf[WIRE_BLOCK_MAX];
	struct wire_block b;

	(void)state;
	wire_block_begin(&b, buf, 1000);
	assert_null(wire_block_put(&b, WIRE_LINE, 0, 1000 + (1ull << 31), 4));
	assert_non_null(wire_block_put(&b, WIRE_LINE, 0, 1000 + (1ull << 31) - 1, 4));
	assert_null(wire_block_put(&b, WIRE_LINE, 0, 1000,
	                           WIRE_BLOCK_MAX - WIRE_BLOCK_HEAD - 2 * WIRE_RECORD_HEAD - 4 -
	                                   WIRE_BLOCK_TAIL + 1));
	assert_non_null(wire_block_put(&b, WIRE_LINE, 0, 1000,
	                               WIRE_BLOCK_MAX - WIRE_BLOCK_HEAD - 2 * WIRE_RECORD_HEAD - 4 -
	                                       WIRE_BLOCK_TAIL));
	assert_int_equal(wire_block_end(&b, 0), WIRE_BLOCK_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_matches_its_vector),
		cmocka_unit_test(reader_takes_the_vector_in_any_pieces),
		cmocka_unit_test(bodies_go_round),
		cmocka_unit_test(bodies_have_their_documented_lengths),
		cmocka_unit_test(quick_bodies_are_those_of_the_tables),
		cmocka_unit_test(hello_matches_its_vector),
		cmocka_unit_test(edges_go_round),
		cmocka_unit_test(reader_counts_what_is_missing),
		cmocka_unit_test(reader_survives_each_flipped_bit),
		cmocka_unit_test(reader_takes_each_truncation),
		cmocka_unit_test(block_refuses_what_does_not_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
