/*
 * Key meanings through libxkbcommon. Input: usage, modifiers, locks. Output: text.
 *
 * The keymap is made of our own keycodes, compatibility map and modifiers and of xkb-data's types and symbols: a quarter of
 * the time that rules, models and all media keys take. The keypad and the keys that print nothing are not asked of
 * it. Dead keys are left as names, and input methods are not done.
 */
#include "report/layout.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xkbcommon/xkbcommon.h>

#include "report/keyboard_keys.h"

enum {
	XKB_OFFSET = 8, /* xkb's keycodes above evdev's */
	KEYS = 256,
	MODIFIERS = 8,
	MODIFIER_FIRST = 0xe0,
	LEVEL3_CODE = 92, /* xkb-data's <LVL3>: it carries Mod5, and no keyboard has it */

	CTRL = 0x11,
	SHIFT = 0x22,
	ALT_LEFT = 0x04,
	ALT_RIGHT = 0x40,
	GUI = 0x88,

	ENTER = 0x28,
	TAB = 0x2b,
	KEYPAD_ENTER = 0x58,
};

#define XKB_ROOT "/usr/share/X11/xkb"

/* A key that shifts levels need not carry a real modifier: <LVL3> does it for all of them. */
static const char compatibility[] =
	"xkb_compatibility { virtual_modifiers LevelThree, LevelFive, NumLock, Alt;"
	" interpret.useModMapMods = AnyLevel;"
	" interpret ISO_Level3_Shift+AnyOf(all) { virtualModifier = LevelThree;"
	"  useModMapMods = level1; action = SetMods(modifiers = LevelThree); };"
	" interpret ISO_Level3_Shift+AnyOfOrNone(all) {"
	"  action = SetMods(modifiers = LevelThree); };"
	" interpret ISO_Level5_Shift+AnyOf(all) { virtualModifier = LevelFive;"
	"  useModMapMods = level1; action = SetMods(modifiers = LevelFive); };"
	" interpret ISO_Level5_Shift+AnyOfOrNone(all) {"
	"  action = SetMods(modifiers = LevelFive); };"
	" interpret Any+Exactly(Lock) { action = LockMods(modifiers = Lock); };"
	" interpret Any+AnyOf(all) { action = SetMods(modifiers = modMapMods); }; };";

/* What layouts expect to be there, and only change. */
static const char symbols_head[] =
	"xkb_symbols { key <LFSH> { [ Shift_L ] }; key <RTSH> { [ Shift_R ] };"
	" key <LCTL> { [ Control_L ] }; key <RCTL> { [ Control_R ] };"
	" key <LALT> { [ Alt_L ] }; key <RALT> { [ Alt_R ] };"
	" key <LVL3> { [ ISO_Level3_Shift ] }; key <SPCE> { [ space ] };"
	" key <LSGT> { [ less, greater, bar, brokenbar ] };"
	" key <BKSL> { [ backslash, bar ] };"
	" modifier_map Shift { Shift_L, Shift_R };"
	" modifier_map Control { Control_L, Control_R };"
	" modifier_map Mod1 { Alt_L, Alt_R }; modifier_map Mod5 { <LVL3> };";

struct layout {
	char name[LAYOUT_NAME_MAX];
	bool tried;
	struct xkb_context *context;
	struct xkb_keymap *keymap;
	struct xkb_state *state;
	xkb_mod_mask_t modifier[MODIFIERS]; /* what each does under this layout */
	xkb_mod_mask_t lock, alt;
};

const char *layout_name(const struct layout *l)
{
	return l->name;
}

const char *layout_hint(void)
{
	return "layouts are named as in " XKB_ROOT "/rules/evdev.lst: us, gb, de, fr, us(dvorak)";
}

/* The name becomes part of a keymap's source: nothing but a file and a section may be in it. */
static bool name_is_sane(const char *name)
{
	size_t n = strlen(name), brackets = 0;

	if (!n || n >= LAYOUT_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (name[i] == '(' || (name[i] == ')' && i == n - 1))
			brackets++;
		else if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-')
			return false;
	}
	return brackets == 0 || (brackets == 2 && name[0] != '(' && name[n - 1] == ')');
}

struct layout *layout_new(const char *name)
{
	struct layout *l = calloc(1, sizeof(*l));

	if (l && name_is_sane(name))
		memcpy(l->name, name, strlen(name) + 1);
	return l;
}

