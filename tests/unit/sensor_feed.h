/*
 * What a tap's sensors tell, made by hand and given to an engine: bands by the millisecond, bursts, steps, settings.
 * Time stands in `struct build` and is the test's to move; bands move it on by their millisecond.
 */
#ifndef CORDON_TESTS_SENSOR_FEED_H
#define CORDON_TESTS_SENSOR_FEED_H

#include "model_build.h"

/* With VBUS off so far; VBUS comes on now. */
void feed_powered(struct build *b, enum profile_kind kind);
void feed_vbus(struct build *b, bool on);
/* A record as it is, at `t_ns`; no time passes. */
void feed_record(struct build *b, const struct record *r, int64_t t_ns);
/* One millisecond's band. mA, calibrated, milliampere range. */
void feed_ma(struct build *b, double mean, double maximum);
/* `ms` of it, steady. */
void feed_steady(struct build *b, unsigned ms, double ma);
/* A burst that begins at `t_ns`: mA above the floor, or millivolts for the radio. No time passes. */
void feed_burst(struct build *b, enum wire_channel channel, int64_t t_ns, double peak,
                unsigned length_us);
void feed_text(struct build *b, enum record_kind kind, const char *text);
void feed_setting(struct build *b, uint8_t setting, uint8_t cause, uint32_t after);

#endif
