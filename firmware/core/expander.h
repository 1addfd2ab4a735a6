/*
 * The sixteen slow pins behind I2C: which bit is what, and what is safe. In: names. Out: levels and directions.
 * Leaves alone: the bus (rp2040/expander_io.c). hw/README.md has the table; TCA9535, registers 2 and 6.
 */
#ifndef CORDON_CORE_EXPANDER_H
#define CORDON_CORE_EXPANDER_H

#include <stdint.h>

enum expander_pin {
	EXPANDER_LED_GREEN = 1u << 0, /* low: on */
	EXPANDER_LED_AMBER = 1u << 1,
	EXPANDER_LED_RED = 1u << 2,
	EXPANDER_FAR_PU_DP = 1u << 3, /* high: 1.5 k; else let go */
	EXPANDER_FAR_PU_DM = 1u << 4,
	EXPANDER_FAR_RD_CC1 = 1u << 5, /* low: Rd; else let go */
	EXPANDER_FAR_RD_CC2 = 1u << 6,
	EXPANDER_FAR_LOAD = 1u << 7,
	EXPANDER_RP_CC1 = 1u << 8, /* high: 36 k; else let go */
	EXPANDER_RP_CC2 = 1u << 9,
	EXPANDER_VCONN_CC1 = 1u << 10,
	EXPANDER_VCONN_CC2 = 1u << 11,
	EXPANDER_VBUS_SRC = 1u << 12, /* low: PC, high: HOST */
	EXPANDER_VBUS_DISCH = 1u << 13,
	EXPANDER_RADIO_PD = 1u << 14, /* low: detectors on */
	EXPANDER_NEAR_RD = 1u << 15,
	EXPANDER_LEDS = 7,
	/* Dark, nothing pulled, nothing loaded, VBUS from PC; the detectors are on. */
	EXPANDER_SAFE_LEVELS = EXPANDER_LEDS,
	EXPANDER_LET_GO = EXPANDER_FAR_PU_DP | EXPANDER_FAR_PU_DM | EXPANDER_FAR_RD_CC1 |
	                  EXPANDER_FAR_RD_CC2 | EXPANDER_RP_CC1 | EXPANDER_RP_CC2,
	EXPANDER_ADDRESS = 0x20,
	EXPANDER_REG_OUTPUT = 2, /* of two bytes each */
	EXPANDER_REG_INPUTS = 6,
};

#endif
