/* Whether all of a scenario comes to pass before its end: what only a run can tell, since times hang on each other. */
#ifndef CORDON_SIM_SCENARIO_REHEARSAL_H
#define CORDON_SIM_SCENARIO_REHEARSAL_H

#include "sim/scenario.h"

/*
 * Played with a few seeds. ERR_SCENARIO where an item does not end before duration_s: `message` then says which one, and
 * `name` is what it calls the file, as in scenario.h.
 */
enum err scenario_rehearse(const struct scenario *s, const char *name,
                           char message[SCENARIO_MESSAGE_MAX]);

#endif
