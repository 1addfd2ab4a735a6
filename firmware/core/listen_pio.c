/*
 * The listener's PIO programs. In: nothing. Out: 32 instructions, and the three that the speed changes.
 *
 * Cycle counts: a bit is ten. D is the cycle of the poll that sees an edge, 0 to 2 cycles behind the edge. The low half
 * looks at both lines at D+3 and then each ten cycles (L): before 5.6 cycles have passed, where D- may already fall if it
 * leads by two and the bit is short by 2.2 of jitter, and after 2, where it may not yet have risen. It polls at L+1, L+5, L+7 and L+9; the first comes
 * before the symbol is taken, so that an edge about L still ends the bit before. The high half samples at D+4 or
 * D+5, then each ten cycles (H), and polls at H+5, H+7 and H+9.
 * Leaves alone: pins, dividers, FIFOs (rp2040/listen.c). RP2040 datasheet §3.4.
 */
#include "core/listen_pio.h"
#include "core/pio_code.h"
#include "board.h"

enum {
	HIGH_POLL = 0,
	HIGH_MORE = 2,
	RISE = 5,
	HIGH = 6,
	END = 9,
	PARK = LISTEN_SAMPLER_START,
	BEGIN = 12,
	LOW = LISTEN_SAMPLER_WRAP_BOTTOM,
	CHANGE = 21,
	K_IS = 24,
	POLL = LISTEN_WATCHER_WRAP_BOTTOM,
	NEVER = 31, /* no pair of lines reads like this */
};

const uint16_t listen_pio[LISTEN_PIO_LEN] = {
	/* The data line is high: J. X counts for how many bits, Y the polls. */
	[HIGH_POLL] = PIO_JMP(PIO_PIN, HIGH_MORE),
	[1] = PIO_JMP(PIO_ALWAYS, LOW) | PIO_DELAY(1),
	[HIGH_MORE] = PIO_JMP(PIO_Y_DEC, HIGH_POLL),
	[3] = PIO_JMP(PIO_PIN, HIGH),
	[4] = PIO_JMP(PIO_ALWAYS, LOW) | PIO_DELAY(1),
	[RISE] = PIO_SET(PIO_X, LISTEN_IDLE_BITS - 1) | PIO_DELAY(1),
	[HIGH] = PIO_IN(PIO_PINS, 2) | PIO_DELAY(2),
	[7] = PIO_SET(PIO_Y, 1),
	[8] = PIO_JMP(PIO_X_DEC, HIGH_POLL),
	/* SE0, or J for LISTEN_IDLE_BITS: push what there is, tell the watcher. */
	[END] = PIO_PUSH_BLOCK,
	[10] = PIO_IRQ_SET(LISTEN_IRQ_END),
	[PARK] = PIO_WAIT(1, PIO_WAIT_GPIO, BOARD_PIN_TAP_DP),
	[BEGIN] = PIO_WAIT(0, PIO_WAIT_GPIO, BOARD_PIN_TAP_DP) | PIO_DELAY(2),
	/* The data line is low: K, or SE0. */
	[LOW] = PIO_MOV(PIO_OSR, PIO_PINS),
	[14] = PIO_JMP(PIO_PIN, RISE),
	[15] = PIO_OUT(PIO_X, 2),
	[16] = PIO_JMP(PIO_X_ZERO, END),
	[17] = PIO_IN(PIO_X, 2),
	[18] = PIO_JMP(PIO_PIN, RISE) | PIO_DELAY(1),
	[19] = PIO_JMP(PIO_PIN, RISE) | PIO_DELAY(1),
	[20] = PIO_JMP(PIO_PIN, RISE),
	/* The watcher. */
	[CHANGE] = PIO_MOV(PIO_OSR, PIO_PINS),
	[22] = PIO_OUT(PIO_Y, 2),
	[23] = PIO_IN(PIO_Y, 2),
	[K_IS] = PIO_SET(PIO_X, NEVER),
	[25] = PIO_JMP(PIO_X_NE_Y, POLL),
	/* Ends of packets that it did not wait for have left the flag set. */
	[26] = PIO_IRQ_CLEAR(LISTEN_IRQ_END),
	[27] = PIO_WAIT(1, PIO_WAIT_IRQ, LISTEN_IRQ_END),
	[LISTEN_WATCHER_START] = PIO_SET(PIO_Y, 0),
	[POLL] = PIO_MOV(PIO_OSR, PIO_PINS),
	[30] = PIO_OUT(PIO_X, 2),
	[31] = PIO_JMP(PIO_X_NE_Y, CHANGE),
};

void listen_pio_patch(struct listen_patch patch[LISTEN_PATCHES], enum usb_speed speed)
{
	unsigned data = BOARD_PIN_TAP_DP + listen_data_line(speed);
	unsigned k = speed == USB_SPEED_FULL ? 2 : speed == USB_SPEED_LOW ? 1 : NEVER;

	patch[0] = (struct listen_patch){PARK, (uint16_t)PIO_WAIT(1, PIO_WAIT_GPIO, data)};
	patch[1] = (struct listen_patch){
		BEGIN, (uint16_t)(PIO_WAIT(0, PIO_WAIT_GPIO, data) | PIO_DELAY(2))};
	patch[2] = (struct listen_patch){K_IS, (uint16_t)PIO_SET(PIO_X, k)};
}
