/* Text off the wire, made harmless. See escape.h. */
#include "report/escape.h"

#include <stdio.h>
#include <string.h>

enum { PIECE_MAX = 16 };

size_t escape_next(const char *s, int32_t *c)
{
	const unsigned char *b = (const unsigned char *)s;
	size_t len = b[0] < 0x80   ? 1
	             : b[0] < 0xc2 ? 0
	             : b[0] < 0xe0 ? 2
	             : b[0] < 0xf0 ? 3
	             : b[0] < 0xf5 ? 4
	                           : 0;
	int32_t v;

	*c = -1;
	if (!len)
		return 1;
	v = len == 1 ? b[0] : b[0] & (0x7f >> len);
	/* A NUL is no continuation, so this stops at the end. */
	for (size_t i = 1; i < len; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 1;
		v = v << 6 | (b[i] & 0x3f);
	}
	if ((len == 3 && (v < 0x800 || (v >= 0xd800 && v < 0xe000))) ||
	    (len == 4 && (v < 0x10000 || v > 0x10ffff)))
		return 1;
	*c = v;
	return len;
}

/* Unicode 15: general categories Cc, Cf, Zl, Zp, Co, and what else draws nothing or turns its neighbours. */
static const struct {
	int32_t first, last;
} not_plain[] = {
	{0x0000, 0x001f},   {0x007f, 0x009f},    {0x00ad, 0x00ad},   {0x034f, 0x034f},
	{0x0600, 0x0605},   {0x061c, 0x061c},    {0x06dd, 0x06dd},   {0x070f, 0x070f},
	{0x0890, 0x0891},   {0x08e2, 0x08e2},    {0x115f, 0x1160},   {0x17b4, 0x17b5},
	{0x180b, 0x180f},   {0x200b, 0x200f},    {0x2028, 0x202e},   {0x2060, 0x206f},
	{0x2800, 0x2800},   {0x3164, 0x3164},    {0xe000, 0xf8ff},   {0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},   {0xffa0, 0xffa0},    {0xfff0, 0xfffb},   {0xfffe, 0xffff},
	{0x110bd, 0x110bd}, {0x110cd, 0x110cd},  {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
	{0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};

bool escape_is_plain(int32_t c)
{
	if (c < 0)
		return false;
	for (size_t i = 0; i < sizeof(not_plain) / sizeof(not_plain[0]); i++)
		if (c >= not_plain[i].first && c <= not_plain[i].last)
			return false;
	return true;
}

struct sink {
	char *out;
	size_t size, whole;
	bool full; /* a piece did not fit: none after it may */
};

static void put(struct sink *s, const char *piece, size_t len)
{
	if (!s->full && s->whole + len < s->size) {
		memcpy(s->out + s->whole, piece, len);
		s->out[s->whole + len] = '\0';
	} else {
		s->full = true;
	}
	s->whole += len;
}

size_t escape_terminal(char *out, size_t size, const char *s)
{
	struct sink sink = {.out = out, .size = size};

	if (size)
		out[0] = '\0';
	while (*s) {
		char piece[PIECE_MAX];
		int32_t c;
		size_t len = escape_next(s, &c);

		if (c == '\n')
			put(&sink, "\\n", 2);
		else if (c == '\t')
			put(&sink, "\\t", 2);
		else if (c == '\\')
			put(&sink, "\\\\", 2);
		else if (escape_is_plain(c))
			put(&sink, s, len);
		else if (c < 0x80)
			put(&sink, piece,
			    (size_t)snprintf(piece, sizeof(piece), "\\x%02x", (unsigned char)*s));
		else
			put(&sink, piece,
			    (size_t)snprintf(piece, sizeof(piece), "\\u{%x}", (unsigned)c));
		s += len;
	}
	return sink.whole;
}

size_t escape_utf8(char *out, size_t size, const char *s)
{
	struct sink sink = {.out = out, .size = size};

	if (size)
		out[0] = '\0';
	while (*s) {
		int32_t c;
		size_t len = escape_next(s, &c);

		if (c < 0 || c == 0x7f)
			put(&sink, "\xef\xbf\xbd", 3);
		else
			put(&sink, s, len);
		s += len;
	}
	return sink.whole;
}
