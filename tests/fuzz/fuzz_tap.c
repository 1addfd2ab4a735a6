/* Any bytes behind a tap's magic as a raw dump: records lend what is readable, and each goes back into the wire's format. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/tap_record.h"
#include "core/bytes.h"
#include "core/crc.h"

static struct tap tap;

static void record(void *context, const struct record *r)
{
	uint8_t body[TAP_BODY_MAX];
	struct wire_record w;

	assert(++*(uint64_t *)context == r->packet && imaxabs(r->t_ns) <= INT64_C(1) << 61);
	/* Times of a slow clock take more bytes in ticks of a fast one; nothing else may fail. */
	if (tap_encode(&tap, r, body, &w))
		tap_hello(&tap, &w);
	else
		assert(r->kind == RECORD_EDGES);
}

/* Blocks with their checksums. */
static void mend(uint8_t *p, size_t len)
{
	for (size_t n; len >= WIRE_BLOCK_HEAD + WIRE_BLOCK_TAIL; p += n, len -= n) {
		n = load_le16(p + 2) % 256 + WIRE_BLOCK_HEAD + WIRE_BLOCK_TAIL;
		n = n < len ? n : len;
		store_le16(p, WIRE_MAGIC);
		store_le16(p + 2, (uint16_t)n);
		store_le16(p + n - 2, crc16(p, n - 2));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t bytes[4096];
	uint64_t records = 0;
	const struct record_sink to = {.context = &records, .record = record};
	int file = memfd_create("fuzz", MFD_CLOEXEC);
	struct capture *c;

	len = len < sizeof(bytes) ? len : sizeof(bytes);
	memcpy(bytes, data, len);
	store_le16(bytes, WIRE_MAGIC);
	if (len && data[0] & 3)
		mend(bytes, len);
	tap_init(&tap);
	assert(write(file, bytes, len) == (ssize_t)len && lseek(file, 0, SEEK_SET) == 0);
	assert(!capture_open_fd(&c, file));
	capture_run(c, &to);
	capture_free(c);
	return 0;
}
