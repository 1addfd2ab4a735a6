/* The pins' side of a simulation: the waveform of a run as a file. host/sim/waveform.h */
#ifndef CORDON_CLI_SIM_WAVEFORM_H
#define CORDON_CLI_SIM_WAVEFORM_H

#include "sim/scenario_plan.h"

/* All of the plan's recording. 0 or EXIT_FAULT. */
int sim_waveform(const struct scenario_plan *plan, const char *path);

#endif
