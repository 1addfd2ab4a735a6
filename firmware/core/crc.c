/*
 * CRC5 and CRC16 of USB packets. In: bytes. Out: the checksum as sent. Leaves alone: where in a packet it stands.
 * A CRC is linear, so each table entry is the exclusive or of eight constants: the tables are built by the compiler,
 * stay in read-only memory, and a test compares them with the bit-by-bit definition.
 */
#include "core/crc.h"
#include "core/bytes.h"

#define PICK(x, bit, k) (((x) >> (bit)) & 1 ? (k) : 0)
#define ENTRY(x, a, b, c, d, e, f, g, h)                                                           \
	(PICK(x, 0, a) ^ PICK(x, 1, b) ^ PICK(x, 2, c) ^ PICK(x, 3, d) ^ PICK(x, 4, e) ^           \
	 PICK(x, 5, f) ^ PICK(x, 6, g) ^ PICK(x, 7, h))
#define ROW4(x, ...)                                                                               \
	ENTRY(x, __VA_ARGS__), ENTRY((x) + 1, __VA_ARGS__), ENTRY((x) + 2, __VA_ARGS__),           \
		ENTRY((x) + 3, __VA_ARGS__)
#define ROW16(x, ...)                                                                              \
	ROW4(x, __VA_ARGS__), ROW4((x) + 4, __VA_ARGS__), ROW4((x) + 8, __VA_ARGS__),              \
		ROW4((x) + 12, __VA_ARGS__)
#define ROW64(x, ...)                                                                              \
	ROW16(x, __VA_ARGS__), ROW16((x) + 16, __VA_ARGS__), ROW16((x) + 32, __VA_ARGS__),         \
		ROW16((x) + 48, __VA_ARGS__)
#define TABLE(...)                                                                                 \
	{                                                                                          \
		ROW64(0, __VA_ARGS__), ROW64(64, __VA_ARGS__), ROW64(128, __VA_ARGS__),            \
			ROW64(192, __VA_ARGS__)                                                    \
	}

/* What eight more zero bits make of each single bit of the register. CRC5: x^5 + x^2 + 1, reflected 0x14. */
static const uint8_t crc5_byte[256] = TABLE(0x0e, 0x1c, 0x11, 0x0b, 0x16, 0x05, 0x0a, 0x14);
static const uint8_t crc5_three_bits[8] = {0x00, 0x05, 0x0a, 0x0f, 0x14, 0x11, 0x1e, 0x1b};

uint8_t crc5(uint32_t value, unsigned bits)
{
	uint8_t crc = 0x1f;

	for (; bits >= 8; bits -= 8, value >>= 8)
		crc = crc5_byte[(crc ^ value) & 0xff];
	/* 11 and 19 both leave three bits. */
	crc = (uint8_t)(crc >> 3 ^ crc5_three_bits[(crc ^ value) & 7]);
	return crc ^ 0x1f;
}

/* The register after all 16 bits, whatever the first 11 were. USB 2.0 §8.3.5.1: 01100, here the other way round. */
enum { CRC5_GOOD = 0x06 };

bool crc5_token_good(const uint8_t bytes[2])
{
	return crc5_byte[crc5_byte[0x1f ^ bytes[0]] ^ bytes[1]] == CRC5_GOOD;
}

/* CRC16: x^16 + x^15 + x^2 + 1, reflected 0xa001; row n is for a byte with n more to follow. */
static const uint16_t crc16_slice[][256] = {
	TABLE(0xc0c1, 0xc181, 0xc301, 0xc601, 0xcc01, 0xd801, 0xf001, 0xa001),
#if __STDC_HOSTED__
	/* 3.5 KiB more make it twice as fast; the chip's RAM has better uses. */
	TABLE(0x9001, 0x6001, 0xc002, 0xc007, 0xc00d, 0xc019, 0xc031, 0xc061),
	TABLE(0xc051, 0xc0a1, 0xc141, 0xc281, 0xc501, 0xca01, 0xd401, 0xe801),
	TABLE(0xfc01, 0xb801, 0x3001, 0x6002, 0xc004, 0xc00b, 0xc015, 0xc029),
	TABLE(0xc03d, 0xc079, 0xc0f1, 0xc1e1, 0xc3c1, 0xc781, 0xcf01, 0xde01),
	TABLE(0xd101, 0xe201, 0x8401, 0x4801, 0x9002, 0x6007, 0xc00e, 0xc01f),
	TABLE(0xc010, 0xc023, 0xc045, 0xc089, 0xc111, 0xc221, 0xc441, 0xc881),
	TABLE(0xccc1, 0xd981, 0xf301, 0xa601, 0x0c01, 0x1802, 0x3004, 0x6008),
#endif
};

static uint16_t by_byte(uint16_t crc, const uint8_t *data, size_t len)
{
	for (; len; data++, len--)
		crc = (uint16_t)(crc >> 8 ^ crc16_slice[0][(crc ^ *data) & 0xff]);
	return crc;
}

