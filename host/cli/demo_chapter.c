#include "cli/demo_chapter.h"

#include <errno.h>
#include <string.h>

#include "cli/say.h"
#include "cli/sim_link.h"

struct link *demo_chapter_open(const struct show_chapter *c, const struct scenarios *scenarios,
                               double speed)
{
	const struct scenario_settings settings = {.seed = c->seed, .host = -1};
	struct link *l;
	enum err err = sim_link_open(&l, scenarios_find(scenarios, c->scenario), &settings,
	                             c->speed * speed);

	if (err == ERR_OPEN || err == ERR_WRITE)
		say_error("chapter '%s': %s: %s", c->title, err_text(err), strerror(errno));
	else if (err)
		say_error("chapter '%s': %s", c->title, err_text(err));
	return l;
}
