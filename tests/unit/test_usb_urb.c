/* URB halves: in order, out of order, missing, used again, more than are kept. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "usb_wire.h"

/* One half; `data` of `len` bytes is freed at once, for it is only borrowed. */
static void half(struct wire *w, enum urb_phase phase, enum usb_transfer_type type, uint64_t id,
                 uint8_t endpoint, const char *data, uint32_t len, int32_t status)
{
	uint8_t *copy = len ? malloc(len) : NULL;
	struct record r = {.kind = RECORD_URB};

	if (len)
		memcpy(copy, data, len);
	r.urb = (struct record_urb){.id = id,
	                            .phase = phase,
	                            .type = type,
	                            .address = 7,
	                            .endpoint = endpoint,
	                            .status = status,
	                            .data = copy,
	                            .len = len,
	                            .len_true = len,
	                            .interval = type == USB_TYPE_INTERRUPT ? 8 : 0};
	wire_record(w, &r);
	free(copy);
}

static void submit(struct wire *w, enum usb_transfer_type type, uint64_t id, uint8_t endpoint,
                   const char *data, uint32_t len)
{
	half(w, URB_SUBMIT, type, id, endpoint, data, len, URB_STATUS_PENDING);
}

static void complete(struct wire *w, enum usb_transfer_type type, uint64_t id, uint8_t endpoint,
                     const char *data, uint32_t len)
{
	half(w, URB_COMPLETE, type, id, endpoint, data, len, URB_STATUS_OK);
}

static void submit_control(struct wire *w, uint64_t id, const char setup[8], const char *data,
                           uint32_t len)
{
	struct record r = {.kind = RECORD_URB};

	r.urb = (struct record_urb){.id = id,
	                            .phase = URB_SUBMIT,
	                            .type = USB_TYPE_CONTROL,
	                            .address = 7,
	                            .has_setup = true,
	                            .status = URB_STATUS_PENDING,
	                            .data = len ? (const uint8_t *)data : NULL,
	                            .len = len,
	                            .len_true = len};
	memcpy(r.urb.setup, setup, 8);
	wire_record(w, &r);
}

static const char get[8] = "\x80\x06\x00\x01\x00\x00\x12\x00";
static const char set[8] = "\x21\x09\x00\x02\x01\x00\x02\x00";
static const char none[8] = "\x00\x09\x01\x00\x00\x00\x00\x00";

static void in_order(void **state)
{
	struct wire *w = *state;

	submit(w, USB_TYPE_INTERRUPT, 1, 0x81, NULL, 0);
	assert_string_equal(wire_said(w), "");
	complete(w, USB_TYPE_INTERRUPT, 1, 0x81, "\x01\x02", 2);
	assert_string_equal(wire_said(w), "7.81 interrupt ok =0102\n");
	assert_int_equal(w->last.interval, 8);
	assert_int_equal(w->last.t_begin_ns, 1000);
	assert_int_equal(w->last.t_ns, 2000);
	assert_int_equal(w->last.packet_begin, 1);
	assert_int_equal(w->last.packet, 2);
	assert_false(w->last.wire);
	assert_false(w->last.transaction);
	submit(w, USB_TYPE_BULK, 2, 0x02, "\x03", 1);
	complete(w, USB_TYPE_BULK, 2, 0x02, NULL, 0);
	assert_string_equal(wire_said(w), "7.02 bulk ok =03\n");
	submit_control(w, 3, get, NULL, 0);
	complete(w, USB_TYPE_CONTROL, 3, 0x00, "\x12\x01", 2);
	assert_string_equal(wire_said(w), "7.80 control ok setup=8006000100001200 =1201\n");
	submit_control(w, 3, set, "\x01\x02", 2);
	complete(w, USB_TYPE_CONTROL, 3, 0x80, NULL, 0);
	assert_string_equal(wire_said(w), "7.00 control ok setup=2109000201000200 =0102\n");
	submit_control(w, 3, none, NULL, 0);
	complete(w, USB_TYPE_CONTROL, 3, 0x80, NULL, 0);
	assert_string_equal(wire_said(w), "7.00 control ok setup=0009010000000000\n");
	submit(w, USB_TYPE_ISOCHRONOUS, 4, 0x83, NULL, 0);
	complete(w, USB_TYPE_ISOCHRONOUS, 4, 0x83, "\x09", 1);
	assert_string_equal(wire_said(w), "7.83 iso ok =09\n");
	assert_string_equal(wire_said_at_end(w), "");
	assert_int_equal(wire_counts(w)->unpaired, 0);
	assert_int_equal(wire_counts(w)->packets, 12);
}

