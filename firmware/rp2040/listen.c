/*
 * Two state machines and seven DMA channels listen without the CPU.
 * The sampler's words go round a ring of 32 KiB (channel 0; channel 1 gives it a new count before the old one is used up, which
 * would happen after 24 minutes of traffic). Each push of the watcher sets off a chain: the cycle counter, the push itself,
 * the microsecond, and where the sampler's channel writes, each into a ring of its own, so that a change carries its stamp and
 * its place among the words however late the CPU comes. RP2040 datasheet §2.5, §3.
 */
#include "rp2040/listen.h"
#include "rp2040/listen_end.h"
#include "rp2040/clock64.h"
#include "rp2040/clocks.h"
#include "rp2040/dma.h"
#include "rp2040/regs.h"
#include "rp2040/startup.h"
#include "rp2040/unstuff.h"
#include "core/listen_pio.h"
#include "core/unstuff.h"
#include "board.h"

enum {
	WORDS = BOARD_LINE_RING_BYTES / 4,
	EVENTS = BOARD_EVENT_RING,
	CH_WORDS = 0,
	CH_RELOAD = 1,
	CH_CYCLES = 2,
	CH_LINES = 3,
	CH_MICROSECOND = 4,
	CH_PLACE = 5,
	USED = 0xff, /* in the ring of lines: read, or never written */
	WORDS_A_TURN = 128,
	CHAIN_US = 2, /* at most, from a change to its entry */
	/* Longer than a full bus needs for a transaction of 64 bytes, and the helper for its data; less than the loop sleeps. */
	PATIENCE_US = 200,
	LOOK_US = 60000, /* of what 16 bits of microseconds tell */
	TICKS_PER_US = WIRE_TICK_HZ / 1000000,
	/* More than comes while one turn is decoded: what is overwritten meanwhile would be taken for what was there. */
	GUARD_WORDS = WORDS / 8,
	GUARD_EVENTS = EVENTS / 8,
	TURN_US = 1000, /* those fill up in 1.3 ms at the least */
	AFTER_PACKET = 2, /* changes that may be told before its end is looked at */
	DREQ_PIO0_RX0 = 4,
	SM_FIFO_JOIN_RX = 1u << 31,
	SM_AUTOPUSH = 1u << 16,
	SM_IN_RIGHT = 1u << 18,
	SM_OUT_RIGHT = 1u << 19,
};

static volatile uint32_t words[WORDS]
	__attribute__((section(".ring.line"), aligned(BOARD_LINE_RING_BYTES)));
static volatile uint16_t cycles[EVENTS] __attribute__((section(".ring.half"), aligned(2 * EVENTS)));
static volatile uint16_t microsecond[EVENTS]
	__attribute__((section(".ring.half"), aligned(2 * EVENTS)));
static volatile uint16_t place[EVENTS] __attribute__((section(".ring.half"), aligned(2 * EVENTS)));
static volatile uint8_t lines[EVENTS] __attribute__((section(".ring.byte"), aligned(EVENTS)));

/* Whole rings, so that the write address comes back to where it was; a million of them. */
static const uint32_t reload = 0x40000000;

static uint32_t word_read, event_read; /* ring indices */
static uint32_t words_done;            /* the sampler's count when word_read was where it is */

struct listen_lost listen_lost;

/*
 * Up to when all is read: the next change comes within 65 ms behind it, for the loop looks more often than that. How late a change
 * is read does not matter: noise can take longer than that to decode.
 */
static struct clock64_base read_until;
static uint32_t looked_us;

/* What is put into others there loses the registers that it needs. */
#define APART __attribute__((noinline))

