/* pcapng: sections, clocks, every block with packets or losses, and files that lie or end early. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "capture/reader.h"
#include "capture_image.h"

static struct collection c;
static const uint8_t ack[] = {0xd2}, token[] = {0x69, 0x05, 0x70};

static void expect_damage(struct image *i, size_t at, size_t records, const char *reason)
{
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, records);
	assert_true(c.info.truncated);
	assert_string_equal(c.info.reason, reason);
	assert_int_equal(c.info.truncated_at, at);
}

static void sections_of_both_orders(void **state)
{
	struct image *i = image_new(true);

	(void)state;
	image_section(i);
	image_interface(i, 293, 9);
	image_packet(i, 0, 5000000000, token, 3);
	i->big = false;
	image_section(i);
	image_interface(i, 295, 6);
	image_packet(i, 0, 5000009, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.info.format, CAPTURE_FORMAT_PCAPNG);
	assert_int_equal(c.info.sections, 2);
	assert_int_equal(c.info.interfaces, 2);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.seen[0].r.packet_data.speed, USB_SPEED_LOW);
	assert_int_equal(c.seen[0].r.step_ns, 1);
	assert_memory_equal(c.seen[0].bytes, token, 3);
	assert_int_equal(c.seen[1].r.packet_data.speed, USB_SPEED_HIGH);
	assert_int_equal(c.seen[1].r.t_ns, 9000);
	assert_int_equal(c.seen[1].r.step_ns, 1000);
	assert_int_equal(c.seen[1].r.packet, 2);
}

/* Against the definition, in 128 bits, for each resolution and for times that are awkward. */
static void resolutions(void **state)
{
	(void)state;
	for (unsigned resol = 0; resol < 256; resol++) {
		const struct timescale s = timescale_of((uint8_t)resol);
		const unsigned n = resol & 0x7f;

		for (unsigned k = 0; k < 300; k++) {
			const uint64_t base =
				k < 64 ? UINT64_C(1) << k : k * UINT64_C(72623859790382856);
			const uint64_t t = base - 2 + k % 5;
			unsigned __int128 want = t;

			if (resol & 0x80) {
				want = want * 1000000000u >> n;
			} else {
				for (unsigned d = n; d < 9; d++)
					want *= 10;
				for (unsigned d = 9; d < n; d++)
					want /= 10;
			}
			assert_int_equal(timescale_ns(&s, t), (uint64_t)want);
		}
		if (!(resol & 0x80) && n >= 9)
			assert_int_equal(s.step_ns, 1);
	}
	assert_int_equal(timescale_of(6).step_ns, 1000);
	assert_int_equal(timescale_of(0).step_ns, 1000000000);
	assert_int_equal(timescale_of(0x80 | 10).step_ns, 976563);
}

static void offset_and_default_resolution(void **state)
{
	const uint8_t resolution = 3;
	struct image *i = image_new(false);
	uint8_t minus_one[8];

	(void)state;
	memset(minus_one, 0xff, 8);
	image_section(i);
	image_interface(i, 288, -1);
	image_begin(i, 1);
	image_16(i, 288);
	image_16(i, 0);
	image_32(i, 0);
	image_option(i, 1, "comment", 7);
	image_option(i, 9, &resolution, 1);
	image_option(i, 14, minus_one, 8);
	image_end(i);
	image_packet(i, 0, 1, ack, 1);
	image_packet(i, 1, 2500, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.seen[0].r.step_ns, 1000);
	assert_int_equal(c.seen[1].r.t_ns, 1500000000 - 1000);
	assert_int_equal(c.seen[1].r.step_ns, 1000000);
	/* Two interfaces of the same link type are two buses; see record.h. */
	assert_int_equal(c.seen[0].r.bus, 0);
	assert_int_equal(c.seen[1].r.bus, 1);
}

