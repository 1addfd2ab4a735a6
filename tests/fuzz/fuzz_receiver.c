/* The fast receiver, fed in any pieces and all at once, against a slow one that takes bit by bit: see reference_rx.h. */
#include <stdlib.h>
#include <string.h>

#include "core/packet_rx.h"
#include "tests/fuzz/packet_input.h"
#include "tests/fuzz/reference_rx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct reference expected;
static unsigned heard;

static void on_packet(void *context, const struct rx_packet *p)
{
	(void)context;
	heard++;
	/* Behind 32 ones, where seven are too many, it is not known which of them were stuffed. */
	if (expected.same > 32 && p->flags & expected.flags & WIRE_BAD_STUFFING)
		return;
	if (!expected.there || p->flags != expected.flags || p->len_true != expected.len ||
	    memcmp(p->bytes, expected.bytes, p->len < PACKET_RX_MAX ? p->len : PACKET_RX_MAX))
		abort();
#ifdef CORDON_PLANTED_BUG
	if (p->len > 40 && !p->flags)
		abort();
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct rx_sink sink = {.packet = on_packet};
	static uint32_t words[PACKET_INPUT_WORDS];
	static struct rx rx;
	struct bytes b = bytes_of(data, len);
	bool low = bytes_u8(&b) & 1, whole;
	unsigned count = packet_input(&b, words, low), n;

	rx_tables();
	reference_rx(&expected, words, count, low);
	if (!low && reference_slow(&expected, words, count))
		return 0;
	rx_init(&rx, &sink);
	rx_begin(&rx, 1000, low ? USB_SPEED_LOW : USB_SPEED_FULL);
	heard = 0;
	for (unsigned at = 0; at < count; at += n) {
		n = 1 + bytes_u8(&b) % 45;
		n = rx_words(&rx, words + at, n < count - at ? n : count - at);
		if (!n)
			abort();
	}
	if (heard != expected.there || rx_open(&rx))
		abort();
	whole = rx_whole(&rx, words, count);
	if (heard != expected.there + whole)
		abort();
	return 0;
}
