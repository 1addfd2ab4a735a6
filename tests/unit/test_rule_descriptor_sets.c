/*
 * The descriptor sets of ../shared/scenarios through the rules that judge descriptors: each set must fire just what its scenarios
 * say, in the profile where most rules apply. Report descriptors are parsed as in the field.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>

#include "detect/identity.h"

#define SCENARIOS "../shared/scenarios/scenarios.json"

static size_t unhex(uint8_t *out, size_t max, const char *s)
{
	size_t n = 0;

	for (unsigned v; n < max && sscanf(s + 2 * n, "%2x", &v) == 1; n++)
		out[n] = (uint8_t)v;
	return n;
}

static void describe(struct build *b, json_t *set, uint16_t vid, bool hashed, unsigned reports)
{
	const char *speed = json_string_value(json_object_get(set, "speed"));
	struct model_device *d =
		build_device(b, 0, !strcmp(speed, "low") ? USB_SPEED_LOW : USB_SPEED_FULL);
	uint8_t bytes[2048];
	size_t len = unhex(d->device_raw, 18, json_string_value(json_object_get(set, "device")));
	unsigned slot = 0;
	const char *number;
	json_t *report;
	bool whole;

	assert_true(usb_device_descriptor_read(&d->device, d->device_raw, len, &whole) && whole);
	if (vid)
		d->device.idVendor = vid;
	d->has_device = true;
	d->is_hub = d->device.bDeviceClass == USB_CLASS_HUB;
	len = unhex(bytes, sizeof(bytes), json_string_value(json_object_get(set, "config")));
	assert_true(usb_configuration_read(&d->config, bytes, len));
	d->has_config = true;
	d->config_len = (uint16_t)len;
	build_event(b, EVENT_DEVICE_DESCRIBED, d);
	json_object_foreach(json_object_get(set, "hid_report"), number, report)
	{
		static struct hid_descriptor parsed;

		if (slot == reports)
			break;
		len = unhex(bytes, sizeof(bytes), json_string_value(report));
		hid_parse(&parsed, bytes, len);
		build_hid(b, d, slot, (uint8_t)atoi(number), hid_kinds(&parsed), bytes,
		          (uint16_t)len);
		b->m->hid[slot++].descriptor = parsed;
	}
	if (!hashed)
		return;
	unhex(bytes, 32, json_string_value(json_object_get(set, "structure_sha256")));
	build_hashed(b, d, bytes);
}

static const struct {
	const char *set,
		*fires; /* of R6 R6b R13 R14 R14a R14b R14c R14d R15 R5b, separated by blanks */
} expected[] = {
	{"omg_default", "R6 R6b R14 R14a"},
	{"omg_hidx", "R6 R6b R13 R14a"},
	{"hp_kbd", "R6"},
	{"usbninja", "R6 R14"},
	{"digikey", "R6 R14"},
	{"micronucleus", "R14"},
	{"esp32s3_wind", "R6 R5b"},
	{"whid_boot", "R14 R5b"},
	{"whid_32u4", "R6 R14 R5b"},
	{"eccpro_rp2040", "R6 R14b R5b"},
	{"unifying_c52b", "R6 R14c"},
	{"poisontap", "R14 R5b"},
	{"ducky_hid", "R6"},
	{"ducky_storage", "R5b"},
	{"usb_storage", "R5b"},
	{"ls_mouse", "R6b"},
	{"charger_kbd", "R6"},
	{"yubikey", "R6"},
	{"scanner", "R6"},
	{"gaming_kbd", "R6"},
	{"headset", "R6b"},
	{"phone_mtp", ""},
	{"phone_mtp_adb", ""},
	{"phone_rndis", "R5b"},
	{"aoa_accessory", ""},
	{"hub", "R15"},
};

static json_t *sets;

static void each_set_fires_what_it_should(void **state)
{
	static const char *const ids[] = {"R6",   "R6b",  "R13",  "R14", "R14a",
	                                  "R14b", "R14c", "R14d", "R15", "R5b"};

	(void)state;
	if (!sets) {
		print_message("%s is not there\n", SCENARIOS);
		skip();
	}
	assert_int_equal(json_object_size(sets), sizeof(expected) / sizeof(expected[0]));
	for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		char fired[80] = "", want[80];
		struct build b;

		build_init(&b, PROFILE_BARE);
		describe(&b, json_object_get(sets, expected[i].set), 0, true, UINT_MAX);
		for (unsigned k = 0; k < sizeof(ids) / sizeof(ids[0]); k++)
			if (build_count(&b, ids[k])) {
				strcat(fired, ids[k]);
				strcat(fired, " ");
			}
		snprintf(want, sizeof(want), "%s%s", expected[i].fires,
		         expected[i].fires[0] ? " " : "");
		if (strcmp(fired, want))
			fail_msg("%s fires %s", expected[i].set, fired);
		build_release(&b);
	}
}

/* The configuration may be changed so that no hash fits: report descriptors still tell. M10 without its hash. */
static void known_by_report_descriptors(void **state)
{
	static const struct {
		const char *set;
		uint16_t vid;
		unsigned reports, want;
	} cases[] = {
		{"omg_default", 0x05ac, 2, 1}, {"omg_hidx", 0x046d, 3, 1},
		{"usbninja", 0x045e, 1, 1},    {"omg_default", 0x05ac, 1, 0},
		{"omg_default", 0xb33f, 2, 0}, {"usbninja", 0x16c0, 1, 0},
		{"hp_kbd", 0x05ac, 2, 0},      {"scanner", 0x05ac, 1, 0},
		{"ls_mouse", 0x046d, 1, 0},    {"gaming_kbd", 0x046d, 4, 0},
		{"ducky_hid", 0x05ac, 1, 0},   {"unifying_c52b", 0, 3, 0},
	};

	(void)state;
	if (!sets)
		skip();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct build b;

		build_init(&b, PROFILE_HOST);
		describe(&b, json_object_get(sets, cases[i].set), cases[i].vid, false,
		         cases[i].reports);
		assert_int_equal(build_count(&b, "R14b"), cases[i].want);
		build_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_set_fires_what_it_should),
		cmocka_unit_test(known_by_report_descriptors),
	};
	json_t *root = json_load_file(SCENARIOS, 0, NULL);
	int failed;

	sets = json_object_get(root, "descriptors");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(root);
	return failed;
}
