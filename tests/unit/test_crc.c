/* The table-driven checksums against the bit-by-bit definition of USB 2.0 §8.3.5, and against packets of the standard. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/crc.h"

static uint32_t bitwise(uint32_t crc, uint32_t poly, uint32_t value, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++, value >>= 1)
		crc = crc >> 1 ^ (((crc ^ value) & 1) ? poly : 0);
	return crc;
}

static void crc5_equals_definition(void **state)
{
	(void)state;
	for (uint32_t v = 0; v < 1u << 11; v++)
		assert_int_equal(crc5(v, 11), bitwise(0x1f, 0x14, v, 11) ^ 0x1f);
	for (uint32_t v = 0; v < 1u << 19; v++)
		assert_int_equal(crc5(v, 19), bitwise(0x1f, 0x14, v, 19) ^ 0x1f);
}

static void crc5_of_known_tokens(void **state)
{
	(void)state;
	/* The worked examples of the USB-IF's CRC white paper, which writes them in the order of sending. */
	assert_int_equal(crc5(0x15 | 0xe << 7, 11), 0x1d);
	assert_int_equal(crc5(0x3a | 0xa << 7, 11), 0x07);
	assert_int_equal(crc5(0x70 | 0x4 << 7, 11), 0x0e);
	assert_int_equal(crc5(0x001, 11), 0x1d);
}

static void tokens_are_good_with_their_checksum_alone(void **state)
{
	(void)state;
	for (uint32_t v = 0; v < 1u << 16; v++) {
		const uint8_t bytes[2] = {(uint8_t)v, (uint8_t)(v >> 8)};

		assert_int_equal(crc5_token_good(bytes), crc5(v & 0x7ff, 11) == v >> 11);
	}
}

static void crc16_equals_definition(void **state)
{
	uint8_t data[1024];
	uint32_t x = 12345;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		x = x * 1103515245u + 12345u;
		data[i] = (uint8_t)(x >> 16);
	}
	for (size_t len = 0; len <= sizeof(data); len++) {
		uint32_t want = 0xffff;

		for (size_t i = 0; i < len; i++)
			want = bitwise(want, 0xa001, data[i], 8);
		assert_int_equal(crc16(data, len), want ^ 0xffff);
	}
}

static void crc16_goes_in_pieces(void **state)
{
	static const uint8_t data[] = "the same bytes in two pieces give the same checksum";
	uint16_t whole = crc16(data, sizeof(data));

	(void)state;
	for (size_t cut = 0; cut <= sizeof(data); cut++) {
		uint16_t crc = crc16_update(0xffff, data, cut);

		crc = crc16_update(crc, data + cut, sizeof(data) - cut);
		assert_int_equal((uint16_t)~crc, whole);
	}
}

static void crc16_by_words_is_the_same(void **state)
{
	uint8_t data[4 * 300];
	uint32_t x = 777;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		x = x * 1103515245u + 12345u;
		data[i] = i < 64 ? 0xff : i < 128 ? 0 : (uint8_t)(x >> 16);
	}
	for (size_t start = 0; start < 4; start++) {
		uint16_t crc = crc16_update(0xffff, data, 4 * start);
		struct crc16_words c = {0, 0};

		for (size_t at = 4 * start; at < sizeof(data); at += 4) {
			uint32_t word = (uint32_t)data[at] | (uint32_t)data[at + 1] << 8 |
			                (uint32_t)data[at + 2] << 16 | (uint32_t)data[at + 3] << 24;

			crc16_word(&c, at == 4 * start ? word ^ crc : word);
			assert_int_equal(crc16_words_end(&c), crc16_update(0xffff, data, at + 4));
		}
	}
}

/* Data of all lengths: good with their checksum, bad with any one bit of it or of them turned. */
static void crc16_by_words_knows_good_packets(void **state)
{
	(void)state;
	for (unsigned len = 0; len <= 70; len++) {
		uint8_t data[80] = {0};
		uint16_t crc;

		for (unsigned i = 0; i < len; i++)
			data[i] = (uint8_t)(i * 71 + len * 13);
		crc = crc16(data, len);
		data[len] = (uint8_t)crc;
		data[len + 1] = (uint8_t)(crc >> 8);
		for (int turned = -1; turned < (int)(8 * (len + 2)); turned++) {
			struct crc16_words c = {0, 0};

			if (turned >= 0)
				data[turned / 8] ^= (uint8_t)(1 << turned % 8);
			for (unsigned at = 0; at < len + 2; at += 4)
				crc16_word(&c, load_le32(data + at) ^ (at ? 0 : 0xffff));
			assert_int_equal(crc16_words_good(&c, -(len + 2) & 3), turned < 0);
			if (turned >= 0)
				data[turned / 8] ^= (uint8_t)(1 << turned % 8);
		}
	}
}

static void crc16_of_known_packets(void **state)
{
	static const uint8_t four[] = {0, 1, 2, 3}, other[] = {0x23, 0x45, 0x67, 0x89};

	(void)state;
	assert_int_equal(crc16(NULL, 0), 0x0000);
	assert_int_equal(crc16(four, 4), 0x7aef);
	assert_int_equal(crc16(other, 4), 0x1c0e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc5_equals_definition),
		cmocka_unit_test(crc5_of_known_tokens),
		cmocka_unit_test(tokens_are_good_with_their_checksum_alone),
		cmocka_unit_test(crc16_equals_definition),
		cmocka_unit_test(crc16_goes_in_pieces),
		cmocka_unit_test(crc16_by_words_is_the_same),
		cmocka_unit_test(crc16_by_words_knows_good_packets),
		cmocka_unit_test(crc16_of_known_packets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
