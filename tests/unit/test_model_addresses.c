/* Who sends, of several buses, addresses and endpoints that look alike: transfers alone, without a bus. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/decode.h"

static void on_event(void *context, const struct event *e)
{
	(void)context, (void)e;
}

static void heard(struct decode *d, struct usb_transfer t)
{
	struct usb_sink sink = decode_usb_sink(d);

	sink.transfer(sink.context, &t);
}

/* Who sends is asked where it was found last: on buses alike, at addresses alike, and after it has moved. */
static void each_at_its_address(void **state)
{
	static const struct usb_transfer from[] = {
		{.bus = 1, .address = 5, .endpoint = 0x81, .type = USB_TYPE_INTERRUPT},
		{.bus = 2, .address = 5, .endpoint = 0x81, .type = USB_TYPE_INTERRUPT},
		{.bus = 1, .address = 21, .endpoint = 0x81, .type = USB_TYPE_INTERRUPT},
	};
	static const struct usb_transfer moves = {
		.bus = 1,
		.address = 5,
		.type = USB_TYPE_CONTROL,
		.has_setup = true,
		.setup = {.bRequest = USB_SET_ADDRESS, .wValue = 9},
	};
	const struct event_sink nobody = {.event = on_event};
	struct decode *d = decode_new(&nobody);
	const struct model *m;

	(void)state;
	assert_non_null(d);
	for (unsigned n = 0; n < 12; n++)
		heard(d, from[n % 3]);
	heard(d, from[0]);
	heard(d, moves);
	heard(d, from[0]);
	decode_end(d);
	m = decode_model(d);
	assert_int_equal(m->devices_seen, 4);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(m->device[i].bus, from[i].bus);
		assert_int_equal(m->device[i].transfers, i ? 4 : 6);
	}
	assert_int_equal(m->device[0].address, 9);
	assert_int_equal(m->device[2].address, 21);
	assert_int_equal(m->device[3].address, 5);
	assert_int_equal(m->device[3].transfers, 1);
	decode_free(d);
}

/* What attached on one bus is not what is new on another, whichever was heard first. */
static void each_attached_on_its_bus(void **state)
{
	static const struct usb_bus_event attach = {
		.t_ns = 5, .bus = 2, .kind = RECORD_LINE, .line.event = LINE_ATTACH};
	const struct event_sink nobody = {.event = on_event};
	struct decode *d = decode_new(&nobody);
	struct usb_sink sink;
	const struct model *m;

	(void)state;
	assert_non_null(d);
	sink = decode_usb_sink(d);
	heard(d, (struct usb_transfer){.bus = 1, .address = 3, .t_begin_ns = 1, .t_ns = 2});
	sink.bus(sink.context, &attach);
	heard(d, (struct usb_transfer){.bus = 1, .address = 4, .t_begin_ns = 7, .t_ns = 8});
	heard(d, (struct usb_transfer){.bus = 2, .address = 4, .t_begin_ns = 9, .t_ns = 10});
	m = decode_model(d);
	assert_int_equal(m->devices_seen, 3);
	assert_int_equal(m->device[0].attached_ns, 1);
	assert_int_equal(m->device[1].attached_ns, 7);
	assert_int_equal(m->device[2].attached_ns, 5);
	decode_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_at_its_address),
		cmocka_unit_test(each_attached_on_its_bus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
