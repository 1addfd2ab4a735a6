/* Interrupt, bulk and isochronous traffic: toggles, retries, lost handshakes, polls, preambles, bounds. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "usb_wire.h"

#define CONFIGURE "setup 5.0 | data0 00 09 01 00 00 00 00 00 | ack | in 5.0 | data1 | ack |"

static void taken_and_refused(void **state)
{
	struct wire *w = *state;

	wire_say(w, "in 5.1 | nak | in 5.1 | nak | in 5.1 | data1 01 02 | ack");
	assert_string_equal(wire_said(w), "5.81 unknown ok =0102 naks=2\n");
	assert_int_equal(w->last.packet, 6);
	assert_int_equal(w->last.t_ns, 6000);
	assert_true(w->last.transaction);
	assert_true(w->last.wire);
	assert_int_equal(w->last.speed, USB_SPEED_FULL);
	wire_say(w, "out 5.2 | data0 aa | nak | out 5.2 | data0 aa | ack | in 5.1 | data0 | ack");
	assert_string_equal(wire_said(w), "5.02 unknown ok =aa naks=1\n5.81 unknown ok\n");
	wire_say(w, "in 5.1 | stall | out 5.2 | data1 bb | stall");
	assert_string_equal(wire_said(w), "5.81 unknown stall\n5.02 unknown stall\n");
	assert_int_equal(wire_counts(w)->naks, 3);
	assert_int_equal(wire_counts(w)->stalls, 2);
	assert_int_equal(wire_counts(w)->transactions, 8);
	assert_int_equal(wire_counts(w)->unpaired, 0);
	assert_int_equal(wire_counts(w)->bad_packets, 0);
}

static void retries_are_dropped(void **state)
{
	struct wire *w = *state;

	wire_say(w, "in 5.1 | data0 01 | ack | in 5.1 | data0 01 | ack | in 5.1 | data1 01 | ack");
	assert_string_equal(wire_said(w), "5.81 unknown ok =01\n5.81 unknown ok =01\n");
	assert_int_equal(wire_counts(w)->retries, 1);
	/* The host drops other content under an old toggle as well. */
	wire_say(w, "in 5.1 | data1 02 | ack");
	assert_string_equal(wire_said(w), "");
	assert_int_equal(wire_counts(w)->retries, 2);
	/* Each direction, endpoint and device has its own. */
	wire_say(w, "out 5.1 | data1 02 | ack | in 5.2 | data1 02 | ack | in 6.1 | data1 02 | ack");
	assert_string_equal(wire_said(w),
	                    "5.01 unknown ok =02\n5.82 unknown ok =02\n6.81 unknown ok =02\n");
}

static void lost_handshakes(void **state)
{
	struct wire *w = *state;

	/* The toggle moved on: what nobody was seen to acknowledge was taken. */
	wire_say(w, "in 5.1 | data0 01 | in 5.1 | data1 02 | ack");
	assert_string_equal(wire_said(w), "5.81 unknown ok =01\n5.81 unknown ok =02\n");
	/* It did not: the second is the retry that was taken. */
	wire_say(w, "in 5.1 | data0 03 | in 5.1 | data0 03 | ack");
	assert_string_equal(wire_said(w), "5.81 unknown ok =03\n");
	assert_int_equal(wire_counts(w)->unpaired, 2);
	/* A damaged handshake is none. */
	wire_say(w, "in 5.1 | data1 04 | ack! | in 5.1 | data0 05 | ack");
	assert_string_equal(wire_said(w), "5.81 unknown ok =04\n5.81 unknown ok =05\n");
	/* At the end nobody knows. */
	wire_say(w, "in 5.1 | data1 06");
	assert_string_equal(wire_said_at_end(w), "5.81 unknown incomplete =06\n");
}

static void damage_frees_the_toggle(void **state)
{
	struct wire *w = *state;

	wire_say(w, "in 5.1 | data0 01 | ack | in! 5.1 | data1 02 | ack | in 5.1 | data0 03 | ack");
	assert_string_equal(wire_said(w), "5.81 unknown ok =01\n5.81 unknown ok =03\n");
	/* The same content after damage is a retry all the same. */
	wire_say(w, "sof! | in 5.1 | data0 03 | ack");
	assert_string_equal(wire_said(w), "");
	/* Damaged data that the host took: its toggle is spent, its content unknown. */
	wire_say(w, "in 5.1 | data1! 04 | ack | in 5.1 | data0 03 | ack");
	assert_string_equal(wire_said(w), "5.81 unknown ok =03\n");
	assert_int_equal(wire_counts(w)->bad_packets, 3);
	assert_int_equal(wire_counts(w)->bad_crc5, 2);
	assert_int_equal(wire_counts(w)->bad_crc16, 1);
	wire_say(w, "ack!");
	assert_int_equal(wire_counts(w)->bad_pid, 1);
}

