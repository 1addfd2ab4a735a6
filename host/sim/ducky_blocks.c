/*
 * Statements joined: what belongs to which block, where functions are, and a check of all that is written. Input: statements
 * in order. Output: their jumps, the tables of names; the first error.
 */
#include <string.h>

#include "sim/ducky_state.h"

struct joiner {
	struct ducky *d;
	uint32_t open[DUCKY_BLOCKS_MAX];
	unsigned opened;
};

static bool opens(enum ducky_kind kind)
{
	return kind == KIND_IF || kind == KIND_IF_PRESENT || kind == KIND_IF_NOT_PRESENT ||
	       kind == KIND_WHILE || kind == KIND_FUNCTION || kind == KIND_BUTTON_DEF;
}

static bool branches(enum ducky_kind kind)
{
	return kind == KIND_IF || kind == KIND_IF_PRESENT || kind == KIND_IF_NOT_PRESENT ||
	       kind == KIND_ELSE_IF || kind == KIND_ELSE;
}

static bool presence(uint8_t kind)
{
	return kind == KIND_IF_PRESENT || kind == KIND_IF_NOT_PRESENT;
}

static bool add_name(struct ducky *d, struct ducky_name *names, unsigned *count, unsigned max,
                     uint32_t line, struct ducky_span name, uint32_t value)
{
	const char *at = ducky_at(d, name);
	int known = ducky_find(d, names, *count, at, name.len);

	if (known >= 0) { /* the one that is read last is meant */
		names[known].value = value;
		return true;
	}
	if (*count == max)
		return ducky_fail(d, line, "too many names; expected at most %u", max);
	names[(*count)++] = (struct ducky_name){.name = name, .value = value};
	return true;
}

/* NAME, NAME() or NAME(): the name alone. */
static struct ducky_span called(const struct ducky *d, struct ducky_span s)
{
	const char *at = ducky_at(d, s), *bracket = memchr(at, '(', s.len);

	if (bracket)
		s.len = (uint32_t)(bracket - at);
	return ducky_trim(d, s);
}

static bool name_of(struct ducky *d, uint32_t index)
{
	const struct ducky_statement *s = &d->statement[index];
	struct ducky_span name, rest = s->args;
	const char *at, *equals;

	if (s->kind == KIND_FUNCTION) {
		name = called(d, s->args);
		if (!name.len)
			return ducky_fail(d, s->line, "FUNCTION alone; expected NAME()");
		return add_name(d, d->function, &d->functions, DUCKY_FUNCTIONS_MAX, s->line, name,
		                index + 1);
	}
	/* An assignment declares too: the language's own examples do without VAR. */
	if (s->kind != KIND_VAR && s->kind != KIND_ASSIGN)
		return true;
	at = ducky_at(d, rest);
	equals = memchr(at, '=', rest.len);
	name = (struct ducky_span){.at = rest.at,
	                           .len = equals ? (uint32_t)(equals - at) : rest.len};
	if (equals && name.len && strchr("+-*/%&|^", equals[-1]))
		name.len--;
	name = ducky_trim(d, name);
	if (s->kind == KIND_ASSIGN && !equals)
		return ducky_fail(d, s->line, "'%.*s'; expected $NAME = value",
		                  ducky_shown(rest.len), at);
	if (s->kind == KIND_ASSIGN && name.len > 2 && d->pool[name.at + 1] == '_')
		return true;
	if (name.len < 2 || d->pool[name.at] != '$' ||
	    memchr(ducky_at(d, name), ' ', name.len) != NULL)
		return ducky_fail(d, s->line, "VAR '%.*s'; expected $NAME = value",
		                  ducky_shown(rest.len), at);
	return add_name(d, d->variable, &d->variables, DUCKY_VARIABLES_MAX, s->line, name, 0);
}

/* A branch's first `end` links to the branch before it until END_IF is known. */
static void close_branches(struct ducky *d, uint32_t last, uint32_t end)
{
	while (branches((enum ducky_kind)d->statement[last].kind)) {
		uint32_t before = d->statement[last].end;

		d->statement[last].end = end;
		if (before == last)
			return;
		last = before;
	}
}

