/*
 * See unstuff.h. The program stands in one of two loops, by the level of the last symbol; X counts the ones that may still come, and
 * only D+ is looked at, as packet_levels does. In the lower loop a 0 becomes ffffffff by the jump's decrement, and so a one. From the last
 * instruction it goes on with the first.
 */
#include "core/unstuff.h"
#include "core/listen_pio.h"
#include "core/packet_plain.h"
#include "core/pio_code.h"

enum {
	HIGH = UNSTUFF_AT,
	HIGH_ENDS = HIGH + 9,
	LOW_AGAIN = HIGH + 10,
	LOW = HIGH + 11,
	LOW_ENDS = HIGH + 20,
	HIGH_AGAIN = HIGH + 21,
	/* Sync and PID behind sixteen zeros. */
	DATA0_OUT = 0xc3800000,
	DATA1_OUT = 0x4b800000,
};

const uint16_t unstuff_pio[UNSTUFF_LEN] = {
	[0] = PIO_OUT(PIO_Y, 1),
	[1] = PIO_OUT(PIO_NULL, 1),
	[2] = PIO_JMP(PIO_Y_ZERO, HIGH_ENDS),
	[3] = PIO_IN(PIO_Y, 1),
	[4] = PIO_JMP(PIO_X_DEC, HIGH),
	/* The stuffed bit. */
	[5] = PIO_OUT(PIO_Y, 1),
	[6] = PIO_OUT(PIO_NULL, 1),
	[7] = PIO_JMP(PIO_Y_ZERO, LOW_AGAIN),
	[8] = PIO_IRQ_SET(UNSTUFF_IRQ),
	[HIGH_ENDS - HIGH] = PIO_IN(PIO_Y, 1),
	[LOW_AGAIN - HIGH] = PIO_SET(PIO_X, STUFF_AFTER - 1),
	[LOW - HIGH] = PIO_OUT(PIO_Y, 1),
	[12] = PIO_OUT(PIO_NULL, 1),
	[13] = PIO_JMP(PIO_Y_DEC, LOW_ENDS),
	[14] = PIO_IN(PIO_Y, 1),
	[15] = PIO_JMP(PIO_X_DEC, LOW),
	[16] = PIO_OUT(PIO_Y, 1),
	[17] = PIO_OUT(PIO_NULL, 1),
	[18] = PIO_JMP(PIO_Y_DEC, HIGH_AGAIN),
	[19] = PIO_IRQ_SET(UNSTUFF_IRQ),
	[LOW_ENDS - HIGH] = PIO_IN(PIO_Y, 1),
	[HIGH_AGAIN - HIGH] = PIO_SET(PIO_X, STUFF_AFTER - 1),
};

const uint16_t unstuff_begin[UNSTUFF_BEGIN] = {
	PIO_SET(PIO_X, STUFF_AFTER - 1),
	PIO_IN(PIO_NULL, 16),
	PIO_JMP(PIO_ALWAYS, HIGH),
};

/* J is 1 and K is 2. */
const uint32_t unstuff_fill[2] = {0x66666666, 0x99999999};

struct unstuff_end unstuff_end(const uint32_t *words, unsigned count)
{
	uint32_t last = words[count - 1];
	unsigned n = packet_last_symbols(&last);
	uint32_t newest = n ? last >> 2 * (n - 1) : words[count - 2] >> 30;
	/* What changes each symbol and begins with the newest one's level. */
	uint32_t more = unstuff_fill[newest & 1];

	return (struct unstuff_end){
		.last = last | more << 2 * n,
		.low = (more >> 2 * (15 - n) & 1) == 0,
		.outs = (uint8_t)((16 * count + n) / 32 + 1),
	};
}

bool unstuff_is_data(uint32_t word)
{
	return word == PACKET_HEAD_DATA0 || word == PACKET_HEAD_DATA1;
}

unsigned unstuff_bits(const uint32_t *to, unsigned outs)
{
	unsigned bytes;
	uint32_t end;

	if (to[0] != DATA0_OUT && to[0] != DATA1_OUT)
		return 0;
	while (outs > 1 && !to[outs - 1])
		outs--;
	if (outs < 2)
		return 0;
	end = to[outs - 1];
	for (bytes = 4 * (outs - 2); end > 3; end >>= 8) {
		if (end < 256)
			return 0;
		bytes++;
	}
	return 8 * bytes + (end > 1);
}