static bool is_odd(uint32_t v)
{
	v ^= v >> 16;
	v ^= v >> 8;
	v ^= v >> 4;
	return 0x6996 >> (v & 15) & 1;
}

#ifdef __ARM_ARCH_6M__
#define STEP(word)                                                                                 \
	"lsls %[t], %[rest], #28\n\t"                                                              \
	"eors %[t], %[rest]\n\t"                                                                   \
	"lsls %[rest], %[rest], #30\n\t"                                                           \
	"eors %[rest], %[t]\n\t"                                                                   \
	"lsrs %[t], %[rest], #2\n\t"                                                               \
	"eors %[rest], %[t]\n\t"                                                                   \
	"lsrs %[rest], %[rest], #2\n\t"                                                            \
	"eors %[rest], " word "\n\t"                                                               \
	"eors %[all], " word "\n\t"

/* crc16_word for three words in a row, as many as eight registers hold, loaded at once: the compiler takes a fifth longer. */
static const uint32_t *take_threes(struct crc16_words *c, const uint32_t *at, const uint32_t *end)
{
	const uint32_t *last = end - 3;
	uint32_t rest = c->rest, all = c->all, t;

	if (end - at < 3)
		return at;
	__asm__("1:\n\t"
	        "ldmia %[at]!, {r0, r1, r2}\n\t" STEP("r0") STEP("r1")
	                STEP("r2") "cmp %[at], %[last]\n\t"
	                           "bls 1b"
	        : [at] "+l"(at), [rest] "+l"(rest), [all] "+l"(all), [t] "=&l"(t)
	        : [last] "l"(last)
	        : "r0", "r1", "r2", "cc", "memory");
	c->rest = rest;
	c->all = all;
	return at;
}
#else
static const uint32_t *take_threes(struct crc16_words *c, const uint32_t *at, const uint32_t *end)
{
	for (; end - at >= 3; at += 3) {
		crc16_word(c, at[0]);
		crc16_word(c, at[1]);
		crc16_word(c, at[2]);
	}
	return at;
}
#endif

/* Apart: put into others it loses the registers that it needs. */
__attribute__((noinline)) void crc16_take_words(struct crc16_words *c, const uint32_t *at,
                                                const uint32_t *end)
{
	for (at = take_threes(c, at, end); at < end; at++)
		crc16_word(c, *at);
}

uint16_t crc16_words_end(const struct crc16_words *c)
{
	uint8_t bytes[4];

	/* What is right by the one factor, made right by the other too: x^15 + x + 1 is odd. */
	store_le32(bytes, c->rest ^ (is_odd(c->rest ^ c->all) ? 0xc0010000 : 0));
	return by_byte(0, bytes, 4);
}

/* The powers of 15 and more, as those of 0 and 1 more. */
static uint32_t less_high(uint32_t v)
{
	uint32_t high = v << 15;

	return (v >> 17 << 17) ^ high ^ high >> 1;
}

bool crc16_words_good(const struct crc16_words *c, unsigned zeros)
{
	/* What is left of data and checksum, ffff, and what zeros behind them make of it. §8.3.5 */
	static const uint32_t left[4] = {0xffff0000, 0x40bf0000, 0xb0010000, 0xc0710000};

	return !less_high(less_high(c->rest ^ left[zeros])) && !is_odd(c->all ^ left[zeros]);
}

uint16_t crc16_update(uint16_t crc, const uint8_t *data, size_t len)
{
#if __STDC_HOSTED__
	for (; len >= 8; data += 8, len -= 8) {
		uint16_t lo = crc ^ load_le16(data);

		crc = crc16_slice[7][lo & 0xff] ^ crc16_slice[6][lo >> 8] ^
		      crc16_slice[5][data[2]] ^ crc16_slice[4][data[3]] ^ crc16_slice[3][data[4]] ^
		      crc16_slice[2][data[5]] ^ crc16_slice[1][data[6]] ^ crc16_slice[0][data[7]];
	}
#else
	/* The chip's words are little-endian, and lie on their own borders. */
	if (len >= 32) {
		size_t n = (size_t)(-(uintptr_t)data & 3);
		const uint32_t *word, *end;
		struct crc16_words c;

		crc = by_byte(crc, data, n);
		data += n;
		len -= n;
		word = (const uint32_t *)(const void *)data;
		end = word + len / 4;
		c.rest = c.all = *word ^ crc;
		crc16_take_words(&c, word + 1, end);
		crc = crc16_words_end(&c);
		data = (const uint8_t *)end;
		len &= 3;
	}
#endif
	return by_byte(crc, data, len);
}

uint16_t crc16(const uint8_t *data, size_t len)
{
	return (uint16_t)~crc16_update(0xffff, data, len);
}
