/* The dashboard on simulated cables: what a tap tells beside packets, on every view, as of any moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/sim_link.h"
#include "tests/screens/vt.h"

static struct scenarios set;

static int begin(void **state)
{
	char message[SCENARIO_MESSAGE_MAX];

	(void)state;
	return scenarios_read(&set, "host/sim/scenarios.json", message);
}

static int end(void **state)
{
	(void)state;
	scenarios_release(&set);
	return 0;
}

static struct vt *play(const char *id, struct vt_options o)
{
	const struct scenario_settings settings = {.seed = 1, .host = -1};
	struct scenario_plan *plan;

	assert_int_equal(scenario_plan_new(&plan, scenarios_find(&set, id), &settings), ERR_NONE);
	assert_int_equal(sim_link_open(&o.link, plan, 10), ERR_NONE);
	scenario_plan_free(plan);
	o.has_profile = true;
	o.profile = PROFILE_BARE;
	return vt_new(&o);
}

/* `options.rows` 0: goes on where the case before stands. */
struct view_case {
	const char *name, *scenario;
	struct vt_options options;
	const char *keys;
};

static const struct view_case cases[] = {
	{"sim-120x40", "M03", {.rows = 40, .columns = 120}, ""},
	{"sim-health", "M03", {.rows = 0}, "6"},
	{"sim-packets", "M03", {.rows = 0}, "5z:filter bursts\r"},
	{"sim-past", "M03", {.rows = 0}, ":filter\rz3:goto 5\r"},
	{"sim-80x24", "M03", {.rows = 24, .columns = 80}, ""},
	{"sim-time", "M03", {.rows = 0}, "1z"},
	{"sim-devices", "M03", {.rows = 0}, "q2z"},
	{"sim-typing", "M03", {.rows = 0}, "q4z"},
	{"sim-findings", "M03", {.rows = 0}, "q3z"},
	{"sim-tap", "M03", {.rows = 0}, "q5z:filter tap\r"},
	{"sim-40x10", "M03", {.rows = 10, .columns = 40}, ""},
	{"sim-mono", "M03", {.rows = 24, .columns = 80, .colourless = true}, ""},
	{"sim-ascii", "M03", {.rows = 40, .columns = 120, .ascii = true}, ""},
	{"sim-projector", "M03", {.rows = 30, .columns = 100}, "p"},
	{"sim-benign", "B01", {.rows = 24, .columns = 80}, ""},
	{"sim-undecided", "M03", {.rows = 24, .columns = 80}, "3z:goto 3.6\r"},
	{"sim-undecided-onset", "M03", {.rows = 0}, ":goto 12\r"},
	{"sim-explain", "M03", {.rows = 0}, "f3ge"},
};

static void views(void **state)
{
	struct vt *t = NULL;
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].options.rows) {
			if (t)
				vt_free(t);
			t = play(cases[i].scenario, cases[i].options);
			vt_run(t, 1800);
		}
		vt_keys(t, cases[i].keys);
		vt_run(t, 200);
		wrong += !vt_golden(t, cases[i].name);
	}
	vt_free(t);
	assert_int_equal(wrong, 0);
}

/* Terminals of 8 and of 16 colours get the same text; bright ones only who has them. */
static void few_colours(void **state)
{
	static const struct {
		const char *term, *view, *projector;
	} terms[] = {
		{"xterm", "sim-8-colours", "sim-8-colours-projector"},
		{"xterm-16color", "sim-16-colours", "sim-16-colours-projector"},
	};
	char text[24 * 80 * 4 + 25];
	unsigned wrong = 0;
	struct vt *t = play("M03", (struct vt_options){.rows = 24, .columns = 80});

	(void)state;
	vt_run(t, 1800);
	vt_run(t, 600);
	strcpy(text, vt_text(t));
	vt_free(t);
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		t = play("M03",
		         (struct vt_options){.rows = 24, .columns = 80, .term = terms[i].term});
		vt_run(t, 1800);
		vt_run(t, 200);
		wrong += !vt_golden_colours(t, terms[i].view);
		vt_keys(t, "p");
		vt_run(t, 200);
		wrong += !vt_golden_colours(t, terms[i].projector);
		vt_keys(t, "p");
		vt_run(t, 200);
		assert_string_equal(text, vt_text(t));
		vt_free(t);
	}
	assert_int_equal(wrong, 0);
}

