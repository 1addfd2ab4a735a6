/* R12 and R12b: probes by lock keys, and streams of LED reports. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
enum { A = 0x04, CAPS = 0x39, SCROLL = 0x47, NUM = 0x53 };

static struct model_hid *keyboard(struct build *b)
{
	return build_hid(b, build_device(b, 0, USB_SPEED_FULL), 0, 0,
	                 HID_KIND_KEYBOARD | HID_KIND_LED, NULL, 63);
}

static void press(struct build *b, struct model_hid *h, uint16_t usage)
{
	build_key(b, h, usage, 0);
	b->t_ns += 300 * BUILD_MS;
	build_key(b, h, 0, 0);
	b->t_ns += 2000 * BUILD_MS;
}

static unsigned typed(enum profile_kind kind, const uint16_t *usages, unsigned n)
{
	struct build b;
	unsigned count;

	build_init(&b, kind);
	struct model_hid *h = keyboard(&b);

	for (unsigned i = 0; i < n; i++)
		press(&b, h, usages[i]);
	count = build_count(&b, "R12");
	if (count) {
		assert_int_equal(build_find(&b, "R12")->weight, WEIGHT_STRONG);
		assert_int_equal(build_find(&b, "R12")->group, GROUP_TYPING);
		assert_int_equal(build_find(&b, "R12")->keystroke, 3);
	}
	build_release(&b);
	return count;
}

static void three_lock_keys_first(void **state)
{
	static const uint16_t wind[] = {CAPS, NUM, SCROLL, A},
			      other[] = {SCROLL, SCROLL, CAPS, CAPS, NUM};

	(void)state;
	for (unsigned k = PROFILE_BARE; k <= PROFILE_HOST; k++)
		assert_int_equal(typed((enum profile_kind)k, wind, 4), 1);
	assert_int_equal(typed(PROFILE_HOST, other, 5), 1);
}

/* What people do. */
static void near_misses(void **state)
{
	static const uint16_t num[] = {NUM, A, CAPS, SCROLL}, nums[] = {NUM, NUM, NUM, NUM};
	static const uint16_t two[] = {NUM, CAPS, A, SCROLL}, after[] = {A, CAPS, NUM, SCROLL};

	(void)state;
	assert_int_equal(typed(PROFILE_HOST, num, 4), 0);
	assert_int_equal(typed(PROFILE_HOST, nums, 4), 0);
	assert_int_equal(typed(PROFILE_HOST, two, 4), 0);
	assert_int_equal(typed(PROFILE_HOST, after, 4), 0);
}

static void slowly_or_from_the_middle(void **state)
{
	struct build b;
	struct model_hid *h;

	(void)state;
	build_init(&b, PROFILE_HOST);
	h = keyboard(&b);
	press(&b, h, CAPS);
	press(&b, h, NUM);
	b.t_ns += 30 * BUILD_S;
	press(&b, h, SCROLL);
	assert_int_equal(build_count(&b, "R12"), 0);
	build_release(&b);

	build_init(&b, PROFILE_HOST);
	h = keyboard(&b);
	b.m->device[0].enumerated = false;
	press(&b, h, CAPS);
	press(&b, h, NUM);
	press(&b, h, SCROLL);
	assert_int_equal(build_count(&b, "R12"), 0);
	build_release(&b);
}

static void slot_reused(void **state)
{
	struct build b;
	struct model_hid *h;

	(void)state;
	build_init(&b, PROFILE_HOST);
	h = keyboard(&b);
	press(&b, h, A);
	h = keyboard(&b);
	press(&b, h, CAPS);
	press(&b, h, NUM);
	press(&b, h, SCROLL);
	assert_int_equal(build_count(&b, "R12"), 1);
	build_release(&b);
}

static unsigned stream(unsigned reports, int64_t gap_ns, unsigned pause_after)
{
	struct build b;
	unsigned count;

	build_init(&b, PROFILE_DEVICE);
	struct model_hid *h = keyboard(&b);

	for (unsigned i = 0; i < reports; i++) {
		build_led(&b, h);
		b.t_ns += gap_ns;
		if (pause_after && i % pause_after == pause_after - 1)
			b.t_ns += 200 * BUILD_MS;
	}
	count = build_count(&b, "R12b");
	if (count)
		assert_int_equal(build_find(&b, "R12b")->weight, WEIGHT_STRONG);
	build_release(&b);
	return count;
}

static void led_streams(void **state)
{
	(void)state;
	assert_int_equal(stream(600, 50 * BUILD_MS, 0), 1); /* M27 at its slowest */
	assert_int_equal(stream(600, 8 * BUILD_MS, 0), 1);
	assert_int_equal(stream(60, 90 * BUILD_MS, 0), 1);
	assert_int_equal(stream(600, 100 * BUILD_MS, 0), 0); /* just ten a second */
	assert_int_equal(stream(100, 1000 * BUILD_MS, 0), 0);
	assert_int_equal(stream(200, BUILD_MS, 0), 0);       /* fast, but 0.2 s of it */
	assert_int_equal(stream(600, 50 * BUILD_MS, 20), 0); /* with pauses */
	assert_int_equal(stream(40, 50 * BUILD_MS, 0), 0);   /* 1.95 s */
	assert_int_equal(stream(41, 50 * BUILD_MS, 0), 1);
}

static void time_steps_back(void **state)
{
	struct build b;
	struct model_hid *h;

	(void)state;
	build_init(&b, PROFILE_HOST);
	h = keyboard(&b);
	/* Thirty in the same second again and again, then five a second. */
	for (unsigned i = 0; i < 90; i++) {
		build_led(&b, h);
		b.t_ns += i % 30 == 29 ? -29 * 30 * BUILD_MS : 30 * BUILD_MS;
	}
	for (unsigned i = 0; i < 15; i++) {
		build_led(&b, h);
		b.t_ns += 190 * BUILD_MS;
	}
	assert_int_equal(build_count(&b, "R12b"), 0);
	build_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_lock_keys_first),
		cmocka_unit_test(near_misses),
		cmocka_unit_test(slowly_or_from_the_middle),
		cmocka_unit_test(slot_reused),
		cmocka_unit_test(led_streams),
		cmocka_unit_test(time_steps_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
