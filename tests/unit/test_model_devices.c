/*
 * Who is on the bus, as the model sees simulated traffic: every device model with every host, on the wire and as URBs;
 * resets, re-enumeration, changed identities, addresses used again, floods.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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
	unsigned keys, detaches;
	int64_t gone_ns;
};

static void on_event(void *context, const struct event *e)
{
	struct bench *b = context;

	b->events[e->kind]++;
	b->detaches += e->kind == EVENT_LINE && e->bus->line.event == LINE_DETACH;
	if (e->kind == EVENT_KEYS)
		b->keys += e->keys->presses;
	if (e->kind == EVENT_DEVICE_GONE)
		b->gone_ns = e->t_ns;
}

static void on_record(void *context, const struct record *r)
{
	struct bench *b = context;

	usb_stream_record(b->usb, r);
}

static void begin(struct bench *b, enum bus_view view, bool analyzer)
{
	struct bus_settings set = {
		.view = view, .analyzer = analyzer, .frames = true, .naks_per_stage = 1};
	struct usb_sink sink;

	memset(b, 0, sizeof(*b));
	b->decode = decode_new(&(struct event_sink){.context = b, .event = on_event});
	assert_non_null(b->decode);
	sink = decode_usb_sink(b->decode);
	b->usb = usb_stream_new(&sink);
	assert_non_null(b->usb);
	bus_init(&b->bus, &(struct record_sink){.context = b, .record = on_record}, &set, 1);
}

static const struct model *end(struct bench *b)
{
	usb_stream_end(b->usb);
	decode_end(b->decode);
	return decode_model(b->decode);
}

static void release(struct bench *b)
{
	usb_stream_free(b->usb);
	decode_free(b->decode);
}

static struct sim_device *load(const char *name)
{
	static struct sim_device models[4];
	static unsigned next;
	struct sim_device *m = &models[next++ % 4];

	assert_true(sim_device_load(m, sim_device_find(name)));
	return m;
}

/* In the only port, reset and configured. */
static struct bus_device *plugged(struct bench *b, const char *model, enum host_kind host,
                                  uint8_t address)
{
	struct bus_device *d = bus_attach(&b->bus, load(model), false);

	assert_true(host_enumerate(&b->bus, d, host, address, 200 * MS, 20 * MS));
	return d;
}

static unsigned present(const struct model *m)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MODEL_DEVICES_MAX; i++)
		n += m->device[i].used && !m->device[i].gone;
	return n;
}

