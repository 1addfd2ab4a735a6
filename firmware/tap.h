/*
 * The whole tap: what main sets up once, and what the files beside it share. One instance, main's own, handed on by pointer.
 * In: nothing. Leaves alone: registers (rp2040/), and what can be told without the chip (core/).
 */
#ifndef CORDON_TAP_H
#define CORDON_TAP_H

#include "core/alerts.h"
#include "core/calibrate.h"
#include "core/calibration_store.h"
#include "core/command.h"
#include "core/guard.h"
#include "core/keyboard_watch.h"
#include "core/reporter.h"
#include "core/selftest.h"
#include "core/sensor.h"
#include "core/standalone.h"
#include "core/uart_watch.h"
#include "core/vbus_code.h"

struct alone {
	struct standalone verdict;
	struct uart_watch uart;
	enum standalone_colour told;
	uint32_t losses; /* at the start */
	uint16_t current;
	bool wanted; /* the button was pressed */
	bool current_known, moved, blind;
};

/* Of the self-test that runs, or the last one. */
struct tap_selftest {
	struct selftest steps;
	bool asked;                    /* by a command that is not yet answered */
	uint16_t request;              /* its */
	uint32_t packets, bad_packets; /* of the listener, before it */
};

struct tap_calibration {
	struct calibration_store store;
	struct calibrate steps;
	bool asked,
		lost; /* by a command that is not yet answered; there was one, and nothing of it is whole */
	uint16_t request;
};

struct tap {
	struct usb_dev usb;
	struct upstream up;
	struct reporter reporter;
	struct line line;
	struct command command;
	struct sensor sensor;
	struct alerts alerts;
	struct vbus_keyer keyer;
	struct line_sink hears; /* the reporter's, with a look at each packet */
	struct keyboard_watch keyboard;
	struct guard guard;
	struct alone alone;
	struct tap_selftest selftest;
	struct tap_calibration calibration;
	uint16_t failed_checks; /* enum wire_check */
	uint8_t switch_before;  /* the guard's trip */
};

/* say.c: records and reports about the tap itself. */
void say_hello(struct tap *t);
void say_state(struct tap *t, enum wire_setting setting, enum wire_cause cause, uint16_t request,
               uint64_t at, uint32_t before, uint32_t after);
void say_status(struct tap *t, uint8_t *to); /* a STATUS body */

/* control.c: the board's settings, whoever asks, and commands. */
enum wire_error control_set(struct tap *t, enum wire_setting setting, uint32_t value,
                            enum wire_cause cause, uint16_t request);
void control_do(void *context, const struct wire_command *c, const uint8_t *args,
                struct wire_reply *reply, uint8_t *data, size_t *data_len);

/* Whether somebody captures, guards, tests a cable or supplies one: nothing of the tap's own may disturb that. */
bool control_in_use(const struct tap *t);

/* probe.c: tokens to be answered at their end; the data are how many of the last ones came. */
enum wire_error probe_token(const struct tap *t, const uint8_t *args, uint8_t *data,
                            size_t *data_len);

/* watch.c: what the hardware does by itself, and guard mode. */
void watch_start(struct tap *t);
void watch_guarded(const struct tap *t);     /* the guard was armed, or disarmed */
void watch_run(struct tap *t);               /* each turn of the main loop */
void watch_self(struct tap *t, bool own);    /* the self-test drives the lines */
void watch_host(struct tap *t, bool active); /* the tap's own port, in its interrupt */

/* alone.c: the test that the button starts. */
void alone_ms(struct tap *t);
void alone_stop(struct tap *t);
void alone_band(struct tap *t, const struct wire_band *b);
void alone_packet(struct tap *t);
void alone_edge(struct tap *t, uint64_t tick, enum wire_lines lines);

/* selftest.c: what it found is in `failed_checks`. True while it runs; the command is WIRE_NOT_YET as long. */
void selftest_at_power_on(struct tap *t);
bool selftest_run(struct tap *t);
enum wire_error selftest_command(struct tap *t, uint16_t request, uint8_t *data, size_t *data_len);

/* calibrate.c: before the first sample; each turn of the main loop. */
void calibrate_at_power_on(struct tap *t);
void calibrate_run(struct tap *t);
bool calibrate_running(const struct tap *t);
enum wire_error calibrate_command(struct tap *t, uint16_t request, const uint8_t *args,
                                  uint8_t *data, size_t *data_len);

#endif