static void statuses(void **state)
{
	static const struct {
		int32_t status;
		const char *want;
	} cases[] = {
		{0, "7.81 interrupt ok\n"},      {-32, "7.81 interrupt stall\n"},
		{-2, "7.81 interrupt failed\n"}, {-121, "7.81 interrupt ok\n"},
		{1, "7.81 interrupt ok\n"},      {-108, "7.81 interrupt failed\n"},
	};
	struct wire *w = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		submit(w, USB_TYPE_INTERRUPT, 1, 0x81, NULL, 0);
		half(w, URB_COMPLETE, USB_TYPE_INTERRUPT, 1, 0x81, NULL, 0, cases[i].status);
		assert_string_equal(wire_said(w), cases[i].want);
	}
	submit(w, USB_TYPE_BULK, 1, 0x02, "\x01", 1);
	half(w, URB_ERROR, USB_TYPE_BULK, 1, 0x02, NULL, 0, -19);
	assert_string_equal(wire_said(w), "7.02 bulk failed =01\n");
}

/* The early USBPcap's control writes: data in the completion. */
static void written_in_the_completion(void **state)
{
	struct wire *w = *state;

	submit_control(w, 3, set, NULL, 0);
	complete(w, USB_TYPE_CONTROL, 3, 0x00, "\x01\x02", 2);
	assert_string_equal(wire_said(w), "7.00 control ok setup=2109000201000200 =0102\n");
}

/* The clock stepped back between the halves. */
static void stepped_back(void **state)
{
	struct wire *w = *state;

	w->t_ns = 1000000000;
	submit(w, USB_TYPE_INTERRUPT, 1, 0x81, NULL, 0);
	w->t_ns -= 150000000;
	complete(w, USB_TYPE_INTERRUPT, 1, 0x81, "\x01", 1);
	submit(w, USB_TYPE_INTERRUPT, 1, 0x81, NULL, 0);
	complete(w, USB_TYPE_INTERRUPT, 1, 0x81, "\x02", 1);
	assert_string_equal(wire_said(w), "7.81 interrupt ok =01\n7.81 interrupt ok =02\n");
	assert_int_equal(wire_counts(w)->unpaired, 0);
}

/* The completion stands first in the file, its submission later with an earlier time. */
static void completion_first(void **state)
{
	struct wire *w = *state;

	w->t_ns = 9000;
	complete(w, USB_TYPE_INTERRUPT, 1, 0x81, "\x01", 1);
	assert_string_equal(wire_said(w), "7.81 interrupt ok =01\n");
	w->t_ns = 5000;
	submit(w, USB_TYPE_INTERRUPT, 1, 0x81, NULL, 0);
	w->t_ns = 19000;
	complete(w, USB_TYPE_CONTROL, 2, 0x80, "\x12\x01", 2);
	complete(w, USB_TYPE_BULK, 3, 0x02, NULL, 0);
	assert_string_equal(wire_said(w), "");
	w->t_ns = 15000;
	submit_control(w, 2, get, NULL, 0);
	submit(w, USB_TYPE_BULK, 3, 0x02, "\x07", 1);
	assert_string_equal(wire_said(w), "7.80 control ok setup=8006000100001200 =1201\n"
	                                  "7.02 bulk ok =07\n");
	assert_string_equal(wire_said_at_end(w), "");
	assert_int_equal(wire_counts(w)->unpaired, 0);
}

/* An id used again before the file brings the completion of its first use. */
static void id_used_again(void **state)
{
	struct wire *w = *state;

	submit(w, USB_TYPE_BULK, 1, 0x02, "\x01", 1); /* at 1 us */
	w->t_ns = 10000;
	submit(w, USB_TYPE_BULK, 1, 0x02, "\x02", 1);
	w->t_ns = 4000;
	complete(w, USB_TYPE_BULK, 1, 0x02, NULL, 0);
	assert_string_equal(wire_said(w), "7.02 bulk ok =01\n");
	w->t_ns = 14000;
	complete(w, USB_TYPE_BULK, 1, 0x02, NULL, 0);
	assert_string_equal(wire_said(w), "7.02 bulk ok =02\n");
	assert_int_equal(wire_counts(w)->unpaired, 0);
}

