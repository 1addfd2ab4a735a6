/* Verdict and coverage, each limit from both sides. product.md "Findings, verdicts, exit codes". */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
#include "detect/verdict.h"

static const struct coverage whole, lacking = {.missing = 1};

static struct finding of(enum group g, enum weight w)
{
	return (struct finding){.rule = "R0", .group = g, .weight = w};
}

static void verdicts(void **state)
{
	static const struct {
		struct {
			enum group g;
			enum weight w;
		} f[3];
		unsigned n;
		enum verdict covered, not_covered;
	} cases[] = {
		{{{0}}, 0, VERDICT_NO_FINDING, VERDICT_NOT_COVERED},
		{{{GROUP_PRESENCE, WEIGHT_WEAK}}, 1, VERDICT_NO_FINDING, VERDICT_NOT_COVERED},
		{{{GROUP_PRESENCE, WEIGHT_MEDIUM}}, 1, VERDICT_NO_FINDING, VERDICT_NOT_COVERED},
		{{{GROUP_PRESENCE, WEIGHT_MEDIUM}, {GROUP_PRESENCE, WEIGHT_MEDIUM}},
	         2,
	         VERDICT_NO_FINDING,
	         VERDICT_NOT_COVERED},
		{{{GROUP_PRESENCE, WEIGHT_MEDIUM}, {GROUP_LINE, WEIGHT_WEAK}},
	         2,
	         VERDICT_NO_FINDING,
	         VERDICT_NOT_COVERED},
		{{{GROUP_PRESENCE, WEIGHT_MEDIUM}, {GROUP_LINE, WEIGHT_MEDIUM}},
	         2,
	         VERDICT_SUSPECT,
	         VERDICT_SUSPECT},
		{{{GROUP_TYPING, WEIGHT_STRONG}}, 1, VERDICT_SUSPECT, VERDICT_SUSPECT},
		{{{GROUP_POWER, WEIGHT_STRONG}, {GROUP_POWER, WEIGHT_STRONG}},
	         2,
	         VERDICT_SUSPECT,
	         VERDICT_SUSPECT},
		{{{GROUP_POWER, WEIGHT_STRONG}, {GROUP_LINE, WEIGHT_MEDIUM}},
	         2,
	         VERDICT_SUSPECT,
	         VERDICT_SUSPECT},
		{{{GROUP_POWER, WEIGHT_STRONG}, {GROUP_RADIO, WEIGHT_STRONG}},
	         2,
	         VERDICT_MALICIOUS,
	         VERDICT_MALICIOUS},
		{{{GROUP_CHARGER, WEIGHT_STRONG}, {GROUP_PRESENCE, WEIGHT_STRONG}},
	         2,
	         VERDICT_MALICIOUS,
	         VERDICT_MALICIOUS},
		{{{GROUP_LINE, WEIGHT_DECISIVE}}, 1, VERDICT_MALICIOUS, VERDICT_MALICIOUS},
		{{{GROUP_LINE, WEIGHT_WEAK},
	          {GROUP_PRESENCE, WEIGHT_WEAK},
	          {GROUP_TYPING, WEIGHT_DECISIVE}},
	         3,
	         VERDICT_MALICIOUS,
	         VERDICT_MALICIOUS},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding f[3];

		for (unsigned k = 0; k < cases[i].n; k++)
			f[k] = of(cases[i].f[k].g, cases[i].f[k].w);
		assert_int_equal(verdict_of(f, cases[i].n, &whole), cases[i].covered);
		assert_int_equal(verdict_of(f, cases[i].n, &lacking), cases[i].not_covered);
	}
}

static void names_and_exit_codes(void **state)
{
	(void)state;
	assert_string_equal(verdict_name(VERDICT_MALICIOUS), "malicious");
	assert_string_equal(verdict_name(VERDICT_SUSPECT), "suspect");
	assert_string_equal(verdict_name(VERDICT_NOT_COVERED), "not-covered");
	assert_string_equal(verdict_name(VERDICT_NO_FINDING), "no-finding");
	assert_int_equal(verdict_exit_code(VERDICT_MALICIOUS), 20);
	assert_int_equal(verdict_exit_code(VERDICT_SUSPECT), 10);
	assert_int_equal(verdict_exit_code(VERDICT_NOT_COVERED), 30);
	assert_int_equal(verdict_exit_code(VERDICT_NO_FINDING), 0);
}

static const struct coverage_input good = {
	.duration_ns = 20 * BUILD_S,
	.packets = 1000,
	.transfers = 1,
	.line_seen_ns = 10 * BUILD_S,
	.current_seen_ns = 10 * BUILD_S,
};

static unsigned missing(struct coverage_input in, enum profile_kind kind, const char *says)
{
	struct profile p = {.kind = kind};
	struct coverage c;

	coverage_judge(&c, &in, &p);
	if (says) {
		assert_int_equal(c.missing, 1);
		assert_string_equal(c.text[0], says);
	}
	return c.missing;
}

static void good_coverage_misses_nothing(void **state)
{
	(void)state;
	for (unsigned k = PROFILE_BARE; k <= PROFILE_HOST; k++)
		assert_int_equal(missing(good, (enum profile_kind)k, NULL), 0);
}

