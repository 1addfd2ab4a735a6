/* The listener's model: see listener.h. Only what the two programs use is modelled; all else aborts. */
#include "tests/wave/listener.h"

#include <stdlib.h>

#include "core/listen_pio.h"
#include "core/pio_code.h"

static const double CYCLE = 1e12 / WIRE_TICK_HZ;

static void restart(struct listener *l, enum usb_speed speed)
{
	struct listen_patch patch[LISTEN_PATCHES];

	listen_pio_patch(patch, speed);
	for (int i = 0; i < LISTEN_PATCHES; i++)
		l->program[patch[i].at] = patch[i].word;
	l->jmp_pin = listen_data_line(speed);
	l->irq = 0;
	l->sm[LISTEN_SAMPLER] = (struct state_machine){
		.pc = LISTEN_SAMPLER_START,
		.divider = speed == USB_SPEED_LOW ? LISTEN_LOW_SPEED_DIVIDER : 1,
		.push_at = 32,
		.shift_right = true,
		.enabled = speed != USB_SPEED_UNKNOWN,
	};
	l->sm[LISTEN_WATCHER] = (struct state_machine){
		.pc = LISTEN_WATCHER_START, .divider = 1, .push_at = 2, .enabled = true};
}

static void on_speed(void *context, enum usb_speed speed)
{
	struct listener *l = context;

	restart(l, speed);
	l->sink->speed(l->sink->context, speed);
}

static void on_packet(void *context, const struct rx_packet *p)
{
	struct listener *l = context;
	l->sink->packet(l->sink->context, p);
}

static void on_edge(void *context, uint64_t tick, enum wire_lines lines)
{
	struct listener *l = context;
	l->sink->edge(l->sink->context, tick, lines);
}

static void on_event(void *context, enum wire_line_event event, uint64_t tick, uint64_t duration)
{
	struct listener *l = context;
	l->sink->event(l->sink->context, event, tick, duration);
}

static void on_lost(void *context, uint64_t from, uint64_t to)
{
	struct listener *l = context;
	l->sink->lost(l->sink->context, from, to);
}

/* The emulator's business: here every packet is decoded. */
static void on_repeated(void *context, uint32_t count, uint64_t tick)
{
	struct listener *l = context;
	l->sink->repeated(l->sink->context, count, tick);
}

void listener_init(struct listener *l, const struct line_sink *sink)
{
	*l = (struct listener){.sink = sink};
	l->inner = (struct line_sink){.context = l,
	                              .packet = on_packet,
	                              .edge = on_edge,
	                              .event = on_event,
	                              .lost = on_lost,
	                              .repeated = on_repeated,
	                              .speed = on_speed};
	for (int i = 0; i < LISTEN_PIO_LEN; i++)
		l->program[i] = listen_pio[i];
	rx_tables();
	line_init(&l->line, &l->inner);
	restart(l, USB_SPEED_UNKNOWN);
}

/* What waits goes the way of those that come one by one. */
static void hand_over(struct listener *l)
{
	if (!l->waiting)
		return;
	l->waiting = false;
	line_change(&l->line, l->k_tick, l->k_lines);
	line_words(&l->line, l->word, l->word_count);
}

static void changed(struct listener *l, uint64_t tick, enum wire_lines lines)
{
	if (l->waiting && lines == l->line.lines &&
	    line_packet(&l->line, l->k_tick, l->word, l->word_count)) {
		line_idle(&l->line, tick);
		l->waiting = false;
		l->whole++;
		return;
	}
	hand_over(l);
	if (l->batch && lines == WIRE_SE1 - l->line.lines) {
		l->waiting = true;
		l->k_tick = tick;
		l->k_lines = lines;
		l->word_count = 0;
	} else {
		line_change(&l->line, tick, lines);
	}
}

static void pushed(struct listener *l, unsigned sm)
{
	uint32_t word = l->sm[sm].isr;

	l->sm[sm].isr = 0;
	l->sm[sm].isr_count = 0;
	if (sm == LISTEN_WATCHER) {
		l->changes++;
		changed(l, l->cycle - LISTEN_WATCHER_DELAY, (enum wire_lines)word);
		return;
	}
	l->words++;
	if (l->word_count == 1024)
		hand_over(l);
	if (l->waiting)
		l->word[l->word_count++] = word;
	else
		line_words(&l->line, &word, 1);
}

static uint32_t source(const struct listener *l, const struct state_machine *s, unsigned from)
{
	switch (from) {
	case PIO_PINS:
		return l->sync2;
	case PIO_X:
		return s->x;
	case PIO_Y:
		return s->y;
	case PIO_NULL:
		return 0;
	case PIO_ISR:
		return s->isr;
	case PIO_OSR:
		return s->osr;
	default:
		abort();
	}
}

static bool jumps(struct listener *l, struct state_machine *s, unsigned condition)
{
	switch (condition) {
	case PIO_ALWAYS:
		return true;
	case PIO_X_ZERO:
		return s->x == 0;
	case PIO_X_DEC:
		return s->x-- != 0;
	case PIO_Y_ZERO:
		return s->y == 0;
	case PIO_Y_DEC:
		return s->y-- != 0;
	case PIO_X_NE_Y:
		return s->x != s->y;
	case PIO_PIN:
		return l->sync2 >> l->jmp_pin & 1;
	default:
		abort();
	}
}

