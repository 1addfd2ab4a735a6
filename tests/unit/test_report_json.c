/* The verdict as JSON: the contract's keys and their order, limits, and what must not reach a terminal. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
#include <jansson.h>
#include <stdlib.h>

#include "report_build.h"

static const struct report_options plain;

static json_t *parsed(const struct report_build *r, const struct report_options *o)
{
	char *line = report_build_json(r, o);
	json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(root);
	/* One line, and nothing in it that a terminal obeys. */
	for (size_t i = 0; line[i]; i++)
		assert_true(line[i] == '\n' ? !line[i + 1] : line[i] >= 0x20 && line[i] < 0x7f);
	free(line);
	return root;
}

static void keys_are(json_t *object, const char *const *names, unsigned count)
{
	unsigned i = 0;
	const char *key;
	json_t *v;

	json_object_foreach(object, key, v)
	{
		assert_true(i < count);
		assert_string_equal(key, names[i++]);
	}
	assert_int_equal(i, count);
}

static void keys_in_order(void **state)
{
	static const char *const top[] = {"schema",
	                                  "input",
	                                  "profile",
	                                  "verdict",
	                                  "versions",
	                                  "duration_s",
	                                  "packets",
	                                  "bad_packets",
	                                  "lost_packets",
	                                  "skipped_packets",
	                                  "truncated",
	                                  "devices",
	                                  "devices_seen",
	                                  "devices_truncated",
	                                  "keystrokes",
	                                  "keys_seen",
	                                  "keystrokes_truncated",
	                                  "findings",
	                                  "findings_count",
	                                  "findings_truncated",
	                                  "coverage"};
	static const char *const device[] = {
		"address",          "bus",          "speed",        "vid",     "pid",
		"vendor_name",      "product_name", "manufacturer", "product", "serial",
		"structure_sha256", "first_seen_s", "kinds",        "hub",     "inferred",
		"enumerated",       "interfaces"};
	static const char *const finding[] = {"rule",   "name",   "group", "weight", "t_s",
	                                      "packet", "device", "bus",   "text",   "evidence"};
	static const char *const waived[] = {"rule", "name",    "group",     "weight",
	                                     "t_s",  "packet",  "keystroke", "waived_by",
	                                     "text", "evidence"};
	static const char *const typed[] = {"device",  "bus",   "interface",
	                                    "count",   "text",  "text_truncated",
	                                    "first_s", "last_s"};
	struct report_build r;
	json_t *root;

	(void)state;
	report_build_init(&r);
	root = parsed(&r, &plain);
	keys_are(root, top, sizeof(top) / sizeof(top[0]));
	keys_are(json_array_get(json_object_get(root, "devices"), 0), device, 17);
	keys_are(json_array_get(json_object_get(root, "findings"), 0), finding, 10);
	keys_are(json_array_get(json_object_get(root, "findings"), 1), waived, 10);
	keys_are(json_array_get(json_object_get(root, "keystrokes"), 0), typed, 8);
	json_decref(root);
	report_build_release(&r);
}

