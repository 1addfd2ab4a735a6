/* pcap: byte orders, resolutions, variants, link types, and files that lie or end early. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "capture_image.h"

static struct collection c;
static const uint8_t in_token[] = {0x69, 0x05, 0x70}, ack[] = {0xd2};

static void orders_and_resolutions(void **state)
{
	static const struct {
		uint32_t magic, frac_ns;
	} forms[] = {{0xa1b2c3d4, 1000}, {0xa1b23c4d, 1}};

	(void)state;
	for (int big = 0; big < 2; big++)
		for (size_t n = 0; n < 2; n++) {
			struct image *i = image_new(big);

			image_pcap(i, forms[n].magic, 294);
			image_pcap_packet(i, 1700000000, 999999, in_token, 3);
			image_pcap_packet(i, 1700000001, 4, ack, 1);
			image_pcap_packet(i, 1699999999, 0, ack, 1);
			assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
			assert_int_equal(c.count, 3);
			assert_int_equal(c.info.format, CAPTURE_FORMAT_PCAP);
			assert_int_equal(c.info.big_endian, big);
			assert_int_equal(c.seen[0].r.kind, RECORD_PACKET);
			assert_int_equal(c.seen[0].r.t_ns, 0);
			assert_int_equal(c.seen[0].r.packet, 1);
			assert_int_equal(c.seen[0].r.bus, 0);
			assert_int_equal(c.seen[0].r.step_ns, forms[n].frac_ns);
			assert_int_equal(c.seen[0].r.packet_data.speed, USB_SPEED_FULL);
			assert_int_equal(c.seen[0].r.packet_data.flags, 0);
			assert_int_equal(c.seen[0].r.packet_data.len, 3);
			assert_memory_equal(c.seen[0].bytes, in_token, 3);
			assert_int_equal(c.seen[1].r.t_ns,
			                 1000000000 - 999995 * (int64_t)forms[n].frac_ns);
			assert_int_equal(c.seen[1].r.packet, 2);
			/* Time steps back, and is told as it is. */
			assert_int_equal(c.seen[2].r.t_ns,
			                 -1000000000 - 999999 * (int64_t)forms[n].frac_ns);
			assert_int_equal(c.info.duration_ns, c.seen[1].r.t_ns - c.seen[2].r.t_ns);
			assert_int_equal(c.info.packets, 3);
			assert_int_equal(c.info.bytes, i->len);
			assert_false(c.info.truncated);
		}
}

static void speeds_of_link_types(void **state)
{
	static const struct {
		uint16_t link_type;
		enum usb_speed speed;
	} links[] = {{288, USB_SPEED_UNKNOWN},
	             {293, USB_SPEED_LOW},
	             {294, USB_SPEED_FULL},
	             {295, USB_SPEED_HIGH}};

	(void)state;
	for (size_t n = 0; n < 4; n++) {
		struct image *i = image_new(false);

		/* The upper bits: four bytes of frame check sequence, and that they are valid. */
		image_pcap(i, 0xa1b2c3d4, 0x44000000u | links[n].link_type);
		image_pcap_packet(i, 1, 2, ack, 1);
		assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
		assert_int_equal(c.seen[0].r.packet_data.speed, links[n].speed);
	}
}

static void long_packet_header(void **state)
{
	struct image *i = image_new(false);

	(void)state;
	image_pcap(i, 0xa1b2cd34, 293);
	for (uint32_t n = 0; n < 2; n++) {
		image_32(i, 5);
		image_32(i, n);
		image_32(i, 3);
		image_32(i, 3);
		image_zeros(i, 8);
		image_bytes(i, in_token, 3);
	}
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 2);
	assert_memory_equal(c.seen[1].bytes, in_token, 3);
	assert_int_equal(c.seen[1].r.t_ns, 1000);
}

static void what_is_no_pcap(void **state)
{
	static const uint8_t text[] = "GIF89a and no capture";
	struct image *i;

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		i = image_new(false);
		image_bytes(i, text, len);
		assert_int_equal(image_read(i, len, &c), ERR_NOT_CAPTURE);
		assert_int_equal(c.count, 0);
	}
	i = image_new(true);
	image_pcap(i, 0x1c0001ac, 294);
	assert_int_equal(image_read(i, i->len, &c), ERR_PCAP_VARIANT);
}

static void other_link_types(void **state)
{
	struct image *i = image_new(false);

	(void)state;
	image_pcap(i, 0xa1b2c3d4, 1);
	image_pcap_packet(i, 1, 2, ack, 1);
	image_pcap_packet(i, 1, 2, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_LINK_TYPE);
	assert_int_equal(c.count, 0);
	assert_int_equal(c.info.packets, 2);
	assert_int_equal(c.info.packets_skipped, 2);
	assert_int_equal(c.info.skipped_kinds, 1);
	assert_int_equal(c.info.skipped[0].link_type, 1);
	assert_int_equal(c.info.skipped[0].packets, 2);
	/* The same with no packet at all. */
	assert_int_equal(image_read(i, 24, &c), ERR_LINK_TYPE);
	assert_int_equal(c.info.skipped[0].link_type, 1);
}

