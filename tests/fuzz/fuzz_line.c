/* The line decoder on arbitrary changes, words and times. The input is a list of (what, value) in the order of hearing. */
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/line.h"

static volatile unsigned sum;

static void on_packet(void *context, const struct rx_packet *p)
{
	(void)context;
	for (unsigned i = 0; i < p->len && i < PACKET_RX_MAX; i++)
		sum += p->bytes[i];
}

static void on_edge(void *context, uint64_t tick, enum wire_lines lines)
{
	(void)context, (void)tick, (void)lines;
}

static void on_event(void *context, enum wire_line_event event, uint64_t tick, uint64_t duration)
{
	(void)context, (void)event, (void)tick, (void)duration;
}

static void on_lost(void *context, uint64_t from, uint64_t to)
{
	(void)context, (void)from, (void)to;
}

static void on_repeated(void *context, uint32_t count, uint64_t tick)
{
	(void)context, (void)count, (void)tick;
}

static void on_counted(void *context, uint16_t token, uint32_t count, uint32_t bytes,
                       uint64_t first, uint64_t last)
{
	(void)context, (void)token, (void)count, (void)bytes, (void)first, (void)last;
}

static void on_speed(void *context, enum usb_speed speed)
{
	(void)context, (void)speed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct line_sink sink = {.packet = on_packet,
	                                      .edge = on_edge,
	                                      .event = on_event,
	                                      .lost = on_lost,
	                                      .repeated = on_repeated,
	                                      .counted = on_counted,
	                                      .speed = on_speed};
	static struct line l;
	struct bytes b = bytes_of(data, len);
	uint64_t now = 1;

	static bool built;

	if (!built)
		rx_tables();
	built = true;
	line_init(&l, &sink);
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
				line_lost(&l, now);
			else if (what & 0x40)
				line_time(&l, now);
			else
				line_change(&l, now, (enum wire_lines)(what & 3));
		}
	}
	return 0;
}
