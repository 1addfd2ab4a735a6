/* `cordon profiles`: what may be expected at the far end, one line each. */
#include "cli/listing.h"
#include "report/report.h"

static int run(int argc, char **argv)
{
	return listing_run(&command_profiles, argc, argv, report_profiles);
}

const struct command command_profiles = {
	.name = "profiles",
	.arguments = LISTING_ARGUMENTS,
	.summary = "list what can be expected at the far end",
	.help = LISTING_HELP,
	.run = run,
};