static void lengths_that_lie(void **state)
{
	static const uint32_t kept[] = {128 * 1024 * 1024 + 1, 0x7fffffff, 0x80000000, 0xffffffff,
	                                0xfffffff0};
	struct image *i;

	(void)state;
	for (size_t n = 0; n < sizeof(kept) / sizeof(kept[0]); n++) {
		i = image_new(false);
		image_pcap(i, 0xa1b2c3d4, 288);
		image_pcap_packet(i, 1, 2, ack, 1);
		image_64(i, 0);
		image_32(i, kept[n]);
		image_32(i, kept[n]);
		image_zeros(i, 64);
		assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
		assert_int_equal(c.count, 1);
		assert_true(c.info.truncated);
		assert_int_equal(c.info.truncated_at, 24 + 17);
		assert_string_equal(c.info.reason, "a packet's length is impossible");
	}
	/* An original length below the kept one is not believed; an empty packet is one. */
	i = image_new(false);
	image_pcap(i, 0xa1b2c3d4, 288);
	image_64(i, 0);
	image_32(i, 3);
	image_32(i, 1);
	image_bytes(i, in_token, 3);
	image_pcap_packet(i, 0, 0, NULL, 0);
	/* A cut one is flagged. */
	image_64(i, 0);
	image_32(i, 1);
	image_32(i, 67);
	image_8(i, 0xc3);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 3);
	assert_int_equal(c.seen[0].r.packet_data.len_true, 3);
	assert_int_equal(c.seen[0].r.packet_data.flags, 0);
	assert_int_equal(c.seen[1].r.packet_data.len, 0);
	assert_int_equal(c.seen[2].r.packet_data.len_true, 67);
	assert_int_equal(c.seen[2].r.packet_data.flags, PACKET_CUT);
}

static void ends_at_each_length(void **state)
{
	struct image *i = image_new(true);
	size_t starts[5];

	(void)state;
	image_pcap(i, 0xa1b23c4d, 288);
	for (uint32_t n = 0; n < 4; n++) {
		starts[n] = i->len;
		image_pcap_packet(i, n, 0, in_token, n % 4);
	}
	starts[4] = i->len;
	for (size_t len = 4; len <= i->len; len++) {
		size_t whole = 0;

		while (whole < 4 && starts[whole + 1] <= len)
			whole++;
		assert_int_equal(image_read(i, len, &c), ERR_NONE);
		assert_int_equal(c.count, whole);
		assert_int_equal(c.info.truncated, len < 24 || len != starts[whole]);
		if (c.info.truncated && len >= 24)
			assert_int_equal(c.info.truncated_at, starts[whole]);
		assert_int_equal(c.info.truncated, c.info.reason != NULL);
	}
}

static void packet_larger_than_the_window(void **state)
{
	struct image *i = image_new(false);
	const uint32_t large = 300000;
	size_t start;

	(void)state;
	image_pcap(i, 0xa1b2c3d4, 295);
	image_pcap_packet(i, 0, 0, ack, 1);
	start = i->len;
	image_64(i, 0);
	image_32(i, large);
	image_32(i, large);
	image_bytes(i, in_token, 3);
	image_zeros(i, large - 3);
	image_pcap_packet(i, 7, 0, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 3);
	assert_in_range(c.seen[1].r.packet_data.len, 200000, large - 1);
	assert_int_equal(c.seen[1].r.packet_data.len_true, large);
	assert_int_equal(c.seen[1].r.packet_data.flags, PACKET_CUT);
	assert_memory_equal(c.seen[1].bytes, in_token, 3);
	assert_int_equal(c.seen[2].r.t_ns, 7000000000);
	assert_int_equal(c.seen[2].r.packet, 3);
	/* Ending inside the part that is skipped. */
	assert_int_equal(image_read(i, start + 16 + large - 1, &c), ERR_NONE);
	assert_true(c.info.truncated);
	assert_int_equal(c.info.truncated_at, start);
	assert_int_equal(image_read(i, start + 16 + large, &c), ERR_NONE);
	assert_false(c.info.truncated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_and_resolutions),
		cmocka_unit_test(speeds_of_link_types),
		cmocka_unit_test(long_packet_header),
		cmocka_unit_test(what_is_no_pcap),
		cmocka_unit_test(other_link_types),
		cmocka_unit_test(lengths_that_lie),
		cmocka_unit_test(ends_at_each_length),
		cmocka_unit_test(packet_larger_than_the_window),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
