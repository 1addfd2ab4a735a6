/* Pieces of the JSON reports. See json_parts.h. */
#include "report/json_parts.h"

#include <math.h>
#include <stdlib.h>

#include "detect/rule.h"
#include "report/escape.h"

/* 15 digits: nanoseconds stay exact for eleven days, and 2.31 stays 2.31. */
#define WRITE_FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15))

void json_put(struct json_writer *w, json_t *object, const char *key, json_t *value)
{
	if (!object || !value || json_object_set_new(object, key, value))
		w->failed = true;
}

void json_add(struct json_writer *w, json_t *array, json_t *value)
{
	if (!array || !value || json_array_append_new(array, value))
		w->failed = true;
}

json_t *json_text(const char *s)
{
	size_t size = escape_utf8(NULL, 0, s) + 1;
	char *clean = malloc(size);
	json_t *v = NULL;

	if (clean) {
		escape_utf8(clean, size, s);
		v = json_string(clean);
	}
	free(clean);
	return v;
}

/* JSON has no word for what is no number. */
json_t *json_number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

json_t *json_seconds(int64_t ns)
{
	return json_real((double)ns / 1e9);
}

json_t *json_count(uint64_t v)
{
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

static json_t *evidence(struct json_writer *w, const struct finding *f)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < f->evidences && i < EVIDENCE_MAX; i++) {
		const struct evidence *e = &f->evidence[i];
		double scale = pow(10, e->decimals);

		switch (e->kind) {
		case EVIDENCE_INTEGER:
			json_put(w, o, e->name, json_integer(e->integer));
			break;
		case EVIDENCE_NUMBER:
			/* Far beyond 2^53 rounding would change nothing, or overflow. */
			json_put(w, o, e->name,
			         json_number(fabs(e->number) < 1e15
			                             ? round(e->number * scale) / scale
			                             : e->number));
			break;
		case EVIDENCE_TEXT:
			json_put(w, o, e->name, json_text(e->text));
			break;
		}
	}
	return o;
}

json_t *json_findings(struct json_writer *w, const struct finding *finding, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct finding *f = &finding[i];
		json_t *o = json_object();

		json_put(w, o, "rule", json_string(f->rule));
		json_put(w, o, "name", json_string(f->name));
		json_put(w, o, "group", json_string(group_name(f->group)));
		json_put(w, o, "weight", json_string(weight_name(f->weight)));
		json_put(w, o, "t_s", json_seconds(f->t_ns));
		if (f->packet) /* a line event may come before the first */
			json_put(w, o, "packet", json_count(f->packet));
		if (f->keystroke)
			json_put(w, o, "keystroke", json_integer(f->keystroke));
		if (f->has_device) {
			json_put(w, o, "device", json_integer(f->device_address));
			json_put(w, o, "bus", json_integer(f->device_bus));
		}
		if (f->waived_by[0])
			json_put(w, o, "waived_by", json_text(f->waived_by));
		json_put(w, o, "text", json_text(f->text));
		json_put(w, o, "evidence", evidence(w, f));
		json_add(w, array, o);
	}
	return array;
}

json_t *json_coverage(struct json_writer *w, const struct coverage *c)
{
	json_t *o = json_object(), *missing = json_array();

	for (unsigned i = 0; i < c->missing && i < COVERAGE_MISSING_MAX; i++)
		json_add(w, missing, json_text(c->text[i]));
	json_put(w, o, "seconds", json_seconds(c->seconds_ns));
	json_put(w, o, "blind_s", json_seconds(c->blind_ns));
	json_put(w, o, "missing", missing);
	return o;
}

json_t *json_versions(struct json_writer *w, const char *cordon)
{
	json_t *o = json_object();

	json_put(w, o, "cordon", json_text(cordon));
	json_put(w, o, "rules", json_string(RULES_VERSION));
	return o;
}

bool json_line(FILE *out, struct json_writer *w, json_t *root)
{
	char *line = w->failed ? NULL : json_dumps(root, WRITE_FLAGS);
	bool good = line && fputs(line, out) >= 0 && fputc('\n', out) != EOF;

	free(line);
	json_decref(root);
	return good;
}
