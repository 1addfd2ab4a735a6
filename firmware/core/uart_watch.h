/*
 * Text on a wire, told without knowing its rate: a serial console on D+ or D- gives an implant away. In: edges outside
 * packets. Out: whether there was text. Each usual rate is tried on both wires; so many printable characters in a row, each
 * with its stop bit, are no accident. Leaves alone: what the text says (the PC reads it).
 */
#ifndef CORDON_CORE_UART_WATCH_H
#define CORDON_CORE_UART_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire.h"

enum {
	UART_RATES = 9,
	UART_WIRES = 2,
	UART_TEXT = 8, /* characters in a row */
};

struct uart_try {
	uint64_t start; /* of the start bit */
	uint8_t bit;    /* 0: idle; else the next one, the start bit being 1 */
	uint8_t byte, run;
};

struct uart_watch {
	struct uart_try wire[UART_WIRES][UART_RATES];
	enum wire_lines lines;
	bool text;
};

void uart_watch_init(struct uart_watch *w);
void uart_watch_edge(struct uart_watch *w, uint64_t tick, enum wire_lines lines);

#endif
