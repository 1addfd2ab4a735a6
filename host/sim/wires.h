/*
 * What stands on the data lines: the simulated bus's records as levels. The stream that comes out has only this:
 *   RECORD_PACKET  every packet, SOFs and NAKed polls too; the lines are at J before and after it
 *   RECORD_LINE    LINE_KEEPALIVE, the low-speed end of packet each frame
 *   RECORD_EDGES   every other change of the lines; the last ones of a record may lie ahead of the next record's
 *                  beginning, never behind it
 * and what is no matter of the lines (RECORD_SETTING, RECORD_ALERT), as it came. Whoever makes a waveform or a tap's record starts here.
 */
#ifndef CORDON_SIM_WIRES_H
#define CORDON_SIM_WIRES_H

#include "usb/record.h"

struct wires {
	struct record_sink sink;
	enum wire_lines lines; /* as they are after the last record */
};

void wires_init(struct wires *w, const struct record_sink *sink);

/* A record_sink's function for the bus; `context` is the struct wires. */
void wires_record(void *context, const struct record *r);

/* The lines change to `lines` at `t_ns`; nothing where they are so already. */
void wires_set(struct wires *w, int64_t t_ns, enum wire_lines lines);

/* 8N1: start bit, eight bits from the lowest, stop bit. The other line stays low. Ends high; returns when. */
int64_t wires_uart(struct wires *w, int64_t t_ns, bool dp, unsigned baud, const char *text);

static inline enum wire_lines wires_j(enum usb_speed speed)
{
	return speed == USB_SPEED_LOW ? WIRE_DM : WIRE_DP;
}

static inline enum wire_lines wires_k(enum usb_speed speed)
{
	return speed == USB_SPEED_LOW ? WIRE_DP : WIRE_DM;
}

#endif
