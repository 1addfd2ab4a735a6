/*
 * Packets that are handed to the listener whole, three at a time where they may be, against the same ones step by step: what it tells
 * must be the same. The input is packets (packet_input.h), among them an IN and an ACK, and their order; many come between those two.
 */
#include <stdlib.h>

#include "core/packet_words.h"
#include "tests/fuzz/packet_play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t in[] = {0x69, 0x83, 0xe0}, ack[] = {0xd2}, none[] = {0xc3, 0, 0};
	struct bytes b = bytes_of(data, len);
	struct packet_log steps, at_once;
	uint8_t which[60] = {0, 2, 1}, v;
	bool low = bytes_u8(&b) & 1;
	enum usb_speed speed = low ? USB_SPEED_LOW : USB_SPEED_FULL;
	unsigned n = 3, wanted = bytes_u8(&b) % (sizeof(which) - 2);

	while (n < wanted) {
		v = bytes_u8(&b);
		if (v & 0x80)
			which[n++] = 0;
		which[n++] = (v & 0x7f) % PACKETS;
		if (v & 0x80)
			which[n++] = 1;
	}
	count[0] = packet_words(words[0], in, sizeof(in), speed);
	count[1] = packet_words(words[1], ack, sizeof(ack), speed);
	count[2] = packet_words(words[2], none, sizeof(none), speed);
	for (unsigned i = 3; i < PACKETS; i++)
		count[i] = packet_input(&b, words[i], low);
	rx_tables();
	play(&steps, which, n, low ? WIRE_DM : WIRE_DP, false);
	play(&at_once, which, n, low ? WIRE_DM : WIRE_DP, true);
	if (!packet_log_same(&steps, &at_once))
		abort();
	return 0;
}