static void rings_start(void)
{
	_Static_assert(BOARD_LINE_RING_BYTES == 1 << 15 && EVENTS == 1 << 13,
	               "sizes of the rings below");

	dma_channel(CH_WORDS, &PIO0->rxf[LISTEN_SAMPLER], words, reload,
	            DMA_WORD | DMA_INCR_WRITE | DMA_RING_OF(15) |
	                    DMA_DREQ(DREQ_PIO0_RX0 + LISTEN_SAMPLER) | DMA_CHAIN(CH_RELOAD) |
	                    DMA_HIGH_PRIORITY);
	dma_channel(CH_RELOAD, &reload, &DMA->channel[CH_WORDS].al1_trans_count_trig, 1,
	            DMA_WORD | DMA_DREQ(DMA_DREQ_ALWAYS) | DMA_CHAIN(CH_RELOAD));
	dma_channel(CH_CYCLES, &PWM->slice[CLOCK64_SLICE].ctr, cycles, 1,
	            DMA_HALF | DMA_INCR_WRITE | DMA_RING_OF(14) |
	                    DMA_DREQ(DREQ_PIO0_RX0 + LISTEN_WATCHER) | DMA_CHAIN(CH_LINES) |
	                    DMA_HIGH_PRIORITY);
	dma_channel(CH_LINES, &PIO0->rxf[LISTEN_WATCHER], lines, 1,
	            DMA_BYTE | DMA_INCR_WRITE | DMA_RING_OF(13) | DMA_DREQ(DMA_DREQ_ALWAYS) |
	                    DMA_CHAIN(CH_MICROSECOND) | DMA_HIGH_PRIORITY);
	dma_channel(CH_MICROSECOND, &TIMER->timerawl, microsecond, 1,
	            DMA_HALF | DMA_INCR_WRITE | DMA_RING_OF(14) | DMA_DREQ(DMA_DREQ_ALWAYS) |
	                    DMA_CHAIN(CH_PLACE) | DMA_HIGH_PRIORITY);
	dma_channel(CH_PLACE, &DMA->channel[CH_WORDS].write_addr, place, 1,
	            DMA_HALF | DMA_INCR_WRITE | DMA_RING_OF(14) | DMA_DREQ(DMA_DREQ_ALWAYS) |
	                    DMA_CHAIN(CH_CYCLES) | DMA_HIGH_PRIORITY);
	DMA->multi_chan_trigger = 1u << CH_WORDS | 1u << CH_CYCLES;
}

static void pin_to_pio(unsigned pin)
{
	PADS_BANK0->gpio[pin] = PAD_INPUT_ENABLE | PAD_OUTPUT_DISABLE;
	IO_BANK0->gpio[pin].ctrl = GPIO_FUNC_PIO0;
}

void listen_start(void)
{
	unreset(RESETS_DMA | RESETS_PIO0 | RESETS_IO_BANK0 | RESETS_PADS_BANK0);
	pin_to_pio(BOARD_PIN_TAP_DP);
	pin_to_pio(BOARD_PIN_TAP_DM);
	for (unsigned i = 0; i < LISTEN_PIO_LEN; i++)
		PIO0->instr_mem[i] = listen_pio[i];
	PIO0->sm[LISTEN_SAMPLER].shiftctrl =
		SM_FIFO_JOIN_RX | SM_AUTOPUSH | SM_IN_RIGHT | SM_OUT_RIGHT;
	PIO0->sm[LISTEN_WATCHER].shiftctrl =
		SM_FIFO_JOIN_RX | SM_AUTOPUSH | SM_OUT_RIGHT | 2u << 20;
	PIO0->sm[LISTEN_SAMPLER].pinctrl = (uint32_t)BOARD_PIN_TAP_DP << 15;
	PIO0->sm[LISTEN_WATCHER].pinctrl = (uint32_t)BOARD_PIN_TAP_DP << 15;
	for (unsigned i = 0; i < EVENTS; i++)
		lines[i] = USED;
	unstuff_start(words);
	listen_end_ring(words);
	rings_start();
	read_until = clock64_base();
	looked_us = (uint32_t)read_until.us;
	listen_speed(USB_SPEED_UNKNOWN);
}

