/* Messages, escaped. See say.h. */
#include "cli/say.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/judged.h"
#include "report/escape.h"

/* Longer than any path that can be opened; a character becomes ten at most. */
enum { SAID_MAX = 8192, ESCAPED_MAX = 10 * SAID_MAX };

void say_error_list(const char *format, va_list args)
{
	static char said[SAID_MAX], escaped[ESCAPED_MAX];

	vsnprintf(said, sizeof(said), format, args);
	escape_terminal(escaped, sizeof(escaped), said);
	fprintf(stderr, "cordon: %s\n", escaped);
}

void say_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_error_list(format, args);
	va_end(args);
}

int say_written(int code)
{
	static bool said;

	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (!said)
		say_error("cannot write the report: %s", strerror(errno ? errno : EIO));
	said = true;
	return judged_worse(code, EXIT_FAULT);
}

int say_no_screen(enum err err)
{
	const char *term = getenv("TERM");

	if (err == ERR_OPEN)
		say_error("cannot use the terminal (TERM is '%s')", term ? term : "");
	else if (err == ERR_WRITE)
		say_error("cannot draw: files are limited to less than a kilobyte ('ulimit -f')");
	else
		say_error("%s", err_text(err));
	return EXIT_FAULT;
}
