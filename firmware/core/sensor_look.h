/*
 * The first look at a chunk of samples: what it has of each channel, without `apart`. The greater part of what the sensors cost.
 * In: SENSOR_CHUNK samples, the channel of the first; glances with extremes that need not be told again (UINT16_MAX and 0: none),
 * number and sum 0. Out: the glances, their extremes widened by what lies beyond: seldom anything, and that is what makes it cheap.
 * A sample that failed has SENSOR_BAD set, and so has its channel's maximum.
 */
#ifndef CORDON_CORE_SENSOR_LOOK_H
#define CORDON_CORE_SENSOR_LOOK_H

#include "core/sensor.h"

void sensor_look(const uint16_t *samples, unsigned channel,
                 struct sensor_glance glance[SENSOR_CHANNELS]);

#endif
