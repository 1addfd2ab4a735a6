/* Scenario files: the set that comes with the program, and everything that must be refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "detect/rule.h"
#include "sim/scenario.h"

#define OWN "host/sim/scenarios.json"

static char message[SCENARIO_MESSAGE_MAX];

static char *own(size_t *len)
{
	FILE *f = fopen(OWN, "rb");
	char *bytes = malloc(SCENARIO_FILE_MAX);

	assert_non_null(f);
	assert_non_null(bytes);
	*len = fread(bytes, 1, SCENARIO_FILE_MAX, f);
	fclose(f);
	return bytes;
}

static void test_own_set(void **state)
{
	struct scenarios set;
	const struct scenario *s;
	unsigned malicious = 0;

	(void)state;
	assert_int_equal(scenarios_read(&set, OWN, message), ERR_NONE);
	assert_int_equal(set.count, 51);
	for (size_t i = 0; i < set.count; i++)
		malicious += set.scenario[i].malicious;
	assert_int_equal(malicious, 35);
	s = scenarios_find(&set, "m03");
	assert_non_null(s);
	assert_string_equal(s->id, "M03");
	assert_int_equal(s->profile, SCENARIO_PROFILE_BARE);
	assert_true(s->claims_data);
	assert_int_equal(s->expect.verdicts, SCENARIO_MALICIOUS);
	assert_int_equal(s->expect.must.count, 12);
	assert_int_equal(s->far_end.has_load, false);
	assert_true(s->dp.ohm.low == 4.5);
	assert_true(s->dp.ohm.high == 10.6);
	/* order1 is the second of `rf`; pulse1 comes 5 to 45 ms after its start. */
	for (size_t i = 0; i < s->usb_count; i++) {
		const struct scenario_event *e = &s->usb[i];

		if (!e->id || strcmp(e->id, "pulse1"))
			continue;
		assert_int_equal(e->ev, SCENARIO_LINE);
		assert_int_equal(e->state, SCENARIO_J_LS);
		assert_int_equal(e->t_ms.after.item, scenario_radio_item(s, 1));
		assert_true(e->t_ms.from_start);
		assert_true(e->t_ms.ms.low == 5);
		assert_true(e->t_ms.ms.high == 45);
	}
	s = scenarios_find(&set, "B14");
	assert_int_equal(s->expect.verdicts, SCENARIO_NOT_COVERED | SCENARIO_SUSPECT);
	assert_true(s->dp.open);
	assert_null(s->far_end.descriptors);
	scenarios_release(&set);
	assert_null(set.scenario);
}

/* M10's identity is overridden, the set itself stays. */
static void test_override(void **state)
{
	struct scenarios set;
	const struct scenario *s;

	(void)state;
	assert_int_equal(scenarios_read(&set, OWN, message), ERR_NONE);
	s = scenarios_find(&set, "M10");
	for (size_t i = 0; i < s->usb_count; i++)
		if (s->usb[i].ev == SCENARIO_ENUMERATE) {
			assert_memory_equal(s->usb[i].descriptors->device + 16, "ac055002", 8);
			assert_string_equal(s->usb[i].descriptors->string[1], "Apple Inc.");
		}
	s = scenarios_find(&set, "M03");
	for (size_t i = 0; i < s->usb_count; i++)
		if (s->usb[i].ev == SCENARIO_ENUMERATE)
			assert_memory_equal(s->usb[i].descriptors->device + 16, "c0d34dd3", 8);
	scenarios_release(&set);
}

static const char *may = ""; /* rules that are named beside what is tried */

