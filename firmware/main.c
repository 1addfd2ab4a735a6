/*
 * The tap's firmware: the order in which things start, and the main loop.
 * In: the chip as the start stub leaves it. Leaves alone: everything else; each block has its own file in rp2040/.
 */
#include "tap.h"
#include "rp2040/adc.h"
#include "rp2040/board_io.h"
#include "rp2040/clock64.h"
#include "rp2040/clocks.h"
#include "rp2040/flash.h"
#include "rp2040/listen.h"
#include "rp2040/person.h"
#include "rp2040/startup.h"
#include "rp2040/tick.h"
#include "rp2040/usb_dcd.h"

enum {
	BUDGET = 16, /* packets or changes a turn: other work waits no longer than they take */
	SENSOR_BUDGET = 2, /* chunks a turn; 20 us each at most */
	HELLO_EVERY_MS = 1000,
	STATUS_EVERY_MS = 100,
	/* In range uA the amplifier ends at 12 mA, and the comparator acts at 20: the firmware leaves it at 10, 2.752 V. */
	RANGE_UA_MAX = 54653,
};

static struct tap tap;
static uint16_t status_count;

static size_t bulk_wanted(void *context, const uint8_t **from)
{
	(void)context;
	return upstream_take(&tap.up, from, 64);
}

static void on_command(void *context, const uint8_t *data, size_t len, bool by_hid)
{
	(void)context;
	command_take(&tap.command, data, len, by_hid, clock64_now());
}

/* The report: kind, sequence, then the body of a STATUS or a REPLY record. */
static void on_report(void *context, uint8_t *to)
{
	(void)context;
	for (unsigned i = 0; i < USB_DEV_REPORT; i++)
		to[i] = 0;
	to[0] = WIRE_STATUS;
	to[1] = (uint8_t)status_count;
	say_status(&tap, to + 2);
}

static void on_active(void *context, bool active)
{
	(void)context;
	watch_host(&tap, active);
	if (active)
		upstream_rewind(&tap.up);
}

static const struct usb_dev_client client = {.bulk_wanted = bulk_wanted,
                                             .command = on_command,
                                             .report = on_report,
                                             .active = on_active};

static bool send_report(void *context, const uint8_t *report)
{
	uint32_t held = interrupts_hold();
	bool sent;

	(void)context;
	sent = usb_dev_hid_send(&tap.usb, report);
	usb_dev_bulk_kick(&tap.usb);
	interrupts_release(held);
	return sent;
}

static bool listen(void)
{
	bool more = listen_run(&tap.line, BUDGET);

	tap.reporter.behind = listen_behind();
	return more;
}

static void on_band(void *context, const struct wire_band *b, uint16_t raw)
{
	(void)context;
	alone_band(&tap, b);
	selftest_band(&tap.selftest.steps, b, raw);
	calibrate_band(&tap.calibration.steps, b, raw);
	if (b->channel == WIRE_CURRENT && b->range == WIRE_RANGE_UA && b->maximum > RANGE_UA_MAX &&
	    board_io_get(WIRE_SET_RANGE) == WIRE_RANGE_UA)
		control_set(&tap, WIRE_SET_RANGE, WIRE_RANGE_MA, WIRE_BY_HARDWARE, 0);
}

/* What waits is sent, if the pipe has come to a stop. */
static void kick(void)
{
	uint32_t held = interrupts_hold();

	usb_dev_bulk_kick(&tap.usb);
	interrupts_release(held);
}

static void each_millisecond(uint32_t ms)
{
	uint16_t tone;

	alone_ms(&tap);
	tone = person_run(ms);
	if (tone)
		say_state(&tap, WIRE_SET_BUZZER, WIRE_BY_HARDWARE, 0, clock64_now(), tone, 0);
	reporter_flush(&tap.reporter);
	if (ms % HELLO_EVERY_MS == 0)
		say_hello(&tap);
	if (upstream_urgent(&tap.up))
		upstream_flush(&tap.up);
	if (ms % STATUS_EVERY_MS == 0) {
		uint8_t report[USB_DEV_REPORT] __attribute__((aligned(4)));

		tick_cpu_next();
		on_report(NULL, report);
		if (send_report(NULL, report))
			status_count++;
	}
}

int main(void)
{
	uint32_t done_ms = 0;

	vectors_use();
	clocks_start();
	board_io_start();
	clock64_start();
	rx_tables();
	upstream_init(&tap.up);
	reporter_init(&tap.reporter, &tap.up, listen_speed);
	watch_start(&tap);
	line_init(&tap.line, &tap.hears);
	sensor_init(&tap.sensor, &tap.up, on_band, NULL);
	flash_start();
	calibrate_at_power_on(&tap);
	command_init(&tap.command, control_do, &tap);
	listen_start();
	usb_dev_init(&tap.usb, &client, flash_unique_id());
	usb_dcd_start(&tap.usb);
	tick_start();
	person_start();
	adc_start(&tap.sensor);
	say_hello(&tap);
	selftest_at_power_on(&tap);
	interrupts_on();
	for (;;) {
		bool more;
		uint32_t now_ms = tick_ms();

		more = listen();
		watch_run(&tap);
		more |= selftest_run(&tap);
		calibrate_run(&tap);
		more |= adc_run(&tap.sensor, SENSOR_BUDGET);
		more |= upstream_sum(&tap.up, WIRE_BLOCK_MAX);
		alerts_run(&tap.alerts, &tap.up, usb_dev_active(&tap.usb), send_report, NULL);
		command_run(&tap.command, &tap.up, usb_dev_active(&tap.usb), send_report, NULL,
		            clock64_now());
		if (now_ms != done_ms) {
			done_ms = now_ms;
			tick_watchdog();
			each_millisecond(now_ms);
			kick();
		}
		if (upstream_waited(&tap.up, (uint32_t)clock64_us())) {
			upstream_flush(&tap.up);
			kick();
		}
		if (!more)
			tick_sleep();
	}
}
