/*
 * Text into keys under other layouts: keys of their own, AltGr, dead keys; that what is typed reads back as it was; DUCKY_LANG.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ducky_script.h"
#include "report/layout.h"
#include "sim/layout_keys.h"

static struct layout_keys keys;

static size_t ask(void *ctx, uint16_t usage, uint8_t modifiers, char out[LAYOUT_KEYS_TEXT_MAX])
{
	return layout_text(ctx, usage, modifiers, 0, out);
}

static bool take(void *ctx, const char *name)
{
	const char *xkb = name ? layout_keys_name(name) : "us";
	struct layout *l;
	bool good;

	(void)ctx;
	if (!xkb)
		return false;
	l = layout_new(xkb);
	good = l && layout_load(l);
	if (good)
		layout_keys_init(&keys, ask, l);
	layout_free(l);
	return good;
}

static size_t strokes(void *ctx, uint32_t character, struct keystroke *out, size_t max)
{
	(void)ctx;
	return layout_keys_strokes(&keys, character, out, max);
}

static bool known(void *ctx, const char *name)
{
	(void)ctx;
	return layout_keys_name(name) != NULL;
}

static const struct ducky_layout layout = {.known = known, .select = take, .strokes = strokes};

static void expect(uint32_t character, size_t n, uint8_t usage, uint8_t modifiers)
{
	struct keystroke k[2];

	assert_int_equal(layout_keys_strokes(&keys, character, k, 2), n);
	if (!n)
		return;
	assert_int_equal(k[0].usage, usage);
	assert_int_equal(k[0].modifiers, modifiers);
}

static void german_keys(void **state)
{
	(void)state;
	assert_true(take(NULL, "DE"));
	expect('y', 1, 0x1d, 0);
	expect('Z', 1, 0x1c, MOD_SHIFT);
	expect('@', 1, 0x14, 1 << 6);
	expect('\\', 1, 0x2d, 1 << 6);
	expect(0xe4, 1, 0x34, 0);
	expect('<', 1, 0x64, 0);
	expect('|', 1, 0x64, 1 << 6);
	expect('^', 2, 0x35, 0);  /* the dead key and a space */
	expect(0xea, 2, 0x35, 0); /* and a letter */
	expect(0x4e2d, 0, 0, 0);
	expect(0x301, 0, 0, 0);
}

static void us_keys_are_those_of_the_table(void **state)
{
	(void)state;
	assert_true(take(NULL, "us"));
	for (char c = ' '; c < 0x7f; c++) {
		const char text[] = {c, 0};
		struct keystroke table, k[2];

		assert_int_equal(us_keystrokes(text, false, &table, 1), 1);
		assert_int_equal(layout_keys_strokes(&keys, (uint8_t)c, k, 2), 1);
		assert_int_equal(k[0].usage, table.usage);
		assert_int_equal(k[0].modifiers, table.modifiers);
		assert_int_equal(k[0].ascii, table.ascii);
	}
}

/* A layout on which a plain text cannot be typed is of no use to a payload. */
static void each_layout_types_a_payload(void **state)
{
	static const char *const names[] = {"us", "uk", "de", "fr", "es", "it", "pt", "br",    "no",
	                                    "se", "dk", "fi", "ch", "be", "la", "ca", "hu",    "pl",
	                                    "cz", "tr", "nl", "at", "si", "hr", "jp", "dvorak"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		unsigned missing = 0;

		assert_true(take(NULL, names[i]));
		for (char c = ' '; c < 0x7f; c++) {
			struct keystroke k[2];

			missing += layout_keys_strokes(&keys, (uint8_t)c, k, 2) == 0;
		}
		if (missing)
			fail_msg("%s lacks %u characters of ASCII", names[i], missing);
	}
}

static void a_script_chooses_its_layout(void **state)
{
	const struct ducky_settings set = {.layout = &layout};

	(void)state;
	assert_true(take(NULL, "us"));
	assert_string_equal(
		ducky_actions("STRING yz\nDUCKY_LANG de\nSTRING yz@\xc3\xaa\nGUI y", &set),
		"y z z y RA-q 35 e G-z done");
	assert_string_equal(ducky_actions("DUCKY_LANG UK\nSTRING \"", &set), "S-1f done");
	assert_non_null(
		strstr(ducky_actions("DUCKY_LANG nowhere", &set), "a keyboard layout's name"));
	assert_null(layout_keys_name("a name that is far too long for one"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(german_keys),
		cmocka_unit_test(us_keys_are_those_of_the_table),
		cmocka_unit_test(each_layout_types_a_payload),
		cmocka_unit_test(a_script_chooses_its_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
