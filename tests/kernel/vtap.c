#include "tests/kernel/vtap.h"

#include <string.h>

#include "core/usb_dcd.h"

/* What the stack has asked of its controller, by endpoint and direction (1 is IN). */
static struct {
	bool stalled, armed;
	size_t len;
	uint8_t data[USB_DCD_PACKET];
} pipe[3][2];

#define PIPE(e) pipe[(e)&15][(e) >> 7]

enum { HELLO_BODY = 44, STATE_BODY = 12, SETUP_ADDRESS = 5 };

void usb_dcd_address(uint8_t address)
{
	(void)address; /* the guest's host controller has its own */
}

void usb_dcd_open(uint8_t endpoint, uint8_t type)
{
	(void)type;
	PIPE(endpoint).stalled = PIPE(endpoint).armed = false;
}

void usb_dcd_close(uint8_t endpoint)
{
	PIPE(endpoint).armed = false;
}

void usb_dcd_stall(uint8_t endpoint)
{
	PIPE(endpoint).stalled = true;
	PIPE(endpoint).armed = false;
}

void usb_dcd_send(uint8_t endpoint, const uint8_t *data, size_t len)
{
	PIPE(endpoint).armed = true;
	PIPE(endpoint).len = len;
	if (len)
		memcpy(PIPE(endpoint).data, data, len);
}

void usb_dcd_receive(uint8_t endpoint)
{
	PIPE(endpoint).armed = true;
}

static void hello(struct vtap *t)
{
	const struct wire_hello h = {
		.version = t->version,
		.capabilities = WIRE_CAN_LISTEN | WIRE_CAN_SENSE | WIRE_CAN_SWITCH,
		.tick_hz = WIRE_TICK_HZ,
		.serial = t->usb.serial,
		.boot_id = t->boot_id,
		.firmware = 0x7e57,
		.calibration = 1,
		.board = 1,
		.bus_switch = WIRE_SWITCH_HOST,
		.vbus = t->vbus,
		.capturing = t->capturing,
	};
	uint8_t *to = upstream_put(&t->up, WIRE_HELLO, 0, t->now, HELLO_BODY);

	if (to)
		wire_hello_put(to, &h);
}

static void state(struct vtap *t, enum wire_setting setting, uint16_t request, uint32_t before,
                  uint32_t after)
{
	const struct wire_state s = {.setting = (uint8_t)setting,
	                             .cause = WIRE_BY_COMMAND,
	                             .request = request,
	                             .before = before,
	                             .after = after};
	uint8_t *to = upstream_put(&t->up, WIRE_STATE, WIRE_FROM_TAP, t->now, STATE_BODY);

	if (to)
		wire_state_put(to, &s);
}

static void act(void *context, const struct wire_command *c, const uint8_t *args,
                struct wire_reply *reply, uint8_t *data, size_t *data_len)
{
	struct vtap *t = context;

	(void)data, (void)data_len;
	reply->error = WIRE_OK;
	switch (c->opcode) {
	case WIRE_OP_IDENTIFY:
		hello(t);
		break;
	case WIRE_OP_CAPTURE:
		if (args[0] && !t->capturing)
			t->capture_since = t->now;
		state(t, WIRE_SET_CAPTURE, c->request, t->capturing, args[0]);
		t->capturing = args[0] != 0;
		break;
	case WIRE_OP_VBUS:
		state(t, WIRE_SET_VBUS, c->request, t->vbus, args[0]);
		t->vbus = args[0] != 0;
		break;
	default:
		reply->error = WIRE_E_STATE;
	}
	reply->opcode = c->opcode;
	reply->request = c->request;
	reply->done = t->now;
}

static size_t bulk_wanted(void *context, const uint8_t **from)
{
	struct vtap *t = context;

	return upstream_take(&t->up, from, USB_DCD_PACKET);
}

static void on_command(void *context, const uint8_t *data, size_t len, bool by_hid)
{
	struct vtap *t = context;

	command_take(&t->command, data, len, by_hid, t->now);
}

static void on_report(void *context, uint8_t *to)
{
	const struct vtap *t = context;
	const struct wire_status s = {.packets = (uint32_t)t->reports,
	                              .lost_records = t->up.lost_total};

	memset(to, 0, USB_DEV_REPORT);
	to[0] = WIRE_STATUS;
	to[1] = (uint8_t)t->reports;
	wire_status_put(to + 2, &s);
}

