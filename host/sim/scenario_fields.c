/*
 * JSON values into fields of structs. In: values and tables (scenario_fields.h). Out: filled structs, or where the file
 * is wrong and what was expected. Leaves alone: which fields there are.
 */
#include "sim/scenario_fields.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scenario_chunk {
	struct scenario_chunk *next;
	max_align_t at[];
};

bool scenario_expected(struct scenario_reader *r, json_t *found, const char *expected, ...)
{
	static const char *const kinds[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",  [JSON_STRING] = "a text",
		[JSON_INTEGER] = "a number", [JSON_REAL] = "a number", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",      [JSON_NULL] = "null",
	};
	char what[160], value[48] = "";
	va_list arguments;

	if (r->err)
		return false;
	va_start(arguments, expected);
	vsnprintf(what, sizeof(what), expected, arguments);
	va_end(arguments);
	if (json_is_string(found))
		snprintf(value, sizeof(value), "'%.40s'", json_string_value(found));
	else if (json_is_number(found))
		snprintf(value, sizeof(value), "%.12g", json_number_value(found));
	else if (found)
		snprintf(value, sizeof(value), "%s", kinds[json_typeof(found)]);
	snprintf(r->message, SCENARIO_MESSAGE_MAX, "%.100s: %s: expected %.150s%s%s", r->name,
	         r->path[0] ? r->path : "(the whole)", what, value[0] ? ", found " : "", value);
	r->err = ERR_SCENARIO;
	return false;
}

size_t scenario_enter(struct scenario_reader *r, const char *step, ...)
{
	size_t length = strlen(r->path);
	va_list arguments;

	va_start(arguments, step);
	vsnprintf(r->path + length, SCENARIO_PATH_MAX - length, step, arguments);
	va_end(arguments);
	return length;
}

void scenario_leave(struct scenario_reader *r, size_t length)
{
	/* On failure the path stays where the failure is. */
	if (!r->err)
		r->path[length] = '\0';
}

void *scenario_alloc(struct scenario_reader *r, size_t size)
{
	struct scenario_chunk *c = calloc(1, sizeof(*c) + size);

	if (!c) {
		r->err = ERR_MEMORY;
		return NULL;
	}
	c->next = r->store->chunks;
	r->store->chunks = c;
	return c->at;
}

void scenarios_release(struct scenarios *set)
{
	struct scenario_store *store = set->store;

	while (store && store->chunks) {
		struct scenario_chunk *next = store->chunks->next;

		free(store->chunks);
		store->chunks = next;
	}
	if (store)
		json_decref(store->root);
	free(store);
	*set = (struct scenarios){0};
}

bool scenario_text(struct scenario_reader *r, json_t *v, const char **to)
{
	if (!json_is_string(v))
		return scenario_expected(r, v, "a text");
	/* What follows a NUL would be lost without a word. */
	if (json_string_length(v) != strlen(json_string_value(v)))
		return scenario_expected(r, NULL, "a text without U+0000");
	*to = json_string_value(v);
	return true;
}

bool scenario_is_id(const char *s)
{
	if (*s < 'a' || *s > 'z')
		return false;
	return !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")] && strlen(s) < 48;
}

bool scenario_hex(const char *s, size_t digits)
{
	size_t n = strspn(s, "0123456789abcdef");

	return !s[n] && (digits ? n == digits : n % 2 == 0);
}

bool scenario_pick(struct scenario_reader *r, json_t *v, const char *const *names, unsigned *to)
{
	char all[160] = "";

	for (unsigned i = 0; names[i]; i++) {
		if (json_is_string(v) && !strcmp(json_string_value(v), names[i])) {
			*to = i;
			return true;
		}
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? ", " : "",
		         names[i]);
	}
	return scenario_expected(r, v, "one of %s", all);
}

