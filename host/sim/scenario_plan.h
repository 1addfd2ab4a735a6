/*
 * One run of a scenario: what a seed makes of its ranges, references and chances. Everything that both halves of the
 * simulator must agree on stands here: the bus half (play.h) and the sensors (sensors.h).
 *
 * Times are nanoseconds of the recording. It begins at 0 with the cable plugged in and VBUS off, so that the room is
 * heard alone for a while; VBUS comes on at vbus_on_ns, from which the scenario counts; end_ns is its end.
 */
#ifndef CORDON_SIM_SCENARIO_PLAN_H
#define CORDON_SIM_SCENARIO_PLAN_H

#include "core/vbus_code.h"
#include "sim/ducky.h"
#include "sim/random.h"
#include "sim/scenario.h"

/* Not reached in this run: what it waits for did not come before the end. */
#define SCENARIO_NEVER INT64_MAX

struct scenario_span {
	int64_t start_ns, end_ns; /* both SCENARIO_NEVER, or end >= start */
};

/* When reports of an event of `usb` went out: for radio that goes with them. */
struct scenario_reports {
	int item;
	int64_t *t_ns;
	size_t count, room;
};

struct scenario_resistance {
	bool open;
	double ohm;
};

enum scenario_load {
	SCENARIO_LOAD_AS_WRITTEN, /* load_mA of the far end, where it has one */
	SCENARIO_LOAD_NONE,
	SCENARIO_LOAD_ADDED, /* something that draws current and says nothing, where the scenario has nothing there */
};

/* What a payload asks for and cannot have. */
enum play_left_out {
	PLAY_LEFT_OUT_MOUSE,     /* a pointer's action: the device has none */
	PLAY_LEFT_OUT_CONTROL,   /* a consumer key that the device does not have */
	PLAY_LEFT_OUT_CHARACTER, /* one that the layout has no key for */
	PLAY_LEFT_OUTS,
};

struct scenario_plan {
	const struct scenario *scenario; /* borrowed */
	uint64_t seed;
	/* To be forked, never drawn from: random_fork(&plan->random, a stream of enum scenario_stream and a number). */
	struct random random;
	int64_t vbus_on_ns, end_ns;
	int64_t vbus_cut_ns; /* from when the tap has cut VBUS off for good, after an overvoltage; SCENARIO_NEVER */
	struct vbus_code key; /* no chips: VBUS stays on */
	enum host_kind host;  /* the PC, where a scenario says Windows: see play_devices.c */
	double idle_mA, load_mA;
	struct scenario_resistance dp, dm, gnd;
	struct scenario_span *item; /* by item number, scenario_items() of them */
	struct scenario_reports reports[SCENARIO_RADIOS_MAX];
	size_t report_lists;
	const struct scenario_payload *payload; /* borrowed; NULL: what the scenario types */
	int payload_item;                       /* the event in whose place it runs */
	char payload_message
		[DUCKY_MESSAGE_MAX]; /* why it ended before its end; empty: it did not */
	uint64_t payload_left_out[PLAY_LEFT_OUTS];
	bool failed; /* memory ran out while the bus half was played */
};

/* Streams of random numbers, so that one part's draws do not move another's. Add the number of the part. */
enum scenario_stream {
	SCENARIO_STREAM_PLAN = 0x1000,
	SCENARIO_STREAM_BUS = 0x2000,
	SCENARIO_STREAM_TAP = 0x3000,
	SCENARIO_STREAM_EVENT = 0x4000,   /* + number of the event */
	SCENARIO_STREAM_RADIO = 0x5000,   /* + number in `rf` */
	SCENARIO_STREAM_AMBIENT = 0x6000, /* + number in `ambient` */
	SCENARIO_STREAM_POWER = 0x7000,   /* + number of the item */
	SCENARIO_STREAM_NOISE = 0x8000,
	SCENARIO_STREAM_KEY = 0x9000, /* + number of the chip */
	SCENARIO_STREAM_FAR = 0xa000, /* + 1: its tap */
};

/* DuckyScript that the cable's keyboard types instead of what the scenario gives. Borrowed. */
struct scenario_payload {
	const char *name; /* for messages */
	const char *text;
	size_t len;
	const struct ducky_layout *layout; /* NULL: US */
};

enum {
	SCENARIO_PAYLOAD_S = 600,    /* it may go on for so long beyond the scenario's end */
	SCENARIO_PAYLOAD_TAIL_S = 5, /* and then so much is recorded still */
};

struct scenario_settings {
	uint64_t seed;
	const struct scenario_payload *payload; /* NULL: none */
	enum scenario_load load;
	int host;             /* enum host_kind; below 0: drawn */
	struct vbus_code key; /* VBUS goes by this code: keyed.h. No chips: it stays on */
};

/*
 * Draws what is drawn once, and plays the bus half once without telling anybody, for the times of all items: they hang on how
 * long typing and enumerations take. ERR_MEMORY; ERR_SCENARIO where there is a payload and no keyboard in the cable that
 * could type it; then *p is NULL. The scenario is borrowed.
 */
enum err scenario_plan_new(struct scenario_plan **p, const struct scenario *s,
                           const struct scenario_settings *set);
void scenario_plan_free(struct scenario_plan *p);

static inline double scenario_draw(struct random *r, const struct scenario_amount *a)
{
	return a->low == a->high ? a->low : random_uniform(r, a->low, a->high);
}

static inline const struct scenario_reports *scenario_reports(const struct scenario_plan *p,
                                                              int item)
{
	for (size_t i = 0; i < p->report_lists; i++)
		if (p->reports[i].item == item)
			return &p->reports[i];
	return NULL;
}

#endif
