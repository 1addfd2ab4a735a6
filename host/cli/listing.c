/* The arguments of commands that list. */
#include "cli/listing.h"

#include <getopt.h>

#include "cli/say.h"
#include "usb/err.h"

int listing_run(const struct command *c, int argc, char **argv, bool (*list)(FILE *out, bool json))
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
	                                        {NULL, 0, NULL, 0}};
	bool json = false;

	opterr = 0;
	for (int o; (o = getopt_long(argc, argv, "j", options, NULL)) != -1;) {
		if (o != 'j')
			return command_bad_option(c, o, argv);
		json = true;
	}
	if (optind < argc)
		return command_misused(c, "unexpected argument '%s'", argv[optind]);
	if (!list(stdout, json) && !ferror(stdout)) {
		say_error("%s", err_text(ERR_MEMORY));
		return EXIT_FAULT;
	}
	return say_written(0);
}