static void execute(struct listener *l, unsigned n)
{
	struct state_machine *s = &l->sm[n];
	unsigned bottom =
		n == LISTEN_SAMPLER ? LISTEN_SAMPLER_WRAP_BOTTOM : LISTEN_WATCHER_WRAP_BOTTOM;
	unsigned top = n == LISTEN_SAMPLER ? LISTEN_SAMPLER_WRAP_TOP : LISTEN_WATCHER_WRAP_TOP;
	unsigned word = l->program[s->pc], count = (word & 31) ? word & 31 : 32, at;
	unsigned next = s->pc == top ? bottom : s->pc + 1;
	bool push = false;
	uint32_t v;

	s->stalled = false;
	switch (word >> 13) {
	case 0:
		if (jumps(l, s, word >> 5 & 7))
			next = word & 31;
		break;
	case 1:
		at = word & 31;
		if ((word >> 5 & 3) == PIO_WAIT_GPIO) {
			s->stalled = (l->sync2 >> at & 1) != (word >> 7 & 1);
		} else {
			s->stalled = !(l->irq >> at & 1);
			if (!s->stalled)
				l->irq &= ~(1u << at);
		}
		if (s->stalled)
			return;
		break;
	case 2:
		v = source(l, s, word >> 5 & 7) & (count == 32 ? ~0u : (1u << count) - 1);
		s->isr = s->shift_right ? s->isr >> count | v << (32 - count) : s->isr << count | v;
		s->isr_count += count;
		push = s->isr_count >= s->push_at;
		break;
	case 3:
		v = s->osr & ((1u << count) - 1);
		s->osr >>= count;
		if ((word >> 5 & 7) == PIO_X)
			s->x = v;
		else if ((word >> 5 & 7) == PIO_Y)
			s->y = v;
		else
			abort();
		break;
	case 4:
		push = true;
		break;
	case 5:
		if ((word >> 5 & 7) != PIO_OSR)
			abort();
		s->osr = source(l, s, word & 7);
		break;
	case 6:
		if (word & 0x40)
			l->irq &= ~(1u << (word & 7));
		else
			l->irq |= 1u << (word & 7);
		break;
	case 7:
		if ((word >> 5 & 7) == PIO_X)
			s->x = word & 31;
		else
			s->y = word & 31;
		break;
	}
	s->pc = next;
	s->delay = word >> 8 & 31;
	/* Last: what is pushed may change the speed, which restarts the machine. */
	if (push)
		pushed(l, n);
}

static void clock(struct listener *l, unsigned lines)
{
	for (unsigned n = 0; n < 2; n++) {
		struct state_machine *s = &l->sm[n];

		if (!s->enabled || ++s->divided < s->divider)
			continue;
		s->divided = 0;
		if (s->delay)
			s->delay--;
		else
			execute(l, n);
	}
	l->sync2 = l->sync1;
	l->sync1 = lines;
	l->cycle++;
	if (!(l->cycle & 0x3ff)) {
		/* A K that nothing follows is no packet. */
		if (l->waiting && l->cycle - l->k_tick > 120000)
			hand_over(l);
		if (!l->waiting)
			line_time(&l->line, l->cycle);
	}
}

/* Nothing happens before the next edge: the watcher looks in vain, the sampler waits. */
static bool is_quiet(const struct listener *l, unsigned lines)
{
	const struct state_machine *s = &l->sm[LISTEN_SAMPLER], *w = &l->sm[LISTEN_WATCHER];

	return l->sync1 == lines && l->sync2 == lines && (!s->enabled || s->stalled) &&
	       (w->stalled || (w->pc >= LISTEN_WATCHER_WRAP_BOTTOM &&
	                       w->pc <= LISTEN_WATCHER_WRAP_TOP && w->y == lines));
}

/* After a jump it stands somewhere in its loop of three, having seen what it has been seeing. */
static void turn_watcher(struct listener *l, unsigned lines)
{
	struct state_machine *w = &l->sm[LISTEN_WATCHER];

	if (w->stalled)
		return;
	w->pc = LISTEN_WATCHER_WRAP_BOTTOM + (unsigned)(l->cycle % 3);
	w->osr = lines;
	w->x = lines;
}

void listener_play(struct listener *l, const struct wave *w, double phase, uint64_t rest)
{
	size_t at[2] = {0, 0};
	uint64_t first = l->cycle, end = first + (uint64_t)(w->now / CYCLE) + rest;
	unsigned lines = l->pins;

	while (l->cycle < end) {
		double t = (double)(l->cycle - first) * CYCLE + phase, next = 1e300;

		for (unsigned i = 0; i < 2; i++) {
			const struct wave_wire *wire = &w->wire[i];

			for (; at[i] < wire->count && (double)wire->edge[at[i]].ps <= t; at[i]++)
				lines = (lines & ~(1u << i)) | (unsigned)wire->edge[at[i]].high
				                                       << i;
			if (at[i] < wire->count && (double)wire->edge[at[i]].ps < next)
				next = (double)wire->edge[at[i]].ps;
		}
		clock(l, lines);
		/* The watcher's loop is three cycles long: whole loops change nothing. */
		while (is_quiet(l, lines)) {
			uint64_t step = 0x400 - (l->cycle & 0x3ff);

			if ((double)(l->cycle - first + step + 3) * CYCLE + phase >= next ||
			    l->cycle + step >= end)
				break;
			l->cycle += step;
			turn_watcher(l, lines);
			if (l->waiting && l->cycle - l->k_tick > 120000)
				hand_over(l);
			if (!l->waiting)
				line_time(&l->line, l->cycle);
		}
	}
	l->pins = lines;
}
