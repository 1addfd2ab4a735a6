/*
 * The tap's converter: amperes and decibels into ADC codes, as the board's amplifiers and the RP2040's ADC give them.
 * firmware/README.md has the curves. Steps are those of 12 bits, 0 to 4096, as doubles where no code has come of them yet.
 */
#ifndef CORDON_SIM_SENSOR_ADC_H
#define CORDON_SIM_SENSOR_ADC_H

#include "core/wire.h"
#include "sim/random.h"

enum {
	ADC_NORMALS = 1024,
	/* Samples of a channel in a chunk of the firmware; every third has one less. */
	ADC_CHUNK = 42,
	ADC_TABLE = 4096 * 4, /* a quarter of a step each */
};

struct adc {
	float normal[ADC_NORMALS];  /* quantiles over sqrt 2: the sum of two is a normal draw */
	float extreme[ADC_NORMALS]; /* quantiles of the greatest of ADC_CHUNK normal draws */
	float bent[ADC_TABLE + 1];  /* what the converter makes of these steps */
	uint16_t code[ADC_TABLE];   /* rounded down */
	uint64_t bits;              /* not yet used up of one draw */
	unsigned left;
};

void adc_init(struct adc *a);

/* Where an ideal converter would be. */
double adc_current(double ma, enum wire_range range);
double adc_current_steps(double ma, enum wire_range range); /* a difference's */
double adc_radio(double db);                                /* above the detector's noise floor */
double adc_volts(double v);

/* What the RP2040's makes of it: the integral of its four too wide codes, and its ends. */
static inline unsigned adc_code(const struct adc *a, double steps)
{
	return steps <= 0 ? 0 : a->code[steps >= 4095.75 ? ADC_TABLE - 1 : (unsigned)(steps * 4)];
}

/* Normal draws, fast and a little short of tail (4.6 SD). */
static inline double adc_normal(struct adc *a, struct random *r)
{
	double z;

	if (!a->left) {
		a->bits = random_u64(r);
		a->left = 3;
	}
	z = a->normal[a->bits & (ADC_NORMALS - 1)] + a->normal[a->bits >> 10 & (ADC_NORMALS - 1)];
	a->bits >>= 20;
	a->left--;
	return z;
}

/* How many SD above the mean the greatest of a chunk's draws is. */
static inline double adc_extreme(const struct adc *a, struct random *r)
{
	return a->extreme[random_u64(r) >> 54];
}

/* The mean of many codes about `steps`. */
double adc_mean(const struct adc *a, double steps, double sd);

#endif
