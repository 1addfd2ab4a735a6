/* See tap_self.h. The bytes are those of firmware/README.md; what they mean in words stands in tables. */
#include "cli/tap_self.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/adc_curve.h"
#include "core/selftest.h"
#include "usb/tap_checks.h"

/* So long each takes at most: VBUS falls, both zeros are a second each. */
#define TEST_NS      INT64_C(5000000000)
#define CALIBRATE_NS INT64_C(10000000000)

static const char *const refused[] = {
	[WIRE_E_OPCODE] = "its firmware does not know how",
	[WIRE_E_LENGTH] = "its firmware is of another version",
	[WIRE_E_VALUE] = "the current must be 10 to 560 mA, or 0.2 to 10 mA in the uA range",
	[WIRE_E_STATE] = "not while it captures, guards, tests a cable, or has VBUS or the bus "
			 "switch on; and a zero must come before a slope",
	[WIRE_E_HARDWARE] = "its hardware does not do what it is told",
};

static const char *const reasons[] = {
	[WIRE_CALIBRATE_KEPT] = "kept",
	[WIRE_CALIBRATE_UNSTEADY] = "the current is not steady",
	[WIRE_CALIBRATE_IMPOSSIBLE] = "no tap is so far off: is something plugged in, or other "
				      "than was said?",
	[WIRE_CALIBRATE_IN_USE] = "something pulls a line of NEAR up: it must be empty",
	[WIRE_CALIBRATE_TRIPPED] = "its hardware took VBUS or the range away",
	[WIRE_CALIBRATE_FLASH] = "its flash does not keep it",
};

#define TEXT(table, i)                                                                             \
	((size_t)(i) < sizeof(table) / sizeof(table[0]) && (table)[i] ? (table)[i] : "refused")

void tap_self_test(struct tap_question *q)
{
	*q = (struct tap_question){.opcode = WIRE_OP_SELFTEST, .patience_ns = TEST_NS};
}

static void calibrate(struct tap_question *q, const struct wire_calibrate *c)
{
	*q = (struct tap_question){.opcode = WIRE_OP_CALIBRATE, .patience_ns = CALIBRATE_NS};
	q->len = wire_calibrate_put(q->args, c);
}

void tap_self_calibrate_zero(struct tap_question *q)
{
	calibrate(q, &(struct wire_calibrate){.what = WIRE_CALIBRATE_ZERO});
}

void tap_self_calibrate_slope(struct tap_question *q, enum wire_range range, double ohms,
                              double volts)
{
	double na = floor(volts / ohms * 1e9 + 0.5);

	calibrate(q, &(struct wire_calibrate){
			     .what = WIRE_CALIBRATE_SLOPE,
			     .range = (uint8_t)range,
			     .current_na = na < 0 || na > UINT32_MAX ? UINT32_MAX : (uint32_t)na,
		     });
}

static bool calibration_of(const struct tap_answer *a, struct wire_calibration *c)
{
	return a->replied && wire_calibration_get(c, a->data, a->len);
}

static bool selftest_of(const struct tap_answer *a, struct wire_selftest *s)
{
	return a->replied && !a->reply.error && wire_selftest_get(s, a->data, a->len);
}

bool tap_self_good(const struct tap_question *q, const struct tap_answer *a)
{
	struct wire_selftest s;

	if (q->opcode == WIRE_OP_SELFTEST)
		return selftest_of(a, &s) && !s.failed && s.ran & WIRE_CHECK_LISTEN;
	return a->replied && !a->reply.error;
}

void tap_self_checks(uint16_t mask, char *to, size_t size)
{
	size_t n = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < TAP_CHECKS && n < size; i++)
		if (mask >> i & 1)
			n += (size_t)snprintf(to + n, size - n, "%s%s", n ? ", " : "",
			                      tap_check_name(i));
}

static void test_text(const struct tap_answer *a)
{
	struct wire_selftest s;
	char names[256];

	if (!selftest_of(a, &s)) {
		printf("  self-test not run: %s\n", TEXT(refused, a->reply.error));
		return;
	}
	tap_self_checks(s.failed ? s.failed : s.ran, names, sizeof(names));
	printf("  self-test %s: %s\n", s.failed ? "failed" : "passed", names);
	for (unsigned i = 0; i < TAP_CHECK_DETAILS; i++)
		if (s.detail >> i & 1)
			printf("    %s\n", tap_check_detail(i));
	if (s.detail & SELFTEST_IN_USE)
		puts("    the listener was not tried: something is at NEAR");
}