void listen_speed(enum usb_speed speed)
{
	struct listen_patch patch[LISTEN_PATCHES];
	uint32_t data_pin = BOARD_PIN_TAP_DP + listen_data_line(speed);
	uint32_t divider = speed == USB_SPEED_LOW ? LISTEN_LOW_SPEED_DIVIDER : 1;

	PIO0->ctrl = 0;
	listen_end_speed(speed);
	listen_pio_patch(patch, speed);
	for (unsigned i = 0; i < LISTEN_PATCHES; i++)
		PIO0->instr_mem[patch[i].at] = patch[i].word;
	PIO0->sm[LISTEN_SAMPLER].clkdiv = divider << 16;
	PIO0->sm[LISTEN_WATCHER].clkdiv = 1u << 16;
	PIO0->sm[LISTEN_SAMPLER].execctrl =
		data_pin << 24 | LISTEN_SAMPLER_WRAP_TOP << 12 | LISTEN_SAMPLER_WRAP_BOTTOM << 7;
	PIO0->sm[LISTEN_WATCHER].execctrl =
		LISTEN_WATCHER_WRAP_TOP << 12 | LISTEN_WATCHER_WRAP_BOTTOM << 7;
	PIO0->ctrl = 3u << 4 | 3u << 8; /* restart both, dividers too */
	PIO0->irq = 1u << LISTEN_IRQ_END;
	PIO0->sm[LISTEN_SAMPLER].instr = LISTEN_SAMPLER_START; /* a jump */
	PIO0->sm[LISTEN_WATCHER].instr = LISTEN_WATCHER_START;
	PIO0->ctrl = (speed == USB_SPEED_UNKNOWN ? 0 : 1u << LISTEN_SAMPLER) | 1u << LISTEN_WATCHER;
}

static uint32_t word_write(void)
{
	return (DMA->channel[CH_WORDS].write_addr - (uint32_t)(uintptr_t)words) / 4 % WORDS;
}

/* The last link of the chain: an entry behind it is whole. */
static uint32_t event_write(void)
{
	return (DMA->channel[CH_PLACE].write_addr - (uint32_t)(uintptr_t)place) / 2 % EVENTS;
}

/* What is handed over has been written, and is not written again before the ring comes round. */
static const uint32_t *words_at(uint32_t index)
{
	return (const uint32_t *)(uintptr_t)words + index;
}

static void feed_words(struct line *line, uint32_t to)
{
	if (to < word_read) {
		line_words(line, words_at(word_read), WORDS - word_read);
		word_read = 0;
	}
	line_words(line, words_at(word_read), to - word_read);
	word_read = to;
}

static uint32_t place_of(uint32_t event)
{
	return place[event % EVENTS] / 4 % WORDS;
}

/* Stamps of one run of the main loop, each from the one before. Microseconds tell how far about, cycles exactly. */
struct stamp {
	uint64_t tick;
	uint16_t cycles, us;
	bool known;
	bool owed; /* the J at event_read - 1 has not been told */
};

static APART uint64_t tick_of(struct stamp *s, uint32_t event)
{
	uint16_t at_cycles = cycles[event], at_us = microsecond[event];

	/* 32768 cycles are 273 us. */
	if (s->known && (uint16_t)(at_us - s->us + 256) < 512)
		s->tick += (uint64_t)(int64_t)(int16_t)(at_cycles - s->cycles);
	else
		s->tick = clock64_from(&read_until, at_cycles, at_us) - LISTEN_WATCHER_DELAY;
	s->cycles = at_cycles;
	s->us = at_us;
	s->known = true;
	return s->tick;
}

/* Where among the words the last poll and its answer begin, and where what follows begins. */
static uint32_t packet_at[3];
static unsigned models; /* of the packets before the next, how many are there */

enum { PAIR_MAX = 8 }; /* words of an IN and a NAK: 3 and 2, one more where the IN has stuffing */

/*
 * A poll and its NAK, again and again, leave no time to decode each. As long as the next changes are K and J by turns, and the
 * words between them those of the last poll and answer, they are counted. True if any were.
 */
