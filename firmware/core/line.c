/*
 * The state of the bus. In: changes and words (see core/line.h). Out: packets, edges, events. Leaves alone: the bits of
 * packets (packet_rx.c). Each time below is from USB 2.0, §7.1.7.1 to §7.1.7.7, unless it says why not.
 */
#include "core/line.h"

#define US(n) ((uint64_t)(n) * (WIRE_TICK_HZ / 1000000))
#define MS(n) US((n)*1000)

/* UART text makes SE0 of up to some hundred microseconds, a host's reset at least 10 ms; halfway is sure of neither. */
static const uint64_t RESET_AFTER = MS(5) / 2;
/* A reset ends within 60 ms with every host known; a device that shows no J after 100 is gone, or speaks high speed. */
static const uint64_t GONE_AFTER = MS(100);
static const uint64_t ATTACH_AFTER = MS(2);
static const uint64_t SUSPEND_AFTER = MS(3);
/* The low-speed EOP: 1.25 to 1.50 us at its source, table 7-10, and what a cable and two looks make of it. */
static const uint64_t KEEPALIVE_MIN = US(1) + 20, KEEPALIVE_MAX = US(1) + 72;
static const uint64_t KEEPALIVE_EACH = US(900);
/* The longest a good packet can hold its line: 1026 bytes at full speed, or 11 bytes at low speed, with stuffing. */
static const uint64_t LONGEST_PACKET = MS(1);

static enum wire_lines idle_of(enum usb_speed speed)
{
	return speed == USB_SPEED_LOW ? WIRE_DM : WIRE_DP;
}

static bool is_idle(const struct line *l)
{
	return l->speed != USB_SPEED_UNKNOWN && l->lines == idle_of(l->speed);
}

static bool is_k(const struct line *l, enum wire_lines lines)
{
	return l->speed != USB_SPEED_UNKNOWN && (lines == WIRE_DP || lines == WIRE_DM) &&
	       lines != idle_of(l->speed);
}

static void event(struct line *l, enum wire_line_event what, uint64_t tick, uint64_t duration)
{
	l->sink->event(l->sink->context, what, tick, duration);
}

static void on_packet(void *context, const struct rx_packet *p)
{
	struct line *l = context;

	/* Neither a sync nor a PID: whatever it was, it is told as a gate. */
	if ((p->flags & WIRE_BAD_SYNC) && (!p->len || (p->flags & WIRE_BAD_PID))) {
		l->hidden = true;
		l->hidden_since = p->start;
		return;
	}
	if (l->suspended) {
		l->suspended = false;
		event(l, WIRE_RESUME, p->start, 0);
	}
	l->history = p->flags || p->speed != l->speed
	                     ? 0
	                     : (uint16_t)(l->history << 4 | (p->bytes[0] & 0xf));
	l->seen_packet = true;
	l->packets++;
	if (p->flags)
		l->bad_packets++;
	l->last_packet = p->start;
	l->sink->packet(l->sink->context, p);
}

void line_init(struct line *l, const struct line_sink *sink)
{
	*l = (struct line){.sink = sink, .speed = USB_SPEED_UNKNOWN};
	l->rx_sink = (struct rx_sink){.context = l, .packet = on_packet};
	rx_init(&l->rx, &l->rx_sink);
}

static void set_speed(struct line *l, enum usb_speed speed, uint64_t tick)
{
	l->speed = speed;
	l->gated = false;
	l->sink->speed(l->sink->context, speed);
	event(l, WIRE_SPEED, tick, 0);
}

/* SE0 has ended: what was it? */
static void se0_ends(struct line *l, uint64_t tick)
{
	uint64_t length = tick - l->se0_since;

	if (l->resetting) {
		l->resetting = false;
		event(l, WIRE_RESET_END, tick, length);
	}
	if (l->blind && (l->lines == WIRE_DP || l->lines == WIRE_DM)) {
		l->blind = false;
		event(l, WIRE_SIGHTED, tick, length);
	}
}

/* The watcher begins as if it had seen SE0: what else there is it tells at once. */
static void begin_anew(struct line *l, uint64_t now)
{
	l->lines = WIRE_SE0;
	l->since = l->se0_since = now;
	l->held = l->anew = true;
}

static bool is_keepalive(const struct line *l, uint64_t tick, enum wire_lines lines)
{
	uint64_t length = tick - l->since;

	return l->speed == USB_SPEED_LOW && l->lines == WIRE_SE0 && lines == WIRE_DM &&
	       length >= KEEPALIVE_MIN && length <= KEEPALIVE_MAX &&
	       (!l->keepalive || l->since - l->keepalive >= KEEPALIVE_EACH);
}

