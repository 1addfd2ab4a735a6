/* See duration_option.h. */
#include "cli/duration_option.h"

#include <stdlib.h>
#include <string.h>

int duration_option(const struct command *c, const char *text, int64_t *ns)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
	char *end;
	double v = strtod(text, &end);

	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (end != text && strcmp(end, units[i].name) == 0 && v > 0 &&
		    v * units[i].seconds < 1e9) {
			*ns = (int64_t)(v * units[i].seconds * 1e9);
			return 0;
		}
	return command_misused(c, "'%s' is no duration: 30, 30s, 10m, 2h", text);
}