static void one_bus_with_an_interface_per_speed(void **state)
{
	struct image *i = image_new(false);

	(void)state;
	image_section(i);
	image_interface(i, 294, 9);
	image_interface(i, 252, 9);
	image_interface(i, 293, 9);
	image_interface(i, 252, 9);
	image_packet(i, 1, 1, ack, 1);
	image_packet(i, 0, 2, ack, 1);
	image_packet(i, 3, 3, ack, 1);
	image_packet(i, 2, 4, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.seen[0].r.bus, 0);
	assert_int_equal(c.seen[1].r.bus, 0);
	/* Ordinals count every packet block; t = 0 is the first packet that is read. */
	assert_int_equal(c.seen[0].r.packet, 2);
	assert_int_equal(c.seen[1].r.packet, 4);
	assert_int_equal(c.seen[0].r.t_ns, 0);
	assert_int_equal(c.seen[1].r.t_ns, 2);
	assert_int_equal(c.info.packets, 4);
	assert_int_equal(c.info.packets_used, 2);
	assert_int_equal(c.info.skipped_kinds, 1);
	assert_int_equal(c.info.skipped[0].link_type, 252);
	assert_int_equal(c.info.skipped[0].packets, 2);
}

static void only_other_link_types(void **state)
{
	struct image *i = image_new(false);

	(void)state;
	image_section(i);
	for (uint16_t n = 0; n < 20; n++) {
		image_interface(i, n, 9);
		image_packet(i, n, 1, ack, 1);
	}
	assert_int_equal(image_read(i, i->len, &c), ERR_LINK_TYPE);
	assert_int_equal(c.info.skipped_kinds, CAPTURE_SKIP_KINDS);
	assert_int_equal(c.info.packets_skipped, 20);
	assert_int_equal(c.count, 0);
}

static void more_interfaces_than_kept(void **state)
{
	struct image *i = image_new(false);

	(void)state;
	image_section(i);
	for (unsigned n = 0; n < INTERFACES_MAX + 2; n++)
		image_interface(i, 288, 9);
	image_packet(i, INTERFACES_MAX - 1, 1, ack, 1);
	image_packet(i, INTERFACES_MAX + 1, 1, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.info.packets, 2);
	assert_false(c.info.truncated);
	image_packet(i, INTERFACES_MAX + 2, 1, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_true(c.info.truncated);
}

/* Whoever records many things at a time may have the bus come late; buses are counted by link type. */
static void many_interfaces(void **state)
{
	struct image *i = image_new(false);

	(void)state;
	image_section(i);
	for (unsigned n = 0; n < 4000; n++)
		image_interface(i, 1, 9);
	image_interface(i, 294, 9);
	image_interface(i, 294, 9);
	image_packet(i, 0, 1, ack, 1);
	image_packet(i, 4001, 1, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.seen[0].r.bus, 1);
	assert_int_equal(c.info.packets_skipped, 1);
}

static void simple_and_old_packets(void **state)
{
	struct image *i = image_new(true);

	(void)state;
	image_section(i);
	image_begin(i, 1);
	image_16(i, 288);
	image_16(i, 0);
	image_32(i, 2); /* snaplen */
	image_end(i);
	image_begin(i, 3);
	image_32(i, 3);
	image_bytes(i, token, 2);
	image_end(i);
	image_begin(i, 2);
	image_16(i, 0);
	image_16(i, 7); /* lost before it */
	image_32(i, 0);
	image_32(i, 44);
	image_32(i, 1);
	image_32(i, 1);
	image_bytes(i, ack, 1);
	image_end(i);
	image_begin(i, 2);
	image_16(i, 0);
	image_16(i, 0xffff); /* it does not know */
	image_32(i, 0);
	image_32(i, 45);
	image_32(i, 1);
	image_32(i, 1);
	image_bytes(i, ack, 1);
	image_end(i);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 4);
	assert_int_equal(c.seen[0].r.packet_data.len, 2);
	assert_int_equal(c.seen[0].r.packet_data.len_true, 3);
	assert_int_equal(c.seen[0].r.packet_data.flags, PACKET_CUT);
	assert_int_equal(c.seen[1].r.kind, RECORD_LOST);
	assert_int_equal(c.seen[1].r.lost.packets, 7);
	assert_int_equal(c.seen[1].r.t_ns, 0);
	assert_int_equal(c.seen[1].r.lost.until_ns, 44000);
	assert_int_equal(c.seen[1].r.packet, 1);
	assert_int_equal(c.seen[2].r.t_ns, 44000);
	assert_int_equal(c.seen[2].r.packet, 2);
	assert_int_equal(c.seen[3].r.packet, 3);
	assert_int_equal(c.info.lost, 7);
}

