/*
 * A script: what happens on a bus, step by step, as data. Capture makers write them as tables; a scenario's list of
 * events becomes one. Steps run in order, each after its `after_ms`.
 */
#ifndef CORDON_SIM_SCRIPT_H
#define CORDON_SIM_SCRIPT_H

#include "sim/host.h"
#include "sim/traffic.h"

enum script_act {
	SCRIPT_END,
	SCRIPT_LINE, /* `line` at `speed`, for `ms` */
	SCRIPT_PLUG, /* `device` into `slot`, enumerated by `host` */
	SCRIPT_HUB, /* the hub in slot `amount` reports a change at its port `endpoint`; then SCRIPT_PLUG behind it */
	SCRIPT_UNPLUG,  /* `slot` */
	SCRIPT_TYPE,    /* `text` by `typist` on `endpoint` of `slot` */
	SCRIPT_MOUSE,   /* for `ms`, reports of `amount` bytes */
	SCRIPT_STORAGE, /* `amount` sectors */
	SCRIPT_RAW,     /* `amount` bytes a report on `interface`, for `ms`, each `poll_ms` */
	SCRIPT_LEDS,    /* the host sets LEDs to `amount` */
	SCRIPT_RECORD,  /* what came before is not recorded */
	SCRIPT_WAIT,
};

struct script_step {
	enum script_act act;
	double after_ms, ms;
	enum line_event line;
	enum usb_speed speed;
	uint8_t slot;
	const char *device; /* sim_device_find */
	bool behind_hub;
	enum host_kind host;
	uint8_t address;
	double configured_ms, led_ms;
	const char *typist;        /* "person", "rung 0" to "rung 8", or a machine's name */
	double median_ms, overlap; /* person; 0: drawn */
	const char *text;
	struct keyboard keyboard;
	uint8_t endpoint, interface;
	double poll_ms;
	unsigned amount;
};

struct script {
	struct bus bus;
	struct sim_device model[BUS_DEVICES_MAX];
	struct bus_device *slot[BUS_DEVICES_MAX];
	struct traffic_work work;
	struct typist_timing recorded[TRAFFIC_KEYS_MAX]; /* for rungs 6 and 7 */
	bool recording;
	struct record_sink sink;
};

/* Runs all steps into `sink`. False where a step names what there is not. `s` is scratch, several MB. */
bool script_run(struct script *s, const struct script_step *steps, const struct record_sink *sink,
                const struct bus_settings *set, uint64_t seed);

#endif
