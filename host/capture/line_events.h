/* Packetry's codes of line events, shared by reader and writer. The table and its source: line_events.c. */
#ifndef CORDON_CAPTURE_LINE_EVENTS_H
#define CORDON_CAPTURE_LINE_EVENTS_H

#include <stdint.h>

#include "usb/record.h"

enum {
	PEN_GREAT_SCOTT_GADGETS = 62392,
	LINE_EVENT_FORMAT = 0x334300,
	LINE_EVENT_LEN = 20, /* PEN, word, interface, time */
};

/* An unknown code gives LINE_UNKNOWN. */
struct record_line line_event_of(uint8_t code);

/* 0 where Packetry has no code for it. */
uint8_t line_event_code(const struct record_line *line);

#endif
