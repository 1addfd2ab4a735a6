/*
 * Packets by their words: how core/packet_words.c makes them, which three core/packet_three.c takes in one go and which not, and what the
 * receiver must not carry from one packet into the next.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/crc.h"
#include "core/packet_words.h"
#include "core/packet_rx.h"
#include "core/listen_pio.h"
#include "core/wire.h"

static struct rx rx;
static struct rx_packet heard[32];
static uint8_t heard_bytes[32][PACKET_RX_MAX];
static unsigned count;

static void on_packet(void *context, const struct rx_packet *p)
{
	(void)context;
	assert_true(count < 32);
	heard[count] = *p;
	memcpy(heard_bytes[count++], p->bytes, p->len);
}

static const struct rx_sink sink = {.packet = on_packet};

static int start(void **state)
{
	(void)state;
	rx_tables();
	rx_init(&rx, &sink);
	count = 0;
	return 0;
}

/* An ACK at full speed: KJKJKJKK JJKJJKKK is D- D+ by turns, the first symbol lowest; all sixteen fill the first word. */
static void an_acknowledgement_as_written_out(void **state)
{
	static const char symbols[] = "KJKJKJKKJJKJJKKK";
	static const uint8_t ack = 0xd2;
	uint32_t to[PACKET_WORDS], expected = 0, low = 0;

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		expected |= (symbols[i] == 'J' ? 1u : 2u) << 2 * i;
		low |= (symbols[i] == 'J' ? 2u : 1u) << 2 * i;
	}
	assert_int_equal(packet_words(to, &ack, 1, USB_SPEED_FULL), 2);
	assert_int_equal(to[0], expected);
	/* The last word is pushed even where it has no symbol. */
	assert_int_equal(to[1], 0);
	assert_int_equal(packet_words(to, &ack, 1, USB_SPEED_LOW), 2);
	assert_int_equal(to[0], low);
}

static void what_is_left_stands_at_the_top_of_the_last_word(void **state)
{
	static const uint8_t token[] = {0x69, 0x83, 0xe0};
	uint32_t to[PACKET_WORDS];

	(void)state;
	/* 8 of sync, 24 bits, no stuffing: two whole words and none left. */
	assert_int_equal(packet_words(to, token, 3, USB_SPEED_FULL), 3);
	assert_int_equal(to[2], 0);
	/* Half a word more. */
	assert_int_equal(packet_words(to, (const uint8_t[]){0xc3, 0, 0, 0x5a}, 4, USB_SPEED_FULL),
	                 3);
	assert_int_equal(to[2] & 0xffff, 0);
	assert_true(to[2] >> 16 & 3);
	assert_true(to[2] >> 30);
}

static void a_packet_that_stuffs_most_fits(void **state)
{
	uint8_t bytes[PACKET_WORDS_BYTES];
	uint32_t to[PACKET_WORDS + 1];

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	to[PACKET_WORDS] = 0xdeadbeef;
	assert_true(packet_words(to, bytes, sizeof(bytes), USB_SPEED_FULL) <= PACKET_WORDS);
	assert_int_equal(to[PACKET_WORDS], 0xdeadbeef);
}

static void a_token_has_its_fields(void **state)
{
	uint8_t to[3];

	(void)state;
	/* USB 2.0 §8.4.1: seven bits of address, four of endpoint, a CRC5 that is good. */
	for (unsigned address = 0; address < 128; address += 21)
		for (unsigned endpoint = 0; endpoint < 16; endpoint++) {
			packet_token(to, USB_PID_IN, address, endpoint);
			assert_int_equal(to[0], 0x69);
			assert_int_equal(load_le16(to + 1) & 0x7f, address);
			assert_int_equal(load_le16(to + 1) >> 7 & 0xf, endpoint);
			assert_true(crc5_token_good(to + 1));
		}
	packet_token(to, USB_PID_SETUP, 0x15, 0xe);
	assert_int_equal(to[0], 0x2d);
	packet_token(to, USB_PID_IN, 200, 17);
	assert_int_equal(load_le16(to + 1) & 0x7ff, (200 & 0x7f) | 1 << 7);
}

static unsigned words_of(uint32_t *to, const uint8_t *bytes, size_t len, enum usb_speed speed)
{
	return packet_words(to, bytes, len, speed);
}

static void hear(const uint8_t *bytes, size_t len, enum usb_speed speed)
{
	uint32_t to[PACKET_WORDS];
	unsigned n = words_of(to, bytes, len, speed);

	rx_at(&rx, 500, speed);
	assert_true(rx_whole(&rx, to, n));
}

static uint32_t three[3][PACKET_WORDS];
static struct rx_three t;

