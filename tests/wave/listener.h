/*
 * The tap's listener on the PC: a waveform goes in, the real PIO programs run cycle by cycle on a model of the state machines,
 * the real decoder takes what they push. In: a waveform, the phase of the sampling clock. Out: the sink's calls.
 * Leaves alone: DMA and rings; the emulator has those. RP2040 datasheet §3.4, §3.5.6.3 (two-cycle synchroniser).
 */
#ifndef CORDON_TESTS_LISTENER_H
#define CORDON_TESTS_LISTENER_H

#include "core/line.h"
#include "tests/wave/waveform.h"

struct state_machine {
	unsigned pc, delay, divider, divided, osr_count, isr_count, push_at;
	uint32_t x, y, isr, osr;
	bool shift_right;
	bool enabled, stalled;
};

struct listener {
	struct line line;
	struct line_sink inner;
	const struct line_sink *sink;
	uint16_t program[32];
	struct state_machine sm[2];
	unsigned jmp_pin, irq;
	uint64_t cycle;
	unsigned pins, sync1, sync2;
	uint64_t words, changes;
	/* Packets are handed over whole, as the chip does with those that are in its rings. Set after listener_init. */
	bool batch, waiting; /* a K waits for what comes behind it */
	uint64_t k_tick;
	enum wire_lines k_lines;
	uint32_t word[1024];
	unsigned word_count;
	uint64_t whole; /* packets that went that way */
};

void listener_init(struct listener *l, const struct line_sink *sink);

/* Plays the whole wave from its start; the first sample is `phase` ps (0 to 8333) into it. Then `rest` more cycles. */
void listener_play(struct listener *l, const struct wave *w, double phase, uint64_t rest);

#endif
