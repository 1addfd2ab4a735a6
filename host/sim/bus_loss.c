/*
 * Edges that get lost on a wire: what disturbs a contact lasts microseconds and takes a run of them. In: packets. Out: ones
 * where there was an edge. USB 2.0 §7.1.8: a zero is a change of the lines, a one is none.
 */
#include <math.h>

#include "sim/bus_emit.h"

enum { RUN = 12, AROUND = 8 }; /* edges of a disturbance; those of sync and end of packet */

static unsigned edges_of(const struct sim_packet *p)
{
	unsigned ones = 0;

	for (unsigned i = 0; i < p->len; i++)
		ones += (unsigned)__builtin_popcount(p->bytes[i]);
	return p->len * 8u - ones + AROUND;
}

bool bus_loss_due(struct bus *b, const struct sim_packet *p)
{
	if (b->edges_to_loss <= 0)
		b->edges_to_loss = -log(1 - random_unit(&b->loss_random)) * RUN / b->set.loss;
	b->edges_to_loss -= edges_of(p);
	return b->edges_to_loss <= 0;
}

bool bus_lose(struct bus *b, struct sim_packet *p)
{
	unsigned bit = random_below(&b->loss_random, p->len * 8u), lost = 0;

	for (; bit < p->len * 8u && lost < RUN; bit++) {
		uint8_t mask = (uint8_t)(1u << bit % 8);

		lost += !(p->bytes[bit / 8] & mask);
		p->bytes[bit / 8] |= mask;
	}
	return lost > 0;
}
