#include "cli/demo_text.h"

#include <stdio.h>

#include "cli/command.h"
#include "cli/demo_chapter.h"
#include "cli/say.h"
#include "lib/analysis.h"
#include "report/escape.h"

static void line(const char *before, const char *text)
{
	char out[1024];

	escape_terminal(out, sizeof(out), text);
	printf("%s%s\n", before, out);
}

static void found(const struct report_input *r)
{
	printf("  Verdict: %s\n", verdict_name(r->verdict));
	for (size_t i = 0; i < r->findings; i++) {
		const struct finding *f = &r->finding[i];

		if (f->weight < WEIGHT_MEDIUM && r->findings > 3)
			continue;
		printf("  %7.2f s  %-5s", (double)f->t_ns / 1e9, f->rule);
		line("", f->text);
	}
	for (size_t i = 0; i < r->keyboards; i++)
		if (r->keystrokes[i].text)
			line("  It typed: ", r->keystrokes[i].text);
	for (unsigned i = 0; i < r->coverage->missing; i++)
		line("  Not seen: ", r->coverage->text[i]);
}

static int chapter(const struct show_chapter *c, const char *path,
                   const struct scenarios *scenarios)
{
	struct layout *layout = layout_new(c->layout ? c->layout : "us");
	struct link *l = demo_chapter_open(c, path, scenarios, LINK_SPEED_MAX);
	struct analysis_options options = {.layout = layout};
	struct analysis *a = NULL;
	enum link_state state = LINK_MORE;
	enum err err = layout && l ? analysis_new(&a, &options) : ERR_MEMORY;

	if (l && err)
		say_error("%s", err_text(err));
	if (!err) {
		struct record_sink sink = analysis_sink(a);
		struct report_input r;

		while (!err && state != LINK_OVER)
			err = link_pump(l, 0, &sink, &state);
		analysis_end(a, link_info(l));
		r = analysis_report(a);
		found(&r);
	}
	analysis_free(a);
	link_free(l);
	layout_free(layout);
	return err ? EXIT_FAULT : 0;
}

int demo_text(const struct show *show, const char *path, const struct scenarios *scenarios,
              size_t first)
{
	int code = 0;

	line("", show->title);
	puts("SIMULATED: no cable is connected.");
	for (size_t i = first; !code && i < show->chapters; i++) {
		const struct show_chapter *c = &show->chapter[i];

		printf("\nChapter %zu of %zu: ", i + 1, show->chapters);
		line("", c->title);
		for (size_t k = 0; k < c->cues; k++)
			line("  ", c->cue[k].say);
		code = chapter(c, path, scenarios);
	}
	return say_written(code);
}
