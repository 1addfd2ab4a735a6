/*
 * A run of a scenario as a link: made at once into memory, then played at its own pace, so that it can be paused, gone
 * through and begun again like a file. It says of itself that it is simulated.
 */
#ifndef CORDON_CLI_SIM_LINK_H
#define CORDON_CLI_SIM_LINK_H

#include "capture/link.h"
#include "sim/scenario_plan.h"

/*
 * `speed` as of link_file_open. On failure *l is NULL; errno is kept with ERR_OPEN and ERR_WRITE. The plan is needed for
 * the call alone.
 */
enum err sim_link_open(struct link **l, const struct scenario_plan *plan, double speed);

#endif
