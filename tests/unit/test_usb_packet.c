/* Packets: every PID, every length, every single damaged bit. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "usb/packet.h"

static struct usb_packet read_bytes(const uint8_t *bytes, size_t kept, size_t len, uint32_t flags,
                                    bool extended)
{
	uint8_t *copy = kept ? malloc(kept) : NULL;
	struct record_packet r = {
		.bytes = copy, .len = (uint32_t)kept, .len_true = (uint32_t)len, .flags = flags};
	struct usb_packet p;

	if (kept)
		memcpy(copy, bytes, kept);
	usb_packet_read(&p, &r, extended);
	free(copy);
	return p;
}

static struct usb_packet read_whole(const uint8_t *bytes, size_t len)
{
	return read_bytes(bytes, len, len, 0, false);
}

static size_t make(uint8_t *out, unsigned pid, size_t payload)
{
	uint32_t field;

	out[0] = (uint8_t)(pid | ~pid << 4);
	switch (usb_packet_kind[pid]) {
	case USB_PACKET_KIND_TOKEN:
		field = 0x5a | 3 << 7;
		store_le16(out + 1, (uint16_t)(field | (uint32_t)crc5(field, 11) << 11));
		return 3;
	case USB_PACKET_KIND_SPLIT:
		field = 0x5a | 1 << 7 | 3 << 8 | 1u << 15 | 3u << 17;
		store_le16(out + 1, (uint16_t)field);
		out[3] = (uint8_t)(field >> 16 | (uint32_t)crc5(field, 19) << 3);
		return 4;
	case USB_PACKET_KIND_DATA:
		for (size_t i = 0; i < payload; i++)
			out[1 + i] = (uint8_t)(i * 7 + 1);
		store_le16(out + 1 + payload, crc16(out + 1, payload));
		return payload + 3;
	default:
		return 1;
	}
}

static void every_pid(void **state)
{
	(void)state;
	for (unsigned pid = 0; pid < 16; pid++) {
		uint8_t bytes[64];
		size_t len = make(bytes, pid, 8);
		struct usb_packet p = read_whole(bytes, len);

		assert_int_equal(p.errors, 0);
		assert_int_equal(p.pid, pid);
		assert_false(p.empty);
		if (usb_packet_kind[pid] == USB_PACKET_KIND_TOKEN) {
			assert_int_equal(usb_token_address(p.field), 0x5a);
			assert_int_equal(usb_token_endpoint(p.field), 3);
		}
		if (usb_packet_kind[pid] == USB_PACKET_KIND_DATA)
			assert_int_equal(p.len, 8);
		/* Whatever its low half: no other high half will do. */
		for (unsigned high = 0; high < 16; high++) {
			bytes[0] = (uint8_t)(pid | high << 4);
			p = read_whole(bytes, len);
			assert_int_equal(p.errors == USB_PACKET_BAD_PID, high != (~pid & 0xf));
		}
	}
}

static void every_length(void **state)
{
	static const uint8_t want[] = {
		[USB_PACKET_KIND_SPECIAL] = 1,
		[USB_PACKET_KIND_TOKEN] = 3,
		[USB_PACKET_KIND_SPLIT] = 4,
		[USB_PACKET_KIND_HANDSHAKE] = 1,
	};

	(void)state;
	for (unsigned pid = 0; pid < 16; pid++)
		for (size_t len = 0; len < 64; len++) {
			uint8_t bytes[64] = {0};
			struct usb_packet p;

			make(bytes, pid, 8);
			p = read_whole(bytes, len);
			if (!len) {
				assert_true(p.empty);
				assert_int_equal(p.errors, 0);
			} else if (usb_packet_kind[pid] == USB_PACKET_KIND_DATA) {
				assert_int_equal(!!(p.errors & USB_PACKET_BAD_LENGTH), len < 3);
				assert_int_equal(!p.errors, len == 11);
			} else {
				assert_int_equal(p.errors == USB_PACKET_BAD_LENGTH,
				                 len != want[usb_packet_kind[pid]]);
			}
		}
}