void layout_free(struct layout *l)
{
	if (!l)
		return;
	xkb_state_unref(l->state);
	xkb_keymap_unref(l->keymap);
	xkb_context_unref(l->context);
	free(l);
}

/* The keymap's source; NULL where memory is out. */
static char *source(const char *name)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("xkb_keymap { xkb_keycodes { minimum = 8; maximum = 255;", out);
	fprintf(out, " <LVL3> = %d;", LEVEL3_CODE);
	for (uint16_t u = 0; u < KEYS; u++) {
		const struct keyboard_key *k = keyboard_key(u);

		if (k && k->place[0])
			fprintf(out, " <%s> = %d;", k->place, k->code + XKB_OFFSET);
	}
	fputs(" alias <AC12> = <BKSL>; include \"aliases(qwerty)\" };"
	      " xkb_types { include \"basic+pc+extra+level5+numpad\" };",
	      out);
	fputs(compatibility, out);
	fputs(symbols_head, out);
	fprintf(out, " include \"%s\" }; };", name);
	return fclose(out) == 0 ? text : NULL;
}

/* What each modifier key sets, asked of the keymap itself: AltGr is not the same everywhere. */
static void learn_modifiers(struct layout *l)
{
	for (unsigned i = 0; i < MODIFIERS; i++) {
		const struct keyboard_key *k = keyboard_key((uint16_t)(MODIFIER_FIRST + i));
		struct xkb_state *s;

		if (!k || !k->place[0])
			continue;
		s = xkb_state_new(l->keymap);
		if (!s)
			continue;
		xkb_state_update_key(s, k->code + XKB_OFFSET, XKB_KEY_DOWN);
		l->modifier[i] = xkb_state_serialize_mods(s, XKB_STATE_MODS_DEPRESSED);
		xkb_state_unref(s);
	}
	l->lock = 1u << xkb_keymap_mod_get_index(l->keymap, XKB_MOD_NAME_CAPS);
	l->alt = 1u << xkb_keymap_mod_get_index(l->keymap, XKB_MOD_NAME_ALT);
}

bool layout_load(struct layout *l)
{
	char *text = NULL;

	if (l->tried)
		return l->state != NULL;
	l->tried = true;
	if (!l->name[0])
		return false;
	/* A verdict must not depend on the user's own keymaps or environment. */
	l->context =
		xkb_context_new(XKB_CONTEXT_NO_DEFAULT_INCLUDES | XKB_CONTEXT_NO_ENVIRONMENT_NAMES);
	if (!l->context || !xkb_context_include_path_append(l->context, XKB_ROOT))
		return false;
	xkb_context_set_log_level(l->context, XKB_LOG_LEVEL_CRITICAL);
	text = source(l->name);
	if (text)
		l->keymap = xkb_keymap_new_from_string(l->context, text, XKB_KEYMAP_FORMAT_TEXT_V1,
		                                       XKB_KEYMAP_COMPILE_NO_FLAGS);
	free(text);
	if (!l->keymap)
		return false;
	learn_modifiers(l);
	l->state = xkb_state_new(l->keymap);
	return l->state != NULL;
}

static bool prints(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c <= 0x9f);
}

static xkb_keysym_t symbol(struct layout *l, const struct keyboard_key *k, uint8_t modifiers,
                           bool caps)
{
	xkb_mod_mask_t mask = 0;

	for (unsigned i = 0; i < MODIFIERS; i++)
		if (modifiers >> i & 1)
			mask |= l->modifier[i];
	xkb_state_update_mask(l->state, mask, 0, caps ? l->lock : 0, 0, 0, 0);
	return xkb_state_key_get_one_sym(l->state, k->code + XKB_OFFSET);
}