static void losses_count_once(void **state)
{
	const uint8_t three[8] = {3}, ten[8] = {10}, two[8] = {2};
	struct image *i = image_new(false);

	(void)state;
	image_section(i);
	image_interface(i, 294, 9);
	image_packet(i, 0, 1000, ack, 1);
	image_begin(i, 6);
	image_32(i, 0);
	image_32(i, 0);
	image_32(i, 3000);
	image_32(i, 1);
	image_32(i, 1);
	image_bytes(i, ack, 1);
	image_zeros(i, 3);
	image_option(i, 4, three, 8);
	image_end(i);
	image_begin(i, 5);
	image_32(i, 0);
	image_32(i, 0);
	image_32(i, 9000);
	image_option(i, 5, ten, 8);
	image_option(i, 7, two, 8);
	image_end(i);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 4);
	assert_int_equal(c.seen[1].r.kind, RECORD_LOST);
	assert_int_equal(c.seen[1].r.lost.packets, 3);
	assert_int_equal(c.seen[3].r.kind, RECORD_LOST);
	assert_int_equal(c.seen[3].r.lost.packets, 9);
	assert_int_equal(c.seen[3].r.t_ns, 2000);
	assert_int_equal(c.seen[3].r.lost.until_ns, 8000);
	assert_int_equal(c.info.lost, 12);
}

static void other_blocks_pass(void **state)
{
	static const uint32_t types[] = {4, 10, 9, 0x0bad, 0x40000bad, 0x80000001, 0};
	struct image *i = image_new(false);

	(void)state;
	image_section(i);
	image_interface(i, 294, 9);
	for (size_t n = 0; n < sizeof(types) / sizeof(types[0]); n++) {
		image_begin(i, types[n]);
		image_zeros(i, 4 * n);
		image_end(i);
		image_packet(i, 0, n, ack, 1);
	}
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 7);
	assert_int_equal(c.seen[6].r.packet, 7);
	assert_int_equal(c.info.events, 0);
}

static void what_is_corrupt(void **state)
{
	static const uint32_t lengths[] = {
		0,  3,          4,          8,          11,
		13, 0x7fffffff, 0xfffffffc, 0xffffffff, 128 * 1024 * 1024 + 64 * 1024 + 4};
	struct image *i;
	size_t at;

	(void)state;
	for (size_t n = 0; n < sizeof(lengths) / sizeof(lengths[0]); n++) {
		i = image_new(false);
		image_section(i);
		image_interface(i, 294, 9);
		image_packet(i, 0, 1, ack, 1);
		at = i->len;
		image_32(i, 6);
		image_32(i, lengths[n]);
		image_zeros(i, 100);
		expect_damage(i, at, 1, "a block's length is impossible");
	}
	i = image_new(false);
	image_section(i);
	image_interface(i, 294, 9);
	at = i->len;
	image_packet(i, 0, 1, ack, 1);
	i->data[i->len - 4] ^= 4;
	expect_damage(i, at, 0, "a block's two lengths differ");
	i->data[i->len - 4] ^= 4;
	i->data[at + 8] = 1;
	expect_damage(i, at, 0, "a packet of an interface that is not declared");
	i->data[at + 8] = 0;
	i->data[at + 20] = 5;
	expect_damage(i, at, 0, "a packet is longer than its block");
	i->data[at + 20] = 4;
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 1);
	/* A second section that is none. */
	at = i->len;
	image_section(i);
	i->data[at + 8] ^= 1;
	expect_damage(i, at, 1, "a section of no known byte order");
	i->data[at + 8] ^= 1;
	i->data[at + 12] = 2;
	expect_damage(i, at, 1, "a section of an unknown version");
	/* The first one. */
	i = image_new(false);
	image_section(i);
	i->data[9] ^= 1;
	assert_int_equal(image_read(i, i->len, &c), ERR_NOT_CAPTURE);
}

