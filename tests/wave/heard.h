/* What a listener heard of a waveform, kept for comparison with what was sent. heard_init and heard_release pair. */
#ifndef CORDON_TESTS_HEARD_H
#define CORDON_TESTS_HEARD_H

#include "tests/wave/listener.h"

struct heard_packet {
	int64_t ps; /* sent: first edge; heard: tick */
	enum usb_speed speed;
	uint8_t flags; /* enum wire_packet_flag, but for WIRE_CUT */
	bool folded;   /* sent: the tap counts it */
	uint16_t len;  /* on the wire; of them at most PACKET_RX_MAX are kept */
	uint8_t bytes[PACKET_RX_MAX + 3];
};

struct heard_event {
	enum wire_line_event event;
	uint64_t tick, duration; /* sent: ps */
};

struct heard_edge {
	uint64_t tick;
	enum wire_lines lines;
};

struct heard {
	struct line_sink sink;
	struct heard_packet *packet;
	struct heard_event *event;
	struct heard_edge *edge;
	size_t packets, events, edges, packet_room, event_room, edge_room;
	enum usb_speed speed;
	unsigned speed_changes;
};

void heard_init(struct heard *h);
void heard_release(struct heard *h);
/* How often an event came; the first of its kind, or NULL. */
unsigned heard_count(const struct heard *h, enum wire_line_event event);
const struct heard_event *heard_first(const struct heard *h, enum wire_line_event event);
/* Notes a packet as sent. */
void heard_expect(struct heard *h, int64_t ps, enum usb_speed speed, const uint8_t *bytes,
                  size_t len);
/* Notes an event as sent; both times in ps. */
void heard_expect_event(struct heard *h, enum wire_line_event event, double at, double duration);
/* Decodes 8N1 text on one wire (0 D+, 1 D-) out of the edges. Returns how many characters. */
size_t heard_uart(const struct heard *h, unsigned wire, double baud, char *to, size_t room);

#endif
