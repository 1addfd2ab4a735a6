/* Bytes to states of the lines: one that is written out, and the way back for all kinds of bytes. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/packet_tx.h"
#include "core/sample_keyboard.h"

/* An ACK at low speed: sync KJKJKJKK, d2 with its low bit first, SE0 twice, J. USB 2.0 §7.1.8, §8.3.1 */
static void acknowledgement_as_written_out(void **state)
{
	static const char expected[] = "KJKJKJKK"
				       "JJKJJKKK"
				       "00J";
	static const uint8_t ack = 0xd2;
	uint8_t states[PACKET_TX_STATES(1)];
	size_t n = packet_tx(states, &ack, 1, USB_SPEED_LOW);

	(void)state;
	assert_int_equal(n, sizeof(expected) - 1);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(states[i] == WIRE_DM   ? 'J'
		                 : states[i] == WIRE_DP ? 'K'
		                                        : '0',
		                 expected[i]);
	/* At full speed J and K change places. */
	n = packet_tx(states, &ack, 1, USB_SPEED_FULL);
	assert_int_equal(n, sizeof(expected) - 1);
	assert_int_equal(states[0], WIRE_DM);
	assert_int_equal(states[n - 1], WIRE_DP);
}

/* The other way round, bit by bit; returns how many bytes, and fails where a stuffed bit is missing or a state is none. */
static size_t read_back(const uint8_t *states, size_t n, uint8_t j, uint8_t *to)
{
	unsigned ones = 0, bits = 0;
	uint8_t before = j;

	assert_true(n > 11);
	assert_int_equal(states[n - 3], WIRE_SE0);
	assert_int_equal(states[n - 2], WIRE_SE0);
	assert_int_equal(states[n - 1], j);
	for (size_t i = 0; i < n - 3; i++) {
		bool one = states[i] == before;

		assert_true(states[i] == WIRE_DP || states[i] == WIRE_DM);
		before = states[i];
		if (ones == 6) {
			assert_false(one);
			ones = 0;
			continue;
		}
		ones = one ? ones + 1 : 0;
		to[bits / 8] = (uint8_t)(to[bits / 8] >> 1 | one << 7);
		bits++;
	}
	assert_int_equal(bits % 8, 0);
	assert_int_equal(to[0], 0x80);
	return bits / 8 - 1;
}

static void bytes_come_back(void **state)
{
	uint8_t bytes[SAMPLE_KEYBOARD_PACKET], back[SAMPLE_KEYBOARD_PACKET + 1];
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 5000; round++) {
		size_t len = 1 + round % SAMPLE_KEYBOARD_PACKET, n;
		uint8_t *states = malloc(PACKET_TX_STATES(len));
		bool full = round & 1;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			/* Many ones in a row, at all places; the first rounds have nothing else. */
			bytes[i] = round < 100 ? 0xff : (uint8_t)(seed >> 24 | seed >> 16);
		}
		n = packet_tx(states, bytes, len, full ? USB_SPEED_FULL : USB_SPEED_LOW);
		assert_true(n <= PACKET_TX_STATES(len));
		assert_int_equal(read_back(states, n, full ? WIRE_DP : WIRE_DM, back), len);
		assert_memory_equal(back + 1, bytes, len);
		free(states);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(acknowledgement_as_written_out),
		cmocka_unit_test(bytes_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