/* The completion of the first use never comes: the second's belongs to the second. */
static void completion_missing(void **state)
{
	struct wire *w = *state;

	submit(w, USB_TYPE_BULK, 1, 0x02, "\x01", 1);
	submit(w, USB_TYPE_BULK, 1, 0x02, "\x02", 1);
	complete(w, USB_TYPE_BULK, 1, 0x02, NULL, 0);
	assert_string_equal(wire_said(w), "7.02 bulk ok =02\n");
	assert_string_equal(wire_said_at_end(w), "7.02 bulk incomplete =01\n");
	assert_int_equal(wire_counts(w)->unpaired, 1);
}

static void same_id_elsewhere(void **state)
{
	struct wire *w = *state;

	/* So many that some share a bucket. */
	for (w->bus = 0; w->bus < 250; w->bus++)
		submit(w, USB_TYPE_INTERRUPT, 1, 0x81, NULL, 0);
	for (w->bus = 0; w->bus < 250; w->bus++) {
		complete(w, USB_TYPE_INTERRUPT, 1, 0x81, "\x01", 1);
		assert_string_equal(wire_said(w), "7.81 interrupt ok =01\n");
		assert_int_equal(w->last.packet_begin, w->bus + 1);
	}
	w->bus = 0;

	submit(w, USB_TYPE_BULK, 1, 0x02, "\x01", 1);
	w->bus = 2;
	submit(w, USB_TYPE_BULK, 1, 0x02, "\x02", 1);
	w->bus = 0;
	complete(w, USB_TYPE_BULK, 1, 0x02, NULL, 0);
	assert_string_equal(wire_said(w), "7.02 bulk ok =01\n");
	w->bus = 2;
	complete(w, USB_TYPE_BULK, 1, 0x02, NULL, 0);
	assert_string_equal(wire_said(w), "7.02 bulk ok =02\n");
}

static void halves_missing(void **state)
{
	struct wire *w = *state;

	/* Captures of completions alone: each gives its transfer at once. */
	complete(w, USB_TYPE_INTERRUPT, 1, 0x81, "\x01", 1);
	complete(w, USB_TYPE_INTERRUPT, 1, 0x81, "\x02", 1);
	assert_string_equal(wire_said(w), "7.81 interrupt ok =01\n7.81 interrupt ok =02\n");
	assert_int_equal(w->last.t_begin_ns, w->last.t_ns);
	/* What waits for a submission that belongs to another use goes out without one. */
	complete(w, USB_TYPE_CONTROL, 2, 0x80, "\x12", 1);
	submit_control(w, 2, get, NULL, 0);
	assert_string_equal(wire_said(w), "7.80 control ok =12\n");
	submit(w, USB_TYPE_BULK, 3, 0x02, "\x07", 1);
	submit(w, USB_TYPE_INTERRUPT, 4, 0x81, NULL, 0);
	assert_string_equal(wire_said_at_end(w), "7.80 control incomplete setup=8006000100001200\n"
	                                         "7.02 bulk incomplete =07\n");
	assert_int_equal(wire_counts(w)->unpaired, 6);
}

static void more_than_are_kept(void **state)
{
	struct wire *w = *state;

	for (uint64_t id = 0; id < 300; id++)
		submit(w, USB_TYPE_INTERRUPT, id * 0x40, 0x81, NULL, 0);
	assert_int_equal(wire_counts(w)->unpaired, 44);
	for (uint64_t id = 0; id < 300; id++)
		complete(w, USB_TYPE_INTERRUPT, id * 0x40, 0x81, "\x01", 1);
	/* Once each, whether its submission was forgotten or not. */
	assert_int_equal(w->transfers, 300);
}

static void data_is_bounded(void **state)
{
	static char big[10000];
	struct wire *w = *state;

	memset(big, 'x', sizeof(big));
	submit(w, USB_TYPE_BULK, 1, 0x02, big, sizeof(big));
	complete(w, USB_TYPE_BULK, 1, 0x02, NULL, 0);
	wire_said(w);
	assert_int_equal(w->last.len, 4096);
	assert_int_equal(w->last.len_true, sizeof(big));
	/* An IN transfer is passed on whole: it is borrowed from the record. */
	submit(w, USB_TYPE_BULK, 1, 0x82, NULL, 0);
	complete(w, USB_TYPE_BULK, 1, 0x82, big, sizeof(big));
	wire_said(w);
	assert_int_equal(w->last.len, sizeof(big));
	/* Seventy with data: the first six lose theirs, and say how much it was. */
	for (uint64_t id = 0; id < 70; id++)
		submit(w, USB_TYPE_BULK, id, 0x02, "\x01\x02", 2);
	complete(w, USB_TYPE_BULK, 5, 0x02, NULL, 0);
	assert_string_equal(wire_said(w), "7.02 bulk ok of 2\n");
	complete(w, USB_TYPE_BULK, 6, 0x02, NULL, 0);
	assert_string_equal(wire_said(w), "7.02 bulk ok =0102\n");
}

