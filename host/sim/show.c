/* A show out of JSON, by the tables of scenario_fields.h. */
#include "sim/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario_fields.h"

enum { SCHEMA = 1, HOUR_S = 3600 };

#define CUE(member)     .at = offsetof(struct show_cue, member)
#define CHAPTER(member) .at = offsetof(struct show_chapter, member)
#define SHOW(member)    .at = offsetof(struct show, member)
#define OPTIONAL        .optional = true

static bool check_cue(struct scenario_reader *r, json_t *v, void *to)
{
	const struct show_cue *c = to;

	return c->say[0] || scenario_expected(r, json_object_get(v, "say"), "a sentence in 'say'");
}

static const struct field cue_fields[] = {
	{.name = "at_s", .kind = FIELD_NUMBER, CUE(at_s), .low = 0, .high = HOUR_S},
	{.name = "say", .kind = FIELD_TEXT, CUE(say)},
	{.name = "replay", .kind = FIELD_BOOL, CUE(replay), OPTIONAL},
	{0},
};

static const struct shape cue_shape = {
	.fields = cue_fields, .size = sizeof(struct show_cue), .check = check_cue};

static bool check_chapter(struct scenario_reader *r, json_t *v, void *to)
{
	struct show_chapter *c = to;

	if (!json_object_get(v, "speed"))
		c->speed = 1;
	if (!c->cues || c->cue[0].at_s > 0)
		return scenario_expected(r, NULL, "'cues' whose first has at_s 0");
	for (size_t i = 1; i < c->cues; i++)
		if (c->cue[i].at_s <= c->cue[i - 1].at_s)
			return scenario_expected(r, NULL, "'cues' in order of at_s");
	return c->cue[c->cues - 1].at_s < c->seconds ||
	       scenario_expected(r, NULL, "the last of 'cues' before 'seconds' are over");
}

static const struct field chapter_fields[] = {
	{.name = "title", .kind = FIELD_TEXT, CHAPTER(title)},
	{.name = "scenario", .kind = FIELD_TEXT, CHAPTER(scenario)},
	{.name = "payload", .kind = FIELD_TEXT, CHAPTER(payload), OPTIONAL},
	{.name = "layout", .kind = FIELD_TEXT, CHAPTER(layout), OPTIONAL},
	{.name = "seed", .kind = FIELD_COUNT, CHAPTER(seed), OPTIONAL, .high = 1e9},
	{.name = "seconds", .kind = FIELD_NUMBER, CHAPTER(seconds), .low = 1, .high = HOUR_S},
	{.name = "skip_s", .kind = FIELD_NUMBER, CHAPTER(skip_s), OPTIONAL, .high = HOUR_S},
	{.name = "speed", .kind = FIELD_NUMBER, CHAPTER(speed), OPTIONAL, .low = 0.01, .high = 100},
	{.name = "cues",
         .kind = FIELD_LIST,
         CHAPTER(cue),
         .shape = &cue_shape,
         .count_at = offsetof(struct show_chapter, cues),
         .max = SHOW_CUES_MAX},
	{0},
};

static const struct shape chapter_shape = {
	.fields = chapter_fields, .size = sizeof(struct show_chapter), .check = check_chapter};

static bool read_schema(struct scenario_reader *r, json_t *v, void *to)
{
	(void)to;
	return (json_is_integer(v) && json_integer_value(v) == SCHEMA) ||
	       scenario_expected(r, v, "%d", SCHEMA);
}

static const struct field show_fields[] = {
	{.name = "schema", .kind = FIELD_OWN, .read = read_schema},
	{.name = "title", .kind = FIELD_TEXT, SHOW(title)},
	{.name = "language", .kind = FIELD_TEXT, SHOW(language)},
	{.name = "chapters",
         .kind = FIELD_LIST,
         SHOW(chapter),
         .shape = &chapter_shape,
         .count_at = offsetof(struct show, chapters),
         .max = SHOW_CHAPTERS_MAX},
	{0},
};

static const struct shape show_shape = {.fields = show_fields, .size = sizeof(struct show)};

static bool check_show(struct scenario_reader *r, const struct show *show,
                       const struct scenarios *scenarios)
{
	if (!show->chapters)
		return scenario_expected(r, NULL, "at least one of 'chapters'");
	for (size_t i = 0; i < show->chapters; i++)
		if (!scenarios_find(scenarios, show->chapter[i].scenario)) {
			scenario_enter(r, "chapters[%zu].scenario", i);
			return scenario_expected(r, NULL,
			                         "a scenario's id ('cordon scenarios' lists "
			                         "them), found '%.40s'",
			                         show->chapter[i].scenario);
		}
	return true;
}

enum err show_parse(struct show *show, const char *name, const char *bytes, size_t len,
                    const struct scenarios *scenarios, char message[SCENARIO_MESSAGE_MAX])
{
	struct scenario_reader r = {.name = name, .message = message};
	struct scenario_store *store = calloc(1, sizeof(*store));
	json_error_t bad;

	*show = (struct show){0};
	message[0] = '\0';
	if (!store)
		return ERR_MEMORY;
	r.store = store;
	store->root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &bad);
	if (!store->root) {
		snprintf(message, SCENARIO_MESSAGE_MAX, "%.120s: line %d: %s", name, bad.line,
		         bad.text);
		r.err = ERR_SCENARIO;
	} else if (scenario_object(&r, store->root, &show_shape, show)) {
		check_show(&r, show, scenarios);
	}
	show->store = store;
	if (r.err)
		show_release(show);
	return r.err;
}

enum err show_read(struct show *show, const char *path, const struct scenarios *scenarios,
                   char message[SCENARIO_MESSAGE_MAX])
{
	char *bytes;
	size_t len;
	enum err err = scenario_file(&bytes, &len, path, message);
	int error = errno;

	*show = (struct show){0};
	if (!err)
		err = show_parse(show, path, bytes, len, scenarios, message);
	free(bytes);
	errno = error;
	return err;
}

void show_release(struct show *show)
{
	struct scenarios set = {.store = show->store};

	scenarios_release(&set);
	*show = (struct show){0};
}

double show_seconds(const struct show *show)
{
	double sum = 0;

	for (size_t i = 0; i < show->chapters; i++)
		sum += show->chapter[i].seconds;
	return sum;
}
