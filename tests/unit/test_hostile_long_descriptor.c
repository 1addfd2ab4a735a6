/*
 * Report descriptors as long as USB lets them be, with a keyboard at their end: HID 1.11 §6.2.1 gives their length 16 bits.
 * All of it is read, and where a table is too small for all keys that are claimed, that is said.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "hostile.h"

enum { LONGEST = 0xffff, KEYS = 60, KEYBOARD_ID = 0xff };

struct text {
	uint8_t bytes[LONGEST];
	size_t len;
};

static void add(struct text *t, const void *bytes, size_t len)
{
	assert_true(len <= sizeof(t->bytes) - t->len);
	memcpy(t->bytes + t->len, bytes, len);
	t->len += len;
}

#define ADD(t, ...) add(t, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* A mouse's collections without anything in them, up to `len` bytes. */
static void add_hollow(struct text *t, size_t len)
{
	while (t->len + 7 <= len)
		ADD(t, 0x05, 1, 0x09, 2, 0xa1, 1, 0xc0);
	while (t->len < len)
		ADD(t, 0x64); /* the unit: none */
}

/* One report of a mouse: three fields, five usages. */
static void add_mouse(struct text *t, uint8_t id)
{
	ADD(t, 0x05, 1, 0x09, 2, 0xa1, 1, 0x85, id);
	ADD(t, 0x05, 9, 0x09, 1, 0x09, 2, 0x09, 3, 0x15, 0, 0x25, 1, 0x75, 1, 0x95, 3, 0x81, 2);
	ADD(t, 0x75, 5, 0x95, 1, 0x81, 1);
	ADD(t, 0x05, 1, 0x09, 0x30, 0x09, 0x31, 0x15, 0x81, 0x25, 0x7f, 0x75, 8, 0x95, 2, 0x81, 6);
	ADD(t, 0xc0);
}

/* The 8 bytes of a boot report, behind `id` where it is not 0. */
static void add_keyboard(struct text *t, uint8_t id)
{
	ADD(t, 0x05, 1, 0x09, 6, 0xa1, 1);
	if (id)
		ADD(t, 0x85, id);
	ADD(t, 0x05, 7, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0, 0x25, 1, 0x75, 1, 0x95, 8, 0x81, 2);
	ADD(t, 0x75, 8, 0x95, 1, 0x81, 1);
	ADD(t, 0x05, 7, 0x19, 0, 0x29, 0x65, 0x15, 0, 0x25, 0x65, 0x75, 8, 0x95, 6, 0x81, 0, 0xc0);
}

static void begin(struct hostile *h, const struct text *t)
{
	struct hostile_config c;

	hostile_begin(h, PROFILE_HOST);
	hostile_device(h, 5, 0x1209, 0);
	hostile_config(&c, 1);
	hostile_interface(&c, 0, 0, 3, 1, 1, 0x81, (uint16_t)t->len);
	hostile_give_config(h, 5, 0, &c);
	hostile_configure(h, 5, 1);
	hostile_give_report(h, 5, 0, t->bytes, t->len);
}

static void caught(struct hostile *h)
{
	hostile_end(h);
	assert_int_equal(hostile_keys_of(h, 5), KEYS);
	assert_int_equal(hostile_findings(h, "R9", "decisive"), 1);
	assert_int_equal(h->verdict, VERDICT_MALICIOUS);
	hostile_release(h);
}

static bool is_missing(const struct hostile *h, const char *text)
{
	const json_t *missing = json_object_get(json_object_get(h->json, "coverage"), "missing");
	size_t i;
	json_t *entry;

	json_array_foreach(missing, i,
	                   entry) if (strstr(json_string_value(entry), text)) return true;
	return false;
}

static void at_the_end_of_any_length(void **state)
{
	static const uint16_t before[] = {2000, 2048, 4000, 4090, 4096, 16384, 65400};
	static struct text t;

	(void)state;
	for (unsigned i = 0; i < sizeof(before) / sizeof(*before); i++) {
		struct hostile h;

		t.len = 0;
		add_hollow(&t, before[i]);
		add_keyboard(&t, 0);
		begin(&h, &t);
		hostile_type(&h, 5, 0x81, KEYS, NULL, 0);
		caught(&h);
	}
}

