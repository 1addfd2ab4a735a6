/*
 * Keys of DuckyScript by name, and text as keys. Input: a chord as written, characters. Output: usages and modifiers.
 * Layouts other than US are the caller's (struct ducky_layout).
 */
#include <string.h>

#include "sim/ducky_state.h"

enum { KEY_NAME_MAX = 15, KEY_RIGHT = 0x4f, KEY_UP = 0x52 };

/* HID Usage Tables 1.4 §10. Usages E0 to E7 are modifiers. */
/* clang-format off */
static const struct {
	const char *name;
	uint8_t usage;
} keys[] = {
	{"CTRL", 0xe0}, {"CONTROL", 0xe0}, {"SHIFT", 0xe1}, {"ALT", 0xe2}, {"OPTION", 0xe2},
	{"GUI", 0xe3}, {"WINDOWS", 0xe3}, {"COMMAND", 0xe3}, {"META", 0xe3}, {"SUPER", 0xe3},
	{"WIN", 0xe3}, {"CMD", 0xe3}, {"LCTRL", 0xe0}, {"LSHIFT", 0xe1}, {"LALT", 0xe2}, {"LGUI", 0xe3},
	{"RCTRL", 0xe4}, {"RSHIFT", 0xe5}, {"RALT", 0xe6}, {"RGUI", 0xe7}, {"ALTGR", 0xe6},
	{"RCONTROL", 0xe4}, {"ROPTION", 0xe6}, {"RCOMMAND", 0xe7}, {"RWINDOWS", 0xe7},
	{"RIGHTCTRL", 0xe4}, {"RIGHTSHIFT", 0xe5}, {"RIGHTALT", 0xe6}, {"RIGHTGUI", 0xe7},
	{"LEFTCTRL", 0xe0}, {"LEFTSHIFT", 0xe1}, {"LEFTALT", 0xe2}, {"LEFTGUI", 0xe3},

	{"ENTER", 0x28}, {"RETURN", 0x28}, {"ESC", 0x29}, {"ESCAPE", 0x29}, {"BACKSPACE", 0x2a},
	{"TAB", 0x2b}, {"SPACE", 0x2c}, {"SPACEBAR", 0x2c}, {"CAPSLOCK", 0x39}, {"CAPS_LOCK", 0x39}, {"CAPS", 0x39},
	{"F1", 0x3a}, {"F2", 0x3b}, {"F3", 0x3c}, {"F4", 0x3d}, {"F5", 0x3e}, {"F6", 0x3f},
	{"F7", 0x40}, {"F8", 0x41}, {"F9", 0x42}, {"F10", 0x43}, {"F11", 0x44}, {"F12", 0x45},
	{"F13", 0x68}, {"F14", 0x69}, {"F15", 0x6a}, {"F16", 0x6b}, {"F17", 0x6c}, {"F18", 0x6d},
	{"F19", 0x6e}, {"F20", 0x6f}, {"F21", 0x70}, {"F22", 0x71}, {"F23", 0x72}, {"F24", 0x73},
	{"PRINTSCREEN", 0x46}, {"PRINTSCRN", 0x46}, {"PRNTSCRN", 0x46}, {"PRTSCN", 0x46},
	{"PRINT_SCREEN", 0x46},
	{"SCROLLLOCK", 0x47}, {"SCROLL_LOCK", 0x47}, {"PAUSE", 0x48}, {"BREAK", 0x48},
	{"INSERT", 0x49}, {"HOME", 0x4a}, {"PAGEUP", 0x4b}, {"PAGE_UP", 0x4b}, {"DELETE", 0x4c},
	{"DEL", 0x4c}, {"END", 0x4d}, {"PAGEDOWN", 0x4e}, {"PAGE_DOWN", 0x4e},
	{"RIGHTARROW", 0x4f}, {"RIGHT", 0x4f}, {"RIGHT_ARROW", 0x4f},
	{"LEFTARROW", 0x50}, {"LEFT", 0x50}, {"LEFT_ARROW", 0x50},
	{"DOWNARROW", 0x51}, {"DOWN", 0x51}, {"DOWN_ARROW", 0x51},
	{"UPARROW", 0x52}, {"UP", 0x52}, {"UP_ARROW", 0x52},
	{"NUMLOCK", 0x53}, {"NUM_LOCK", 0x53}, {"MENU", 0x65}, {"APP", 0x65}, {"POWER", 0x66},
	{"HELP", 0x75}, {"CLEAR", 0x9c}, {"MUTE", 0x7f}, {"VOLUMEUP", 0x80}, {"VOLUMEDOWN", 0x81},
};

