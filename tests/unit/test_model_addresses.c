/* Who sends, of several buses, addresses, endpoints and places that look alike: transfers alone, without a bus. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/decode.h"

#define MS 1000000ll

static void on_event(void *context, const struct event *e)
{
	(void)context, (void)e;
}

static void heard(struct decode *d, struct usb_transfer t)
{
	struct usb_sink sink = decode_usb_sink(d);

	sink.transfer(sink.context, &t);
}

static struct decode *new_decode(void)
{
	static const struct event_sink nobody = {.event = on_event};
	struct decode *d = decode_new(&nobody);

	assert_non_null(d);
	return d;
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

static void request(struct decode *d, int64_t t_ns, uint8_t address, struct usb_setup setup,
                    const uint8_t *data, uint32_t len)
{
	heard(d, (struct usb_transfer){.t_ns = t_ns,
	                               .t_begin_ns = t_ns,
	                               .bus = 1,
	                               .address = address,
	                               .type = USB_TYPE_CONTROL,
	                               .has_setup = true,
	                               .setup = setup,
	                               .data = data,
	                               .len = len,
	                               .len_true = len});
}

/* A hub resets a port, and who is asked at address 0 next is there. */
static uint64_t plug(struct decode *d, int64_t t_ns, uint8_t hub, uint8_t port, uint8_t address)
{
	static const uint8_t device[8] = {18, 1, 0, 2, 0, 0, 0, 8};
	const struct model *m = decode_model(d);
	uint64_t place = 0;

	if (port)
		request(d, t_ns, hub, (struct usb_setup){0x23, USB_SET_FEATURE, 4, port, 0}, NULL,
		        0);
	t_ns += 60 * MS;
	request(d, t_ns, 0, (struct usb_setup){0x80, USB_GET_DESCRIPTOR, 0x100, 0, 64}, device, 8);
	if (port)
		request(d, t_ns + MS, hub, (struct usb_setup){0x23, USB_SET_FEATURE, 4, port, 0},
		        NULL, 0);
	request(d, t_ns + 60 * MS, 0, (struct usb_setup){0, USB_SET_ADDRESS, address, 0, 0}, NULL,
	        0);
	for (unsigned i = 0; i < m->devices; i++)
		if (m->device[i].address == address)
			place = m->device[i].place;
	return place;
}

static void places(void **state)
{
	static const uint8_t device[18] = {18, 1, 0, 2, 9, 0, 0, 64};
	uint64_t first, second, other, own;
	struct decode *d = new_decode();

	(void)state;
	for (uint8_t hub = 1; hub <= 2; hub++)
		request(d, hub * MS, hub,
		        (struct usb_setup){0x80, USB_GET_DESCRIPTOR, 0x100, 0, 18}, device, 18);
	first = plug(d, 1000 * MS, 1, 3, 10);
	assert_true(first != 0 && first != MODEL_PLACE_WIRE);
	second = plug(d, 3000 * MS, 1, 4, 11);
	other = plug(d, 5000 * MS, 2, 3, 12);
	assert_true(second && second != first);
	assert_true(other && other != first && other != second);
	assert_true(plug(d, 7000 * MS, 1, 3, 13) == first);
	/* No port was reset for this one, or long ago. */
	own = plug(d, 20000 * MS, 1, 0, 14);
	assert_true(own && own != first && own != second && own != other);
	assert_true(plug(d, 21000 * MS, 1, 0, 15) != own);
	decode_free(d);
}

static void polled(struct decode *d, int64_t t_ns, uint8_t address, enum usb_transfer_status status)
{
	heard(d, (struct usb_transfer){.t_ns = t_ns,
	                               .t_begin_ns = t_ns,
	                               .bus = 1,
	                               .address = address,
	                               .endpoint = 0x81,
	                               .type = USB_TYPE_INTERRUPT,
	                               .status = status});
}

/* No hub is asked in USBPcap: who comes where polls have failed is where those were, unless they went on after all. */
static void places_by_who_left(void **state)
{
	uint64_t first, second;
	struct decode *d = new_decode();

	(void)state;
	first = plug(d, 1000 * MS, 1, 0, 10);
	second = plug(d, 2000 * MS, 1, 0, 11);
	assert_true(first && second && first != second);
	polled(d, 3000 * MS, 10, USB_TRANSFER_OK);
	polled(d, 3001 * MS, 11, USB_TRANSFER_FAILED);
	polled(d, 3002 * MS, 10, USB_TRANSFER_FAILED);
	assert_true(plug(d, 4000 * MS, 1, 0, 12) == first);
	polled(d, 5000 * MS, 12, USB_TRANSFER_FAILED);
	polled(d, 5001 * MS, 12, USB_TRANSFER_FAILED);
	assert_true(plug(d, 6000 * MS, 1, 0, 13) == first);
	polled(d, 7000 * MS, 13, USB_TRANSFER_FAILED);
	polled(d, 7001 * MS, 13, USB_TRANSFER_OK);
	assert_true(plug(d, 8000 * MS, 1, 0, 14) != first);
	decode_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_at_its_address),
		cmocka_unit_test(each_attached_on_its_bus),
		cmocka_unit_test(places),
		cmocka_unit_test(places_by_who_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
