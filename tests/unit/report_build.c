/* A report's input made by hand. See report_build.h. */
#include "report_build.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void names(void *context, uint16_t vid, uint16_t pid, char *vendor, size_t vendor_size,
                  char *product, size_t product_size)
{
	(void)context;
	snprintf(vendor, vendor_size, "Vendor %04x", vid);
	snprintf(product, product_size, "Product %04x", pid);
}

static void findings(struct report_build *r)
{
	static const uint8_t hash[32] = {0x01, 0x34};
	struct finding *f = r->finding;

	f[0] = (struct finding){
		.rule = "R14a",
		.name = "known-structure",
		.group = GROUP_PRESENCE,
		.weight = WEIGHT_DECISIVE,
		.t_ns = 210 * BUILD_MS,
		.packet = 388,
		.has_device = true,
		.device_bus = 1,
		.device_address = 5,
	};
	finding_say(&f[0], "its descriptors are those of the espusb family");
	finding_hex(&f[0], "structure_sha256", hash, 32);
	f[1] = (struct finding){
		.rule = "R9",
		.name = "injected-typing",
		.group = GROUP_TYPING,
		.weight = WEIGHT_WEAK,
		.t_ns = 2020 * BUILD_MS,
		.packet = 1718,
		.keystroke = 5,
		.waived_by = "sca\033nner",
	};
	finding_say(&f[1], "5 keys at 8.0 ms: no person types like this");
	finding_number(&f[1], "interval_ms_median", 8.04, 1);
	finding_number(&f[1], "ratio", 0.0 / 0.0, 1);
	finding_integer(&f[1], "keys", 5);
	finding_text(&f[1], "claimed", "\xff\033]0;x\a");
	r->in.findings = 2;
	r->in.finding = f;
}

void report_build_init(struct report_build *r)
{
	static const struct build_interface i[] = {{3, 1, 2, 52, {0x81}}, {3, 1, 1, 63, {0x82}}};
	static const uint8_t hash[32] = {0x01, 0x34, 0x65};
	struct model_device *d;

	memset(r, 0, sizeof(*r));
	build_init(&r->b, PROFILE_HOST);
	r->b.t_ns = 100 * BUILD_MS;
	d = build_device(&r->b, 7, USB_SPEED_LOW);
	d->address = 5;
	build_described(&r->b, d, 0xd3c0, 0xd34d);
	build_config(&r->b, d, i, 2);
	build_hid(&r->b, d, 0, 0, HID_KIND_MOUSE, NULL, 52);
	build_hid(&r->b, d, 1, 1, HID_KIND_KEYBOARD | HID_KIND_LED, NULL, 63);
	build_hashed(&r->b, d, hash);
	strcpy(d->manufacturer, "O.MG");
	strcpy(d->product, "\xe2\x80\xae"
	                   "O.MG\033[2J");
	strcpy(d->serial, "999");
	findings(r);
	r->coverage = (struct coverage){.seconds_ns = 2300 * BUILD_MS, .blind_ns = 0, .missing = 1};
	strcpy(r->coverage.text[0],
	       "1 keyboard typed fewer than 10 keys, too few to tell who typed");
	r->keystrokes = (struct report_keystrokes){
		.bus = 1,
		.address = 5,
		.interface = 1,
		.count = 21,
		.text = "hello \"there\"\n\033",
		.first_ns = 1980 * BUILD_MS,
		.last_ns = 2160 * BUILD_MS,
	};
	r->in.input = "x\n.pcapng";
	r->in.profile = &r->b.p;
	r->in.version = "0.1.0";
	r->in.verdict = VERDICT_MALICIOUS;
	r->in.model = r->b.m;
	r->in.coverage = &r->coverage;
	r->in.duration_ns = 2310 * BUILD_MS;
	r->in.packets = 2210;
	r->in.keystrokes = &r->keystrokes;
	r->in.keyboards = 1;
	r->in.names = names;
}

void report_build_release(struct report_build *r)
{
	build_release(&r->b);
}

static char *written(const struct report_build *r, const struct report_options *o,
                     bool (*report)(FILE *, const struct report_input *,
                                    const struct report_options *))
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_true(report(f, &r->in, o));
	assert_int_equal(fclose(f), 0);
	assert_int_equal(strlen(text), len);
	return text;
}

char *report_build_json(const struct report_build *r, const struct report_options *o)
{
	return written(r, o, report_json);
}

char *report_build_text(const struct report_build *r, const struct report_options *o)
{
	return written(r, o, report_text);
}
