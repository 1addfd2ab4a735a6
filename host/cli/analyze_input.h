/*
 * One capture read, judged and printed, for `cordon analyze`. What is wrong with the input goes to standard error; the
 * first Ctrl-C ends the reading, and what was read is judged.
 */
#ifndef CORDON_CLI_ANALYZE_INPUT_H
#define CORDON_CLI_ANALYZE_INPUT_H

#include "cli/judged.h"
#include "detect/pair/trace.h"

struct analyze_settings {
	struct profile profile;
	bool has_profile, hash, why;
	struct layout *layout;
	bool layout_holds; /* it was asked for */
	struct judged_output out;
};

/* A judged input that is still wanted: its analysis, to be freed by whoever asked, and what it saw of its end of a cable. */
struct analyze_kept {
	struct analysis *analysis; /* NULL: nothing could be judged */
	struct pair_trace trace;   /* zero before */
};

/* From now on Ctrl-C stops reading, once. */
void analyze_watch_interrupts(void);
bool analyze_interrupted(void);

/* The exit code of this input; `keep` may be NULL. */
int analyze_input(struct analyze_settings *s, const char *path, struct analyze_kept *keep);

#endif