static void hex(const uint8_t *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

/* Hashes as published or in the scenario file; kinds as a person reads the descriptors. */
static const struct {
	const char *name;
	uint16_t vid, pid;
	uint32_t kinds;
	const char *hash;
} sets[] = {
	{"omg", 0xd3c0, 0xd34d, HID_KIND_KEYBOARD | HID_KIND_MOUSE | HID_KIND_LED,
         "0134657de80ea8e4c12efe151102b45a848f5496c91a1f43281b83033460b78b"},
	{"omg_hidx", 0xb33f, 0xb33f,
         HID_KIND_KEYBOARD | HID_KIND_MOUSE | HID_KIND_LED | HID_KIND_VENDOR_IN |
                 HID_KIND_VENDOR_OUT,
         "aa5773087a6f1ee79e4faf547cd12491b0bc71cad754c03bba619b3f1342cce0"},
	{"hp_kbd", 0x03f0, 0x034a,
         HID_KIND_KEYBOARD | HID_KIND_LED | HID_KIND_CONSUMER | HID_KIND_SYSTEM, NULL},
	{"usbninja", 0x16c0, 0x27db, HID_KIND_KEYBOARD, NULL},
	{"usb_storage", 0, 0, 0, NULL},
	{"ls_mouse", 0, 0, HID_KIND_MOUSE, NULL},
	{"yubikey", 0x1050, 0, HID_KIND_KEYBOARD, NULL},
	{"hidden_kbd", 0, 0, HID_KIND_KEYBOARD, NULL},
};

static void every_set_with_every_host(void **state)
{
	(void)state;
	for (unsigned s = 0; s < sizeof(sets) / sizeof(sets[0]); s++) {
		for (unsigned run = 0; run < 2 * HOST_KINDS; run++) {
			static struct bench b;
			const struct model *m;
			const struct model_device *device;
			struct bus_device *d;
			char text[65];

			begin(&b, run < HOST_KINDS ? BUS_WIRE : BUS_URBS, false);
			d = bus_attach(&b.bus, load(sets[s].name), false);
			assert_true(
				host_enumerate(&b.bus, d, run % HOST_KINDS, 5, 200 * MS, 20 * MS));
			bus_run_until(&b.bus, 1000 * MS);
			m = end(&b);
			assert_int_equal(b.events[EVENT_DEVICE_SEEN], 1);
			assert_int_equal(b.events[EVENT_DEVICE_GONE], 0);
			assert_int_equal(present(m), 1);
			device = &m->device[0];
			assert_int_equal(device->address, 5);
			assert_true(device->enumerated && device->has_device && device->has_config);
			assert_true(device->configured_ns > 0);
			if (sets[s].vid)
				assert_int_equal(device->device.idVendor, sets[s].vid);
			if (sets[s].pid)
				assert_int_equal(device->device.idProduct, sets[s].pid);
			assert_int_equal(device->kinds & sets[s].kinds, sets[s].kinds);
			if (!(sets[s].kinds & HID_KIND_KEYBOARD))
				assert_int_equal(device->kinds & HID_KIND_KEYBOARD, 0);
			assert_true(device->has_hash);
			hex(device->structure_sha256, 32, text);
			if (sets[s].hash)
				assert_string_equal(text, sets[s].hash);
			release(&b);
		}
	}
}

static void same_device_after_a_reset(void **state)
{
	static struct bench b;
	const struct model *m;
	struct bus_device *d;

	(void)state;
	begin(&b, BUS_WIRE, true);
	d = plugged(&b, "omg", HOST_WINDOWS, 5);
	bus_run_until(&b.bus, 3000 * MS);
	assert_true(host_enumerate(&b.bus, d, HOST_WINDOWS, 9, 200 * MS, 20 * MS));
	bus_run_until(&b.bus, 5000 * MS);
	m = end(&b);
	assert_int_equal(b.events[EVENT_DEVICE_SEEN], 1);
	assert_int_equal(b.events[EVENT_DEVICE_GONE], 0);
	assert_int_equal(present(m), 1);
	assert_int_equal(m->device[0].address, 9);
	release(&b);
}

/* Attach, reset, and then high speed, which a tap cannot see: silence behind the reset is no detach then. */
static void high_speed_is_no_detach(void **state)
{
	static struct bench b;

	(void)state;
	for (unsigned blind = 0; blind < 2; blind++) {
		begin(&b, BUS_WIRE, false);
		bus_line(&b.bus, LINE_ATTACH, USB_SPEED_FULL, 0);
		bus_run_until(&b.bus, 150 * MS);
		bus_line(&b.bus, LINE_RESET, USB_SPEED_FULL, 0);
		if (blind)
			bus_line(&b.bus, LINE_BLIND, USB_SPEED_FULL, 0);
		bus_run_until(&b.bus, 1000 * MS);
		bus_line(&b.bus, LINE_SPEED, USB_SPEED_LOW, 0);
		end(&b);
		assert_int_equal(b.detaches, !blind);
		release(&b);
	}
}

static void another_device_in_its_place(void **state)
{
	static struct bench b;
	const struct model *m;
	struct bus_device *d;

	(void)state;
	begin(&b, BUS_WIRE, false);
	d = plugged(&b, "micronucleus", HOST_LINUX, 5);
	bus_run_until(&b.bus, 2000 * MS);
	bus_detach(&b.bus, d);
	bus_run_until(&b.bus, 3000 * MS);
	d = plugged(&b, "digikey", HOST_LINUX, 5);
	m = end(&b);
	assert_int_equal(b.events[EVENT_DEVICE_SEEN], 2);
	assert_int_equal(b.events[EVENT_DEVICE_GONE], 1);
	assert_int_equal(present(m), 1);
	assert_true(m->device[0].gone);
	assert_true(m->device[0].gone_ns >= 2000 * MS && m->device[0].gone_ns < 2300 * MS);
	assert_int_equal(m->device[1].device.idProduct, 0x27db);
	assert_true(m->device[1].kinds & HID_KIND_KEYBOARD);
	release(&b);
}

/* No detach is seen: the implant answers the host's reset with other descriptors. */
static void another_device_without_a_detach(void **state)
{
	static struct bench b;
	const struct model *m;
	struct bus_device *d;

	(void)state;
	begin(&b, BUS_WIRE, true);
	d = plugged(&b, "ls_mouse", HOST_LINUX, 5);
	bus_run_until(&b.bus, 2000 * MS);
	d->model = load("omg");
	assert_true(host_enumerate(&b.bus, d, HOST_LINUX, 5, 200 * MS, 20 * MS));
	m = end(&b);
	assert_int_equal(b.events[EVENT_DEVICE_SEEN], 2);
	assert_int_equal(b.events[EVENT_DEVICE_GONE], 1);
	assert_int_equal(present(m), 1);
	assert_int_equal(m->device[0].kinds & HID_KIND_KEYBOARD, 0);
	assert_true(m->device[1].kinds & HID_KIND_KEYBOARD);
	assert_true(m->device[1].has_hash);
	release(&b);
}

/* Analyzers call every SE0 a reset; the one that does not end is a detach, told at the time it began. */
static void se0_without_an_end(void **state)
{
	static struct bench b;
	struct bus_device *d;

	(void)state;
	begin(&b, BUS_WIRE, true);
	d = plugged(&b, "omg", HOST_WINDOWS, 5);
	bus_run_until(&b.bus, 2000 * MS);
	bus_detach(&b.bus, d);
	bus_run_until(&b.bus, 4000 * MS);
	usb_stream_record(b.usb, &(struct record){.kind = RECORD_TICK, .t_ns = 4000 * MS});
	assert_int_equal(b.events[EVENT_DEVICE_GONE], 1);
	assert_true(b.gone_ns >= 2000 * MS && b.gone_ns < 2010 * MS);
	release(&b);
}

static void a_hub_and_what_is_behind_it(void **state)
{
	static struct bench b;
	const struct model *m;
	struct bus_device *hub, *d;
	unsigned hubs = 0, keyboards = 0;

	(void)state;
	begin(&b, BUS_WIRE, false);
	hub = plugged(&b, "hub", HOST_LINUX, 1);
	d = bus_attach(&b.bus, load("hp_kbd"), true);
	host_hub_port(&b.bus, hub, 1);
	assert_true(host_enumerate(&b.bus, d, HOST_LINUX, 2, 200 * MS, 20 * MS));
	m = end(&b);
	assert_int_equal(present(m), 2);
	for (unsigned i = 0; i < 2; i++) {
		hubs += m->device[i].is_hub;
		keyboards += (m->device[i].kinds & HID_KIND_KEYBOARD) != 0;
	}
	assert_int_equal(hubs, 1);
	assert_int_equal(keyboards, 1);
	release(&b);
}

static void transfer(struct decode *d, struct usb_transfer t, const uint8_t *data, uint32_t len)
{
	struct usb_sink sink = decode_usb_sink(d);

	t.data = data;
	t.len = t.len_true = len;
	sink.transfer(sink.context, &t);
}

static struct usb_transfer control(uint8_t address, struct usb_setup setup, int64_t t_ns)
{
	return (struct usb_transfer){
		.t_ns = t_ns,
		.t_begin_ns = t_ns,
		.bus = 1,
		.address = address,
		.type = USB_TYPE_CONTROL,
		.has_setup = true,
		.setup = setup,
	};
}

/* A cable that comes back as ever new devices must not push out the one that a finding rests on, nor grow anything. */
static void a_flood_of_devices(void **state)
{
	static struct bench b;
	const struct model *m;
	bool kept = false;

	(void)state;
	begin(&b, BUS_URBS, false);
	for (unsigned i = 0; i < 1000; i++) {
		uint8_t device[18] = {18, 1, 0, 2, 0, 0, 0, 8, (uint8_t)i, (uint8_t)(i >> 8),
		                      1,  0, 0, 1, 0, 0, 0, 1};
		struct usb_setup get = {0x80, USB_GET_DESCRIPTOR, USB_DT_DEVICE << 8, 0, 18};
		struct usb_setup set = {0x00, USB_SET_ADDRESS, (uint16_t)(1 + i % 100), 0, 0};

		transfer(b.decode, control(0, get, i * 10 * MS), device, sizeof(device));
		transfer(b.decode, control(0, set, i * 10 * MS + MS), NULL, 0);
		m = decode_model(b.decode);
		if (i == 7)
			for (unsigned k = 0; k < MODEL_DEVICES_MAX; k++)
				if (m->device[k].used && m->device[k].device.idVendor == 7)
					decode_keep(b.decode, &m->device[k]);
	}
	m = end(&b);
	assert_int_equal(b.events[EVENT_DEVICE_SEEN], 1000);
	assert_int_equal(m->devices_seen, 1000);
	assert_int_equal(m->devices_forgotten, 1000 - MODEL_DEVICES_MAX);
	for (unsigned k = 0; k < MODEL_DEVICES_MAX; k++)
		kept = kept || m->device[k].device.idVendor == 7;
	assert_true(kept);
	release(&b);
}

/* Phantom attach: the host asks, nobody answers (an O.MG's boot log holds D- high). No device was there. */
static void requests_without_an_answer(void **state)
{
	static struct bench b;
	struct usb_transfer t = control(
		0, (struct usb_setup){0x80, USB_GET_DESCRIPTOR, USB_DT_DEVICE << 8, 0, 64}, 0);

	(void)state;
	begin(&b, BUS_WIRE, false);
	t.wire = true;
	t.status = USB_TRANSFER_INCOMPLETE;
	transfer(b.decode, t, NULL, 0);
	t.status = USB_TRANSFER_FAILED;
	transfer(b.decode, t, NULL, 0);
	assert_int_equal(b.events[EVENT_DEVICE_SEEN], 0);
	t.status = USB_TRANSFER_STALL;
	transfer(b.decode, t, NULL, 0);
	assert_int_equal(b.events[EVENT_DEVICE_SEEN], 1);
	release(&b);
}

/* On a wire without a hub there is one place; with one, those behind it are not there. */
static void place_of_a_wire(void **state)
{
	const struct model *m;
	struct bench b;

	(void)state;
	begin(&b, BUS_WIRE, true);
	assert_true(host_enumerate(&b.bus, bus_attach(&b.bus, load("ls_mouse"), false), HOST_LINUX,
	                           5, 300000000, 20000000));
	m = end(&b);
	assert_true(m->device[0].used && m->device[0].place == MODEL_PLACE_WIRE);
	release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_set_with_every_host),
		cmocka_unit_test(same_device_after_a_reset),
		cmocka_unit_test(high_speed_is_no_detach),
		cmocka_unit_test(another_device_in_its_place),
		cmocka_unit_test(another_device_without_a_detach),
		cmocka_unit_test(se0_without_an_end),
		cmocka_unit_test(a_hub_and_what_is_behind_it),
		cmocka_unit_test(a_flood_of_devices),
		cmocka_unit_test(requests_without_an_answer),
		cmocka_unit_test(place_of_a_wire),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
