/* Shows from JSON: the one that comes with the program, and everything that must be refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/show.h"

static struct scenarios scenarios;
static char message[SCENARIO_MESSAGE_MAX];

static int setup(void **state)
{
	(void)state;
	return scenarios_read(&scenarios, "host/sim/scenarios.json", message) != ERR_NONE;
}

static int teardown(void **state)
{
	(void)state;
	scenarios_release(&scenarios);
	return 0;
}

static enum err parse(struct show *show, const char *text)
{
	return show_parse(show, "x.json", text, strlen(text), &scenarios, message);
}

static void own_show_takes_ten_minutes(void **state)
{
	struct show show;

	(void)state;
	assert_int_equal(show_read(&show, "host/sim/show.json", &scenarios, message), ERR_NONE);
	assert_int_equal(show.chapters, 7);
	assert_true(show_seconds(&show) == 600);
	assert_string_equal(show.chapter[2].scenario, "M14");
	assert_true(show.chapter[2].cue[2].replay);
	assert_true(show.chapter[0].speed == 1 && show.chapter[3].speed == 2);
	/* Longer than that nobody reads from the back row: two lines of 80 columns. */
	for (size_t i = 0; i < show.chapters; i++)
		for (size_t k = 0; k < show.chapter[i].cues; k++)
			assert_true(strlen(show.chapter[i].cue[k].say) <= 140);
	show_release(&show);
}

#define HEAD "{\"schema\":1,\"title\":\"t\",\"language\":\"en\",\"chapters\":["
#define CUES "\"cues\":[{\"at_s\":0,\"say\":\"a\"}]"
#define BODY "\"title\":\"c\",\"scenario\":\"B01\",\"seconds\":10,"

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"[", "x.json: line 1"},
		{"{}", "a field 'schema'"},
		{"{\"schema\":2}", "schema: expected 1, found 2"},
		{HEAD "]}", "at least one of 'chapters'"},
		{HEAD "{" BODY CUES ",\"colour\":1}]}", "chapters[0].colour: expected no field"},
		{HEAD "{\"title\":\"c\",\"scenario\":\"Q99\",\"seconds\":1," CUES "}]}",
	         "chapters[0].scenario: expected a scenario's id"},
		{HEAD "{" BODY "\"cues\":[]}]}", "chapters[0]: expected 'cues' whose first"},
		{HEAD "{" BODY "\"cues\":[{\"at_s\":1,\"say\":\"a\"}]}]}",
	         "'cues' whose first has at_s 0"},
		{HEAD "{" BODY "\"cues\":[{\"at_s\":0,\"say\":\"\"}]}]}",
	         "chapters[0].cues[0]: expected a sentence in 'say', found ''"},
		{HEAD "{" BODY
	              "\"cues\":[{\"at_s\":0,\"say\":\"a\"},{\"at_s\":0,\"say\":\"b\"}]}]}",
	         "'cues' in order of at_s"},
		{HEAD "{" BODY
	              "\"cues\":[{\"at_s\":0,\"say\":\"a\"},{\"at_s\":10,\"say\":\"b\"}]}]}",
	         "before 'seconds' are over"},
		{HEAD "{" BODY CUES ",\"speed\":0}]}",
	         "chapters[0].speed: expected a number from 0.01 to 100, found 0"},
	};
	struct show show;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(&show, cases[i].text), ERR_SCENARIO);
		if (!strstr(message, cases[i].says))
			fail_msg("'%s' is not in '%s'", cases[i].says, message);
		assert_null(show.chapter);
	}
	assert_int_equal(parse(&show, HEAD "{" BODY CUES "}]}"), ERR_NONE);
	show_release(&show);
	assert_int_equal(show_read(&show, "/nonexistent.json", &scenarios, message), ERR_OPEN);
}

static void cut_anywhere_it_is_refused(void **state)
{
	static const char text[] = HEAD "{" BODY CUES ",\"payload\":\"p.txt\",\"skip_s\":2}]}";
	struct show show;

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		char *copy = malloc(len ? len : 1);

		memcpy(copy, text, len);
		assert_int_equal(show_parse(&show, "x.json", copy, len, &scenarios, message),
		                 ERR_SCENARIO);
		free(copy);
	}
	assert_int_equal(parse(&show, text), ERR_NONE);
	assert_string_equal(show.chapter[0].payload, "p.txt");
	show_release(&show);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_show_takes_ten_minutes),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(cut_anywhere_it_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
