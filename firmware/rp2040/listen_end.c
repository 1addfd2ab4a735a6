/*
 * Two interrupts: PIO0's, above all others and short, and one that nothing but software raises (26), beside the others, which decodes.
 * The flag at a packet's end is the watcher's, which waits for it and takes it; where it did not wait, it is taken here.
 * RP2040 datasheet §2.3.2 (spare interrupts), §3.7.
 */
#include <stddef.h>

#include "rp2040/listen_end.h"
#include "rp2040/listen.h"
#include "rp2040/regs.h"
#include "rp2040/startup.h"
#include "core/listen_pio.h"
#include "core/packet_plain.h"
#include "core/packet_words.h"
#include "board.h"

enum {
	INTE_END = 1u << (8 + LISTEN_IRQ_END), /* §3.7 */
	FLAG_END = 1u << LISTEN_IRQ_END,
	QUEUE = 16,
	RING_MASK = BOARD_LINE_RING_BYTES - 1,
	LONGEST = 48, /* words: 64 bytes with all their stuffing */
};

static struct {
	void (*volatile then)(void);
	uint32_t words[LISTEN_ANSWER_WORDS];
	uint32_t count;
} answer;

static uint32_t ring; /* address of the sampler's words, aligned to their size */
static const struct listen_follower *volatile follower;
static struct {
	uint16_t from, count;
} queue[QUEUE]; /* packets that have ended; one writer, one reader */
static volatile uint32_t ended, followed;
static volatile bool following; /* from a SETUP on, until its follower is idle */
static uint32_t setup;          /* the first word of one */
static struct rx rx;
static enum usb_speed speed;

/* The last words of the ring, straight from where channel 0 writes: there are 160 cycles in all. */
static inline bool is_waited_for(void)
{
	uint32_t at = DMA->channel[0].write_addr, n = answer.count;
	const uint32_t *want = answer.words + n;

	do {
		at -= 4;
		if (*(const volatile uint32_t *)(uintptr_t)(ring | (at & RING_MASK)) != *--want)
			return false;
	} while (--n);
	return true;
}

static void queue_packet(void)
{
	uint32_t from, first, count = listen_packet(&from);

	if (!following) {
		listen_copy(&first, from, 1);
		following = first == setup;
	}
	if (!following || count > LONGEST || ended - followed >= QUEUE)
		return;
	queue[ended % QUEUE].from = (uint16_t)from;
	queue[ended % QUEUE].count = (uint16_t)count;
	ended++;
	NVIC->ispr = 1u << IRQ_SOFTWARE;
}

void on_pio0_0(void)
{
	void (*then)(void) = answer.then;

	if (then && is_waited_for())
		then();
	if (follower)
		queue_packet();
	if (PIO0->irq & FLAG_END)
		PIO0->irq = FLAG_END;
	/* Written anew, though nothing changes: the interrupt is told that the flag has gone. */
	PIO0->irq0_inte = INTE_END;
}

static void on_packet(void *context, const struct rx_packet *p)
{
	(void)context;
	if (!p->flags)
		follower->packet(p);
}

static void follow(uint32_t from, uint32_t count)
{
	uint32_t words[LONGEST], levels;

	listen_copy(words, from, 1);
	levels = packet_levels(words[0] >> (speed == USB_SPEED_LOW));
	if (count < 2 || !follower->wants(~(levels ^ levels << 1) >> 8 & 0xf))
		return;
	listen_copy(words, from, count);
	rx_at(&rx, 0, speed);
	if (count > 3 || !rx_again(&rx, words, count))
		rx_whole(&rx, words, count);
}

void on_software(void)
{
	while (followed != ended) {
		uint32_t i = followed % QUEUE;

		if (follower)
			follow(queue[i].from, queue[i].count);
		/* What was queued meanwhile is looked at again. */
		following = follower && !follower->idle();
		followed++;
	}
}

static void use(void)
{
	bool on = answer.then || follower;

	PIO0->irq0_inte = on ? INTE_END : 0;
	NVIC->iser = 1u << IRQ_PIO0_0 | 1u << IRQ_SOFTWARE;
}

void listen_answer(const uint32_t *words, unsigned count, void (*then)(void))
{
	/* Nothing is answered while it changes. */
	answer.then = NULL;
	answer.count = count;
	for (unsigned i = 0; i < count; i++)
		answer.words[i] = words[i];
	__asm__ volatile("" ::: "memory");
	answer.then = then;
	use();
}

void listen_follow(const struct listen_follower *f)
{
	static const struct rx_sink sink = {.packet = on_packet};
	uint32_t held = interrupts_hold();

	rx_init(&rx, &sink);
	/* It may have been asked for in the middle of a transfer. */
	following = f != NULL;
	follower = f;
	interrupts_release(held);
	use();
}

void listen_end_ring(const volatile uint32_t *words)
{
	ring = (uint32_t)(uintptr_t)words;
}

void listen_end_speed(enum usb_speed now)
{
	static const uint8_t pid = 0x2d;
	uint32_t words[PACKET_WORDS];

	speed = now;
	packet_words(words, &pid, 1, now);
	setup = words[0];
}
