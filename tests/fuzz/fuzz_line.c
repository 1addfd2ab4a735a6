/* The line decoder on arbitrary changes, words and times. The input is a list of (what, value) in the order of hearing. */
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "tests/fuzz/line_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct line l;
	struct bytes b = bytes_of(data, len);
	uint64_t now = 1;

	static bool built;

	if (!built)
		rx_tables();
	built = true;
	line_init(&l, &line_sink_deaf);
	while (bytes_left(&b)) {
		uint8_t what = bytes_u8(&b);

		if (what & 0x80) {
			uint32_t words[4];

			for (unsigned i = 0; i < 4; i++)
				words[i] =
					what & 0x40 ? bytes_le32(&b) : bytes_le32(&b) | 0x55555555;
			line_words(&l, words, what & 3);
		} else {
			now += (uint64_t)bytes_le16(&b) << (what >> 2 & 15);
			if ((what & 0x60) == 0x60)
				line_lost(&l, now, now + 100);
			else if (what & 0x40)
				line_time(&l, now);
			else
				line_change(&l, now, (enum wire_lines)(what & 3));
		}
	}
	return 0;
}
