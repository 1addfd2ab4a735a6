/*
 * Serial text from edges. A frame is ten bits: low, eight bits lowest first, high. A bit is what the line is in its middle;
 * an edge far from a bit's border tells of another rate, or of no text at all.
 */
#include "usb/uart.h"

#include <string.h>

static const uint32_t rates[UART_RATES] = {9600,   19200,  38400,  57600, 74880,
                                           115200, 230400, 460800, 921600};

enum {
	FRAME_BITS = 10,
	PAUSE_MAX_S = 1, /* between characters of one run */
};

#define SECOND_NS INT64_C(1000000000)

void uart_init(struct uart *u, void *context,
               void (*text)(void *context, const struct uart_text *t))
{
	*u = (struct uart){.context = context, .text = text};
	for (unsigned l = 0; l < 2; l++)
		for (unsigned i = 0; i < UART_RATES; i++) {
			u->line[l].rate[i].text.line = l ? WIRE_DM : WIRE_DP;
			u->line[l].rate[i].text.baud = rates[i];
		}
}

bool uart_printable(uint8_t c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
}

static void run_end(struct uart_rate *r)
{
	r->text.run = 0;
	r->text.len = 0;
}

static void character(struct uart *u, struct uart_rate *r, uint8_t c)
{
	struct uart_text *t = &r->text;

	if (t->run && r->start_ns - t->last_ns > PAUSE_MAX_S * SECOND_NS)
		run_end(r);
	if (!uart_printable(c)) {
		run_end(r);
		return;
	}
	if (!t->run)
		t->first_ns = r->start_ns;
	if (t->run < UINT32_MAX)
		t->run++;
	/* Not the edge that showed it: that may come much later. */
	t->last_ns = r->start_ns + FRAME_BITS * SECOND_NS / t->baud;
	if (t->len == UART_TEXT_MAX)
		memmove(t->text, t->text + 1, --t->len);
	t->text[t->len++] = (char)c;
	if (t->run >= UART_RUN_MIN)
		u->text(u->context, t);
}

/* In hundredths of a bit, so that half ones are whole. Frames are short: what is longer is over. */
static int64_t hundredths(const struct uart_rate *r, int64_t t_ns)
{
	int64_t since = t_ns - r->start_ns;

	if (since > SECOND_NS)
		since = SECOND_NS;
	return since < 0 ? 0 : since * r->text.baud / (SECOND_NS / 100);
}

/* The line had this level up to `t_ns`: samples that fall before it. */
static void sample(struct uart *u, struct uart_rate *r, bool high, int64_t t_ns)
{
	int64_t at = hundredths(r, t_ns);

	while (r->in_frame && r->sampled * 100 + 50 < at) {
		r->bits |= (uint16_t)(high << r->sampled);
		if (++r->sampled < FRAME_BITS)
			continue;
		r->in_frame = false;
		if (r->bad || r->bits & 1 || !(r->bits >> (FRAME_BITS - 1) & 1))
			run_end(r);
		else
			character(u, r, (uint8_t)(r->bits >> 1));
	}
}

static void rate_edge(struct uart *u, const struct uart_line *l, struct uart_rate *r, bool high,
                      int64_t t_ns)
{
	sample(u, r, l->high, t_ns);
	if (r->in_frame) {
		int64_t off = hundredths(r, t_ns) % 100;

		r->bad |= off > 25 && off < 75;
		return;
	}
	/* Before a start bit stands a stop bit, or rest. */
	if (high || (t_ns - l->since_ns) * r->text.baud < SECOND_NS / 2)
		return;
	r->in_frame = true;
	r->bad = false;
	r->sampled = 0;
	r->bits = 0;
	r->start_ns = t_ns;
}

void uart_edge(struct uart *u, int64_t t_ns, enum wire_lines lines)
{
	for (unsigned i = 0; i < 2; i++) {
		struct uart_line *l = &u->line[i];
		bool high = lines >> i & 1;

		if (l->known && l->high == high)
			continue;
		if (l->known && t_ns - l->since_ns > SECOND_NS)
			l->since_ns = t_ns - SECOND_NS;
		for (unsigned k = 0; l->known && k < UART_RATES; k++)
			rate_edge(u, l, &l->rate[k], high, t_ns);
		l->known = true;
		l->high = high;
		l->since_ns = t_ns;
	}
}

void uart_quiet(struct uart *u, int64_t t_ns)
{
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; u->line[i].known && k < UART_RATES; k++)
			sample(u, &u->line[i].rate[k], u->line[i].high, t_ns);
}

void uart_break(struct uart *u)
{
	for (unsigned i = 0; i < 2; i++) {
		u->line[i].known = false;
		for (unsigned k = 0; k < UART_RATES; k++) {
			u->line[i].rate[k].in_frame = false;
			run_end(&u->line[i].rate[k]);
		}
	}
}
