/* Any bytes as a capture file, at once and in steps: what records lend is readable, lengths, times and ordinals agree. */
#include <assert.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/capture.h"

struct sum {
	uint64_t records, packet;
	volatile uint8_t byte;
};

static void touch(struct sum *s, const uint8_t *bytes, uint32_t len, uint32_t len_true)
{
	assert(len <= len_true && (bytes || !len));
	for (uint32_t i = 0; i < len; i++)
		s->byte ^= bytes[i];
}

static void record(void *context, const struct record *r)
{
	struct sum *s = context;
	const struct record_urb *u = &r->urb;

	s->records++;
	assert(r->packet >= s->packet && r->step_ns > 0 && imaxabs(r->t_ns) <= INT64_C(1) << 61);
	s->packet = r->packet;
	if (r->kind == RECORD_PACKET)
		touch(s, r->packet_data.bytes, r->packet_data.len, r->packet_data.len_true);
	if (r->kind == RECORD_URB)
		touch(s, u->data, u->len, u->len_true);
#ifdef CORDON_PLANTED_BUG /* a setup's data by wLength, not by what was captured */
	if (r->kind == RECORD_URB && u->len && u->has_setup)
		touch(s, u->data, u->len_true, u->len_true);
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int file = memfd_create("fuzz", MFD_CLOEXEC);
	struct sum sums[2] = {{0}, {0}};

	assert(write(file, data, len) == (ssize_t)len);
	for (int steps = 0; steps < 2; steps++) {
		const struct record_sink to = {.context = &sums[steps], .record = record};
		enum capture_state state = CAPTURE_MORE;
		struct capture *c;
		assert(lseek(file, 0, SEEK_SET) == 0 && !capture_open_fd(&c, dup(file)));
		while (state == CAPTURE_MORE && steps)
			capture_step(c, &to, &state);
		capture_run(c, &to);
		assert(capture_info(c)->truncated == (capture_info(c)->reason != NULL));
		capture_free(c);
	}
	assert(sums[0].records == sums[1].records);
	return close(file);
}
