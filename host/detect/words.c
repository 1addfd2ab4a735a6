/* Bounded text without stdio. See words.h. */
#include "detect/words.h"

#include <math.h>
#include <string.h>

enum { DECIMALS_MAX = 6 };

void words_append(char *buffer, size_t size, const char *text)
{
	size_t at = strnlen(buffer, size), left, len = strlen(text);

	if (at + 1 >= size)
		return;
	left = size - 1 - at;
	if (len > left) {
		len = left;
		/* A cut inside a sequence would leave bytes that are no text. */
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(buffer + at, text, len);
	buffer[at + len] = '\0';
}

static void append_unsigned(char *buffer, size_t size, uint64_t v, unsigned digits_min)
{
	char out[24];
	size_t at = sizeof(out) - 1;

	out[at] = '\0';
	do {
		out[--at] = (char)('0' + v % 10);
		v /= 10;
	} while ((v || sizeof(out) - 1 - at < digits_min) && at > 0);
	words_append(buffer, size, out + at);
}

void words_integer(char *buffer, size_t size, int64_t v)
{
	if (v < 0)
		words_append(buffer, size, "-");
	append_unsigned(buffer, size, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 1);
}

void words_number(char *buffer, size_t size, double v, unsigned decimals)
{
	static const uint32_t power[DECIMALS_MAX + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000};
	uint64_t scaled;

	if (decimals > DECIMALS_MAX)
		decimals = DECIMALS_MAX;
	if (!(fabs(v) < 1e15 / power[decimals])) {
		words_append(buffer, size, "?");
		return;
	}
	scaled = (uint64_t)llround(fabs(v) * power[decimals]);
	if (v < 0 && scaled)
		words_append(buffer, size, "-");
	append_unsigned(buffer, size, scaled / power[decimals], 1);
	if (decimals) {
		words_append(buffer, size, ".");
		append_unsigned(buffer, size, scaled % power[decimals], decimals);
	}
}

void words_hex(char *buffer, size_t size, uint32_t v, unsigned digits)
{
	char out[9];

	if (digits < 1)
		digits = 1;
	if (digits > 8)
		digits = 8;
	for (unsigned i = 0; i < digits; i++)
		out[i] = "0123456789abcdef"[v >> 4 * (digits - 1 - i) & 0xf];
	out[digits] = '\0';
	words_append(buffer, size, out);
}