static void values(void **state)
{
	static const char *const pieces[] = {
		"{\"schema\":\"cordon.verdict/"
		"1\",\"input\":\"x\\n.pcapng\",\"profile\":\"host\",\"verdict\":\"malicious\","
		"\"versions\":{\"cordon\":\"0.1.0\",\"rules\":\"2026.1\"},\"duration_s\":2.31,"
		"\"packets\":2210,",
		"\"devices\":[{\"address\":5,\"bus\":1,\"speed\":\"low\",\"vid\":\"d3c0\",\"pid\":"
		"\"d34d\",",
		"\"product\":\"\\u202EO.MG\\u001B[2J\",\"serial\":\"999\",\"structure_sha256\":"
		"\"01346500",
		"\"kinds\":[\"keyboard\",\"mouse\",\"led\"],",
		"\"interfaces\":[{\"number\":0,\"class\":3,\"subclass\":1,\"protocol\":2,\"kinds\":"
		"[\"mouse\"]},{\"number\":1,",
		"\"keystrokes\":[{\"device\":5,\"bus\":1,\"interface\":1,\"count\":21,\"text\":"
		"\"hello \\\"there\\\"\\n\\u001B\",",
		"\"first_s\":1.98,\"last_s\":2.16}]",
		"\"rule\":\"R14a\",\"name\":\"known-structure\",\"group\":\"presence\",\"weight\":"
		"\"decisive\",\"t_s\":0.21,\"packet\":388,\"device\":5,",
		"\"evidence\":{\"interval_ms_median\":8.0,\"ratio\":null,\"keys\":5,\"claimed\":"
		"\"\\uFFFD\\u001B]0;x\\u0007\"}",
		"\"coverage\":{\"seconds\":2.3,\"blind_s\":0.0,\"missing\":[\"1 keyboard",
	};
	struct report_build r;
	char *line;

	(void)state;
	report_build_init(&r);
	line = report_build_json(&r, &plain);
	for (unsigned i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		if (!strstr(line, pieces[i]))
			fail_msg("%s\nnot in\n%s", pieces[i], line);
	free(line);
	report_build_release(&r);
}

static void no_text_leaves_it_out(void **state)
{
	static const struct report_options o = {.no_text = true};
	struct report_build r;
	char *line;

	(void)state;
	report_build_init(&r);
	line = report_build_json(&r, &o);
	assert_null(strstr(line, "hello"));
	assert_non_null(strstr(line, "\"count\":21"));
	free(line);
	report_build_release(&r);
}

static void truncated_text(unsigned characters, bool cut)
{
	struct report_build r;
	char *text = calloc(characters, 2);
	json_t *root, *k;

	assert_non_null(text);
	text = realloc(text, 2 * characters + 1);
	for (unsigned i = 0; i < characters; i++)
		memcpy(text + 2 * i, "\xc3\xa4", 3);
	report_build_init(&r);
	r.keystrokes.text = text;
	root = parsed(&r, &plain);
	k = json_array_get(json_object_get(root, "keystrokes"), 0);
	assert_int_equal(json_is_true(json_object_get(k, "text_truncated")), cut);
	assert_int_equal(json_string_length(json_object_get(k, "text")),
	                 2 * (characters < 4096 ? characters : 4096));
	json_decref(root);
	report_build_release(&r);
	free(text);
}

static void limits(void **state)
{
	struct report_build r;
	json_t *root;

	(void)state;
	truncated_text(4096, false);
	truncated_text(4097, true);
	report_build_init(&r);
	for (unsigned i = 2; i < FINDINGS_MAX; i++)
		r.finding[i] = r.finding[0];
	r.in.findings = FINDINGS_MAX;
	r.in.findings_dropped = 7;
	r.b.m->devices_forgotten = 3;
	r.in.sha256 = "00ff";
	r.in.lost_packets = UINT64_MAX;
	root = parsed(&r, &plain);
	assert_int_equal(json_array_size(json_object_get(root, "findings")), 256);
	assert_int_equal(json_integer_value(json_object_get(root, "findings_count")), 263);
	assert_true(json_is_true(json_object_get(root, "findings_truncated")));
	assert_true(json_is_true(json_object_get(root, "devices_truncated")));
	assert_string_equal(json_string_value(json_object_get(root, "sha256")), "00ff");
	json_decref(root);
	report_build_release(&r);
}

static void absent_means_unknown(void **state)
{
	struct report_build r;
	json_t *root, *d;

	(void)state;
	report_build_init(&r);
	memset(&r.b.m->device[7], 0, sizeof(r.b.m->device[7]));
	r.b.m->device[7].used = true;
	for (unsigned i = 0; i < 2; i++)
		r.b.m->hid[i].device = MODEL_NONE;
	root = parsed(&r, &plain);
	d = json_array_get(json_object_get(root, "devices"), 0);
	assert_null(json_object_get(d, "vid"));
	assert_null(json_object_get(d, "speed"));
	assert_null(json_object_get(d, "serial"));
	assert_null(json_object_get(d, "structure_sha256"));
	assert_null(json_object_get(d, "interfaces"));
	json_decref(root);
	report_build_release(&r);
}

static void same_bytes_twice(void **state)
{
	struct report_build r;
	char *one, *two;

	(void)state;
	report_build_init(&r);
	one = report_build_json(&r, &plain);
	two = report_build_json(&r, &plain);
	assert_string_equal(one, two);
	free(one);
	free(two);
	report_build_release(&r);
}

static void a_full_disk_is_noticed(void **state)
{
	struct report_build r;
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (!full)
		skip();
	setvbuf(full, NULL, _IONBF, 0);
	report_build_init(&r);
	assert_false(report_json(full, &r.in, &plain));
	assert_false(report_text(full, &r.in, &plain));
	assert_false(report_rules(full, true));
	fclose(full);
	report_build_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_in_order),          cmocka_unit_test(values),
		cmocka_unit_test(no_text_leaves_it_out),  cmocka_unit_test(limits),
		cmocka_unit_test(absent_means_unknown),   cmocka_unit_test(same_bytes_twice),
		cmocka_unit_test(a_full_disk_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
