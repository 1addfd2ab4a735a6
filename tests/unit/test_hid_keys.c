/* Key reports: what came, what went, in which order, for arrays, bitmaps, several ids and short reports. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hid/keys.h"

static struct hid_descriptor d;
static struct keys k;
static struct key_report r;

/* Report 1: 8 modifiers, 6-key array. Report 2: bitmap of usages 04 to 1D. Report 3: consumer. */
static const uint8_t several_ids[] = {
	0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x85, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15,
	0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x19, 0x00, 0x29, 0xff, 0x26, 0xff,
	0x00, 0x75, 0x08, 0x95, 0x06, 0x81, 0x00, 0x85, 0x02, 0x19, 0x04, 0x29, 0x1d, 0x25, 0x01,
	0x75, 0x01, 0x95, 0x1a, 0x81, 0x02, 0x95, 0x06, 0x81, 0x03, 0x85, 0x03, 0x05, 0x0c, 0x19,
	0x00, 0x2a, 0xff, 0x03, 0x26, 0xff, 0x03, 0x75, 0x10, 0x95, 0x01, 0x81, 0x00, 0xc0,
};

static int boot(void **state)
{
	(void)state;
	keys_init(&k);
	hid_boot_keyboard(&d);
	return 0;
}

static int ids(void **state)
{
	(void)state;
	keys_init(&k);
	hid_parse(&d, several_ids, sizeof(several_ids));
	assert_int_equal(d.problems, 0);
	return 0;
}

static bool send(const uint8_t *report, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	bool any;

	memcpy(exact, report, len);
	memset(&r, 0xa5, sizeof(r));
	any = keys_report(&k, &d, exact, len, 1000 + k.reports, 7 + k.reports, &r);
	free(exact);
	return any;
}

#define SEND(...) send((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void expect(const char *press, const char *release, uint32_t flags)
{
	assert_int_equal(r.presses, strlen(press));
	assert_int_equal(r.releases, strlen(release));
	for (size_t i = 0; press[i]; i++)
		assert_int_equal(r.press[i], press[i] - 'a' + 4);
	for (size_t i = 0; release[i]; i++)
		assert_int_equal(r.release[i], release[i] - 'a' + 4);
	assert_int_equal(r.flags, flags);
}

static void presses_and_releases(void **state)
{
	(void)state;
	assert_true(SEND(0, 0, 0, 0, 0, 0, 0, 0));
	expect("", "", KEYS_ALL_UP);
	assert_int_equal(r.ordinal, 1);
	SEND(0, 0, 4, 0, 0, 0, 0, 0);
	expect("a", "", 0);
	assert_int_equal(r.t_ns, 1001);
	assert_int_equal(r.packet, 8);
	assert_int_equal(r.down, 1);
	SEND(0, 0, 4, 5, 0, 0, 0, 0);
	expect("b", "", 0);
	assert_int_equal(r.down, 2);
	SEND(0, 0, 5, 0, 0, 0, 0, 0);
	expect("", "a", 0);
	SEND(0, 0, 6, 0, 0, 0, 0, 0);
	expect("c", "b", KEYS_REPLACED);
	SEND(0, 0, 0, 0, 0, 0, 0, 0);
	expect("", "c", KEYS_ALL_UP);
	assert_int_equal(r.ordinal, 6);
	assert_int_equal(r.length, 8);
}

static void several_keys_in_slot_order(void **state)
{
	(void)state;
	SEND(0, 0, 9, 6, 7, 0, 0, 0);
	expect("fcd", "", 0);
	SEND(0, 0, 7, 8, 4, 9, 9, 0); /* 9 is named twice: one key */
	expect("ea", "c", KEYS_REPLACED);
	assert_int_equal(r.down, 4);
	SEND(0, 0, 7, 7, 7, 7, 7, 7);
	expect("", "aef", 0);
}

static void a_repeat_is_no_news(void **state)
{
	(void)state;
	SEND(0, 0, 4, 0, 0, 0, 0, 0);
	SEND(0, 0, 4, 0, 0, 0, 0, 0);
	expect("", "", KEYS_REPEATED);
	assert_int_equal(r.down, 1);
	assert_int_equal(r.ordinal, 2);
	SEND(0, 0, 0, 0, 0, 0, 0, 0);
	SEND(0, 0, 0, 0, 0, 0, 0, 0);
	expect("", "", KEYS_REPEATED | KEYS_ALL_UP);
	/* another reserved byte: not byte for byte the same, still no key */
	SEND(0, 1, 0, 0, 0, 0, 0, 0);
	expect("", "", KEYS_ALL_UP);
}

