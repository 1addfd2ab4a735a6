/* R21: hosts that take phones over as accessories, and vendor requests that only look like it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
struct step {
	uint8_t type, request;
	uint16_t value, index;
	const char *data;
	uint16_t len;
};

static unsigned sent(enum profile_kind kind, const struct step *s, unsigned n, enum weight want)
{
	struct build b;
	struct model_device *d;
	unsigned count;

	build_init(&b, kind);
	d = build_device(&b, 0, USB_SPEED_FULL);
	for (unsigned i = 0; i < n; i++)
		build_control(&b, d, s[i].type, s[i].request, s[i].value, s[i].index, s[i].data,
		              s[i].len);
	count = build_count(&b, "R21");
	if (count)
		assert_int_equal(build_find(&b, "R21")->weight, want);
	build_release(&b);
	return count;
}

static const struct step start[] = {
	{0xc0, 51, 0, 0, "\x02\0", 2},
	{0x40, 52, 0, 0, "Maker", 6},
	{0x40, 52, 0, 1, "Model", 6},
	{0x40, 53, 0, 0, NULL, 0},
};
static const struct step types[] = {
	{0x40, 54, 1, 63, NULL, 0},
	{0x40, 56, 1, 0, "\x05\x01", 2},
	{0x40, 57, 1, 0, "\0\0\4\0\0\0\0\0", 8},
};

static void takes_over(void **state)
{
	(void)state;
	assert_int_equal(sent(PROFILE_DEVICE, start, 4, WEIGHT_STRONG), 1);
	assert_int_equal(sent(PROFILE_BARE, start, 1, WEIGHT_STRONG), 1);
	assert_int_equal(sent(PROFILE_KEYBOARD, start + 1, 3, WEIGHT_STRONG), 1);
	assert_int_equal(sent(PROFILE_DEVICE, types, 3, WEIGHT_STRONG), 1);
}

static void medium_in_host(void **state)
{
	(void)state;
	assert_int_equal(sent(PROFILE_HOST, start, 4, WEIGHT_MEDIUM), 1);
}

static void lookalikes(void **state)
{
	static const struct step others[] = {
		{0x41, 51, 0, 0, NULL, 0},         /* to an interface */
		{0xc0, 51, 0, 0, "\x02\0\0\0", 4}, /* another length */
		{0xc0, 51, 1, 0, "\x02\0", 2},     {0xc0, 51, 0, 0, "\0\0", 2}, /* no version */
		{0xc0, 51, 0, 0, "\x02\x01", 2}, /* a register, not a version */
		{0xc0, 51, 0, 0, NULL, 2},       /* the data were not captured */
		{0x40, 53, 0, 0, NULL, 0},       /* a start without strings */
		{0x40, 57, 0, 0, "\1", 1},       /* an event without a registration */
		{0x40, 50, 0, 0, "\1", 1},         {0x40, 58, 1, 0, NULL, 0},
		{0x21, 54, 1, 63, NULL, 0}, /* a class request */
	};

	(void)state;
	assert_int_equal(sent(PROFILE_DEVICE, others, sizeof(others) / sizeof(others[0]), 0), 0);
}

static void a_stall_is_no_answer(void **state)
{
	struct usb_transfer t = {
		.type = USB_TYPE_CONTROL,
		.has_setup = true,
		.setup = {0xc0, 51, 0, 0, 2},
		.data = (const uint8_t *)"\x02",
		.len = 2,
		.len_true = 2,
		.status = USB_TRANSFER_STALL,
	};
	struct build b;

	(void)state;
	build_init(&b, PROFILE_DEVICE);
	build_transfer(&b, build_device(&b, 0, USB_SPEED_FULL), &t);
	assert_int_equal(build_count(&b, "R21"), 0);
	build_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_over),
		cmocka_unit_test(medium_in_host),
		cmocka_unit_test(lookalikes),
		cmocka_unit_test(a_stall_is_no_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
