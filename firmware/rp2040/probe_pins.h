/* D+ and D- driven through the probe outputs, one state a bit time, by the core: for the self-test, at low speed. */
#ifndef CORDON_RP2040_PROBE_PINS_H
#define CORDON_RP2040_PROBE_PINS_H

#include <stddef.h>
#include <stdint.h>

#include "core/wire.h"

/* From letting go to driving, and back. */
void probe_pins_drive(enum wire_lines lines);
void probe_pins_release(void);

/* The states one after the other, 80 cycles each; interrupts must be off. The last one stays. */
void probe_pins_play(const uint8_t *states, size_t n);

#endif
