/* What goes up whole, what is folded, what is only counted; and that order and numbers survive it. */
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

static void on_record(void *context, const struct wire_record *rec)
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

static const char *drain(void)
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

static void no_speed(enum usb_speed speed)
{
	(void)speed;
}

static int start(void **state)
{
	(void)state;
	upstream_init(&up);
	reporter_init(&r, &up, no_speed);
	r.capturing = true;
	tick = 1000;
	return 0;
}

static void packet(const uint8_t *bytes, size_t len, uint8_t flags)
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

static void token(enum usb_pid pid, unsigned address, unsigned endpoint)
{
	uint8_t b[3];
	packet(b, wave_token(b, pid, address, endpoint), 0);
}

static void data(size_t len)
{
	static const uint8_t zero[100];
	uint8_t b[110];
	packet(b, wave_data(b, USB_PID_DATA0, zero, len), 0);
}

static void shake(enum usb_pid pid)
{
	uint8_t b[1];
	packet(b, wave_handshake(b, pid), 0);
}

static void naked_polls_are_folded(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		token(USB_PID_IN, 5, 9);
		shake(USB_PID_NAK);
	}
	assert_string_equal(drain(), "F");
	assert_int_equal(seen.fold.what, WIRE_FOLD_NAK_IN);
	assert_int_equal(seen.fold.count, 10);
	assert_int_equal(seen.fold.address, 5);
	assert_int_equal(seen.fold.endpoint, 9);
	assert_int_equal(seen.fold.span, 9000);
	for (int i = 0; i < 3; i++) {
		token(USB_PID_OUT, 5, 2);
		data(64);
		shake(USB_PID_NAK);
	}
	assert_string_equal(drain(), "F");
	assert_int_equal(seen.fold.what, WIRE_FOLD_NAK_OUT);
	assert_int_equal(seen.fold.count, 3);
	/* Another endpoint is another count. */
	token(USB_PID_IN, 5, 1);
	shake(USB_PID_NAK);
	token(USB_PID_IN, 5, 2);
	shake(USB_PID_NAK);
	assert_string_equal(drain(), "FF");
}

static void everything_else_goes_up_in_order(void **state)
{
	(void)state;
	token(USB_PID_IN, 5, 1);
	data(8);
	shake(USB_PID_ACK);
	assert_string_equal(drain(), "PPP");
	token(USB_PID_OUT, 5, 1);
	data(8);
	shake(USB_PID_ACK);
	assert_string_equal(drain(), "PPP");
	token(USB_PID_SETUP, 5, 0);
	data(8);
	shake(USB_PID_NAK);
	assert_string_equal(drain(), "PPP");
	/* An IN without an answer, then another: both are there. */
	token(USB_PID_IN, 5, 1);
	token(USB_PID_IN, 5, 1);
	shake(USB_PID_STALL);
	assert_string_equal(drain(), "PPP");
	/* An OUT too long to be held. */
	token(USB_PID_OUT, 5, 1);
	data(90);
	shake(USB_PID_NAK);
	assert_string_equal(drain(), "PPP");
}

static void a_damaged_packet_is_never_folded(void **state)
{
	uint8_t nak = 0x5a;

	(void)state;
	token(USB_PID_IN, 5, 1);
	packet(&nak, 1, WIRE_BAD_EOP);
	assert_string_equal(drain(), "PP");
	assert_int_equal(seen.packet.flags, WIRE_BAD_EOP);
}

static void frames_are_folded_with_their_numbers(void **state)
{
	uint8_t b[3];

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		packet(b, wave_sof(b, 0x7fe + i), 0);
	assert_string_equal(drain(), "F");
	assert_int_equal(seen.fold.what, WIRE_FOLD_SOF);
	assert_int_equal(seen.fold.count, 5);
	assert_int_equal(seen.fold.first, 0x7fe);
	assert_int_equal(seen.fold.last, 2);
}

static void what_comes_between_a_poll_and_its_answer_keeps_its_place(void **state)
{
	(void)state;
	token(USB_PID_IN, 5, 1);
	r.sink.edge(&r, tick, WIRE_SE0);
	shake(USB_PID_NAK);
	assert_string_equal(drain(), "PEP");
	token(USB_PID_IN, 5, 1);
	r.sink.event(&r, WIRE_RESET, tick, 0);
	assert_string_equal(drain(), "PL");
}

