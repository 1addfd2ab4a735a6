/* `cordon rules`: what is checked, one line a rule. */
#include <getopt.h>

#include "cli/command.h"
#include "report/report.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
                {NULL,   0,           NULL, 0  }
        };
	bool json = false;

	for (int c; (c = getopt_long(argc, argv, "j", options, NULL)) != -1;) {
		if (c != 'j')
			return command_misused(&command_rules, "that option is not known");
		json = true;
	}
	if (optind < argc)
		return command_misused(&command_rules, "'%s' is one argument too many",
		                       argv[optind]);
	return report_rules(stdout, json) ? 0 : EXIT_FAULT;
}

const struct command command_rules = {
	.name = "rules",
	.arguments = "[--json]",
	.summary = "list what is checked",
	.help = "  -j, --json  one JSON object a line\n",
	.run = run,
};
