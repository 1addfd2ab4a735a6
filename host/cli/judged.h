/*
 * A judged input on its way out: printed for people or scripts, and made into an exit code. For every command that
 * judges, so that they all say the same of the same input.
 */
#ifndef CORDON_CLI_JUDGED_H
#define CORDON_CLI_JUDGED_H

#include "lib/analysis.h"
#include "lib/usb_ids.h"

struct judged_output {
	bool json;
	struct report_options report;
	struct usb_ids ids; /* to be released by whoever has it */
};

/* After analysis_end. `sha256` may be NULL. False where memory is out or `to` fails. */
bool judged_print(FILE *to, struct judged_output *o, struct analysis *a, const char *name,
                  const char *sha256);

/* The exit code of one input; `fault`: something went wrong, and what is not known must not pass for nothing found. */
int judged_code(enum verdict verdict, bool fault);

/* Of two inputs: malicious, then suspect outrank a fault, which outranks not-covered, then no-finding. product.md */
int judged_worse(int a, int b);

#endif
