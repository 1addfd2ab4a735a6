/*
 * A layout turned round. Input: what each key prints. Output: keys by character. Characters with accents that have no key of
 * their own are made of a dead key and a letter, as people make them.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/layout_keys.h"

enum {
	ALT_GR = 1 << 6,
	FIRST_KEY = 0x04,
	LAST_KEY = 0x38,
	ISO_KEY = 0x64,
	JIS_FIRST = 0x87, /* keys that Brazil and Japan have beyond */
	JIS_LAST = 0x8b,
};

/* xkb's name of a dead key, the combining character that it is, and the one that it prints before a space. */
/* clang-format off */
static const struct {
	const char *name;
	uint32_t combining;
	uint32_t alone;
} dead[] = {
	{"<DEAD_GRAVE>", 0x300, '`'}, {"<DEAD_ACUTE>", 0x301, 0xb4},
	{"<DEAD_CIRCUMFLEX>", 0x302, '^'}, {"<DEAD_TILDE>", 0x303, '~'},
	{"<DEAD_MACRON>", 0x304, 0xaf}, {"<DEAD_BREVE>", 0x306, 0x2d8},
	{"<DEAD_ABOVEDOT>", 0x307, 0x2d9}, {"<DEAD_DIAERESIS>", 0x308, '"'},
	{"<DEAD_ABOVERING>", 0x30a, 0xb0}, {"<DEAD_DOUBLEACUTE>", 0x30b, 0x2dd},
	{"<DEAD_CARON>", 0x30c, 0x2c7}, {"<DEAD_CEDILLA>", 0x327, 0xb8},
	{"<DEAD_OGONEK>", 0x328, 0x2db},
};

/* Unicode's canonical decompositions of Latin letters. */
static const struct {
	uint32_t combining;
	const char *letters; /* base letters, each before what it becomes in `made` */
	uint16_t made[24];
} composed[] = {
	{0x300, "AEIOUaeiouNn", {0xc0, 0xc8, 0xcc, 0xd2, 0xd9, 0xe0, 0xe8, 0xec, 0xf2, 0xf9, 0x1f8, 0x1f9}},
	{0x301, "AEIOUYaeiouyCcLlNnRrSsZz",
	 {0xc1, 0xc9, 0xcd, 0xd3, 0xda, 0xdd, 0xe1, 0xe9, 0xed, 0xf3, 0xfa, 0xfd, 0x106, 0x107, 0x139,
	  0x13a, 0x143, 0x144, 0x154, 0x155, 0x15a, 0x15b, 0x179, 0x17a}},
	{0x302, "AEIOUaeiouCcGgHhJjSsWwYy",
	 {0xc2, 0xca, 0xce, 0xd4, 0xdb, 0xe2, 0xea, 0xee, 0xf4, 0xfb, 0x108, 0x109, 0x11c, 0x11d, 0x124,
	  0x125, 0x134, 0x135, 0x15c, 0x15d, 0x174, 0x175, 0x176, 0x177}},
	{0x303, "ANOanoIiUu", {0xc3, 0xd1, 0xd5, 0xe3, 0xf1, 0xf5, 0x128, 0x129, 0x168, 0x169}},
	{0x304, "AaEeIiOoUu", {0x100, 0x101, 0x112, 0x113, 0x12a, 0x12b, 0x14c, 0x14d, 0x16a, 0x16b}},
	{0x306, "AaEeGgIiOoUu",
	 {0x102, 0x103, 0x114, 0x115, 0x11e, 0x11f, 0x12c, 0x12d, 0x14e, 0x14f, 0x16c, 0x16d}},
	{0x307, "CcEeGgIZz", {0x10a, 0x10b, 0x116, 0x117, 0x120, 0x121, 0x130, 0x17b, 0x17c}},
	{0x308, "AEIOUaeiouyY",
	 {0xc4, 0xcb, 0xcf, 0xd6, 0xdc, 0xe4, 0xeb, 0xef, 0xf6, 0xfc, 0xff, 0x178}},
	{0x30a, "AaUu", {0xc5, 0xe5, 0x16e, 0x16f}},
	{0x30b, "OoUu", {0x150, 0x151, 0x170, 0x171}},
	{0x30c, "CcDdEeNnRrSsTtZz",
	 {0x10c, 0x10d, 0x10e, 0x10f, 0x11a, 0x11b, 0x147, 0x148, 0x158, 0x159, 0x160, 0x161, 0x164,
	  0x165, 0x17d, 0x17e}},
	{0x327, "CcGKkLlNnRrSsTt",
	 {0xc7, 0xe7, 0x122, 0x136, 0x137, 0x13b, 0x13c, 0x145, 0x146, 0x156, 0x157, 0x15e, 0x15f, 0x162,
	  0x163}},
	{0x328, "AaEeIiUu", {0x104, 0x105, 0x118, 0x119, 0x12e, 0x12f, 0x172, 0x173}},
};

