#include "cli/demo_chapter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/payload_option.h"
#include "cli/say.h"
#include "cli/shared_file.h"
#include "cli/sim_link.h"

/* Beside the show's own file, unless its path says otherwise. */
static const char *beside(const char *show, const char *payload, char out[SHARED_PATH_MAX])
{
	const char *slash = strrchr(show, '/');
	int folder = slash && payload[0] != '/' ? (int)(slash - show) + 1 : 0;

	snprintf(out, SHARED_PATH_MAX, "%.*s%s", folder, show, payload);
	return out;
}

static struct payload_option *read_payload(const struct show_chapter *c, const char *show,
                                           int *code)
{
	char path[SHARED_PATH_MAX];

	return payload_option_read(beside(show, c->payload, path), c->layout ? c->layout : "us",
	                           code);
}

int demo_chapter_check(const struct show_chapter *c, const char *show)
{
	int code = 0;

	if (c->payload)
		payload_option_free(read_payload(c, show, &code));
	return code;
}

struct link *demo_chapter_open(const struct show_chapter *c, const char *show,
                               const struct scenarios *scenarios, double speed)
{
	struct scenario_settings settings = {.seed = c->seed, .host = -1};
	struct payload_option *payload = NULL;
	struct link *l = NULL;
	enum err err;
	int code;

	if (c->payload) {
		payload = read_payload(c, show, &code);
		if (!payload)
			return NULL;
		settings.payload = payload_option_payload(payload);
	}
	err = sim_link_open(&l, scenarios_find(scenarios, c->scenario), &settings,
	                    c->speed * speed);
	payload_option_free(payload);
	if (err == ERR_SCENARIO)
		say_error("chapter '%s': scenario %s has no keyboard in the cable that could type "
		          "'%s'",
		          c->title, c->scenario, c->payload);
	else if (err == ERR_OPEN || err == ERR_WRITE)
		say_error("chapter '%s': %s: %s", c->title, err_text(err), strerror(errno));
	else if (err)
		say_error("chapter '%s': %s", c->title, err_text(err));
	return l;
}
