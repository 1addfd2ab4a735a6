/*
 * The PIO program that takes a packet's bits out of the sampler's words (core/unstuff.h), instruction by instruction on a model of one state machine
 * with its FIFOs, against the decoder that the PC and the chip share: the same bytes and the same verdict, or its flag is up.
 * Bytes of all kinds, every length that the helper is given, every place of the last symbol, damaged symbols.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/crc.h"
#include "core/packet_plain.h"
#include "core/packet_words.h"
#include "core/pio_code.h"
#include "core/unstuff.h"

enum {
	FIFO = 4,
	ROUNDS = 40000,
	SYMBOLS_AT_MOST = 16 * UNSTUFF_WORDS_MOST - 1,
	CYCLES_A_SYMBOL = 6, /* at most */
};

/* A state machine between two FIFOs. Autopull and autopush at 32, both to the right. RP2040 datasheet §3.2, §3.5.4 */
struct machine {
	uint32_t x, y, isr, osr;
	unsigned pc, isr_bits, osr_left;
	uint32_t sent[FIFO], got[FIFO];
	unsigned sents, gots;
	bool flag;
	unsigned steps;
};

static uint32_t pull(struct machine *m, unsigned bits)
{
	uint32_t v = m->osr & (bits == 32 ? ~0u : (1u << bits) - 1);

	m->osr = bits == 32 ? 0 : m->osr >> bits;
	m->osr_left -= bits;
	return v;
}

/* One instruction. False where it stalls. */
static bool step(struct machine *m, uint16_t word)
{
	unsigned low = word & 31, bits = low ? low : 32, what = word >> 5 & 7, next = m->pc + 1;
	uint32_t v;

	if (next == UNSTUFF_AT + UNSTUFF_LEN)
		next = UNSTUFF_WRAP;
	switch (word >> 13) {
	case 0:
		if (what == PIO_ALWAYS || (what == PIO_Y_ZERO && !m->y) ||
		    (what == PIO_X_ZERO && !m->x) || (what == PIO_X_NE_Y && m->x != m->y) ||
		    (what == PIO_X_DEC && m->x--) || (what == PIO_Y_DEC && m->y--))
			next = low;
		break;
	case 2:
		if (m->isr_bits + bits >= 32 && m->gots == FIFO)
			return false;
		v = what == PIO_Y ? m->y : 0;
		m->isr = m->isr >> bits | v << (32 - bits);
		m->isr_bits += bits;
		if (m->isr_bits < 32)
			break;
		m->got[m->gots++] = m->isr;
		m->isr = m->isr_bits = 0;
		break;
	case 3:
		if (!m->osr_left) {
			if (!m->sents)
				return false;
			m->osr = m->sent[0];
			m->osr_left = 32;
			memmove(m->sent, m->sent + 1, --m->sents * sizeof(*m->sent));
		}
		v = pull(m, bits);
		if (what == PIO_Y)
			m->y = v;
		else
			m->x = v;
		assert_true(what == PIO_X || what == PIO_Y);
		break;
	case 6:
		assert_int_equal(low, UNSTUFF_IRQ);
		m->flag = true;
		break;
	case 7:
		assert_int_equal(what, PIO_X);
		m->x = low;
		break;
	default:
		fail_msg("instruction %04x", word);
	}
	m->pc = next;
	m->steps++;
	return true;
}

/* As rp2040/unstuff.c does it: until the last of the tail is sent off. Returns whether a seventh one came. */
static bool run(uint32_t out[UNSTUFF_OUT], const uint32_t *words, unsigned count, unsigned *outs)
{
	struct unstuff_end end = unstuff_end(words, count);
	const uint32_t *fill = &unstuff_fill[end.low];
	struct machine m = {0};
	unsigned sent = 0, taken = 0, all = count + UNSTUFF_FILL;

	for (unsigned i = 0; i < UNSTUFF_BEGIN; i++) {
		m.pc = UNSTUFF_AT;
		assert_true(step(&m, unstuff_begin[i]));
	}
	while (sent < all) {
		bool moved = false;

		if (m.sents < FIFO) {
			m.sent[m.sents++] = sent < count - 1    ? words[sent]
			                    : sent == count - 1 ? end.last
			                                        : *fill;
			sent++;
			continue;
		}
		while (m.gots && taken < end.outs) {
			out[taken++] = m.got[0];
			memmove(m.got, m.got + 1, --m.gots * sizeof(*m.got));
		}
		moved = step(&m, unstuff_pio[m.pc - UNSTUFF_AT]);
		/* A stall would be for ever. */
		assert_true(moved);
	}
	while (m.gots && taken < end.outs)
		out[taken++] = m.got[--m.gots];
	assert_int_equal(taken, end.outs);
	assert_true(m.steps <= 16 * all * CYCLES_A_SYMBOL);
	*outs = end.outs;
	return m.flag;
}

/* Whether seven ones follow each other, symbol by symbol; or six stand at the end, behind which what is sent is the seventh. */
static bool has_seventh(const uint32_t *words, unsigned count)
{
	unsigned ones = 0, before = 1;

	for (unsigned i = 0; i < 16 * count; i++) {
		unsigned symbol = words[i / 16] >> 2 * (i % 16) & 3;

		/* The last word has its symbols at the top. */
		if (!symbol)
			continue;
		if (ones == STUFF_AFTER && (symbol & 1) == before)
			return true;
		ones = (symbol & 1) == before ? ones + 1 : 0;
		before = symbol & 1;
	}
	return ones == STUFF_AFTER;
}

