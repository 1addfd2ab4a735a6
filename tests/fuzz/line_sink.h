/* A listener's sink that looks at every byte and keeps nothing. */
#ifndef CORDON_FUZZ_LINE_SINK_H
#define CORDON_FUZZ_LINE_SINK_H

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

static void on_speed(void *context, enum usb_speed speed)
{
	(void)context, (void)speed;
}

static const struct line_sink line_sink_deaf = {.packet = on_packet,
                                                .edge = on_edge,
                                                .event = on_event,
                                                .lost = on_lost,
                                                .repeated = on_repeated,
                                                .speed = on_speed};

#endif
