/*
 * Constants put in. Input: DEFINE lines, lines as written. Output: lines in the pool. Values had their own constants put in
 * when they were defined, so that none can grow out of itself.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/ducky_defines.h"

bool ducky_pool_add(struct ducky *d, const char *at, size_t len, struct ducky_span *out)
{
	*out = (struct ducky_span){.at = d->pool_used, .len = (uint32_t)len};
	if (len > DUCKY_POOL_MAX - d->pool_used)
		return false;
	if (d->pool_used + len > d->pool_size) {
		uint32_t size = d->pool_size ? d->pool_size : 4096;
		char *p;

		while (size < d->pool_used + len)
			size *= 2;
		p = realloc(d->pool, size);
		if (!p)
			return false;
		d->pool = p;
		d->pool_size = size;
	}
	if (len)
		memcpy(d->pool + d->pool_used, at, len);
	d->pool_used += (uint32_t)len;
	return true;
}

static bool of_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/*
 * The longest constant whose name begins at `at`. One without '#' must be a word of its own: else DEFINE A would change
 * each letter.
 */
static const struct ducky_define *here(const struct ducky *d, const struct ducky_defines *defines,
                                       const char *line, const char *at, const char *end)
{
	const struct ducky_define *best = NULL;

	for (unsigned i = 0; i < defines->count; i++) {
		const struct ducky_define *e = &defines->entry[i];
		const char *name = ducky_at(d, e->name);
		size_t len = e->name.len;

		if (len > (size_t)(end - at) || memcmp(at, name, len) ||
		    (best && best->name.len >= len))
			continue;
		if (name[0] != '#' &&
		    ((at > line && (of_name(at[-1]) || at[-1] == '$')) ||
		     (at + len < end && of_name(at[len]) && of_name(name[len - 1]))))
			continue;
		best = e;
	}
	return best;
}

bool ducky_expand(struct ducky *d, const struct ducky_defines *defines, uint32_t line,
                  const char *at, size_t len, struct ducky_span *out)
{
	const char *from = at, *end = at + len, *start = at;
	uint32_t begin = d->pool_used;
	struct ducky_span piece;

	for (; at < end; at++) {
		const struct ducky_define *e = here(d, defines, start, at, end);
		struct ducky_span value;

		if (!e)
			continue;
		value = e->value;
		/* The pool may move while it grows: room first, then the copy. */
		if (d->pool_used - begin + (size_t)(at - from) + value.len > DUCKY_LINE_MAX)
			return ducky_fail(d, line,
			                  "a line grows too long; expected at most %d bytes",
			                  DUCKY_LINE_MAX);
		if (!ducky_pool_add(d, from, (size_t)(at - from), &piece) ||
		    value.len > DUCKY_POOL_MAX - d->pool_used)
			goto full;
		for (uint32_t i = 0; i < value.len; i++) {
			char c = d->pool[value.at + i];

			if (!ducky_pool_add(d, &c, 1, &piece))
				goto full;
		}
		at += e->name.len - 1;
		from = at + 1;
	}
	if (!ducky_pool_add(d, from, (size_t)(end - from), &piece))
		goto full;
	*out = (struct ducky_span){.at = begin, .len = d->pool_used - begin};
	return true;
full:
	return ducky_fail(d, line, "too much text; expected at most %d bytes with constants put in",
	                  DUCKY_POOL_MAX);
}

static struct ducky_define *find(const struct ducky *d, struct ducky_defines *defines,
                                 const char *at, size_t len)
{
	for (unsigned i = 0; i < defines->count; i++) {
		struct ducky_define *e = &defines->entry[i];

		if (e->name.len == len && memcmp(ducky_at(d, e->name), at, len) == 0)
			return e;
	}
	return NULL;
}

bool ducky_define(struct ducky *d, struct ducky_defines *defines, uint32_t line, const char *at,
                  size_t len)
{
	size_t name = 0, value;
	struct ducky_define *e, made;

	while (name < len && at[name] != ' ' && at[name] != '\t')
		name++;
	if (!name)
		return ducky_fail(d, line, "DEFINE alone; expected a name and a value");
	for (value = name; value < len && (at[value] == ' ' || at[value] == '\t'); value++)
		;
	e = find(d, defines, at, name);
	if (!e && defines->count == DUCKY_DEFINES_MAX)
		return ducky_fail(d, line, "too many constants; expected at most %d",
		                  DUCKY_DEFINES_MAX);
	if (!ducky_pool_add(d, at, name, &made.name))
		return ducky_fail(d, line, "too much text");
	if (!ducky_expand(d, defines, line, at + value, len - value, &made.value))
		return false;
	if (!e)
		e = &defines->entry[defines->count++];
	*e = made;
	return true;
}

bool ducky_defined_true(const struct ducky *d, const struct ducky_defines *defines, const char *at,
                        size_t len)
{
	for (unsigned i = 0; i < defines->count; i++) {
		const struct ducky_define *e = &defines->entry[i];

		if (e->name.len == len && memcmp(ducky_at(d, e->name), at, len) == 0)
			return ducky_is(ducky_at(d, e->value), e->value.len, "TRUE") ||
			       ducky_is(ducky_at(d, e->value), e->value.len, "1");
	}
	return ducky_is(at, len, "TRUE");
}