static void on_active(void *context, bool active)
{
	struct vtap *t = context;

	if (active)
		upstream_rewind(&t->up);
}

void vtap_init(struct vtap *t, uint64_t serial, uint32_t boot_id, uint16_t version)
{
	static struct usb_dev_client client = {.bulk_wanted = bulk_wanted,
	                                       .command = on_command,
	                                       .report = on_report,
	                                       .active = on_active};

	*t = (struct vtap){.boot_id = boot_id, .version = version, .vbus = true};
	client.context = t;
	upstream_init(&t->up);
	command_init(&t->command, act, t);
	usb_dev_init(&t->usb, &client, serial);
	hello(t);
}

static bool send_report(void *usb, const uint8_t *report)
{
	return usb_dev_hid_send(usb, report);
}

void vtap_millisecond(struct vtap *t, uint64_t ms)
{
	command_run(&t->command, &t->up, usb_dev_active(&t->usb), send_report, &t->usb, t->now);
	if (ms % 1000 == 0)
		hello(t);
	if (ms % 100 == 0) {
		uint8_t report[USB_DEV_REPORT];

		on_report(t, report);
		if (usb_dev_hid_send(&t->usb, report))
			t->reports++;
	}
	upstream_flush(&t->up);
	usb_dev_bulk_kick(&t->usb);
}

static void on_reset(void *context)
{
	struct vtap *t = context;
	static const uint8_t address[8] = {0, SETUP_ADDRESS, 1};

	usb_dev_on_reset(&t->usb);
	usb_dev_on_setup(&t->usb, address);
	PIPE(0x80).armed = false;
	usb_dev_on_sent(&t->usb, 0x80);
}

/* Stage by stage, as a host controller does: data in packets, then the status. */
static int on_control(void *context, const uint8_t setup[8], uint8_t data[REDIR_CONTROL_MAX])
{
	struct vtap *t = context;
	int length = setup[6] | setup[7] << 8, at = 0;

	PIPE(0x80).stalled = PIPE(0x00).stalled = PIPE(0x80).armed = PIPE(0x00).armed = false;
	usb_dev_on_setup(&t->usb, setup);
	if (setup[0] & 0x80 && length) {
		while (PIPE(0x80).armed && at < length) {
			size_t n = PIPE(0x80).len;

			memcpy(data + at, PIPE(0x80).data, n);
			at += (int)n;
			PIPE(0x80).armed = false;
			usb_dev_on_sent(&t->usb, 0x80);
			if (n < USB_DCD_PACKET)
				break;
		}
		if (PIPE(0x80).stalled)
			return REDIR_STALL;
		usb_dev_on_received(&t->usb, 0x00, NULL, 0);
		return at;
	}
	while (at < length && PIPE(0x00).armed && !PIPE(0x00).stalled) {
		int n = length - at < USB_DCD_PACKET ? length - at : USB_DCD_PACKET;

		PIPE(0x00).armed = false;
		usb_dev_on_received(&t->usb, 0x00, data + at, (size_t)n);
		at += n;
	}
	if (PIPE(0x80).stalled || PIPE(0x00).stalled || !PIPE(0x80).armed)
		return REDIR_STALL;
	PIPE(0x80).armed = false;
	usb_dev_on_sent(&t->usb, 0x80);
	return length;
}

static int on_in(void *context, uint8_t endpoint, uint8_t packet[REDIR_PACKET])
{
	struct vtap *t = context;
	int n = (int)PIPE(endpoint).len;

	if (!PIPE(endpoint).armed)
		return REDIR_NAK;
	memcpy(packet, PIPE(endpoint).data, (size_t)n);
	PIPE(endpoint).armed = false;
	usb_dev_on_sent(&t->usb, endpoint);
	return n;
}

static bool on_out(void *context, uint8_t endpoint, const uint8_t *packet, size_t len)
{
	struct vtap *t = context;

	if (!PIPE(endpoint).armed)
		return false;
	PIPE(endpoint).armed = false;
	usb_dev_on_received(&t->usb, endpoint, packet, len);
	return true;
}

const struct redir_device *vtap_device(struct vtap *t)
{
	static struct redir_device d = {.vendor = 0x1209,
	                                .product = 0x0001,
	                                .release = 0x0100,
	                                .reset = on_reset,
	                                .control = on_control,
	                                .in = on_in,
	                                .out = on_out};

	d.context = t;
	return &d;
}
