/* The packet filter: parsed once as it is typed, then a pure test of one row. */
#include "tui/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word;
	enum filter_kind kind;
	bool number;
} words[] = {
	{"reports", FILTER_REPORTS, false}, {"control", FILTER_CONTROL, false},
	{"keys", FILTER_KEYS, false},       {"line", FILTER_LINE, false},
	{"bursts", FILTER_BURSTS, false},   {"steps", FILTER_STEPS, false},
	{"tap", FILTER_TAP, false},         {"errors", FILTER_ERRORS, false},
	{"in", FILTER_IN, false},           {"out", FILTER_OUT, false},
	{"dev", FILTER_DEVICE, true},       {"ep", FILTER_ENDPOINT, true},
};

/* The next word, or NULL at the end; "&" may stand between terms. */
static const char *next_word(const char *text, char out[FILTER_WORD])
{
	size_t len;

	while (*text == ' ' || *text == '&')
		text++;
	len = strcspn(text, " &");
	if (!len)
		return NULL;
	snprintf(out, FILTER_WORD, "%.*s", (int)(len < FILTER_WORD ? len : FILTER_WORD - 1), text);
	return text + len;
}

const char *filter_parse(struct filter *f, const char *text)
{
	struct filter made = {0};
	char word[FILTER_WORD];
	bool not = false;

	snprintf(made.text, sizeof(made.text), "%s", text);
	while ((text = next_word(text, word))) {
		size_t i = 0;

		if (strcmp(word, "not") == 0) {
			not = !not ;
			continue;
		}
		if (made.terms == FILTER_TERMS)
			return "too many terms";
		made.term[made.terms].not = not ;
		while (i < sizeof(words) / sizeof(words[0]) && strcmp(word, words[i].word) != 0)
			i++;
		if (i == sizeof(words) / sizeof(words[0])) {
			memcpy(made.term[made.terms].word, word, sizeof(word));
		} else {
			made.term[made.terms].kind = words[i].kind;
			if (words[i].number) {
				char *end;

				text = next_word(text, word);
				if (!text)
					return "a number is missing";
				made.term[made.terms].number = (unsigned)strtoul(word, &end, 0);
				if (*end || end == word)
					return "that is no number";
			}
		}
		made.terms++;
		not = false;
	}
	if (not )
		return "what shall not be?";
	*f = made;
	return NULL;
}

static bool holds(const struct filter *f, unsigned i, const struct history_row *r)
{
	bool transfer = r->kind == HISTORY_TRANSFER;
	char text[256];

	switch (f->term[i].kind) {
	case FILTER_REPORTS:
		return transfer && (r->endpoint & 0x0f) && r->type != USB_TYPE_ISOCHRONOUS;
	case FILTER_CONTROL:
		return transfer && r->has_setup;
	case FILTER_KEYS:
		return r->keys;
	case FILTER_LINE:
		return r->kind == HISTORY_LINE || r->kind == HISTORY_LOST;
	case FILTER_BURSTS:
		return r->kind == HISTORY_BURST;
	case FILTER_STEPS:
		return r->kind == HISTORY_STEP;
	case FILTER_TAP:
		return r->kind == HISTORY_TAP;
	case FILTER_ERRORS:
		return r->kind == HISTORY_LOST || (transfer && r->status != USB_TRANSFER_OK);
	case FILTER_IN:
		return transfer && (r->endpoint & 0x80);
	case FILTER_OUT:
		return transfer && !(r->endpoint & 0x80);
	case FILTER_DEVICE:
		return transfer && r->address == f->term[i].number;
	case FILTER_ENDPOINT:
		return transfer && (r->endpoint & 0x0f) == f->term[i].number;
	case FILTER_TEXT:
		break;
	}
	row_describe(r, text, sizeof(text));
	return strcasestr(text, f->term[i].word) != NULL;
}

bool filter_passes(const struct filter *f, const struct history_row *r)
{
	for (unsigned i = 0; i < f->terms; i++)
		if (holds(f, i, r) == f->term[i].not )
			return false;
	return true;
}
