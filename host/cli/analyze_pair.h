/* `cordon analyze --pair NEAR FAR`: captures of both ends of one cable, each judged and printed, and then held together. */
#ifndef CORDON_CLI_ANALYZE_PAIR_H
#define CORDON_CLI_ANALYZE_PAIR_H

#include "cli/analyze_input.h"

/* The exit code. */
int analyze_pair(struct analyze_settings *s, const char *near, const char *far);

#endif