static bool close(struct joiner *j, uint32_t index)
{
	struct ducky *d = j->d;
	struct ducky_statement *s = &d->statement[index], *open;
	static const struct {
		uint8_t end;
		const char *word, *opener;
	} ends[] = {
		{KIND_ELSE_IF, "ELSE IF", "IF"},
		{KIND_ELSE, "ELSE", "IF"},
		{KIND_END_IF, "END_IF", "IF"},
		{KIND_END_WHILE, "END_WHILE", "WHILE"},
		{KIND_END_FUNCTION, "END_FUNCTION", "FUNCTION"},
		{KIND_END_BUTTON, "END_BUTTON", "BUTTON_DEF"},
	};
	size_t i = 0;
	bool fits;

	while (ends[i].end != s->kind)
		i++;
	if (!j->opened)
		return ducky_fail(d, s->line, "%s without its beginning; expected %s before it",
		                  ends[i].word, ends[i].opener);
	open = &d->statement[j->open[j->opened - 1]];
	if (i <= 2)
		fits = branches((enum ducky_kind)open->kind) && (i == 2 || open->kind != KIND_ELSE);
	else
		fits = open->kind == (s->kind == KIND_END_WHILE      ? KIND_WHILE
		                      : s->kind == KIND_END_FUNCTION ? KIND_FUNCTION
		                                                     : KIND_BUTTON_DEF);
	if (!fits)
		return ducky_fail(d, s->line, "%s within a block of line %u; expected %s",
		                  ends[i].word, open->line,
		                  ducky_block_name((enum ducky_kind)open->kind));
	open->jump = index;
	if (i < 2) {
		s->end = j->open[j->opened - 1];
		j->open[j->opened - 1] = index;
		return true;
	}
	if (s->kind == KIND_END_IF)
		close_branches(d, j->open[j->opened - 1], index);
	s->jump = j->open[j->opened - 1];
	j->opened--;
	return true;
}

static bool join_one(struct joiner *j, uint32_t index)
{
	struct ducky *d = j->d;
	struct ducky_statement *s = &d->statement[index];

	if (opens((enum ducky_kind)s->kind)) {
		if (j->opened == DUCKY_BLOCKS_MAX)
			return ducky_fail(d, s->line,
			                  "blocks too deep; expected at most %d within each other",
			                  DUCKY_BLOCKS_MAX);
		for (unsigned i = 0; s->kind == KIND_FUNCTION && i < j->opened; i++)
			if (d->statement[j->open[i]].kind == KIND_FUNCTION)
				return ducky_fail(
					d, s->line,
					"FUNCTION within that of line %u; expected END_FUNCTION "
					"before it",
					d->statement[j->open[i]].line);
		s->end = index;
		j->open[j->opened++] = index;
		return true;
	}
	if (s->kind >= KIND_ELSE_IF && s->kind <= KIND_END_BUTTON)
		return close(j, index);
	if (s->kind == KIND_REPEAT) {
		if (!index || d->statement[index - 1].kind < KIND_VAR)
			return ducky_fail(d, s->line,
			                  "nothing to repeat; expected a command before");
		s->jump = index - 1;
	} else if (s->kind == KIND_REPEAT_NEXT &&
	           (index + 1 == d->statements || d->statement[index + 1].kind < KIND_VAR)) {
		return ducky_fail(d, s->line,
		                  "nothing to repeat; expected a command after the count");
	}
	return true;
}

static bool check(struct ducky *d, const struct ducky_statement *s)
{
	uint32_t value;

	switch (s->kind) {
	case KIND_IF:
	case KIND_ELSE_IF:
	case KIND_WHILE:
	case KIND_REPEAT:
	case KIND_REPEAT_NEXT:
		return ducky_evaluate(d, s, s->args, true, &value) == VALUE_OK;
	case KIND_RETURN:
		return !s->args.len || ducky_evaluate(d, s, s->args, true, &value) == VALUE_OK;
	case KIND_CALL:
		if (s->n && ducky_find(d, d->function, d->functions, ducky_at(d, s->args),
		                       s->args.len - 2) < 0)
			return ducky_fail(d, s->line, NO_COMMAND, ducky_shown(s->args.len - 2),
			                  ducky_at(d, s->args));
		return ducky_act(d, s, true) == VALUE_OK;
	default:
		return s->kind < KIND_VAR || ducky_act(d, s, true) == VALUE_OK;
	}
}

bool ducky_join(struct ducky *d)
{
	struct joiner j = {.d = d};

	for (uint32_t i = 0; i < d->statements; i++)
		if (!name_of(d, i) || !join_one(&j, i))
			return false;
	/* O.MG's conditions on networks may hold for all that follows. */
	while (j.opened && presence(d->statement[j.open[j.opened - 1]].kind)) {
		d->statement[j.open[--j.opened]].jump = d->statements;
	}
	if (j.opened) {
		const struct ducky_statement *open = &d->statement[j.open[j.opened - 1]];

		return ducky_fail(d, open->line, "a block is never closed; expected %s",
		                  ducky_block_name((enum ducky_kind)open->kind));
	}
	for (uint32_t i = 0; i < d->statements; i++)
		if (!check(d, &d->statement[i]))
			return false;
	return true;
}
