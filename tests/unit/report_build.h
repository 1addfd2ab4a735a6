/* A report's input made by hand: an O.MG plug that typed, with one finding of each kind. For tests of reports. */
#ifndef CORDON_TESTS_REPORT_BUILD_H
#define CORDON_TESTS_REPORT_BUILD_H

#include "model_build.h"
#include "report/report.h"

struct report_build {
	struct build b;
	struct report_input in;
	struct coverage coverage;
	struct finding finding[FINDINGS_MAX];
	struct report_keystrokes keystrokes;
};

void report_build_init(struct report_build *r);
void report_build_release(struct report_build *r);

/* The output of either form; to be freed. */
char *report_build_json(const struct report_build *r, const struct report_options *o);
char *report_build_text(const struct report_build *r, const struct report_options *o);

#endif
