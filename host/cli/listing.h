/*
 * Commands that only list what there is: one option, `--json`, and no arguments.
 */
#ifndef CORDON_CLI_LISTING_H
#define CORDON_CLI_LISTING_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/command.h"

#define LISTING_ARGUMENTS "[--json]"
#define LISTING_HELP      "  -j, --json  one JSON object a line\n"

/* Exit code. `list` returns false where `out` fails. */
int listing_run(const struct command *c, int argc, char **argv, bool (*list)(FILE *out, bool json));

#endif
