/* Lost edges. See tap_loss.h. In: packets, edges. Out: damaged ones. USB 2.0 §7.1.8, §7.1.9: NRZI, bit stuffing. */
#include "sim/tap_loss.h"

#include <math.h>

enum { RUN = 12, STUFFED_AFTER = 6 }; /* edges of a disturbance: some microseconds of a busy line */

static void draw(struct tap_model *t)
{
	t->edges_to_loss =
		t->loss > 0 ? -log(1 - random_unit(&t->random)) * RUN / t->loss : INFINITY;
}

void tap_loss_init(struct tap_model *t, double loss)
{
	t->loss = loss;
	draw(t);
}

/* Edges of a packet: one for each zero, those of the sync and of the end. */
static unsigned edges_of(const struct sim_packet *p)
{
	unsigned ones = 0;

	for (unsigned i = 0; i < p->len; i++)
		ones += (unsigned)__builtin_popcount(p->bytes[i]);
	return p->len * 8u - ones + 8;
}

bool tap_loss_packet(struct tap_model *t, struct sim_packet *p, uint32_t *flags)
{
	unsigned edges = edges_of(p), bit, ones = 0, lost = 0;

	t->edges_to_loss -= edges;
	if (t->edges_to_loss > 0)
		return false;
	draw(t);
	bit = random_below(&t->random, p->len * 8u);
	/* Without an edge a bit reads as one. */
	for (; bit < p->len * 8u && lost < RUN; bit++) {
		uint8_t mask = (uint8_t)(1u << bit % 8);

		lost += !(p->bytes[bit / 8] & mask);
		p->bytes[bit / 8] |= mask;
		if (++ones > STUFFED_AFTER)
			*flags |= PACKET_ERROR_RECEIVER;
	}
	return lost > 0;
}

bool tap_loss_edge(struct tap_model *t, int64_t t_ns)
{
	/* Only where edges follow each other: a lone one would be told again by the line's level. */
	bool dense = t_ns - t->edge_last_ns < 200000;

	t->edge_last_ns = t_ns;
	if (!t->losing) {
		t->edges_to_loss -= 1;
		if (t->edges_to_loss > 0 || !dense)
			return false;
		draw(t);
		t->losing = RUN;
	}
	t->losing--;
	return dense;
}