static void edges_are_gathered(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++, tick += 1602)
		r.sink.edge(&r, tick, i & 1 ? WIRE_DM : WIRE_SE0);
	assert_string_equal(drain(), "E");
	assert_int_equal(seen.edges_len, 1 + 39 * 2);
}

/* The way up so full that so many of its blocks wait. */
static void fill_up(unsigned blocks)
{
	while (upstream_level(&up) * UPSTREAM_BLOCKS / 256 < blocks)
		upstream_put(&up, WIRE_STATE, 0, tick, 1000);
}

static void frame(void)
{
	uint8_t b[3];
	packet(b, wave_sof(b, 5), 0);
}

static void bulk_in(unsigned address, unsigned endpoint, size_t len)
{
	token(USB_PID_IN, address, endpoint);
	data(len);
	shake(USB_PID_ACK);
}

static void busy_endpoints_are_cut_when_the_way_up_is_half_full(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		bulk_in(5, 1, 64);
	drain();
	assert_int_equal(seen.packet.len_true, 1);
	assert_int_equal(seen.cut, 0);
	fill_up(UPSTREAM_BLOCKS / 2);
	bulk_in(5, 1, 64);
	/* Slower ones, and endpoint 0, are never cut. */
	bulk_in(5, 2, 64);
	for (int i = 0; i < 4; i++)
		bulk_in(5, 0, 64);
	drain();
	assert_int_equal(seen.cut, 1);
	assert_int_equal(seen.cut_len, REPORTER_CUT);
	assert_int_equal(seen.cut_true, 67);
	/* Two frames later it is a slow one again. */
	frame();
	frame();
	fill_up(UPSTREAM_BLOCKS / 2);
	bulk_in(5, 1, 64);
	drain();
	assert_int_equal(seen.cut, 0);
}

static void a_cut_packet_keeps_its_verdict(void **state)
{
	uint8_t b[80];

	(void)state;
	bulk_in(5, 1, 64);
	bulk_in(5, 1, 64);
	fill_up(UPSTREAM_BLOCKS / 2);
	token(USB_PID_IN, 5, 1);
	memset(b, 0, sizeof(b));
	b[0] = 0xc3;
	packet(b, 67, WIRE_BAD_CRC);
	drain();
	assert_int_equal(seen.cut, 1);
	assert_int_equal(seen.cut_true, 67);
	assert_int_equal(seen.cut_flags, WIRE_CUT | WIRE_BAD_CRC);
}

static void isochronous_data_are_cut_too(void **state)
{
	(void)state;
	/* One a frame, never answered. */
	for (int i = 0; i < 3; i++) {
		frame();
		token(USB_PID_OUT, 7, 3);
		data(60);
	}
	frame();
	fill_up(UPSTREAM_BLOCKS / 2);
	token(USB_PID_OUT, 7, 3);
	data(60);
	frame();
	drain();
	assert_int_equal(seen.cut, 1);
	fill_up(UPSTREAM_BLOCKS * 3 / 4 + 1);
	token(USB_PID_OUT, 7, 3);
	data(60);
	frame();
	drain();
	assert_int_equal(seen.count.packets, 1);
	assert_int_equal(seen.count.bytes, 60);
	assert_int_equal(seen.count.bad, 0);
	assert_int_equal(seen.count.endpoint, 3);
	/* A packet longer than any other kind can be is enough to know. */
	token(USB_PID_IN, 9, 4);
	data(90);
	fill_up(UPSTREAM_BLOCKS / 2);
	token(USB_PID_IN, 9, 4);
	data(90);
	drain();
	assert_int_equal(seen.cut, 1);
}

