/*
 * Private to the JSON reports: pieces that the report of one input (json.c) and of a pair (json_pair.c) are made of. A
 * failure is remembered in the writer, so that one check at the end does.
 */
#ifndef CORDON_REPORT_JSON_PARTS_H
#define CORDON_REPORT_JSON_PARTS_H

#include <jansson.h>

#include "report/report.h"

struct json_writer {
	bool failed;
};

/* The value passes to the object or array; NULL is a failure. */
void json_put(struct json_writer *w, json_t *object, const char *key, json_t *value);
void json_add(struct json_writer *w, json_t *array, json_t *value);

json_t *json_text(const char *s); /* escaped */
json_t *json_number(double v);    /* null where it is none */
json_t *json_seconds(int64_t ns);
json_t *json_count(uint64_t v);
json_t *json_findings(struct json_writer *w, const struct finding *finding, size_t count);
json_t *json_coverage(struct json_writer *w, const struct coverage *c);
json_t *json_versions(struct json_writer *w, const char *cordon);

/* As one line, where nothing failed; `root` is freed. False where memory is out or `out` fails. */
bool json_line(FILE *out, struct json_writer *w, json_t *root);

#endif
