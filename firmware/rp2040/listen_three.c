/* See listen_three.h. What was offered to the helper is kept, so that it is found once. In: the rings. Out: line_transaction. */
#include <stddef.h>

#include "rp2040/listen_three.h"
#include "rp2040/unstuff.h"
#include "core/unstuff.h"

/* A token, data and an ACK: the first of their six changes, where each begins among the words, and where they end. */
struct three {
	uint16_t event, at[4];
};

/* Those that the helper was offered, oldest first. */
static struct three seen[UNSTUFF_SLOTS];
static uint32_t seen_from, seen_to; /* since the start; both wrap */
static uint32_t ahead;              /* up to which change */

/* Whether the six changes from `event` on may be one. They do not cross the ring's end, or wait for slower steps. */
static inline bool is_three(struct three *t, uint32_t event, uint32_t event_end, uint8_t j)
{
	const uint8_t k = WIRE_SE1 - j;
	const volatile uint8_t *at = ring_lines + event;
	const volatile uint16_t *places = ring_place + event;

	if ((event_end - event) % EVENTS < 6 || event > EVENTS - 6)
		return false;
	if (at[0] != k || at[1] != j || at[2] != k || at[3] != j || at[4] != k || at[5] != j)
		return false;
	t->event = (uint16_t)event;
	t->at[0] = places[0] / 4 % WORDS;
	t->at[1] = places[2] / 4 % WORDS;
	t->at[2] = places[4] / 4 % WORDS;
	t->at[3] = places[5] / 4 % WORDS;
	return t->at[0] < t->at[1] && t->at[1] < t->at[2] && t->at[2] < t->at[3];
}

static void forget_oldest(void)
{
	seen_from++;
	unstuff_drop();
}

/* What looked like a transaction and has been read packet by packet. */
static void APART forget_read(uint32_t event)
{
	while (seen_from != seen_to) {
		uint32_t since = (event - seen[seen_from % UNSTUFF_SLOTS].event) % EVENTS;

		if (!since || since >= EVENTS / 2)
			break;
		forget_oldest();
	}
}

void three_forget(void)
{
	while (seen_from != seen_to)
		forget_oldest();
}

void APART three_look_ahead(const struct line *line, uint32_t event_end)
{
	if (line->speed != USB_SPEED_FULL)
		return;
	while (seen_from != seen_to &&
	       (event_end - seen[seen_from % UNSTUFF_SLOTS].event) % EVENTS >
	               (event_end - ring_read.event) % EVENTS)
		forget_oldest();
	if ((event_end - ahead) % EVENTS > (event_end - ring_read.event) % EVENTS)
		ahead = ring_read.event;
	while ((event_end - ahead) % EVENTS >= 6 && unstuff_has_room()) {
		struct three *t = &seen[seen_to % UNSTUFF_SLOTS];
		uint32_t count;

		if (!is_three(t, ahead, event_end, WIRE_DP)) {
			/* A packet alone, or no packet. */
			ahead = (ahead +
			         (ring_lines[ahead] == WIRE_DM &&
			                          ring_lines[(ahead + 1) % EVENTS] == WIRE_DP
			                  ? 2
			                  : 1)) %
			        EVENTS;
			continue;
		}
		count = t->at[2] - t->at[1];
		if (!unstuff_is_data(ring_words[t->at[1]])) {
			ahead = (ahead + 2) % EVENTS;
			continue;
		}
		if (count >= UNSTUFF_WORDS_LEAST && count <= UNSTUFF_WORDS_MOST) {
			unstuff_offer(t->at[1], count);
			seen_to++;
		}
		ahead = (ahead + 6) % EVENTS;
	}
}

enum three_step APART three_take(struct line *line, struct stamp *stamp, uint32_t event_end)
{
	const uint32_t event = ring_read.event;
	const volatile uint16_t *cycles_at = ring_cycles + event, *us_at = ring_microsecond + event;
	volatile uint8_t *lines_at = ring_lines + event;
	const struct three *three = &seen[seen_from % UNSTUFF_SLOTS];
	struct three found;
	uint16_t from, us;
	struct rx_three t;

	t.unstuffed = NULL;
	t.bits = 0;
	if (seen_from != seen_to && three->event != event) {
		forget_read(event);
		three = &seen[seen_from % UNSTUFF_SLOTS];
	}
	if (seen_from != seen_to && three->event == event) {
		switch (unstuff_oldest(&t.unstuffed, &t.bits)) {
		case UNSTUFF_WAITS:
			return THREE_WAITS;
		case UNSTUFF_NONE:
			t.unstuffed = NULL;
			break;
		case UNSTUFF_DONE:
			break;
		}
	} else {
		three = &found;
		if (!is_three(&found, event, event_end, line->lines))
			return THREE_NONE;
	}
	if (three->at[0] != ring_read.word)
		return THREE_NONE;
	/* One by one: a loop takes longer than what is in it. */
	t.words[0] = words_at(three->at[0]);
	t.words[1] = words_at(three->at[1]);
	t.words[2] = words_at(three->at[2]);
	t.count[0] = (unsigned)(t.words[1] - t.words[0]);
	t.count[1] = (unsigned)(t.words[2] - t.words[1]);
	t.count[2] = (unsigned)(words_at(three->at[3]) - t.words[2]);
	t.k = ring_tick(stamp, event);
	/* Cycles alone tell no more than 0.5 ms. */
	us = us_at[2];
	if ((uint16_t)(us - stamp->us) >= 512 || (uint16_t)(us_at[4] - us) >= 512)
		return THREE_NONE;
	from = cycles_at[2];
	t.after[0] = (uint16_t)(from - stamp->cycles);
	t.after[1] = t.after[0] + (uint16_t)(cycles_at[4] - from);
	if (!line_transaction(line, &t))
		return THREE_NONE;
	ring_read.word = three->at[3];
	if (three != &found)
		forget_oldest();
	lines_at[0] = lines_at[1] = lines_at[2] = USED;
	lines_at[3] = lines_at[4] = lines_at[5] = USED;
	ring_read.event = (event + 6) % EVENTS;
	return THREE_TAKEN;
}
