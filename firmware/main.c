/*
 * The tap's firmware: the order in which things start, and the main loop.
 * In: the chip as the start stub leaves it. Leaves alone: everything else; each block has its own file in rp2040/.
 */
#include "rp2040/board_io.h"
#include "rp2040/clock64.h"
#include "rp2040/clocks.h"
#include "rp2040/flash.h"
#include "rp2040/listen.h"
#include "rp2040/regs.h"
#include "rp2040/startup.h"
#include "rp2040/tick.h"
#include "rp2040/usb_dcd.h"
#include "core/command.h"
#include "core/reporter.h"

enum {
	BUDGET = 64, /* changes a turn: other work waits no longer than they take */
	HELLO_EVERY_MS = 1000,
	STATUS_EVERY_MS = 100,
};

static struct usb_dev usb;
static struct upstream up;
static struct reporter reporter;
static struct line line;
static struct command command;
static uint16_t status_count, alerts;
static struct wire_alert alert; /* the last one */
static bool alert_waits;

static size_t bulk_wanted(void *context, uint8_t *to)
{
	(void)context;
	return upstream_fetch(&up, to, 64);
}

static void on_command(void *context, const uint8_t *data, size_t len, bool by_hid)
{
	(void)context;
	command_take(&command, data, len, by_hid);
}

static void fill_status(uint8_t *to)
{
	const struct wire_status s = {
		.packets = line.packets,
		.bad_packets = line.bad_packets,
		.lost_line = listen_lost.words,
		.lost_events = listen_lost.changes,
		.lost_records = up.lost_total,
		.line_high_water = (uint16_t)(listen_lost.line_high * 8),
		.event_high_water = (uint16_t)(listen_lost.event_high * 8),
		.up_high_water = (uint16_t)(up.high * 2047),
		.alerts = alerts,
	};

	wire_status_put(to, &s);
}

/* The report: kind, sequence, then the body of a STATUS or a REPLY record. */
static void on_report(void *context, uint8_t *to)
{
	(void)context;
	for (unsigned i = 0; i < USB_DEV_REPORT; i++)
		to[i] = 0;
	to[0] = WIRE_STATUS;
	to[1] = (uint8_t)status_count;
	fill_status(to + 2);
}

static void on_active(void *context, bool active)
{
	(void)context;
	if (active)
		upstream_rewind(&up);
}

static const struct usb_dev_client client = {.bulk_wanted = bulk_wanted,
                                             .command = on_command,
                                             .report = on_report,
                                             .active = on_active};

static void say_hello(void)
{
	const struct wire_hello h = {
		.version = WIRE_VERSION,
		.capabilities = WIRE_CAN_LISTEN | WIRE_CAN_SWITCH,
		.tick_hz = WIRE_TICK_HZ,
		.serial = usb.serial,
		.boot_id = tick_boot_id(),
		.firmware = image_head.hash,
		.start_cause = tick_start_cause(),
		.bus_switch = (uint8_t)board_io_get(WIRE_SET_SWITCH),
		.vbus = (uint8_t)board_io_get(WIRE_SET_VBUS),
		.range = (uint8_t)board_io_get(WIRE_SET_RANGE),
		.capturing = reporter.capturing,
		.speed = (uint8_t)line.speed,
	};
	uint8_t *to = upstream_put(&up, WIRE_HELLO, 0, clock64_now(), 44);

	if (to)
		wire_hello_put(to, &h);
}

static void say_state(enum wire_setting setting, enum wire_cause cause, uint16_t request,
                      uint32_t before, uint32_t after)
{
	const struct wire_state state = {.setting = (uint8_t)setting,
	                                 .cause = (uint8_t)cause,
	                                 .request = request,
	                                 .before = before,
	                                 .after = after};
	uint8_t *to = upstream_put(&up, WIRE_STATE, WIRE_FROM_TAP, clock64_now(), 12);

	if (to)
		wire_state_put(to, &state);
}

/* Settings with pins, by the opcode that sets them. */
static const struct {
	uint8_t opcode, setting;
} pins_of[] = {
	{WIRE_OP_VBUS,       WIRE_SET_VBUS      },
        {WIRE_OP_SWITCH,     WIRE_SET_SWITCH    },
	{WIRE_OP_RANGE,      WIRE_SET_RANGE     },
        {WIRE_OP_PULL_DOWNS, WIRE_SET_PULL_DOWNS},
	{WIRE_OP_MUX,        WIRE_SET_MUX       },
};

