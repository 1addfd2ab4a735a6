/* What the taps under umockdev do: a row a scenario. Included once, by umock_tap.c. */
#ifndef UMOCK_SCENARIOS_H
#define UMOCK_SCENARIOS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/wire.h"

struct scenario_alert {
	unsigned ms; /* after the first transfer */
	uint16_t sequence;
	bool by_hid, in_stream; /* what gets through */
};

enum { SCENARIO_ALERTS = 4 };

struct scenario {
	const char *name;
	unsigned taps; /* 0: one */
	unsigned packets_a_second;
	uint16_t version;
	bool noise, mute;
	unsigned longest;     /* bytes of a transfer at most; 0 any */
	bool whole;           /* transfers are full, or wait 20 ms */
	unsigned stall_each;  /* so many transfers */
	unsigned fault_each;  /* EPROTO, as of a bad cable */
	unsigned unplug_ms;   /* after the first transfer; 0 never */
	unsigned back_ms;     /* later; 0 never */
	int unplug_status;    /* what transfers end with */
	bool busy, no_access; /* for who opens it */
	bool no_hid;
	bool draws_boot_id; /* at each power-on, as the firmware does; else it is 1 each time */
	bool deaf;          /* to the first command to capture */
	bool vbus_off;      /* as a tap is that has just been plugged in */
	uint8_t refuse_settings;
	struct scenario_alert alert[SCENARIO_ALERTS];
	unsigned
		still_ms; /* after the first transfer: for so long as STILL_MS nothing comes in the stream; 0 never */
	struct wire_selftest selftest;
	uint8_t calibrate_error, calibrate_reason;
};

enum { STILL_MS = 1200 };

static const struct scenario scenarios[] = {
	{.name = "none", .taps = 0},
	{.name = "stream", .packets_a_second = 5000},
	{.name = "no-hid", .packets_a_second = 5000, .no_hid = true},
	{.name = "deaf", .packets_a_second = 5000, .no_hid = true, .deaf = true},
	{.name = "four", .taps = 4, .packets_a_second = 2000},
	{.name = "short", .packets_a_second = 2000, .longest = 63},
	{.name = "long", .packets_a_second = 20000, .whole = true},
	{.name = "stall", .packets_a_second = 5000, .stall_each = 100},
	{.name = "fault", .packets_a_second = 5000, .fault_each = 100},
	{.name = "unplug", .packets_a_second = 5000, .unplug_ms = 500, .unplug_status = -ESHUTDOWN},
	{.name = "return",
         .packets_a_second = 5000,
         .unplug_ms = 500,
         .back_ms = 500,
         .unplug_status = -ESHUTDOWN},
	{.name = "return-uhci",
         .draws_boot_id = true,
         .packets_a_second = 5000,
         .unplug_ms = 500,
         .back_ms = 500,
         .unplug_status = -EPROTO},
	{.name = "version", .packets_a_second = 100, .version = 2},
	{.name = "noise", .noise = true},
	{.name = "mute", .mute = true},
	{.name = "busy", .busy = true},
	{.name = "good", .selftest = {.ran = 0x7f, .detail = 0x45450000}},
	{.name = "broken",
         .no_hid = true,
         .selftest = {.ran = 0x7f, .failed = 0x13, .detail = 0x00000022}},
	{.name = "in-use", .selftest = {.ran = 0x7e, .detail = 0x100}},
	{.name = "captures", .calibrate_error = WIRE_E_STATE},
	{.name = "something-in",
         .calibrate_error = WIRE_E_VALUE,
         .calibrate_reason = WIRE_CALIBRATE_IMPOSSIBLE},
	{.name = "no-access", .no_access = true},
	{.name = "unpowered", .packets_a_second = 5000, .vbus_off = true},
	{.name = "unpowered-return",
         .packets_a_second = 5000,
         .vbus_off = true,
         .unplug_ms = 500,
         .back_ms = 500,
         .unplug_status = -ESHUTDOWN},
	/* The second does not come in the stream, the third not by HID, the fourth neither way. */
	{.name = "alerts",
         .packets_a_second = 5000,
         .alert = {{200, 1, true, true},
                   {300, 2, true, false},
                   {400, 3, false, true},
                   {500, 5, true, true}}},
	{.name = "alert-still",
         .packets_a_second = 5000,
         .still_ms = 300,
         .alert = {{400, 1, true, true}}},
	{.name = "tripped",
         .packets_a_second = 5000,
         .vbus_off = true,
         .refuse_settings = WIRE_E_STATE},
};

#endif
