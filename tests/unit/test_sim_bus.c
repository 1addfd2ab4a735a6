/*
 * The simulated bus as a receiver sees it: checksums, toggles, who speaks after whom, time; the hosts' order of
 * requests as published; that wire and URBs tell the same story. The checker reads bytes by itself.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/crc.h"
#include "sim/host.h"
#include "sim/traffic.h"

#define MS 1000000ll

enum { REQUESTS_MAX = 96, REPORTS_MAX = 512 };

struct seen {
	uint8_t setup[REQUESTS_MAX][8];
	unsigned requests, packets, bad, naks, pres, lines[24], reports;
	int64_t last_ns, request_ns[REQUESTS_MAX], first_report_ns, last_report_ns;
	uint8_t address, endpoint, token, report[REPORTS_MAX][8];
	bool toggle[128][32], toggle_known[128][32];
	unsigned toggle_errors, order_errors, late, control_data;
	enum { IDLE, TOKEN, DATA } state;
};

static void token(struct seen *s, const uint8_t *p)
{
	unsigned value = load_le16(p + 1);

	s->bad += crc5(value & 0x7ff, 11) != value >> 11;
	s->order_errors += s->state == TOKEN || s->state == DATA;
	s->address = value & 0x7f;
	s->endpoint = value >> 7 & 0xf;
	s->token = p[0] & 0xf;
	s->state = TOKEN;
}

static void data(struct seen *s, const uint8_t *p, size_t len, int64_t t_ns)
{
	bool data1 = (p[0] & 0xf) == USB_PID_DATA1;
	unsigned pipe = s->endpoint | (s->token == USB_PID_IN) << 4;
	bool *known = &s->toggle_known[s->address][pipe];

	s->bad += crc16(p + 1, len - 3) != load_le16(p + len - 2);
	s->order_errors += s->state != TOKEN;
	s->state = DATA;
	s->control_data += s->token == USB_PID_IN && s->endpoint == 0;
	if (s->token == USB_PID_SETUP) {
		s->bad += len != 11 || data1;
		if (len != 11 || s->requests == REQUESTS_MAX)
			return;
		s->request_ns[s->requests] = t_ns;
		memcpy(s->setup[s->requests++], p + 1, 8);
	} else if (s->endpoint) {
		s->toggle_errors += *known && s->toggle[s->address][pipe] == data1;
		s->toggle[s->address][pipe] = data1;
		*known = true;
		if (s->token == USB_PID_IN && s->reports < REPORTS_MAX) {
			memcpy(s->report[s->reports++], p + 1, len - 3 < 8 ? len - 3 : 8);
			s->last_report_ns = t_ns;
			if (s->reports == 1)
				s->first_report_ns = t_ns;
		}
	}
}

static void look(void *context, const struct record *r)
{
	struct seen *s = context;
	const uint8_t *p = r->packet_data.bytes;

	s->late += r->t_ns < s->last_ns;
	s->last_ns = r->t_ns;
	if (r->kind == RECORD_LINE)
		s->lines[r->line.event]++;
	if (r->kind == RECORD_URB && r->urb.has_setup)
		memcpy(s->setup[s->requests++], r->urb.setup, 8);
	if (r->kind == RECORD_URB && r->urb.type == USB_TYPE_INTERRUPT &&
	    r->urb.phase == URB_COMPLETE && r->urb.len)
		memcpy(s->report[s->reports++], r->urb.data, r->urb.len < 8 ? r->urb.len : 8);
	if (r->kind != RECORD_PACKET)
		return;
	s->packets++;
	if (!usb_pid_valid(p[0])) {
		s->bad++;
		return;
	}
	switch (p[0] & 0xf) {
	case USB_PID_IN:
	case USB_PID_OUT:
	case USB_PID_SETUP:
		token(s, p);
		break;
	case USB_PID_DATA0:
	case USB_PID_DATA1:
		data(s, p, r->packet_data.len, r->t_ns);
		break;
	case USB_PID_NAK:
		s->naks++;
		s->order_errors += s->state != TOKEN;
		s->state = IDLE;
		break;
	case USB_PID_ACK:
		s->order_errors += s->state != DATA;
		s->state = IDLE;
		break;
	case USB_PID_STALL:
		s->state = IDLE;
		break;
	case USB_PID_PRE:
		s->pres++;
		break;
	}
}

static struct traffic_work work;
static struct seen seen;
static struct bus bus;
static struct sim_device model;

static struct bus_device *plug(const char *name, enum bus_view view, enum host_kind host)
{
	struct bus_settings set = {
		.view = view, .frames = true, .empty_polls = true, .naks_per_stage = 0.5};
	struct record_sink sink = {.context = &seen, .record = look};
	struct bus_device *d;

	memset(&seen, 0, sizeof(seen));
	assert_true(sim_device_load(&model, sim_device_find(name)));
	bus_init(&bus, &sink, &set, 42);
	d = bus_attach(&bus, &model, false);
	assert_true(host_enumerate(&bus, d, host, 5, 346 * MS, 49 * MS));
	return d;
}

static unsigned wanted(const uint8_t *setup)
{
	return setup[6] | setup[7] << 8;
}

static void windows_asks_in_its_order(void **state)
{
	/* threats.md 1.5: what is asked, value, length. */
	static const unsigned want[][3] = {
		{6, 0x100, 64},  {5, 5, 0},
		{6, 0x100, 18},  {6, 0x200, 255},
		{6, 0x303, 255}, {6, 0x300, 255},
		{6, 0x302, 255}, {6, 0x100, 18},
		{6, 0x200, 9},   {6, 0x200, 59},
		{9, 1, 0},       {6, 0x302, 4},
		{6, 0x302, 10},  {6, 0x302, 4},
		{6, 0x302, 10},  {6, 0x301, 255},
		{10, 0, 0},      {6, 0x2200, 52 + 64},
		{10, 0, 0},      {6, 0x2200, 63 + 64},
		{9, 0x200, 1},
	};

	(void)state;
	plug("omg", BUS_WIRE, HOST_WINDOWS);
	assert_int_equal(seen.requests, sizeof(want) / sizeof(*want));
	for (unsigned i = 0; i < seen.requests; i++) {
		assert_int_equal(seen.setup[i][1], want[i][0]);
		assert_int_equal(load_le16(&seen.setup[i][2]), want[i][1]);
		assert_int_equal(wanted(seen.setup[i]), want[i][2]);
	}
	assert_in_range(seen.request_ns[10], 346 * MS, 348 * MS);
	assert_in_range(seen.request_ns[20] - seen.request_ns[10], 49 * MS, 52 * MS);
	assert_int_equal(seen.lines[LINE_RESET], 2);
	assert_int_equal(seen.lines[LINE_ATTACH], 1);
	assert_true(seen.lines[LINE_KEEPALIVE] > 100);
}

