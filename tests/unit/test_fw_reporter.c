/* What goes up whole and what is folded; and that order and numbers survive it. */
#include "reporter_bench.h"

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
		cmocka_unit_test_setup(what_waits_at_the_end_of_a_capture_is_told, start),
		cmocka_unit_test_setup(an_event_tells_its_lines, start),
		cmocka_unit_test_setup(a_loss_waits_for_room, start),
		cmocka_unit_test_setup(silence_when_not_capturing, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
