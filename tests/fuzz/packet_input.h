/*
 * A packet out of a fuzzer's input, as the sampler's words: bytes with a good checksum or any, then symbols that are flipped, left out at the
 * end or J for too long. In: the reader. Out: how many words; the last has its symbols at the top (core/listen_pio.h).
 */
#ifndef CORDON_FUZZ_PACKET_INPUT_H
#define CORDON_FUZZ_PACKET_INPUT_H

#include "core/bytes.h"
#include "core/crc.h"
#include "core/packet_tx.h"

enum { PACKET_INPUT_BYTES = 1200, PACKET_INPUT_IDLE = 32, PACKET_INPUT_WORDS = 800 };
enum {
	INPUT_CRC16 = 1,
	INPUT_CRC5 = 2,
	INPUT_IDLE = 4,
	INPUT_SHORTER = 8,
	INPUT_LONG = 16,
	INPUT_ONES = 32,
	INPUT_DATA = 64
};

static inline size_t packet_input_bytes(struct bytes *b, uint8_t *p, uint8_t how)
{
	size_t len = how & INPUT_LONG ? bytes_le16(b) % PACKET_INPUT_BYTES : bytes_u8(b) % 70;

	/* What the input does not have is made up, so that long packets are cheap. */
	for (size_t i = 0; i < len; i++)
		p[i] = bytes_left(b) ? bytes_u8(b) : how & INPUT_ONES ? 0xff : (uint8_t)(i * 37);
	if (how & INPUT_DATA && len)
		p[0] = p[0] & 8 ? 0x4b : 0xc3;
	if (how & INPUT_CRC16 && len >= 3)
		store_le16(p + len - 2, crc16(p + 1, len - 3));
	if (how & INPUT_CRC5 && len == 3)
		p[2] = (uint8_t)((p[2] & 7) | crc5(load_le16(p + 1) & 0x7ff, 11) << 3);
	return len;
}

static inline unsigned packet_input(struct bytes *b, uint32_t to[PACKET_INPUT_WORDS], bool low)
{
	static uint8_t p[PACKET_INPUT_BYTES],
		state[PACKET_TX_STATES(PACKET_INPUT_BYTES) + PACKET_INPUT_IDLE];
	uint8_t how = bytes_u8(b), flips = bytes_u8(b) & 3;
	size_t len, n, more;
	uint32_t word = 0;
	unsigned words = 0;

	/* Taken first: they come from the front of the input, whatever it is long. */
	uint16_t at[3] = {bytes_le16(b), bytes_le16(b), bytes_le16(b)};

	len = packet_input_bytes(b, p, how);
	n = packet_tx(state, p, len, low ? USB_SPEED_LOW : USB_SPEED_FULL) - 3;
	for (more = how & INPUT_IDLE ? PACKET_INPUT_IDLE : 0; more; more--)
		state[n++] = low ? WIRE_DM : WIRE_DP;
	for (unsigned i = 0; i < flips; i++)
		state[at[i] % n] ^= WIRE_SE1;
	if (how & INPUT_SHORTER)
		n = at[2] % n;
	for (size_t i = 0; i < n; i++) {
		word = word >> 2 | (uint32_t)state[i] << 30;
		if (i % 16 == 15) {
			to[words++] = word;
			word = 0;
		}
	}
	to[words++] = word;
	return words;
}

#endif
