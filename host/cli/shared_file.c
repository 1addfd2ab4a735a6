/* Where installed files are. See shared_file.h. */
#include "cli/shared_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *shared_file(const char *name, char out[SHARED_PATH_MAX])
{
	/* bin/cordon of an installation; build/KIND/cordon of a source tree. */
	static const char *const places[] = {"/../share/cordon/", "/../../host/sim/",
	                                     "/../share/cordon/"};
	char self[SHARED_PATH_MAX / 2];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(out, SHARED_PATH_MAX, "%s%s%.200s", self, places[i], name);
		if (access(out, R_OK) == 0)
			break;
	}
	return out;
}
