/* Which input devices can type, by the bitmaps that the kernel tells of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tui/keyboard_watch.h"

static void keyboards_type_and_others_do_not(void **state)
{
	static const struct {
		const char *what, *key;
		bool types;
	} cases[] = {
		{"a keyboard", "402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe", true},
		{"one key, Delete", "800000000000 0", true},
		{"one key, Escape", "2", true},
		{"a mouse", "1f0000 0 0 0 0", false},
		{"a power button", "10000000000000 0", false},
		{"a headset", "1000000000 e000000000000 0", false},
		{"nothing", "", false},
		{"no number", "keyboard", false},
		{"zeros", "0", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (keyboard_watch_types(cases[i].key) != cases[i].types)
			fail_msg("%s", cases[i].what);
}

/* Every prefix of a bitmap is read, and no further. */
static void any_text_is_a_bitmap(void **state)
{
	char text[] = "402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe";

	(void)state;
	for (size_t len = strlen(text); len-- > 0;) {
		text[len] = '\0';
		keyboard_watch_types(text);
	}
}

/* Without a kernel that tells anything there is no watch, and no crash. */
static void news_are_none_where_nothing_happens(void **state)
{
	struct keyboard_watch *w = keyboard_watch_open();
	char name[8];

	(void)state;
	if (w) {
		assert_true(keyboard_watch_fd(w) >= 0);
		assert_false(keyboard_watch_next(w, name, sizeof(name)));
	}
	keyboard_watch_close(w);
	keyboard_watch_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keyboards_type_and_others_do_not),
		cmocka_unit_test(any_text_is_a_bitmap),
		cmocka_unit_test(news_are_none_where_nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
