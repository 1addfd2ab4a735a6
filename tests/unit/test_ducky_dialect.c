/*
 * What people write who publish payloads: other devices' words, comments of other languages, prose without its REM,
 * what editors make of a file. And where that ends: a text with more prose than commands is no script.
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

struct sample {
	const char *script, *actions;
};

static void expect(const struct sample *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = ducky_actions(s[i].script, NULL);

		if (strcmp(got, s[i].actions) != 0)
			fail_msg("%s\ngave: %s\nnot:  %s", s[i].script, got, s[i].actions);
	}
}

#define EXPECT(s) expect(s, sizeof(s) / sizeof(*(s)))

static void words(void **state)
{
	static const struct sample s[] = {
		{"Delay 5\nstring ab\nrem x", "d5 a b done"},
		{"DELAY\nTAB", "2b done"},
		{"DOWN ARROW\nSHIFT RIGHT ARROW", "51 S-4f done"},
		{"LED_RED\nLED_GREEN", "led:R led:G done"},
		{"GLOBE q", "media:FN q done"},
		{"MOUSEXY 5 -6\nCLICK", "mouse0:5:-6:0 mouse1:0:0:1 done"},
		{"CAPSLOCK_DISABLE\nCAPSLOCK_ENABLE\nCAPSLOCK_ENABLE", "39 done"},
		{"CAPSLOCK\nCAPSLOCK_DISABLE", "39 39 done"},
		{"FUNCTION GO()\nTAB\nEND_FUNCTION\nGO\nGO()", "2b 2b done"},
		{"ALT F4qwertyuiopasdfgh", "A-f done"},
		{"IF FALSE\nSTRING a\nELSE IF\nSTRING b\nEND_IF", "b done"},
		{"IF FALSE\nSTRING a\nELSE (1 == 1) THEN\nSTRING b\nELSE\nSTRING c\nEND_IF",
	         "b done"},
	};

	(void)state;
	EXPECT(s);
}

static void comments(void **state)
{
	static const struct sample s[] = {
		{"# Title: x\n#####\n#\n#DELAY 5\nTAB", "2b done"},
		{"DEFINE #T TAB\n#T", "2b done"},
		{"DELAY 7   REM until it opens", "d7 done"},
		{"DELAY 7 // until it opens", "d7 done"},
		{"CTRL c      ; stops it\nGUI h // hides it", "C-c G-h done"},
		{"CTRL ;\nGUI /", "C-33 G-38 done"},
		{"STRING a ; b", "a 2c 33 2c b done"},
	};

	(void)state;
	EXPECT(s);
}

static void files(void **state)
{
	static const struct sample s[] = {
		{"TAB\xe2\x80\xa8STRING a\xe2\x80\xa8", "2b a done"},
		{"DELAY\xc2\xa0"
	         "5\n\xc2\xa0STRING\xc2\xa0"
	         "a",
	         "d5 a done"},
		{"\xef\xbb\xbfSTRING a", "a done"},
	};

	(void)state;
	EXPECT(s);
}

/* As UTF-16 in either order, and cut at each length. */
static void utf16(void **state)
{
	static const char script[] = "STRING ab\r\nTAB";
	char wide[2 * sizeof(script)];

	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		size_t n = 0;

		wide[n++] = (char)(big ? 0xfe : 0xff);
		wide[n++] = (char)(big ? 0xff : 0xfe);
		for (size_t i = 0; script[i]; i++) {
			wide[n + big] = script[i];
			wide[n + !big] = 0;
			n += 2;
		}
		for (size_t len = 0; len <= n; len++) {
			const struct ducky_settings set = {0};
			char message[DUCKY_MESSAGE_MAX];
			char *copy = malloc(len ? len : 1);
			struct ducky_action a;
			unsigned strokes = 0;
			struct ducky *d;

			assert_non_null(copy);
			memcpy(copy, wide, len);
			d = ducky_new(copy, len, &set, message);
			free(copy);
			while (d && ducky_next(d, &a) == DUCKY_OK)
				strokes += a.act == DUCKY_STROKE;
			if (len == n)
				assert_int_equal(strokes, 3);
			ducky_free(d);
		}
	}
}

static uint32_t left_out(const char *script, uint32_t *line)
{
	const struct ducky_settings set = {0};
	char message[DUCKY_MESSAGE_MAX];
	struct ducky *d = ducky_new(script, strlen(script), &set, message);
	const char *said;
	uint32_t n;

	assert_non_null(d);
	n = ducky_skipped(d, line, &said);
	if (n)
		assert_non_null(strstr(said, "; expected "));
	ducky_free(d);
	return n;
}

static void prose_is_left_out_and_said(void **state)
{
	uint32_t line;

	(void)state;
	assert_int_equal(left_out("REM a\nProps: b\nTAB\nTAB\nhttps://x.y/z\n", &line), 2);
	assert_int_equal(line, 2);
	assert_int_equal(left_out("TAB\n", &line), 0);
	/* Published so; it is no prose, and makes no script prose. */
	assert_int_equal(left_out("DELAY\nTAB\nDELAY \ndelay\n", &line), 3);
	assert_int_equal(line, 1);
	assert_string_equal(ducky_actions("Props: me\n* some text\nTAB\nTAB", NULL), "2b 2b done");
}

static void what_is_no_script_is_refused(void **state)
{
	static const struct sample s[] = {
		{"DEALY 5\nTAB\nTAB", "script:1: 'DEALY' is no command; expected"},
		{"TAB\nTAB\nFAILED", "script:3: 'FAILED' is no command; expected"},
		{"#NAME\nTAB", "script:1: '#NAME' is no command; expected"},
		{"Read this first.\nIt has no commands.\nTAB",
	         "script:1: 'Read' is no command; expected"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(s) / sizeof(*s); i++)
		if (!strstr(ducky_actions(s[i].script, NULL), s[i].actions))
			fail_msg("%s\ngave: %s", s[i].script, ducky_actions(s[i].script, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(comments),
		cmocka_unit_test(files),
		cmocka_unit_test(utf16),
		cmocka_unit_test(prose_is_left_out_and_said),
		cmocka_unit_test(what_is_no_script_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