/* The packet is there at once; the trailing length is checked where it stands. */
static void block_larger_than_the_window(void **state)
{
	struct image *i = image_new(false);
	static uint8_t large[400000] = {0xc3, 1, 2, 3};
	size_t at, end;

	(void)state;
	image_section(i);
	image_interface(i, 295, 9);
	at = i->len;
	image_packet(i, 0, 1, large, sizeof(large));
	end = i->len;
	image_packet(i, 0, 2, ack, 1);
	image_begin(i, 4);
	image_zeros(i, 300000);
	image_end(i);
	image_packet(i, 0, 3, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 3);
	assert_int_equal(c.seen[0].r.packet_data.len_true, sizeof(large));
	assert_int_equal(c.seen[0].r.packet_data.flags, PACKET_CUT);
	assert_memory_equal(c.seen[0].bytes, large, SEEN_BYTES);
	assert_int_equal(c.seen[2].r.t_ns, 2);
	assert_false(c.info.truncated);
	assert_int_equal(image_read(i, end - 1, &c), ERR_NONE);
	assert_true(c.info.truncated);
	assert_int_equal(c.info.truncated_at, at);
	i->data[end - 2] ^= 1;
	expect_damage(i, at, 1, "a block's two lengths differ");
}

static void ends_at_each_length(void **state)
{
	struct image *i = image_new(true);
	size_t ends[8], blocks = 0;

	(void)state;
	image_section(i);
	ends[blocks++] = i->len;
	image_interface(i, 294, 9);
	ends[blocks++] = i->len;
	for (uint32_t n = 0; n < 4; n++) {
		image_packet(i, 0, n, token, n % 4);
		ends[blocks++] = i->len;
	}
	for (size_t len = 4; len <= i->len; len++) {
		size_t whole = 0;

		while (whole < blocks && ends[whole] <= len)
			whole++;
		assert_int_equal(image_read(i, len, &c), ERR_NONE);
		assert_int_equal(c.count, whole < 2 ? 0 : whole - 2);
		assert_int_equal(c.info.truncated, whole == 0 || ends[whole - 1] != len);
		if (c.info.truncated)
			assert_int_equal(c.info.truncated_at, whole ? ends[whole - 1] : 0);
	}
}

static void options_stay_in_their_block(void **state)
{
	struct image *i = image_new(false);

	(void)state;
	image_begin(i, 0x0a0d0d0a);
	image_32(i, 0x1a2b3c4d);
	image_32(i, 1);
	image_64(i, UINT64_MAX);
	image_option(i, 4, "an application", 14);
	image_16(i, 2);
	image_16(i, 0xffff); /* further than the block */
	image_end(i);
	image_interface(i, 294, 9);
	image_packet(i, 0, 1, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 1);
	assert_string_equal(c.info.application, "an application");
	assert_string_equal(c.info.hardware, "");
}

static void hostile_times_stay_bounded(void **state)
{
	struct image *i = image_new(false);

	(void)state;
	image_section(i);
	image_interface(i, 294, 9);
	image_packet(i, 0, 0, ack, 1);
	image_packet(i, 0, INT64_MAX, ack, 1);
	image_packet(i, 0, (uint64_t)INT64_MIN, ack, 1);
	image_packet(i, 0, UINT64_MAX, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.seen[1].r.t_ns, INT64_C(1) << 61);
	assert_int_equal(c.seen[2].r.t_ns, -(INT64_C(1) << 61));
	assert_int_equal(c.seen[3].r.t_ns, -1);
	assert_int_equal(c.info.duration_ns, INT64_C(1) << 62);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_of_both_orders),
		cmocka_unit_test(resolutions),
		cmocka_unit_test(offset_and_default_resolution),
		cmocka_unit_test(one_bus_with_an_interface_per_speed),
		cmocka_unit_test(only_other_link_types),
		cmocka_unit_test(more_interfaces_than_kept),
		cmocka_unit_test(many_interfaces),
		cmocka_unit_test(simple_and_old_packets),
		cmocka_unit_test(losses_count_once),
		cmocka_unit_test(other_blocks_pass),
		cmocka_unit_test(what_is_corrupt),
		cmocka_unit_test(block_larger_than_the_window),
		cmocka_unit_test(ends_at_each_length),
		cmocka_unit_test(options_stay_in_their_block),
		cmocka_unit_test(hostile_times_stay_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
