/*
 * A script's lines into statements. Input: text with any line ends. Output: statements, their arguments in the pool, constants
 * put in, parts that a constant switches off left out. What belongs together is joined by ducky_blocks.c.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/ducky_defines.h"

struct reader {
	struct ducky *d;
	struct ducky_defines *defines;
	const char *text;
	size_t len, pos;
	uint32_t line;
	const char *at; /* the line that was read, without its end */
	size_t at_len;
	unsigned conditions; /* IF_DEFINED blocks open */
	unsigned off;        /* of these, from which one on nothing is taken; 0 none */
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == '\0';
}

/* Lines end in LF, CR LF or CR. */
static bool next_line(struct reader *r)
{
	if (r->pos >= r->len)
		return false;
	r->at = r->text + r->pos;
	for (r->at_len = 0; r->pos + r->at_len < r->len; r->at_len++)
		if (r->at[r->at_len] == '\n' || r->at[r->at_len] == '\r')
			break;
	r->pos += r->at_len;
	if (r->pos < r->len) {
		bool both = r->text[r->pos] == '\r' && r->len - r->pos > 1 &&
		            r->text[r->pos + 1] == '\n';

		r->pos += both ? 2 : 1;
	}
	r->line++;
	return true;
}

static void strip(const char **at, size_t *len)
{
	while (*len && blank(**at))
		(*at)++, (*len)--;
	while (*len && blank((*at)[*len - 1]))
		(*len)--;
}

static size_t word_of(const char *at, size_t len)
{
	size_t n = 0;

	while (n < len && !blank(at[n]))
		n++;
	return n;
}

static bool add(struct reader *r, enum ducky_kind kind, uint8_t n, struct ducky_span args)
{
	struct ducky *d = r->d;

	if (d->statements == DUCKY_STATEMENTS_MAX)
		return ducky_fail(d, r->line, "too many lines; expected at most %d statements",
		                  DUCKY_STATEMENTS_MAX);
	if (d->statements == d->statements_size) {
		uint32_t size = d->statements_size ? d->statements_size * 2 : 64;
		struct ducky_statement *p = realloc(d->statement, size * sizeof(*p));

		if (!p)
			return ducky_fail(d, r->line, "memory is out");
		d->statement = p;
		d->statements_size = size;
	}
	d->statement[d->statements++] = (struct ducky_statement){
		.kind = (uint8_t)kind, .n = n, .line = r->line, .args = args};
	return true;
}

/* Does this line close a block of this opening word (STRING, STRINGLN, REM)? */
static bool closes(const char *at, size_t len, const char *word, bool suffixed)
{
	size_t n = strlen(word);

	if (len < 4 + n || memcmp(at, "END_", 4) || memcmp(at + 4, word, n))
		return false;
	return len == 4 + n || (suffixed && (at[4 + n] == '_' || blank(at[4 + n])));
}

/* Whether a block that opens here is closed: a bare STRING may be no block. */
static bool closed_ahead(struct reader *r, const char *word)
{
	struct reader ahead = *r;

	while (next_line(&ahead)) {
		const char *at = ahead.at;
		size_t len = ahead.at_len;

		strip(&at, &len);
		if (closes(at, len, word, true))
			return true;
		if (ducky_is(at, len, word))
			return false;
	}
	return false;
}

/* STRING blocks lose what leads each line, STRINGLN blocks one tab; the latter keep their lines. */
static bool text_block(struct reader *r, enum ducky_kind kind)
{
	const char *word = kind == KIND_STRING ? "STRING" : "STRINGLN";
	uint32_t opened = r->line;
	struct ducky_span args;

	while (next_line(r)) {
		const char *at = r->at;
		size_t len = r->at_len;

		strip(&at, &len);
		if (closes(at, len, word, true))
			return true;
		if (r->off)
			continue;
		len = (size_t)(r->at + r->at_len - at);
		if (kind == KIND_STRINGLN) {
			bool tab = r->at_len && r->at[0] == '\t';

			at = r->at + tab;
			len = r->at_len - tab;
		}
		if (!ducky_expand(r->d, r->defines, r->line, at, len, &args) ||
		    !add(r, kind, 0, args))
			return false;
	}
	return ducky_fail(r->d, opened, "%s opens a block; expected END_%s", word, word);
}

