/* Whether values are those of a distribution: for tests of what is drawn. What is not ends the test. */
#ifndef CORDON_TESTS_STATISTICS_H
#define CORDON_TESTS_STATISTICS_H

#include <stddef.h>

/* The uniform one on [low, high], by Kolmogorov and Smirnov; 1 in 10,000 fails by chance. Sorts. */
void statistics_uniform(double *v, size_t n, double low, double high);

void statistics_close_to(double value, double expected, double within);

#endif
