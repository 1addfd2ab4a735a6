/* A span of time as it is given on the command line: 30, 30s, 10m, 2h. */
#ifndef CORDON_CLI_DURATION_OPTION_H
#define CORDON_CLI_DURATION_OPTION_H

#include "cli/command.h"

#include <stdint.h>

/* 0, or an exit code with the message said. */
int duration_option(const struct command *c, const char *text, int64_t *ns);

#endif
