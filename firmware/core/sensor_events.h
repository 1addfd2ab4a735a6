/*
 * Private to the sensors: between what keeps levels, floors and bands (sensor.c) and what finds bursts and steps in the
 * samples of one channel (sensor_events.c).
 */
#ifndef CORDON_CORE_SENSOR_EVENTS_H
#define CORDON_CORE_SENSOR_EVENTS_H

#include "core/sensor.h"

enum { SENSOR_ROUND_TICKS = SENSOR_CHANNELS * SENSOR_SAMPLE_TICKS };

/* sensor.c */
bool sensor_is_radio(const struct sensor_channel *c);
/* The flags of its records: WIRE_PORT_FAR or none. */
uint8_t sensor_port(const struct sensor_channel *c);
/* Counts times 16 as records give them: linear, and on the curve of the calibration. */
uint16_t sensor_out(const struct sensor *s, const struct sensor_channel *c, uint32_t x16);
/* Where bursts begin and end, after floor, spread or thresholds changed. */
void sensor_limits(struct sensor *s, struct sensor_channel *c);
/* Where steps begin, after the level or its spread changed; sensor_limits does it too. */
void sensor_step_limits(const struct sensor *s, struct sensor_channel *c);

/* sensor_events.c: samples of one channel, SENSOR_CHANNELS apart, the first of them at `t`, the last at `last`. */
void sensor_walk_bursts(struct sensor *s, struct sensor_channel *c, const uint16_t *at,
                        const uint16_t *last, uint64_t t);
void sensor_walk_steps(struct sensor *s, struct sensor_channel *c, const uint16_t *at,
                       const uint16_t *last, uint64_t t);
/* The open burst, ended at `end`. */
void sensor_tell_burst(struct sensor *s, struct sensor_channel *c, uint64_t end);

#endif
