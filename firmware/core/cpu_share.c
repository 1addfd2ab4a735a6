/* The core's share of time awake; see cpu_share.h. */
#include "core/cpu_share.h"

void cpu_share_init(struct cpu_share *c, uint32_t now)
{
	*c = (struct cpu_share){.since = now};
}

void cpu_share_next(struct cpu_share *c, uint32_t now)
{
	uint32_t all = now - c->since;
	/* The two counters are read some cycles apart. */
	uint32_t awake = c->asleep < all ? all - c->asleep : 0;

	if (all)
		c->share = (uint16_t)(((uint64_t)awake * UINT16_MAX + all / 2) / all);
	c->asleep = 0;
	c->since = now;
}
