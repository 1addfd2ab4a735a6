/*
 * Edges between packets that get lost on their way into a tap, inside struct tap_model: a contact that is disturbed takes
 * a run of them, so that levels stay where they are. Those of packets get lost on the bus (bus_loss.c): there the receiver
 * misses them too, and the packet comes again.
 */
#ifndef CORDON_SIM_TAP_LOSS_H
#define CORDON_SIM_TAP_LOSS_H

#include "sim/tap_model.h"

void tap_loss_init(struct tap_model *t, double loss);

/* Whether this edge outside packets is lost. */
bool tap_loss_edge(struct tap_model *t, int64_t t_ns);

#endif
