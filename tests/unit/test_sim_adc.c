/* The simulated converter: what is drawn of a chunk is what its samples would give, and its codes are those of the chip. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <cmocka.h>

#include "sim/sensor_adc.h"
#include "statistics.h"

/* The same run with every chunk sampled has the same spreads: what is drawn of quiet chunks is what samples would give. */
static void extremes_of_a_chunk(void **state)
{
	static struct adc adc;
	struct random random;
	double drawn = 0, sampled = 0;

	(void)state;
	adc_init(&adc);
	random_init(&random, 13);
	for (unsigned i = 0; i < 20000; i++) {
		double most = -10;

		for (unsigned k = 0; k < ADC_CHUNK; k++)
			most = fmax(most, adc_normal(&adc, &random));
		sampled += most / 20000;
		drawn += adc_extreme(&adc, &random) / 20000;
	}
	/* Of 42 draws: 2.18. */
	statistics_close_to(sampled, 2.18, 0.02);
	statistics_close_to(drawn, 2.18, 0.02);
}

/* The integral of the converter's codes: eight steps at four places, and no gain error. RP2040-E11 */
static void converter_has_its_wide_codes(void **state)
{
	static struct adc adc;
	unsigned width[4096] = {0};

	(void)state;
	adc_init(&adc);
	for (unsigned i = 0; i < ADC_TABLE; i++)
		width[adc.code[i]]++;
	for (unsigned i = 1; i < 4095; i++) {
		bool wide = i == 511 || i == 1535 || i == 2559 || i == 3583;

		assert_in_range(width[i], wide ? 34 : 3, wide ? 37 : 5);
	}
	assert_int_equal(adc.code[ADC_TABLE - 1], 4095);
	statistics_close_to(adc_mean(&adc, 2048, 1), 2047.5, 0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extremes_of_a_chunk),
		cmocka_unit_test(converter_has_its_wide_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
