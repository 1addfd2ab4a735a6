/*
 * One line a key report that moved the ratio: when, what, which features said how much, what they come to. Positive
 * speaks for a machine. Reads the state that R9 exposes and decides nothing.
 */
#include "cli/why.h"

#include <math.h>
#include <stdio.h>

#include "detect/rule_injected_typing.h"

/* Below this a feature's part is not worth a person's time. */
static const float worth_telling = 0.05f;

static void heading(FILE *out, const struct event *e)
{
	fprintf(out,
	        "why: device %u.%u: per key report the gap before and the hold of a key, what each "
	        "feature adds to the\n"
	        "     likelihood ratio (natural logarithm; + a machine, - a person) and the "
	        "ratio\n",
	        e->device->bus, e->device->address);
}

static void milliseconds(FILE *out, const char *name, float ms)
{
	if (ms >= 0)
		fprintf(out, " %s %.1f", name, (double)ms);
}

static void tell(FILE *out, const struct typing_step *s, bool no_text)
{
	fprintf(out, "  %10.4f s  packet %-8llu key %-5u", (double)s->t_ns / 1e9,
	        (unsigned long long)s->packet, s->key);
	if (s->usage && !no_text)
		fprintf(out, " usage %02x", s->usage);
	milliseconds(out, "gap", s->gap_ms);
	milliseconds(out, "hold", s->hold_ms);
	if (s->replaced)
		fputs(" replaced", out);
	if (s->overlap)
		fputs(" overlap", out);
	fputs(" :", out);
	for (unsigned f = 0; f < TYPING_FEATURES; f++)
		if (fabsf(s->added[f]) >= worth_telling)
			fprintf(out, " %s %+.2f", typing_feature_name((enum typing_feature)f),
			        (double)s->added[f]);
	fprintf(out, " = %.2f\n", (double)s->ratio);
}

void why_event(void *context, const struct engine *engine, const struct event *e)
{
	struct why *w = context;
	FILE *out = w->json ? stderr : stdout;
	const struct typing_step *s;

	if (e->kind != EVENT_KEYS || !e->hid)
		return;
	s = injected_typing_last(engine_rule_state(engine, "R9"),
	                         (unsigned)(e->hid - w->model->hid));
	/* A report without news leaves the last step standing. */
	if (!s || s->packet != e->packet || s->t_ns != e->t_ns)
		return;
	if (w->told_hid != e->hid->id)
		heading(out, e);
	w->told_hid = e->hid->id;
	tell(out, s, w->no_text);
}
