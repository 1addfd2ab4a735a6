/*
 * The board's slow pins: bus switch, VBUS, range, pull-downs, multiplexer, and what the hardware reports by itself.
 * Values are those of the STATE record: enum wire_switch, enum wire_range, 0 and 1, bits 0 (D+) and 1 (D-), 0 to 7.
 */
#ifndef CORDON_RP2040_BOARD_IO_H
#define CORDON_RP2040_BOARD_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire.h"

/* All outputs safe: bus open, VBUS off, coarse range, nothing pulled down. Before anything else drives a pin. */
void board_io_start(void);

/* Sets one of the settings that have pins; false where it has none or the value is out of bounds, and nothing changes. */
bool board_io_set(enum wire_setting setting, uint32_t value);
uint32_t board_io_get(enum wire_setting setting);

/* Bits of what the hardware has tripped now. */
enum board_io_trip {
	BOARD_IO_OVERVOLTAGE =
		1u << 0,               /* latched; the hardware has opened VBUS and bus by itself */
	BOARD_IO_VBUS_FAULT = 1u << 1, /* the load switch limits */
	BOARD_IO_RANGE_TRIP = 1u << 2, /* the 10 ohm are bypassed; only true with VBUS on */
};
uint32_t board_io_trips(void);

/* Clears the overvoltage latch, which trips again at once where what tripped it is still there. */
void board_io_reset_latch(void);

/* `tripped` is called in an interrupt when the overvoltage latch trips. */
void board_io_watch(void (*tripped)(void));

#endif
