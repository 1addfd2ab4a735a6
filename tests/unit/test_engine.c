/* The engine, and builders of findings: order, bounds, state, waivers. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
#include "detect/declared.h"
#include "detect/words.h"

static void text_is_bounded(void **state)
{
	char small[8] = "";
	struct finding f = {.text = ""};

	(void)state;
	words_append(small, sizeof(small), "abcde");
	words_append(small, sizeof(small), "\xc3\xa4\xc3\xa4"); /* room for one of two */
	assert_string_equal(small, "abcde\xc3\xa4");
	words_append(small, sizeof(small), "x");
	assert_string_equal(small, "abcde\xc3\xa4");
	for (unsigned i = 0; i < 100; i++)
		finding_say(&f, "0123456789");
	assert_int_equal(strlen(f.text), FINDING_TEXT_MAX - 1);
	for (unsigned i = 0; i < EVIDENCE_MAX + 3; i++)
		finding_integer(&f, "x", i);
	assert_int_equal(f.evidences, EVIDENCE_MAX);
}

static void text_is_cut_at_a_character_everywhere(void **state)
{
	(void)state;
	for (size_t size = 1; size < 12; size++) {
		char s[12] = "";

		words_append(s, size, "a\xe2\x82\xac\xf0\x9f\x98\x80z");
		assert_true(strlen(s) < size);
		assert_true(strlen(s) == 0 || strlen(s) == 1 || strlen(s) == 4 || strlen(s) == 8 ||
		            strlen(s) == 9);
	}
}