/* What the layout gives: a character (`*printed`) or a symbol's name, DEAD_ACUTE. False for nothing. */
static bool symbol_text(xkb_keysym_t sym, char out[LAYOUT_TEXT_MAX / 2], bool *printed)
{
	*printed = prints(xkb_keysym_to_utf32(sym));
	if (*printed)
		return xkb_keysym_to_utf8(sym, out, LAYOUT_TEXT_MAX / 2) > 0;
	if (sym == XKB_KEY_NoSymbol || xkb_keysym_get_name(sym, out, LAYOUT_TEXT_MAX / 2) <= 0)
		return false;
	for (char *p = out; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return true;
}

static size_t text(char *out, const char *what)
{
	return (size_t)snprintf(out, LAYOUT_TEXT_MAX, "%s", what);
}

static size_t name(char *out, uint8_t modifiers, const char *what)
{
	return (size_t)snprintf(out, LAYOUT_TEXT_MAX, "<%s%s%s%s%.*s>",
	                        modifiers & GUI ? "GUI+" : "", modifiers & CTRL ? "CTRL+" : "",
	                        modifiers & (ALT_LEFT | ALT_RIGHT) ? "ALT+" : "",
	                        modifiers & SHIFT ? "SHIFT+" : "", LAYOUT_TEXT_MAX / 2, what);
}

/* What a keypad key prints by the layout: the decimal separator differs. The second level is that of Num Lock. */
static bool keypad_symbol(struct layout *l, const struct keyboard_key *k,
                          char out[LAYOUT_TEXT_MAX / 2])
{
	const xkb_keysym_t *syms;
	bool printed;

	if (!k->place[0] || !l->state ||
	    xkb_keymap_key_get_syms_by_level(l->keymap, k->code + XKB_OFFSET, 0, 1, &syms) != 1)
		return false;
	return symbol_text(syms[0], out, &printed) && printed;
}

/* With Shift, Num Lock means its opposite. */
static size_t keypad(struct layout *l, const struct keyboard_key *k, uint8_t modifiers,
                     unsigned locks, char *out)
{
	bool off = !(locks & LAYOUT_NUM) != !!(modifiers & SHIFT);
	char what[LAYOUT_TEXT_MAX / 2];

	if (off && k->pad_off)
		return name(out, modifiers & (uint8_t)~SHIFT, k->pad_off);
	return text(out, keypad_symbol(l, k, what) ? what : k->pad);
}

static size_t printing(struct layout *l, const struct keyboard_key *k, uint8_t modifiers,
                       unsigned locks, char *out)
{
	char what[LAYOUT_TEXT_MAX / 2];
	bool printed;

	if (!symbol_text(symbol(l, k, modifiers, locks & LAYOUT_CAPS), what, &printed))
		return name(out, modifiers, k->name ? k->name : k->place);
	return printed ? text(out, what) : name(out, 0, what);
}

/* A chord is named by what the key prints with nothing held: <CTRL+ALT+t>. */
static size_t chord(struct layout *l, const struct keyboard_key *k, uint8_t modifiers, char *out)
{
	char what[LAYOUT_TEXT_MAX / 2];
	bool printed;

	if (k->name)
		return name(out, modifiers, k->name);
	if (l->state && symbol_text(symbol(l, k, 0, false), what, &printed))
		return name(out, modifiers, what);
	return name(out, modifiers, k->place);
}

/* Modifiers that make a chord of what is pressed with them: right Alt too, unless the layout has it as AltGr. */
static uint8_t chord_modifiers(const struct layout *l)
{
	bool alt_gr = l->state && !(l->modifier[6] & l->alt);

	return CTRL | GUI | ALT_LEFT | (alt_gr ? 0 : ALT_RIGHT);
}

size_t layout_text(struct layout *l, uint16_t usage, uint8_t modifiers, unsigned locks,
                   char out[LAYOUT_TEXT_MAX])
{
	const struct keyboard_key *k = keyboard_key(usage);
	char what[16];

	out[0] = 0;
	if (usage < 4 || (usage >= MODIFIER_FIRST && usage < MODIFIER_FIRST + MODIFIERS))
		return 0;
	if (!k) {
		snprintf(what, sizeof(what), "KEY_%02X", usage);
		return name(out, modifiers, what);
	}
	if (k->place[0] || (modifiers & ALT_RIGHT))
		layout_load(l);
	if (modifiers & chord_modifiers(l))
		return chord(l, k, modifiers, out);
	if (usage == KEYPAD_ENTER || (usage == ENTER && !(modifiers & SHIFT)))
		return text(out, "\n");
	if (usage == TAB && !(modifiers & SHIFT))
		return text(out, "\t");
	if (k->pad)
		return keypad(l, k, modifiers, locks, out);
	if (k->place[0] && l->state)
		return printing(l, k, modifiers, locks, out);
	return name(out, modifiers, k->name ? k->name : k->place);
}