static void rollover_keeps_what_was_down(void **state)
{
	(void)state;
	SEND(0, 0, 4, 5, 0, 0, 0, 0);
	SEND(2, 0, 1, 1, 1, 1, 1, 1);
	expect("", "", KEYS_ROLLOVER | KEYS_MODIFIERS);
	assert_int_equal(r.modifiers, 2);
	assert_int_equal(r.down, 2);
	SEND(2, 0, 1, 1, 1, 1, 1, 1);
	expect("", "", KEYS_ROLLOVER | KEYS_REPEATED);
	SEND(0, 0, 5, 6, 1, 0, 0, 0); /* one slot says it for all */
	expect("", "", KEYS_ROLLOVER | KEYS_MODIFIERS);
	SEND(0, 0, 5, 6, 0, 0, 0, 0);
	expect("c", "a", KEYS_REPLACED);
}

static void modifiers_are_not_keys(void **state)
{
	(void)state;
	SEND(0x22, 0, 0, 0, 0, 0, 0, 0);
	expect("", "", KEYS_MODIFIERS);
	assert_int_equal(r.modifiers_before, 0);
	assert_int_equal(r.modifiers, 0x22);
	assert_int_equal(r.down, 0);
	SEND(0x02, 0, 4, 0xe3, 0, 0, 0, 0); /* GUI through the array */
	expect("a", "", KEYS_MODIFIERS);
	assert_int_equal(r.modifiers_before, 0x22);
	assert_int_equal(r.modifiers, 0x0a);
	assert_int_equal(r.down, 1);
	SEND(0, 0, 0, 0, 0, 0, 0, 0);
	expect("", "a", KEYS_MODIFIERS | KEYS_ALL_UP);
}

static void an_empty_first_slot_is_told(void **state)
{
	(void)state;
	SEND(0, 0, 0, 4, 0, 0, 0, 0);
	expect("a", "", KEYS_SLOT_GAP);
	SEND(0, 0, 0, 4, 0, 0, 0, 0);
	expect("", "", KEYS_SLOT_GAP | KEYS_REPEATED);
	SEND(0, 0, 4, 0, 0, 0, 0, 0);
	expect("", "", 0);
}

static void short_reports_lack_zeros(void **state)
{
	static const uint8_t full[] = {0, 0, 4, 5, 6, 7, 8, 9};

	(void)state;
	for (size_t len = 1; len <= sizeof(full); len++) {
		keys_init(&k);
		assert_true(send(full, len));
		assert_int_equal(r.presses, len > 2 ? len - 2 : 0);
		assert_int_equal(!!(r.flags & KEYS_SHORT), len < 8);
	}
	assert_false(send(full, 0));
	SEND(0, 0, 4);
	expect("", "bcdef", KEYS_SHORT);
	SEND(0, 0, 4, 0, 0, 0, 0, 0, 5, 5);
	expect("", "", 0);
}

static void reports_speak_for_their_own_fields(void **state)
{
	(void)state;
	assert_true(SEND(1, 0, 4, 0, 0, 0, 0, 0));
	expect("a", "", 0);
	assert_false(SEND(3, 0xe9, 0));
	assert_false(SEND(9, 4, 4));
	assert_true(SEND(1, 2, 4, 0, 0, 0, 0, 0));
	expect("", "", KEYS_MODIFIERS);
	/* the bitmap has A as well, and says that it is up: so hosts take it */
	SEND(2, 0x02, 0, 0, 0);
	expect("b", "a", KEYS_REPLACED);
	/* the array does not know B: it stays */
	SEND(1, 2, 4, 5, 0, 0, 0, 0);
	expect("", "", 0);
	SEND(1, 0, 0, 0, 0, 0, 0, 0);
	expect("", "b", KEYS_MODIFIERS | KEYS_ALL_UP);
}

static void bitmaps_in_order_of_usages(void **state)
{
	(void)state;
	SEND(2, 0x81, 0x01, 0, 0x02);
	expect("ahiz", "", 0);
	SEND(2, 0x80, 0x01, 0, 0x03);
	expect("y", "a", KEYS_REPLACED);
	SEND(2, 0x80);
	expect("", "iyz", KEYS_SHORT);
	SEND(2, 0, 0, 0, 0xfc); /* padding bits */
	expect("", "h", KEYS_ALL_UP);
}

static void odd_fields_are_read(void **state)
{
	/* 2-bit elements, usages with a hole, one usage for three elements, then an array of 4-bit slots from A on */
	static const uint8_t odd[] = {
		0x05, 7, 0x15, 0,  0x25, 3, 0x09, 6,  0x09, 4, 0x75, 2, 0x95, 4, 0x81, 2,
		0x15, 1, 0x25, 15, 0x19, 4, 0x29, 18, 0x75, 4, 0x95, 2, 0x81, 0,
	};

	(void)state;
	keys_init(&k);
	hid_parse(&d, odd, sizeof(odd));
	SEND(0x02, 0x00);
	expect("c", "", 0);
	SEND(0x40, 0x00); /* the fourth element is the second usage again */
	expect("a", "c", KEYS_REPLACED);
	SEND(0x00, 0x52);
	expect("be", "a", KEYS_REPLACED);
}

