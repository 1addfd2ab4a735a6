/* Control transfers on the wire: every stage, every way to end, and splits. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "usb_wire.h"

#define GET  "setup 5.0 | data0 80 06 00 01 00 00 12 00 | ack |"
#define SET  "setup 5.0 | data0 21 09 00 02 01 00 02 00 | ack |"
#define NONE "setup 5.0 | data0 21 0a 00 00 00 00 00 00 | ack |"
#define GOT  "5.80 control ok setup=8006000100001200"

static void read_request(void **state)
{
	struct wire *w = *state;

	wire_say(w, GET "in 5.0 | nak | in 5.0 | data1 01 02 | ack | in 5.0 | data0 03 | ack |"
	                "out 5.0 | data1 | nak | out 5.0 | data1 | ack");
	assert_string_equal(wire_said(w), GOT " =010203 naks=2\n");
	assert_int_equal(w->last.packet_begin, 1);
	assert_int_equal(w->last.t_begin_ns, 1000);
	assert_int_equal(w->last.packet, 10); /* the last data */
	assert_false(w->last.transaction);
	assert_true(w->last.wire);
}

static void write_and_bare_requests(void **state)
{
	struct wire *w = *state;

	wire_say(w,
	         SET "out 5.0 | data1 01 | ack | out 5.0 | data0 02 | ack | in 5.0 | data1 | ack");
	assert_string_equal(wire_said(w), "5.00 control ok setup=2109000201000200 =0102\n");
	wire_say(w, NONE "in 5.0 | nak | in 5.0 | data1 | ack");
	assert_string_equal(wire_said(w), "5.00 control ok setup=210a000000000000 naks=1\n");
	assert_int_equal(w->last.packet, 19); /* the status stage's */
}

static void no_data_where_some_may_come(void **state)
{
	struct wire *w = *state;

	wire_say(w, GET "in 5.0 | data1 | ack | out 5.0 | data1 | ack");
	assert_string_equal(wire_said(w), GOT "\n");
	wire_say(w, GET "out 5.0 | data1 | ack");
	assert_string_equal(wire_said(w), GOT "\n");
}

static void retries_within(void **state)
{
	struct wire *w = *state;

	wire_say(w,
	         GET "in 5.0 | data1 01 | ack | in 5.0 | data1 01 | ack | in 5.0 | data0 02 | ack |"
	             "out 5.0 | data1 | ack | out 5.0 | data1 | ack");
	assert_string_equal(wire_said(w), GOT " =0102\n");
	assert_int_equal(wire_counts(w)->retries, 1);
}

static void stalls(void **state)
{
	struct wire *w = *state;

	wire_say(w, GET "in 5.0 | stall");
	assert_string_equal(wire_said(w), "5.80 control stall setup=8006000100001200\n");
	wire_say(w, GET "in 5.0 | data1 01 | ack | out 5.0 | data1 | stall");
	assert_string_equal(wire_said(w), "5.80 control stall setup=8006000100001200 =01\n");
	wire_say(w, SET "out 5.0 | data1 01 02 | stall");
	assert_string_equal(wire_said(w), "5.00 control stall setup=2109000201000200\n");
	wire_say(w, NONE "in 5.0 | stall");
	assert_string_equal(wire_said(w), "5.00 control stall setup=210a000000000000\n");
}

static void cut_off(void **state)
{
	static const char *const by[] = {"reset", "detach"};
	struct wire *w = *state;

	wire_say(w, GET "in 5.0 | data1 01 | ack |" NONE "in 5.0 | data1 | ack");
	assert_string_equal(wire_said(w), "5.80 control incomplete setup=8006000100001200 =01\n"
	                                  "5.00 control ok setup=210a000000000000\n");
	for (unsigned i = 0; i < 2; i++) {
		wire_say(w, GET "in 5.0 | data1 01 | ack");
		wire_say(w, by[i]);
		assert_string_equal(wire_said(w),
		                    "5.80 control incomplete setup=8006000100001200 =01\n");
		wire_say(w, "out 5.0 | data1 | ack");
		assert_string_equal(wire_said(w), "");
	}
	wire_say(w, GET "in 5.0 | data1 01 | ack");
	assert_string_equal(wire_said_at_end(w),
	                    "5.80 control incomplete setup=8006000100001200 =01\n");
}

