/* The dashboard's views as whole screens: keys in, fixed clock, screen text out, compared with tests/screens/ *.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/screens/vt.h"

#define INJECTOR "tests/captures/omg-plug/capture.pcapng"
#define PERSON   "tests/captures/person/capture.pcapng"
#define CHANNEL  "tests/captures/omg-channel/capture.pcapng"
#define LATE     "tests/captures/late-start-injector/capture.pcapng"
#define HUB      "tests/captures/hub-keyboard/capture.pcapng"
#define HEADSET  "tests/captures/headset/capture.pcapng"

struct view_case {
	const char *name;
	struct vt_options options;
	int ms;           /* of replay before the keys */
	const char *keys; /* each its own */
};

static const struct view_case cases[] = {
	{"injector-80x24", {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80}, 5000, ""},
	{"injector-120x40",
         {.capture = INJECTOR, .speed = 1, .rows = 40, .columns = 120},
         5000,
         ""},
	{"injector-40x10", {.capture = INJECTOR, .speed = 1, .rows = 10, .columns = 40}, 5000, ""},
	{"injector-30x5", {.capture = INJECTOR, .speed = 1, .rows = 5, .columns = 30}, 5000, ""},
	{"injector-ascii",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80, .ascii = true},
         5000,
         ""},
	{"injector-mono",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80, .colourless = true},
         5000,
         ""},
	{"injector-running",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         1950,
         ""},
	{"injector-paused",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         1000,
         " "},
	{"injector-past",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         ":goto 0\rn"},
	{"injector-masked",
         {.capture = INJECTOR, .speed = 1, .rows = 40, .columns = 120},
         5000,
         "x"},
	{"injector-devices",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "2z"},
	{"injector-typing",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "4z"},
	{"injector-packets",
         {.capture = INJECTOR, .speed = 1, .rows = 40, .columns = 120},
         5000,
         "nn\rz"},
	{"injector-fields",
         {.capture = INJECTOR, .speed = 1, .rows = 40, .columns = 120},
         5000,
         "5&keys\r,,,,\r\rjj"},
	{"injector-fields-80x24",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "5&request 6\r,,,,,\r\rj"},
	{"injector-fields-filter",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "5&keys\r,,,,\r\rjj="},
	{"injector-filter-chosen",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "5,,&line\r"},
	{"injector-fields-masked",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "x5&keys\r,,,,\r\r"},
	{"injector-health",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "6"},
	{"injector-explain",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         ":goto 0\rnne"},
	{"injector-explain-40x10",
         {.capture = INJECTOR, .speed = 1, .rows = 10, .columns = 40},
         5000,
         ":goto 0\rnne"},
	{"injector-filter",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "&keys & not dev 3\r"},
	{"injector-filter-wrong",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "&dev "},
	{"injector-find",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "5g/set conf\r"},
	{"injector-projector",
         {.capture = INJECTOR, .speed = 1, .rows = 24, .columns = 80},
         5000,
         "p"},
	{"injector-projector-text",
         {.capture = INJECTOR, .speed = 1, .rows = 30, .columns = 100},
         5000,
         "px"},
	{"injector-projector-40x10",
         {.capture = INJECTOR, .speed = 1, .rows = 10, .columns = 40},
         5000,
         "p"},
	{"person-80x24", {.capture = PERSON, .speed = 10, .rows = 24, .columns = 80}, 5000, ""},
	{"person-120x40", {.capture = PERSON, .speed = 10, .rows = 40, .columns = 120}, 5000, ""},
	{"person-projector",
         {.capture = PERSON, .speed = 10, .rows = 24, .columns = 80},
         5000,
         "p"},
	{"channel-bare",
         {.capture = CHANNEL,
          .speed = 1,
          .rows = 40,
          .columns = 120,
          .profile = PROFILE_BARE,
          .has_profile = true},
         5000,
         ""},
	{"late-start", {.capture = LATE, .speed = 1, .rows = 24, .columns = 80}, 5000, ""},
	{"hub-120x40", {.capture = HUB, .speed = 1, .rows = 40, .columns = 120}, 8000, "2"},
	{"headset-80x24", {.capture = HEADSET, .speed = 1, .rows = 24, .columns = 80}, 3000, ""},
	{"help-80x24", {.capture = PERSON, .speed = 1, .rows = 24, .columns = 80}, 100, "?"},
	{"help-80x24-more",
         {.capture = PERSON, .speed = 1, .rows = 24, .columns = 80},
         100,
         "?\033[6~\033[6~"},
	{"beginning", {.capture = PERSON, .speed = 1, .rows = 24, .columns = 80}, 0, ""},
};

static void views(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vt *t = vt_new(&cases[i].options);

		vt_run(t, cases[i].ms);
		vt_keys(t, cases[i].keys);
		vt_run(t, 200);
		wrong += !vt_golden(t, cases[i].name);
		vt_free(t);
	}
	assert_int_equal(wrong, 0);
}

/* The same input, keys and clock give the same screen. */
static void screens_are_deterministic(void **state)
{
	const struct vt_options o = {.capture = INJECTOR, .speed = 1, .rows = 40, .columns = 120};
	struct vt *a = vt_new(&o), *b;
	char first[40 * 120 * 4 + 41];

	(void)state;
	vt_run(a, 2000);
	strcpy(first, vt_text(a));
	vt_free(a);
	b = vt_new(&o);
	vt_run(b, 2000);
	assert_string_equal(first, vt_text(b));
	vt_free(b);
}

static void without_colours_none_is_sent(void **state)
{
	struct vt_options o = {.capture = INJECTOR, .speed = 0, .rows = 24, .columns = 80};
	struct vt *t;

	(void)state;
	t = vt_new(&o);
	vt_run(t, 200);
	assert_true(vt_coloured(t));
	vt_free(t);
	o.colourless = true;
	t = vt_new(&o);
	vt_run(t, 200);
	assert_false(vt_coloured(t));
	vt_free(t);
	o.colourless = false;
	o.term = "vt100";
	t = vt_new(&o);
	vt_run(t, 200);
	assert_false(vt_coloured(t));
	vt_free(t);
}

static void ascii_is_ascii(void **state)
{
	struct vt *t = vt_new(&(struct vt_options){
		.capture = INJECTOR, .rows = 40, .columns = 120, .ascii = true});
	const char *const keys[] = {"", "p", "p?", "?e", "e5z"};

	(void)state;
	vt_run(t, 200);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		vt_keys(t, keys[i]);
		vt_run(t, 200);
		for (const char *c = vt_text(t); *c; c++)
			assert_in_range((unsigned char)*c, '\n', 0x7e);
	}
	vt_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views),
		cmocka_unit_test(screens_are_deterministic),
		cmocka_unit_test(without_colours_none_is_sent),
		cmocka_unit_test(ascii_is_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