static void edge(struct line *l, uint64_t tick, enum wire_lines lines)
{
	l->sink->edge(l->sink->context, tick, lines);
}

/* SE0 is held back until it is known to be neither a keep-alive nor the crossing of the lines before a packet. */
static void release_held(struct line *l)
{
	if (l->held)
		edge(l, l->since, WIRE_SE0);
	l->held = l->anew = false;
}

/* What held the lines since a K was no packet. */
static void gate_ends(struct line *l, uint64_t tick)
{
	uint64_t from = l->hidden ? l->hidden_since : l->k_tick, length = tick - from;

	l->hidden = l->seen_packet = false;
	if (l->suspended && length > US(2)) {
		l->suspended = false;
		event(l, WIRE_RESUME, from, length);
	} else {
		edge(l, from, WIRE_SE1 - idle_of(l->speed));
		event(l, WIRE_GATE, from, length);
	}
}

/* What might have become a low-speed packet did not. Changes were not told meanwhile: the last one is now. */
static void slow_ends(struct line *l)
{
	if (!l->hidden)
		return;
	gate_ends(l, l->since);
	edge(l, l->since, l->lines);
}

static void leave_gate(struct line *l, uint64_t tick)
{
	l->gated = false;
	/* Still open is a packet without an end, or a low-speed one in a long J: the next K tells. */
	if (rx_open(&l->rx) && l->rx.phase != RX_SLOW)
		rx_close(&l->rx);
	if (!rx_open(&l->rx) && (l->hidden || !l->seen_packet))
		gate_ends(l, tick);
}

/* A K, or the J of the other speed? No packet begins out of a long SE0, but where that is only what is known. */
static bool begins_packet(const struct line *l, uint64_t tick, enum wire_lines lines,
                          bool was_gated)
{
	return is_k(l, lines) &&
	       (was_gated || l->anew || l->lines != WIRE_SE0 || tick - l->since <= US(2));
}

static void settle(struct line *l, uint64_t tick, enum wire_lines lines, bool quiet)
{
	l->lines = lines;
	l->since = tick;
	if (lines == WIRE_SE0) {
		l->se0_since = tick;
		l->held = !quiet;
		return;
	}
	if ((lines == WIRE_DP || lines == WIRE_DM) && lines != idle_of(l->speed))
		set_speed(l, lines == WIRE_DP ? USB_SPEED_FULL : USB_SPEED_LOW, tick);
	else if (l->speed == USB_SPEED_UNKNOWN && lines == WIRE_DP)
		set_speed(l, USB_SPEED_FULL, tick);
	if (!quiet) {
		l->history = 0;
		edge(l, tick, lines);
	}
}

void line_change(struct line *l, uint64_t tick, enum wire_lines lines)
{
	bool was_gated = l->gated, quiet = false;

	l->heard = tick;
	if (l->anew)
		l->held = false;
	if (was_gated)
		leave_gate(l, tick);
	else if (lines == l->lines)
		return;
	if (begins_packet(l, tick, lines, was_gated)) {
		l->held = false;
		rx_begin(&l->rx, tick, l->speed);
		slow_ends(l);
		l->lines = lines;
		l->since = l->k_tick = tick;
		l->gated = true;
		l->seen_packet = l->anew = false;
		return;
	}
	if (rx_open(&l->rx)) {
		/* A low-speed packet on a full-speed bus, in a long J or at its end. */
		quiet = true;
		if (lines == WIRE_SE0) {
			rx_end(&l->rx, tick);
			quiet = l->seen_packet = l->in_eop = !l->hidden;
			slow_ends(l);
		}
	} else if (was_gated || l->in_eop) {
		/* The J behind a packet is the end of its EOP. */
		quiet = l->seen_packet && lines == idle_of(l->speed);
		l->in_eop = false;
	} else if (is_keepalive(l, tick, lines)) {
		event(l, WIRE_KEEPALIVE, l->since, tick - l->since);
		l->keepalive = l->since;
		l->held = false;
		quiet = true;
	}
	release_held(l);
	if (l->lines == WIRE_SE0 && !was_gated) {
		l->lines = lines;
		se0_ends(l, tick);
	}
	l->anew = false;
	settle(l, tick, lines, quiet);
}

void line_words(struct line *l, const uint32_t *words, unsigned count)
{
	while (count) {
		unsigned n = rx_words(&l->rx, words, count);

		/* Empty words come of SE0 without a packet; a low-speed packet may be open behind its last word. */
		if (!n) {
			l->stray_words += *words != 0;
			n = 1;
		}
		words += n;
		count -= n;
	}
}

