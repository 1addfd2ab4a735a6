/*
 * The far end of a run: what a second tap there has on its wires and sensors, on a clock of its own.
 *
 * A cable that passes signals on shows the same at both ends, to the nanosecond; while it lets a device of its own talk to
 * the host, the far end's device is left alone. A cable that takes the far end's device in and stands in its place
 * (`replaces_far_end`) is that device's host: what was typed with an added latency was typed at the far end before, and what
 * the cable types itself is not there. The cable's own current flows before the far end, and its radio is heard there too.
 */
#ifndef CORDON_SIM_FAR_END_H
#define CORDON_SIM_FAR_END_H

#include "sim/scenario_plan.h"
#include "usb/record.h"

struct far_end;

/* ERR_MEMORY. The plan is borrowed, and has no code. */
enum err far_end_new(struct far_end **f, const struct scenario_plan *plan,
                     const struct scenario_settings *set);
void far_end_free(struct far_end *f);

/* What stands on the far end's wires goes to `sink`; the play (play.h) of this plan goes to the one that is returned. */
struct record_sink far_end_wires(struct far_end *f, const struct record_sink *sink);
const struct scenario_plan *far_end_play(const struct far_end *f);

/* For sensors.h. */
const struct scenario_plan *far_end_sensed(const struct far_end *f);

/* When its tap begins to record, on the near end's clock; and a time on its own clock, which is 0 then. */
int64_t far_end_begin(const struct far_end *f);
int64_t far_end_time(const struct far_end *f, int64_t t_ns);

#endif
