/*
 * The two checksums of USB packets. USB 2.0 §8.3.5. Both are sent complemented, least significant bit first;
 * both functions return the value as it stands in the packet, so that a good packet compares equal.
 */
#ifndef CORDON_CORE_CRC_H
#define CORDON_CORE_CRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CRC5 over the low `bits` bits of `value`: 11 for a token, 19 for a split token. USB 2.0 §8.3.5.1 */
uint8_t crc5(uint32_t value, unsigned bits);

/* Whether the two bytes behind a token's PID, 11 bits and their CRC5, are good. */
bool crc5_token_good(const uint8_t bytes[2]);

/* CRC16 over a data packet's payload, without its PID. USB 2.0 §8.3.5.2 */
uint16_t crc16(const uint8_t *data, size_t len);

/* The same, piece by piece: start with 0xffff, complement the last result. */
uint16_t crc16_update(uint16_t crc, const uint8_t *data, size_t len);

/*
 * The same over whole 32-bit words, in nine steps a word and without a table. The polynomial is (x + 1)(x^15 + x + 1): its
 * first factor asks for the parity of all words, and by its second x^32 is x^4 + x^2. The first bit sent is the lowest of
 * a word and the highest power of x. `rest` and `all` begin at 0; the checksum so far is added to the first word.
 */
struct crc16_words {
	uint32_t rest; /* by x^15 + x + 1, not yet reduced to 15 bits */
	uint32_t all;  /* of one parity with all words */
};

static inline void crc16_word(struct crc16_words *c, uint32_t word)
{
	/* Powers of 32 and more come back as those four and two lower by 28 and 30. */
	uint32_t rest = c->rest ^ c->rest << 28 ^ c->rest << 30;

	c->rest = (rest ^ rest >> 2) >> 2 ^ word;
	c->all ^= word;
}

/* Those from `at` up to `end`. */
void crc16_take_words(struct crc16_words *c, const uint32_t *at, const uint32_t *end);

/* The checksum, as crc16_update has it. */
uint16_t crc16_words_end(const struct crc16_words *c);

/*
 * Whether the words are data with a good checksum behind them, as sent in a packet: the first word was added to ffff, the last
 * has `zeros` bytes at its end that are not of the packet and are 0.
 */
bool crc16_words_good(const struct crc16_words *c, unsigned zeros);

#endif
