/* Key meanings under several layouts, names of what prints nothing, locks, and the bounded transcript. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report/keyboard_keys.h"
#include "report/transcript.h"

enum {
	CTRL = 0x01,
	SHIFT = 0x02,
	ALT = 0x04,
	GUI = 0x08,
	RIGHT_SHIFT = 0x20,
	ALT_GR = 0x40,
	NUM = LAYOUT_NUM,
	CAPS = LAYOUT_CAPS,
};

struct expected {
	uint16_t usage;
	uint8_t modifiers, locks;
	const char *text;
};

static void check(const char *name, const struct expected *e, size_t n)
{
	struct layout *l = layout_new(name);
	char out[LAYOUT_TEXT_MAX];

	assert_non_null(l);
	for (size_t i = 0; i < n; i++) {
		size_t len = layout_text(l, e[i].usage, e[i].modifiers, e[i].locks, out);

		assert_string_equal(out, e[i].text);
		assert_int_equal(len, strlen(e[i].text));
	}
	layout_free(l);
}

#define CHECK(name, ...)                                                                           \
	do {                                                                                       \
		static const struct expected e_[] = {__VA_ARGS__};                                 \
		check(name, e_, sizeof(e_) / sizeof(*e_));                                         \
	} while (0)

static void what_keys_print(void **state)
{
	(void)state;
	CHECK("us", {0x04, 0, 0, "a"}, {0x04, SHIFT, 0, "A"}, {0x04, RIGHT_SHIFT, 0, "A"},
	      {0x1d, 0, 0, "z"}, {0x1f, SHIFT, 0, "@"}, {0x2c, 0, 0, " "}, {0x2c, SHIFT, 0, " "},
	      {0x31, SHIFT, 0, "|"}, {0x64, 0, 0, "<"}, {0x04, 0, CAPS, "A"},
	      {0x04, SHIFT, CAPS, "a"}, {0x1e, 0, CAPS, "1"}, {0x36, 0, 0, ","});
	CHECK("de", {0x1d, 0, 0, "y"}, {0x1c, 0, 0, "z"}, {0x14, ALT_GR, 0, "@"},
	      {0x08, ALT_GR, 0, "€"}, {0x33, 0, 0, "ö"}, {0x33, SHIFT, 0, "Ö"},
	      {0x33, 0, CAPS, "Ö"}, {0x2d, 0, 0, "ß"}, {0x64, 0, 0, "<"}, {0x64, ALT_GR, 0, "|"},
	      {0x2e, 0, 0, "<DEAD_ACUTE>"}, {0x63, 0, NUM, ","});
	CHECK("fr", {0x14, 0, 0, "a"}, {0x1e, 0, 0, "&"}, {0x1e, SHIFT, 0, "1"}, {0x1f, 0, 0, "é"},
	      {0x27, ALT_GR, 0, "@"}, {0x2f, 0, 0, "<DEAD_CIRCUMFLEX>"});
	CHECK("gb", {0x1f, SHIFT, 0, "\""}, {0x20, SHIFT, 0, "£"}, {0x32, 0, 0, "#"});
	CHECK("us(dvorak)", {0x14, 0, 0, "'"}, {0x07, 0, 0, "e"}, {0x38, 0, 0, "z"});
	CHECK("us(intl)", {0x34, 0, 0, "<DEAD_ACUTE>"}, {0x14, ALT_GR, 0, "ä"});
	CHECK("ru", {0x14, 0, 0, "й"}, {0x14, SHIFT, 0, "Й"});
	CHECK("jp", {0x89, SHIFT, 0, "|"}, {0x87, SHIFT, 0, "_"});
}

static void what_prints_nothing_has_a_name(void **state)
{
	(void)state;
	CHECK("us", {0x28, 0, 0, "\n"}, {0x58, 0, 0, "\n"}, {0x2b, 0, 0, "\t"},
	      {0x2b, SHIFT, 0, "<SHIFT+TAB>"}, {0x28, CTRL | SHIFT, 0, "<CTRL+SHIFT+ENTER>"},
	      {0x2a, 0, 0, "<BACKSPACE>"}, {0x50, 0, 0, "<LEFT>"}, {0x29, 0, 0, "<ESC>"},
	      {0x15, GUI, 0, "<GUI+r>"}, {0x15, 0x80, CAPS, "<GUI+r>"},
	      {0x17, CTRL | ALT, 0, "<CTRL+ALT+t>"}, {0x3b, ALT, 0, "<ALT+F2>"},
	      {0x06, CTRL, 0, "<CTRL+c>"}, {0x16, GUI | SHIFT, 0, "<GUI+SHIFT+s>"},
	      {0x2c, GUI, 0, "<GUI+SPACE>"}, {0x3a, SHIFT, 0, "<SHIFT+F1>"},
	      {0x14, ALT_GR, 0, "<ALT+q>"}, {0x9a, 0, 0, "<KEY_9A>"}, {0xffff, 0, 0, "<KEY_FFFF>"},
	      {0x6f, 0, 0, "<F20>"}, {0xe1, SHIFT, 0, ""}, {0xe3, 0, 0, ""}, {0, 0, 0, ""},
	      {1, 0, 0, ""}, {0x4c, CTRL | ALT, 0, "<CTRL+ALT+DELETE>"});
	CHECK("de", {0x50, ALT_GR, 0, "<ALT+LEFT>"}, {0x14, CTRL | ALT, 0, "<CTRL+ALT+q>"},
	      {0x33, CTRL, 0, "<CTRL+ö>"});
}

static void the_keypad_obeys_num_lock(void **state)
{
	(void)state;
	CHECK("us", {0x5c, 0, NUM, "4"}, {0x5c, 0, 0, "<LEFT>"}, {0x5c, SHIFT, NUM, "<LEFT>"},
	      {0x5c, SHIFT, 0, "4"}, {0x62, 0, NUM, "0"}, {0x63, 0, NUM, "."},
	      {0x63, 0, 0, "<DELETE>"}, {0x55, 0, 0, "*"}, {0x54, 0, NUM, "/"}, {0x67, 0, 0, "="},
	      {0x5c, ALT, NUM, "<ALT+KP4>"}, {0x5c, ALT, 0, "<ALT+KP4>"});
}

static void unknown_layouts_are_told(void **state)
{
	static const char *const bad[] = {
		"xx",       "us(nope)",
		"",         "us(",
		"us)x",     "(us)",
		"../etc/x", "us\"};",
		"us,de",    "u s",
		"us(a)(b)", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	char out[LAYOUT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct layout *l = layout_new(bad[i]);

		assert_false(layout_load(l));
		assert_false(layout_load(l));
		/* keys still have names */
		layout_text(l, 0x04, 0, 0, out);
		assert_string_equal(out, "<AC01>");
		layout_text(l, 0x28, 0, 0, out);
		assert_string_equal(out, "\n");
		layout_text(l, 0x5c, 0, NUM, out);
		assert_string_equal(out, "4");
		layout_free(l);
	}
	assert_non_null(strstr(layout_hint(), "us(dvorak)"));
	layout_free(NULL);
}

