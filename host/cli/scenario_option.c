/* Which scenario, and which run of it. See scenario_option.h. */
#include "cli/scenario_option.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/say.h"
#include "cli/shared_file.h"
#include "cli/told_plan.h"

void scenario_option_init(struct scenario_option *o)
{
	*o = (struct scenario_option){.layout = "us", .settings = {.seed = 1, .host = -1}};
}

void scenario_option_release(struct scenario_option *o)
{
	scenarios_release(&o->set);
	payload_option_free(o->payload);
}

static int pick(const char *const *names, const char *argument)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], argument) == 0)
			return i;
	return -1;
}

int scenario_option_take(struct scenario_option *o, const struct command *c, int option,
                         const char *argument)
{
	static const char *const loads[] = {"as-written", "none", "added", NULL};
	static const char *const hosts[] = {"windows", "linux", "macos", "android", NULL};
	char *end;
	int n;

	switch (option) {
	case OPTION_SCENARIOS:
		o->file = argument;
		return 0;
	case OPTION_PAYLOAD:
		o->payload_file = argument;
		return 0;
	case OPTION_SEED:
		errno = 0;
		o->settings.seed = strtoull(argument, &end, 10);
		if (*argument < '0' || *argument > '9' || *end || errno)
			return command_misused(c, "'%s' is no seed: a whole number from 0",
			                       argument);
		return 0;
	case OPTION_FAR_LOAD:
		n = pick(loads, argument);
		if (n < 0)
			return command_misused(c, "'%s' is no load: as-written, none or added are",
			                       argument);
		o->settings.load = (enum scenario_load)n;
		return 0;
	default:
		o->settings.host = pick(hosts, argument);
		if (o->settings.host < 0)
			return command_misused(
				c, "'%s' is no host: windows, linux, macos, android are", argument);
		return 0;
	}
}

static int read_from(struct scenario_option *o, const char *path)
{
	char message[SCENARIO_MESSAGE_MAX];
	enum err err = scenarios_read(&o->set, path, message);

	if (err == ERR_SCENARIO)
		say_error("%s", message);
	else if (err == ERR_OPEN || err == ERR_READ)
		say_error("%s '%s': %s", err_text(err), path, strerror(errno));
	else if (err)
		say_error("%s", err_text(err));
	return err ? EXIT_FAULT : 0;
}

int scenario_option_read(struct scenario_option *o)
{
	char path[SHARED_PATH_MAX];

	return read_from(o, o->file ? o->file : shared_file("scenarios.json", path));
}

static bool is_file(const char *name)
{
	size_t len = strlen(name);

	return strchr(name, '/') || (len > 5 && strcmp(name + len - 5, ".json") == 0);
}

int scenario_option_find(struct scenario_option *o, const char *name)
{
	int code;

	if (!o->file && is_file(name)) {
		code = read_from(o, name);
		if (code)
			return code;
		if (o->set.count == 1) {
			o->scenario = &o->set.scenario[0];
			return 0;
		}
		say_error("'%s' has %zu scenarios; choose one: --scenarios FILE ID", name,
		          o->set.count);
		return EXIT_USAGE;
	}
	code = scenario_option_read(o);
	if (code)
		return code;
	o->scenario = scenarios_find(&o->set, name);
	if (o->scenario)
		return 0;
	say_error("there is no scenario '%s'; 'cordon scenarios' lists them", name);
	return EXIT_USAGE;
}

int scenario_option_plan(struct scenario_option *o, struct scenario_plan **plan)
{
	int code = 0;

	*plan = NULL;
	if (o->payload_file && !o->payload) {
		o->payload = payload_option_read(o->payload_file, o->layout, &code);
		if (!o->payload)
			return code;
		o->settings.payload = payload_option_payload(o->payload);
	}
	code = told_plan_new(plan, o->scenario, &o->settings, "");
	if (!code)
		told_plan_say(*plan, "");
	return code;
}
