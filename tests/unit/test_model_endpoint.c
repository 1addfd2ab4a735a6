/* Whose an endpoint is, found out once and kept: until when. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/decode.h"
#include "sim/host.h"

#define MS 1000000ll

struct bench {
	struct bus bus;
	struct usb_stream *usb;
	struct decode *decode;
	unsigned events[EVENT_KINDS];
};

static void on_event(void *context, const struct event *e)
{
	struct bench *b = context;

	b->events[e->kind]++;
}

static void on_record(void *context, const struct record *r)
{
	struct bench *b = context;

	usb_stream_record(b->usb, r);
}

static void begin(struct bench *b)
{
	struct bus_settings set = {.view = BUS_URBS, .number = 1};
	struct usb_sink sink;

	b->decode = decode_new(&(struct event_sink){.context = b, .event = on_event});
	assert_non_null(b->decode);
	sink = decode_usb_sink(b->decode);
	b->usb = usb_stream_new(&sink);
	assert_non_null(b->usb);
	bus_init(&b->bus, &(struct record_sink){.context = b, .record = on_record}, &set, 1);
}

static void transfer(struct decode *d, struct usb_transfer t, const uint8_t *data, uint32_t len)
{
	struct usb_sink sink = decode_usb_sink(d);

	t.data = data;
	t.len = t.len_true = len;
	sink.transfer(sink.context, &t);
}

static void request(struct decode *d, int64_t t_ns, uint8_t address, struct usb_setup setup,
                    const uint8_t *data, uint32_t len)
{
	struct usb_transfer t = {.t_ns = t_ns,
	                         .t_begin_ns = t_ns,
	                         .bus = 1,
	                         .address = address,
	                         .type = USB_TYPE_CONTROL,
	                         .has_setup = true,
	                         .setup = setup};

	transfer(d, t, data, len);
}

/* A keyboard at address 5, and what its next report's transfer is like. */
static struct usb_transfer keyboard(struct bench *b)
{
	static struct sim_device model;
	struct bus_device *d;

	begin(b);
	assert_true(sim_device_load(&model, sim_device_find("hp_kbd")));
	d = bus_attach(&b->bus, &model, false);
	assert_true(host_enumerate(&b->bus, d, HOST_LINUX, 5, 200 * MS, 20 * MS));
	bus_run_until(&b->bus, 2000 * MS);
	return (struct usb_transfer){
		.t_ns = 3000 * MS,
		.bus = decode_model(b->decode)->device[0].bus,
		.address = 5,
		.endpoint = 0x81,
		.type = USB_TYPE_INTERRUPT,
	};
}

static void release(struct bench *b)
{
	usb_stream_free(b->usb);
	decode_free(b->decode);
}

/* It is kept too, and changes with whatever tells it: usbmon's count, the speed, the wire. */
static void how_often_it_is_asked(void **state)
{
	static const struct {
		enum usb_speed speed;
		uint32_t count, measured_ns, expected_ns;
	} asked[] = {
		{USB_SPEED_UNKNOWN, 8, 0, 8000000},       {USB_SPEED_UNKNOWN, 512, 0, 64000000},
		{USB_SPEED_UNKNOWN, 8, 4000000, 4000000}, {USB_SPEED_HIGH, 8, 0, 64000000},
		{USB_SPEED_LOW, 8, 0, 8000000},
	};
	static const uint8_t report[8] = {0};
	static struct bench b;
	struct usb_transfer in = keyboard(&b);

	(void)state;
	for (unsigned i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		in.speed = asked[i].speed;
		in.interval = asked[i].count;
		in.poll_ns = asked[i].measured_ns;
		transfer(b.decode, in, report, sizeof(report));
		assert_int_equal(decode_model(b.decode)->hid[0].report_ns, asked[i].expected_ns);
	}
	release(&b);
}

static void an_endpoint_changes_hands(void **state)
{
	static const uint8_t down[8] = {0, 0, 4}, up[8] = {0};
	static struct bench b;
	struct usb_transfer in = keyboard(&b);
	const struct model *m = decode_model(b.decode);
	uint8_t other[MODEL_CONFIG_MAX];

	(void)state;
	transfer(b.decode, in, down, sizeof(down));
	transfer(b.decode, in, up, sizeof(up));
	assert_int_equal(b.events[EVENT_KEYS], 2);
	/* All its interfaces as a vendor's: bInterfaceClass of USB 2.0 table 9-12. */
	memcpy(other, m->device[0].config_raw, m->device[0].config_len);
	other[5] = 2;
	for (unsigned at = 0; at < m->device[0].config_len; at += other[at])
		if (other[at + 1] == USB_DT_INTERFACE)
			other[at + 5] = 0xff;
	request(b.decode, 3100 * MS, 5,
	        (struct usb_setup){0x80, USB_GET_DESCRIPTOR, 0x201, 0, 0xff}, other,
	        m->device[0].config_len);
	request(b.decode, 3200 * MS, 5, (struct usb_setup){0, USB_SET_CONFIGURATION, 2, 0, 0}, NULL,
	        0);
	/* So many that a keyboard without a report descriptor would be known by them. */
	for (unsigned i = 0; i < 40; i++) {
		in.t_ns += 100 * MS;
		transfer(b.decode, in, i % 2 ? up : down, sizeof(down));
	}
	assert_int_equal(b.events[EVENT_KEYS], 2);
	release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_endpoint_changes_hands),
		cmocka_unit_test(how_often_it_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