static void every_usage_and_modifier_fits(void **state)
{
	static const char *const names[] = {"us", "de", "fr", "gb", "us(dvorak)", "ru", "xx"};
	char out[LAYOUT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct layout *l = layout_new(names[i]);

		for (unsigned u = 0; u < 300; u++)
			for (unsigned m = 0; m < 256; m += 1 + (u > 120))
				assert_in_range(layout_text(l, (uint16_t)u, (uint8_t)m, m & 3, out),
				                (u >= 4 && u < 0xe0) || u > 0xe7,
				                LAYOUT_TEXT_MAX - 1);
		layout_free(l);
	}
}

/* The places in our table have the keycodes that xkb-data's evdev map gives them. */
static void keycodes_are_those_of_evdev(void **state)
{
	FILE *in = fopen("/usr/share/X11/xkb/keycodes/evdev", "r");
	char line[256], place[8];
	unsigned code, seen = 0;

	(void)state;
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, " <%7[A-Z0-9]> = %u;", place, &code) != 2)
			continue;
		for (unsigned u = 0; u < 256; u++) {
			const struct keyboard_key *k = keyboard_key((uint16_t)u);

			if (!k || strcmp(k->place, place))
				continue;
			assert_int_equal(k->code + 8, code);
			seen++;
		}
	}
	fclose(in);
	assert_int_equal(seen, 59); /* 52 that print, one of them twice, and 6 modifiers */
}