static bool comment_block(struct reader *r)
{
	uint32_t opened = r->line;

	while (next_line(r)) {
		const char *at = r->at;
		size_t len = r->at_len;

		strip(&at, &len);
		if (closes(at, len, "REM", true))
			return true;
	}
	return ducky_fail(r->d, opened, "REM_BLOCK opens a block; expected END_REM");
}

/* Lines that choose lines. `*taken` is whether it was one. */
static bool condition(struct reader *r, const struct ducky_word *w, const char *at, size_t len,
                      bool *taken)
{
	*taken = true;
	switch (w->kind) {
	case KIND_IF_DEFINED:
	case KIND_IF_NOT_DEFINED:
		if (++r->conditions > DUCKY_BLOCKS_MAX)
			return ducky_fail(r->d, r->line,
			                  "blocks too deep; expected at most %d within each other",
			                  DUCKY_BLOCKS_MAX);
		if (!r->off &&
		    ducky_defined_true(r->d, r->defines, at, len) != (w->kind == KIND_IF_DEFINED))
			r->off = r->conditions;
		return true;
	case KIND_ELSE_DEFINED:
		if (!r->conditions)
			break;
		if (!r->off)
			r->off = r->conditions;
		else if (r->off == r->conditions)
			r->off = 0;
		return true;
	case KIND_END_IF_DEFINED:
		if (!r->conditions)
			break;
		if (r->off == r->conditions)
			r->off = 0;
		r->conditions--;
		return true;
	default:
		*taken = false;
		return true;
	}
	return ducky_fail(r->d, r->line, "%s without a block; expected IF_DEFINED_TRUE before it",
	                  w->word);
}

/* STRING_POWERSHELL and its like open blocks in another language. */
static enum ducky_kind block_word(const char *at, size_t len)
{
	if (len > 9 && memcmp(at, "STRINGLN_", 9) == 0)
		return KIND_STRINGLN;
	if (len > 7 && memcmp(at, "STRING_", 7) == 0 && !ducky_word(at, len))
		return KIND_STRING;
	return KIND_NONE;
}

static bool statement(struct reader *r, struct ducky_span s, bool nested);

static bool repeat(struct reader *r, struct ducky_span args)
{
	struct ducky_span rest = args, count = ducky_first(r->d, &rest);

	if (!rest.len || strchr("+-*/%^()=&|<>", r->d->pool[rest.at]))
		return add(r, KIND_REPEAT, 0, args);
	return add(r, KIND_REPEAT_NEXT, 0, count) && statement(r, rest, true);
}

/* ELSE, ELSE IF condition; and an ELSE with its statement on one line is none. */
static bool otherwise(struct reader *r, struct ducky_span args)
{
	struct ducky_span rest = args, word = ducky_first(r->d, &rest);

	if (!args.len)
		return add(r, KIND_ELSE, 0, args);
	if (ducky_is(ducky_at(r->d, word), word.len, "IF"))
		return add(r, KIND_ELSE_IF, 0, rest);
	if (word.len > 3 && memcmp(ducky_at(r->d, word), "IF(", 3) == 0) {
		args.at += 2;
		args.len -= 2;
		return add(r, KIND_ELSE_IF, 0, args);
	}
	return ducky_fail(r->d, r->line, "ELSE followed by '%.*s'; expected IF or the line's end",
	                  ducky_shown(args.len), ducky_at(r->d, args));
}

/* No command's word: a call, an assignment, or keys. */
static bool other(struct reader *r, struct ducky_span s)
{
	struct ducky *d = r->d;
	struct ducky_span bad, rest = s, word = ducky_first(d, &rest);
	const char *at = ducky_at(d, s), *bracket;
	struct ducky_chord chord;

	if (at[0] == '$')
		return add(r, KIND_ASSIGN, 0, s);
	bracket = memchr(at, '(', s.len);
	if (bracket && at[s.len - 1] == ')' && bracket > at)
		return add(r, KIND_CALL, 0, s);
	if (ducky_chord(d, s, &chord, &bad))
		return add(r, KIND_CHORD, 0, s);
	if (word.len > 1 && (bad.at != word.at || bad.len != word.len))
		return ducky_fail(d, r->line,
		                  "'%.*s' is no key; expected a key name or a character",
		                  ducky_shown(bad.len), ducky_at(d, bad));
	return ducky_fail(
		d, r->line,
		"'%.*s' is no command; expected a command, a key, NAME() or $NAME = value",
		ducky_shown(word.len), ducky_at(d, word));
}

