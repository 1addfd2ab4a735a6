/*
 * The US keyboard as tables: which key makes which character, which finger strikes it, what lies beside it.
 * In: text, usages. Out: keystrokes. Leaves alone: when they are struck, and other layouts.
 */
#include <string.h>

#include "sim/us_keys.h"

/* The characters of usages 0x1e to 0x38, plain and with shift; a space stands for a key that prints nothing. */
static const char plain[] = "1234567890\n    -=[]\\ ;'`,./";
static const char shifted[] = "!@#$%^&*()     _+{}| :\"~<>?";

enum { FIRST_TABLED = 0x1e };

/* clang-format off */
static const struct {
	const char *name;
	uint8_t usage;
} named[] = {
	{"ENTER", KEY_ENTER}, {"ESC", 0x29}, {"BACKSPACE", KEY_BACKSPACE}, {"TAB", 0x2b},
	{"SPACE", KEY_SPACE}, {"CAPS", KEY_CAPS_LOCK}, {"SCROLL", 0x47}, {"NUM", 0x53},
	{"F1", 0x3a}, {"F2", 0x3b}, {"F3", 0x3c}, {"F4", 0x3d}, {"F5", 0x3e}, {"F6", 0x3f},
	{"F7", 0x40}, {"F8", 0x41}, {"F9", 0x42}, {"F10", 0x43}, {"F11", 0x44}, {"F12", 0x45},
	{"PRINT", 0x46}, {"PAUSE", 0x48}, {"INSERT", 0x49}, {"DELETE", 0x4c}, {"MENU", 0x65},
	{"HOME", 0x4a}, {"END", 0x4d}, {"PGUP", 0x4b}, {"PGDN", 0x4e},
	{"RIGHT", 0x4f}, {"LEFT", 0x50}, {"DOWN", 0x51}, {"UP", 0x52},
};

static const struct {
	const char *name;
	uint8_t bit;
} modifiers[] = {
	{"CTRL", MOD_CTRL}, {"SHIFT", MOD_SHIFT}, {"ALT", MOD_ALT}, {"GUI", MOD_GUI},
};
/* clang-format on */

static bool of_character(char c, struct keystroke *k)
{
	const char *at;

	*k = (struct keystroke){.ascii = (uint8_t)c};
	if (c >= 'a' && c <= 'z')
		k->usage = (uint8_t)(KEY_A + (c - 'a'));
	else if (c >= 'A' && c <= 'Z')
		k->usage = (uint8_t)(KEY_A + (c - 'A')), k->modifiers = MOD_SHIFT;
	else if (c == ' ')
		k->usage = KEY_SPACE;
	else if (c == '\t')
		k->usage = 0x2b;
	else if (c && (at = strchr(plain, c)))
		k->usage = (uint8_t)(FIRST_TABLED + (at - plain));
	else if (c && (at = strchr(shifted, c)))
		k->usage = (uint8_t)(FIRST_TABLED + (at - shifted)), k->modifiers = MOD_SHIFT;
	return k->usage != KEY_NONE;
}

static bool is(const char *at, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(at, word, len) == 0;
}

static bool of_name(const char *at, size_t len, struct keystroke *k)
{
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++)
		if (is(at, len, named[i].name)) {
			*k = (struct keystroke){.usage = named[i].usage};
			return true;
		}
	return len == 1 && of_character(*at, k);
}

/* `at` is behind the '<'. Returns the length up to and with the '>', 0 where it is no key. */
static size_t of_brackets(const char *at, struct keystroke *k)
{
	const char *from = at, *end = strchr(at, '>');
	uint8_t held = 0;
	size_t len;

	if (!end)
		return 0;
	if (strncmp(at, "WAIT ", 5) == 0) {
		unsigned ms = 0;

		for (at += 5; *at >= '0' && *at <= '9' && ms < 6000; at++)
			ms = ms * 10 + (unsigned)(*at - '0');
		*k = (struct keystroke){.wait_ms = (uint16_t)ms};
		return at == end ? (size_t)(end - from) + 1 : 0;
	}
	for (;;) {
		size_t i, n = sizeof(modifiers) / sizeof(*modifiers);

		len = strcspn(at, "+>");
		for (i = 0; i < n && !is(at, len, modifiers[i].name); i++)
			;
		if (i == n)
			break;
		held |= modifiers[i].bit;
		at += len + 1;
		if (at > end) {
			*k = (struct keystroke){.modifiers = held};
			return (size_t)(end - from) + 1;
		}
	}
	len = (size_t)(end - at);
	if (!of_name(at, len, k))
		return 0;
	k->modifiers |= held;
	k->ascii = 0;
	return (size_t)(end - from) + 1;
}

size_t us_keystrokes(const char *text, bool names, struct keystroke *out, size_t max)
{
	size_t count = 0;

	while (*text && count < max) {
		size_t len = names && *text == '<' ? of_brackets(text + 1, &out[count]) : 0;

		if (len)
			text += 1 + len, count++;
		else if (of_character(*text++, &out[count]))
			count++;
	}
	return count;
}

const char *us_no_key(const char *text)
{
	struct keystroke k;

	while (*text) {
		size_t len = *text == '<' ? of_brackets(text + 1, &k) : 0;

		if (!len && !of_character(*text, &k))
			return text;
		text += 1 + len;
	}
	return NULL;
}

/* Letters a to z, then digits: 0 to 3 left little finger to index, 4 to 7 right index to little finger. */
static const char fingers[] = "0322233454564"
			      "4670313431140"
			      "0123344567";

void us_finger(uint8_t usage, unsigned *hand, unsigned *finger)
{
	unsigned f = 7;

	if (usage >= KEY_A && usage < KEY_A + sizeof(fingers) - 1)
		f = (unsigned)(fingers[usage - KEY_A] - '0');
	else if (usage == KEY_SPACE)
		f = 8;
	*hand = f >= 4;
	*finger = f == 8 ? 0 : f < 4 ? 4 - f : f - 3;
}

uint8_t us_neighbour(uint8_t usage, unsigned draw)
{
	static const char *const rows[] = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};

	if (usage < KEY_A || usage > KEY_Z)
		return usage;
	for (size_t i = 0; i < 3; i++) {
		const char *at = strchr(rows[i], 'a' + (usage - KEY_A));

		if (!at)
			continue;
		if (at == rows[i] || (at[1] && draw % 2))
			at++;
		else
			at--;
		return (uint8_t)(KEY_A + (*at - 'a'));
	}
	return usage;
}
