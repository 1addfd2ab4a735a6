/* The packet filter: parsed once as it is typed, then a pure test of one row. */
#include "tui/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word;
	enum filter_kind kind;
	unsigned numbers; /* that follow it */
} words[] = {
	{"reports", FILTER_REPORTS, 0}, {"control", FILTER_CONTROL, 0},
	{"keys", FILTER_KEYS, 0},       {"line", FILTER_LINE, 0},
	{"bursts", FILTER_BURSTS, 0},   {"steps", FILTER_STEPS, 0},
	{"tap", FILTER_TAP, 0},         {"errors", FILTER_ERRORS, 0},
	{"in", FILTER_IN, 0},           {"out", FILTER_OUT, 0},
	{"dev", FILTER_DEVICE, 1},      {"ep", FILTER_ENDPOINT, 1},
	{"len", FILTER_LENGTH, 1},      {"type", FILTER_TYPE, 1},
	{"request", FILTER_REQUEST, 1}, {"value", FILTER_VALUE, 1},
	{"index", FILTER_INDEX, 1},     {"byte", FILTER_BYTE, 2},
};

static const char *const types[] = {
	[USB_TYPE_ISOCHRONOUS] = "iso", [USB_TYPE_INTERRUPT] = "interrupt",
	[USB_TYPE_CONTROL] = "control", [USB_TYPE_BULK] = "bulk",
	[USB_TYPE_UNKNOWN] = "unknown",
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

/* A number, or of FILTER_TYPE a name; NULL, or what is wrong. */
static const char *take_number(const char **text, enum filter_kind kind, unsigned *out)
{
	char word[FILTER_WORD], *end;

	*text = next_word(*text, word);
	if (!*text)
		return kind == FILTER_TYPE ? "which type?" : "a number is missing";
	if (kind == FILTER_TYPE) {
		for (*out = 0; *out < sizeof(types) / sizeof(types[0]); ++*out)
			if (types[*out] && strcmp(types[*out], word) == 0)
				return NULL;
		return "iso, interrupt, control, bulk or unknown";
	}
	*out = (unsigned)strtoul(word, &end, 0);
	return *end || end == word ? "that is no number" : NULL;
}

const char *filter_parse(struct filter *f, const char *text)
{
	struct filter made = {0};
	char word[FILTER_WORD];
	bool not = false;

	snprintf(made.text, sizeof(made.text), "%s", text);
	while ((text = next_word(text, word))) {
		const char *wrong = NULL;
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
			if (words[i].numbers > 0)
				wrong = take_number(&text, words[i].kind,
				                    &made.term[made.terms].number);
			if (!wrong && words[i].numbers > 1)
				wrong = take_number(&text, words[i].kind,
				                    &made.term[made.terms].value);
			if (wrong)
				return wrong;
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
	case FILTER_LENGTH:
		return transfer && r->len_true == f->term[i].number;
	case FILTER_TYPE:
		return transfer && r->type == f->term[i].number;
	case FILTER_REQUEST:
		return transfer && r->has_setup && r->setup.bRequest == f->term[i].number;
	case FILTER_VALUE:
		return transfer && r->has_setup && r->setup.wValue == f->term[i].number;
	case FILTER_INDEX:
		return transfer && r->has_setup && r->setup.wIndex == f->term[i].number;
	case FILTER_BYTE:
		return transfer && f->term[i].number < r->len &&
		       r->data[f->term[i].number] == f->term[i].value;
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