static void longest(void **state)
{
	uint8_t *bytes = calloc(1, 1200);
	size_t len = make(bytes, USB_PID_DATA1, 1024);

	(void)state;
	assert_int_equal(len, USB_PACKET_MAX);
	assert_int_equal(read_whole(bytes, len).errors, 0);
	len = make(bytes, USB_PID_DATA1, 1025);
	assert_int_equal(read_whole(bytes, len).errors, USB_PACKET_BAD_LENGTH);
	free(bytes);
}

/* One flipped bit behind the PID is always seen: both checksums promise that. */
static void every_bit(void **state)
{
	(void)state;
	for (unsigned pid = 0; pid < 16; pid++) {
		uint8_t bytes[128];
		size_t len = make(bytes, pid, 64);
		uint32_t want = usb_packet_kind[pid] == USB_PACKET_KIND_DATA ? USB_PACKET_BAD_CRC16
		                                                             : USB_PACKET_BAD_CRC5;

		for (size_t bit = 8; bit < 8 * len; bit++) {
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(read_whole(bytes, len).errors, want);
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		assert_int_equal(read_whole(bytes, len).errors, 0);
	}
}

static void cut_packets(void **state)
{
	uint8_t bytes[64];
	size_t len = make(bytes, USB_PID_DATA0, 16);

	(void)state;
	for (size_t kept = 0; kept < len; kept++) {
		struct usb_packet p = read_bytes(bytes, kept, len, PACKET_CUT, false);

		if (!kept) {
			assert_int_equal(p.errors, USB_PACKET_BAD_LENGTH);
			continue;
		}
		assert_int_equal(p.errors, 0);
		assert_int_equal(p.len_true, 16);
		assert_int_equal(p.len, kept - 1 < 16 ? kept - 1 : 16);
	}
	len = make(bytes, USB_PID_IN, 0);
	assert_int_equal(read_bytes(bytes, 2, len, PACKET_CUT, false).errors,
	                 USB_PACKET_BAD_LENGTH);
}

static void receiver_errors(void **state)
{
	uint8_t bytes[8];
	size_t len = make(bytes, USB_PID_ACK, 0);

	(void)state;
	assert_int_equal(read_bytes(bytes, len, len, PACKET_ERROR_RECEIVER, false).errors,
	                 USB_PACKET_BAD_RECEIVER);
	assert_int_equal(read_bytes(bytes, len, len, PACKET_ERROR_OVERFLOW, false).errors,
	                 USB_PACKET_BAD_LENGTH);
	assert_false(read_bytes(bytes, 0, 0, PACKET_ERROR_RECEIVER, false).empty);
}

static void split_fields(void **state)
{
	uint8_t bytes[8];
	size_t len = make(bytes, USB_PID_SPLIT, 0);
	struct usb_packet p = read_whole(bytes, len);

	(void)state;
	assert_true(usb_split_complete(p.field));
	assert_true(usb_split_low(p.field));
	assert_int_equal(usb_split_type(p.field), USB_TYPE_INTERRUPT);
	assert_int_equal(usb_split_type(0), USB_TYPE_CONTROL);
	assert_int_equal(usb_split_type(1u << 17), USB_TYPE_ISOCHRONOUS);
	assert_int_equal(usb_split_type(2u << 17), USB_TYPE_BULK);
}

static void extended_token(void **state)
{
	uint8_t bytes[8];

	(void)state;
	make(bytes, USB_PID_IN, 0);
	bytes[0] = 0xc3;
	assert_int_equal(read_bytes(bytes, 3, 3, 0, true).errors, 0);
	assert_int_equal(read_bytes(bytes, 3, 3, 0, false).errors, USB_PACKET_BAD_CRC16);
	bytes[1] ^= 1;
	assert_int_equal(read_bytes(bytes, 3, 3, 0, true).errors, USB_PACKET_BAD_CRC5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pid),    cmocka_unit_test(every_length),
		cmocka_unit_test(longest),      cmocka_unit_test(every_bit),
		cmocka_unit_test(cut_packets),  cmocka_unit_test(receiver_errors),
		cmocka_unit_test(split_fields), cmocka_unit_test(extended_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
