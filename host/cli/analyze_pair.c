/* Two captures of one cable. See analyze_pair.h. */
#include "cli/analyze_pair.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/say.h"
#include "report/report_pair.h"

/* What the verdict is over: the findings of both ends and those of the pair. NULL: memory is out. */
static struct finding *gather(const struct report_input *near, const struct report_input *far,
                              const struct pair *pair, size_t *count)
{
	struct finding *all;

	*count = near->findings + far->findings + pair->findings;
	all = malloc((*count + 1) * sizeof(*all));
	if (!all)
		return NULL;
	memcpy(all, near->finding, near->findings * sizeof(*all));
	memcpy(all + near->findings, far->finding, far->findings * sizeof(*all));
	memcpy(all + near->findings + far->findings, pair->finding, pair->findings * sizeof(*all));
	return all;
}

static int judge(struct analyze_settings *s, const char *const name[2],
                 struct analyze_kept *const end[2])
{
	struct report_input near = analysis_report(end[0]->analysis);
	struct report_input far = analysis_report(end[1]->analysis);
	struct pair *pair = malloc(sizeof(*pair));
	struct finding *all = NULL;
	struct coverage coverage;
	struct report_pair report = {.near = name[0], .far = name[1], .version = near.version};
	int code = EXIT_FAULT;
	bool printed;

	if (!pair || pair_judge(pair, &end[0]->trace, &end[1]->trace)) {
		say_error("%s", err_text(ERR_MEMORY));
		goto cleanup;
	}
	all = gather(&near, &far, pair, &report.findings);
	if (!all) {
		say_error("%s", err_text(ERR_MEMORY));
		goto cleanup;
	}
	pair_coverage(&coverage, pair, near.coverage, far.coverage);
	report.pair = pair;
	report.coverage = &coverage;
	report.finding = all;
	report.verdict = verdict_of(all, report.findings, &coverage);
	printed = s->out.json ? report_pair_json(stdout, &report)
	                      : report_pair_text(stdout, &report, &s->out.report);
	if (!printed && !ferror(stdout))
		say_error("%s", err_text(ERR_MEMORY));
	if (!say_written(0))
		code = verdict_exit_code(report.verdict);
cleanup:
	free(all);
	free(pair);
	return code;
}

int analyze_pair(struct analyze_settings *s, const char *near, const char *far)
{
	const char *const name[2] = {near, far};
	struct analyze_kept *end[2] = {calloc(1, sizeof(**end)), calloc(1, sizeof(**end))};
	int code[2] = {EXIT_FAULT, EXIT_FAULT}, worst = EXIT_FAULT;

	if (!end[0] || !end[1]) {
		say_error("%s", err_text(ERR_MEMORY));
		goto cleanup;
	}
	for (unsigned i = 0; i < 2 && !analyze_interrupted() && !ferror(stdout); i++)
		code[i] = analyze_input(s, name[i], end[i]);
	worst = judged_worse(code[0], code[1]);
	/* An end alone is judged; the pair is not without both. */
	if (end[0]->analysis && end[1]->analysis && !ferror(stdout)) {
		bool fault = code[0] == EXIT_FAULT || code[1] == EXIT_FAULT;
		int both = judge(s, name, end);

		worst = fault ? judged_worse(worst, both) : both;
	}
cleanup:
	for (unsigned i = 0; i < 2; i++) {
		if (end[i])
			analysis_free(end[i]->analysis);
		free(end[i]);
	}
	return worst;
}
