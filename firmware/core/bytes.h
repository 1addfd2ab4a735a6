/*
 * A bounded cursor over bytes that nobody vouches for. A read past the end yields 0 and sets `short_read`,
 * which stays set: read a whole structure, then check once. The bytes are borrowed for the cursor's life.
 */
#ifndef CORDON_CORE_BYTES_H
#define CORDON_CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *at;
	const uint8_t *end;
	bool short_read;
};

/* The compiler's own: there is no string.h on the chip. */
static inline void bytes_copy(void *to, const void *from, size_t n)
{
	__builtin_memcpy(to, from, n);
}

static inline struct bytes bytes_of(const void *data, size_t len)
{
	const uint8_t *p = data;
	return (struct bytes){.at = p, .end = len ? p + len : p};
}

static inline size_t bytes_left(const struct bytes *b)
{
	return (size_t)(b->end - b->at);
}

/* `n` bytes from the cursor, which moves past them; NULL and the sticky flag where there are fewer. */
static inline const uint8_t *bytes_take(struct bytes *b, size_t n)
{
	const uint8_t *p = b->at;

	if (bytes_left(b) < n) {
		b->at = b->end;
		b->short_read = true;
		return NULL;
	}
	if (n)
		b->at += n;
	return p;
}

static inline uint8_t bytes_u8(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 1);
	return p ? p[0] : 0;
}

/* Little-endian, as USB and our own wire format are. */
static inline uint16_t load_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t load_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load_le64(const uint8_t *p)
{
	return load_le32(p) | (uint64_t)load_le32(p + 4) << 32;
}

static inline void store_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void store_le32(uint8_t *p, uint32_t v)
{
	store_le16(p, (uint16_t)v);
	store_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void store_le64(uint8_t *p, uint64_t v)
{
	store_le32(p, (uint32_t)v);
	store_le32(p + 4, (uint32_t)(v >> 32));
}

static inline uint16_t bytes_le16(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 2);
	return p ? load_le16(p) : 0;
}

static inline uint32_t bytes_le32(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 4);
	return p ? load_le32(p) : 0;
}

static inline uint64_t bytes_le64(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 8);
	return p ? load_le64(p) : 0;
}

#endif