static void loss_and_reset_free_the_toggle(void **state)
{
	static const char *const between[] = {
		"lost",
		"reset",
		"detach",
		CONFIGURE,
		"setup 5.0 | data0 01 0b 01 00 02 00 00 00 | ack | in 5.0 | data1 | ack",
		"setup 5.0 | data0 02 01 00 00 81 00 00 00 | ack | in 5.0 | data1 | ack",
		"setup 0.0 | data0 00 05 05 00 00 00 00 00 | ack | in 0.0 | data1 | ack",
	};
	static const char *const not_between[] = {
		"setup 5.0 | data0 02 01 00 00 01 00 00 00 | ack | in 5.0 | data1 | ack",
		"setup 6.0 | data0 00 09 01 00 00 00 00 00 | ack | in 6.0 | data1 | ack",
		"setup 5.0 | data0 00 09 01 00 00 00 00 00 | ack | in 5.0 | stall",
		"setup 0.0 | data0 00 05 06 00 00 00 00 00 | ack | in 0.0 | data1 | ack",
		"keepalive | sof 7",
	};

	for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
		struct wire *w = *state;

		wire_say(w, "reset | in 5.1 | data0 01 | ack");
		wire_say(w, between[i]);
		wire_said(w);
		wire_say(w, "in 5.1 | data0 01 | ack");
		assert_string_equal(wire_said(w), "5.81 unknown ok =01\n");
	}
	for (size_t i = 0; i < sizeof(not_between) / sizeof(not_between[0]); i++) {
		struct wire *w = *state;

		wire_say(w, "reset | in 5.1 | data0 01 | ack");
		wire_say(w, not_between[i]);
		wire_said(w);
		wire_say(w, "in 5.1 | data0 01 | ack");
		assert_string_equal(wire_said(w), "");
	}
}

static void polls(void **state)
{
	struct wire *w = *state;

	wire_say(w, "in 5.1 | data0 01 | ack");
	assert_int_equal(w->last.poll_ns, 0);
	/* 8 ms, two of seven missing, and one asked again at once. */
	for (unsigned i = 0; i < 5; i++)
		wire_say(w, "+7998 | in 5.1 | nak");
	wire_say(w, "+15998 | in 5.1 | nak | +15998 | in 5.1 | nak | in 5.1 | data1 02 | ack");
	assert_in_range(w->last.poll_ns, 7999000, 8001000);
	assert_int_equal(w->last.naks, 7);
	/* A clock that steps back tells nothing of an interval. */
	w->t_ns -= 150000000;
	wire_say(w, "in 5.1 | data0 03 | ack");
	assert_in_range(w->last.poll_ns, 7999000, 8001000);
}

/* Few polls, each counts: the lower of two, none from a clock that steps back, none of asking a hub. */
static void few_polls(void **state)
{
	struct wire *w = *state;

	wire_say(w, "in 5.1 | nak | +15998 | in 5.1 | nak | +7998 | in 5.1 | data0 01 | ack");
	assert_in_range(w->last.poll_ns, 7999000, 8001000);
	wire_say(w, "in 5.2 | nak");
	w->t_ns -= 5000000;
	wire_say(w, "in 5.2 | data0 01 | ack");
	assert_int_equal(w->last.poll_ns, 0);
	for (unsigned i = 0; i < 4; i++)
		wire_say(
			w,
			"+7990 | ssplit 23 interrupt | in 5.3 | csplit 23 interrupt | in 5.3 | "
			"nyet |"
			"csplit 23 interrupt | in 5.3 | nyet | csplit 23 interrupt | in 5.3 | nak");
	wire_say(w, "csplit 23 interrupt | in 5.3 | data0 01");
	assert_in_range(w->last.poll_ns, 7999000, 8001000);
}

/* A capture that left refused polls out shows how often a device answered, not how often it was asked. */
static void no_refused_polls(void **state)
{
	struct wire *w = *state;

	for (unsigned i = 0; i < 6; i++) {
		wire_say(w, "+39990 | in 5.1 | data0 01 | ack | +59990 | in 5.1 | data1 02 | ack");
		assert_int_equal(w->last.poll_ns, 0);
	}
	for (unsigned i = 0; i < 8; i++)
		wire_say(w, "+7998 | in 5.1 | nak");
	wire_say(w, "+7998 | in 5.1 | data0 01 | ack");
	assert_in_range(w->last.poll_ns, 7999000, 8001000);
}

static void isochronous(void **state)
{
	struct wire *w = *state;

	for (unsigned i = 0; i < 10; i++)
		wire_say(w, "sof | in 5.3 | data0 01 02 03 | sof");
	assert_int_equal(w->transfers, 7);
	assert_int_equal(w->last.type, USB_TYPE_ISOCHRONOUS);
	wire_said(w);
	wire_say(w, "in 5.4 | data2 01 | in 5.4 | data1 02 | in 5.4 | data0 03 | out 5.5 | mdata "
	            "04 | sof");
	assert_non_null(strstr(wire_said(w), "5.84 iso ok =01\n"));
}