/* A small set, with a place for what is tried. */
static void try(const char *usb, const char *rest, const char *expected)
{
	static char text[8192];
	struct scenarios set;
	int n = snprintf(
		text, sizeof(text),
		"{\"schema\": 2, \"units\": \"\", \"legend\": {}, \"alphabets\": {}, "
		"\"descriptors\": {\"k\": "
		"{\"speed\": \"low\", \"device\": \"1201100100000008c0d34dd3020001020301\", "
		"\"config\": "
		"\"09022200010100a032090400000103010100092111010001223f000705810308000a\", "
		"\"langids\": "
		"[\"0409\"], \"strings\": {\"1\": \"x\"}, \"hid_report\": {\"0\": \"0501\"}, "
		"\"structure_sha256\": "
		"\"0134657de80ea8e4c12efe151102b45a848f5496c91a1f43281b83033460b78b\", "
		"\"evidence\": {}, "
		"\"note\": \"\"}}, \"scenarios\": [{\"id\": \"M99\", \"name\": \"n\", \"label\": "
		"\"malicious\", \"profile\": \"bare\", \"claim\": {\"data\": true, \"emarker\": "
		"false}, "
		"\"far_end\": {\"kind\": \"none\", \"descriptors\": null, \"load_mA\": null}, "
		"\"dc_path\": "
		"{\"dp_ohm\": \"open\", \"dm_ohm\": 1, \"gnd_ohm\": [0, 1]}, \"power\": "
		"{\"idle_mA\": 1, "
		"\"noise_rms_mA\": 0, \"boot\": [], \"periodic\": [], \"events\": []}, \"rf\": [], "
		"\"ambient\": [], \"expect\": {\"verdict\": \"malicious\", \"must\": [\"R5\"], "
		"\"may\": [%s], "
		"\"forbid\": []}, \"evidence\": {\"usb\": \"M\", \"power\": \"R/E\", \"rf\": "
		"\"E\", "
		"\"dc_path\": \"E\", \"far_end\": \"E\", \"note\": \"\"}, \"pitfall\": \"\", "
		"\"usb\": [%s]%s}]}",
		may, usb, rest);

	assert_in_range(n, 1, sizeof(text) - 1);
	if (!expected) {
		if (scenarios_parse(&set, "t.json", text, (size_t)n, message) != ERR_NONE)
			fail_msg("%s", message);
		scenarios_release(&set);
		return;
	}
	assert_int_equal(scenarios_parse(&set, "t.json", text, (size_t)n, message), ERR_SCENARIO);
	assert_null(set.store);
	if (!strstr(message, expected))
		fail_msg("'%s' does not say '%s'", message, expected);
	assert_memory_equal(message, "t.json: ", 8);
}

#define D ", \"duration_s\": 10"
#define ENUM                                                                                       \
	"{\"id\": \"e\", \"t_ms\": 1, \"ev\": \"enumerate\", \"descriptors\": \"k\", \"by\": "     \
	"\"cable\", "                                                                              \
	"\"host\": \"linux\", \"configured_after_ms\": 300, \"led_after_ms\": null, "              \
	"\"ctl_naks_per_data\": null}"

