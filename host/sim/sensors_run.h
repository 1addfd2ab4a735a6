/*
 * Private to the simulated sensors (sensors.h): levels, samples, and the tap that measures them.
 *
 * Pulses (train.h) and the supply's level become samples of the converter (sensor_adc.h); what comes of those is the
 * firmware's own work: firmware/core/sensor.c runs here as it does in the tap. Records come in the order in which the tap
 * sends them: a burst's time is its start, it is known at its end. Time moves by whole milliseconds. Memory is constant.
 */
#ifndef CORDON_SIM_SENSORS_RUN_H
#define CORDON_SIM_SENSORS_RUN_H

#include "capture/tap_record.h"
#include "core/sensor.h"
#include "sim/sensor_adc.h"
#include "sim/sensors.h"
#include "sim/train.h"

enum {
	SENSORS_TRAINS_MAX = 512,
	SENSORS_BOOT_MAX = SCENARIO_POWER_MAX,
	SENSORS_CHANGES_MAX = VBUS_CODE_CHIPS_MAX + 2,
	SENSORS_RECORDS_MAX = 128, /* of a millisecond */
	SENSORS_PULSES_MAX = 1024, /* that touch one millisecond */
	SENSORS_BREAKS_MAX = 2 * SENSORS_PULSES_MAX + 2 * SENSORS_BOOT_MAX + 8,
};

/* What the tap's load switch gives at most. hw/spice/inrush.cir */
#define SENSORS_LIMIT_MA 557.0

struct supply_boot {
	int64_t from_ns, length_ns; /* after VBUS on */
	double level_ma;
};

/* VBUS goes on, or off. */
struct supply_change {
	int64_t t_ns;
	bool on;
};

/* A run's figures; whatever a scenario draws once a run is drawn. */
struct sensors_figures {
	double idle_ma, load_ma, noise_ma; /* noise: RMS of the whole supply */
	double inrush_uf;                  /* what the supply must charge when it comes on */
	struct supply_boot boot[SENSORS_BOOT_MAX];
	unsigned boots;
	struct train_figures train[SENSORS_TRAINS_MAX];
	unsigned trains;
	struct supply_change change[SENSORS_CHANGES_MAX]; /* in order of time */
	size_t changes;
	bool calibrated; /* the tap is, and says so in its HELLO */
};

struct sensors_pulse {
	struct pulse p;
	double power; /* over the noise floor's */
};

/* Which range the tap measures in, and since when it could be the other. */
struct sensors_range {
	enum wire_range now;
	unsigned fitting_ms, wait_ms;
	bool full;    /* the last band was at its end */
	bool ordered; /* by somebody else: the PC of the simulation orders no more */
};

struct sensors {
	struct sensors_figures f;
	struct adc adc;
	struct random random;
	int64_t start_ns, now_ns, end_ns;
	struct train train[SENSORS_TRAINS_MAX];
	struct sensors_pulse active[SENSORS_PULSES_MAX];
	unsigned actives;
	size_t change;         /* the next one */
	int64_t next_ns;       /* no pulse begins before */
	bool on, was_on;       /* at the end, and at the start, of the millisecond at hand */
	int64_t on_ns, off_ns; /* the last time each */
	double slow_ma, zero_ma,
		zero_ua; /* noise of this millisecond; offsets of a tap without calibration */
	/* The tap. */
	struct sensor firmware;
	struct upstream up;
	struct wire_reader reader;
	struct tap tap;
	struct sensors_range range;
	struct record out[SENSORS_RECORDS_MAX];
	unsigned outs, told;
	uint64_t dropped; /* records for which there was no room */
};

/* Everything behind `f`, which stands. `start_ns` is the first millisecond, `end_ns` the end of the last. */
void sensors_init(struct sensors *s, int64_t start_ns, int64_t end_ns, const struct random *random);

/* What a scenario's run is for the sensors. */
void sensors_figures(struct sensors_figures *f, const struct scenario_plan *plan);

/* What is on and how noisy it is in the millisecond from now_ns on. Whoever calls this moves now_ns behind it. */
void sensors_millisecond(struct sensors *s);

/* In that millisecond: whether VBUS is on; what flows, without noise; what the antenna hears, above the noise. */
bool sensors_powered(const struct sensors *s, int64_t t_ns);
double sensors_level_ma(const struct sensors *s, int64_t t_ns);
double sensors_level_db(const struct sensors *s, int64_t t_ns);

/* The part of a supply's noise that is new with each sample. */
double sensors_white_ma(double noise_ma);

/* Sorted times in [from, to] at which something changes, both ends included; returns how many. */
unsigned sensors_breaks(const struct sensors *s, int64_t from_ns, int64_t to_ns,
                        int64_t breaks[SENSORS_BREAKS_MAX]);

#endif
