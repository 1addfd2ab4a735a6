/*
 * The program: finds the subcommand by its name and runs it. Help and version come from the same table.
 */
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/say.h"

static const struct command *const commands[] = {
	&command_analyze, &command_live,      &command_capture, &command_devices, &command_demo,
	&command_sim,     &command_scenarios, &command_rules,   &command_profiles};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

void command_usage(FILE *out, const struct command *c)
{
	fprintf(out, "usage: cordon %s%s%s\n\n%s\n\n%s", c->name, *c->arguments ? " " : "",
	        c->arguments, c->summary, c->help);
}

int command_misused(const struct command *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_error_list(format, args);
	va_end(args);
	fprintf(stderr, "try 'cordon %s --help'\n", c->name);
	return EXIT_USAGE;
}

/* Of a short option getopt tells the letter; where more letters stand behind it, the word is still the next one. */
static bool is_short(char **argv)
{
	const char *word = argv[optind - 1], *next = argv[optind], *at;

	if (!optopt || optopt > UCHAR_MAX)
		return false;
	if (word[0] == '-' && word[1] != '-' && strchr(word + 1, optopt))
		return true;
	if (!next || next[0] != '-' || next[1] == '-')
		return false;
	at = strchr(next + 1, optopt);
	return at && at[1];
}

int command_bad_option(const struct command *c, int got, char **argv)
{
	if (got == ':')
		return command_misused(c, "'%s' needs a value", argv[optind - 1]);
	if (is_short(argv))
		return command_misused(c, "unknown option '-%c'", optopt);
	return command_misused(c, optopt ? "'%s' takes no value" : "unknown option '%s'",
	                       argv[optind - 1]);
}

static void overview(FILE *out)
{
	fputs("cordon finds malicious USB cables\n\nusage: cordon COMMAND [OPTION...] "
	      "[FILE...]\n\n",
	      out);
	for (unsigned i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'cordon COMMAND --help' tells more of one; 'cordon --version' tells the version.\n"
	      "exit code: 0 no finding, 10 suspect, 20 malicious, 30 not covered, 1 input/output "
	      "error, 2 usage\n",
	      out);
}

static const struct command *find(const char *name)
{
	for (unsigned i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int unknown(const char *name)
{
	say_error("unknown command '%s'; try 'cordon help'", name);
	return EXIT_USAGE;
}

static int help(const char *topic)
{
	const struct command *c = topic ? find(topic) : NULL;

	if (topic && !c)
		return unknown(topic);
	if (c)
		command_usage(stdout, c);
	else
		overview(stdout);
	return 0;
}

/*
 * A file that is opened must never become stdin, stdout or stderr because one of these was closed. What takes their place
 * is of no use either way, so that a report without a reader is an error still.
 */
static void hold_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			_exit(EXIT_FAULT);
}

static int run(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		overview(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(argc > 2 ? argv[2] : NULL);
	if (strcmp(argv[1], "--version") == 0) {
		puts("cordon " CORDON_VERSION);
		return 0;
	}
	c = find(argv[1]);
	if (!c)
		return unknown(argv[1]);
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			command_usage(stdout, c);
			return 0;
		}
	}
	return c->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	hold_descriptors();
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is told as one */
	return say_written(run(argc, argv));
}
