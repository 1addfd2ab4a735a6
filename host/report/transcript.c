/*
 * Key presses into one keyboard's text. Input: usages, modifiers, LED reports. Meanings are layout.c's, escaping is
 * left to whoever prints.
 */
#include "report/transcript.h"

#include <string.h>

enum {
	CAPS_LOCK = 0x39,
	NUM_LOCK = 0x53,
};

void transcript_init(struct transcript *t)
{
	/* The text is not cleared: most of its pages are never touched. */
	t->count = 0;
	t->first_ns = t->last_ns = 0;
	t->locks = LAYOUT_NUM;
	t->text_truncated = false;
	t->characters = t->len = 0;
	t->text[0] = 0;
}

static unsigned characters(const char *s)
{
	unsigned n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void append(struct transcript *t, const char *s, size_t len)
{
	unsigned n = characters(s);

	if (t->text_truncated || t->characters + n > TRANSCRIPT_CHARACTERS_MAX ||
	    t->len + len > TRANSCRIPT_BYTES_MAX) {
		t->text_truncated = true;
		return;
	}
	memcpy(t->text + t->len, s, len + 1);
	t->len = (uint16_t)(t->len + len);
	t->characters = (uint16_t)(t->characters + n);
}

void transcript_key(struct transcript *t, struct layout *l, uint16_t usage, uint8_t modifiers,
                    int64_t t_ns)
{
	char text[LAYOUT_TEXT_MAX];

	if (!t->count++)
		t->first_ns = t_ns;
	t->last_ns = t_ns;
	if (l && !t->text_truncated)
		append(t, text, layout_text(l, usage, modifiers, t->locks, text));
	/* The LED report that follows says the same; a host that sends none leaves this. */
	if (usage == CAPS_LOCK)
		t->locks ^= LAYOUT_CAPS;
	if (usage == NUM_LOCK)
		t->locks ^= LAYOUT_NUM;
}

void transcript_leds(struct transcript *t, uint8_t leds)
{
	t->locks = leds & (LAYOUT_NUM | LAYOUT_CAPS);
}
