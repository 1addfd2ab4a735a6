/* A pair's verdict as JSON: one object in one line, schema cordon.pair/1, escaped as those of its ends. */
#include "report/json_parts.h"
#include "report/report_pair.h"

static const char *const alignments[] = {
	[PAIR_UNALIGNED] = "none",
	[PAIR_BY_SUPPLY] = "supply",
	[PAIR_BY_MARKS] = "traffic",
};

static json_t *clock_of(struct json_writer *w, const struct pair_clock *c)
{
	json_t *o = json_object();

	json_put(w, o, "aligned_by", json_string(alignments[c->by]));
	if (c->by == PAIR_UNALIGNED)
		return o;
	json_put(w, o, "far_begins_s", json_seconds(pair_near_ns(c, 0)));
	if (c->by != PAIR_BY_MARKS)
		return o;
	json_put(w, o, "near_fast_ppm", json_number(c->drift * 1e6));
	json_put(w, o, "marks", json_integer(c->matched));
	json_put(w, o, "apart_us_median", json_number(c->apart_ns / 1e3));
	return o;
}

static json_t *keys(struct json_writer *w, const struct pair *p)
{
	json_t *o = json_object();

	json_put(w, o, "near", json_integer(p->keys_near));
	json_put(w, o, "far", json_integer(p->keys_far));
	json_put(w, o, "both", json_integer(p->keys_both));
	if (p->keys_both)
		json_put(w, o, "change_us_median", json_number(p->keys_apart_ns / 1e3));
	return o;
}

bool report_pair_json(FILE *out, const struct report_pair *in)
{
	const struct pair *p = in->pair;
	struct json_writer w = {false};
	json_t *root = json_object();

	json_put(&w, root, "schema", json_string("cordon.pair/1"));
	json_put(&w, root, "near", json_text(in->near));
	json_put(&w, root, "far", json_text(in->far));
	json_put(&w, root, "verdict", json_string(verdict_name(in->verdict)));
	json_put(&w, root, "versions", json_versions(&w, in->version));
	json_put(&w, root, "clock", clock_of(&w, &p->clock));
	json_put(&w, root, "keys", keys(&w, p));
	json_put(&w, root, "findings", json_findings(&w, p->finding, p->findings));
	json_put(&w, root, "findings_count", json_count(p->findings + p->findings_dropped));
	json_put(&w, root, "findings_truncated", json_boolean(p->findings_dropped > 0));
	json_put(&w, root, "coverage", json_coverage(&w, in->coverage));
	return json_line(out, &w, root);
}