/* The program takes SE1 for either level, the decoder for J. */
static bool has_se1(const uint32_t *words, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (words[i] & words[i] >> 1 & 0x55555555)
			return true;
	return false;
}

static uint32_t seed = 1;

static unsigned any(unsigned below)
{
	seed = seed * 1664525 + 1013904223;
	return (unsigned)((uint64_t)seed * below >> 32);
}

/* From all zeros to all ones, which are all stuffed. */
static size_t make(uint8_t *to)
{
	size_t len = 20 + any(45);
	unsigned kind = any(4);
	uint16_t crc;

	to[0] = any(2) ? 0xc3 : 0x4b;
	for (size_t i = 0; i < len; i++)
		to[1 + i] = (uint8_t)(kind == 0   ? 0
		                      : kind == 1 ? 0xff
		                      : kind == 2 ? any(256)
		                                  : any(256) | any(256) | any(256));
	crc = crc16(to + 1, len);
	to[1 + len] = (uint8_t)crc;
	to[2 + len] = (uint8_t)(crc >> 8);
	return len + 3;
}

/* One symbol more at the end, as the last: a hub's dribble. */
static unsigned dribble(uint32_t *words, unsigned count)
{
	uint32_t last = words[count - 1];
	uint32_t newest = last ? last >> 30 : words[count - 2] >> 30;

	words[count - 1] = last >> 2 | (any(2) ? newest : 3 - newest) << 30;
	if (!packet_is_whole(words[count - 1]))
		return count;
	words[count] = 0;
	return count + 1;
}

static void heard(void *context, const struct rx_packet *p)
{
	(void)context;
	assert_int_equal(p->flags, 0);
}

static void same_as_the_decoder(void **state)
{
	static const struct rx_sink sink = {.packet = heard};
	static const uint8_t ack = 0xd2;
	static struct rx rx;
	unsigned good = 0, refused = 0, flagged = 0;
	uint32_t token_words[PACKET_WORDS], ack_words[PACKET_WORDS];
	uint8_t token[3];
	struct rx_three t;

	(void)state;
	rx_tables();
	rx_init(&rx, &sink);
	packet_token(token, USB_PID_IN, 5, 1);
	t.k = 0;
	t.after[0] = t.after[1] = 0;
	t.words[0] = token_words;
	t.count[0] = packet_words(token_words, token, 3, USB_SPEED_FULL);
	t.words[2] = ack_words;
	t.count[2] = packet_words(ack_words, &ack, 1, USB_SPEED_FULL);
	for (unsigned i = 0; i < 3; i += 2) {
		rx_at(&rx, 0, USB_SPEED_FULL);
		assert_true(rx_whole(&rx, t.words[i], t.count[i]));
	}
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t words[PACKET_WORDS + 1], out[UNSTUFF_OUT];
		uint8_t bytes[PACKET_WORDS_BYTES], expected[PACKET_WORDS_BYTES];
		size_t len = make(bytes);
		unsigned count = packet_words(words, bytes, len, USB_SPEED_FULL), outs;
		unsigned damage = any(4), expected_len = 0;
		const struct rx_packet *packet[3];
		bool flag, is_good, se1;

		if (damage == 1 && count < UNSTUFF_WORDS_MOST)
			count = dribble(words, count);
		for (unsigned k = damage == 2 ? 1 : damage == 3 ? 1 + any(40) : 0; k; k--)
			words[1 + any(count - 2)] ^= 1u << any(32);
		for (unsigned k = 0; k < count - 1; k++)
			for (unsigned s = 0; s < 32; s += 2)
				words[k] |= words[k] >> s & 3 ? 0 : 1u << s;
		flag = run(out, words, count, &outs);
		se1 = has_se1(words, count);
		if (!se1)
			assert_int_equal(flag, has_seventh(words, count));
		t.words[1] = words;
		t.count[1] = count;
		t.unstuffed = NULL;
		is_good = rx_transaction(&rx, &t, packet);
		if (is_good) {
			expected_len = packet[1]->len;
			memcpy(expected, packet[1]->bytes, expected_len);
		}
		t.bits = unstuff_bits(out, outs);
		if (flag || !t.bits) {
			/* A whole packet is never refused. */
			assert_int_not_equal(damage, 0);
			flagged++;
			continue;
		}
		t.unstuffed = out;
		if (!rx_transaction(&rx, &t, packet)) {
			/* Refused, so that the words are decoded. */
			assert_true(!is_good || se1);
			refused++;
			continue;
		}
		good++;
		if (!is_good) {
			assert_true(se1);
			continue;
		}
		assert_int_equal(packet[1]->len, expected_len);
		assert_memory_equal(packet[1]->bytes, expected, expected_len);
		/* Damage can go unseen by the checksum. */
		if (damage > 1)
			continue;
		assert_int_equal(packet[1]->len_true, len);
		assert_memory_equal(packet[1]->bytes, bytes, len);
	}
	/* All three ways were gone. */
	assert_true(good > ROUNDS / 4 && refused > ROUNDS / 20 && flagged > ROUNDS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_the_decoder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
