/*
 * A subcommand: one file, one const entry. main.c finds it by name, hands it the arguments from its own name on, and
 * makes help out of the same table.
 */
#ifndef CORDON_CLI_COMMAND_H
#define CORDON_CLI_COMMAND_H

#include <stdio.h>

/* Exit codes that are no verdict. product.md "Findings, verdicts, exit codes" */
enum exit_code {
	EXIT_FAULT = 1,
	EXIT_USAGE = 2,
};

struct command {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *summary;   /* one line for `cordon help` */
	const char *help;      /* options and examples, for `cordon NAME --help` */
	int (*run)(int argc, char **argv);
};

extern const struct command command_analyze, command_capture, command_demo, command_devices,
	command_live, command_profiles, command_rules, command_scenarios, command_sim;

void command_usage(FILE *out, const struct command *c);

/* "cordon: " and the message on stderr, escaped; then "try 'cordon NAME --help'". Returns EXIT_USAGE. */
int command_misused(const struct command *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What getopt_long came upon and cannot take, `got` being its ':' or '?'. Returns EXIT_USAGE. */
int command_bad_option(const struct command *c, int got, char **argv);

#endif
