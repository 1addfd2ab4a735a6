/*
 * What a tap's sensors record in one run of a scenario: supply current and radio, as bands, bursts and steps. Pulled,
 * one record at a time, so that whoever plays the bus can merge the two in order of time and nothing is kept.
 */
#ifndef CORDON_SIM_SENSORS_H
#define CORDON_SIM_SENSORS_H

#include "sim/scenario_plan.h"
#include "usb/record.h"

struct sensors;

/* The plan is borrowed until sensors_free. NULL: out of memory. */
struct sensors *sensors_new(const struct scenario_plan *plan);

/* The next record, in order of time, of the plan's recording; borrowed until the next call. NULL: there is none. */
const struct record *sensors_next(struct sensors *s);

/*
 * Somebody switches VBUS, or orders a range, from `sensors_now` on, which is past everything told so far: what the plan had put
 * later does not come, and the range stays until the hardware leaves it. False: so often that it cannot be kept.
 */
int64_t sensors_now(const struct sensors *s);
bool sensors_switch(struct sensors *s, int64_t t_ns, bool on);
void sensors_order(struct sensors *s, enum wire_range range);

void sensors_free(struct sensors *s);

#endif