/* usbmon's interface 0 hears every bus: captured beside the bus's own, each half comes twice, here with one time. */
static void captured_twice(void **state)
{
	struct wire *w = *state;

	for (unsigned i = 0; i < 2; i++) {
		w->t_ns = 5000;
		submit_control(w, 3, get, NULL, 0);
	}
	complete(w, USB_TYPE_CONTROL, 3, 0x00, "\x12\x01", 2);
	assert_string_equal(wire_said(w), "7.80 control ok setup=8006000100001200 =1201\n");
	/* The next one of that id must not meet a submission that was left over. */
	complete(w, USB_TYPE_CONTROL, 3, 0x00, "\x12\x01", 2);
	assert_string_equal(wire_said(w), "");
	w->t_ns = 9000;
	submit_control(w, 3, set, "\x01\x02", 2);
	wire_said(w);
	complete(w, USB_TYPE_CONTROL, 3, 0x80, NULL, 0);
	assert_string_equal(wire_said(w), "7.00 control ok setup=2109000201000200 =0102\n");
	assert_string_equal(wire_said_at_end(w), "");
}

static void other_records_pass(void **state)
{
	struct wire *w = *state;
	struct record tick = {.kind = RECORD_TICK};

	wire_record(w, &tick);
	wire_say(w, "reset | lost");
	assert_int_equal(w->events, 3);
	assert_int_equal(wire_counts(w)->lost_packets, 3);
	assert_int_equal(wire_counts(w)->packets, 0);
}

/*
 * The same halves twice, to two streams, in one of which each poll's submission holds a byte: of no meaning, but not what
 * the short way takes.
 */
static void answered_polls_go_the_long_ways_way(void **state)
{
	struct wire *w = *state, *other;
	void *second;
	uint32_t x = 12345;
	unsigned said = 0;

	assert_int_equal(wire_setup(&second), 0);
	other = second;
	for (unsigned n = 0; n < 20000; n++) {
		enum urb_phase phase;
		uint64_t id;
		uint8_t endpoint;

		x = x * 1103515245u + 12345u;
		phase = x >> 16 & 1 ? URB_SUBMIT : x >> 17 & 15 ? URB_COMPLETE : URB_ERROR;
		id = x >> 21 & 3;
		endpoint = x >> 23 & 3 ? 0x81 : 0x02;
		/* The clock stands, or steps back. */
		w->t_ns -= x >> 25 & 7 ? 0 : 1000 * (x >> 28 & 3);
		other->t_ns = w->t_ns;
		for (unsigned i = 0; i < 2; i++) {
			bool byte = phase != URB_SUBMIT || endpoint == 0x02 || i;
			struct record r = {.kind = RECORD_URB};

			r.urb = (struct record_urb){
				.id = id,
				.phase = phase,
				.type = x >> 12 & 1 ? USB_TYPE_BULK : USB_TYPE_INTERRUPT,
				.address = 7,
				.endpoint = endpoint,
				.status = x >> 13 & 7 ? URB_STATUS_OK : URB_STATUS_STALL,
				.data = byte ? (const uint8_t *)"\x2a" : NULL,
				.len = byte,
				.len_true = 1 + (x >> 14 & 1),
				.interval = x >> 18 & 7};
			wire_record(i ? other : w, &r);
		}
		assert_int_equal(w->transfers, other->transfers);
		assert_int_equal(w->last.t_begin_ns, other->last.t_begin_ns);
		assert_int_equal(w->last.packet_begin, other->last.packet_begin);
		assert_int_equal(w->last.interval, other->last.interval);
		assert_string_equal(wire_said(w), wire_said(other));
		said += w->transfers;
	}
	assert_true(said > 20000);
	assert_int_equal(wire_counts(w)->unpaired, wire_counts(other)->unpaired);
	wire_teardown(&second);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, wire_setup, wire_teardown)
	const struct CMUnitTest tests[] = {
		T(in_order),
		T(statuses),
		T(written_in_the_completion),
		T(stepped_back),
		T(completion_first),
		T(id_used_again),
		T(completion_missing),
		T(same_id_elsewhere),
		T(halves_missing),
		T(more_than_are_kept),
		T(captured_twice),
		T(data_is_bounded),
		T(other_records_pass),
		T(answered_polls_go_the_long_ways_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