static void busier_still_they_are_counted(void **state)
{
	uint8_t b[80] = {0xc3};

	(void)state;
	for (int i = 0; i < 2; i++) {
		bulk_in(5, 1, 64);
		token(USB_PID_OUT, 5, 1);
		data(31);
		shake(USB_PID_ACK);
	}
	drain();
	fill_up(UPSTREAM_BLOCKS * 3 / 4 + 1);
	for (int i = 0; i < 10; i++)
		bulk_in(5, 1, i & 1 ? 64 : 10);
	token(USB_PID_OUT, 5, 1);
	data(31);
	shake(USB_PID_ACK);
	token(USB_PID_OUT, 5, 1);
	data(31);
	shake(USB_PID_NAK);
	/* Damaged data, and some that nobody acknowledged. */
	token(USB_PID_IN, 5, 1);
	packet(b, 67, WIRE_BAD_CRC);
	token(USB_PID_IN, 5, 1);
	data(64);
	/* The slow ones are told meanwhile, whole. */
	bulk_in(5, 2, 64);
	bulk_in(5, 0, 64);
	drain();
	/* The last of both directions' counts. */
	assert_int_equal(seen.counts, 2);
	assert_int_equal(seen.counted.packets, 11);
	assert_int_equal(seen.counted.bytes, 5 * 74 + 31);
	assert_int_equal(seen.counted.bad, 2);
	assert_int_equal(seen.fold.what, WIRE_FOLD_NAK_OUT);
	assert_int_equal(seen.fold.count, 1);
	assert_int_equal(seen.packets, 6);
	assert_int_equal(seen.cut, 0);
}

static void what_comes_between_counted_data_and_their_answer(void **state)
{
	(void)state;
	bulk_in(5, 1, 64);
	bulk_in(5, 1, 64);
	drain();
	fill_up(UPSTREAM_BLOCKS * 3 / 4 + 1);
	token(USB_PID_IN, 5, 1);
	data(64);
	r.sink.edge(&r, tick, WIRE_SE0);
	shake(USB_PID_ACK);
	token(USB_PID_IN, 5, 1);
	data(64);
	shake(USB_PID_STALL);
	drain();
	/* Data that are not told are counted, whatever was said to them. */
	assert_int_equal(seen.counted.packets, 0);
	assert_int_equal(seen.counted.bad, 2);
	/* The late ACK, and the token with its STALL. */
	assert_int_equal(seen.packets, 3);
}

/* Whose data they are is not known: they may be those of a slow endpoint, and are not cut. */
static void assert_next_data_are_whole(void)
{
	data(64);
	shake(USB_PID_ACK);
	drain();
	assert_int_equal(seen.cut, 0);
	assert_int_equal(seen.counts, 0);
	bulk_in(5, 1, 64);
	fill_up(UPSTREAM_BLOCKS / 2);
	bulk_in(5, 1, 64);
	drain();
	assert_int_equal(seen.cut, 1);
	fill_up(UPSTREAM_BLOCKS / 2);
}

static void data_without_their_token_are_not_cut(void **state)
{
	uint8_t token_bytes[3] = {0x69, 0x05, 0x00}, unknown = 0x33;

	(void)state;
	for (int i = 0; i < 3; i++)
		bulk_in(5, 1, 64);
	drain();
	fill_up(UPSTREAM_BLOCKS / 2);
	packet(token_bytes, 3, WIRE_BAD_CRC);
	assert_next_data_are_whole();
	packet(&unknown, 1, WIRE_BAD_PID | WIRE_BAD_EOP);
	assert_next_data_are_whole();
	r.sink.event(&r, WIRE_GATE, tick, 100);
	assert_next_data_are_whole();
	r.sink.lost(&r, tick, tick + 100);
	assert_next_data_are_whole();
	/* Nor are they counted, whatever comes in front of them. */
	fill_up(UPSTREAM_BLOCKS * 3 / 4 + 1);
	token(USB_PID_IN, 5, 1);
	packet(&unknown, 1, WIRE_BAD_PID | WIRE_BAD_EOP);
	drain();
	assert_int_equal(seen.counts, 0);
	assert_int_equal(seen.packets, 2);
}

static void a_count_that_waits_is_no_loss(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		bulk_in(5, 1, 64);
	drain();
	fill_up(UPSTREAM_BLOCKS * 3 / 4 + 1);
	for (int i = 0; i < 3; i++)
		bulk_in(5, 1, 64);
	while (upstream_try(&up, WIRE_STATE, 0, tick, 1000))
		;
	for (int ms = 0; ms < 500; ms++)
		reporter_flush(&r);
	assert_int_equal(up.lost_total, 0);
	drain();
	drain();
	assert_int_equal(seen.counted.packets, 3);
	/* For longer than its span can say it is one. */
	fill_up(UPSTREAM_BLOCKS * 3 / 4 + 1);
	for (int i = 0; i < 3; i++) {
		bulk_in(5, 1, 64);
		tick += UINT64_C(1) << 31;
	}
	while (upstream_try(&up, WIRE_STATE, 0, tick, 1000))
		;
	for (int ms = 0; ms < 500; ms++)
		reporter_flush(&r);
	assert_int_equal(up.lost_total, 1);
	drain();
	assert_int_equal(seen.counts, 0);
	assert_int_equal(seen.lost.what, WIRE_LOST_RECORDS);
	assert_int_equal(seen.lost.count, 1);
}

