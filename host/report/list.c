/* Rules and profiles that there are, from the tables that run. One a line, for people or as JSON. */
#include "report/report.h"

#include <jansson.h>
#include <stdlib.h>

#include "detect/rule.h"

static bool line(FILE *out, json_t *o)
{
	char *s = o ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	bool good = s && fprintf(out, "%s\n", s) >= 0;

	free(s);
	json_decref(o);
	return good;
}

static bool rule_json(FILE *out, const struct rule *r)
{
	json_t *profiles = json_array();

	for (unsigned i = 0; i < profile_infos_count; i++)
		if (r->profiles & PROFILE_BIT(profile_infos[i].kind))
			json_array_append_new(profiles, json_string(profile_infos[i].name));
	return line(out, json_pack("{s:s, s:s, s:s, s:s, s:o, s:s}", "rule", r->id, "name", r->name,
	                           "group", group_name(r->group), "weight", weight_name(r->weight),
	                           "profiles", profiles, "summary", r->summary));
}

bool report_rules(FILE *out, bool json)
{
	for (unsigned i = 0; i < rules_count; i++) {
		const struct rule *r = rules[i];

		if (json ? !rule_json(out, r)
		         : fprintf(out, "%-5s %-21s %-8s %-9s %s\n", r->id, r->name,
		                   group_name(r->group), weight_name(r->weight), r->summary) < 0)
			return false;
	}
	return !ferror(out);
}

bool report_profiles(FILE *out, bool json)
{
	for (unsigned i = 0; i < profile_infos_count; i++) {
		const struct profile_info *p = &profile_infos[i];

		if (json ? !line(out,
		                 json_pack("{s:s, s:s}", "profile", p->name, "summary", p->summary))
		         : fprintf(out, "%-9s %s\n", p->name, p->summary) < 0)
			return false;
	}
	return !ferror(out);
}
