/* Text from edges: each usual rate, both lines, clocks that are off, breaks, and what is no text. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "usb/uart.h"

struct heard {
	struct uart uart;
	unsigned calls;
	struct uart_text last;
	int64_t t_ns;
	enum wire_lines line;
};

static void on_text(void *context, const struct uart_text *t)
{
	struct heard *h = context;

	h->calls++;
	h->last = *t;
}

static void begin(struct heard *h, enum wire_lines line)
{
	memset(h, 0, sizeof(*h));
	uart_init(&h->uart, h, on_text);
	h->line = line;
	uart_edge(&h->uart, h->t_ns, line);
	h->t_ns += 1000000;
}

/* Ten bits as the line has them, each `bit_ns` long. */
static void frame(struct heard *h, unsigned bits, double bit_ns)
{
	double start = (double)h->t_ns;
	bool high = true;

	for (unsigned i = 0; i < 10; i++) {
		bool next = bits >> i & 1;

		if (next != high)
			uart_edge(&h->uart, (int64_t)(start + i * bit_ns),
			          next ? h->line : WIRE_SE0);
		high = next;
	}
	h->t_ns = (int64_t)(start + 10 * bit_ns);
}

static void send(struct heard *h, const char *text, double bit_ns)
{
	for (; *text; text++)
		frame(h, (unsigned)(uint8_t)*text << 1 | 1u << 9, bit_ns);
}

static void each_rate_and_line(void **state)
{
	static const unsigned rates[] = {9600,   19200,  38400,  57600, 74880,
	                                 115200, 230400, 460800, 921600};
	static const char text[] = "\r\n ets Jan  8 2013,rst cause:1";

	(void)state;
	for (unsigned i = 0; i < 9; i++)
		for (int line = WIRE_DP; line <= WIRE_DM; line++)
			for (int off = -2; off <= 2; off++) {
				struct heard h;

				begin(&h, (enum wire_lines)line);
				send(&h, text, 1e9 / rates[i] * (1 + off / 100.0));
				uart_quiet(&h.uart, h.t_ns + 1000000);
				assert_int_equal(h.calls, sizeof(text) - 1 - 7);
				assert_int_equal(h.last.baud, rates[i]);
				assert_int_equal(h.last.line, line);
				assert_int_equal(h.last.run, sizeof(text) - 1);
				assert_int_equal(h.last.len, sizeof(text) - 1);
				assert_memory_equal(h.last.text, text, sizeof(text) - 1);
			}
}

static void seven_are_not_enough(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, WIRE_DM);
	send(&h, "sevenxx", 1e9 / 74880);
	uart_quiet(&h.uart, h.t_ns + 1000000);
	assert_int_equal(h.calls, 0);
	send(&h, "!", 1e9 / 74880);
	uart_quiet(&h.uart, h.t_ns + 1000000);
	assert_int_equal(h.calls, 1);
}

static void runs_are_broken(void **state)
{
	const double bit = 1e9 / 115200;
	struct heard h;

	(void)state;
	/* by a byte that is no text */
	begin(&h, WIRE_DP);
	send(&h, "abcdef\x01hijklm", bit);
	uart_quiet(&h.uart, h.t_ns + 1000000);
	assert_int_equal(h.calls, 0);
	/* by a frame without a stop bit */
	begin(&h, WIRE_DP);
	send(&h, "abcdef", bit);
	frame(&h, 'g' << 1, bit);
	uart_edge(&h.uart, h.t_ns, WIRE_DP);
	h.t_ns += 100000;
	send(&h, "hijklm", bit);
	uart_quiet(&h.uart, h.t_ns + 1000000);
	assert_int_equal(h.calls, 0);
	/* by a span that nobody saw */
	begin(&h, WIRE_DP);
	send(&h, "abcdef", bit);
	uart_break(&h.uart);
	uart_edge(&h.uart, h.t_ns, WIRE_DP);
	h.t_ns += 1000000;
	send(&h, "ghijklm", bit);
	uart_quiet(&h.uart, h.t_ns + 1000000);
	assert_int_equal(h.calls, 0);
	/* by more than a second */
	begin(&h, WIRE_DP);
	send(&h, "abcdef", bit);
	h.t_ns += 1100000000;
	send(&h, "ghijklm", bit);
	uart_quiet(&h.uart, h.t_ns + 1000000);
	assert_int_equal(h.calls, 0);
}

/* Long texts keep their end. */
static void the_end_is_kept(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, WIRE_DM);
	for (unsigned i = 0; i < 30; i++)
		send(&h, "0123456789", 1e9 / 9600);
	send(&h, "end", 1e9 / 9600);
	uart_quiet(&h.uart, h.t_ns + 1000000);
	assert_int_equal(h.last.run, 303);
	assert_int_equal(h.last.len, UART_TEXT_MAX);
	assert_memory_equal(h.last.text + UART_TEXT_MAX - 4, "9end", 4);
}

/* Keep-alives, resets, chirps and noise of any timing: edges, but no text. */
static void edges_that_are_no_text(void **state)
{
	uint64_t seed = 1;
	unsigned calls = 0;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		struct heard h;

		begin(&h, WIRE_DM);
		for (unsigned i = 0; i < 5000; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			h.t_ns += (int64_t)(100 + (seed >> 33) % (500u << round % 10));
			uart_edge(&h.uart, h.t_ns, (enum wire_lines)(seed >> 62));
		}
		calls += h.calls;
	}
	assert_int_equal(calls, 0);
	struct heard h;

	begin(&h, WIRE_DM);
	for (unsigned i = 0; i < 100000; i++) {
		uart_edge(&h.uart, h.t_ns, WIRE_SE0);
		uart_edge(&h.uart, h.t_ns + 1333, WIRE_DM);
		h.t_ns += 1000000;
	}
	assert_int_equal(h.calls, 0);
}

/* Bits that read as text in their middles, but whose borders stand where no clock puts them. */
static void edges_off_the_grid(void **state)
{
	const double bit = 1e9 / 9600;
	struct heard h;

	(void)state;
	begin(&h, WIRE_DM);
	for (unsigned i = 0; i < 30; i++) {
		/* 'p': 0 0000111 0 1 */
		uart_edge(&h.uart, h.t_ns, WIRE_SE0);
		uart_edge(&h.uart, h.t_ns + (int64_t)(5.35 * bit), WIRE_DM);
		uart_edge(&h.uart, h.t_ns + (int64_t)(8 * bit), WIRE_SE0);
		uart_edge(&h.uart, h.t_ns + (int64_t)(9 * bit), WIRE_DM);
		h.t_ns += (int64_t)(10 * bit);
	}
	assert_int_equal(h.calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rate_and_line),     cmocka_unit_test(seven_are_not_enough),
		cmocka_unit_test(runs_are_broken),        cmocka_unit_test(the_end_is_kept),
		cmocka_unit_test(edges_that_are_no_text), cmocka_unit_test(edges_off_the_grid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
