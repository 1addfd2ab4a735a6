/*
 * What DuckyScript refuses: where, and what it expected; scripts cut at each length; sizes beyond the limits.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ducky_script.h"

static void errors_say_where_and_what_was_expected(void **state)
{
	static const struct {
		const char *script, *message;
	} s[] = {
		{"ENTER\nFOO bar", "script:2: 'FOO' is no command; expected a command"},
		{"GUI banana", "script:1: 'banana' is no key; expected a key name"},
		{"\r\r\nDELAY (", "script:3: an expression ends early; expected a number"},
		{"DELAY 5 6", "script:1: '6' in an expression; expected an operator"},
		{"DELAY 99999999999", "expected a smaller number"},
		{"VAR $X = $Y", "script:1: '$Y' in an expression; expected a variable that VAR"},
		{"VAR X = 1", "script:1: VAR 'X = 1'; expected $NAME = value"},
		{"F()", "script:1: 'F()' in an expression; expected a function of the script"},
		{"IF TRUE THEN\nENTER", "script:1: a block is never closed; expected END_IF"},
		{"WHILE TRUE\nEND_IF",
	         "script:2: END_IF within a block of line 1; expected END_WHILE"},
		{"END_WHILE",
	         "script:1: END_WHILE without its beginning; expected WHILE before it"},
		{"IF TRUE\nELSE\nELSE\nEND_IF", "script:3: ELSE within a block of line 2"},
		{"ELSE foo", "script:1: ELSE followed by 'foo'; expected IF or the line's end"},
		{"REPEAT 3", "script:1: nothing to repeat; expected a command before"},
		{"REPEAT 3 WHILE TRUE\nEND_WHILE", "nothing to repeat; expected a command after"},
		{"ATTACKMODE FOO", "script:1: ATTACKMODE 'FOO'; expected HID, STORAGE, OFF"},
		{"ATTACKMODE HID VID_XYZ", "ATTACKMODE 'VID_XYZ'; expected HID"},
		{"ID 12", "script:1: ID '12'; expected VID:PID"},
		{"MOUSE UP", "script:1: mouse 'UP'; expected MOVE X Y"},
		{"MEDIA FOO", "script:1: MEDIA 'FOO'; expected a key such as"},
		{"DUCKY_LANG XX",
	         "script:1: DUCKY_LANG 'XX'; expected a keyboard layout's name, such as US"},
		{"STRING a\nDUCKY_LANG XX", "script:2: DUCKY_LANG 'XX'; expected a keyboard"},
		{"DELAY -5", "script:1: delay '-5'; expected milliseconds from 0"},
		{"TAB\nDEFAULTCHARDELAY -1", "script:2: delay '-1'; expected milliseconds"},
		{"DEFAULT_DELAY", "script:1: an expression ends early; expected a number"},
		{"FUNCTION A()\nIF TRUE\nFUNCTION B()\nEND_FUNCTION\nEND_IF\nEND_FUNCTION",
	         "script:3: FUNCTION within that of line 1; expected END_FUNCTION before it"},
		{"REM_BLOCK\nx", "script:1: REM_BLOCK opens a block; expected END_REM"},
		{"STRING_BASH\nx", "script:1: STRING opens a block; expected END_STRING"},
		{"IF_DEFINED_TRUE X", "IF_DEFINED opens a block; expected END_IF_DEFINED"},
		{"ELSE_DEFINED", "script:1: ELSE_DEFINED without a block"},
		{"HOLD", "script:1: keys ''; expected key names or a character"},
		{"SYSRQ a b", "script:1: SYSRQ 'a b'; expected one key"},
		{"INJECT 12", "script:1: key '12'; expected four hexadecimal digits"},
		{"DELAY 4000000000", "script:1: delay '4000000000'; expected at most a day"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(s) / sizeof(*s); i++) {
		const char *got = ducky_actions(s[i].script, NULL);

		if (!strstr(got, s[i].message))
			fail_msg("%s\ngave: %s\nnot:  %s", s[i].script, got, s[i].message);
	}
}

/* Each piece is the exact size of its memory, so that a read beyond its end is found. */
static void a_script_cut_anywhere_is_read_within_its_bounds(void **state)
{
	static const char script[] =
		"\xef\xbb\xbfREM x\r\nDEFINE #D 3\nATTACKMODE HID VID_05AC PID_021E SERIAL_RANDOM\n"
		"VAR $A = (1 + #D)\nFUNCTION F()\nRETURN $A\nEND_FUNCTION\nIF (F() == 4) THEN\n"
		"STRINGLN\n\ta\xc3\xa4\nEND_STRINGLN\nELSE\nCTRL-ALT DELETE\nEND_IF\nWHILE ($A > "
		"1)\n"
		"$A -= 1\nEND_WHILE\nBUTTON_DEF\nTAB\nEND_BUTTON\nREPEAT 2 ENTER\nALTCHAR 65\n"
		"ID 1234:abcd a:b\nMOUSE MOVE 1 -1\nHOLD a\nRELEASE a\nREM_BLOCK\nEND_REM\nCTRL c\n"
		"STRING a\xf0\x9f\x98\x80";
	static const struct ducky_settings set = {.steps_max = 2000};
	char message[DUCKY_MESSAGE_MAX];
	unsigned good = 0;

	(void)state;
	for (size_t n = 0; n < sizeof(script); n++) {
		char *copy = malloc(n ? n : 1);
		struct ducky_action a;
		struct ducky *d;

		assert_non_null(copy);
		memcpy(copy, script, n);
		d = ducky_new(copy, n, &set, message);
		free(copy);
		assert_true((d != NULL) == (message[0] == 0));
		while (d && ducky_next(d, &a) == DUCKY_OK)
			;
		good += d != NULL;
		ducky_free(d);
	}
	assert_true(good > 50 && good < sizeof(script) - 50);
}

