/*
 * DuckyScript as a program: constants, variables, expressions, branches, loops, functions, the button, waits, chance; and that
 * what never ends is ended.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ducky_script.h"

/* Types y where the expression is true, n else. */
static void expect(const char *expression, const char *answer)
{
	char script[256];

	snprintf(script, sizeof(script),
	         "VAR $A = 5\nVAR $Z = 0\nFUNCTION F()\nRETURN 7\nEND_FUNCTION\n"
	         "IF %s THEN\nSTRING y\nELSE\nSTRING n\nEND_IF",
	         expression);
	assert_string_equal(ducky_actions(script, NULL), answer);
}

static void expressions(void **state)
{
	static const char *const yes[] = {
		"(1 + 2 * 3 == 7)",
		"((1 + 2) * 3 == 9)",
		"TRUE",
		"!FALSE",
		"($A - 6 == 65535)",
		"(0xFF == 255)",
		"(2 ^ 10 == 1024)",
		"(((0x1234 >> 8) & 0xF) == 2)",
		"(1 << 4 == 16)",
		"(7 % 4 == 3) && (9 / 2 == 4)",
		"($Z || $A)",
		"(F() == 7)",
		"(F() + F() == 14)",
		"($Z == 0) || (1 / $Z)",
		"($A >= 5) && ($A <= 5) && ($A != 4)",
		"(65535 + 1 == 0)",
		"($_RANDOM_INT <= 9)",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		expect(yes[i], "y done");
	expect("($A < 5)", "n done");
	expect("($Z && (1 / $Z))", "n done");
	expect("$_CAPSLOCK_ON", "n done");
	assert_non_null(strstr(ducky_actions("VAR $A = (1 / 0)", NULL), "division by zero"));
}

struct sample {
	const char *script, *actions;
};

static void flow(void **state)
{
	static const struct sample s[] = {
		{"VAR $I = 3\nWHILE ($I > 0)\nSTRING a\n$I = ($I - 1)\nEND_WHILE\nSTRING b",
	         "a a a b done"},
		{"VAR $I = 3\nWHILE($I)\n$I -= 1\nIF ($I == 1) THEN\nSTRING x\nELSE IF ($I == 2) "
	         "THEN\nSTRING y\nELSE\nSTRING z\nEND_IF\nEND_WHILE",
	         "y x z done"},
		{"IF TRUE THEN\nIF FALSE THEN\nSTRING a\nELSE\nSTRING b\nEND_IF\nELSE IF TRUE "
	         "THEN\nSTRING c\nEND_IF()",
	         "b done"},
		{"DEFINE #N 2\nDEFINE WORD ab\nREPEAT #N TAB\nSTRING WORD WORDS\nDELAY #N",
	         "2b 2b a b 2c S-w S-o S-r S-d S-s d2 done"},
		{"DEFINE #A x\nDEFINE #AB y\nSTRING #AB#A", "y x done"},
		{"DEFINE #ON TRUE\nIF_DEFINED_TRUE #ON\nSTRING a\nELSE_DEFINED\nNONSENSE\n"
	         "END_IF_DEFINED\nIF_NOT_DEFINED_TRUE #ON\nNONSENSE\nEND_IF_DEFINED",
	         "a done"},
		{"FUNCTION F()\nSTRING f\nRETURN 2\nSTRING never\nEND_FUNCTION\n"
	         "VAR $X = (F() + F())\nIF ($X == 4) THEN\nSTRING x\nEND_IF\nF()",
	         "f f x f done"},
		{"EXTENSION A\nFUNCTION G()\nSTRING g\nEND_FUNCTION\nEND_EXTENSION\nG()\nREPEAT 2",
	         "g g g done"},
		{"FUNCTION P()\nENTER\nREPEAT 1\nEND_FUNCTION\nREPEAT 2 P()", "28 28 28 28 done"},
		{"STRING a\nSTOP_PAYLOAD\nSTRING b", "a done"},
		{"IF ($_OS == WINDOWS) THEN\nSTRING w\nELSE\nSTRING o\nEND_IF", "o done"},
		{"$_OS = MACOS\nIF ($_OS == MACOS)\nSTRING m\nEND_IF", "m done"},
		{"EXFIL $_OS\nVAR $V = 7\nEXFIL $V", "exfil0 exfil7 done"},
		{"IF_PRESENT SSID=\"a\"\nSTRING p\nELSE\nSTRING n\nEND_IF", "n done"},
		{"IF_NOT_PRESENT SSID=\"a\"\nSTRING p", "p done"},
		{"IF_PRESENT SSID=\"a\"\nSTRING p", "done"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(s) / sizeof(*s); i++)
		assert_string_equal(ducky_actions(s[i].script, NULL), s[i].actions);
}

static void locks_and_waits(void **state)
{
	static const struct sample s[] = {
		{"CAPSLOCK\nIF $_CAPSLOCK_ON THEN\nSTRING a\nEND_IF", "39 a done"},
		{"SAVE_HOST_KEYBOARD_LOCK_STATE\nCAPSLOCK\nNUMLOCK\nRESTORE_HOST_KEYBOARD_LOCK_"
	         "STATE\nIF ($_CAPSLOCK_ON || $_NUMLOCK_ON)\nSTRING a\nEND_IF",
	         "39 53 53 39 done"},
		{"WAIT_FOR_CAPS_ON\nWAIT_FOR_CAPS_OFF\nWAIT_FOR_SCROLL_CHANGE\nIF "
	         "$_SCROLLLOCK_ON\nSTRING a\nEND_IF",
	         "w1.2 w2.2 w3.4 a done"},
		{"WAIT_FOR_BUTTON_PRESS\nWAIT_FOR_STORAGE_ACTIVITY\nWAIT_FOR_STORAGE_INACTIVITY",
	         "w0.0 w4.0 w5.0 done"},
		{"WAIT_FOR_PRESENT SSID=\"x\"", "w6.0 done"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(s) / sizeof(*s); i++)
		assert_string_equal(ducky_actions(s[i].script, NULL), s[i].actions);
}

static struct ducky *open_script(const char *script, uint64_t seed, uint64_t steps)
{
	const struct ducky_settings set = {.seed = seed, .steps_max = steps};
	char message[DUCKY_MESSAGE_MAX];
	struct ducky *d = ducky_new(script, strlen(script), &set, message);

	assert_non_null(d);
	return d;
}

static void the_button_interrupts(void **state)
{
	struct ducky *d = open_script("BUTTON_DEF\nTAB\nEND_BUTTON\nDELAY 1\nENTER", 1, 0);
	struct ducky_action a;

	(void)state;
	assert_int_equal(ducky_next(d, &a), DUCKY_OK);
	assert_int_equal(a.act, DUCKY_DELAY);
	ducky_button(d);
	assert_int_equal(ducky_next(d, &a), DUCKY_OK);
	assert_int_equal(a.stroke.usage, 0x2b);
	assert_int_equal(ducky_next(d, &a), DUCKY_OK);
	assert_int_equal(a.stroke.usage, KEY_ENTER);
	assert_int_equal(ducky_next(d, &a), DUCKY_DONE);
	ducky_free(d);
	d = open_script("DELAY 1\nENTER", 1, 0);
	assert_int_equal(ducky_next(d, &a), DUCKY_OK);
	ducky_button(d);
	assert_int_equal(ducky_next(d, &a), DUCKY_OK);
	assert_int_equal(a.act, DUCKY_MODE);
	assert_true(a.mode.storage && !a.mode.hid);
	assert_int_equal(ducky_next(d, &a), DUCKY_DONE);
	ducky_free(d);
}

static void the_host_says_what_its_leds_are(void **state)
{
	struct ducky *d = open_script("WHILE ($_CAPSLOCK_ON == FALSE)\nCAPSLOCK\nDELAY 5\n"
	                              "END_WHILE\nENTER",
	                              1, 0);
	struct ducky_action a;

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(ducky_next(d, &a), DUCKY_OK);
	assert_int_equal(a.act, DUCKY_DELAY);
	ducky_leds(d, DUCKY_CAPS);
	assert_int_equal(ducky_next(d, &a), DUCKY_OK);
	assert_int_equal(a.stroke.usage, KEY_ENTER);
	ducky_free(d);
}

static void chance_is_the_seeds(void **state)
{
	static const char script[] =
		"$_JITTER_ENABLED = TRUE\n$_JITTER_MAX = 50\nRANDOM_LETTER\nSTRING abc\n"
		"VAR $K = $_RANDOM_LETTER_KEYCODE\nINJECT_VAR $K";
	struct ducky_settings set = {.seed = 3};
	char first[256];

	(void)state;
	snprintf(first, sizeof(first), "%s", ducky_actions(script, &set));
	assert_string_equal(ducky_actions(script, &set), first);
	assert_non_null(strchr(first, '@'));
	set.seed = 4;
	assert_string_not_equal(ducky_actions(script, &set), first);
}

static void what_never_ends_is_ended(void **state)
{
	static const char *const endless[] = {
		"WHILE TRUE\nEND_WHILE",
		"WHILE TRUE\nENTER\nEND_WHILE",
		"ENTER\nRESTART_PAYLOAD",
		"REPEAT 65535 ENTER",
	};
	static const char deep[] = "FUNCTION F()\nF()\nEND_FUNCTION\nF()";

	(void)state;
	for (size_t i = 0; i < sizeof(endless) / sizeof(*endless); i++) {
		struct ducky *d = open_script(endless[i], 1, 5000);
		struct ducky_action a;
		enum ducky_result r;
		unsigned n = 0;

		while ((r = ducky_next(d, &a)) == DUCKY_OK)
			n++;
		assert_int_equal(r, DUCKY_LIMIT);
		assert_non_null(strstr(ducky_message(d), "5000 steps"));
		assert_true(n <= 5000);
		assert_int_equal(ducky_next(d, &a), DUCKY_LIMIT);
		ducky_free(d);
	}
	assert_non_null(strstr(ducky_actions(deep, NULL), "too deep"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions),
		cmocka_unit_test(flow),
		cmocka_unit_test(locks_and_waits),
		cmocka_unit_test(the_button_interrupts),
		cmocka_unit_test(the_host_says_what_its_leds_are),
		cmocka_unit_test(chance_is_the_seeds),
		cmocka_unit_test(what_never_ends_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
