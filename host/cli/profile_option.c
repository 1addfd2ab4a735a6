/* See profile_option.h. */
#include "cli/profile_option.h"

#include <getopt.h>
#include <string.h>

#include "report/profile_file.h"

int profile_option(const struct command *c, int argc, char **argv, struct profile *p,
                   const char **file)
{
	const struct profile_info *info;
	char error[PROFILE_ERROR_MAX];
	const char *path = NULL;

	/* `--profile device FILE` takes two words; one word with a space does as well. */
	if (strncmp(optarg, "device", 6) == 0 && (optarg[6] == '\0' || optarg[6] == ' ')) {
		path = optarg[6] ? optarg + 7 : optind < argc ? argv[optind++] : NULL;
		if (!path)
			return command_misused(c, "--profile device needs a file");
		if (!profile_file_load(p, path, error)) {
			fprintf(stderr, "cordon: %s\n", error); /* escaped already */
			return EXIT_FAULT;
		}
	} else {
		info = profile_find(optarg);
		if (!info)
			return command_misused(
				c, "unknown profile '%s': bare, keyboard, host, or device FILE",
				optarg);
		*p = (struct profile){.kind = info->kind};
	}
	if (file)
		*file = path;
	return 0;
}