/* A keypad key is one of these words and one of these ends, with or without a line between them. */
static const char *const keypad_words[] = {"KPAD", "NUMPAD", "KEYPAD", "KP", "NUM"};
static const struct {
	const char *name;
	uint8_t usage;
} keypad[] = {
	{"SLASH", 0x54}, {"ASTERISK", 0x55}, {"ASTERIX", 0x55}, {"MINUS", 0x56}, {"PLUS", 0x57},
	{"ENTER", 0x58}, {"DOT", 0x63}, {"PERIOD", 0x63}, {"EQUAL", 0x67}, {"EQUALS", 0x67},
	{"1", 0x59}, {"2", 0x5a}, {"3", 0x5b}, {"4", 0x5c}, {"5", 0x5d}, {"6", 0x5e}, {"7", 0x5f},
	{"8", 0x60}, {"9", 0x61}, {"0", 0x62},
};

/* HID Usage Tables 1.4 §15, by Flipper's names for them. */
static const struct {
	const char *name;
	uint16_t usage;
} media[] = {
	{"POWER", 0x030}, {"REBOOT", 0x031}, {"SLEEP", 0x032}, {"LOGOFF", 0x19c}, {"EXIT", 0x204},
	{"HOME", 0x223}, {"BACK", 0x224}, {"FORWARD", 0x225}, {"REFRESH", 0x227}, {"SNAPSHOT", 0x065},
	{"PLAY", 0x0b0}, {"PAUSE", 0x0b1}, {"PLAY_PAUSE", 0x0cd}, {"NEXT_TRACK", 0x0b5},
	{"PREV_TRACK", 0x0b6}, {"STOP", 0x0b7}, {"EJECT", 0x0b8}, {"MUTE", 0x0e2},
	{"VOLUME_UP", 0x0e9}, {"VOLUME_DOWN", 0x0ea}, {"FN", DUCKY_GLOBE}, {"BRIGHT_UP", 0x06f},
	{"BRIGHT_DOWN", 0x070},
};
/* clang-format on */

uint16_t ducky_media(const char *at, size_t len)
{
	for (size_t i = 0; i < sizeof(media) / sizeof(*media); i++)
		if (ducky_is(at, len, media[i].name))
			return media[i].usage;
	return 0;
}

static uint8_t of_keypad(const char *at, size_t len)
{
	for (size_t i = 0; i < sizeof(keypad_words) / sizeof(*keypad_words); i++) {
		size_t n = strlen(keypad_words[i]);

		if (len <= n || memcmp(at, keypad_words[i], n))
			continue;
		n += at[n] == '_';
		for (size_t k = 0; k < sizeof(keypad) / sizeof(*keypad); k++)
			if (ducky_is(at + n, len - n, keypad[k].name))
				return keypad[k].usage;
	}
	return 0;
}

static uint8_t of_name(const char *at, size_t len)
{
	char upper[KEY_NAME_MAX + 1];

	if (len < 2 || len >= sizeof(upper))
		return 0;
	for (size_t i = 0; i < len; i++)
		upper[i] = at[i] >= 'a' && at[i] <= 'z' ? (char)(at[i] - 'a' + 'A') : at[i];
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (ducky_is(upper, len, keys[i].name))
			return keys[i].usage;
	return of_keypad(upper, len);
}

static bool press(struct ducky_chord *c, uint8_t usage, uint8_t modifiers)
{
	c->modifiers |= modifiers;
	if (usage >= KEY_MODIFIER && usage < KEY_MODIFIER + 8) {
		c->modifiers |= (uint8_t)(1u << (usage - KEY_MODIFIER));
		return true;
	}
	if (c->count == DUCKY_KEYS_MAX)
		return false;
	c->usage[c->count++] = usage;
	return true;
}

