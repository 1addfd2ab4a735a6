/* `cordon scenarios`: the cables that can be played, one line each. */
#include <getopt.h>
#include <jansson.h>
#include <string.h>

#include "cli/command.h"
#include "cli/say.h"
#include "cli/scenario_option.h"
#include "report/escape.h"

static const char *verdicts_of(const struct scenario *s, char out[64])
{
	static const char *const names[] = {"malicious", "suspect", "not-covered", "no-finding"};

	out[0] = '\0';
	for (unsigned i = 0; i < 4; i++)
		if (s->expect.verdicts & 1u << i)
			snprintf(out + strlen(out), 64 - strlen(out), "%s%s", out[0] ? "|" : "",
			         names[i]);
	return out;
}

static json_t *names(const struct scenario_rules *rules)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rules->count; i++)
		json_array_append_new(list, json_string(rules->name[i]));
	return list;
}

static bool print_json(const struct scenario *s)
{
	char verdict[64];
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:f, s:s, s:o, s:o, s:o, s:s*}", "id", s->id,
	                      "name", s->name, "label", s->malicious ? "malicious" : "benign",
	                      "profile", scenario_profile_name(s->profile), "duration_s",
	                      s->duration_s, "verdict", verdicts_of(s, verdict), "must",
	                      names(&s->expect.must), "may", names(&s->expect.may), "waived",
	                      names(&s->expect.waived), "note", s->expect.note);
	bool good = o && json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12)) == 0 &&
	            putchar('\n') != EOF;

	json_decref(o);
	return good;
}

static void print(const struct scenario *s)
{
	char verdict[64], name[512];

	escape_terminal(name, sizeof(name), s->name);
	printf("%s  %-8s %5.0f s  %-22s %s\n", s->id, scenario_profile_name(s->profile),
	       s->duration_s, verdicts_of(s, verdict), name);
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"scenarios", required_argument, NULL, OPTION_SCENARIOS},
		{NULL, 0, NULL, 0},
	};
	struct scenario_option o;
	bool json = false;
	int code = 0;

	scenario_option_init(&o);
	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, ":j", options, NULL)) != -1;) {
		if (c == 'j')
			json = true;
		else if (c == OPTION_SCENARIOS)
			o.file = optarg;
		else
			return command_bad_option(&command_scenarios, c, argv);
	}
	if (optind < argc)
		return command_misused(&command_scenarios, "unexpected argument '%s'",
		                       argv[optind]);
	code = scenario_option_read(&o);
	for (size_t i = 0; i < o.set.count && !code; i++) {
		if (!json)
			print(&o.set.scenario[i]);
		else if (!print_json(&o.set.scenario[i]) && !ferror(stdout))
			code = EXIT_FAULT;
	}
	scenario_option_release(&o);
	return code;
}

const struct command command_scenarios = {
	.name = "scenarios",
	.arguments = "[OPTION...]",
	.summary = "list the cables that can be simulated",
	.help = "  -j, --json         one JSON object a line\n"
		"      --scenarios F  those of a file of your own\n"
		"\nEach line: id, profile, length, the verdict that is expected, name.\n",
	.run = run,
};
