/* The slow receiver: see reference_rx.h. Each step is a sentence of the specification. */
#include "tests/fuzz/reference_rx.h"

enum { IDLE_BITS = 28 };

struct bits {
	bool level[16 * 1024]; /* J is true */
	unsigned count;
};

/* Sixteen symbols a word, the first lowest; in the last word the first is above all zeros. SE0 is no symbol. */
static void symbols(struct bits *b, const uint32_t *words, unsigned count, bool low)
{
	b->count = 0;
	for (unsigned i = 0; i < count; i++) {
		unsigned n = 16;

		if (i + 1 == count)
			for (; n && !(words[i] >> (32 - 2 * n) & 3);)
				n--;
		for (unsigned k = 16 - n; k < 16; k++)
			b->level[b->count++] = words[i] >> (2 * k + low) & 1;
	}
}

/* Division by the generator, bit by bit; a packet that is whole leaves the residual. USB 2.0 §8.3.5 */
static bool crc_good(const uint8_t *bytes, unsigned len, unsigned width, uint32_t polynomial,
                     uint32_t residual)
{
	uint32_t top = 1u << (width - 1), mask = 2 * top - 1, crc = mask;

	for (unsigned i = 0; i < 8 * len; i++) {
		bool one = bytes[i / 8] >> i % 8 & 1;

		crc = ((crc & top) != 0) != one ? crc << 1 ^ polynomial : crc << 1;
		crc &= mask;
	}
	return crc == residual;
}

static bool length_good(unsigned pid, unsigned len)
{
	switch (pid) {
	case 0x3:
	case 0xb:
	case 0x7:
	case 0xf: /* data */
		return len >= 3 && len <= 1 + 1023 + 2;
	case 0x2:
	case 0xa:
	case 0xe:
	case 0x6:
	case 0xc: /* handshakes, PRE */
		return len == 1;
	case 0x8: /* SPLIT */
		return len == 4;
	default:
		return len == 3;
	}
}

static uint8_t judged(const struct reference *r)
{
	unsigned pid = r->len ? r->bytes[0] & 0xf : 0;
	uint8_t flags = 0;

	if (!r->len)
		return WIRE_BAD_LENGTH;
	if ((r->bytes[0] >> 4 ^ pid) != 0xf)
		flags |= WIRE_BAD_PID;
	if (!length_good(pid, r->len))
		return flags | WIRE_BAD_LENGTH;
	if (r->len == 1)
		return flags;
	if ((pid & 3) == 3)
		return crc_good(r->bytes + 1, r->len - 1, 16, 0x8005, 0x800d)
		               ? flags
		               : flags | WIRE_BAD_CRC;
	return crc_good(r->bytes + 1, r->len - 1, 5, 0x05, 0x0c) ? flags : flags | WIRE_BAD_CRC;
}

static bool ends_in_idle(const struct bits *b)
{
	for (unsigned i = 0; i < IDLE_BITS; i++)
		if (b->count < IDLE_BITS || !b->level[b->count - 1 - i])
			return false;
	return true;
}

void reference_rx(struct reference *r, const uint32_t *words, unsigned count, bool low)
{
	static struct bits b;
	bool before = true, in_sync = true;
	unsigned zeros = 0, ones = 0, held = 0, same = 0;

	symbols(&b, words, count, low);
	*r = (struct reference){.there = b.count != 0};
	for (unsigned i = 0; i < b.count; i++) {
		bool one = b.level[i] == before;

		before = b.level[i];
		same = one ? same + 1 : 0;
		if (same > r->same)
			r->same = same;
		if (in_sync) {
			zeros += !one;
			/* Seven zeros and a one; a hub may have swallowed some, and those are told. */
			if (one && zeros != 7)
				r->flags |= WIRE_BAD_SYNC;
			in_sync = !one;
			ones = same = one;
			continue;
		}
		if (ones == 6) {
			if (one)
				r->flags |= WIRE_BAD_STUFFING;
			ones = 0;
			continue;
		}
		ones = one ? ones + 1 : 0;
		if (r->len < REFERENCE_MAX)
			r->bytes[r->len] = (uint8_t)(r->bytes[r->len] >> 1 | one << 7);
		if (++held == 8) {
			held = 0;
			r->len++;
		}
	}
	if (in_sync)
		r->flags |= WIRE_BAD_SYNC;
	if (held > 1 || ends_in_idle(&b))
		r->flags |= WIRE_BAD_EOP;
	r->flags |= judged(r);
}
