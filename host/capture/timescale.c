/* Precomputes a timescale from if_tsresol. */
#include "capture/timescale.h"

static const uint64_t power_of_ten[] = {
	1ull,
	10ull,
	100ull,
	1000ull,
	10000ull,
	100000ull,
	1000000ull,
	10000000ull,
	100000000ull,
	1000000000ull,
	10000000000ull,
	100000000000ull,
	1000000000000ull,
	10000000000000ull,
	100000000000000ull,
	1000000000000000ull,
	10000000000000000ull,
	100000000000000000ull,
	1000000000000000000ull,
	10000000000000000000ull,
};

enum {
	TENS = sizeof(power_of_ten) / sizeof(power_of_ten[0]),
};

struct timescale timescale_of(uint8_t tsresol)
{
	unsigned n = tsresol & 0x7f;
	uint64_t d;

	if (tsresol & 0x80) {
		uint64_t step = n < 30 ? (1000000000ull + (1ull << n) - 1) >> n : 1;

		return (struct timescale){
			.kind = TIMESCALE_SHIFT,
			.shift = n,
			.step_ns = (uint32_t)step,
		};
	}
	if (n <= 9)
		return (struct timescale){
			.kind = TIMESCALE_MULTIPLY,
			.multiplier = power_of_ten[9 - n],
			.step_ns = (uint32_t)power_of_ten[9 - n],
		};
	/* Finer than 10^-28 s: 64 bits do not reach a nanosecond. */
	if (n - 9 >= TENS)
		return (struct timescale){.kind = TIMESCALE_SHIFT, .shift = 127, .step_ns = 1};
	d = power_of_ten[n - 9];
	return (struct timescale){
		.kind = TIMESCALE_DIVIDE,
		.divisor = d,
		.reciprocal = (uint64_t)(((unsigned __int128)1 << 64) / d),
		.step_ns = 1,
	};
}
