/* Lost edges. See tap_loss.h. In: edges. Out: whether each is seen. */
#include "sim/tap_loss.h"

#include <math.h>

enum { RUN = 12 }; /* edges of a disturbance: some microseconds of a busy line */

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
