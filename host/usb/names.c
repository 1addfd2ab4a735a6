/*
 * Names of vendors and products. In: the text of usb.ids, mapped or read by the caller, and two numbers. Out: names.
 * One scan to the vendor, none past its last product; the text is not trusted to be what it should.
 * Leaves to others: finding the file, keeping the answer.
 */
#include "usb/names.h"

#include <string.h>

enum { KEY_LEN = 6 }; /* four digits and two blanks */

static void key_of(char key[KEY_LEN], uint16_t number)
{
	static const char digit[] = "0123456789abcdef";

	for (unsigned i = 0; i < 4; i++)
		key[i] = digit[number >> (12 - 4 * i) & 0xf];
	key[4] = key[5] = ' ';
}

/* The rest of the line at `at`, which `end` bounds. */
static void name_copy(char *out, size_t size, const char *at, const char *end)
{
	const char *eol = memchr(at, '\n', (size_t)(end - at));
	size_t n = (size_t)((eol ? eol : end) - at);

	if (!size)
		return;
	if (n && at[n - 1] == '\r')
		n--;
	if (n >= size) {
		n = size - 1;
		while (n && ((unsigned char)at[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(out, at, n);
	out[n] = 0;
}

static const char *vendor_line(const char *ids, size_t len, uint16_t vid)
{
	char needle[1 + KEY_LEN] = "\n";
	const char *hit;

	key_of(needle + 1, vid);
	if (len >= KEY_LEN && !memcmp(ids, needle + 1, KEY_LEN))
		return ids;
	hit = memmem(ids, len, needle, sizeof(needle));
	return hit ? hit + 1 : NULL;
}

bool usb_names_find(const char *ids, size_t len, uint16_t vid, uint16_t pid, char *vendor,
                    size_t vendor_size, char *product, size_t product_size)
{
	const char *end, *line;
	char key[KEY_LEN];

	if (vendor_size)
		vendor[0] = 0;
	if (product_size)
		product[0] = 0;
	if (!len || !(line = vendor_line(ids, len, vid)))
		return false;
	end = ids + len;
	name_copy(vendor, vendor_size, line + KEY_LEN, end);
	key_of(key, pid);
	while ((line = memchr(line, '\n', (size_t)(end - line)))) {
		line++;
		if (line == end || (*line != '\t' && *line != '#'))
			break;
		if (*line == '\t' && (size_t)(end - line) > KEY_LEN &&
		    !memcmp(line + 1, key, KEY_LEN)) {
			name_copy(product, product_size, line + 1 + KEY_LEN, end);
			break;
		}
	}
	return true;
}
