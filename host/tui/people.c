/* See people.h: quantiles of a mixture of lognormals, by bisection of its distribution. */
#include "tui/people.h"

#include <math.h>

#include "detect/typing/parameters.h"

static double below(const struct typing_people *p, double ms)
{
	double share = 0, all = 0;

	for (unsigned m = 0; m < TYPING_MEDIANS; m++)
		for (unsigned i = 0; i < TYPING_SPREADS; i++) {
			double w = p->median_weight[m] * p->spread_weight[i];

			all += w;
			share +=
				w * 0.5 * erfc(-log(ms / p->median_ms[m]) / p->spread[i] / sqrt(2));
		}
	return share / all;
}

static double quantile(const struct typing_people *p, double q)
{
	double low = 1, high = 10000;

	for (int i = 0; i < 40; i++) {
		double middle = sqrt(low * high);

		if (below(p, middle) < q)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static struct people_range range(const struct typing_people *p)
{
	return (struct people_range){quantile(p, 0.05), quantile(p, 0.95)};
}

struct people people_measure(void)
{
	return (struct people){range(&typing_intervals), range(&typing_holds)};
}
