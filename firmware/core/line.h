/*
 * The listener: what the watcher and the sampler saw, to packets, edges and the events of the bus.
 * In: changes of the lines with their ticks, and between them the sampler's words, in the order in which they happened;
 * the time, now and then. Out: through the sink, in order of time but for events that take time to be sure of (a reset
 * is reported when it has lasted, with the tick of its start). Leaves alone: where both come from (rp2040/listen.c), folding
 * (core/fold.h). USB 2.0 §7.1.7.
 */
#ifndef CORDON_CORE_LINE_H
#define CORDON_CORE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/packet_rx.h"
#include "core/wire.h"

struct line_sink {
	void *context;
	void (*packet)(void *context, const struct rx_packet *packet);
	/* A token, good data and an ACK, all at once: what `packet` would do with the three. */
	void (*transaction)(void *context, const struct rx_packet *const packet[3]);
	/* A change of the lines outside packets. */
	void (*edge)(void *context, uint64_t tick, enum wire_lines lines);
	/* `tick` is when it began, `duration` how long it has lasted, 0 where that is not known yet. */
	void (*event)(void *context, enum wire_line_event event, uint64_t tick, uint64_t duration);
	/* Nothing is known of what happened between these ticks. */
	void (*lost)(void *context, uint64_t from, uint64_t to);
	/* The last IN and its NAK came `count` times more, the last one's poll at `tick`. */
	void (*repeated)(void *context, uint32_t count, uint64_t tick);
	/* The sampler and the watcher must be set to this speed; unknown: sampler off, all changes watched. */
	void (*speed)(void *context, enum usb_speed speed);
};

/*
 * What each packet needs comes first, here and in what is within: the core reaches 31 bytes, 31 half-words and 31 words from where a
 * structure begins, and takes twice as long for what lies beyond. Whole tables and buffers come last.
 */
struct line {
	enum usb_speed speed;
	enum wire_lines lines;
	bool gated;       /* between the K of `k_tick` and the next change */
	bool in_eop;      /* in the SE0 behind a packet that the watcher followed */
	bool seen_packet; /* in this gate */
	bool suspended, attached, resetting, blind;
	bool held;   /* an edge to SE0 that may yet be part of a keep-alive */
	bool anew;   /* watcher and sampler have begun anew, and nothing was told since */
	bool hidden; /* something that was no packet since `hidden_since`, and not told yet */
	uint16_t
		history; /* PIDs of the last four packets, the last one lowest; a bad one clears it */
	const struct line_sink *sink;
	uint32_t packets, bad_packets, stray_words;
	uint64_t last_packet; /* its start; 0: none since the attach */
	uint64_t k_tick;      /* of the K that may have begun a packet */
	uint64_t since;       /* of `lines` */
	uint64_t heard;       /* up to when all is known */
	uint64_t keepalive;   /* tick of the last one */
	uint64_t se0_since;   /* J before it: what a reset, a detach or a keep-alive begins with */
	uint64_t hidden_since;
	struct rx_sink rx_sink;
	struct rx rx;
};

void line_init(struct line *l, const struct line_sink *sink);

/* The lines have changed to `lines`. */
void line_change(struct line *l, uint64_t tick, enum wire_lines lines);

/* Words of the sampler, which came after the last change and before the next. */
void line_words(struct line *l, const uint32_t *words, unsigned count);

/*
 * A packet of which all is there: its K and its words. False where it takes the steps above; nothing was taken then. The J behind it
 * need not be told, if those of packets that follow at once are neither; but the last one must be, by line_idle, before anything else.
 */
bool line_packet(struct line *l, uint64_t k, const uint32_t *words, unsigned count);
void line_idle(struct line *l, uint64_t j);

/*
 * Three packets of which all is there, where the last three, but for a SOF, were a token, data and an ACK. False where these are
 * others, or damaged: nothing was taken then.
 */
bool line_transaction(struct line *l, const struct rx_three *t);

static inline bool line_may_transact(const struct line *l)
{
	unsigned last = (l->history & 0xf) == USB_PID_SOF ? l->history >> 4 : l->history;
	unsigned first = last >> 8 & 0xf, second = last >> 4 & 0xf;

	return (last & 0xf) == USB_PID_ACK &&
	       (second == USB_PID_DATA0 || second == USB_PID_DATA1) &&
	       (first == USB_PID_IN || first == USB_PID_OUT);
}

/* Whether the last two packets were an IN and its NAK: those that are the same to the bit may be counted by their words. */
bool line_may_repeat(const struct line *l);

/* So many more of them came; the last one's IN at `last`, its end at `end`. */
void line_repeated(struct line *l, uint32_t count, uint64_t last, uint64_t end);

/*
 * Changes and words up to `now` are missing, and some up to `until`, when sampler and watcher have begun anew: they tell the state of
 * the lines again.
 */
void line_lost(struct line *l, uint64_t now, uint64_t until);

/* It is `now`, and all that happened before has been handed over. */
void line_time(struct line *l, uint64_t now);

#endif
