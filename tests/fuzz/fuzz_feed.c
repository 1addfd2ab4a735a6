/*
 * A tap's stream as it comes over USB: bytes nobody vouches for, in pieces, with the tap going away and coming back in
 * between; and the header texts of a file. A record is never handed on before a HELLO, nor one that leaves its bounds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture.h"

struct seen {
	bool hello;
	uint64_t sum;
};

static void see(void *context, const struct record *r)
{
	struct seen *s = context;

	s->hello |= r->kind == RECORD_HELLO || r->kind == RECORD_LOST;
	if (!s->hello)
		abort();
	if (r->t_ns > INT64_C(1) << 61 || r->t_ns < -(INT64_C(1) << 61))
		abort();
	for (uint32_t i = 0; r->kind == RECORD_PACKET && i < r->packet_data.len; i++)
		s->sum += r->packet_data.bytes[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct capture_test test = {0};
	struct seen seen = {0};
	const struct record_sink sink = {.context = &seen, .record = see};
	struct capture *c;

	capture_test_read(&test, data, len);
	if (capture_open_fed(&c, CAPTURE_FORMAT_TAP))
		return 0;
	capture_restart(c, 0);
	/* A byte says how long the next piece is; 255: it was away meanwhile. */
	while (len) {
		size_t n = *data++;

		len--;
		if (n == 255)
			capture_restart(c, (int64_t)len << 40);
		if (n > len)
			n = len;
		capture_feed(c, &sink, data, n);
		data += n;
		len -= n;
	}
	capture_free(c);
	return 0;
}
