/* A pair's verdict for people: what differs between the ends, why, how well they could be compared. */
#include "report/report_pair.h"
#include "report/text_parts.h"

static void clocks(FILE *out, const struct pair *p)
{
	struct text_line l = {""};
	char figures[96];

	if (p->clock.by == PAIR_UNALIGNED)
		return; /* coverage says so */
	text_add(&l, "both ends for ");
	text_add_seconds(&l, p->both_ns, 1);
	if (p->clock.by == PAIR_BY_SUPPLY) {
		text_add(&l, ", clocks aligned by the supply alone");
	} else {
		text_add(&l, ", clocks aligned by ");
		text_add_plural(&l, p->clock.matched, "event");
		snprintf(figures, sizeof(figures), ", %.3g us apart, %+.1f ppm",
		         p->clock.apart_ns / 1e3, p->clock.drift * 1e6);
		text_add(&l, figures);
	}
	text_add(&l, "; ");
	text_add_plural(&l, p->keys_near, "key");
	text_add(&l, " near, ");
	text_add_count(&l, p->keys_far);
	text_add(&l, " far, ");
	text_add_count(&l, p->keys_both);
	text_add(&l, " the same");
	if (p->keys_both) {
		snprintf(figures, sizeof(figures), ", their delay changing by %.3g us",
		         p->keys_apart_ns / 1e3);
		text_add(&l, figures);
	}
	text_add(&l, ".");
	text_wrap(out, "Seen: ", "      ", &l);
}

bool report_pair_text(FILE *out, const struct report_pair *in, const struct report_options *o)
{
	struct text_line name = {""};
	struct report_input pair = {
		.input = name.text,
		.verdict = in->verdict,
		.coverage = in->coverage,
		.finding = in->pair->finding,
		.findings = in->pair->findings,
		.findings_dropped = in->pair->findings_dropped,
	};

	text_add(&name, in->near);
	text_add(&name, " and ");
	text_add(&name, in->far);
	text_head(out, &pair, o);
	if (!o->quiet) {
		text_findings(out, &pair);
		pair.finding = in->finding;
		pair.findings = in->findings;
		text_why(out, &pair);
		clocks(out, in->pair);
		text_not_seen(out, &pair);
	}
	return !ferror(out);
}
