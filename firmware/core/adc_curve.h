/*
 * From counts of the ADC to counts on the board's nominal curve. In and out: counts times 16.
 * Erratum RP2040-E11: four codes (511, 1535, 2559, 3583) are wide, each swallows about eight more than its own step, so that
 * what lies above is told too low by as many. It cannot be undone inside such a code, but above it. How wide they are on this
 * chip is for the calibration's slope to absorb.
 */
#ifndef CORDON_CORE_ADC_CURVE_H
#define CORDON_CORE_ADC_CURVE_H

#include <stdint.h>

enum {
	ADC_CURVE_ONE = 1 << 14, /* slope 1 */
	ADC_CURVE_ZERO_MV = 252, /* what the amplifiers give without current */
	ADC_CURVE_ZERO = 5005,   /* the same in counts times 16 of 3.3 V */
	ADC_E11_WIDE = 8,        /* counts that a wide code swallows */
	ADC_E11_SPAN = 4096 + 4 * ADC_E11_WIDE,
};

struct adc_curve {
	uint16_t zero; /* counts times 16, linear, without current */
	uint16_t
		slope; /* of the nominal over the measured, times ADC_CURVE_ONE; 0: not calibrated */
};

/* Erratum E11 made good; 0 to 65535 stay where they are. */
static inline uint16_t adc_linear(uint32_t x16)
{
	uint32_t wide = (x16 + 512 * 16) >> 14;

	/* 128/129, to 0.03: a division takes the core 50 cycles. */
	return (uint16_t)((x16 + wide * (ADC_E11_WIDE * 16)) * 65028u >> 16);
}
_Static_assert(ADC_E11_SPAN * 128 == 4096 * 129, "the factor in adc_linear");

static inline uint16_t adc_corrected(const struct adc_curve *c, uint16_t linear)
{
	int32_t v = linear;

	if (!c || !c->slope)
		return linear;
	v = ADC_CURVE_ZERO +
	    (int32_t)(((int64_t)(v - c->zero) * c->slope + ADC_CURVE_ONE / 2) / ADC_CURVE_ONE);
	return v < 0 ? 0 : v > UINT16_MAX ? UINT16_MAX : (uint16_t)v;
}

#endif
