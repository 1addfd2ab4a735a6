/* R22: the waiver, given late, taken back, and never for what is not the device's own deed. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
#include "detect/verdict.h"

static void start(struct build *b, bool alphabet)
{
	build_init(b, PROFILE_DEVICE);
	b->p.has_hash = true;
	memset(b->p.structure_sha256, 0x11, 32);
	strcpy(b->p.name, "scanner");
	b->p.has_alphabet = alphabet;
	b->p.alphabet[0x1e / 8] |= 1u << 0x1e % 8;
	build_start(b);
}

/* A device with a known id (R14), whose LEDs stream (R12b): one finding of presence, one of typing. */
static struct model_hid *findings_first(struct build *b, unsigned slot)
{
	struct model_device *d = build_device(b, slot, USB_SPEED_LOW);
	struct model_hid *h;

	build_described(b, d, 0x16c0, 0x27db);
	h = build_hid(b, d, slot, 0, HID_KIND_KEYBOARD | HID_KIND_LED, NULL, 63);
	for (unsigned i = 0; i < 60; i++) {
		build_led(b, h);
		b->t_ns += 40 * BUILD_MS;
	}
	return h;
}

static void hash_comes_after_the_finding(void **state)
{
	struct build b;
	struct model_hid *h;

	(void)state;
	start(&b, true);
	h = findings_first(&b, 0);
	assert_int_equal(build_find(&b, "R14")->weight, WEIGHT_MEDIUM);
	assert_int_equal(build_find(&b, "R12b")->weight, WEIGHT_STRONG);
	build_hashed_fill(&b, &b.m->device[h->device], 0x11);
	assert_int_equal(build_find(&b, "R14")->weight, WEIGHT_WEAK);
	assert_string_equal(build_find(&b, "R14")->waived_by, "scanner");
	assert_int_equal(build_find(&b, "R12b")->weight, WEIGHT_WEAK);
	build_release(&b);
}

static void a_foreign_key_takes_it_back(void **state)
{
	struct build b;
	struct model_hid *h;

	(void)state;
	start(&b, true);
	h = findings_first(&b, 0);
	build_hashed_fill(&b, &b.m->device[h->device], 0x11);
	build_key(&b, h, 0x1e, 0);
	assert_int_equal(build_find(&b, "R12b")->weight, WEIGHT_WEAK);
	build_key(&b, h, 0x1f, 0);
	assert_int_equal(build_find(&b, "R12b")->weight, WEIGHT_STRONG);
	assert_string_equal(build_find(&b, "R12b")->waived_by, "");
	/* That it is there was declared all the same. */
	assert_int_equal(build_find(&b, "R14")->weight, WEIGHT_WEAK);
	/* And it does not come back. */
	build_key(&b, h, 0x1e, 0);
	build_event(&b, EVENT_DEVICE_DESCRIBED, &b.m->device[h->device]);
	assert_int_equal(build_find(&b, "R12b")->weight, WEIGHT_STRONG);
	build_release(&b);
}

static void modifiers_are_keys_too(void **state)
{
	struct build b;
	struct model_hid *h;

	(void)state;
	start(&b, true);
	h = findings_first(&b, 0);
	build_hashed_fill(&b, &b.m->device[h->device], 0x11);
	build_key(&b, h, 0, 0x08);
	assert_int_equal(build_find(&b, "R12b")->weight, WEIGHT_STRONG);
	build_release(&b);
}

static void typing_needs_an_alphabet(void **state)
{
	struct build b;
	struct model_hid *h;

	(void)state;
	start(&b, false);
	h = findings_first(&b, 0);
	build_hashed_fill(&b, &b.m->device[h->device], 0x11);
	assert_int_equal(build_find(&b, "R14")->weight, WEIGHT_WEAK);
	assert_int_equal(build_find(&b, "R12b")->weight, WEIGHT_STRONG);
	build_release(&b);
}

static void another_structure_is_not_waived(void **state)
{
	struct build b;
	struct model_hid *h;

	(void)state;
	start(&b, true);
	h = findings_first(&b, 0);
	build_hashed_fill(&b, &b.m->device[h->device], 0x12);
	assert_int_equal(build_find(&b, "R14")->weight, WEIGHT_MEDIUM);
	build_release(&b);
}

static void the_charger_is_not_waived(void **state)
{
	static const uint8_t version[] = {2, 0};
	struct build b;
	struct model_device *d;

	(void)state;
	start(&b, true);
	d = build_device(&b, 0, USB_SPEED_FULL);
	build_hashed_fill(&b, d, 0x11);
	build_control(&b, d, 0xc0, 51, 0, 0, version, 2);
	assert_int_equal(build_find(&b, "R21")->weight, WEIGHT_STRONG);
	assert_string_equal(build_find(&b, "R21")->waived_by, "");
	build_release(&b);
}

/* The slot's next user neither inherits the waiver nor spoils what was waived before. */
static void slots_are_reused(void **state)
{
	struct build b;
	struct model_hid *h;
	const struct finding *f;
	struct model_device *d;
	size_t n;

	(void)state;
	start(&b, true);
	h = findings_first(&b, 0);
	build_hashed_fill(&b, &b.m->device[h->device], 0x11);
	d = build_device(&b, 0, USB_SPEED_LOW);
	build_described(&b, d, 0x16c0, 0x27db);
	f = engine_findings(b.e, &n);
	assert_int_equal(f[0].weight, WEIGHT_WEAK);
	assert_string_equal(f[n - 1].rule, "R14");
	assert_int_equal(f[n - 1].weight, WEIGHT_MEDIUM);
	build_hashed_fill(&b, d, 0x44);
	f = engine_findings(b.e, &n);
	assert_int_equal(f[0].weight, WEIGHT_WEAK);
	/* Declared too, and then not to be trusted with keys. */
	h = findings_first(&b, 0);
	build_hashed_fill(&b, &b.m->device[0], 0x11);
	build_key(&b, h, 0x04, 0);
	f = engine_findings(b.e, &n);
	assert_int_equal(f[1].weight, WEIGHT_WEAK);
	assert_string_equal(f[n - 1].rule, "R12b");
	assert_int_equal(f[n - 1].weight, WEIGHT_STRONG);
	build_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_comes_after_the_finding),
		cmocka_unit_test(a_foreign_key_takes_it_back),
		cmocka_unit_test(modifiers_are_keys_too),
		cmocka_unit_test(typing_needs_an_alphabet),
		cmocka_unit_test(another_structure_is_not_waived),
		cmocka_unit_test(the_charger_is_not_waived),
		cmocka_unit_test(slots_are_reused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