/* How far a zero is from the nominal one; counts times 16 of 3.3 V, V/A. */
static double off(uint16_t zero, double volts_per_ampere)
{
	return (zero - ADC_CURVE_ZERO) * 3.3 / 65536 / volts_per_ampere;
}

static void calibrate_text(const struct tap_answer *a)
{
	struct wire_calibration c;

	if (!calibration_of(a, &c)) {
		printf("  not calibrated: %s\n", TEXT(refused, a->reply.error));
		return;
	}
	if (a->reply.error)
		printf("  not kept: %s\n", TEXT(reasons, c.reason));
	if (c.id)
		printf("  calibration %08x: zero is off by %.2f mA and %.1f uA, slopes by %.1f %% "
		       "and "
		       "%.1f %%\n",
		       c.id, off(c.zero_ma, 5) * 1e3, off(c.zero_ua, 250) * 1e6,
		       100.0 * ADC_CURVE_ONE / c.slope_ma - 100,
		       100.0 * ADC_CURVE_ONE / c.slope_ua - 100);
}

void tap_self_text(const struct tap_question *q, const struct tap_answer *a)
{
	if (!a->replied)
		return;
	if (q->opcode == WIRE_OP_SELFTEST)
		test_text(a);
	else
		calibrate_text(a);
}

static json_t *names_of(uint16_t mask)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < TAP_CHECKS; i++)
		if (mask >> i & 1)
			json_array_append_new(list, json_string(tap_check_name(i)));
	return list;
}

static void test_json(const struct tap_answer *a, json_t *o)
{
	struct wire_selftest s;
	json_t *why = json_array();

	if (!selftest_of(a, &s)) {
		json_object_set_new(o, "refused", json_string(TEXT(refused, a->reply.error)));
		json_decref(why);
		return;
	}
	for (unsigned i = 0; i < TAP_CHECK_DETAILS; i++)
		if (s.detail >> i & 1)
			json_array_append_new(why, json_string(tap_check_detail(i)));
	json_object_set_new(o, "ran", names_of(s.ran));
	json_object_set_new(o, "failed", names_of(s.failed));
	json_object_set_new(o, "why", why);
	json_object_set_new(o, "in_use", json_boolean(s.detail & SELFTEST_IN_USE));
	json_object_set_new(o, "packets_sent",
	                    json_integer(s.detail >> SELFTEST_SENT_SHIFT & 0xff));
	json_object_set_new(o, "packets_read",
	                    json_integer(s.detail >> SELFTEST_READ_SHIFT & 0xff));
}

static void calibrate_json(const struct tap_answer *a, json_t *o)
{
	struct wire_calibration c;
	char id[16];

	json_object_set_new(o, "kept", json_boolean(!a->reply.error));
	if (!calibration_of(a, &c)) {
		json_object_set_new(o, "why", json_string(TEXT(refused, a->reply.error)));
		return;
	}
	json_object_set_new(o, "why", json_string(TEXT(reasons, c.reason)));
	if (!c.id)
		return;
	snprintf(id, sizeof(id), "%08x", c.id);
	json_object_set_new(o, "id", json_string(id));
	json_object_set_new(o, "sequence", json_integer(c.sequence));
	json_object_set_new(o, "zero_off_ma", json_real(off(c.zero_ma, 5) * 1e3));
	json_object_set_new(o, "zero_off_ua", json_real(off(c.zero_ua, 250) * 1e6));
	json_object_set_new(o, "slope_ma", json_real((double)c.slope_ma / ADC_CURVE_ONE));
	json_object_set_new(o, "slope_ua", json_real((double)c.slope_ua / ADC_CURVE_ONE));
}

void tap_self_json(const struct tap_question *q, const struct tap_answer *a, json_t *o)
{
	bool test = q->opcode == WIRE_OP_SELFTEST;
	json_t *inner;

	if (!a->replied)
		return;
	inner = json_object();
	if (test)
		test_json(a, inner);
	else
		calibrate_json(a, inner);
	json_object_set_new(o, test ? "self_test" : "calibrated", inner);
}
