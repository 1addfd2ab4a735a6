/*
 * Edges that get lost on their way into a tap, inside struct tap_model: a contact that is disturbed takes a run of
 * them, so that levels stay where they are. In a packet that is ones where there were none; between packets pairs of
 * edges go, and the lines end where they should.
 */
#ifndef CORDON_SIM_TAP_LOSS_H
#define CORDON_SIM_TAP_LOSS_H

#include "sim/tap_model.h"

void tap_loss_init(struct tap_model *t, double loss);

/* Edges of `p` that are lost now; false: none. `flags`: enum packet_flag that come of it. */
bool tap_loss_packet(struct tap_model *t, struct sim_packet *p, uint32_t *flags);

/* Whether this edge outside packets is lost. */
bool tap_loss_edge(struct tap_model *t, int64_t t_ns);

#endif