static void numbers_in_words(void **state)
{
	static const struct {
		double v;
		unsigned decimals;
		const char *s;
	} cases[] = {
		{8.0, 1, "8.0"}, {-2.5, 0, "-3"},     {0.05, 1, "0.1"},      {-0.01, 1, "0.0"},
		{1e300, 2, "?"}, {0.0 / 0.0, 1, "?"}, {99.995, 2, "100.00"}, {1.5, 99, "1.500000"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char s[40] = "";

		words_number(s, sizeof(s), cases[i].v, cases[i].decimals);
		assert_string_equal(s, cases[i].s);
	}
	{
		char s[64] = "";

		words_integer(s, sizeof(s), INT64_MIN);
		words_append(s, sizeof(s), " ");
		words_hex(s, sizeof(s), 0x5ac, 4);
		assert_string_equal(s, "-9223372036854775808 05ac");
	}
}

static void quoted_text_is_harmless(void **state)
{
	struct finding f = {.text = ""};

	(void)state;
	finding_say_quoted(&f, "a\033[31m\"\\\n%s");
	assert_string_equal(f.text, "\"a?[31m???%s\"");
	f.text[0] = '\0';
	/* 47 letters and a character that does not fit whole. */
	finding_say_quoted(&f, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa4zz");
	assert_string_equal(f.text, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\"");
}

static void findings_beyond_the_limit_are_counted(void **state)
{
	struct build b;
	size_t n;

	(void)state;
	build_init(&b, PROFILE_BARE);
	for (unsigned i = 0; i < FINDINGS_MAX + 10; i++) {
		b.packet = i + 1;
		build_device(&b, i % MODEL_DEVICES_MAX, USB_SPEED_FULL);
	}
	assert_int_equal(engine_findings(b.e, &n)[0].packet, 1);
	assert_int_equal(n, FINDINGS_MAX);
	assert_int_equal(engine_findings(b.e, &n)[n - 1].packet, FINDINGS_MAX);
	assert_int_equal(engine_findings_dropped(b.e), 10);
	build_release(&b);
}

/* What is new is told, and the verdict is what it would have been without a limit. */
static void a_flood_pushes_nothing_out(void **state)
{
	struct build b;
	struct model_device *d;
	const struct finding *f;
	size_t n;

	(void)state;
	build_init(&b, PROFILE_BARE);
	for (unsigned i = 0; i < 2 * FINDINGS_MAX; i++) {
		b.packet = i + 1;
		build_device(&b, i % MODEL_DEVICES_MAX, USB_SPEED_FULL);
	}
	b.packet = 7777;
	d = build_device(&b, 0, USB_SPEED_FULL);
	build_hid(&b, d, 0, 0, HID_KIND_KEYBOARD, NULL, 0);
	f = build_find(&b, "R6");
	assert_int_equal(f->packet, 7777);
	assert_int_equal(f->weight, WEIGHT_DECISIVE);
	assert_int_equal(build_count(&b, "R5"), FINDINGS_MAX - 1);
	assert_int_equal(build_count(&b, "R6"), 1);
	f = engine_findings(b.e, &n);
	assert_int_equal(n, FINDINGS_MAX);
	for (size_t i = 0; i < n - 1; i++)
		assert_int_equal(f[i].packet, i + 1);
	assert_int_equal(engine_findings_dropped(b.e), FINDINGS_MAX + 2);
	build_release(&b);
}

static void findings_carry_event_and_rule(void **state)
{
	struct build b;
	const struct finding *f;

	(void)state;
	build_init(&b, PROFILE_BARE);
	b.t_ns = 42;
	b.packet = 9;
	build_device(&b, 4, USB_SPEED_FULL);
	f = build_find(&b, "R5");
	assert_string_equal(f->name, "unexpected-device");
	assert_int_equal(f->t_ns, 42);
	assert_int_equal(f->packet, 9);
	assert_true(f->has_device);
	assert_int_equal(f->device_address, 5);
	assert_int_equal(f->device_bus, 1);
	assert_string_equal(f->waived_by, "");
	build_release(&b);
}

static void findings_follow_the_address(void **state)
{
	struct build b;
	struct model_device *d;
	size_t n;

	(void)state;
	build_init(&b, PROFILE_BARE);
	d = build_device(&b, 4, USB_SPEED_FULL);
	d->address = 30;
	build_described(&b, d, 1, 2);
	assert_int_equal(build_find(&b, "R5")->device_address, 30);
	/* The slot's next user is not meant. */
	d = build_device(&b, 4, USB_SPEED_FULL);
	d->address = 31;
	build_described(&b, d, 1, 2);
	assert_int_equal(engine_findings(b.e, &n)[0].device_address, 30);
	assert_int_equal(engine_findings(b.e, &n)[1].device_address, 31);
	build_release(&b);
}

static void table_is_sound(void **state)
{
	(void)state;
	assert_in_range(rules_count, 1, 40);
	for (unsigned i = 0; i < rules_count; i++) {
		const struct rule *r = rules[i];

		assert_in_range(strlen(r->id), 2, 5);
		assert_true(r->name[0] && r->summary[0]);
		assert_true(r->profiles && !(r->profiles & ~(unsigned)PROFILES_ALL));
		assert_true(r->group < GROUPS && r->weight <= WEIGHT_DECISIVE);
		assert_int_equal(r->match != NULL, r->events != 0);
		assert_int_equal(r->events >> EVENT_KINDS, 0);
		for (unsigned k = 0; k < i; k++) {
			assert_string_not_equal(r->id, rules[k]->id);
			assert_string_not_equal(r->name, rules[k]->name);
		}
	}
}

/* product.md, "Profiles". */
static void profiles_choose_rules(void **state)
{
	static const char *const host[] = {"R7",   "R9",   "R12", "R13", "R14", "R14a",
	                                   "R14b", "R14d", "R19", "R21", "R22"};
	static const char *const off_with_far_end[] = {"R1",  "R2",  "R5",   "R11",
	                                               "R15", "R16", "R14c", "R10"};

	(void)state;
	for (unsigned i = 0; i < rules_count; i++) {
		const struct rule *r = rules[i];
		bool in_host = false, off = false;

		for (unsigned k = 0; k < sizeof(host) / sizeof(host[0]); k++)
			in_host |= !strcmp(host[k], r->id);
		for (unsigned k = 0; k < sizeof(off_with_far_end) / sizeof(off_with_far_end[0]);
		     k++)
			off |= !strcmp(off_with_far_end[k], r->id);
		assert_int_equal(!!(r->profiles & PROFILE_BIT(PROFILE_HOST)), in_host);
		assert_int_equal(!(r->profiles & PROFILE_BIT(PROFILE_KEYBOARD)),
		                 off || !strcmp(r->id, "R22"));
		assert_int_equal(!(r->profiles & PROFILE_BIT(PROFILE_DEVICE)), off);
	}
}

static void state_is_zeroed_and_aligned(void **state)
{
	struct build b;

	(void)state;
	build_init(&b, PROFILE_BARE);
	for (unsigned i = 0; i < rules_count; i++) {
		const unsigned char *s = engine_rule_state(b.e, rules[i]->id);

		assert_int_equal((uintptr_t)s % _Alignof(max_align_t), 0);
		for (unsigned k = 0; k < rules[i]->state_size; k++)
			assert_int_equal(s[k], 0);
	}
	assert_null(engine_rule_state(b.e, "R99"));
	build_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_bounded),
		cmocka_unit_test(text_is_cut_at_a_character_everywhere),
		cmocka_unit_test(numbers_in_words),
		cmocka_unit_test(quoted_text_is_harmless),
		cmocka_unit_test(findings_beyond_the_limit_are_counted),
		cmocka_unit_test(a_flood_pushes_nothing_out),
		cmocka_unit_test(findings_carry_event_and_rule),
		cmocka_unit_test(findings_follow_the_address),
		cmocka_unit_test(table_is_sound),
		cmocka_unit_test(profiles_choose_rules),
		cmocka_unit_test(state_is_zeroed_and_aligned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
