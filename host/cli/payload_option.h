/* `--payload FILE`: DuckyScript from a file, with the keyboard layouts that it asks for. */
#ifndef CORDON_CLI_PAYLOAD_OPTION_H
#define CORDON_CLI_PAYLOAD_OPTION_H

#include "sim/scenario_plan.h"

struct payload_option;

/*
 * Reads and checks the script. On failure NULL, after a message with file, line and what was expected, and *code is the exit
 * code. `layout` as of `--layout`.
 */
struct payload_option *payload_option_read(const char *path, const char *layout, int *code);
void payload_option_free(struct payload_option *o);

/* Borrowed from `o`. */
const struct scenario_payload *payload_option_payload(const struct payload_option *o);

#endif
