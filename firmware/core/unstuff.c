/*
 * See unstuff.h. The program stands in one of two loops, by the level of the last symbol; X counts the ones that may still come. A symbol is
 * taken whole, J as 1 and K as 2, so that counting Y down turns one test into another, and K into a one where K is what came before.
 * Behind six ones X takes the stuffed bit, and Y says which loop it was: 1 the lower one, ffffffff the upper one. SE1 is taken for either
 * level: the bit behind it is wrong then and so the checksum, but where it stands for a stuffed K, which passes.
 */
#include "core/unstuff.h"
#include "core/listen_pio.h"
#include "core/packet_plain.h"
#include "core/pio_code.h"

enum {
	OTHER = UNSTUFF_AT, /* not K behind K: J behind J, K behind J, J where K was due */
	SEVENTH = OTHER + 3,
	LOW_AGAIN = OTHER + 4,
	LOW = OTHER + 5,
	STUFFED = UNSTUFF_WRAP,
	HIGH_AGAIN = STUFFED + 2,
	HIGH = STUFFED + 3,
	/* Sync and PID behind sixteen zeros. */
	DATA0_OUT = 0xc3800000,
	DATA1_OUT = 0x4b800000,
};

const uint16_t unstuff_pio[UNSTUFF_LEN] = {
	PIO_JMP(PIO_X_DEC, OTHER + 1),
	PIO_JMP(PIO_X_ZERO, SEVENTH), /* J behind J */
	PIO_JMP(PIO_X_NE_Y, LOW_AGAIN),
	[SEVENTH - OTHER] = PIO_IRQ_SET(UNSTUFF_IRQ),
	[LOW_AGAIN - OTHER] = PIO_SET(PIO_X, STUFF_AFTER - 1),
	[LOW - OTHER] = PIO_OUT(PIO_Y, 2),
	PIO_JMP(PIO_Y_DEC, LOW + 2),
	PIO_IN(PIO_Y, 1),
	PIO_JMP(PIO_Y_ZERO, HIGH_AGAIN),
	PIO_JMP(PIO_X_DEC, LOW),
	[STUFFED - OTHER] = PIO_OUT(PIO_X, 2),
	PIO_JMP(PIO_X_NE_Y, OTHER),
	[HIGH_AGAIN - OTHER] = PIO_SET(PIO_X, STUFF_AFTER - 1),
	[HIGH - OTHER] = PIO_OUT(PIO_Y, 2),
	PIO_IN(PIO_Y, 1),
	PIO_JMP(PIO_Y_DEC, HIGH + 3),
	PIO_JMP(PIO_Y_DEC, LOW_AGAIN),
	PIO_JMP(PIO_X_DEC, HIGH),
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