bool line_packet(struct line *l, uint64_t k, const uint32_t *words, unsigned count)
{
	if (l->gated || rx_open(&l->rx) || l->in_eop || !is_idle(l))
		return false;
	l->seen_packet = false;
	l->k_tick = k;
	rx_at(&l->rx, k, l->speed);
	if (count - 2 < 2 && rx_again(&l->rx, words, count))
		return true;
	return rx_whole(&l->rx, words, count);
}

bool line_transaction(struct line *l, const struct rx_three *t)
{
	const struct rx_packet *packet[3];

	/* Each is one step less where not all branch. */
	if ((l->gated | l->suspended | rx_open(&l->rx) | l->in_eop) || !is_idle(l))
		return false;
	l->rx.speed = l->speed;
	if (!rx_transaction(&l->rx, t, packet))
		return false;
	l->seen_packet = true;
	l->packets += 3;
	l->last_packet = l->k_tick = packet[2]->start;
	l->history = (uint16_t)((packet[0]->bytes[0] & 0xf) << 8 |
	                        (packet[1]->bytes[0] & 0xf) << 4 | USB_PID_ACK);
	l->sink->transaction(l->sink->context, packet);
	return true;
}

void line_idle(struct line *l, uint64_t j)
{
	l->since = l->heard = j;
}

bool line_may_repeat(const struct line *l)
{
	return (l->history & 0xff) == (USB_PID_IN << 4 | USB_PID_NAK);
}

void line_repeated(struct line *l, uint32_t count, uint64_t last, uint64_t end)
{
	l->packets += 2 * count;
	l->since = l->heard = end;
	l->last_packet = last;
	l->sink->repeated(l->sink->context, count, last);
}

void line_lost(struct line *l, uint64_t now, uint64_t until)
{
	rx_close(&l->rx);
	slow_ends(l);
	l->gated = false;
	l->in_eop = false;
	l->sink->lost(l->sink->context, l->heard, until);
	begin_anew(l, now);
}

static void time_in_se0(struct line *l, uint64_t now)
{
	uint64_t length = now - l->se0_since;

	if (l->attached && !l->resetting && length >= RESET_AFTER && length < GONE_AFTER) {
		l->resetting = true;
		event(l, WIRE_RESET, l->se0_since, 0);
	}
	if (l->attached && length >= GONE_AFTER) {
		/* Attached, reset, and then not one packet: it has gone to high speed, whose chirps are too small to see here. */
		l->blind = !l->last_packet;
		l->attached = false;
		l->resetting = false;
		l->suspended = false;
		event(l, l->blind ? WIRE_BLIND : WIRE_DETACH, l->se0_since, 0);
	}
}

void line_time(struct line *l, uint64_t now)
{
	uint64_t length = now - l->since;

	if (now < l->since)
		return;
	l->heard = now;
	if (l->gated) {
		if (length <= LONGEST_PACKET)
			return;
		if (!rx_open(&l->rx)) {
			/* The end was seen, the J behind it was not: it must be SE0 since then. */
			uint64_t end = rx_until(&l->rx);

			if (now < end + US(100))
				return;
			if (l->hidden || !l->seen_packet) {
				gate_ends(l, end);
				edge(l, end, WIRE_SE0);
			}
			l->gated = false;
			l->lines = WIRE_SE0;
			l->since = l->se0_since = end;
		} else if (l->rx.phase == RX_FIRST) {
			/* A glitch that the watcher saw and the sampler did not: free the one, it waits for the other. */
			l->gated = false;
			rx_close(&l->rx);
			gate_ends(l, now);
			begin_anew(l, now);
			l->sink->speed(l->sink->context, l->speed);
		}
		return;
	}
	if (rx_open(&l->rx) && length > US(100)) {
		rx_close(&l->rx);
		slow_ends(l);
	}
	if (l->lines == WIRE_SE0) {
		if (length > (l->anew ? US(100) : US(2)))
			release_held(l);
		time_in_se0(l, now);
	} else if (is_idle(l)) {
		if (!l->attached && length >= ATTACH_AFTER) {
			l->attached = true;
			l->last_packet = 0;
			event(l, WIRE_ATTACH, l->since, 0);
		}
		if (l->attached && !l->suspended && length >= SUSPEND_AFTER) {
			l->suspended = true;
			event(l, WIRE_SUSPEND, l->since, 0);
		}
	}
}