static void test_refusals(void **state)
{
	static const struct {
		const char *usb, *rest, *expected;
	} table[] = {
		{"", D, NULL},
		{ENUM, D, NULL},
		{"", "", "scenarios.M99: expected a field 'duration_s'"},
		{"", D ", \"colour\": 1", "scenarios.M99.colour: expected no field of this name"},
		{"", ", \"duration_s\": 0", "M99.duration_s: expected a number from 0.001"},
		{"", ", \"duration_s\": \"1\"", "M99.duration_s: expected a number"},
		{"{\"t_ms\": 1}", D, "M99.usb[0]: expected a field 'ev'"},
		{"{\"t_ms\": 1, \"ev\": \"dance\"}", D, "found 'dance'"},
		{"{\"t_ms\": -1, \"ev\": \"hs_chirp\"}", D,
	         "usb[0].t_ms: expected a number from 0"},
		{"{\"t_ms\": [2, 1], \"ev\": \"hs_chirp\"}", D, "[min, max] with min first"},
		{"{\"t_ms\": [1, 2, 3], \"ev\": \"hs_chirp\"}", D, "a number or [min, max]"},
		{"{\"t_ms\": {\"after\": \"x\", \"ms\": 1}, \"ev\": \"hs_chirp\"}", D,
	         "the id of an item of this scenario, found 'x'"},
		{"{\"t_ms\": {\"after\": \"x\"}, \"ev\": \"hs_chirp\"}", D, "{after, ms}"},
		{"{\"id\": \"x\", \"t_ms\": {\"after\": \"x\", \"ms\": 1}, \"ev\": \"hs_chirp\"}",
	         D, "a time that does not depend on itself"},
		{"{\"t_ms\": 1, \"ev\": \"line\", \"state\": \"J\", \"duration_ms\": 1}", D,
	         "usb[0].state: expected one of SE0, J_LS, J_FS, K_LS, K_FS, found 'J'"},
		{"{\"t_ms\": 1, \"ev\": \"hs_chirp\", \"duration_ms\": 1}", D,
	         "usb[0].duration_ms: expected no field of this name"},
		{"{\"t_ms\": 1, \"ev\": \"null_report\", \"device\": \"e\"}", D,
	         "usb[0].device: expected the id of an item"},
		{ENUM ", {\"t_ms\": 1, \"ev\": \"raw\", \"device\": \"e\", \"interface\": 1, "
	              "\"direction\": \"in\", \"bytes_per_report\": 8, \"period_ms\": 8, "
	              "\"duration_ms\": 8}",
	         D, "an interface of 'e', found 1"},
		{ENUM ", " ENUM, D, "usb[1].id: expected an id of its own"},
		{"{\"t_ms\": 1, \"ev\": \"enumerate\", \"descriptors\": \"q\"}", D,
	         "expected a field 'by'"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(table) / sizeof(*table); i++)
		try(table[i].usb, table[i].rest, table[i].expected);
}

/* Scenarios know rules by name alone (sim/ stands below detect/): no rule may be missing among the names. */
static void test_every_rule_is_known(void **state)
{
	char name[16];

	(void)state;
	for (unsigned i = 0; i < rules_count; i++) {
		snprintf(name, sizeof(name), "\"%s\"", rules[i]->id);
		may = name;
		try("", D, NULL);
	}
	may = "\"R5c\"";
	try("", D, "expect.may[0]: expected a rule ('cordon rules' lists them), found 'R5c'");
	may = "";
}

static void test_not_json(void **state)
{
	struct scenarios set;

	(void)state;
	assert_int_equal(scenarios_parse(&set, "t", "{\n\"a\": }", 8, message), ERR_SCENARIO);
	assert_non_null(strstr(message, "t: line 2:"));
	assert_int_equal(scenarios_parse(&set, "t", "[]", 2, message), ERR_SCENARIO);
	assert_string_equal(message, "t: (the whole): expected an object, found a list");
	assert_int_equal(scenarios_read(&set, "tests/no-such-file", message), ERR_OPEN);
}

/* Cut anywhere, it is refused and says so; never crashes. Each length of the head, then in steps. */
static void test_truncated(void **state)
{
	struct scenarios set;
	size_t len;
	char *bytes = own(&len);

	(void)state;
	for (size_t n = 0; n < len - 2; n += n < 2000 ? 1 : 7919) {
		assert_int_equal(scenarios_parse(&set, "t", bytes, n, message), ERR_SCENARIO);
		assert_true(message[0]);
	}
	free(bytes);
}

/* Any field away, or of another form: refused or still whole, and the message has its place. */
static void test_damaged(void **state)
{
	struct scenarios set;
	size_t len, refused = 0, tried = 0;
	char *bytes = own(&len);

	(void)state;
	for (size_t at = 3000; at < len; at += 1511) {
		char kept = bytes[at];

		bytes[at] = kept == '"' ? '7' : '"';
		tried++;
		if (scenarios_parse(&set, "t", bytes, len, message) == ERR_SCENARIO)
			refused++;
		scenarios_release(&set);
		bytes[at] = kept;
	}
	assert_in_range(refused, tried * 9 / 10, tried);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_set),
		cmocka_unit_test(test_override),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_not_json),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_every_rule_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
