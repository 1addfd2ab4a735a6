/*
 * Which packets are shown: words that must all hold, "not" before one turns it round. `reports`, `control`, `keys`,
 * `line`, `bursts`, `steps`, `tap` (what it and its operator tell), `errors`, `in`, `out`, `dev N`, `ep N`, `len N`; `type T` with
 * T one of iso, interrupt, control, bulk, unknown; of a setup packet `request N`, `value N`, `index N`; `byte N V`: byte N of the data
 * is V. Anything else is looked for in the row's text.
 */
#ifndef CORDON_TUI_FILTER_H
#define CORDON_TUI_FILTER_H

#include "tui/history.h"

enum { FILTER_TERMS = 8, FILTER_WORD = 24 };

enum filter_kind {
	FILTER_TEXT,
	FILTER_REPORTS,
	FILTER_CONTROL,
	FILTER_KEYS,
	FILTER_LINE,
	FILTER_BURSTS,
	FILTER_STEPS,
	FILTER_TAP,
	FILTER_ERRORS,
	FILTER_IN,
	FILTER_OUT,
	FILTER_DEVICE,
	FILTER_ENDPOINT,
	FILTER_LENGTH,
	FILTER_TYPE,
	FILTER_REQUEST,
	FILTER_VALUE,
	FILTER_INDEX,
	FILTER_BYTE,
};

struct filter {
	unsigned terms;
	struct {
		enum filter_kind kind;
		bool not ;
		unsigned number, value; /* value: of FILTER_BYTE */
		char word[FILTER_WORD];
	} term[FILTER_TERMS];
	char text[64]; /* as typed */
};

/* NULL, or what is wrong with it. An empty one lets everything through. */
const char *filter_parse(struct filter *f, const char *text);
bool filter_passes(const struct filter *f, const struct history_row *r);

/* What a row says, in words; may hold text off the wire. */
void row_describe(const struct history_row *r, char *out, size_t size);

/* Of a bDescriptorType; NULL: none that is known here. */
const char *row_descriptor_name(uint8_t type);

#endif
