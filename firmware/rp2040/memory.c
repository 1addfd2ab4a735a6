/* The four functions that the compiler calls by itself and that no library gives here. ISO C11 §7.24 */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/*
 * Words from anywhere to a word's border: each out of two that lie on theirs. `shift`: 8, 16 or 24 bits, which must be a constant here.
 * Four at a time, loaded and stored in one instruction each: the compiler takes half as long again.
 */
static inline __attribute__((always_inline)) void copy_shifted(uint32_t *to, const uint32_t *from,
                                                               const unsigned shift, size_t words)
{
	register uint32_t low __asm__("r2") = *from++;

	for (; words >= 4; words -= 4)
		__asm__ volatile("ldmia %0!, {r3, r4, r5, r6}\n\t"
		                 "lsrs %2, %2, %3\n\tlsls r7, r3, %4\n\torrs %2, r7\n\t"
		                 "lsrs r3, r3, %3\n\tlsls r7, r4, %4\n\torrs r3, r7\n\t"
		                 "lsrs r4, r4, %3\n\tlsls r7, r5, %4\n\torrs r4, r7\n\t"
		                 "lsrs r5, r5, %3\n\tlsls r7, r6, %4\n\torrs r5, r7\n\t"
		                 "stmia %1!, {%2, r3, r4, r5}\n\tmov %2, r6"
		                 : "+l"(from), "+l"(to), "+l"(low)
		                 : "i"(shift), "i"(32 - shift)
		                 : "r3", "r4", "r5", "r6", "r7", "cc", "memory");
	for (; words; words--) {
		uint32_t high = *from++;

		*to++ = low >> shift | high << (32 - shift);
		low = high;
	}
}

static __attribute__((noinline)) void copy_by_8(uint32_t *to, const uint32_t *from, size_t words)
{
	copy_shifted(to, from, 8, words);
}

static __attribute__((noinline)) void copy_by_16(uint32_t *to, const uint32_t *from, size_t words)
{
	copy_shifted(to, from, 16, words);
}

static __attribute__((noinline)) void copy_by_24(uint32_t *to, const uint32_t *from, size_t words)
{
	copy_shifted(to, from, 24, words);
}

/* Four at a time in one instruction each way: the compiler loads and stores one by one, which takes twice as long. */
static __attribute__((noinline)) void copy_words(uint32_t *to, const uint32_t *from, size_t words)
{
	for (; words >= 4; words -= 4)
		__asm__ volatile("ldmia %0!, {r3, r4, r5, r6}\n\tstmia %1!, {r3, r4, r5, r6}"
		                 : "+l"(from), "+l"(to)
		                 :
		                 : "r3", "r4", "r5", "r6", "memory");
	while (words--)
		*to++ = *from++;
}

/* The words that a shifted copy reads hold at least one of the bytes asked for: never one beyond the memory. */
void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	static void (*const by[4])(uint32_t * to, const uint32_t *from,
	                           size_t words) = {copy_words, copy_by_8, copy_by_16, copy_by_24};
	uint8_t *t = to;
	const uint8_t *f = from;
	unsigned off;
	size_t words;

	if (n >= 12) {
		for (; (uintptr_t)t & 3; n--)
			*t++ = *f++;
		off = (uintptr_t)f & 3;
		words = n / 4;
		by[off]((uint32_t *)(void *)t, (const uint32_t *)(const void *)(f - off), words);
		t += 4 * words;
		f += 4 * words;
		n -= 4 * words;
	}
	while (n--)
		*t++ = *f++;
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	if (t <= f)
		return memcpy(to, from, n);
	while (n--)
		t[n] = f[n];
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	uint8_t *t = to;
	uint32_t word = (uint8_t)byte * 0x01010101u;

	for (; n && (uintptr_t)t & 3; n--)
		*t++ = (uint8_t)byte;
	for (; n >= 4; n -= 4, t += 4)
		*(uint32_t *)(void *)t = word;
	while (n--)
		*t++ = (uint8_t)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