static bool statement(struct reader *r, struct ducky_span s, bool nested)
{
	struct ducky *d = r->d;
	struct ducky_span rest = s, word = ducky_first(d, &rest), args = ducky_trim(d, rest);
	const struct ducky_word *w = ducky_word(ducky_at(d, word), word.len);
	const char *at = ducky_at(d, word), *bracket;

	/* WHILE(...) and IF(...) need no blank. */
	if (!w && (bracket = memchr(at, '(', word.len)) &&
	    (w = ducky_word(at, (size_t)(bracket - at)))) {
		args.at = word.at + (uint32_t)(bracket - at);
		args.len = s.at + s.len - args.at;
		args = ducky_trim(d, args);
		/* The words of blocks are also written as calls: END_IF(). */
		if (ducky_is(ducky_at(d, args), args.len, "()") && w->kind >= KIND_ELSE &&
		    w->kind <= KIND_END_BUTTON)
			args.len = 0;
		else if (w->kind != KIND_IF && w->kind != KIND_WHILE && w->kind != KIND_RETURN &&
		         w->kind != KIND_DELAY)
			w = NULL;
	}
	if (!w)
		return other(r, s);
	switch (w->kind) {
	case KIND_STRING:
	case KIND_STRINGLN: {
		/* One blank ends the command; more of them, and those at the end, are text. */
		uint32_t skip = word.len + (word.len < s.len);

		args = (struct ducky_span){.at = s.at + skip, .len = s.len - skip};
		break;
	}
	case KIND_QUACK:
		return nested || !args.len ? other(r, s) : statement(r, args, true);
	case KIND_REPEAT:
		if (nested)
			return ducky_fail(d, r->line, "REPEAT of REPEAT; expected a command");
		return repeat(r, args);
	case KIND_ELSE:
		return otherwise(r, args);
	case KIND_REM:
		return true;
	default:
		break;
	}
	return add(r, w->kind, w->n, args);
}

static bool line(struct reader *r)
{
	const char *at = r->at;
	size_t len = r->at_len, n;
	const struct ducky_word *w;
	enum ducky_kind block;
	struct ducky_span s;
	bool taken;

	strip(&at, &len);
	if (!len || (len > 1 && at[0] == '/' && at[1] == '/'))
		return true;
	n = word_of(at, len);
	if (n > 3 && memcmp(at, "REM", 3) == 0 && strchr(":<-#=*", at[3]))
		return true;
	w = ducky_word(at, n);
	if (w) {
		const char *args = at + n;
		size_t args_len = len - n;

		strip(&args, &args_len);
		if (!condition(r, w, args, args_len, &taken))
			return false;
		if (taken || w->kind == KIND_REM)
			return true;
		if (w->kind == KIND_REM_BLOCK)
			return comment_block(r);
		if (!args_len && (w->kind == KIND_STRING || w->kind == KIND_STRINGLN) &&
		    closed_ahead(r, w->word))
			return text_block(r, w->kind);
		if (r->off || w->kind == KIND_MARK)
			return true;
		if (w->kind == KIND_DEFINE)
			return ducky_define(r->d, r->defines, r->line, args, args_len);
	}
	block = block_word(at, n);
	if (block)
		return text_block(r, block);
	if (r->off)
		return true;
	/* Texts keep the blanks at their end. */
	len = (size_t)(r->at + r->at_len - at);
	if (!ducky_expand(r->d, r->defines, r->line, at, len, &s))
		return false;
	if (!w || (w->kind != KIND_STRING && w->kind != KIND_STRINGLN))
		s = ducky_trim(r->d, s);
	return !s.len || statement(r, s, false);
}

bool ducky_read(struct ducky *d, const char *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct reader r = {.d = d, .text = text, .len = len};
	bool good = true;

	r.defines = calloc(1, sizeof(*r.defines));
	if (!r.defines)
		return ducky_fail(d, 0, "memory is out");
	if (len >= 3 && memcmp(text, mark, 3) == 0)
		r.pos = 3;
	while (good && next_line(&r))
		good = line(&r);
	if (good && r.conditions)
		good = ducky_fail(d, r.line, "IF_DEFINED opens a block; expected END_IF_DEFINED");
	free(r.defines);
	return good;
}