static bool skip(struct line *line, struct stamp *stamp, uint32_t event_end)
{
	const uint8_t j = line->speed == USB_SPEED_LOW ? WIRE_DM : WIRE_DP, k = WIRE_SE1 - j;
	uint32_t len = (packet_at[2] - packet_at[0]) % WORDS, count = 0, model[PAIR_MAX];
	uint32_t at = event_read, first_len = (packet_at[1] - packet_at[0]) % WORDS;
	const uint32_t *next;
	uint64_t last;

	if (models < 2 || len > PAIR_MAX || place_of(at) != packet_at[2])
		return false;
	for (uint32_t i = 0; i < len; i++)
		model[i] = words[(packet_at[0] + i) % WORDS];
	next = words_at(packet_at[2]);
	for (;; at += 4, count++, next += len) {
		volatile uint8_t *line_at = lines + at % EVENTS;
		uint32_t i = 0;

		/* Four at a time do not cross the ring's end, or wait for a slower step. */
		if ((event_end - at) % EVENTS < 4 || at % EVENTS > EVENTS - 4 ||
		    next + len >= words_at(WORDS))
			break;
		if (line_at[0] != k || line_at[1] != j || line_at[2] != k || line_at[3] != j)
			break;
		if (words_at(place_of(at + 2)) != next + first_len ||
		    words_at(place_of(at + 3)) != next + len)
			break;
		while (i < len && next[i] == model[i])
			i++;
		if (i < len)
			break;
		line_at[0] = line_at[1] = line_at[2] = line_at[3] = USED;
	}
	if (!count)
		return false;
	packet_at[2] = word_read = (uint32_t)(next - words_at(0));
	packet_at[1] = packet_at[2] - len + first_len;
	packet_at[0] = packet_at[2] - len;
	event_read = at % EVENTS;
	last = tick_of(stamp, (at - 4) % EVENTS);
	line_repeated(line, count, last, tick_of(stamp, (at - 1) % EVENTS));
	return true;
}

/* The packet whose K is next, where its J is there too and its words do not cross the ring's end. */
static bool whole_packet(struct line *line, struct stamp *stamp, uint32_t event_end)
{
	uint32_t k_at = event_read, j_at = (k_at + 1) % EVENTS, from, to;

	if ((event_end - k_at) % EVENTS < 2 || lines[k_at] != WIRE_SE1 - line->lines ||
	    lines[j_at] != line->lines)
		return false;
	from = place_of(k_at);
	to = place_of(j_at);
	if (to <= from)
		return false;
	if (from != word_read)
		feed_words(line, from);
	if (!line_packet(line, tick_of(stamp, k_at), words_at(from), to - from))
		return false;
	word_read = to;
	packet_at[0] = packet_at[1];
	packet_at[1] = from;
	packet_at[2] = to;
	models += models < 2;
	lines[k_at] = lines[j_at] = USED;
	event_read = (j_at + 1) % EVENTS;
	return true;
}

static uint32_t ahead; /* up to which change the helper has been offered what there is */

/* Data packets that have come, to the helper: a turn of the main loop later it has their bits. */
static void look_ahead(const struct line *line, uint32_t event_end)
{
	const uint8_t k = WIRE_DM, j = WIRE_DP;

	if (line->speed != USB_SPEED_FULL)
		return;
	if ((ahead - event_read) % EVENTS > (event_end - event_read) % EVENTS)
		ahead = event_read;
	while ((event_end - ahead) % EVENTS >= 2) {
		uint32_t next = (ahead + 1) % EVENTS, from, count;

		if (lines[ahead] != k || lines[next] != j) {
			ahead = next;
			continue;
		}
		from = place_of(ahead);
		/* None that crosses the ring's end. */
		count = place_of(next) - from;
		if (count - UNSTUFF_WORDS_LEAST <= UNSTUFF_WORDS_MOST - UNSTUFF_WORDS_LEAST &&
		    unstuff_is_data(words[from]) && !unstuff_offer(from, count))
			return;
		ahead = (next + 1) % EVENTS;
	}
}

enum step { STEP_NONE, STEP_WAITS, STEP_TAKEN };