/* An IN, `len` bytes of data, an ACK; the first and last have been heard before. */
static void make_three(uint8_t *data, size_t len, enum usb_speed speed)
{
	static const uint8_t in[] = {0x69, 0x83, 0xe0}, ack = 0xd2;

	data[0] = 0x4b;
	for (size_t i = 1; i + 2 < len; i++)
		data[i] = (uint8_t)(i * 29);
	store_le16(data + len - 2, crc16(data + 1, len - 3));
	hear(in, 3, speed);
	hear(&ack, 1, speed);
	t = (struct rx_three){
		.k = 1000, .after = {400, 3000}, .words = {three[0], three[1], three[2]}};
	t.count[0] = words_of(three[0], in, 3, speed);
	t.count[1] = words_of(three[1], data, len, speed);
	t.count[2] = words_of(three[2], &ack, 1, speed);
}

static void three_go_through_in_one(void **state)
{
	const struct rx_packet *p[3];
	uint8_t data[67];

	(void)state;
	for (int speed = USB_SPEED_LOW; speed <= USB_SPEED_FULL; speed++)
		for (size_t len = 3; len <= sizeof(data); len++) {
			start(NULL);
			make_three(data, len, (enum usb_speed)speed);
			assert_true(rx_transaction(&rx, &t, p));
			assert_int_equal(p[0]->start, 1000);
			assert_int_equal(p[1]->start, 1400);
			assert_int_equal(p[2]->start, 4000);
			assert_int_equal(p[1]->len, len);
			assert_int_equal(p[1]->len_true, len);
			assert_int_equal(p[1]->flags, 0);
			assert_int_equal(p[1]->speed, speed);
			assert_memory_equal(p[1]->bytes, data, len);
		}
}

/* Each bit of the data flipped: never taken for good. A changed symbol is a changed level from there on, or two bits. */
static void damaged_data_are_never_good(void **state)
{
	const struct rx_packet *p[3];
	uint8_t data[20];

	(void)state;
	make_three(data, sizeof(data), USB_SPEED_FULL);
	assert_true(rx_transaction(&rx, &t, p));
	for (unsigned symbol = 0; symbol < 16 * (t.count[1] - 1); symbol++) {
		three[1][symbol / 16] ^= 3u << 2 * (symbol % 16);
		assert_false(rx_transaction(&rx, &t, p));
		three[1][symbol / 16] ^= 3u << 2 * (symbol % 16);
	}
	for (unsigned symbol = 8; symbol < 16 * (t.count[1] - 1); symbol++) {
		for (unsigned i = symbol; i < 16 * (t.count[1] - 1); i++)
			three[1][i / 16] ^= 3u << 2 * (i % 16);
		/* One bit is another; where it is the last there is, the level behind it is the same. */
		assert_false(rx_transaction(&rx, &t, p));
		for (unsigned i = symbol; i < 16 * (t.count[1] - 1); i++)
			three[1][i / 16] ^= 3u << 2 * (i % 16);
	}
	assert_true(rx_transaction(&rx, &t, p));
}

static void what_is_no_such_three_is_not_taken(void **state)
{
	static const uint8_t nak = 0x5a, setup[] = {0x2d, 0x83, 0xe0}, other[] = {0x69, 0x05, 0x40};
	const struct rx_packet *p[3];
	uint8_t data[10], empty = 0xc3;

	(void)state;
	make_three(data, sizeof(data), USB_SPEED_FULL);
	hear(&nak, 1, USB_SPEED_FULL);
	hear(setup, 3, USB_SPEED_FULL);
	t.count[2] = words_of(three[2], &nak, 1, USB_SPEED_FULL);
	assert_false(rx_transaction(&rx, &t, p));
	make_three(data, sizeof(data), USB_SPEED_FULL);
	words_of(three[0], setup, 3, USB_SPEED_FULL);
	assert_false(rx_transaction(&rx, &t, p));
	/* Never heard before. */
	make_three(data, sizeof(data), USB_SPEED_FULL);
	words_of(three[0], other, 3, USB_SPEED_FULL);
	assert_false(rx_transaction(&rx, &t, p));
	make_three(data, sizeof(data), USB_SPEED_FULL);
	words_of(three[2], (const uint8_t[]){0x1e}, 1, USB_SPEED_FULL);
	assert_false(rx_transaction(&rx, &t, p));
	/* A word too few, too many, or of another PID; data without a checksum. */
	make_three(data, sizeof(data), USB_SPEED_FULL);
	t.count[1]--;
	assert_false(rx_transaction(&rx, &t, p));
	t.count[1] = 2 + 2 * RX_PAIRS + 1;
	assert_false(rx_transaction(&rx, &t, p));
	t.count[1] = 1;
	assert_false(rx_transaction(&rx, &t, p));
	t.count[1] = words_of(three[1], &nak, 1, USB_SPEED_FULL);
	assert_false(rx_transaction(&rx, &t, p));
	t.count[1] = words_of(three[1], &empty, 1, USB_SPEED_FULL);
	assert_false(rx_transaction(&rx, &t, p));
	make_three(data, sizeof(data), USB_SPEED_FULL);
	assert_true(rx_transaction(&rx, &t, p));
}

