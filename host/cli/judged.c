/* See judged.h. */
#include "cli/judged.h"

#include <stdint.h>

#include "cli/command.h"

bool judged_print(FILE *to, struct judged_output *o, struct analysis *a, const char *name,
                  const char *sha256)
{
	struct report_input report = analysis_report(a);

	report.input = name;
	report.sha256 = sha256;
	report.names = usb_ids_names;
	report.names_context = &o->ids;
	return o->json ? report_json(to, &report, &o->report)
	               : report_text(to, &report, &o->report);
}

int judged_code(enum verdict verdict, bool fault)
{
	if (fault && verdict != VERDICT_MALICIOUS && verdict != VERDICT_SUSPECT)
		return EXIT_FAULT;
	return verdict_exit_code(verdict);
}

int judged_worse(int a, int b)
{
	static const enum verdict above[] = {VERDICT_MALICIOUS, VERDICT_SUSPECT};

	for (unsigned i = 0; i < sizeof(above) / sizeof(above[0]); i++)
		if (a == verdict_exit_code(above[i]) || b == verdict_exit_code(above[i]))
			return verdict_exit_code(above[i]);
	if (a == EXIT_FAULT || b == EXIT_FAULT)
		return EXIT_FAULT;
	return a > b ? a : b;
}
