/* Nine rates on two wires; see uart_watch.h. A bit is known when the edge behind its middle comes. */
#include "core/uart_watch.h"

/* Ticks a bit; 74880 is the ESP8266's ROM. */
static const uint16_t bit_ticks[UART_RATES] = {
	WIRE_TICK_HZ / 9600,   WIRE_TICK_HZ / 19200,  WIRE_TICK_HZ / 38400,
	WIRE_TICK_HZ / 57600,  WIRE_TICK_HZ / 74880,  WIRE_TICK_HZ / 115200,
	WIRE_TICK_HZ / 230400, WIRE_TICK_HZ / 460800, WIRE_TICK_HZ / 921600,
};

enum { IDLE = 0, START = 1, STOP = 10 };

void uart_watch_init(struct uart_watch *w)
{
	*w = (struct uart_watch){.lines = WIRE_SE0};
}

static bool is_printable(uint8_t c)
{
	return (c >= ' ' && c <= '~') || c == '\r' || c == '\n' || c == '\t';
}

/* The wire was at `level` up to `tick`. */
static void bits(struct uart_try *t, uint32_t ticks, bool level, uint64_t tick)
{
	/* The middle of bit n lies at n - 1/2 of them. */
	while (t->bit && t->start + ticks * t->bit - ticks / 2 < tick) {
		if (t->bit == START ? level : t->bit == STOP && !level) {
			t->bit = IDLE;
			t->run = 0;
		} else if (t->bit == STOP) {
			t->run = is_printable(t->byte) ? t->run + 1 : 0;
			t->bit = IDLE;
			if (t->run > UART_TEXT)
				t->run = UART_TEXT;
		} else {
			t->byte = (uint8_t)(t->byte >> 1 | (level && t->bit != START ? 0x80 : 0));
			t->bit++;
		}
	}
}

void uart_watch_edge(struct uart_watch *w, uint64_t tick, enum wire_lines lines)
{
	unsigned changed = w->lines ^ lines;

	for (unsigned i = 0; i < UART_WIRES; i++) {
		bool was = w->lines >> i & 1;

		if (!(changed >> i & 1))
			continue;
		for (unsigned r = 0; r < UART_RATES; r++) {
			struct uart_try *t = &w->wire[i][r];

			bits(t, bit_ticks[r], was, tick);
			if (t->run >= UART_TEXT)
				w->text = true;
			if (!t->bit && was) {
				t->start = tick;
				t->bit = START;
				t->byte = 0;
			}
		}
	}
	w->lines = lines;
}