/* Bounds for people: 1000000000 instead of 1e+09. */
static bool number(struct scenario_reader *r, json_t *v, double low, double high, double *to)
{
	double d = json_is_number(v) ? json_number_value(v) : NAN;

	if (!(d >= low && d <= high))
		return scenario_expected(r, v, "a number from %.10g to %.10g", low, high);
	*to = d;
	return true;
}

bool scenario_read_amount(struct scenario_reader *r, json_t *v, double low, double high,
                          struct scenario_amount *to)
{
	if (json_is_array(v)) {
		if (json_array_size(v) != 2)
			return scenario_expected(r, v, "a number or [min, max]");
		if (!number(r, json_array_get(v, 0), low, high, &to->low) ||
		    !number(r, json_array_get(v, 1), low, high, &to->high))
			return false;
		return to->low <= to->high ||
		       scenario_expected(r, NULL, "[min, max] with min first");
	}
	if (!json_is_number(v))
		return scenario_expected(r, v, "a number or [min, max]");
	if (!number(r, v, low, high, &to->low))
		return false;
	to->high = to->low;
	return true;
}

static bool ref(struct scenario_reader *r, json_t *v, struct scenario_ref *to)
{
	to->item = SCENARIO_NONE;
	if (!scenario_text(r, v, &to->id))
		return false;
	return scenario_is_id(to->id) || scenario_expected(r, v, "the id of an item");
}

/* A week: longer recordings than that are not made. */
#define MS_MAX 6.048e8

static bool time_after(struct scenario_reader *r, json_t *v, struct scenario_time *to)
{
	static const char *const edges[] = {"end", "start", NULL};
	unsigned edge = 0;
	const char *key;
	json_t *field;

	json_object_foreach(v, key, field)
	{
		size_t length = scenario_enter(r, ".%.40s", key);

		if (!strcmp(key, "after") ? !ref(r, field, &to->after)
		    : !strcmp(key, "ms") ? !scenario_read_amount(r, field, -MS_MAX, MS_MAX, &to->ms)
		    : !strcmp(key, "from") ? !scenario_pick(r, field, edges, &edge)
		                           : !scenario_expected(r, NULL, "no field of this name"))
			return false;
		scenario_leave(r, length);
	}
	if (!json_object_get(v, "after") || !json_object_get(v, "ms"))
		return scenario_expected(r, NULL, "{after, ms}, both of them");
	to->from_start = edge == 1;
	return true;
}

static bool time_field(struct scenario_reader *r, json_t *v, struct scenario_time *to)
{
	to->after.item = SCENARIO_NONE;
	if (json_is_object(v))
		return time_after(r, v, to);
	if (!json_is_number(v) && !json_is_array(v))
		return scenario_expected(r, v, "a number, [min, max] or {after, ms}");
	return scenario_read_amount(r, v, 0, MS_MAX, &to->ms);
}

static bool spread(struct scenario_reader *r, json_t *v, struct scenario_spread *to)
{
	static const struct {
		const char *a, *b;
		enum scenario_spread_kind kind;
	} forms[] = {
		{"mean", "sd", SCENARIO_MEAN_SD},
		{"median", "sd", SCENARIO_MEDIAN_SD},
		{"median", "sigma_ln", SCENARIO_MEDIAN_LN},
	};
	struct scenario_amount amount;

	for (unsigned i = 0; json_is_object(v) && i < sizeof(forms) / sizeof(*forms); i++) {
		json_t *a = json_object_get(v, forms[i].a), *b = json_object_get(v, forms[i].b);

		if (!a || !b || json_object_size(v) != 2)
			continue;
		to->kind = forms[i].kind;
		return number(r, a, 0.001, 1e7, &to->a) && number(r, b, 0, 1e7, &to->b);
	}
	if (json_is_object(v))
		return scenario_expected(r, NULL, "{mean, sd}, {median, sd} or {median, sigma_ln}");
	if (!json_is_number(v) && !json_is_array(v))
		return scenario_expected(r, v, "a number, [min, max], {mean, sd} or {median, ...}");
	if (!scenario_read_amount(r, v, 0, 1e7, &amount))
		return false;
	to->kind = amount.low == amount.high ? SCENARIO_FIXED : SCENARIO_RANGE;
	to->a = amount.low;
	to->b = amount.high;
	return true;
}

