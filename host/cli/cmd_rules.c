/* `cordon rules`: what is checked, one line a rule. */
#include "cli/listing.h"
#include "report/report.h"

static int run(int argc, char **argv)
{
	return listing_run(&command_rules, argc, argv, report_rules);
}

const struct command command_rules = {
	.name = "rules",
	.arguments = LISTING_ARGUMENTS,
	.summary = "list what is checked",
	.help = LISTING_HELP,
	.run = run,
};