static void step_by_step(const uint32_t *words, unsigned n)
{
	rx_begin(&rx, 1000, USB_SPEED_FULL);
	for (unsigned i = 0; i < n; i++)
		rx_words(&rx, words + i, 1);
}

/* With a stuffed bit in it the first byte is not complete behind the first word: what stood there was a PRE. */
static void a_damaged_packet_behind_a_pre_is_no_pre(void **state)
{
	static const uint8_t pre = 0x3c, damaged[] = {0xff, 0x12, 0x34, 0x56};
	uint32_t to[PACKET_WORDS];

	(void)state;
	step_by_step(to, words_of(to, &pre, 1, USB_SPEED_FULL));
	rx_close(&rx);
	count = 0;
	step_by_step(to, words_of(to, damaged, sizeof(damaged), USB_SPEED_FULL));
	assert_int_equal(count, 1);
	assert_int_equal(heard[0].len_true, sizeof(damaged));
	assert_memory_equal(heard_bytes[0], damaged, sizeof(damaged));
	assert_true(heard[0].flags & WIRE_BAD_PID);
}

/* The same words are the same packet, whatever came before: here one that ended with ones, and a sync that begins with J. */
static void nothing_is_carried_into_the_next_packet(void **state)
{
	static const uint8_t ones[] = {0xc3, 0xff, 0xff, 0xff, 0xff, 0xff};
	/* Sixteen J, which are no sync: one that is all ones. J for eight more, then K and J by turns; some at the end. */
	const uint32_t odd[] = {0x55555555, 0x66665555, 0x55550000};
	uint32_t to[PACKET_WORDS];
	struct rx_packet first;
	uint8_t bytes[PACKET_RX_MAX];

	(void)state;
	step_by_step(odd, 3);
	assert_int_equal(count, 1);
	first = heard[0];
	memcpy(bytes, heard_bytes[0], first.len);
	count = 0;
	step_by_step(to, words_of(to, ones, sizeof(ones), USB_SPEED_FULL));
	step_by_step(odd, 3);
	assert_int_equal(count, 2);
	assert_int_equal(heard[1].flags, first.flags);
	assert_int_equal(heard[1].len_true, first.len_true);
	assert_memory_equal(heard_bytes[1], bytes, first.len);
}

/* Symbols of a full-speed packet with these bits behind its sync, as they are: whoever sends them need not have stuffed. */
static unsigned words_of_bits(uint32_t *to, const uint8_t *bit, unsigned bits)
{
	static const uint8_t sync[8] = {0, 0, 0, 0, 0, 0, 0, 1};
	uint32_t word = 0, level = 1;
	unsigned n = 0, words = 0;

	for (; n < 8 + bits; n++) {
		level ^= !(n < 8 ? sync[n] : bit[n - 8]);
		word = word >> 2 | (level ? 1u : 2u) << 30;
		if (n % 16 == 15) {
			to[words++] = word;
			word = 0;
		}
	}
	to[words++] = word;
	return words;
}

/* Bit by bit, as USB 2.0 §7.1.9 says: behind six ones a zero that is no bit; the sync's last bit is one of them. */
static uint16_t unstuff_singly(uint8_t *to, const uint8_t *bit, unsigned bits, uint8_t *flags)
{
	unsigned ones = 1, n = 0;

	*flags = 0;
	for (unsigned i = 0; i < bits; i++) {
		if (ones == 6) {
			ones = 0;
			*flags |= bit[i] ? WIRE_BAD_STUFFING : 0;
			continue;
		}
		ones = bit[i] ? ones + 1 : 0;
		to[n / 8] = (uint8_t)((n % 8 ? to[n / 8] : 0) | bit[i] << n % 8);
		n++;
	}
	*flags |= n % 8 > 1 ? WIRE_BAD_EOP : 0;
	return (uint16_t)(n / 8);
}