static void hosts_differ_as_published(void **state)
{
	static const struct {
		enum host_kind kind;
		unsigned first, config, of_255, of_254, of_2;
	} want[] = {
		{HOST_WINDOWS, 64, 255, 4, 0, 0},
		{HOST_LINUX, 64, 9, 4, 0, 0},
		{HOST_ANDROID, 64, 9, 4, 1, 0},
		{HOST_MACOS, 8, 9, 1, 0, 2},
	};

	(void)state;
	for (size_t h = 0; h < sizeof(want) / sizeof(*want); h++) {
		unsigned config = 0, count[256] = {0}, first = 0;

		plug("omg", BUS_WIRE, want[h].kind);
		for (unsigned i = 0; i < seen.requests; i++) {
			unsigned kind = seen.setup[i][3], length = wanted(seen.setup[i]);

			if (seen.setup[i][1] != 6 || seen.setup[i][0] != 0x80)
				continue;
			if (kind == 3 && length < 256)
				count[length]++;
			if (kind == 2 && !config)
				config = length;
			if (kind == 1 && !first)
				first = length;
		}
		assert_int_equal(first, want[h].first);
		assert_int_equal(config, want[h].config);
		assert_int_equal(count[255], want[h].of_255);
		assert_int_equal(count[254], want[h].of_254);
		assert_int_equal(count[2], want[h].of_2);
	}
}