static void holes(void **state)
{
	struct wire *w = *state;

	wire_say(
		w, GET
		"in 5.0 | data1 01 | ack | lost | in 5.0 | data1 03 | ack | out 5.0 | data1 | ack");
	assert_string_equal(wire_said(w), "5.80 control incomplete setup=8006000100001200 =0103\n");
	wire_say(w,
	         GET "in 5.0 | data1 01 | ack | in 5.0 | data0! 02 | ack | out 5.0 | data1 | ack");
	assert_string_equal(wire_said(w), "5.80 control incomplete setup=8006000100001200 =01\n");
	/* The status stage has no content: damage to it costs nothing. */
	wire_say(w, GET "in 5.0 | data1 01 | ack | out 5.0 | data1! | ack");
	assert_string_equal(wire_said(w), GOT " =01\n");
}

static void unseen_handshakes(void **state)
{
	struct wire *w = *state;

	/* Of the SETUP: the device talks of it, so it took it. */
	wire_say(w, "setup 5.0 | data0 80 06 00 01 00 00 12 00 | in 5.0 | data1 01 | ack | out 5.0 "
	            "| data1 | ack");
	assert_string_equal(wire_said(w), GOT " =01\n");
	/* Of a data packet. */
	wire_say(w, GET "in 5.0 | data1 01 | in 5.0 | data0 02 | ack | out 5.0 | data1 | ack");
	assert_string_equal(wire_said(w), GOT " =0102\n");
	/* Of the status stage: the host went on. */
	wire_say(w, GET "in 5.0 | data1 01 | ack | out 5.0 | data1 |" NONE "in 5.0 | data1 |" GET);
	assert_string_equal(wire_said(w), GOT " =01\n5.00 control ok setup=210a000000000000\n");
}

static void malformed_setup(void **state)
{
	struct wire *w = *state;

	wire_say(w, "setup 5.0 | data0 80 06 00 01 00 00 12 | ack | in 5.0 | data1 01 | ack");
	wire_say(w, "setup 5.0 | data0 80 06 00 01 00 00 12 00 00 | ack | in 5.0 | data1 01 | ack");
	assert_string_equal(wire_said(w), "");
	wire_say(w, "setup 5.0 | setup 5.0 | setup! 5.0 | data0 80 06 | ack");
	assert_string_equal(wire_said_at_end(w), "");
}

/* A data stage of so many packets of 64 bytes, toggles in turn. */
static void read_long(struct wire *w, unsigned packets)
{
	char text[64 * 3 + 64] = "in 5.0 | data0";

	for (unsigned i = 0; i < 64; i++)
		strcat(text, " 5a");
	strcat(text, " | ack");
	wire_say(w, "setup 5.0 | data0 80 06 00 02 00 00 ff ff | ack");
	for (unsigned i = 0; i < packets; i++) {
		text[13] = i % 2 ? '0' : '1';
		wire_say(w, text);
	}
	wire_say(w, "out 5.0 | data1 | ack");
	wire_said(w);
	assert_int_equal(w->last.len_true, packets * 64);
	assert_int_equal(w->last.status, USB_TRANSFER_OK);
}

/* All that a request can ask for is kept; a device may send more. */
static void as_long_as_can_be(void **state)
{
	struct wire *w = *state;

	read_long(w, 100);
	assert_int_equal(w->last.len, 6400);
	read_long(w, 1023);
	assert_int_equal(w->last.len, 65472);
	read_long(w, 1030);
	assert_int_equal(w->last.len, 0xffff);
}

static void many_at_a_time(void **state)
{
	struct wire *w = *state;
	char text[128];

	for (unsigned a = 1; a <= 20; a++) {
		snprintf(text, sizeof(text), "setup %u.0 | data0 80 06 00 01 00 00 12 00 | ack", a);
		wire_say(w, text);
	}
	/* Sixteen are kept: the first four were given up, in order. */
	assert_int_equal(w->transfers, 4);
	assert_string_equal(wire_said(w), "1.80 control incomplete setup=8006000100001200\n"
	                                  "2.80 control incomplete setup=8006000100001200\n"
	                                  "3.80 control incomplete setup=8006000100001200\n"
	                                  "4.80 control incomplete setup=8006000100001200\n");
	wire_say(w, "in 20.0 | data1 14 | ack | in 5.0 | data1 05 | ack | out 5.0 | data1 | ack |"
	            "out 20.0 | data1 | ack");
	assert_string_equal(wire_said(w),
	                    GOT " =05\n20.80 control ok setup=8006000100001200 =14\n");
}