static void what_waits_at_the_end_of_a_capture_is_told(void **state)
{
	(void)state;
	token(USB_PID_IN, 5, 1);
	reporter_capture(&r, false);
	assert_string_equal(drain(), "P");
	shake(USB_PID_NAK);
	reporter_capture(&r, true);
	shake(USB_PID_NAK);
	assert_string_equal(drain(), "P");
}

static void an_event_tells_its_lines(void **state)
{
	static const struct {
		enum wire_line_event event;
		enum wire_lines full, low;
	} table[] = {{WIRE_RESET, WIRE_SE0, WIRE_SE0},  {WIRE_DETACH, WIRE_SE0, WIRE_SE0},
	             {WIRE_ATTACH, WIRE_DP, WIRE_DM},   {WIRE_SPEED, WIRE_DP, WIRE_DM},
	             {WIRE_SUSPEND, WIRE_DP, WIRE_DM},  {WIRE_RESUME, WIRE_DM, WIRE_DP},
	             {WIRE_RESET_END, WIRE_DP, WIRE_DM}};

	(void)state;
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		r.sink.speed(&r, USB_SPEED_FULL);
		r.sink.event(&r, table[i].event, tick, 0);
		drain();
		assert_int_equal(seen.line.lines, table[i].full);
		r.sink.speed(&r, USB_SPEED_LOW);
		r.sink.event(&r, table[i].event, tick, 0);
		drain();
		assert_int_equal(seen.line.lines, table[i].low);
	}
}

static void a_loss_waits_for_room(void **state)
{
	(void)state;
	/* Full to the last block: the loss finds no place, and neither do the records before it. */
	while (upstream_put(&up, WIRE_STATE, 0, tick, 1000))
		;
	r.sink.lost(&r, tick, tick + 77);
	assert_true(r.lost);
	upstream_sum(&up, SIZE_MAX);
	while (upstream_level(&up) > 100) {
		uint8_t buf[64];
		upstream_fetch(&up, buf, sizeof(buf));
	}
	reporter_flush(&r);
	assert_false(r.lost);
}

static void silence_when_not_capturing(void **state)
{
	(void)state;
	r.capturing = false;
	token(USB_PID_IN, 5, 1);
	r.sink.edge(&r, tick, WIRE_SE0);
	r.sink.event(&r, WIRE_RESET, tick, 0);
	r.sink.repeated(&r, 5, tick);
	assert_string_equal(drain(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(naked_polls_are_folded, start),
		cmocka_unit_test_setup(everything_else_goes_up_in_order, start),
		cmocka_unit_test_setup(a_damaged_packet_is_never_folded, start),
		cmocka_unit_test_setup(frames_are_folded_with_their_numbers, start),
		cmocka_unit_test_setup(what_comes_between_a_poll_and_its_answer_keeps_its_place,
	                               start),
		cmocka_unit_test_setup(edges_are_gathered, start),
		cmocka_unit_test_setup(busy_endpoints_are_cut_when_the_way_up_is_half_full, start),
		cmocka_unit_test_setup(a_cut_packet_keeps_its_verdict, start),
		cmocka_unit_test_setup(isochronous_data_are_cut_too, start),
		cmocka_unit_test_setup(busier_still_they_are_counted, start),
		cmocka_unit_test_setup(what_comes_between_counted_data_and_their_answer, start),
		cmocka_unit_test_setup(data_without_their_token_are_not_cut, start),
		cmocka_unit_test_setup(a_count_that_waits_is_no_loss, start),
		cmocka_unit_test_setup(what_waits_at_the_end_of_a_capture_is_told, start),
		cmocka_unit_test_setup(an_event_tells_its_lines, start),
		cmocka_unit_test_setup(a_loss_waits_for_room, start),
		cmocka_unit_test_setup(silence_when_not_capturing, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
