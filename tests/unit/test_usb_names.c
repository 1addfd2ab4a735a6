/* Vendor and product names out of a small usb.ids, out of each prefix of it, out of garbage, and out of the real one. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "usb/names.h"

static const char ids[] =
	"# comment\n0001  First\n\t0001  One\n\t#0002  no\n0002  Second Vendor\r\n"
	"\t0001  Other\n# between\n\t1234  Caf\xc3\xa9\n\t\t01  sub\nC 00  0003  x\n";

static void found(void **state)
{
	char v[32], p[32];

	(void)state;
	assert_true(usb_names_find(ids, sizeof(ids) - 1, 2, 0x1234, v, sizeof(v), p, sizeof(p)));
	assert_string_equal(v, "Second Vendor");
	assert_string_equal(p, "Caf\xc3\xa9");
	assert_true(usb_names_find(ids, sizeof(ids) - 1, 1, 1, v, sizeof(v), p, sizeof(p)));
	assert_string_equal(v, "First");
	assert_string_equal(p, "One");
}

static void not_found(void **state)
{
	char v[32], p[32];

	(void)state;
	assert_true(usb_names_find(ids, sizeof(ids) - 1, 1, 0x1234, v, sizeof(v), p, sizeof(p)));
	assert_string_equal(p, "");
	assert_false(usb_names_find(ids, sizeof(ids) - 1, 3, 1, v, sizeof(v), p, sizeof(p)));
	assert_string_equal(v, "");
	assert_false(usb_names_find(NULL, 0, 1, 1, v, sizeof(v), p, sizeof(p)));
}

static void small_buffers(void **state)
{
	char v[4], p[5];

	(void)state;
	assert_true(usb_names_find(ids, sizeof(ids) - 1, 2, 0x1234, v, sizeof(v), p, sizeof(p)));
	assert_string_equal(v, "Sec");
	assert_string_equal(p, "Caf");
	assert_true(usb_names_find(ids, sizeof(ids) - 1, 2, 0x1234, NULL, 0, NULL, 0));
}

static void every_prefix(void **state)
{
	(void)state;
	for (size_t len = 1; len < sizeof(ids); len++) {
		char *cut = malloc(len), v[32], p[32];

		assert_non_null(cut);
		memcpy(cut, ids, len);
		for (unsigned vid = 0; vid < 4; vid++) {
			usb_names_find(cut, len, (uint16_t)vid, 0x1234, v, sizeof(v), p, sizeof(p));
			assert_true(strlen(v) < sizeof(v) && strlen(p) < sizeof(p));
		}
		free(cut);
	}
}

static void garbage(void **state)
{
	uint32_t x = 1;
	size_t len = 4096;
	char *junk = malloc(len), v[8], p[8];

	(void)state;
	assert_non_null(junk);
	for (unsigned round = 0; round < 200; round++) {
		static const char some[] = "\n\t 012 \r#";

		for (size_t i = 0; i < len; i++) {
			x = x * 1664525u + 1013904223u;
			junk[i] = some[(x >> 24) % (sizeof(some) - 1)];
		}
		usb_names_find(junk, len, 0x0120, 0x0120, v, sizeof(v), p, sizeof(p));
		assert_true(strlen(v) < sizeof(v) && strlen(p) < sizeof(p));
	}
	free(junk);
}

static void the_real_list(void **state)
{
	FILE *f = fopen("/usr/share/hwdata/usb.ids", "rb");
	char *all = malloc(4 << 20), v[64], p[64];
	size_t len;

	(void)state;
	assert_non_null(all);
	if (!f) {
		free(all);
		print_message("hwdata's usb.ids is not installed\n");
		skip();
	}
	len = fread(all, 1, 4 << 20, f);
	fclose(f);
	assert_true(usb_names_find(all, len, 0x046d, 0xc31c, v, sizeof(v), p, sizeof(p)));
	assert_string_equal(v, "Logitech, Inc.");
	assert_string_equal(p, "Keyboard K120");
	assert_true(usb_names_find(all, len, 0x1d6b, 0x0002, v, sizeof(v), p, sizeof(p)));
	assert_string_equal(p, "2.0 root hub");
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found),         cmocka_unit_test(not_found),
		cmocka_unit_test(small_buffers), cmocka_unit_test(every_prefix),
		cmocka_unit_test(garbage),       cmocka_unit_test(the_real_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
