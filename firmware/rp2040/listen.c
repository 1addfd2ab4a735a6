/*
 * Two state machines and seven DMA channels listen without the CPU.
 * The sampler's words go round a ring of 32 KiB (channel 0; channel 1 gives it a new count before the old one is used up, which
 * would happen after 24 minutes of traffic). Each push of the watcher sets off a chain: the cycle counter, the push itself,
 * the microsecond, and where the sampler's channel writes, each into a ring of its own, so that a change carries its stamp and
 * its place among the words however late the CPU comes. RP2040 datasheet §2.5, §3.
 */
#include "rp2040/listen.h"
#include "rp2040/listen_end.h"
#include "rp2040/listen_rings.h"
#include "rp2040/listen_three.h"
#include "rp2040/clock64.h"
#include "rp2040/clocks.h"
#include "rp2040/dma.h"
#include "rp2040/regs.h"
#include "rp2040/startup.h"
#include "rp2040/unstuff.h"
#include "core/listen_pio.h"
#include "board.h"

enum {
	CH_WORDS = 0,
	CH_RELOAD = 1,
	CH_CYCLES = 2,
	CH_LINES = 3,
	CH_MICROSECOND = 4,
	CH_PLACE = 5,
	WORDS_A_TURN = 128,
	CHAIN_US = 2, /* at most, from a change to its entry */
	/* Longer than a full bus needs for a transaction of 64 bytes, and the helper for its data; less than the loop sleeps. */
	PATIENCE_US = 200,
	AHEAD_US = 4096, /* a transaction and more */
	LOOK_US = 60000, /* of what 16 bits of microseconds tell */
	TICKS_PER_US = WIRE_TICK_HZ / 1000000,
	/* More than comes while one turn is decoded: what is overwritten meanwhile would be taken for what was there. */
	GUARD_WORDS = WORDS / 8,
	GUARD_EVENTS = EVENTS / 8,
	TURN_US = 1000,   /* those fill up in 1.3 ms at the least */
	AFTER_PACKET = 2, /* changes that may be told before its end is looked at */
	DREQ_PIO0_RX0 = 4,
	SM_FIFO_JOIN_RX = 1u << 31,
	SM_AUTOPUSH = 1u << 16,
	SM_IN_RIGHT = 1u << 18,
	SM_OUT_RIGHT = 1u << 19,
};

volatile uint32_t ring_words[WORDS]
	__attribute__((section(".ring.line"), aligned(BOARD_LINE_RING_BYTES)));
volatile uint16_t ring_cycles[EVENTS] __attribute__((section(".ring.half"), aligned(2 * EVENTS)));
volatile uint16_t ring_microsecond[EVENTS]
	__attribute__((section(".ring.half"), aligned(2 * EVENTS)));
volatile uint16_t ring_place[EVENTS] __attribute__((section(".ring.half"), aligned(2 * EVENTS)));
volatile uint8_t ring_lines[EVENTS] __attribute__((section(".ring.byte"), aligned(EVENTS)));

/* Whole rings, so that the write address comes back to where it was; a million of them. */
static const uint32_t reload = 0x40000000;

struct ring_read ring_read;
static uint32_t words_done; /* the sampler's count when ring_read.word was where it is */

struct listen_lost listen_lost;

/*
 * Up to when all is read: the next change comes within 65 ms behind it, for the loop looks more often than that. How late a change
 * is read does not matter: noise can take longer than that to decode.
 */
static struct clock64_base read_until;
static uint32_t looked_us;

