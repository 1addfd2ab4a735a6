/*
 * Builders of findings: the sentence piece by piece, and evidence in named figures. Everything is bounded; what does
 * not fit is cut (text) or left out (evidence beyond EVIDENCE_MAX).
 */
#include "detect/finding.h"

#include <string.h>

#include "detect/words.h"

void finding_say(struct finding *f, const char *text)
{
	words_append(f->text, sizeof(f->text), text);
}

void finding_say_integer(struct finding *f, int64_t v)
{
	words_integer(f->text, sizeof(f->text), v);
}

void finding_say_number(struct finding *f, double v, unsigned decimals)
{
	words_number(f->text, sizeof(f->text), v, decimals);
}

void finding_say_hex(struct finding *f, uint32_t v, unsigned digits)
{
	words_hex(f->text, sizeof(f->text), v, digits);
}

void finding_say_quoted(struct finding *f, const char *wire_text)
{
	enum { SHOWN_MAX = 48 }; /* a name off the wire must not crowd out the sentence */
	char clean[SHOWN_MAX + 4] = "";
	char one[SHOWN_MAX + 1];
	size_t len = strnlen(wire_text, SHOWN_MAX);

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)wire_text[i];

		one[i] = c < 0x20 || c == 0x7f || c == '"' || c == '\\' ? '?' : (char)c;
	}
	/* Cut at a character here too. */
	if (wire_text[len])
		while (len > 0 && ((unsigned char)wire_text[len] & 0xc0) == 0x80)
			len--;
	one[len] = '\0';
	words_append(clean, sizeof(clean), one);
	if (wire_text[len])
		words_append(clean, sizeof(clean), "...");
	finding_say(f, "\"");
	finding_say(f, clean);
	finding_say(f, "\"");
}

static struct evidence *add(struct finding *f, const char *name, enum evidence_kind kind)
{
	struct evidence *e;

	if (f->evidences >= EVIDENCE_MAX)
		return NULL;
	e = &f->evidence[f->evidences++];
	*e = (struct evidence){.name = name, .kind = kind};
	return e;
}

void finding_integer(struct finding *f, const char *name, int64_t v)
{
	struct evidence *e = add(f, name, EVIDENCE_INTEGER);

	if (e)
		e->integer = v;
}

void finding_number(struct finding *f, const char *name, double v, unsigned decimals)
{
	struct evidence *e = add(f, name, EVIDENCE_NUMBER);

	if (!e)
		return;
	e->number = v;
	e->decimals = (uint8_t)(decimals > 9 ? 9 : decimals);
}

void finding_text(struct finding *f, const char *name, const char *v)
{
	struct evidence *e = add(f, name, EVIDENCE_TEXT);

	if (e)
		words_append(e->text, sizeof(e->text), v);
}

void finding_hex(struct finding *f, const char *name, const uint8_t *bytes, size_t len)
{
	struct evidence *e = add(f, name, EVIDENCE_TEXT);

	for (size_t i = 0; e && i < len && 2 * i + 3 <= sizeof(e->text); i++)
		words_hex(e->text, sizeof(e->text), bytes[i], 2);
}

const char *weight_name(enum weight w)
{
	static const char *const names[] = {
		[WEIGHT_WEAK] = "weak",
		[WEIGHT_MEDIUM] = "medium",
		[WEIGHT_STRONG] = "strong",
		[WEIGHT_DECISIVE] = "decisive",
	};

	return names[w];
}

const char *group_name(enum group g)
{
	static const char *const names[GROUPS] = {
		[GROUP_PRESENCE] = "presence", [GROUP_TYPING] = "typing",
		[GROUP_POWER] = "power",       [GROUP_RADIO] = "radio",
		[GROUP_LINE] = "line",         [GROUP_CHARGER] = "charger",
	};

	return names[g];
}
