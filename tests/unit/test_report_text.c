/* The verdict for people: whole texts, width, what is left out and what is not let through. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
#include <stdlib.h>

#include "detect/rule.h"
#include "report/escape.h"
#include "report_build.h"

static const struct report_options plain, quiet = {.quiet = true}, colour = {.colour = true},
					  no_text = {.no_text = true};

static void whole(void **state)
{
	static const char want[] =
		"x\\n.pcapng: MALICIOUS\n"
		"  R14a known-structure (decisive, presence) at 0.210 s, packet 388, device 1.5\n"
		"    Its descriptors are those of the espusb family.\n"
		"  R9 injected-typing (weak, typing) at 2.020 s, packet 1,718, key 5\n"
		"    5 keys at 8.0 ms: no person types like this (waived: declared as\n"
		"    sca\\x1bnner).\n"
		"Why: a decisive finding, on presence.\n"
		"Seen: 2,210 packets in 2.31 s, 1 device.\n"
		"  1.5 d3c0:d34d (Vendor d3c0, Product d34d) calls itself \"O.MG\n"
		"      \\u{202e}O.MG\\x1b[2J\", low speed: keyboard, mouse, led\n"
		"  device 1.5 typed 21 keys from 1.98 s to 2.16 s: hello \"there\"\\n\\x1b\n"
		"Not seen: 1 keyboard typed fewer than 10 keys, too few to tell who typed.\n";
	struct report_build r;
	char *text;

	(void)state;
	report_build_init(&r);
	text = report_build_text(&r, &plain);
	assert_string_equal(text, want);
	free(text);
	report_build_release(&r);
}

static void options(void **state)
{
	struct report_build r;
	char *text;

	(void)state;
	report_build_init(&r);
	text = report_build_text(&r, &quiet);
	assert_string_equal(text, "x\\n.pcapng: MALICIOUS\n");
	free(text);
	text = report_build_text(&r, &colour);
	assert_non_null(strstr(text, ": \033[1;31mMALICIOUS\033[0m\n"));
	free(text);
	text = report_build_text(&r, &no_text);
	assert_null(strstr(text, "hello"));
	assert_non_null(strstr(text, "typed 21 keys"));
	free(text);
	report_build_release(&r);
}

static void reasons(void **state)
{
	static const struct {
		enum verdict v;
		enum weight w[2];
		unsigned n;
		const char *says;
	} cases[] = {
		{VERDICT_MALICIOUS,
	         {WEIGHT_STRONG, WEIGHT_STRONG},
	         2,
	         "Why: strong findings of different kinds, on presence and typing.\n"},
		{VERDICT_SUSPECT,
	         {WEIGHT_STRONG, WEIGHT_MEDIUM},
	         2,
	         "Why: a strong finding, on presence.\n"},
		{VERDICT_SUSPECT,
	         {WEIGHT_MEDIUM, WEIGHT_MEDIUM},
	         2,
	         "Why: medium findings of different kinds, on presence and typing.\n"},
		{VERDICT_NO_FINDING,
	         {WEIGHT_MEDIUM, WEIGHT_WEAK},
	         2,
	         "Why: nothing that was found weighs enough.\n"},
		{VERDICT_NO_FINDING,
	         {WEIGHT_WEAK, WEIGHT_WEAK},
	         0,
	         "Why: nothing was found; that does not prove it harmless.\n"},
		{VERDICT_NOT_COVERED,
	         {WEIGHT_WEAK, WEIGHT_WEAK},
	         0,
	         "Why: nothing weighs enough, and too little was seen to say more.\n"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report_build r;
		char *text;

		report_build_init(&r);
		r.in.verdict = cases[i].v;
		r.in.findings = cases[i].n;
		for (unsigned k = 0; k < 2; k++)
			r.finding[k].weight = cases[i].w[k];
		text = report_build_text(&r, &plain);
		if (!strstr(text, cases[i].says))
			fail_msg("%s not in %s", cases[i].says, text);
		free(text);
		report_build_release(&r);
	}
}

/* Whatever stands in it: 80 columns, and no control character but the ends of lines. */
static void hostile_input_stays_in_its_lines(void **state)
{
	struct report_build r;
	struct model_device *d;
	char long_text[6000], *text;

	(void)state;
	report_build_init(&r);
	d = &r.b.m->device[7];
	memset(d->product, '\xff', sizeof(d->product) - 1);
	memset(d->serial, 'A', sizeof(d->serial) - 1);
	memset(d->manufacturer, '\033', sizeof(d->manufacturer) - 1);
	memset(long_text, 'w', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	r.keystrokes.text = long_text;
	memset(r.finding[0].text, '\a', sizeof(r.finding[0].text) - 1);
	for (unsigned i = 2; i < 100; i++)
		r.finding[i] = r.finding[0];
	r.in.findings = 100;
	r.in.findings_dropped = UINT64_MAX / 2;
	r.b.m->devices_seen = UINT64_MAX;
	text = report_build_text(&r, &plain);
	for (size_t at = 0, column = 0; text[at];) {
		int32_t c;

		at += escape_next(text + at, &c);
		assert_true(c == '\n' || escape_is_plain(c));
		column = c == '\n' ? 0 : column + 1;
		assert_true(column <= 80);
	}
	assert_non_null(strstr(text, "www ...\n"));
	assert_non_null(strstr(text, "more findings\n"));
	assert_non_null(strstr(text, "more devices\n"));
	free(text);
	report_build_release(&r);
}

static void damage_is_said(void **state)
{
	struct report_build r;
	char *text;

	(void)state;
	report_build_init(&r);
	r.in.truncated = true;
	r.in.bad_packets = 3;
	r.in.lost_packets = 1234567;
	r.in.skipped_packets = 2;
	text = report_build_text(&r, &plain);
	assert_non_null(strstr(text, "3 bad, 1,234,567 lost, 2 of other"));
	assert_non_null(strstr(text, "cut or damaged"));
	free(text);
	report_build_release(&r);
}

static void lists(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	unsigned lines = 0;

	(void)state;
	assert_true(report_rules(f, false) && report_rules(f, true) && report_profiles(f, false) &&
	            report_profiles(f, true));
	fclose(f);
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	assert_int_equal(lines, 2 * (rules_count + profile_infos_count));
	for (unsigned i = 0; i < rules_count; i++)
		assert_non_null(strstr(text, rules[i]->summary));
	assert_non_null(strstr(text,
	                       "{\"rule\":\"R5\",\"name\":\"unexpected-device\",\"group\":"
	                       "\"presence\",\"weight\":\"decisive\",\"profiles\":[\"bare\"],"));
	assert_non_null(strstr(text, "\nbare      nothing at the far end"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(options),
		cmocka_unit_test(reasons),
		cmocka_unit_test(hostile_input_stays_in_its_lines),
		cmocka_unit_test(damage_is_said),
		cmocka_unit_test(lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
