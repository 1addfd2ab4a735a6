/* Alphabets as text. See alphabet.h. */
#include "report/alphabet.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "report/escape.h"

enum { SHIFT_LEFT = 0xe1, SHIFT_RIGHT = 0xe5 };

/* Plain and shifted characters of one key, US layout. */
static const struct {
	uint8_t usage;
	char plain, shifted;
} keys[] = {
	{0x1e, '1', '!'}, {0x1f, '2', '@'},  {0x20, '3', '#'},   {0x21, '4', '$'},
	{0x22, '5', '%'}, {0x23, '6', '^'},  {0x24, '7', '&'},   {0x25, '8', '*'},
	{0x26, '9', '('}, {0x27, '0', ')'},  {0x2c, ' ', ' '},   {0x2d, '-', '_'},
	{0x2e, '=', '+'}, {0x2f, '[', '{'},  {0x30, ']', '}'},   {0x31, '\\', '|'},
	{0x33, ';', ':'}, {0x34, '\'', '"'}, {0x35, '`', '~'},   {0x36, ',', '<'},
	{0x37, '.', '>'}, {0x38, '/', '?'},  {0x28, '\n', '\n'}, {0x2b, '\t', '\t'},
};

static const struct {
	const char *name;
	uint8_t usage;
} names[] = {
	{"ENTER", 0x28},    {"ESC", 0x29},    {"BACKSPACE", 0x2a}, {"TAB", 0x2b},
	{"SPACE", 0x2c},    {"CAPS", 0x39},   {"PRINT", 0x46},     {"SCROLL", 0x47},
	{"PAUSE", 0x48},    {"INSERT", 0x49}, {"HOME", 0x4a},      {"PAGEUP", 0x4b},
	{"DELETE", 0x4c},   {"END", 0x4d},    {"PAGEDOWN", 0x4e},  {"RIGHT", 0x4f},
	{"LEFT", 0x50},     {"DOWN", 0x51},   {"UP", 0x52},        {"NUM", 0x53},
	{"KP_ENTER", 0x58}, {"MENU", 0x65},   {"CTRL", 0xe0},      {"SHIFT", 0xe1},
	{"ALT", 0xe2},      {"GUI", 0xe3},    {"RCTRL", 0xe4},     {"RSHIFT", 0xe5},
	{"RALT", 0xe6},     {"RGUI", 0xe7},
};

static void allow(uint8_t alphabet[32], unsigned usage)
{
	alphabet[usage / 8] |= (uint8_t)(1u << usage % 8);
}

static bool character(uint8_t alphabet[32], int32_t c)
{
	bool shift = false, found = false;

	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
		shift = c <= 'Z';
		allow(alphabet, (unsigned)(4 + (c | 0x20) - 'a'));
		found = true;
	}
	for (unsigned i = 0; !found && i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (c != keys[i].plain && c != keys[i].shifted)
			continue;
		shift = c != keys[i].plain;
		allow(alphabet, keys[i].usage);
		found = true;
	}
	if (shift) {
		allow(alphabet, SHIFT_LEFT);
		allow(alphabet, SHIFT_RIGHT);
	}
	return found;
}

static bool named(uint8_t alphabet[32], const char *name, size_t len)
{
	unsigned n = 0;

	/* <F1> to <F24> and <KP_0> to <KP_9> */
	if (len >= 2 && len <= 3 && (name[0] | 0x20) == 'f') {
		for (size_t i = 1; i < len; i++) {
			if (name[i] < '0' || name[i] > '9')
				return false;
			n = n * 10 + (unsigned)(name[i] - '0');
		}
		if (n < 1 || n > 24)
			return false;
		allow(alphabet, n <= 12 ? 0x3a + n - 1 : 0x68 + n - 13);
		return true;
	}
	if (len == 4 && !strncasecmp(name, "KP_", 3) && name[3] >= '0' && name[3] <= '9') {
		allow(alphabet, name[3] == '0' ? 0x62 : 0x59u + (unsigned)(name[3] - '1'));
		return true;
	}
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) != len || strncasecmp(names[i].name, name, len))
			continue;
		allow(alphabet, names[i].usage);
		return true;
	}
	return false;
}

bool alphabet_read(uint8_t alphabet[32], const char *text, char why[ALPHABET_ERROR_MAX])
{
	while (*text) {
		int32_t c;
		size_t len = escape_next(text, &c);

		if (c == '<') {
			const char *close = strchr(text + 1, '>');
			size_t name = close ? (size_t)(close - text - 1) : 0;

			/* "<<>" is the character itself */
			if (close && name == 1 && text[1] == '<') {
				character(alphabet, '<');
			} else if (!close || !named(alphabet, text + 1, name)) {
				snprintf(why, ALPHABET_ERROR_MAX, "no key is called '%.*s'",
				         close && name < 40 ? (int)name + 2 : 1, text);
				return false;
			}
			len = name + 2;
		} else if (!character(alphabet, c)) {
			snprintf(why, ALPHABET_ERROR_MAX, "no key types '%.*s'", (int)len, text);
			return false;
		}
		text += len;
	}
	return true;
}
