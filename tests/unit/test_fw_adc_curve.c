/* The curve of the ADC: wide codes made good, zero and slope of a calibration. RP2040-E11 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/adc_curve.h"

/* The converter as erratum E11 has it: voltages in, its codes out, and back. */
static unsigned code_of(double share)
{
	double at = share * ADC_E11_SPAN;
	unsigned code = 0;

	for (; code < 4095; code++) {
		at -= code % 1024 == 511 ? 1 + ADC_E11_WIDE : 1;
		if (at < 0)
			break;
	}
	return code;
}

static void wide_codes_are_made_good(void **state)
{
	double worst = 0, worst_raw = 0;
	uint16_t before = 0;

	(void)state;
	for (unsigned i = 0; i < 40960; i++) {
		double share = i / 40960.0, want = share * 4096 - 0.5;
		unsigned code = code_of(share);
		double got = adc_linear(code * 16) / 16.0;

		assert_true(adc_linear(code * 16) >= before);
		before = adc_linear(code * 16);
		if (code % 1024 == 511)
			continue; /* what is inside cannot be told */
		worst = got - want > worst ? got - want : want - got > worst ? want - got : worst;
		worst_raw = code - want > worst_raw   ? code - want
		            : want - code > worst_raw ? want - code
		                                      : worst_raw;
	}
	assert_true(worst <= 1.1);
	assert_true(worst_raw > 4);
	assert_int_equal(adc_linear(0), 0);
	assert_in_range(adc_linear(65535), 65530, 65535);
}

static void calibration_bends_the_curve(void **state)
{
	const struct adc_curve c = {.zero = 5100, .slope = ADC_CURVE_ONE * 102 / 100};

	(void)state;
	assert_int_equal(adc_corrected(&c, 5100), ADC_CURVE_ZERO);
	assert_in_range(adc_corrected(&c, 15100), ADC_CURVE_ZERO + 10199, ADC_CURVE_ZERO + 10201);
	assert_in_range(adc_corrected(&c, 0), 0, 0);
	assert_int_equal(adc_corrected(&c, 65535), 65535);
	assert_int_equal(adc_corrected(&(struct adc_curve){0}, 777), 777);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wide_codes_are_made_good),
		cmocka_unit_test(calibration_bends_the_curve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
