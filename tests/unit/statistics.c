#include "statistics.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <cmocka.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void statistics_uniform(double *v, size_t n, double low, double high)
{
	double most = 0;

	qsort(v, n, sizeof(*v), by_value);
	for (size_t i = 0; i < n; i++) {
		double f = (v[i] - low) / (high - low);

		f = f < 0 ? 0 : f > 1 ? 1 : f;
		most = fmax(most, fmax(f - (double)i / (double)n, (double)(i + 1) / (double)n - f));
	}
	if (most * sqrt((double)n) > 2.23)
		fail_msg("Kolmogorov-Smirnov %.3f of %zu values on [%g, %g]",
		         most * sqrt((double)n), n, low, high);
}

void statistics_close_to(double value, double expected, double within)
{
	if (!(fabs(value - expected) <= within))
		fail_msg("%g is not within %g of %g", value, within, expected);
}
