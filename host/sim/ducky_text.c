/*
 * A script's bytes into UTF-8 text. Editors on Windows save UTF-16 and byte order marks; text that was copied from a web
 * page has no-break spaces where a command's blanks should be. Output: memory of its own, never longer than
 * 3/2 of the input.
 */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "sim/ducky_state.h"
#include "usb/utf8.h"

static uint32_t unit(const uint8_t *p, bool big)
{
	return big ? (uint32_t)p[0] << 8 | p[1] : load_le16(p);
}

/* Half a pair of surrogates stays what it is, and is no character of any layout. Unicode 15 §3.9 */
static size_t from_utf16(const uint8_t *in, size_t len, bool big, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = unit(in + i, big), low;

		if (c >= 0xd800 && c < 0xdc00 && i + 3 < len) {
			low = unit(in + i + 2, big);
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		n += utf8_put(out + n, c);
	}
	return n;
}

/* No-break spaces up to the one behind a line's first word are blanks; further on they are the text's. */
static void mend_blanks(char *text, size_t *len)
{
	enum { BEFORE, WORD, BEHIND } where = BEFORE;
	size_t n = 0;

	for (size_t i = 0; i < *len; i++) {
		bool space = *len - i > 1 && text[i] == '\xc2' && text[i + 1] == '\xa0';
		char c = text[i];

		if (where != BEHIND && space) {
			c = ' ';
			i++;
		}
		if (c == '\n' || c == '\r')
			where = BEFORE;
		else if (c == ' ' || c == '\t')
			where = where == WORD ? BEHIND : where;
		else
			where = where == BEFORE ? WORD : where;
		text[n++] = c;
	}
	*len = n;
}

char *ducky_utf8(const char *text, size_t *len)
{
	static const char mark[] = "\xef\xbb\xbf";
	const uint8_t *in = (const uint8_t *)text;
	char *out = malloc(*len + *len / 2 + 1);
	bool big = *len > 1 && in[0] == 0xfe && in[1] == 0xff;

	if (!out)
		return NULL;
	if (big || (*len > 1 && in[0] == 0xff && in[1] == 0xfe)) {
		*len = from_utf16(in + 2, *len - 2, big, out);
	} else {
		size_t skip = *len >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;

		*len -= skip;
		memcpy(out, text + skip, *len);
	}
	mend_blanks(out, len);
	return out;
}