/* Names that payloads use and xkb does not, or not alike. */
static const struct {
	const char *payload, *xkb;
} names[] = {
	{"us", "us"}, {"en", "us"}, {"en_us", "us"}, {"uk", "gb"}, {"gb", "gb"}, {"en_gb", "gb"},
	{"de", "de"}, {"at", "at"}, {"ch", "ch"}, {"ch_de", "ch"}, {"ch_fr", "ch(fr)"}, {"fr", "fr"},
	{"be", "be"}, {"ca", "ca"}, {"ca_fr", "ca"}, {"ca_ms", "ca(multix)"}, {"es", "es"},
	{"es_la", "latam"}, {"la", "latam"}, {"mx", "latam"}, {"it", "it"}, {"pt", "pt"}, {"br", "br"},
	{"pt_br", "br"}, {"no", "no"}, {"se", "se"}, {"sv", "se"}, {"dk", "dk"}, {"da", "dk"},
	{"fi", "fi"}, {"nl", "nl"}, {"pl", "pl"}, {"cz", "cz"}, {"sk", "sk"}, {"hu", "hu"}, {"si", "si"},
	{"hr", "hr"}, {"ro", "ro"}, {"tr", "tr"}, {"ru", "ru"}, {"il", "il"}, {"jp", "jp"}, {"is", "is"},
	{"ee", "ee"}, {"lt", "lt"}, {"lv", "lv"}, {"dvorak", "us(dvorak)"}, {"colemak", "us(colemak)"},
};
/* clang-format on */

/* Keys that only some keyboards have. */
static bool rare(uint8_t usage)
{
	return usage > LAST_KEY;
}

/* Which key a character has where several have it: one that all keyboards have, the fewest modifiers, the first. */
static int order(const void *a, const void *b)
{
	const struct layout_keys_entry *x = a, *y = b;
	unsigned mx = x->modifiers, my = y->modifiers;

	if (x->character != y->character)
		return x->character < y->character ? -1 : 1;
	if (rare(x->usage) != rare(y->usage))
		return rare(x->usage) ? 1 : -1;
	if (mx != my)
		return mx < my ? -1 : 1;
	return (int)x->usage - (int)y->usage;
}

/* One character of UTF-8, all of the text; 0 where it is not that. */
static uint32_t one_character(const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	unsigned more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : p[0] >= 0xc2 ? 1 : 0;
	uint32_t c = more ? p[0] & (0x3fu >> more) : p[0];

	if (p[0] >= 0x80 && !more)
		return 0;
	for (unsigned i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c && p[1 + more] ? 0 : c;
}

static uint32_t meaning(const char *text)
{
	for (size_t i = 0; i < sizeof(dead) / sizeof(*dead); i++)
		if (strcmp(dead[i].name, text) == 0)
			return dead[i].combining;
	return one_character(text);
}

static void ask_key(struct layout_keys *k, layout_keys_ask *ask, void *ctx, uint16_t usage)
{
	static const uint8_t modifiers[] = {0, MOD_SHIFT, ALT_GR, MOD_SHIFT | ALT_GR};
	char text[LAYOUT_KEYS_TEXT_MAX];

	for (size_t i = 0; i < sizeof(modifiers); i++) {
		uint32_t c;

		text[0] = 0;
		ask(ctx, usage, modifiers[i], text);
		c = meaning(text);
		if (c && k->count < LAYOUT_KEYS_MAX)
			k->entry[k->count++] = (struct layout_keys_entry){
				.character = c, .usage = (uint8_t)usage, .modifiers = modifiers[i]};
	}
}

void layout_keys_init(struct layout_keys *k, layout_keys_ask *ask, void *ctx)
{
	k->count = 0;
	for (uint16_t u = FIRST_KEY; u <= LAST_KEY; u++)
		ask_key(k, ask, ctx, u);
	ask_key(k, ask, ctx, ISO_KEY);
	for (uint16_t u = JIS_FIRST; u <= JIS_LAST; u++)
		ask_key(k, ask, ctx, u);
	qsort(k->entry, k->count, sizeof(*k->entry), order);
}

static bool find(const struct layout_keys *k, uint32_t character, struct keystroke *out)
{
	size_t low = 0, high = k->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (k->entry[middle].character < character)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == k->count || k->entry[low].character != character)
		return false;
	*out = (struct keystroke){.usage = k->entry[low].usage,
	                          .modifiers = k->entry[low].modifiers,
	                          .ascii = character < 0x80 ? (uint8_t)character : 0};
	return true;
}

/* The character that no one key prints, as a dead key and what follows it. */
static bool taken_apart(uint32_t character, uint32_t *combining, uint32_t *base)
{
	for (size_t i = 0; i < sizeof(dead) / sizeof(*dead); i++)
		if (dead[i].alone == character) {
			*combining = dead[i].combining;
			*base = ' ';
			return true;
		}
	for (size_t i = 0; i < sizeof(composed) / sizeof(*composed); i++)
		for (size_t n = 0; composed[i].letters[n]; n++)
			if (composed[i].made[n] == character) {
				*combining = composed[i].combining;
				*base = (uint8_t)composed[i].letters[n];
				return true;
			}
	return false;
}

size_t layout_keys_strokes(const struct layout_keys *k, uint32_t character, struct keystroke *out,
                           size_t max)
{
	struct keystroke pair[LAYOUT_KEYS_STROKES];
	uint32_t combining, base;

	if (!max || (character >= 0x300 && character < 0x370))
		return 0;
	if (find(k, character, out))
		return 1;
	if (max < LAYOUT_KEYS_STROKES || !taken_apart(character, &combining, &base) ||
	    !find(k, combining, &pair[0]) || !find(k, base, &pair[1]))
		return 0;
	pair[1].ascii = 0;
	memcpy(out, pair, sizeof(pair));
	return LAYOUT_KEYS_STROKES;
}

const char *layout_keys_name(const char *payload_name)
{
	char lower[16];
	size_t n = strlen(payload_name);

	if (n >= sizeof(lower))
		return NULL;
	for (size_t i = 0; i <= n; i++) {
		char c = payload_name[i];

		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '-' ? '_' : c;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i].payload, lower) == 0)
			return names[i].xkb;
	return NULL;
}
