/*
 * Captures with a snapshot length: simulated URBs and packets of a keyboard that keep their first bytes only, at every
 * length. Where its reports are whole its keys must be seen, whatever is missing of the descriptors; where they are not it
 * is said.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "hid/infer.h"
#include "model/decode.h"
#include "sim/host.h"

#define MS 1000000ll

enum {
	KEYS = 12,
	REPORT_LEN = 8,
	LONGEST = 80, /* over each descriptor of the device */
	TOKEN_LEN = 3,
	PACKET_LONGEST = 12,
};

struct bench {
	struct bus bus;
	struct usb_stream *usb;
	struct decode *decode;
	uint32_t kept;
	unsigned keys, inferred;
};

static void on_event(void *context, const struct event *e)
{
	struct bench *b = context;

	b->inferred += e->kind == EVENT_HID_INFERRED;
	if (e->kind == EVENT_KEYS)
		b->keys += e->keys->presses;
}

static void on_record(void *context, const struct record *r)
{
	struct bench *b = context;
	struct record cut = *r;

	if (r->kind == RECORD_URB && r->urb.len > b->kept) {
		cut.urb.len = b->kept;
		if (!b->kept)
			cut.urb.data = NULL;
	}
	if (r->kind == RECORD_PACKET && r->packet_data.len > b->kept) {
		cut.packet_data.len = b->kept;
		cut.packet_data.flags |= PACKET_CUT;
	}
	usb_stream_record(b->usb, &cut);
}

static void type(struct bench *b, struct bus_device *d)
{
	const struct keyboard keyboard = {.form = FORM_BOOT};
	struct keyboard_report reports[2 * KEYS];

	for (unsigned i = 0; i < 2 * KEYS; i++) {
		reports[i].t_ns = 1000 * MS + i * 70 * MS;
		keyboard_now(&keyboard, i % 2 ? 0 : (uint8_t)(4 + i), &reports[i]);
	}
	assert_true(bus_reports(&b->bus, d, 0x81, reports, 2 * KEYS));
	bus_run_until(&b->bus, 4000 * MS);
}

static void run(struct bench *b, enum bus_view view, uint32_t kept)
{
	struct bus_settings set = {.view = view};
	struct sim_device model;
	struct usb_sink sink;
	struct bus_device *d;

	*b = (struct bench){.kept = kept};
	b->decode = decode_new(&(struct event_sink){.context = b, .event = on_event});
	assert_non_null(b->decode);
	sink = decode_usb_sink(b->decode);
	b->usb = usb_stream_new(&sink);
	assert_non_null(b->usb);
	bus_init(&b->bus, &(struct record_sink){.context = b, .record = on_record}, &set, 1);
	assert_true(sim_device_load(&model, sim_device_find("hp_kbd")));
	d = bus_attach(&b->bus, &model, false);
	assert_true(host_enumerate(&b->bus, d, HOST_LINUX, 5, 200 * MS, 20 * MS));
	type(b, d);
	usb_stream_end(b->usb);
	decode_end(b->decode);
}

static void release(struct bench *b)
{
	usb_stream_free(b->usb);
	decode_free(b->decode);
}

static void every_length(void **state)
{
	static struct bench b;

	(void)state;
	for (uint32_t kept = 0; kept <= LONGEST; kept++) {
		run(&b, BUS_URBS, kept);
		if (kept >= REPORT_LEN)
			assert_int_equal(b.keys, KEYS);
		if (kept < REPORT_LEN)
			assert_true(decode_model(b.decode)->cut >= 2 * KEYS);
		if (kept == LONGEST) {
			assert_int_equal(decode_model(b.decode)->cut, 0);
			assert_int_equal(b.inferred, 0);
		}
		release(&b);
	}
}

/* The descriptor of interface 0 has 65 bytes, 64 of which hold all keys but not the end: then the reports told. */
static void what_is_cut_describes_nothing(void **state)
{
	static struct bench b;

	(void)state;
	run(&b, BUS_URBS, 64);
	assert_int_equal(b.inferred, 1);
	assert_int_equal(decode_model(b.decode)->cut, 1);
	release(&b);
}

/* On the wire the PID stands before the data. Below three bytes no token is whole, and most packets are bad. */
static void every_length_of_packets(void **state)
{
	static struct bench b;

	(void)state;
	for (uint32_t kept = 0; kept <= PACKET_LONGEST; kept++) {
		const struct usb_counts *counts;
		uint64_t cut;

		run(&b, BUS_WIRE, kept);
		counts = usb_stream_counts(b.usb);
		cut = decode_model(b.decode)->cut + counts->cut_setups;
		if (kept > REPORT_LEN) {
			assert_int_equal(b.keys, KEYS);
			assert_int_equal(cut, 0);
		} else if (kept >= TOKEN_LEN) {
			assert_int_equal(counts->bad_packets, 0);
			assert_true(decode_model(b.decode)->cut >= 2 * KEYS);
			assert_true(counts->cut_setups > 4);
		} else {
			assert_true(counts->bad_packets * 100 > counts->packets);
		}
		release(&b);
	}
}

/* Only what may be a keyboard's counts: not what its descriptor gives to another class, nor what is too long for one. */
static void what_no_keyboard_sends(void **state)
{
	static const uint8_t bytes[64] = {1};
	static struct bench b;
	struct usb_transfer t = {.address = 5,
	                         .endpoint = 0x85,
	                         .type = USB_TYPE_UNKNOWN,
	                         .wire = true,
	                         .transaction = true,
	                         .data = bytes,
	                         .len = 4,
	                         .len_true = INFER_BYTES_MAX + 1};
	struct usb_sink sink;

	(void)state;
	run(&b, BUS_WIRE, PACKET_LONGEST);
	sink = decode_usb_sink(b.decode);
	sink.transfer(sink.context, &t);
	t.type = USB_TYPE_BULK;
	t.len_true = 8;
	sink.transfer(sink.context, &t);
	assert_int_equal(decode_model(b.decode)->cut, 0);
	t.type = USB_TYPE_UNKNOWN;
	sink.transfer(sink.context, &t);
	assert_int_equal(decode_model(b.decode)->cut, 1);
	t.len = 0;
	t.data = NULL;
	sink.transfer(sink.context, &t);
	assert_int_equal(decode_model(b.decode)->cut, 2);
	release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length),
		cmocka_unit_test(what_is_cut_describes_nothing),
		cmocka_unit_test(every_length_of_packets),
		cmocka_unit_test(what_no_keyboard_sends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
