/* Text off the wire, for terminals and for JSON: every class of what must not get through. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
#include <stdlib.h>

#include "report/escape.h"

static void terminal(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", ""},
		{"plain text", "plain text"},
		{"a\nb\tc\\", "a\\nb\\tc\\\\"},
		{"\033[31m\a\r", "\\x1b[31m\\x07\\x0d"},
		{"\x7f", "\\x7f"},
		{"\xc2\x9b"
	         "2J",
	         "\\u{9b}2J"}, /* C1: CSI in one character */
		{"\x9b"
	         "2J",
	         "\\x9b2J"}, /* and as a bare byte */
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"\xe2\x80\xae"
	         "exe.txt",
	         "\\u{202e}exe.txt"},
		{"\xe2\x81\xa6", "\\u{2066}"},
		{"a\xe2\x80\x8b"
	         "b",
	         "a\\u{200b}b"},
		{"\xef\xbb\xbf", "\\u{feff}"},
		{"\xe2\x80\xa8", "\\u{2028}"},
		{"\xee\x80\x80", "\\u{e000}"},
		{"\xf3\xa0\x81\x81", "\\u{e0041}"}, /* tag characters */
		{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
		{"\xff\xfe", "\\xff\\xfe"},
		{"\xc0\x80", "\\xc0\\x80"}, /* overlong */
		{"\xe0\x80\x80", "\\xe0\\x80\\x80"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond U+10FFFF */
		{"\xe2\x82", "\\xe2\\x82"},                   /* cut */
		{"\xe2"
	         "a",
	         "\\xe2"
	         "a"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[128];

		assert_int_equal(escape_terminal(out, sizeof(out), cases[i].in),
		                 strlen(cases[i].out));
		assert_string_equal(out, cases[i].out);
	}
}

static void utf8(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"a\n\033b", "a\n\033b"}, /* the JSON writer's */
		{"\xff", "\xef\xbf\xbd"},
		{"\x7f", "\xef\xbf\xbd"},
		{"\xed\xa0\x80x", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx"},
		{"\xe2\x80\xae", "\xe2\x80\xae"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[64];

		escape_utf8(out, sizeof(out), cases[i].in);
		assert_string_equal(out, cases[i].out);
	}
}

/* Input ends where its allocation does; output too. */
static void every_length(void **state)
{
	static const char text[] = "a\xe2\x82\xac\xf0\x9f\x98\x80\033\xff\xe2\x80\xae\xc3\xa4\\z";
	char whole[128];
	size_t need = escape_terminal(whole, sizeof(whole), text);

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		char *in = strndup(text, n), *exact = malloc(n + 1);
		char out[128];

		memcpy(exact, in, n + 1);
		escape_terminal(out, sizeof(out), exact);
		escape_utf8(out, sizeof(out), exact);
		free(in);
		free(exact);
	}
	for (size_t size = 0; size <= need + 1; size++) {
		char *out = malloc(size ? size : 1);

		assert_int_equal(escape_terminal(out, size, text), need);
		if (size) {
			assert_true(strlen(out) < size);
			assert_memory_equal(out, whole, strlen(out));
			/* Cut between characters: what was cut is a text of its own. */
			for (const char *s = out; *s;) {
				int32_t c;

				s += escape_next(s, &c);
				assert_true(escape_is_plain(c));
			}
		}
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminal),
		cmocka_unit_test(utf8),
		cmocka_unit_test(every_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
