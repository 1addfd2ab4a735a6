/*
 * The calibration's record: zero and slope of both current ranges. In and out: bytes as they are kept. Leaves alone: measuring
 * (core/calibrate.h), where and how it is kept (core/calibration_store.h).
 *
 * 0 4 "CCAL", 4 2 version 1, 6 2 length 24, 8 4 sequence, then zero and slope of range mA (2 2), of range uA (2 2), 20 4 CRC32 of
 * IEEE 802.3 over all before it. The CRC is the calibration's id.
 */
#ifndef CORDON_CORE_CALIBRATION_H
#define CORDON_CORE_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/adc_curve.h"
#include "core/wire.h"

enum {
	CALIBRATION_RANGES = 2, /* enum wire_range */
	CALIBRATION_BYTES = 24,
	/* What a board may be off its nominal curve: 60 mV, which are 12 mA; 15 mV, 60 uA; a tenth. */
	CALIBRATION_ZERO_OFF_MA = 65536 * 60 / 3300,
	CALIBRATION_ZERO_OFF_UA = 65536 * 15 / 3300,
	CALIBRATION_SLOPE_OFF = ADC_CURVE_ONE / 10,
};

struct calibration {
	uint32_t id; /* 0: none */
	uint32_t sequence;
	struct adc_curve curve[CALIBRATION_RANGES];
};

/* Its bytes, with a new checksum, which becomes its id. */
size_t calibration_put(uint8_t to[CALIBRATION_BYTES], struct calibration *c);

/* False where the bytes are no record, or one that no board can have; *to is without an id then. */
bool calibration_get(struct calibration *to, const uint8_t *from, size_t len);

bool calibration_is_possible(const struct calibration *c);

#endif
