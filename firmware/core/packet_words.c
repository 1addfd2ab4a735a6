/* See packet_words.h. SE0 is never a symbol; the last word has its symbols at the top, and is pushed even where it has none. */
#include "core/packet_words.h"
#include "core/bytes.h"
#include "core/crc.h"
#include "core/packet_tx.h"

unsigned packet_words(uint32_t to[PACKET_WORDS], const uint8_t *bytes, size_t len,
                      enum usb_speed speed)
{
	uint8_t states[PACKET_TX_STATES(PACKET_WORDS_BYTES)];
	size_t n = packet_tx(states, bytes, len, speed), i;
	uint32_t word = 0;
	unsigned words = 0;

	for (i = 0; i < n && states[i] != WIRE_SE0; i++) {
		word = word >> 2 | (uint32_t)states[i] << 30;
		if (i % 16 == 15) {
			to[words++] = word;
			word = 0;
		}
	}
	to[words++] = word;
	return words;
}

void packet_token(uint8_t to[3], enum usb_pid pid, unsigned address, unsigned endpoint)
{
	uint16_t v = (uint16_t)((address & 0x7f) | (endpoint & 0xf) << 7);

	to[0] = (uint8_t)(pid | (~pid & 0xfu) << 4);
	store_le16(to + 1, (uint16_t)(v | crc5(v, 11) << 11));
}