static void every_device_speaks_the_protocol(void **state)
{
	static const char *const names[] = {
		"omg",          "omg_hidx",     "hp_kbd",     "usbninja",    "digikey",
		"micronucleus", "esp32s3_wind", "ducky_hid",  "usb_storage", "ls_mouse",
		"yubikey",      "scanner",      "gaming_kbd", "hub",         "unifying_c52b",
		"headset",      "hidden_kbd",   "cdc_serial",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		for (enum host_kind h = 0; h < HOST_KINDS; h++) {
			struct bus_device *d = plug(names[i], BUS_WIRE, h);

			bus_run_until(&bus, bus.now_ns + 100 * MS);
			if (strcmp(names[i], "usb_storage") == 0)
				traffic_storage(&bus, d, 24);
			if (strcmp(names[i], "omg_hidx") == 0)
				traffic_raw(&bus, d, 2, 8, 8 * MS, 100 * MS, &work);
			bus_detach(&bus, d);
			assert_int_equal(seen.bad, 0);
			assert_int_equal(seen.order_errors, 0);
			assert_int_equal(seen.toggle_errors, 0);
			assert_int_equal(seen.late, 0);
			assert_int_equal(seen.state, IDLE);
			assert_int_equal(seen.lines[LINE_DETACH], 1);
			assert_true(seen.requests >= 7);
		}
}

static void type_hello(enum bus_view view)
{
	struct bus_device *d = plug("omg", view, HOST_WINDOWS);
	struct traffic_typing typing = {.keyboard = {.null_first = true},
	                                .endpoint = 0x82,
	                                .text = "hello there workshop\n",
	                                .poll_ns = 8 * MS};
	struct typist t;

	typist_machine(&t, "omg", 8 * MS);
	typing.typist = &t;
	traffic_type(&bus, d, &typing, bus.now_ns + 100 * MS, &work);
	bus_detach(&bus, d);
}

static void wire_and_urbs_carry_the_same_reports(void **state)
{
	static struct seen wire;

	(void)state;
	type_hello(BUS_WIRE);
	assert_int_equal(seen.reports, 24);
	assert_int_equal((seen.last_report_ns - seen.first_report_ns + 50000) / 100000, 1840);
	assert_true(seen.naks > 12);
	wire = seen;
	type_hello(BUS_URBS);
	assert_int_equal(seen.reports, 24);
	assert_memory_equal(seen.report, wire.report, 24 * 8);
	/* Setting an address is the host controller's business: no URB shows it. */
	assert_int_equal(seen.requests, wire.requests - 1);
}

static void low_speed_behind_a_hub_has_preambles(void **state)
{
	static struct sim_device keyboard;
	struct bus_device *hub = plug("hub", BUS_WIRE, HOST_LINUX), *d;
	unsigned before;

	(void)state;
	assert_true(sim_device_load(&keyboard, sim_device_find("digikey")));
	host_hub_port(&bus, hub, 1);
	assert_int_equal(seen.pres, 0);
	d = bus_attach(&bus, &keyboard, true);
	before = seen.packets;
	assert_true(host_enumerate(&bus, d, HOST_LINUX, 6, 200 * MS, 20 * MS));
	assert_int_equal(seen.bad, 0);
	assert_int_equal(seen.order_errors, 0);
	assert_int_equal(seen.lines[LINE_ATTACH], 1);
	assert_in_range(seen.pres, 50, seen.packets - before);
}

static void reads_end_as_they_must(void **state)
{
	/* A multiple of the packet size needs an empty packet only where more was asked for. USB 2.0 §8.5.3.2 */
	static const struct {
		uint8_t setup[8];
		unsigned packets;
	} want[] = {
		{{0x81, 6, 0, 0x22, 2, 0, 96, 0}, 5}, /* 32 bytes of 96 */
		{{0x81, 6, 0, 0x22, 2, 0, 32, 0}, 4},
		{{0x81, 6, 0, 0x22, 2, 0, 16, 0}, 2},
		{{0x80, 6, 0, 1, 0, 0, 64, 0}, 3}, /* 18 bytes */
	};
	struct bus_device *d = plug("omg_hidx", BUS_WIRE, HOST_LINUX);

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		unsigned before = seen.control_data;

		assert_int_equal(bus_control(&bus, d, want[i].setup, NULL, NULL, NULL), BUS_OK);
		assert_int_equal(seen.control_data - before, want[i].packets);
	}
}

static void an_analyzer_calls_a_detach_a_reset(void **state)
{
	struct bus_settings set = {.analyzer = true};
	struct record_sink sink = {.context = &seen, .record = look};
	struct bus_device *d;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	assert_true(sim_device_load(&model, sim_device_find("ls_mouse")));
	bus_init(&bus, &sink, &set, 1);
	d = bus_attach(&bus, &model, false);
	host_enumerate(&bus, d, HOST_WINDOWS, 2, 0, 0);
	assert_int_equal(seen.lines[LINE_RESET], 2);
	assert_int_equal(seen.lines[LINE_J], 3);
	bus_detach(&bus, d);
	assert_int_equal(seen.lines[LINE_RESET], 3);
	assert_int_equal(seen.lines[LINE_SE0], 3);
	assert_int_equal(seen.lines[LINE_J], 3);
	assert_int_equal(seen.lines[LINE_DETACH], 0);
}

static void damage_is_seen(void **state)
{
	struct bus_settings set = {.frames = true, .damage_per_million = 100000};
	struct record_sink sink = {.context = &seen, .record = look};
	struct bus_device *d;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	assert_true(sim_device_load(&model, sim_device_find("ducky_hid")));
	bus_init(&bus, &sink, &set, 1);
	d = bus_attach(&bus, &model, false);
	host_enumerate(&bus, d, HOST_LINUX, 2, 0, 0);
	assert_true(seen.bad > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_asks_in_its_order),
		cmocka_unit_test(hosts_differ_as_published),
		cmocka_unit_test(every_device_speaks_the_protocol),
		cmocka_unit_test(wire_and_urbs_carry_the_same_reports),
		cmocka_unit_test(low_speed_behind_a_hub_has_preambles),
		cmocka_unit_test(reads_end_as_they_must),
		cmocka_unit_test(an_analyzer_calls_a_detach_a_reset),
		cmocka_unit_test(damage_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
