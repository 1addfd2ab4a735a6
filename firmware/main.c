/*
 * The tap's firmware: the order in which things start, and the main loop.
 * In: the chip as the start stub leaves it. Leaves alone: everything else; each block has its own file in rp2040/.
 */
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
static uint16_t status_count;

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
		.capabilities = WIRE_CAN_LISTEN,
		.tick_hz = WIRE_TICK_HZ,
		.serial = usb.serial,
		.boot_id = tick_boot_id(),
		.firmware = image_head.hash,
		.start_cause = tick_start_cause(),
		.capturing = reporter.capturing,
		.speed = (uint8_t)line.speed,
	};
	uint8_t *to = upstream_put(&up, WIRE_HELLO, 0, clock64_now(), 44);

	if (to)
		wire_hello_put(to, &h);
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
		reporter.capturing = args[0];
		break;
	case WIRE_OP_REBOOT:
		tick_reboot_to_loader();
		break;
	}
	reply->done = clock64_now();
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

		if (!more)
			line_time(&line, clock64_now());
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