static bool list(struct scenario_reader *r, json_t *v, const struct field *f, char *to)
{
	size_t count = json_array_size(v), i;
	json_t *entry;
	char *entries;

	if (!json_is_array(v) || count > f->max)
		return scenario_expected(r, v, "a list of at most %zu entries", f->max);
	entries = scenario_alloc(r, count * f->shape->size);
	if (!entries)
		return false;
	json_array_foreach(v, i, entry)
	{
		size_t length = scenario_enter(r, "[%zu]", i);

		if (!scenario_object(r, entry, f->shape, entries + i * f->shape->size))
			return false;
		scenario_leave(r, length);
	}
	memcpy(to + f->at, &entries, sizeof(entries));
	memcpy(to + f->count_at, &count, sizeof(count));
	return true;
}

static bool read_field(struct scenario_reader *r, json_t *v, const struct field *f, char *to)
{
	void *at = to + f->at;
	const char *s;
	double d = 0;
	unsigned n;

	if (f->has) {
		to[f->has - 1] = !json_is_null(v);
		if (json_is_null(v))
			return true;
	}
	switch (f->kind) {
	case FIELD_NUMBER:
		return number(r, v, f->low, f->high, at);
	case FIELD_COUNT:
		if (!number(r, v, f->low, f->high, &d))
			return false;
		n = (unsigned)d;
		memcpy(at, &n, sizeof(n));
		return json_is_integer(v) || scenario_expected(r, v, "a whole number");
	case FIELD_BOOL:
		if (!json_is_boolean(v))
			return scenario_expected(r, v, "true or false");
		*(bool *)at = json_is_true(v);
		return true;
	case FIELD_TEXT:
		return scenario_text(r, v, at);
	case FIELD_REMARK:
		return scenario_text(r, v, &s);
	case FIELD_ID:
		if (!scenario_text(r, v, at))
			return false;
		memcpy(&s, at, sizeof(s));
		return scenario_is_id(s) ||
		       scenario_expected(r, v, "a small letter, then small letters, digits, _");
	case FIELD_REF:
		return ref(r, v, at);
	case FIELD_NAME:
		if (!scenario_pick(r, v, f->names, &n))
			return false;
		memcpy(at, &n, sizeof(n));
		return true;
	case FIELD_AMOUNT:
		return scenario_read_amount(r, v, f->low, f->high, at);
	case FIELD_TIME:
		return time_field(r, v, at);
	case FIELD_SPREAD:
		return spread(r, v, at);
	case FIELD_OBJECT:
		return scenario_object(r, v, f->shape, at);
	case FIELD_LIST:
		return list(r, v, f, to);
	case FIELD_OWN:
		return f->read(r, v, at);
	}
	return false;
}

bool scenario_object(struct scenario_reader *r, json_t *v, const struct shape *shape, void *to)
{
	const char *key;
	json_t *field;

	if (!json_is_object(v))
		return scenario_expected(r, v, "an object");
	json_object_foreach(v, key, field)
	{
		size_t length = scenario_enter(r, "%s%.40s", r->path[0] ? "." : "", key);
		const struct field *f = shape->fields;

		while (f->name && strcmp(f->name, key))
			f++;
		if (!f->name)
			return scenario_expected(r, NULL, "no field of this name");
		if (!read_field(r, field, f, to))
			return false;
		scenario_leave(r, length);
	}
	for (const struct field *f = shape->fields; f->name; f++)
		if (!f->optional && !json_object_get(v, f->name))
			return scenario_expected(r, NULL, "a field '%s'", f->name);
	return !shape->check || shape->check(r, v, to);
}
