/*
 * GP2 and GP3 as plain outputs, paced by the cycle counter of the stamps: some cycles of jitter, which a low-speed bit of 80
 * bears. In: states. Out: levels. Leaves alone: the bus switch, without which nothing reaches the cable's lines.
 */
#include "rp2040/probe_pins.h"
#include "rp2040/clock64.h"
#include "rp2040/regs.h"
#include "board.h"

enum { BIT_CYCLES = WIRE_TICK_HZ / 1500000, PINS = 3u << BOARD_PIN_PROBE_DP };

_Static_assert(BOARD_PIN_PROBE_DM == BOARD_PIN_PROBE_DP + 1,
               "D+ is the lower of the pair, as in enum wire_lines");

static void put(uint32_t lines)
{
	uint32_t out = lines << BOARD_PIN_PROBE_DP;

	/* Both in one access: no state of its own in between. */
	SIO->gpio_out_xor = (SIO->gpio_out ^ out) & PINS;
}

void probe_pins_drive(enum wire_lines lines)
{
	for (unsigned i = 0; i < 2; i++) {
		PADS_BANK0->gpio[BOARD_PIN_PROBE_DP + i] = PAD_INPUT_ENABLE | PAD_DRIVE_4MA;
		IO_BANK0->gpio[BOARD_PIN_PROBE_DP + i].ctrl = GPIO_FUNC_SIO;
	}
	put(lines);
	SIO->gpio_oe_set = PINS;
}

void probe_pins_release(void)
{
	SIO->gpio_oe_clr = PINS;
	SIO->gpio_out_clr = PINS;
}

void probe_pins_play(const uint8_t *states, size_t n)
{
	reg32 *counter = &PWM->slice[CLOCK64_SLICE].ctr;
	uint16_t due = (uint16_t)(*counter + BIT_CYCLES);

	for (size_t i = 0; i < n; i++, due = (uint16_t)(due + BIT_CYCLES)) {
		while ((int16_t)(uint16_t)(*counter - due) < 0)
			;
		put(states[i]);
	}
}
