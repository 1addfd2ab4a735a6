/*
 * Two state machines and seven DMA channels listen without the CPU.
 * The sampler's words go round a ring of 32 KiB (channel 0; channel 1 gives it a new count before the old one is used up, which
 * would happen after 24 minutes of traffic). Each push of the watcher sets off a chain: the cycle counter, the push itself,
 * the microsecond, and where the sampler's channel writes, each into a ring of its own, so that a change carries its stamp and
 * its place among the words however late the CPU comes. RP2040 datasheet §2.5, §3.
 */
#include "rp2040/listen.h"
#include "rp2040/clock64.h"
#include "rp2040/clocks.h"
#include "rp2040/dma.h"
#include "rp2040/regs.h"
#include "core/listen_pio.h"
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
	GUARD = 16,
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
	rings_start();
	listen_speed(USB_SPEED_UNKNOWN);
}

void listen_speed(enum usb_speed speed)
{
	struct listen_patch patch[LISTEN_PATCHES];
	uint32_t data_pin = BOARD_PIN_TAP_DP + listen_data_line(speed);
	uint32_t divider = speed == USB_SPEED_LOW ? LISTEN_LOW_SPEED_DIVIDER : 1;

	PIO0->ctrl = 0;
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

static void feed_words(struct line *line, uint32_t to)
{
	/* What is fed has been written, and is not written again before the ring comes round. */
	const uint32_t *from = (const uint32_t *)(uintptr_t)words;

	if (to < word_read) {
		line_words(line, from + word_read, WORDS - word_read);
		word_read = 0;
	}
	line_words(line, from + word_read, to - word_read);
	word_read = to;
}

/* Where among the words the last three packets begin, and where the next one will. */
static uint32_t packet_at[4];

static uint32_t place_of(uint32_t event)
{
	return place[event % EVENTS] / 4 % WORDS;
}

static uint64_t tick_of(const struct clock64_base *now, uint32_t event)
{
	return clock64_of(now, cycles[event % EVENTS], microsecond[event % EVENTS]) -
	       LISTEN_WATCHER_DELAY;
}

static bool same_words(uint32_t a, uint32_t b, uint32_t n)
{
	for (; n; n--, a = (a + 1) % WORDS, b = (b + 1) % WORDS)
		if (words[a] != words[b])
			return false;
	return true;
}

static bool is_like(uint32_t from, uint32_t to, uint32_t model)
{
	uint32_t len = (packet_at[model + 1] - packet_at[model]) % WORDS;

	return (to - from) % WORDS == len && same_words(from, packet_at[model], len);
}

/*
 * A poll and its NAK, again and again, leave no time to decode each, and neither does a saturated bulk pipe: as long as the next changes
 * are K and J by turns, and the words between them those of the last packets (but for data), they are counted. True if any were.
 */
static bool skip(struct line *line, const struct clock64_base *now, uint32_t event_end)
{
	uint8_t j = line->speed == USB_SPEED_LOW ? WIRE_DM : WIRE_DP, k = WIRE_SE1 - j;
	struct line_skipped s = {.what = line_may_skip(line)};
	uint32_t changes = 2 * s.what, first_model = 3 - s.what;

	if (!s.what)
		return false;
	while ((event_end - event_read) % EVENTS >= changes) {
		uint32_t at = event_read, from = place_of(at), data = 0, to, found[4];

		for (uint32_t i = 0; i < s.what; i++, at += 2, from = to) {
			bool last = i + 1 == s.what;

			found[i] = from;
			to = place_of(last ? at + 1 : at + 2);
			if (lines[at % EVENTS] != k || lines[(at + 1) % EVENTS] != j)
				goto out;
			if (s.what == LINE_SKIP_DATA && i == 1)
				data = (to - from) % WORDS - 2; /* sync and PID; CRC */
			else if (!is_like(from, to, first_model + i))
				goto out;
		}
		s.words += data;
		if (!s.count++)
			s.first = tick_of(now, event_read);
		for (uint32_t i = 0; i < changes; i++, event_read = (event_read + 1) % EVENTS)
			lines[event_read] = USED;
		/* The models move along: those of long ago are overwritten one day. */
		for (uint32_t i = 0; i < s.what; i++)
			packet_at[first_model + i] = found[i];
		packet_at[3] = word_read = from;
	}
out:
	if (!s.count)
		return false;
	s.last = tick_of(now, event_read - changes);
	s.last_change = tick_of(now, event_read - 1);
	line_skip(line, &s);
	return true;
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
 * Whether a ring has gone round over what was not read. Words are counted by their channel; of the changes, an entry a little
 * ahead of the writer must have been read.
 */
static bool ran_over(uint32_t event_end, uint32_t sent)
{
	return (sent + reload - words_done) % reload > WORDS - GUARD ||
	       lines[(event_end + GUARD) % EVENTS] != USED;
}

static void start_over(struct line *line, uint32_t word_end, uint32_t event_end, uint32_t sent)
{
	listen_lost.words += (sent + reload - words_done) % reload;
	listen_lost.changes += EVENTS;
	for (unsigned i = 0; i < EVENTS; i++)
		lines[i] = USED;
	word_read = word_end;
	event_read = event_end;
	words_done = sent;
	line_lost(line, clock64_now());
}

bool listen_run(struct line *line, unsigned budget)
{
	/*
	 * In this order: what is told up to `known` lies before `event_end` (less what is still in the chain, which takes less than 2 us),
	 * and words up to `word_end` came before any change that is not among those up to `event_end`.
	 */
	uint64_t known = clock64_base().tick - 2 * (WIRE_TICK_HZ / 1000000);
	uint32_t sent = words_sent(), word_end = word_write(), event_end = event_write(), waiting;
	uint32_t word_start = word_read;
	struct clock64_base now = clock64_base();
	bool more = false;

	if (ran_over(event_end, sent)) {
		start_over(line, word_end, event_end, sent);
		return false;
	}
	waiting = (word_end - word_read) % WORDS;
	note_high(&listen_lost.line_high, waiting);
	line->behind = waiting > WORDS / 2 ? 2 : waiting > WORDS / 4;
	waiting = (event_end - event_read) % EVENTS;
	note_high(&listen_lost.event_high, waiting);
	while (event_read != event_end) {
		uint32_t at = event_read;
		bool was_gated = line->gated;

		if (!was_gated && skip(line, &now, event_end))
			continue;
		if (!budget--) {
			more = true;
			break;
		}
		feed_words(line, place_of(at));
		line_change(line,
		            clock64_of(&now, cycles[at], microsecond[at]) - LISTEN_WATCHER_DELAY,
		            (enum wire_lines)(lines[at] & 3));
		/* A K has opened a gate, or the change after it has closed one. */
		if (line->gated && !was_gated) {
			packet_at[0] = packet_at[1];
			packet_at[1] = packet_at[2];
			packet_at[2] = place_of(at);
		} else if (was_gated) {
			packet_at[3] = place_of(at);
		}
		lines[at] = USED;
		event_read = (event_read + 1) % EVENTS;
	}
	if (!more && (word_end - word_read) % WORDS < WORDS / 2)
		feed_words(line, word_end);
	words_done = (words_done + (word_read - word_start) % WORDS) % reload;
	/* Not the time now: changes may have come since, and would be taken for silence. */
	if (!more)
		line_time(line, known);
	return more;
}
