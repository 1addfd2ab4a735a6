/*
 * Serial text on a data line, read from its edges: 8N1 at the usual rates, all tried at once. Idle is high, which on a USB
 * line is a microcontroller's transmitter at rest. In: edges in time order. Out: runs of printable characters.
 * Bounded: nothing is kept but the last characters of each run. Leaves alone: what text means.
 */
#ifndef CORDON_USB_UART_H
#define CORDON_USB_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire.h"

enum {
	UART_RATES = 9,
	UART_TEXT_MAX = 64, /* the last characters of a run */
	UART_RUN_MIN = 8, /* valid frames in a row, all printable, before anything counts as text */
};

/* A run so far. */
struct uart_text {
	enum wire_lines line; /* WIRE_DP or WIRE_DM */
	uint32_t baud;
	uint32_t run; /* characters, also those that are not kept */
	int64_t first_ns, last_ns;
	uint8_t len;
	char text[UART_TEXT_MAX];
};

struct uart_rate {
	bool in_frame, bad;
	uint8_t sampled; /* bits of the frame, start bit first */
	uint16_t bits;
	int64_t start_ns;
	struct uart_text text;
};

struct uart_line {
	bool known, high;
	int64_t since_ns; /* of this level */
	struct uart_rate rate[UART_RATES];
};

struct uart {
	struct uart_line line[2];
	void *context;
	/* After each character of a run of UART_RUN_MIN or more; borrowed. */
	void (*text)(void *context, const struct uart_text *t);
};

void uart_init(struct uart *u, void *context,
               void (*text)(void *context, const struct uart_text *t));

/* The lines from `t_ns` on. */
void uart_edge(struct uart *u, int64_t t_ns, enum wire_lines lines);

/* Nothing changed until `t_ns`: the last frame may be complete. */
void uart_quiet(struct uart *u, int64_t t_ns);

/* What the lines did here is not known: frames and runs end. */
void uart_break(struct uart *u);

/* Printable ASCII, tab, carriage return and line feed. */
bool uart_printable(uint8_t c);

#endif