static uint8_t set_pins(const struct wire_command *c, uint8_t value)
{
	for (unsigned i = 0; i < sizeof(pins_of) / sizeof(pins_of[0]); i++) {
		enum wire_setting setting = (enum wire_setting)pins_of[i].setting;
		uint32_t before = board_io_get(setting);

		if (pins_of[i].opcode != c->opcode)
			continue;
		/* The hardware has opened both; closing them again is not for a command while it holds its latch. */
		if (value && (c->opcode == WIRE_OP_VBUS || c->opcode == WIRE_OP_SWITCH) &&
		    board_io_trips() & BOARD_IO_OVERVOLTAGE)
			return WIRE_E_STATE;
		if (!board_io_set(setting, value))
			return WIRE_E_VALUE;
		say_state(setting, WIRE_BY_COMMAND, c->request, before, value);
		return WIRE_OK;
	}
	return WIRE_E_OPCODE;
}

static void on_do(void *context, const struct wire_command *c, const uint8_t *args,
                  struct wire_reply *reply, uint8_t *data, size_t *data_len)
{
	(void)context;
	switch (c->opcode) {
	case WIRE_OP_IDENTIFY:
		say_hello();
		break;
	case WIRE_OP_STATISTICS:
		fill_status(data);
		*data_len = 36;
		break;
	case WIRE_OP_CAPTURE:
		if (args[0] > 1) {
			reply->error = WIRE_E_VALUE;
			break;
		}
		reporter_flush(&reporter);
		say_state(WIRE_SET_CAPTURE, WIRE_BY_COMMAND, c->request, reporter.capturing,
		          args[0]);
		reporter.capturing = args[0];
		break;
	case WIRE_OP_REBOOT:
		tick_reboot_to_loader();
		break;
	default:
		reply->error = set_pins(c, args[0]);
		break;
	}
	reply->done = clock64_now();
}

/* An alert stays to be sent by HID until it has been: hidraw has room for it, the endpoint may not. */
static void raise_alert(uint8_t what, uint64_t at)
{
	uint8_t *to;

	alert = (struct wire_alert){.sequence = ++alerts, .what = what, .at = at};
	alert_waits = true;
	to = upstream_put(&up, WIRE_ALERT, 0, at, 12);
	if (to)
		wire_alert_put(to, &alert);
	upstream_flush(&up);
}

static void send_alert(void)
{
	uint8_t report[USB_DEV_REPORT] __attribute__((aligned(4))) = {WIRE_ALERT};

	if (!alert_waits)
		return;
	wire_alert_put(report + 2, &alert);
	interrupts_off();
	if (usb_dev_hid_send(&usb, report))
		alert_waits = false;
	usb_dev_bulk_kick(&usb);
	interrupts_on();
}

/* What the hardware did by itself: a state, and an alert, which goes by HID as well. */
static void watch_trips(void)
{
	static const struct {
		uint32_t bit;
		uint8_t setting, alert;
	} table[] = {
		{BOARD_IO_OVERVOLTAGE, WIRE_SET_OVERVOLTAGE, WIRE_ALERT_OVERVOLTAGE},
		{BOARD_IO_VBUS_FAULT,  WIRE_SET_VBUS_FAULT,  WIRE_ALERT_VBUS_FAULT },
	};
	static uint32_t known;
	uint32_t trips = board_io_trips(), changed = trips ^ known;

	for (unsigned i = 0; changed && i < sizeof(table) / sizeof(table[0]); i++) {
		bool on = trips & table[i].bit;

		if (!(changed & table[i].bit))
			continue;
		say_state((enum wire_setting)table[i].setting, WIRE_BY_HARDWARE, 0, !on, on);
		if (on)
			raise_alert(table[i].alert, clock64_now());
	}
	known = trips;
}

static void each_millisecond(uint32_t ms)
{
	reporter_flush(&reporter);
	if (ms % HELLO_EVERY_MS == 0)
		say_hello();
	upstream_flush(&up);
	interrupts_off();
	usb_dev_bulk_kick(&usb);
	if (ms % STATUS_EVERY_MS == 0) {
		uint8_t report[USB_DEV_REPORT] __attribute__((aligned(4)));

		on_report(NULL, report);
		if (usb_dev_hid_send(&usb, report))
			status_count++;
	}
	interrupts_on();
}

int main(void)
{
	uint32_t done_ms = 0;

	vectors_use();
	clocks_start();
	board_io_start();
	clock64_start();
	rx_tables();
	upstream_init(&up);
	reporter_init(&reporter, &up, listen_speed);
	line_init(&line, &reporter.sink);
	command_init(&command, on_do, NULL);
	listen_start();
	usb_dev_init(&usb, &client, flash_unique_id());
	usb_dcd_start(&usb);
	tick_start();
	say_hello();
	interrupts_on();
	for (;;) {
		bool more = listen_run(&line, BUDGET);
		uint32_t now_ms = tick_ms();

		watch_trips();
		send_alert();
		command_run(&command, &up, &usb, clock64_now());
		if (now_ms != done_ms) {
			done_ms = now_ms;
			tick_watchdog();
			each_millisecond(now_ms);
		} else if (!more) {
			wait_for_interrupt();
		}
	}
}