static void another_control_endpoint(void **state)
{
	struct wire *w = *state;

	wire_say(w, "setup 5.3 | data0 c0 01 00 00 00 00 04 00 | ack | in 5.3 | data1 07 | ack | "
	            "out 5.3 | data1 | ack");
	assert_string_equal(wire_said(w), "5.83 control ok setup=c001000000000400 =07\n");
}

static void split_control(void **state)
{
	struct wire *w = *state;

	wire_say(w, "ssplit 23 control | setup 5.0 | data0 80 06 00 01 00 00 12 00 | ack |"
	            "csplit 23 control | setup 5.0 | nyet | csplit 23 control | setup 5.0 | ack |"
	            "ssplit 23 control | in 5.0 | ack | csplit 23 control | in 5.0 | nak |"
	            "ssplit 23 control | in 5.0 | ack | csplit 23 control | in 5.0 | data1 01 02 |"
	            "ssplit 23 control | out 5.0 | data1 | ack |"
	            "csplit 23 control | out 5.0 | nyet | csplit 23 control | out 5.0 | ack");
	assert_string_equal(wire_said(w), GOT " =0102 naks=1\n");
	assert_int_equal(w->last.speed, USB_SPEED_FULL);
	assert_int_equal(wire_counts(w)->splits, 10);
	assert_int_equal(wire_counts(w)->unpaired, 0);
	/* A hub's ERR: the device never answered, and the host begins anew. */
	wire_say(w,
	         "ssplit 23 control low | setup 5.0 | data0 80 06 00 01 00 00 12 00 | ack |"
	         "csplit 23 control low | setup 5.0 | err |"
	         "ssplit 23 control low | in 5.0 | ack | csplit 23 control low | in 5.0 | stall");
	assert_string_equal(wire_said(w), "");
}

static void split_interrupt_and_bulk(void **state)
{
	struct wire *w = *state;

	wire_say(w,
	         "ssplit 23 interrupt low | in 5.1 | csplit 23 interrupt low | in 5.1 | nyet |"
	         "csplit 23 interrupt low | in 5.1 | data0 01 | ssplit 23 interrupt low | in 5.1 |"
	         "csplit 23 interrupt low | in 5.1 | nak");
	assert_string_equal(wire_said(w), "5.81 interrupt ok =01\n");
	assert_int_equal(w->last.speed, USB_SPEED_LOW);
	/* In pieces, and repeated with the same toggle. */
	wire_say(w, "csplit 23 interrupt | in 5.1 | mdata 02 03 | csplit 23 interrupt | in 5.1 | "
	            "data1 04 |"
	            "csplit 23 interrupt | in 5.1 | data1 04");
	assert_string_equal(wire_said(w), "5.81 interrupt ok =020304 naks=1\n");
	assert_int_equal(wire_counts(w)->retries, 1);
	/* Out: no handshake for the first half. */
	wire_say(w,
	         "ssplit 23 interrupt | out 5.2 | data0 05 | csplit 23 interrupt | out 5.2 | ack");
	assert_string_equal(wire_said(w), "5.02 interrupt ok =05\n");
	wire_say(w, "ssplit 23 bulk | out 5.3 | data0 06 | ack | csplit 23 bulk | out 5.3 | nak |"
	            "ssplit 23 bulk | out 5.3 | data0 06 | nak | ssplit 23 bulk | out 5.3 | data0 "
	            "06 | ack |"
	            "csplit 23 bulk | out 5.3 | ack | csplit 23 bulk | out 5.3 | ack");
	assert_string_equal(wire_said(w), "5.03 bulk ok =06 naks=1\n");
	assert_int_equal(wire_counts(w)->unpaired, 1);
	wire_say(w, "ssplit 23 iso | out 5.4 | data0 07 | sof | csplit 23 iso | in 5.5 | mdata 08 |"
	            "csplit 23 iso | in 5.5 | data0 09");
	assert_string_equal(wire_said(w), "5.04 iso ok =07\n5.85 iso ok =08\n5.85 iso ok =09\n");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, wire_setup, wire_teardown)
	const struct CMUnitTest tests[] = {
		T(read_request),
		T(write_and_bare_requests),
		T(no_data_where_some_may_come),
		T(retries_within),
		T(stalls),
		T(cut_off),
		T(holes),
		T(unseen_handshakes),
		T(malformed_setup),
		T(as_long_as_can_be),
		T(many_at_a_time),
		T(another_control_endpoint),
		T(split_control),
		T(split_interrupt_and_bulk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