static void refused(char *script, size_t len, const char *message)
{
	static const struct ducky_settings set = {0};
	char got[DUCKY_MESSAGE_MAX];

	assert_null(ducky_new(script, len, &set, got));
	if (!strstr(got, message))
		fail_msg("%s", got);
	free(script);
}

/* `line` again and again, each with its number where it has room for one. */
static char *lines(const char *line, unsigned n, size_t *len)
{
	char *script = calloc(n, 32);

	assert_non_null(script);
	*len = 0;
	for (unsigned i = 0; i < n; i++)
		*len += (size_t)snprintf(script + *len, 32, line, i);
	return script;
}

static void sizes_have_limits(void **state)
{
	size_t len;
	char *s;

	(void)state;
	s = lines("VAR $V%u = 1\n", DUCKY_VARIABLES_MAX + 1, &len);
	refused(s, len, "too many names; expected at most 128");
	s = lines("DEFINE D%u x\n", DUCKY_DEFINES_MAX + 1, &len);
	refused(s, len, "too many constants; expected at most 512");
	s = lines("TAB\n", DUCKY_STATEMENTS_MAX + 1, &len);
	refused(s, len, "too many lines; expected at most 32768");
	s = lines("IF TRUE\n", DUCKY_BLOCKS_MAX + 1, &len);
	refused(s, len, "blocks too deep; expected at most 32");
	s = lines("REM 0123456789abcdef\n", 60000, &len);
	refused(s, len, "expected at most 1048576");
	s = calloc(1, 4096);
	assert_non_null(s);
	memcpy(s, "DELAY ", 6);
	memset(s + 6, '(', 4000);
	refused(s, 4006, "expected fewer brackets");
}

/* Each constant is the one before it four times. */
static void constants_cannot_grow_without_end(void **state)
{
	char *script = calloc(1, 4096);
	size_t len;

	(void)state;
	assert_non_null(script);
	len = (size_t)snprintf(script, 4096, "DEFINE #A0 xxxxxxxx\n");
	for (unsigned i = 1; i < 12; i++)
		len += (size_t)snprintf(script + len, 4096 - len,
		                        "DEFINE #A%u #A%u #A%u #A%u #A%u\n", i, i - 1, i - 1, i - 1,
		                        i - 1);
	refused(script, len, "a line grows too long; expected at most 65536 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_say_where_and_what_was_expected),
		cmocka_unit_test(a_script_cut_anywhere_is_read_within_its_bounds),
		cmocka_unit_test(sizes_have_limits),
		cmocka_unit_test(constants_cannot_grow_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