static void typed(struct transcript *t, struct layout *l, const char *letters)
{
	for (; *letters; letters++)
		transcript_key(t, l, (uint16_t)(*letters == ' ' ? 0x2c : *letters - 'a' + 4), 0,
		               (int64_t)t->count * 8);
}

static void transcripts_are_bounded(void **state)
{
	static struct transcript t;
	struct layout *l = layout_new("us");

	(void)state;
	transcript_init(&t);
	typed(&t, l, "hello there workshop");
	transcript_key(&t, l, 0x28, 0, 168);
	assert_string_equal(t.text, "hello there workshop\n");
	assert_int_equal(t.count, 21);
	assert_int_equal(t.first_ns, 0);
	assert_int_equal(t.last_ns, 168);
	for (unsigned i = 21; i < TRANSCRIPT_CHARACTERS_MAX - 3; i++)
		typed(&t, l, "x");
	assert_false(t.text_truncated);
	transcript_key(&t, l, 0x2a, 0, 1); /* a name that does not fit is not cut */
	assert_true(t.text_truncated);
	typed(&t, l, "y"); /* and nothing comes after it */
	assert_int_equal(strlen(t.text), TRANSCRIPT_CHARACTERS_MAX - 3);
	assert_int_equal(t.characters, TRANSCRIPT_CHARACTERS_MAX - 3);
	assert_int_equal(t.count, TRANSCRIPT_CHARACTERS_MAX - 3 + 2);
	layout_free(l);
	/* characters, not bytes */
	l = layout_new("ru");
	transcript_init(&t);
	for (unsigned i = 0; i < TRANSCRIPT_CHARACTERS_MAX + 1; i++)
		typed(&t, l, "q");
	assert_int_equal(strlen(t.text), 2 * TRANSCRIPT_CHARACTERS_MAX);
	assert_true(t.text_truncated);
	layout_free(l);
	/* counted without being written down */
	transcript_init(&t);
	typed(&t, NULL, "secret");
	assert_int_equal(t.count, 6);
	assert_string_equal(t.text, "");
}

static void locks_follow_keys_and_leds(void **state)
{
	static struct transcript t;
	struct layout *l = layout_new("us");

	(void)state;
	transcript_init(&t);
	transcript_key(&t, l, 0x5c, 0, 0);
	transcript_key(&t, l, 0x39, 0, 0);
	typed(&t, l, "a");
	transcript_leds(&t, NUM | CAPS);
	typed(&t, l, "a");
	transcript_leds(&t, 0);
	typed(&t, l, "a");
	transcript_key(&t, l, 0x5c, 0, 0);
	transcript_key(&t, l, 0x53, 0, 0);
	transcript_key(&t, l, 0x5c, 0, 0);
	assert_string_equal(t.text, "4<CAPSLOCK>AAa<LEFT><NUMLOCK>4");
	layout_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_keys_print),
		cmocka_unit_test(what_prints_nothing_has_a_name),
		cmocka_unit_test(the_keypad_obeys_num_lock),
		cmocka_unit_test(unknown_layouts_are_told),
		cmocka_unit_test(every_usage_and_modifier_fits),
		cmocka_unit_test(keycodes_are_those_of_evdev),
		cmocka_unit_test(transcripts_are_bounded),
		cmocka_unit_test(locks_follow_keys_and_leds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