static void a_flood_is_cut_and_told(void **state)
{
	static const uint8_t all[] = {0x05, 7, 0x19, 0, 0x29, 0xff, 0x75, 1, 0x96, 0, 1, 0x81, 2};
	uint8_t report[32];

	(void)state;
	keys_init(&k);
	hid_parse(&d, all, sizeof(all));
	memset(report, 0xff, sizeof(report));
	send(report, sizeof(report));
	assert_int_equal(r.presses, KEYS_CHANGES_MAX);
	assert_int_equal(r.flags, KEYS_OVERFLOW | KEYS_MODIFIERS);
	assert_int_equal(r.modifiers, 0xff);
	assert_int_equal(r.down, 244); /* 04 to FF without the modifiers */
}

static void a_key_named_a_thousand_times_is_one(void **state)
{
	static const uint8_t wide[] = {0x05, 7,    0x19, 0,    0x29, 0xff, 0x26, 0xff,
	                               0,    0x75, 8,    0x96, 0xe8, 3,    0x81, 0};
	uint8_t report[1000];

	(void)state;
	keys_init(&k);
	hid_parse(&d, wide, sizeof(wide));
	memset(report, 4, sizeof(report));
	send(report, sizeof(report));
	expect("a", "", 0);
	for (size_t i = 0; i < sizeof(report); i++)
		report[i] = (uint8_t)i == KEY_ROLLOVER ? 0 : (uint8_t)i;
	send(report, sizeof(report));
	assert_int_equal(r.presses, KEYS_CHANGES_MAX);
	assert_int_equal(r.down, 244);
}

static void many_ids_share_what_is_left(void **state)
{
	uint8_t bytes[256] = {0x05, 7, 0x19, 0, 0x29, 0x65, 0x15, 0, 0x25, 0x65, 0x75, 8, 0x95, 2};
	size_t n = 14;

	(void)state;
	keys_init(&k);
	for (uint8_t id = 1; id <= 9; id++) {
		memcpy(bytes + n, (uint8_t[]){0x19, 0, 0x29, 0x65, 0x85, id, 0x81, 0}, 8);
		n += 8;
	}
	hid_parse(&d, bytes, n);
	for (uint8_t id = 1; id <= 9; id++) {
		SEND(id, (uint8_t)(id + 3), 0);
		assert_int_equal(r.presses, 1);
		assert_int_equal(r.press[0], id + 3);
	}
	for (uint8_t id = 1; id <= 9; id++)
		SEND(id, 0, 0);
	assert_int_equal(r.flags, KEYS_ALL_UP);
}

/*
 * The same reports under the descriptor above, whose report 1 is read the short way, and under one that says the same in
 * more fields, which is not: each difference is a fault of one of the two ways.
 */
static void the_short_way_reads_what_the_long_way_does(void **state)
{
	static const uint8_t usual[] = {0, 0, 0, 4, 5, 6, 30, 101, 2, 255, 254};
	static struct hid_descriptor two;
	struct keys other;
	uint8_t split[sizeof(several_ids) + 8];
	uint32_t x = 12345;
	unsigned simple = 0;

	(void)state;
	/* Modifiers E0 to E3, then E4 to E7: the usages from byte 10, the count at byte 21. */
	memcpy(split, several_ids, 24);
	memcpy(split + 24, (const uint8_t[]){0x19, 0xe4, 0x29, 0xe7, 0x81, 0x02}, 6);
	memcpy(split + 30, several_ids + 24, sizeof(several_ids) - 24);
	split[13] = 0xe3;
	split[21] = 4;
	hid_parse(&two, split, sizeof(several_ids) + 6);
	assert_int_equal(two.problems, 0);
	assert_int_equal(two.fields, d.fields + 1);
	keys_init(&other);
	for (unsigned n = 0; n < 200000; n++) {
		uint8_t report[9];
		struct key_report long_way;
		bool any;
		size_t len;

		for (size_t i = 0; i < sizeof(report); i++) {
			x = x * 1103515245u + 12345u;
			report[i] = usual[(x >> 16) % sizeof(usual)];
		}
		report[0] = x >> 28 ? 1 : 2;
		/* At times: gives up, names modifiers in the array, is short. */
		report[3] = x >> 9 & 63 ? report[3] : 1;
		report[4] = x >> 8 & 63 ? report[4] : 0xe1;
		len = x >> 4 & 31 ? 8 : 1 + (x >> 4) % 9;
		memset(&long_way, 0xa5, sizeof(long_way));
		any = keys_report(&other, &two, report, len, 1000 + k.reports, 7 + k.reports,
		                  &long_way);
		assert_int_equal(send(report, len), any);
		simple += k.layout.simple;
		assert_false(other.layout.simple);
		if (any)
			assert_memory_equal(&r, &long_way, sizeof(r));
		assert_memory_equal(k.down, other.down, sizeof(k.down));
	}
	assert_true(simple > 100000);
}

