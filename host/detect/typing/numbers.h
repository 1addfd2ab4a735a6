/*
 * Small sums of the typing features, without the calls of math.h: what comes in is a number, never a NaN, and no zero
 * whose sign matters.
 */
#ifndef CORDON_DETECT_TYPING_NUMBERS_H
#define CORDON_DETECT_TYPING_NUMBERS_H

#include <stdint.h>

static inline double larger(double a, double b)
{
	return a > b ? a : b;
}

static inline double smaller(double a, double b)
{
	return a < b ? a : b;
}

static inline double distance(double a, double b)
{
	return a > b ? a - b : b - a;
}

/* The nearest whole number to one that is not negative and below 2^52; a half goes up. */
static inline double nearest(double v)
{
	return (double)(int64_t)(v + 0.5);
}

#endif