static void assert_heard_so(const uint8_t *bit, unsigned bits)
{
	uint8_t expected[64], flags;
	uint16_t len = unstuff_singly(expected, bit, bits, &flags);

	assert_int_equal(count, 1);
	assert_int_equal(heard[0].flags & (WIRE_BAD_STUFFING | WIRE_BAD_EOP), flags);
	assert_int_equal(heard[0].len_true, len);
	assert_memory_equal(heard_bytes[0], expected, len);
	count = 0;
}

/*
 * What stands before a word says which of its bits are stuffed: runs of ones that begin at each bit and end before, at and behind every
 * border, stuffed or not, in words that come at once, in two parts, and one by one.
 */
static void ones_are_carried_over_each_border(void **state)
{
	enum { BITS = 200, PID = 8, RUN_MOST = 15, IDLE = LISTEN_IDLE_BITS };
	uint32_t to[PACKET_WORDS];
	uint8_t bit[BITS];

	(void)state;
	for (unsigned run = 5; run <= RUN_MOST; run++)
		for (unsigned at = 0; at + run + IDLE < BITS; at++) {
			unsigned words;

			for (unsigned i = 0; i < BITS; i++)
				bit[i] = i < PID ? 0xc3 >> i & 1 : i % 3 == 0;
			memset(bit + at, 1, run);
			bit[at + run] = 0;
			if (at > PID)
				bit[at - 1] = 0;
			words = words_of_bits(to, bit, BITS);
			rx_at(&rx, 1000, USB_SPEED_FULL);
			/* What is no PID is left to the steps. */
			assert_true(rx_whole(&rx, to, words) || at < PID);
			if (at >= PID || count)
				assert_heard_so(bit, BITS);
			step_by_step(to, words);
			assert_heard_so(bit, BITS);
			for (unsigned first = 1; first < words; first++) {
				rx_begin(&rx, 1000, USB_SPEED_FULL);
				assert_int_equal(rx_words(&rx, to, first), first);
				assert_int_equal(rx_words(&rx, to + first, words - first),
				                 words - first);
				assert_heard_so(bit, BITS);
			}
		}
}

/*
 * What one device's endpoints and their answers come to, all of them by turns: known again by their words, and not thrown out of their places
 * by each other. Of all addresses, and two in a hundred may be.
 */
static void endpoints_by_turns_stay_known(void **state)
{
	static const uint8_t answers[] = {0xd2, 0x5a, 0x1e};
	static const enum usb_pid pids[] = {USB_PID_IN, USB_PID_OUT, USB_PID_IN, USB_PID_IN};
	enum { TOKENS = sizeof(pids) / sizeof(pids[0]), ALL = TOKENS + sizeof(answers) };
	unsigned again = 0, asked = 0;

	for (unsigned i = 0; i < 2 * 127 * 4 * ALL; i++) {
		enum usb_speed speed = i % (2 * 4 * ALL) < 4 * ALL ? USB_SPEED_LOW : USB_SPEED_FULL;
		unsigned address = 1 + i / (2 * 4 * ALL), which = i % ALL;
		bool first = i % (4 * ALL) < ALL, token = which < TOKENS;
		uint8_t bytes[3] = {token ? 0 : answers[which - TOKENS]};
		uint32_t words[PACKET_WORDS];
		unsigned n;

		if (i % (4 * ALL) == 0)
			start(state);
		if (token)
			packet_token(bytes, pids[which], address, which);
		n = packet_words(words, bytes, token ? 3 : 1, speed);
		count = 0;
		rx_at(&rx, 1000, speed);
		asked += !first;
		if (rx_again(&rx, words, n))
			again += !first;
		else
			assert_true(rx_whole(&rx, words, n));
		assert_int_equal(count, 1);
		assert_int_equal(heard[0].flags, 0);
		assert_memory_equal(heard_bytes[0], bytes, token ? 3 : 1);
	}
	if (again < asked - asked / 50)
		fail_msg("%u of %u known again", again, asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_acknowledgement_as_written_out, start),
		cmocka_unit_test_setup(what_is_left_stands_at_the_top_of_the_last_word, start),
		cmocka_unit_test_setup(a_packet_that_stuffs_most_fits, start),
		cmocka_unit_test_setup(a_token_has_its_fields, start),
		cmocka_unit_test_setup(three_go_through_in_one, start),
		cmocka_unit_test_setup(damaged_data_are_never_good, start),
		cmocka_unit_test_setup(what_is_no_such_three_is_not_taken, start),
		cmocka_unit_test_setup(a_damaged_packet_behind_a_pre_is_no_pre, start),
		cmocka_unit_test_setup(nothing_is_carried_into_the_next_packet, start),
		cmocka_unit_test_setup(ones_are_carried_over_each_border, start),
		cmocka_unit_test_setup(endpoints_by_turns_stay_known, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