/* Keys that come and go one by one, as people's do, read in one piece and under a descriptor of more fields. */
static void one_slot_reads_what_the_long_way_does(void **state)
{
	static const uint8_t one_field[] = {0x05, 7,    0x19, 0xe0, 0x29, 0xe7, 0x15, 0, 0x25, 1,
	                                    0x75, 1,    0x95, 8,    0x81, 2,    0x81, 1, 0x19, 0,
	                                    0x29, 0x65, 0x25, 0x65, 0x75, 8,    0x95, 6, 0x81, 0};
	static const uint8_t two_fields[] = {
		0x05, 7,    0x19, 0xe0, 0x29, 0xe3, 0x15, 0,    0x25, 1,    0x75, 1,    0x95,
		4,    0x81, 2,    0x19, 0xe4, 0x29, 0xe7, 0x81, 2,    0x95, 8,    0x81, 1,
		0x19, 0,    0x29, 0x65, 0x25, 0x65, 0x75, 8,    0x95, 6,    0x81, 0};
	static const uint8_t usual[] = {0, 0, 0, 4, 5, 6, 7, 30, 101};
	static const uint8_t odd[] = {1, 2, 0xe1, 0x66, 0xff};
	static struct hid_descriptor two;
	struct keys other;
	uint8_t report[9] = {0};
	uint32_t x = 12345;
	unsigned plain = 0;

	(void)state;
	hid_parse(&d, one_field, sizeof(one_field));
	hid_parse(&two, two_fields, sizeof(two_fields));
	assert_int_equal(two.fields, d.fields + 1);
	keys_init(&k);
	keys_init(&other);
	for (unsigned n = 0; n < 400000; n++) {
		struct key_report long_way;
		unsigned at;
		size_t len;
		bool any;

		x = x * 1103515245u + 12345u;
		/* Mostly the first free slot or the last taken one; now and then any, and then all are let go. */
		at = x >> 20 & 15 ? 2 + k.downs - (x >> 25 & (k.downs > 0)) : 2 + (x >> 16) % 6;
		if (at > 7)
			at = 7;
		x = x * 1103515245u + 12345u;
		report[at] =
			x >> 25 ? usual[(x >> 16) % sizeof(usual)] : odd[(x >> 16) % sizeof(odd)];
		report[0] = x >> 12 & 7 ? report[0] : (uint8_t)(x >> 20 & 0x22);
		report[1] = (uint8_t)(x >> 28);
		/* A key is let go, and those behind it move up. */
		if (!(x >> 13 & 7)) {
			at = 2 + (x >> 18) % 6;
			memcpy(report + 2, k.last + 2, 6);
			memmove(report + at, report + at + 1, 7 - at);
			report[7] = 0;
		}
		if (!(x >> 8 & 31))
			memset(report + 2, 0, 6);
		len = x >> 4 & 127 ? 8 : 1 + (x >> 11) % 9;
		plain += k.plain;
		memset(&long_way, 0xa5, sizeof(long_way));
		any = keys_report(&other, &two, report, len, 1000 + k.reports, 7 + k.reports,
		                  &long_way);
		assert_int_equal(send(report, len), any);
		assert_false(other.plain);
		if (any)
			assert_memory_equal(&r, &long_way, sizeof(r));
		assert_memory_equal(k.down, other.down, sizeof(k.down));
		assert_memory_equal(k.array, other.array, sizeof(k.array));
	}
	assert_in_range(plain, 100000, 390000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(presses_and_releases, boot),
		cmocka_unit_test(one_slot_reads_what_the_long_way_does),
		cmocka_unit_test_setup(several_keys_in_slot_order, boot),
		cmocka_unit_test_setup(a_repeat_is_no_news, boot),
		cmocka_unit_test_setup(rollover_keeps_what_was_down, boot),
		cmocka_unit_test_setup(modifiers_are_not_keys, boot),
		cmocka_unit_test_setup(an_empty_first_slot_is_told, boot),
		cmocka_unit_test_setup(short_reports_lack_zeros, boot),
		cmocka_unit_test_setup(reports_speak_for_their_own_fields, ids),
		cmocka_unit_test_setup(bitmaps_in_order_of_usages, ids),
		cmocka_unit_test_setup(the_short_way_reads_what_the_long_way_does, ids),
		cmocka_unit_test(odd_fields_are_read),
		cmocka_unit_test(a_flood_is_cut_and_told),
		cmocka_unit_test(a_key_named_a_thousand_times_is_one),
		cmocka_unit_test(many_ids_share_what_is_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
