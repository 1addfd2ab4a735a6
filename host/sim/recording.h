/*
 * The recording of one run: what a tap would have sent, from the lines (play.h, tap_model.h) and from its sensors
 * (sensors.h), merged in order of time, with what the PC adds (profile, claims) and what was measured before VBUS came
 * on (wires, CC pins). Step by step, so that it may keep pace with a clock; memory does not grow with its length.
 */
#ifndef CORDON_SIM_RECORDING_H
#define CORDON_SIM_RECORDING_H

#include "sim/far_end.h"
#include "sim/play.h"

struct recording;

/* All borrowed; `watch` may be NULL. NULL: out of memory. */
struct recording *recording_new(const struct scenario_plan *plan, const struct record_sink *sink,
                                const struct play_watch *watch);

/* The far end's, of the same run. Where wires and CC pins are measured is the near end. */
struct recording *recording_new_far(struct far_end *far, const struct record_sink *sink);
void recording_free(struct recording *r);

/* False: it is over, and everything has been told. */
bool recording_step(struct recording *r);

/*
 * A command of the wire protocol, at this moment: VBUS, SWITCH and RANGE are answered and, where a simulation can, obeyed. When
 * VBUS comes on again the cable begins anew; to another position of the bus switch there is no host. Others are passed by.
 */
void recording_command(struct recording *r, const struct wire_command *c, uint8_t argument);

/* How far it has come. */
int64_t recording_now(const struct recording *r);

#endif
