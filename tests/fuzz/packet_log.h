/* A listener's sink that sums up all it is told, in order, so that two listeners can be compared. */
#ifndef CORDON_FUZZ_PACKET_LOG_H
#define CORDON_FUZZ_PACKET_LOG_H

#include "core/line.h"

struct packet_log {
	struct line_sink sink;
	uint64_t sum;
	uint32_t told, counters;
};

static inline void log_value(struct packet_log *l, uint64_t v)
{
	l->sum = (l->sum ^ v) * UINT64_C(0x100000001b3);
	l->sum ^= l->sum >> 29;
}

static void log_packet(void *context, const struct rx_packet *p)
{
	struct packet_log *l = context;

	l->told++;
	log_value(l, p->start);
	log_value(l, (uint64_t)p->speed << 48 | (uint64_t)p->flags << 32 | p->len_true);
	for (unsigned i = 0; i < p->len && i < PACKET_RX_MAX; i++)
		log_value(l, p->bytes[i]);
#ifdef CORDON_PLANTED_BUG
	if (p->len == 11 && !p->flags)
		log_value(l, (uintptr_t)l);
#endif
}

static void log_transaction(void *context, const struct rx_packet *const packet[3])
{
	for (unsigned i = 0; i < 3; i++)
		log_packet(context, packet[i]);
}

static void log_edge(void *context, uint64_t tick, enum wire_lines lines)
{
	log_value(context, tick << 2 | (uint64_t)lines);
}

static void log_event(void *context, enum wire_line_event event, uint64_t tick, uint64_t duration)
{
	log_value(context, tick << 8 | (uint64_t)event);
	log_value(context, duration);
}

static void log_speed(void *context, enum usb_speed speed)
{
	log_value(context, (uint64_t)speed);
}

static inline void packet_log_init(struct packet_log *l)
{
	*l = (struct packet_log){.sum = 1};
	l->sink = (struct line_sink){.context = l,
	                             .packet = log_packet,
	                             .transaction = log_transaction,
	                             .edge = log_edge,
	                             .event = log_event,
	                             .speed = log_speed};
}

static inline bool packet_log_same(const struct packet_log *a, const struct packet_log *b)
{
	return a->sum == b->sum && a->told == b->told && a->counters == b->counters;
}

#endif