/* A token, data and an ACK, after others of their kind. */
static APART enum step transaction(struct line *line, struct stamp *stamp, uint32_t event_end)
{
	const uint32_t event = event_read, first = word_read;
	const uint8_t j = line->lines, k = WIRE_SE1 - j;
	volatile uint8_t *at = lines + event;
	uint32_t second, third, end;
	uint16_t from, us;
	struct rx_three t;

	/* Six that do not cross the ring's end, or wait for slower steps. */
	if ((event_end - event) % EVENTS < 6 || event > EVENTS - 6)
		return STEP_NONE;
	if (at[0] != k || at[1] != j || at[2] != k || at[3] != j || at[4] != k || at[5] != j)
		return STEP_NONE;
	second = place_of(event + 2);
	third = place_of(event + 4);
	end = place_of(event + 5);
	if (place_of(event) != first || second <= first || third <= second || end <= third)
		return STEP_NONE;
	t.words[0] = words_at(first);
	t.words[1] = words_at(second);
	t.words[2] = words_at(third);
	t.count[0] = second - first;
	t.count[1] = third - second;
	t.count[2] = end - third;
	switch (unstuff_result(second, &t.unstuffed, &t.bits)) {
	case UNSTUFF_WAITS:
		return STEP_WAITS;
	case UNSTUFF_NONE:
		t.unstuffed = NULL;
		break;
	case UNSTUFF_DONE:
		break;
	}
	t.k = tick_of(stamp, event);
	/* Cycles alone tell no more than 0.5 ms. */
	us = microsecond[event + 2];
	if ((uint16_t)(us - stamp->us) >= 512 || (uint16_t)(microsecond[event + 4] - us) >= 512)
		return STEP_NONE;
	from = cycles[event + 2];
	t.after[0] = (uint16_t)(from - stamp->cycles);
	t.after[1] = t.after[0] + (uint16_t)(cycles[event + 4] - from);
	if (!line_transaction(line, &t))
		return STEP_NONE;
	at[0] = at[1] = at[2] = at[3] = at[4] = at[5] = USED;
	models = 0;
	word_read = end;
	event_read = (event + 6) % EVENTS;
	return STEP_TAKEN;
}

/*
 * A packet that is not all there, or a transaction, is left for the next turn while it is young: taken whole it costs half as much, and
 * little comes behind it before that.
 */
static bool may_wait(const struct line *line, uint32_t event_end, uint64_t now_us)
{
	uint32_t left = (event_end - event_read) % EVENTS;

	return left < (line_may_transact(line) ? 6 : 2) &&
	       lines[event_read] == WIRE_SE1 - line->lines &&
	       (uint16_t)((uint32_t)now_us - microsecond[event_read]) < PATIENCE_US;
}

static void pay(struct line *line, struct stamp *stamp)
{
	/* What was read is still there: the ring is not so fast. */
	if (stamp->owed)
		line_idle(line, tick_of(stamp, (event_read - 1) % EVENTS));
	stamp->owed = false;
}

static void note_high(uint32_t *high, uint32_t level)
{
	if (level > *high)
		*high = level;
}

/* How many words the sampler has sent since the channel got its count. */
static uint32_t words_sent(void)
{
	return reload - DMA->channel[CH_WORDS].trans_count;
}

/*
 * Whether a ring has gone round over what was not read. Words are counted by their channel; of the changes, an entry some way
 * ahead of the writer must have been read.
 */
static bool ran_over(uint32_t event_end, uint32_t sent)
{
	return (sent + reload - words_done) % reload > WORDS - GUARD_WORDS ||
	       lines[(event_end + GUARD_EVENTS) % EVENTS] != USED;
}

static void start_over(struct line *line, uint32_t sent)
{
	uint64_t now;

	listen_lost.words += (sent + reload - words_done) % reload;
	listen_lost.changes += EVENTS;
	/* Nothing may come while all are marked as read. */
	PIO0->ctrl = 0;
	for (unsigned i = 0; i < EVENTS; i++)
		lines[i] = USED;
	word_read = word_write();
	event_read = event_write();
	words_done = words_sent();
	models = 0;
	unstuff_lost();
	read_until = clock64_base();
	now = clock64_now();
	listen_speed(line->speed);
	line_lost(line, now, clock64_now());
}