static void rings_start(void)
{
	_Static_assert(BOARD_LINE_RING_BYTES == 1 << 15 && EVENTS == 1 << 13,
	               "sizes of the rings below");

	dma_channel(CH_WORDS, &PIO0->rxf[LISTEN_SAMPLER], ring_words, reload,
	            DMA_WORD | DMA_INCR_WRITE | DMA_RING_OF(15) |
	                    DMA_DREQ(DREQ_PIO0_RX0 + LISTEN_SAMPLER) | DMA_CHAIN(CH_RELOAD) |
	                    DMA_HIGH_PRIORITY);
	dma_channel(CH_RELOAD, &reload, &DMA->channel[CH_WORDS].al1_trans_count_trig, 1,
	            DMA_WORD | DMA_DREQ(DMA_DREQ_ALWAYS) | DMA_CHAIN(CH_RELOAD));
	dma_channel(CH_CYCLES, &PWM->slice[CLOCK64_SLICE].ctr, ring_cycles, 1,
	            DMA_HALF | DMA_INCR_WRITE | DMA_RING_OF(14) |
	                    DMA_DREQ(DREQ_PIO0_RX0 + LISTEN_WATCHER) | DMA_CHAIN(CH_LINES) |
	                    DMA_HIGH_PRIORITY);
	dma_channel(CH_LINES, &PIO0->rxf[LISTEN_WATCHER], ring_lines, 1,
	            DMA_BYTE | DMA_INCR_WRITE | DMA_RING_OF(13) | DMA_DREQ(DMA_DREQ_ALWAYS) |
	                    DMA_CHAIN(CH_MICROSECOND) | DMA_HIGH_PRIORITY);
	dma_channel(CH_MICROSECOND, &TIMER->timerawl, ring_microsecond, 1,
	            DMA_HALF | DMA_INCR_WRITE | DMA_RING_OF(14) | DMA_DREQ(DMA_DREQ_ALWAYS) |
	                    DMA_CHAIN(CH_PLACE) | DMA_HIGH_PRIORITY);
	dma_channel(CH_PLACE, &DMA->channel[CH_WORDS].write_addr, ring_place, 1,
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
		ring_lines[i] = USED;
	unstuff_start(ring_words);
	listen_end_ring(ring_words);
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
	return (DMA->channel[CH_WORDS].write_addr - (uint32_t)(uintptr_t)ring_words) / 4 % WORDS;
}

/* The last link of the chain: an entry behind it is whole. */
static uint32_t event_write(void)
{
	return (DMA->channel[CH_PLACE].write_addr - (uint32_t)(uintptr_t)ring_place) / 2 % EVENTS;
}

static void feed_words(struct line *line, uint32_t to)
{
	if (to < ring_read.word) {
		line_words(line, words_at(ring_read.word), WORDS - ring_read.word);
		ring_read.word = 0;
	}
	line_words(line, words_at(ring_read.word), to - ring_read.word);
	ring_read.word = to;
}

APART uint64_t ring_tick(struct stamp *s, uint32_t event)
{
	uint16_t at_cycles = ring_cycles[event], at_us = ring_microsecond[event];

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
	uint32_t at = ring_read.event, first_len = (packet_at[1] - packet_at[0]) % WORDS;
	const uint32_t *next;
	uint64_t last;

	if (models < 2 || len > PAIR_MAX || place_of(at) != packet_at[2])
		return false;
	for (uint32_t i = 0; i < len; i++)
		model[i] = ring_words[(packet_at[0] + i) % WORDS];
	next = words_at(packet_at[2]);
	for (;; at += 4, count++, next += len) {
		volatile uint8_t *line_at = ring_lines + at % EVENTS;
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
	packet_at[2] = ring_read.word = (uint32_t)(next - words_at(0));
	packet_at[1] = packet_at[2] - len + first_len;
	packet_at[0] = packet_at[2] - len;
	ring_read.event = at % EVENTS;
	last = ring_tick(stamp, (at - 4) % EVENTS);
	line_repeated(line, count, last, ring_tick(stamp, (at - 1) % EVENTS));
	return true;
}

/* The packet whose K is next, where its J is there too and its words do not cross the ring's end. */
static bool whole_packet(struct line *line, struct stamp *stamp, uint32_t event_end)
{
	uint32_t k_at = ring_read.event, j_at = (k_at + 1) % EVENTS, from, to;

	if ((event_end - k_at) % EVENTS < 2 || ring_lines[k_at] != WIRE_SE1 - line->lines ||
	    ring_lines[j_at] != line->lines)
		return false;
	from = place_of(k_at);
	to = place_of(j_at);
	if (to <= from)
		return false;
	if (from != ring_read.word)
		feed_words(line, from);
	if (!line_packet(line, ring_tick(stamp, k_at), words_at(from), to - from))
		return false;
	ring_read.word = to;
	packet_at[0] = packet_at[1];
	packet_at[1] = from;
	packet_at[2] = to;
	models += models < 2;
	ring_lines[k_at] = ring_lines[j_at] = USED;
	ring_read.event = (j_at + 1) % EVENTS;
	return true;
}

/*
 * A packet that is not all there, or a transaction, is left for the next turn while it is young: taken whole it costs half as much, and
 * little comes behind it before that.
 */
static bool may_wait(const struct line *line, uint32_t event_end, uint64_t now_us)
{
	uint32_t left = (event_end - ring_read.event) % EVENTS;

	return left < (line_may_transact(line) ? 6 : 2) &&
	       ring_lines[ring_read.event] == WIRE_SE1 - line->lines &&
	       (uint16_t)((uint32_t)now_us - ring_microsecond[ring_read.event]) < PATIENCE_US;
}

/*
 * The tick of the change before the next one to read. The stamp is that of a change shortly before it, or already of the next, which may
 * have come long after: from the clock that has been read up to there, 16 bits of microseconds would tell 65 ms too much.
 */
static uint64_t tick_behind(const struct stamp *s)
{
	uint32_t event = (ring_read.event - 1) % EVENTS;
	uint16_t ahead = (uint16_t)(ring_microsecond[event] - s->us);
	int32_t coarse = (ahead < AHEAD_US ? ahead : ahead - 0x10000) * TICKS_PER_US;
	uint16_t cycles = (uint16_t)(ring_cycles[event] - s->cycles - (uint16_t)coarse);

	return s->tick + (uint64_t)(int64_t)(coarse + (int16_t)cycles);
}

static void pay(struct line *line, struct stamp *stamp)
{
	/* What was read is still there: the ring is not so fast. */
	if (stamp->owed)
		line_idle(line, tick_behind(stamp));
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
	       ring_lines[(event_end + GUARD_EVENTS) % EVENTS] != USED;
}

static void start_over(struct line *line, uint32_t sent)
{
	uint64_t now;

	listen_lost.words += (sent + reload - words_done) % reload;
	listen_lost.changes += EVENTS;
	/* Nothing may come while all are marked as read. */
	PIO0->ctrl = 0;
	for (unsigned i = 0; i < EVENTS; i++)
		ring_lines[i] = USED;
	ring_read.word = word_write();
	ring_read.event = event_write();
	words_done = words_sent();
	models = 0;
	three_forget();
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
	uint32_t level = (word_write() - ring_read.word) % WORDS * 512 / WORDS;

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
	uint32_t word_start = ring_read.word;
	struct stamp stamp = {0};
	enum three_step step;
	bool more = false, waits = false, late = (uint32_t)now.us - looked_us > LOOK_US;

	looked_us = (uint32_t)now.us;
	if (ran_over(event_end, sent) || (late && ring_read.event != event_end)) {
		start_over(line, sent);
		return false;
	}
	three_look_ahead(line, event_end);
	note_high(&listen_lost.line_high, (word_end - ring_read.word) % WORDS);
	note_high(&listen_lost.event_high, (event_end - ring_read.event) % EVENTS);
	while (ring_read.event != event_end) {
		uint32_t at = ring_read.event;

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
		step = line_may_transact(line) ? three_take(line, &stamp, event_end) : THREE_NONE;
		if (step == THREE_TAKEN) {
			stamp.owed = true;
			models = 0;
			do {
				step = three_take(line, &stamp, event_end);
			} while (step == THREE_TAKEN && budget && budget-- && !turn_ends(&now));
			waits = step == THREE_WAITS;
			if (!waits)
				continue;
		}
		waits = step == THREE_WAITS;
		if (waits)
			break;
		if (whole_packet(line, &stamp, event_end)) {
			stamp.owed = true;
			continue;
		}
		pay(line, &stamp);
		feed_words(line, place_of(at));
		line_change(line, ring_tick(&stamp, at), (enum wire_lines)(ring_lines[at] & 3));
		models = 0;
		ring_lines[at] = USED;
		ring_read.event = (ring_read.event + 1) % EVENTS;
	}
	pay(line, &stamp);
	if (!more && !waits && (word_end - ring_read.word) % WORDS < WORDS / 2) {
		/* Noise can take longer to decode than to come: others have their turn all the same. */
		more = (word_end - ring_read.word) % WORDS > WORDS_A_TURN;
		feed_words(line, more ? (ring_read.word + WORDS_A_TURN) % WORDS : word_end);
	}
	words_done = (words_done + (ring_read.word - word_start) % WORDS) % reload;
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
		to[i] = ring_words[(from + i) % WORDS];
}
