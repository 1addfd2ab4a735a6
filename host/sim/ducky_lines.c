/*
 * A script's lines into statements. Input: text with any line ends. Output: statements, their arguments in the pool, constants
 * put in, parts that a constant switches off left out. What belongs together is joined by ducky_blocks.c.
 */
#include <stdio.h>
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

/* Bytes of the line's end that stands here: LF, CR LF, CR, or U+2028, which word processors put in; 0 none. */
static size_t line_end(const struct reader *r, size_t at)
{
	size_t left = r->len - at;

	if (!left)
		return 0;
	if (r->text[at] == '\r')
		return left > 1 && r->text[at + 1] == '\n' ? 2 : 1;
	if (left >= 3 && memcmp(r->text + at, "\xe2\x80\xa8", 3) == 0)
		return 3;
	return r->text[at] == '\n';
}

static bool next_line(struct reader *r)
{
	size_t end;

	if (r->pos >= r->len)
		return false;
	r->at = r->text + r->pos;
	while (!(end = line_end(r, r->pos)) && r->pos < r->len)
		r->pos++;
	r->at_len = (size_t)(r->text + r->pos - r->at);
	r->pos += end;
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

/* The words that people write in small letters too; the others would be prose. */
static const struct ducky_word *command(const char *at, size_t len)
{
	const struct ducky_word *w = ducky_word(at, len);
	char upper[24];

	if (w || len >= sizeof(upper))
		return w;
	for (size_t i = 0; i < len; i++)
		upper[i] = at[i] >= 'a' && at[i] <= 'z' ? (char)(at[i] - 'a' + 'A') : at[i];
	w = ducky_word(upper, len);
	return w && (w->kind == KIND_REM || w->kind == KIND_DELAY || w->kind == KIND_STRING ||
	             w->kind == KIND_STRINGLN)
	               ? w
	               : NULL;
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

/*
 * ELSE, ELSE IF condition; an ELSE with its statement on one line is none. Collections have ELSE IF without a condition
 * for ELSE, and ELSE with one in brackets for ELSE IF.
 */
static bool otherwise(struct reader *r, struct ducky_span args)
{
	struct ducky_span rest = args, word = ducky_first(r->d, &rest);

	if (!args.len)
		return add(r, KIND_ELSE, 0, args);
	if (ducky_is(ducky_at(r->d, word), word.len, "IF")) {
		rest = ducky_trim(r->d, rest);
		return add(r, rest.len ? KIND_ELSE_IF : KIND_ELSE, 0, rest);
	}
	if (*ducky_at(r->d, word) == '(')
		return add(r, KIND_ELSE_IF, 0, args);
	if (word.len > 3 && memcmp(ducky_at(r->d, word), "IF(", 3) == 0) {
		args.at += 2;
		args.len -= 2;
		return add(r, KIND_ELSE_IF, 0, args);
	}
	return ducky_fail(r->d, r->line, "ELSE followed by '%.*s'; expected IF or the line's end",
	                  ducky_shown(args.len), ducky_at(r->d, args));
}

static bool has(const char *at, size_t len, char from, char to)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] >= from && at[i] <= to)
			return true;
	return false;
}

/*
 * Commands, constants and functions are written in capitals: a word with small letters, or with none at all, begins prose
 * that lacks its REM. Devices pass over it, and so it is left out, and said.
 */
static bool prose(struct ducky *d, uint32_t line, struct ducky_span word)
{
	const char *at = ducky_at(d, word);

	if (!has(at, word.len, 'a', 'z') && has(at, word.len, 'A', 'Z'))
		return false;
	d->prose++;
	ducky_skip(d, line, NO_COMMAND, ducky_shown(word.len), at);
	return true;
}

/* NAME alone calls as NAME() does; whether there is such a function is known at the end. */
static bool bare_call(struct reader *r, struct ducky_span word)
{
	char text[64 + 3];
	struct ducky_span args;
	int n = snprintf(text, sizeof(text), "%.*s()", (int)word.len, ducky_at(r->d, word));

	return ducky_expand(r->d, r->defines, r->line, text, (size_t)n, &args) &&
	       add(r, KIND_CALL, 1, args);
}

/* What stands behind a command: "; text", "// text", "REM text". A lone sign may be a key. */
static struct ducky_span uncommented(const struct ducky *d, struct ducky_span s)
{
	struct ducky_span rest = s, word;

	while ((word = ducky_first(d, &rest)).len) {
		const char *at = ducky_at(d, word);

		if (word.at == s.at || !ducky_trim(d, rest).len)
			continue;
		if (ducky_is(at, word.len, ";") || ducky_is(at, word.len, "REM") ||
		    (word.len > 1 && at[0] == '/' && at[1] == '/')) {
			s.len = word.at - s.at;
			return ducky_trim(d, s);
		}
	}
	return s;
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
	s = uncommented(d, s);
	if (ducky_chord(d, s, &chord, &bad))
		return add(r, KIND_CHORD, 0, s);
	if (word.len > 1 && word.len == s.len && word.len <= 64 && !has(at, word.len, 'a', 'z') &&
	    has(at, word.len, 'A', 'Z'))
		return bare_call(r, word);
	if (word.len > 1 && (bad.at != word.at || bad.len != word.len))
		return ducky_fail(d, r->line,
		                  "'%.*s' is no key; expected a key name or a character",
		                  ducky_shown(bad.len), ducky_at(d, bad));
	if (prose(d, r->line, word))
		return true;
	return ducky_fail(d, r->line, NO_COMMAND, ducky_shown(word.len), ducky_at(d, word));
}

static bool statement(struct reader *r, struct ducky_span s, bool nested)
{
	struct ducky *d = r->d;
	struct ducky_span rest = s, word = ducky_first(d, &rest), args = ducky_trim(d, rest);
	const struct ducky_word *w = command(ducky_at(d, word), word.len);
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
	case KIND_DELAY:
		/* Published without its number: nothing to wait for. */
		if (!args.len) {
			ducky_skip(d, r->line, "DELAY alone; expected milliseconds");
			return true;
		}
		args = uncommented(d, args);
		break;
	case KIND_REM:
		return true;
	default:
		break;
	}
	return add(r, w->kind, w->n, args);
}

/* "# text", "#####" and a command behind a #: comments as shells have them. Constants are #NAME. */
static bool shell_comment(const char *at, size_t len, size_t word)
{
	return at[0] == '#' && (len == 1 || blank(at[1]) || at[1] == '#' || at[1] == '!' ||
	                        command(at + 1, word - 1));
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
	if (shell_comment(at, len, n))
		return true;
	w = command(at, n);
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
	struct reader r = {.d = d, .len = len};
	char *own = ducky_utf8(text, &r.len);
	bool good = true;

	r.text = own;
	r.defines = calloc(1, sizeof(*r.defines));
	if (!own || !r.defines) {
		free(own);
		free(r.defines);
		return ducky_fail(d, 0, "memory is out");
	}
	while (good && next_line(&r))
		good = line(&r);
	if (good && r.conditions)
		good = ducky_fail(d, r.line, "IF_DEFINED opens a block; expected END_IF_DEFINED");
	/* Some prose between commands is a REM that somebody forgot; more of it than commands is no script. */
	if (good && d->prose > d->statements)
		good = ducky_fail(d, d->skipped_line, "%s", d->skipped_message);
	free(r.defines);
	free(own);
	return good;
}
