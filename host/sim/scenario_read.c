/*
 * A file of scenarios. In: a path, or bytes. Out: a set. Leaves alone: fields (scenario_shapes.c, scenario_events.c),
 * descriptor sets (scenario_devices.c), references (scenario_check.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/scenario_fields.h"

enum { SCHEMA = 2 };

static bool read_one(struct scenario_reader *r, json_t *v, size_t index, struct scenario *s)
{
	const char *id = json_string_value(json_object_get(v, "id"));

	/* People know it by its id, a file without one by its place. */
	if (id && strlen(id) < 8)
		scenario_enter(r, ".%s", id);
	else
		scenario_enter(r, "[%zu]", index);
	return scenario_object(r, v, &scenario_shape, s) && scenario_check(r, s);
}

static bool read_all(struct scenario_reader *r, json_t *v, struct scenarios *set)
{
	size_t i;
	json_t *entry;

	if (!json_is_array(v) || json_array_size(v) > SCENARIO_MAX)
		return scenario_expected(r, v, "a list of at most %d", SCENARIO_MAX);
	set->scenario = scenario_alloc(r, json_array_size(v) * sizeof(*set->scenario));
	if (!set->scenario)
		return false;
	json_array_foreach(v, i, entry)
	{
		size_t length = strlen(r->path);

		if (!read_one(r, entry, i, &set->scenario[i]))
			return false;
		for (size_t j = 0; j < i; j++)
			if (!strcmp(set->scenario[i].id, set->scenario[j].id))
				return scenario_expected(r, NULL, "an id of its own");
		set->count++;
		scenario_leave(r, length);
	}
	return true;
}

static bool read_root(struct scenario_reader *r, json_t *root, struct scenarios *set)
{
	/* In this order, whatever the file's: scenarios name descriptor sets. */
	static const struct {
		const char *name;
		json_type type;
	} parts[] = {
		{"schema", JSON_INTEGER},   {"units", JSON_STRING},       {"legend", JSON_OBJECT},
		{"alphabets", JSON_OBJECT}, {"descriptors", JSON_OBJECT}, {"scenarios", JSON_ARRAY},
	};
	const size_t count = sizeof(parts) / sizeof(*parts);
	const char *key;
	json_t *v;

	if (!json_is_object(root))
		return scenario_expected(r, root, "an object");
	json_object_foreach(root, key, v)
	{
		size_t i = 0, length = scenario_enter(r, "%.40s", key);

		while (i < count && strcmp(key, parts[i].name))
			i++;
		if (i == count)
			return scenario_expected(r, NULL, "no field of this name");
		scenario_leave(r, length);
	}
	for (size_t i = 0; i < count; i++) {
		size_t length = scenario_enter(r, "%s", parts[i].name);

		v = json_object_get(root, parts[i].name);
		if (!v)
			return scenario_expected(r, NULL, "this field");
		if (json_typeof(v) != parts[i].type)
			return scenario_expected(r, v, "%s",
			                         parts[i].type == JSON_OBJECT   ? "an object"
			                         : parts[i].type == JSON_ARRAY  ? "a list"
			                         : parts[i].type == JSON_STRING ? "a text"
			                                                        : "a whole number");
		if (i == 0 && json_integer_value(v) != SCHEMA)
			return scenario_expected(r, v, "%d", SCHEMA);
		if (i == 4 && !scenario_read_descriptors(r, v))
			return false;
		if (i == 5 && !read_all(r, v, set))
			return false;
		scenario_leave(r, length);
	}
	return true;
}

enum err scenarios_parse(struct scenarios *set, const char *name, const char *bytes, size_t len,
                         char message[SCENARIO_MESSAGE_MAX])
{
	struct scenario_reader r = {.name = name, .message = message};
	json_error_t bad;

	*set = (struct scenarios){0};
	message[0] = '\0';
	r.store = set->store = calloc(1, sizeof(*set->store));
	if (!set->store)
		return ERR_MEMORY;
	set->store->root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &bad);
	if (!set->store->root) {
		snprintf(message, SCENARIO_MESSAGE_MAX, "%.120s: line %d: %s", name, bad.line,
		         bad.text);
		r.err = ERR_SCENARIO;
	} else {
		read_root(&r, set->store->root, set);
	}
	if (r.err)
		scenarios_release(set);
	return r.err;
}

enum err scenario_file(char **out, size_t *len, const char *path,
                       char message[SCENARIO_MESSAGE_MAX])
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(SCENARIO_FILE_MAX + 1);
	enum err err = !bytes ? ERR_MEMORY : !f ? ERR_OPEN : ERR_NONE;
	int error = errno;

	message[0] = '\0';
	*out = bytes;
	*len = 0;
	if (!err) {
		*len = fread(bytes, 1, SCENARIO_FILE_MAX + 1, f);
		error = errno;
		if (ferror(f))
			err = ERR_READ;
	}
	if (!err && *len > SCENARIO_FILE_MAX) {
		snprintf(message, SCENARIO_MESSAGE_MAX, "%.120s: expected at most %d MiB", path,
		         SCENARIO_FILE_MAX >> 20);
		err = ERR_SCENARIO;
	}
	if (f)
		fclose(f);
	errno = error;
	return err;
}

enum err scenarios_read(struct scenarios *set, const char *path, char message[SCENARIO_MESSAGE_MAX])
{
	char *bytes;
	size_t len;
	enum err err = scenario_file(&bytes, &len, path, message);
	int error = errno;

	*set = (struct scenarios){0};
	if (!err)
		err = scenarios_parse(set, path, bytes, len, message);
	free(bytes);
	errno = error;
	return err;
}

const struct scenario *scenarios_find(const struct scenarios *set, const char *id)
{
	for (size_t i = 0; i < set->count; i++)
		if (!strcasecmp(set->scenario[i].id, id))
			return &set->scenario[i];
	return NULL;
}
