/* What is cut, and what is only counted, when the way up fills; and that nothing is lost in silence by that. */
#include "reporter_bench.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(busy_endpoints_are_cut_when_the_way_up_is_half_full, start),
		cmocka_unit_test_setup(a_cut_packet_keeps_its_verdict, start),
		cmocka_unit_test_setup(isochronous_data_are_cut_too, start),
		cmocka_unit_test_setup(busier_still_they_are_counted, start),
		cmocka_unit_test_setup(what_comes_between_counted_data_and_their_answer, start),
		cmocka_unit_test_setup(data_without_their_token_are_not_cut, start),
		cmocka_unit_test_setup(a_count_that_waits_is_no_loss, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