/* A key by name or by the character on it. Letters are keys: CTRL A is Ctrl and the A key, not Shift. */
static bool key(const struct ducky *d, struct ducky_span s, struct ducky_chord *c)
{
	uint8_t usage = of_name(ducky_at(d, s), s.len);
	struct keystroke strokes[DUCKY_STROKES_MAX];
	uint32_t character;

	if (usage)
		return press(c, usage, 0);
	if (!s.len)
		return false;
	character = ducky_character(d, &s);
	if (s.len)
		return false;
	if (character >= 'A' && character <= 'Z')
		character += 'a' - 'A';
	return ducky_strokes(d, character, strokes) == 1 &&
	       press(c, strokes[0].usage, strokes[0].modifiers);
}

static bool first_character(const struct ducky *d, struct ducky_span word, struct ducky_chord *c)
{
	struct ducky_span rest = word;

	ducky_character(d, &rest);
	word.len -= rest.len;
	return key(d, word, c);
}

static bool is_arrow(uint8_t usage)
{
	return usage >= KEY_RIGHT && usage <= KEY_UP;
}

/* CTRL-ALT, ALT-F4, CTRL+c: each part is a key. */
static bool joined(const struct ducky *d, struct ducky_span s, struct ducky_chord *c)
{
	uint32_t end = s.at + s.len;

	for (uint32_t from = s.at, at = s.at; at <= end; at++) {
		if (at < end && d->pool[at] != '-' && d->pool[at] != '+')
			continue;
		/* The sign itself, as in CTRL-- */
		if (at == from && at + 1 == end)
			at++;
		if (!key(d, (struct ducky_span){.at = from, .len = at - from}, c))
			return false;
		from = at + 1;
		if (from == end)
			return false;
	}
	return true;
}

bool ducky_chord(const struct ducky *d, struct ducky_span s, struct ducky_chord *out,
                 struct ducky_span *bad)
{
	*out = (struct ducky_chord){0};
	s = ducky_trim(d, s);
	while (s.len) {
		struct ducky_span word = ducky_first(d, &s);
		struct ducky_chord before = *out;

		if (key(d, word, out))
			continue;
		*out = before;
		if (joined(d, word, out))
			continue;
		*out = before;
		/* DOWN ARROW is DOWNARROW. */
		if (out->count && is_arrow(out->usage[out->count - 1]) &&
		    ducky_is(ducky_at(d, word), word.len, "ARROW"))
			continue;
		/* Longer than any key's name: by Flipper's rule its first character is meant. */
		if (out->modifiers && word.len > KEY_NAME_MAX && first_character(d, word, out))
			continue;
		if (bad)
			*bad = word;
		return false;
	}
	return out->count || out->modifiers;
}

size_t ducky_strokes(const struct ducky *d, uint32_t character, struct keystroke *out)
{
	const struct ducky_layout *l = d->set.layout;
	char text[2] = {(char)character, 0};

	if (character == '\t' || character == '\n') {
		*out = (struct keystroke){.usage = character == '\t' ? 0x2b : KEY_ENTER};
		return 1;
	}
	if (l)
		return l->strokes(l->ctx, character, out, DUCKY_STROKES_MAX);
	return character && character < 0x80 ? us_keystrokes(text, false, out, 1) : 0;
}

uint32_t ducky_character(const struct ducky *d, struct ducky_span *s)
{
	const uint8_t *p = (const uint8_t *)ducky_at(d, *s);
	unsigned more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : p[0] >= 0xc2 ? 1 : 0;
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	uint32_t c = p[0];

	if (more && p[0] < 0xf5 && s->len > more) {
		c &= 0x3fu >> more;
		for (unsigned i = 1; i <= more; i++) {
			if ((p[i] & 0xc0) != 0x80)
				more = 0;
			else
				c = c << 6 | (p[i] & 0x3f);
		}
		if (more && (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)))
			more = 0;
	} else {
		more = 0;
	}
	if (!more)
		c = p[0];
	s->at += 1 + more;
	s->len -= 1 + more;
	return c;
}
