/*
 * The report on captures of both ends of a cable, after those on each of them: how the clocks were aligned, what differs
 * (R20), and the verdict over the findings of both and these.
 */
#ifndef CORDON_REPORT_REPORT_PAIR_H
#define CORDON_REPORT_REPORT_PAIR_H

#include "detect/pair/pair.h"
#include "report/report.h"

struct report_pair {
	const char *near, *far; /* names of the inputs, as the user gave them */
	const char *version;    /* of the program */
	const struct pair *pair;
	enum verdict verdict;
	const struct coverage *coverage;
	const struct finding *finding; /* of both ends and of the pair: what the verdict is over */
	size_t findings;
};

/* One JSON object in one line, schema cordon.pair/1. False where memory is out or `out` fails. */
bool report_pair_json(FILE *out, const struct report_pair *in);

/* For people. False where `out` fails. */
bool report_pair_text(FILE *out, const struct report_pair *in, const struct report_options *o);

#endif
