/*
 * The ADC's hardware: round robin over three inputs at 500 kS/s into a ring by DMA. In: pins GP26 to GP28. Out: chunks of
 * samples to a struct sensor. All of it runs in the main loop; the ring bears 16 ms without it.
 */
#ifndef CORDON_RP2040_ADC_H
#define CORDON_RP2040_ADC_H

#include <stdbool.h>

#include "core/sensor.h"

void adc_start(struct sensor *s);

/*
 * Whether the converter reads its own temperature sensor as one of a chip that works. Sampling begins anew: not while somebody
 * captures.
 */
bool adc_reference_is_good(struct sensor *s);

/* Hands over what has come, at most `budget` chunks. False where there was no whole one left. */
bool adc_run(struct sensor *s, unsigned budget);

#endif
