/*
 * The bus half of one run: the events of a scenario, in order of time, on a simulated bus. Each step goes up to the next
 * thing that happens, so that whoever asks can stop in between. Two plays of one plan are the same to the bit.
 */
#ifndef CORDON_SIM_PLAY_H
#define CORDON_SIM_PLAY_H

#include "sim/bus.h"
#include "sim/scenario_plan.h"

/* What a play tells beside its records; every function may be NULL. Items are numbered as in scenario.h. */
struct play_watch {
	void *context;
	/* An item is over, or its times are known; each item once, those that never came at the end. */
	void (*item)(void *context, int item, const struct scenario_span *span);
	/* A device was configured: by the event `item`. */
	void (*device)(void *context, int item, const struct sim_device *d, uint8_t address,
	               int64_t t_ns);
	/* An input report of the event `item` went out. */
	void (*report)(void *context, int item, int64_t t_ns);
	/* A key went down on the device of `device_item`: usage on page 07, modifiers as in the boot report. */
	void (*key)(void *context, int device_item, uint16_t usage, uint8_t modifiers,
	            int64_t t_ns);
	/* The payload ended before its end. */
	void (*payload)(void *context, const char *message);
	/* `n` more of these were left out of it. */
	void (*left_out)(void *context, enum play_left_out what, uint64_t n);
};

/* One edge in ten thousand gets lost: threats.md §9. */
#define PLAY_LOSS 1e-4

struct play;

/* `wires` sees what stands on the lines: wires.h. Plan and watch's context are borrowed. NULL: out of memory. */
struct play *play_new(const struct scenario_plan *plan, const struct record_sink *wires,
                      const struct play_watch *watch);
void play_free(struct play *p);

/* False: the recording is over. */
bool play_step(struct play *p);

/* VBUS comes on once more, at `t_ns`: the cable begins anew in a play of `phase`, which stays as long as that. NULL: memory. */
struct play *play_again(const struct scenario_plan *phase, int64_t t_ns,
                        const struct record_sink *wires, const struct play_watch *watch);

/* VBUS goes off at `t_ns`, which is not before play_now: everything leaves the lines. */
void play_unpower(struct play *p, int64_t t_ns);

/* All that happened before this time has been told. */
int64_t play_now(const struct play *p);

#endif
