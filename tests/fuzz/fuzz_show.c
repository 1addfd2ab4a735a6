/* Show files from anybody: read, or refused with a message; what was read keeps what the header promises. */
#include <assert.h>

#include "sim/show.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct show_chapter *c)
{
	assert(c->cues && c->cue[0].at_s == 0 && c->speed > 0 && c->seconds >= 1);
	for (size_t i = 1; i < c->cues; i++)
		assert(c->cue[i].at_s > c->cue[i - 1].at_s && c->cue[i].at_s < c->seconds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scenario one = {.id = "B01"};
	const struct scenarios set = {.scenario = &one, .count = 1};
	char message[SCENARIO_MESSAGE_MAX];
	struct show show;
	enum err err = show_parse(&show, "f", (const char *)data, size, &set, message);

	assert((err == ERR_SCENARIO) == (message[0] != '\0'));
#ifdef CORDON_PLANTED_BUG
	assert(err != ERR_NONE);
#endif
	for (size_t i = 0; i < show.chapters; i++)
		check(&show.chapter[i]);
	show_release(&show);
	return 0;
}
