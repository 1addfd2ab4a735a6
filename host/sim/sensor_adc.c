/*
 * Amplifiers, log detector and ADC of the tap. In: physical values. Out: counts with their errors. Leaves alone: what
 * changes when (sensors.c), what is made of it (firmware/core/sensor.h).
 */
#include <math.h>

#include "sim/sensor_adc.h"

#define STEPS    4096.0
#define SUPPLY_V 3.3

/* firmware/README.md: 0.252 V + 5 V/A or 250 V/A. */
#define ZERO_V     0.252
#define MA_V_PER_A 5.0
#define UA_V_PER_A 250.0
/* AD8313 (data sheet, 2.5 GHz): 18 mV/dB, 0.49 V with no signal as on the board, the slope bends over at 70 dB. */
#define RADIO_FLOOR_V  0.49
#define RADIO_V_PER_DB 0.018
#define RADIO_DB_MAX   70.0

/*
 * RP2040 data sheet §4.9.4 and erratum E11: four codes are about nine steps wide, all others a little too narrow. A saw
 * tooth of about eight steps comes of it.
 */
static const double WIDE_AT[] = {511, 1535, 2559, 3583};
#define WIDE_BY 8.0

double adc_volts(double v)
{
	return v / SUPPLY_V * STEPS;
}

double adc_current_steps(double ma, enum wire_range range)
{
	return adc_volts(ma / 1000 * (range == WIRE_RANGE_UA ? UA_V_PER_A : MA_V_PER_A));
}

double adc_current(double ma, enum wire_range range)
{
	return adc_volts(ZERO_V) + adc_current_steps(ma, range);
}

double adc_radio(double db)
{
	return adc_volts(RADIO_FLOOR_V + RADIO_V_PER_DB * (db < RADIO_DB_MAX ? db : RADIO_DB_MAX));
}

static double bend(double steps)
{
	double left = steps * (STEPS + 4 * WIDE_BY) / STEPS, out = 0, at = 0;

	for (unsigned i = 0; i < 4 && left > WIDE_AT[i] - at; i++) {
		out += WIDE_AT[i] - at;
		left -= WIDE_AT[i] - at;
		at = WIDE_AT[i];
		left = left < WIDE_BY ? 0 : left - WIDE_BY;
	}
	return out + left;
}

static double between(const struct adc *a, double steps)
{
	double at = steps < 0 ? 0 : steps > STEPS ? ADC_TABLE : steps * 4;
	unsigned i = at < ADC_TABLE ? (unsigned)at : ADC_TABLE - 1;

	return a->bent[i] + (a->bent[i + 1] - a->bent[i]) * (at - i);
}

double adc_mean(const struct adc *a, double steps, double sd)
{
	/* Gauss and Hermite's three points; rounding down takes half a step away. */
	double apart = sd * 1.7320508;

	return (between(a, steps - apart) + 4 * between(a, steps) + between(a, steps + apart)) / 6 -
	       0.5;
}

/* The upper tail's quantile, p up to 1/2: Abramowitz and Stegun 26.2.23, error below 4.5e-4. */
static double tail(double p)
{
	double t = sqrt(-2 * log(p));

	return t - (2.515517 + t * (0.802853 + t * 0.010328)) /
	                   (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}

void adc_init(struct adc *a)
{
	a->left = 0;
	for (unsigned i = 0; i < ADC_NORMALS / 2; i++) {
		a->normal[i] = (float)(tail((i + 0.5) / ADC_NORMALS) * M_SQRT1_2);
		a->normal[ADC_NORMALS - 1 - i] = -a->normal[i];
	}
	/* The greatest of n has the quantile u^(1/n). */
	for (unsigned i = 0; i < ADC_NORMALS; i++) {
		double p = -expm1(log((i + 0.5) / ADC_NORMALS) / ADC_CHUNK);

		a->extreme[i] = (float)(p > 0.5 ? -tail(1 - p) : tail(p));
	}
	for (unsigned i = 0; i <= ADC_TABLE; i++)
		a->bent[i] = (float)bend(i / 4.0);
	for (unsigned i = 0; i < ADC_TABLE; i++)
		a->code[i] = (uint16_t)a->bent[i];
}
