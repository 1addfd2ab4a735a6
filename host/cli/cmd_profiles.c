/* `cordon profiles`: what may be declared of the far end, one line each. */
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
			return command_misused(&command_profiles, "that option is not known");
		json = true;
	}
	if (optind < argc)
		return command_misused(&command_profiles, "'%s' is one argument too many",
		                       argv[optind]);
	return report_profiles(stdout, json) ? 0 : EXIT_FAULT;
}

const struct command command_profiles = {
	.name = "profiles",
	.arguments = "[--json]",
	.summary = "list what can be expected at the far end",
	.help = "  -j, --json  one JSON object a line\n",
	.run = run,
};