/* The plain console of Linux: its terminfo entry names neither lines nor columns. */
static void a_terminal_whose_entry_has_no_size(void **state)
{
	struct vt_options o = {.rows = 30, .columns = 100};
	char text[30 * 100 * 4 + 31];
	struct vt *t = play("M03", o);

	(void)state;
	vt_run(t, 1800);
	vt_run(t, 200);
	snprintf(text, sizeof(text), "%s", vt_text(t));
	vt_free(t);
	o.term = "linux";
	t = play("M03", o);
	vt_run(t, 1800);
	vt_run(t, 200);
	assert_string_equal(text, vt_text(t));
	vt_free(t);
}

/* Every pane that a tap fills, every prompt, at any size while all of it goes on; then the screen is as if nothing had been. */
static void any_size_of_a_tap_at_any_moment(void **state)
{
	static const char *const keys[] = {"1",  "2",      "3",          "4",    "5", "6", "z",
	                                   "\t", "p",      "e",          "R",    "n", "N", "+",
	                                   "-",  "&tap\r", ":goto 5\r",  "T",    "P", "V", "L",
	                                   "q",  "\r",     "/current\r", "\033", "=", "'", "b",
	                                   "?",  "y",      "i",          "m",    "t", "]", "g"};
	struct vt *t = play("M03", (struct vt_options){.rows = 24, .columns = 80});
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 400; i++) {
		seed = seed * 1664525 + 1013904223;
		vt_resize(t, 1 + (int)(seed >> 8 & 63), 1 + (int)(seed >> 16 & 255));
		vt_keys(t, keys[(seed >> 24) % (sizeof(keys) / sizeof(keys[0]))]);
		vt_run(t, 10);
	}
	vt_resize(t, 45, 140);
	vt_keys(t, "\033");
	vt_run(t, 300);
	/* A blank screen comes back by any key, and whatever was open is closed one by one. */
	for (int i = 0; i < 8; i++)
		vt_keys(t, "q");
	vt_keys(t, "&\b\b\b\rf");
	vt_run(t, 2000);
	assert_non_null(strstr(vt_text(t), "SIMULATED"));
	assert_non_null(strstr(vt_text(t), "MALICIOUS"));
	/* To its last corner. */
	assert_non_null(strstr(vt_text(t), "  : more\n"));
	assert_non_null(strstr(vt_text(t), "   ?help\n"));
	vt_free(t);
}

/* What a pane shows of the past is what it showed then, but for the context's line and the scale of its meters. */
static void the_past_is_what_it_was(void **state)
{
	struct vt *t = play("M03", (struct vt_options){.rows = 24, .columns = 80});
	static char then[24 * 80 * 4 + 25];
	const char *a, *b;

	(void)state;
	vt_run(t, 500);
	vt_keys(t, " 3z");
	vt_run(t, 200);
	strcpy(then, vt_text(t));
	vt_keys(t, " ");
	vt_run(t, 1300);
	vt_keys(t, ":goto 5\r");
	vt_run(t, 200);
	a = strchr(then, '\n');
	b = strchr(vt_text(t), '\n');
	assert_string_equal(a, b);
	vt_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views),
		cmocka_unit_test(few_colours),
		cmocka_unit_test(a_terminal_whose_entry_has_no_size),
		cmocka_unit_test(any_size_of_a_tap_at_any_moment),
		cmocka_unit_test(the_past_is_what_it_was),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
