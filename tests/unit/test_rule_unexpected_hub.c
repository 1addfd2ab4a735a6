/* R15: hubs in cables whose far end is empty. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
static void known_by_any_of_its_signs(void **state)
{
	static const struct build_interface hub[] = {{9, 0, 0, 0, {0x81}}},
					    hid[] = {{3, 1, 1, 63, {0x81}}};

	(void)state;
	for (unsigned sign = 0; sign < 5; sign++) {
		struct build b;
		struct model_device *d;

		build_init(&b, PROFILE_BARE);
		d = build_device(&b, 0, USB_SPEED_FULL);
		assert_int_equal(build_count(&b, "R15"), 0);
		if (sign == 0)
			d->device.bDeviceClass = USB_CLASS_HUB;
		if (sign == 2)
			d->is_hub = true;
		if (sign == 3) {
			d->has_hub = true;
			d->hub.bNbrPorts = 4;
		}
		build_described(&b, d, 0x1a40, 0x0101);
		build_config(&b, d, sign == 1 ? hub : hid, 1);
		assert_int_equal(build_count(&b, "R15"), sign != 4);
		if (sign != 4)
			assert_int_equal(build_find(&b, "R15")->weight, WEIGHT_DECISIVE);
		if (sign == 3)
			assert_non_null(strstr(build_find(&b, "R15")->text, "4 ports"));
		build_release(&b);
	}
}

static void off_with_a_far_end(void **state)
{
	(void)state;
	for (unsigned k = PROFILE_KEYBOARD; k <= PROFILE_HOST; k++) {
		struct build b;
		struct model_device *d;

		build_init(&b, (enum profile_kind)k);
		d = build_device(&b, 0, USB_SPEED_FULL);
		d->is_hub = true;
		build_described(&b, d, 0x1a40, 0x0101);
		assert_int_equal(build_count(&b, "R15"), 0);
		build_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_by_any_of_its_signs),
		cmocka_unit_test(off_with_a_far_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
