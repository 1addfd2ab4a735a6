#include "cli/demo_chapter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/payload_option.h"
#include "cli/say.h"
#include "cli/shared_file.h"
#include "cli/sim_link.h"
#include "cli/told_plan.h"

enum { WHERE_MAX = 400 };

/* Beside the show's own file, unless its path says otherwise. */
static const char *beside(const char *show, const char *payload, char out[SHARED_PATH_MAX])
{
	const char *slash = strrchr(show, '/');
	int folder = slash && payload[0] != '/' ? (int)(slash - show) + 1 : 0;

	snprintf(out, SHARED_PATH_MAX, "%.*s%s", folder, show, payload);
	return out;
}

/* Everything that stands between a chapter and its recording, so that a check and a play find the same. */
static int prepare(const struct show_chapter *c, const char *show,
                   const struct scenarios *scenarios, const char *where,
                   struct payload_option **payload, struct scenario_plan **plan)
{
	const char *layout = c->layout ? c->layout : "us";
	struct scenario_settings settings = {.seed = c->seed, .host = -1};
	char path[SHARED_PATH_MAX];
	int code = told_layout(layout, where);

	*payload = NULL;
	*plan = NULL;
	if (!code && c->payload) {
		*payload = payload_option_read(beside(show, c->payload, path), layout, &code);
		if (*payload)
			settings.payload = payload_option_payload(*payload);
	}
	if (!code)
		code = told_plan_new(plan, scenarios_find(scenarios, c->scenario), &settings,
		                     where);
	/* Whoever wrote the show chose all of it: the command line is not at fault. */
	return code ? EXIT_FAULT : 0;
}

static const char *name(const struct show_chapter *c, char out[WHERE_MAX])
{
	snprintf(out, WHERE_MAX, "chapter '%.80s': ", c->title);
	return out;
}

int demo_chapter_check(const struct show_chapter *c, const char *show,
                       const struct scenarios *scenarios, unsigned *warned)
{
	struct payload_option *payload;
	struct scenario_plan *plan;
	char where[WHERE_MAX];
	int code = prepare(c, show, scenarios, name(c, where), &payload, &plan);

	if (!code)
		*warned += told_plan_say(plan, where);
	scenario_plan_free(plan);
	payload_option_free(payload);
	return code;
}

struct link *demo_chapter_open(const struct show_chapter *c, const char *show,
                               const struct scenarios *scenarios, double speed)
{
	struct payload_option *payload;
	struct scenario_plan *plan;
	struct link *l = NULL;
	char where[WHERE_MAX];
	int code = prepare(c, show, scenarios, name(c, where), &payload, &plan);
	enum err err = code ? ERR_NONE : sim_link_open(&l, plan, c->speed * speed);

	if (err == ERR_OPEN || err == ERR_WRITE)
		say_error("%s%s: %s", where, err_text(err), strerror(errno));
	else if (err)
		say_error("%s%s", where, err_text(err));
	scenario_plan_free(plan);
	payload_option_free(payload);
	return l;
}
