/*
 * The board in numbers: the pin map (normative, the netlist agrees with it), the clocks, the sizes of every buffer.
 * In: nothing. Leaves alone: what the pins do (rp2040/), the thresholds that a command can change (core/sensor.h).
 * Free of registers, so that tests and the hardware check read it too.
 */
#ifndef CORDON_BOARD_H
#define CORDON_BOARD_H

enum board_pin {
	BOARD_PIN_TAP_DP =
		0, /* PIO input; TAP_DM must be the next one: the listener samples the pair */
	BOARD_PIN_TAP_DM = 1,
	BOARD_PIN_PROBE_DP = 2, /* PIO output */
	BOARD_PIN_PROBE_DM = 3,
	BOARD_PIN_I2C0_SDA = 4,
	BOARD_PIN_I2C0_SCL = 5,
	BOARD_PIN_BUS_SEL = 6,
	BOARD_PIN_BUS_OE_N = 7,
	BOARD_PIN_VBUS_EN = 8,
	BOARD_PIN_VBUS_FAULT_N = 9,
	BOARD_PIN_OV_TRIP_N = 10,
	BOARD_PIN_OV_RESET = 11,
	BOARD_PIN_RANGE_BYPASS = 12,
	BOARD_PIN_RANGE_TRIP = 13,
	BOARD_PIN_PD_DP = 14,
	BOARD_PIN_PD_DM = 15,
	BOARD_PIN_MUX_A = 16,
	BOARD_PIN_MUX_B = 17,
	BOARD_PIN_MUX_C = 18,
	BOARD_PIN_BUZZER = 19, /* PWM */
	BOARD_PIN_BUTTON_N = 20,
	BOARD_PIN_EXPANDER_INT_N = 21,
	BOARD_PIN_DC_PATH_EN = 22,
	BOARD_PIN_ADC_CURRENT = 26,
	BOARD_PIN_ADC_RADIO = 27,
	BOARD_PIN_ADC_MUX = 28,
};

enum board_clock {
	BOARD_REVISION = 1, /* A */
	BOARD_XOSC_HZ = 12000000,
	BOARD_SYS_HZ = 120000000, /* ten cycles a full-speed bit, eighty a low-speed bit */
	BOARD_USB_HZ = 48000000,
};

enum board_size {
	BOARD_FLASH_BYTES = 128 * 1024, /* what the image may fill */
	BOARD_FLASH_CHIP_BYTES =
		2 * 1024 * 1024, /* the Pico's; the last two sectors have the calibration */
	BOARD_RAM_BYTES = 264 * 1024,
	BOARD_LINE_RING_BYTES = 32 * 1024, /* the largest ring that DMA can wrap by itself */
	BOARD_EVENT_RING = 8192,           /* entries; two for each packet on the bus */
	BOARD_ADC_RING = 8192,             /* samples: 16 ms */
	BOARD_UP_RING_BYTES = 64 * 1024,   /* records on their way to the PC */
};

#endif