static void packets_lost_or_bad(void **state)
{
	struct coverage_input in = good;

	(void)state;
	in.bad_packets = 10;
	assert_int_equal(missing(in, PROFILE_HOST, NULL), 0);
	in.bad_packets = 11;
	missing(in, PROFILE_HOST, "1.10 % of packets lost or bad, at most 1 % is allowed");
	in.bad_packets = 5;
	in.lost_packets = 5;
	assert_int_equal(missing(in, PROFILE_HOST, NULL), 0);
	in.lost_packets = 10;
	missing(in, PROFILE_HOST, "1.49 % of packets lost or bad, at most 1 % is allowed");
	in.packets = 0;
	in.bad_packets = 0;
	in.lost_packets = UINT64_MAX;
	missing(in, PROFILE_HOST, "100.00 % of packets lost or bad, at most 1 % is allowed");
	in.lost_packets = 0;
	assert_int_equal(missing(in, PROFILE_HOST, NULL), 0);
}

static void blindness(void **state)
{
	struct coverage_input in = good;

	(void)state;
	in.blind_ns = BUILD_S;
	assert_int_equal(missing(in, PROFILE_DEVICE, NULL), 0);
	in.blind_ns = 54 * BUILD_S;
	missing(in, PROFILE_DEVICE, "blind to high speed for 54.0 s, at most 1 s is allowed");
}

static void packets_cut_short(void **state)
{
	struct coverage_input in = good;

	(void)state;
	in.cut = 1;
	missing(in, PROFILE_HOST,
	        "1 report, request or descriptor was kept in part only: the capture's packets are "
	        "cut "
	        "short");
	in.cut = 48;
	missing(in, PROFILE_HOST,
	        "48 reports, requests or descriptors were kept in part only: the capture's packets "
	        "are cut "
	        "short");
}

static void more_keys_than_are_followed(void **state)
{
	struct coverage_input in = good;

	(void)state;
	in.keys_cut = 1;
	missing(in, PROFILE_HOST,
	        "1 report descriptor has more fields of keys than can be followed");
	in.keys_cut = 2;
	missing(in, PROFILE_HOST,
	        "2 report descriptors have more fields of keys than can be followed");
}

static void undecided_keyboards(void **state)
{
	struct coverage_input in = good;

	(void)state;
	in.undecided_keyboards = 1;
	missing(in, PROFILE_KEYBOARD,
	        "1 keyboard typed fewer than 10 keys, too few to tell who typed");
	in.undecided_keyboards = 2;
	missing(in, PROFILE_BARE,
	        "2 keyboards typed fewer than 10 keys, too few to tell who typed");
}

static void untimed_keyboards(void **state)
{
	struct coverage_input in = good;

	(void)state;
	in.untimed_keyboards = 1;
	missing(in, PROFILE_HOST,
	        "1 keyboard typed at times that the capture does not tell, or tells too roughly to "
	        "judge");
	in.untimed_keyboards = 2;
	missing(in, PROFILE_BARE,
	        "2 keyboards typed at times that the capture does not tell, or tells too roughly "
	        "to judge");
}

static void sensors_count_for_bare_alone(void **state)
{
	struct coverage_input in = good;

	(void)state;
	in.transfers = 0;
	assert_int_equal(missing(in, PROFILE_BARE, NULL), 0);
	in.line_seen_ns = 10 * BUILD_S - 1;
	missing(in, PROFILE_BARE, "line seen for 9.9 s with VBUS on, 10 s are needed");
	in.line_seen_ns = 10 * BUILD_S;
	in.current_seen_ns = 0;
	missing(in, PROFILE_BARE, "current seen for 0.0 s with VBUS on, 10 s are needed");
	in.transfers = 1;
	in.line_seen_ns = 0;
	assert_int_equal(missing(in, PROFILE_BARE, NULL), 2);
	assert_int_equal(missing(in, PROFILE_HOST, NULL), 0);
}

static void a_transfer_is_needed_elsewhere(void **state)
{
	struct coverage_input in = good;

	(void)state;
	in.transfers = 0;
	for (unsigned k = PROFILE_KEYBOARD; k <= PROFILE_HOST; k++)
		missing(in, (enum profile_kind)k,
		        "no transfer was decoded: nothing enumerated, or nothing could be read");
}

static void everything_at_once_fits(void **state)
{
	struct coverage_input in = {.bad_packets = 5,
	                            .packets = 5,
	                            .blind_ns = INT64_MAX,
	                            .undecided_keyboards = UINT32_MAX,
	                            .untimed_keyboards = UINT32_MAX,
	                            .cut = UINT64_MAX,
	                            .keys_cut = UINT64_MAX,
	                            .lost_interfaces = UINT64_MAX,
	                            .unseen_ns = INT64_MAX,
	                            .failed_checks = UINT16_MAX};

	(void)state;
	assert_int_equal(missing(in, PROFILE_BARE, NULL), 11);
	assert_true(COVERAGE_MISSING_MAX >= 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),
		cmocka_unit_test(names_and_exit_codes),
		cmocka_unit_test(good_coverage_misses_nothing),
		cmocka_unit_test(packets_lost_or_bad),
		cmocka_unit_test(blindness),
		cmocka_unit_test(packets_cut_short),
		cmocka_unit_test(more_keys_than_are_followed),
		cmocka_unit_test(undecided_keyboards),
		cmocka_unit_test(untimed_keyboards),
		cmocka_unit_test(sensors_count_for_bare_alone),
		cmocka_unit_test(a_transfer_is_needed_elsewhere),
		cmocka_unit_test(everything_at_once_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