static void behind_all_other_report_ids(void **state)
{
	static struct text t;
	struct hostile h;

	(void)state;
	t.len = 0;
	for (unsigned id = 1; id < KEYBOARD_ID; id++)
		add_mouse(&t, (uint8_t)id);
	assert_true(t.len > 4 * MODEL_REPORT_DESCRIPTOR_MAX);
	add_keyboard(&t, KEYBOARD_ID);
	begin(&h, &t);
	hostile_type(&h, 5, 0x81, KEYS, (const uint8_t[]){KEYBOARD_ID}, 1);
	caught(&h);
}

/* What it said before the boot protocol holds after it, beyond the bytes that are kept too. */
static void in_boot_protocol_and_back(void **state)
{
	static struct text t;
	struct hostile h;

	(void)state;
	t.len = 0;
	add_hollow(&t, 5000);
	add_keyboard(&t, 7);
	begin(&h, &t);
	hostile_control(&h, 5, 0x21, HID_SET_PROTOCOL, 0, 0, NULL, 0);
	hostile_type(&h, 5, 0x81, KEYS / 2, NULL, 0);
	hostile_control(&h, 5, 0x21, HID_SET_PROTOCOL, 1, 0, NULL, 0);
	hostile_type(&h, 5, 0x81, KEYS / 2, (const uint8_t[]){7}, 1);
	caught(&h);
}

/* Two descriptors that differ only beyond the bytes that are kept; the second is that of the new configuration. */
static void another_end_the_second_time(void **state)
{
	static struct text t;
	struct hostile h;

	(void)state;
	t.len = 0;
	add_hollow(&t, 5000);
	begin(&h, &t);
	hostile_configure(&h, 5, 1);
	t.len = 0;
	add_hollow(&t, 4000);
	add_keyboard(&t, 0);
	hostile_give_report(&h, 5, 0, t.bytes, t.len);
	hostile_type(&h, 5, 0x81, KEYS, NULL, 0);
	caught(&h);
}

/* Its keys, if it has any, are not seen: whoever reads "no finding" must not believe that there are none. */
static void more_keys_than_are_followed(void **state)
{
	static struct text t;
	struct hostile h;

	(void)state;
	t.len = 0;
	ADD(&t, 0x85, 1, 0x05, 7, 0x15, 0, 0x25, 1, 0x75, 1, 0x95, 1);
	for (unsigned i = 0; i < 2 * HID_FIELDS_MAX; i++)
		ADD(&t, 0x09, 4, 0x81, 2);
	add_keyboard(&t, 2);
	begin(&h, &t);
	hostile_type(&h, 5, 0x81, KEYS, (const uint8_t[]){2}, 1);
	hostile_end(&h);
	assert_true(is_missing(&h, "1 report descriptor has more fields of keys"));
	assert_int_not_equal(h.verdict, VERDICT_NO_FINDING);
	hostile_release(&h);
}

/* A device may answer with more than it was asked for, and then no more is known than what could be asked for. */
static void longer_than_can_be(void **state)
{
	static uint8_t more[LONGEST + 64];
	static struct text t;
	struct hostile h;

	(void)state;
	t.len = 0;
	add_hollow(&t, LONGEST);
	begin(&h, &t);
	memcpy(more, t.bytes, t.len);
	struct record r = {
		.kind = RECORD_URB,
		.bus = 1,
		.urb = {.id = 99,
	                .phase = URB_SUBMIT,
	                .type = USB_TYPE_CONTROL,
	                .address = 5,
	                .endpoint = 0x80,
	                .has_setup = true,
	                .setup = {0x81, USB_GET_DESCRIPTOR, 0, USB_DT_REPORT, 0, 0, 0xff, 0xff}}};
	hostile_record(&h, &r);
	r.urb.phase = URB_COMPLETE;
	r.urb.has_setup = false;
	r.urb.data = more;
	r.urb.len = LONGEST;
	r.urb.len_true = sizeof(more);
	hostile_record(&h, &r);
	hostile_end(&h);
	assert_true(is_missing(&h, "kept in part only"));
	assert_int_equal(h.verdict, VERDICT_NOT_COVERED);
	hostile_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_the_end_of_any_length),
		cmocka_unit_test(behind_all_other_report_ids),
		cmocka_unit_test(in_boot_protocol_and_back),
		cmocka_unit_test(another_end_the_second_time),
		cmocka_unit_test(more_keys_than_are_followed),
		cmocka_unit_test(longer_than_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