static void high_speed_flow(void **state)
{
	struct wire *w = *state;

	w->speed = USB_SPEED_HIGH;
	wire_say(w,
	         "ping 5.2 | nak | ping 5.2 | ack | out 5.2 | data0 01 | nyet | ping 5.2 | stall");
	assert_string_equal(wire_said(w), "5.02 unknown ok =01 naks=1\n5.02 unknown stall\n");
	wire_say(w, "ext 5.0 | lpm 4.0 | ack | ext 5.0 | lpm 4.0 | nyet");
	assert_string_equal(wire_said(w), "");
	assert_int_equal(wire_counts(w)->bad_packets, 0);
	assert_int_equal(wire_counts(w)->unpaired, 0);
}

static void low_speed_through_a_hub(void **state)
{
	struct wire *w = *state;

	wire_say(w, "pre | in 5.1 | data0 01 | pre | ack");
	assert_string_equal(wire_said(w), "5.81 unknown ok =01\n");
	assert_int_equal(w->last.speed, USB_SPEED_LOW);
	wire_say(w, "pre | out 5.2 | pre | data0 02 | ack | in 6.1 | data0 03 | ack");
	assert_string_equal(wire_said(w), "5.02 unknown ok =02\n6.81 unknown ok =03\n");
	assert_int_equal(w->last.speed, USB_SPEED_FULL);
}

static void keepalives_divide_nothing(void **state)
{
	struct wire *w = *state;

	wire_say(w, "in 5.1 | keepalive | data0 01 | keepalive | ack | keepalive");
	assert_string_equal(wire_said(w), "5.81 unknown ok =01\n");
	assert_int_equal(wire_counts(w)->keepalives, 3);
	assert_int_equal(wire_counts(w)->bad_packets, 0);
}

static void illegal_traffic_is_counted(void **state)
{
	struct wire *w = *state;

	wire_say(w, "ack | data0 01 | in 5.1 | ack | in 5.1 | data0 01 | nak | in 5.1 | data0 02 | "
	            "data1 03 | ack");
	assert_string_equal(wire_said(w), "");
	assert_int_equal(wire_counts(w)->unpaired, 6);
	assert_int_equal(wire_counts(w)->bad_packets, 0);
}

static void cut_data(void **state)
{
	struct wire *w = *state;

	wire_say(w, "in 5.1 | data0? 01 02 03 04 05 06 07 08 | ack");
	assert_string_equal(wire_said(w), "5.81 unknown ok =01020304 of 8\n");
}

static void buses_apart(void **state)
{
	struct wire *w = *state;

	wire_say(w, "in 5.1");
	w->bus = 1;
	wire_say(w, "in 6.1");
	w->bus = 0;
	wire_say(w, "data0 01");
	w->bus = 1;
	wire_say(w, "data0 02 | ack");
	w->bus = 0;
	wire_say(w, "ack");
	assert_string_equal(wire_said(w), "6.81 unknown ok =02\n5.81 unknown ok =01\n");
	for (w->bus = 2; w->bus < 10; w->bus++)
		wire_say(w, "in 5.1 | data0 01 | ack");
	/* Two more than can be followed: lost, and said so. */
	assert_int_equal(w->transfers, 8);
	assert_int_equal(wire_counts(w)->lost_packets, 6);
}

/* More endpoints with data in doubt than are kept: the oldest is forgotten, nothing else. */
static void held_table_is_bounded(void **state)
{
	struct wire *w = *state;
	char text[64];

	for (unsigned a = 1; a <= 100; a++) {
		snprintf(text, sizeof(text), "in %u.1 | data0 %02x", a, a);
		wire_say(w, text);
	}
	wire_say(w, "in 100.1 | data1 | ack | in 1.1 | data1 | ack");
	assert_string_equal(wire_said(w),
	                    "100.81 unknown ok =64\n100.81 unknown ok\n1.81 unknown ok\n");
	assert_int_equal(wire_counts(w)->unpaired, 100);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, wire_setup, wire_teardown)
	const struct CMUnitTest tests[] = {
		T(taken_and_refused),
		T(retries_are_dropped),
		T(lost_handshakes),
		T(damage_frees_the_toggle),
		T(loss_and_reset_free_the_toggle),
		T(polls),
		T(few_polls),
		T(no_refused_polls),
		T(isochronous),
		T(high_speed_flow),
		T(low_speed_through_a_hub),
		T(keepalives_divide_nothing),
		T(illegal_traffic_is_counted),
		T(cut_data),
		T(buses_apart),
		T(held_table_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