/* Whether so much may have come since the turn began that what it still wants to read has been overwritten. */
static inline bool turn_ends(const struct clock64_base *began)
{
	return TIMER->timerawl - (uint32_t)began->us > TURN_US;
}

unsigned listen_behind(void)
{
	uint32_t level = (word_write() - word_read) % WORDS * 512 / WORDS;

	return level < 256 ? level : 255;
}

bool listen_run(struct line *line, unsigned budget)
{
	/*
	 * In this order: what is told up to `known` lies before `event_end` (less what is still in the chain),
	 * and words up to `word_end` came before any change that is not among those up to `event_end`.
	 */
	const struct clock64_base now = clock64_base(),
				  known = {now.us - CHAIN_US, now.tick - CHAIN_US * TICKS_PER_US};
	uint32_t sent = words_sent(), word_end = word_write(), event_end = event_write();
	uint32_t word_start = word_read;
	struct stamp stamp = {0};
	enum step step;
	bool more = false, waits = false, late = (uint32_t)now.us - looked_us > LOOK_US;

	looked_us = (uint32_t)now.us;
	if (ran_over(event_end, sent) || (late && event_read != event_end)) {
		start_over(line, sent);
		return false;
	}
	look_ahead(line, event_end);
	note_high(&listen_lost.line_high, (word_end - word_read) % WORDS);
	note_high(&listen_lost.event_high, (event_end - event_read) % EVENTS);
	while (event_read != event_end) {
		uint32_t at = event_read;

		if (line_may_repeat(line) && skip(line, &stamp, event_end)) {
			stamp.owed = false;
			continue;
		}
		waits = may_wait(line, event_end, now.us);
		if (waits)
			break;
		if (!budget-- || turn_ends(&now)) {
			more = true;
			break;
		}
		step = line_may_transact(line) ? transaction(line, &stamp, event_end) : STEP_NONE;
		if (step == STEP_TAKEN) {
			stamp.owed = true;
			continue;
		}
		waits = step == STEP_WAITS;
		if (waits)
			break;
		if (whole_packet(line, &stamp, event_end)) {
			stamp.owed = true;
			continue;
		}
		pay(line, &stamp);
		feed_words(line, place_of(at));
		line_change(line, tick_of(&stamp, at), (enum wire_lines)(lines[at] & 3));
		models = 0;
		lines[at] = USED;
		event_read = (event_read + 1) % EVENTS;
	}
	pay(line, &stamp);
	if (!more && !waits && (word_end - word_read) % WORDS < WORDS / 2) {
		/* Noise can take longer to decode than to come: others have their turn all the same. */
		more = (word_end - word_read) % WORDS > WORDS_A_TURN;
		feed_words(line, more ? (word_read + WORDS_A_TURN) % WORDS : word_end);
	}
	words_done = (words_done + (word_read - word_start) % WORDS) % reload;
	if (more) {
		if (stamp.known)
			clock64_from(&read_until, stamp.cycles, stamp.us);
		return true;
	}
	if (more || waits) {
		if (stamp.known)
			clock64_from(&read_until, stamp.cycles, stamp.us);
		return more;
	}
	/* Not the time now: changes may have come since, and would be taken for silence. */
	read_until = known;
	line_time(line, known.tick);
	return false;
}

uint32_t listen_packet(uint32_t *from)
{
	uint32_t end = word_write(), last = event_write();

	/* Late, what follows has been told too: SE0 where it was seen long enough, and J. The K that the packet began with is before. */
	for (unsigned later = 0; later <= AFTER_PACKET; later++) {
		*from = place_of(--last);
		if (*from != end)
			break;
	}
	return (end - *from) % WORDS;
}

void listen_copy(uint32_t *to, uint32_t from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		to[i] = words[(from + i) % WORDS];
}
