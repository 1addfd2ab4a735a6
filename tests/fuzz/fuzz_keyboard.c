/* What guard mode looks for, in arbitrary packets: (length, damaged, bytes) by turns. No read beyond a packet, no address above 127. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/keyboard_watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct keyboard_watch w = {0};
	struct bytes b = bytes_of(data, len);

	while (bytes_left(&b)) {
		uint8_t head = bytes_u8(&b), address = 0;
		size_t n = head & 0x1f;
		const uint8_t *bytes = n && n <= bytes_left(&b) ? bytes_take(&b, n) : NULL;
		struct rx_packet p = {.flags = head >> 7,
		                      .len = (uint16_t)n,
		                      .len_true = (uint16_t)n,
		                      .bytes = bytes};

		if (!bytes)
			break;
		keyboard_watch_packet(&w, &p, &address);
		assert(address < 128);
	}
	return 0;
}
