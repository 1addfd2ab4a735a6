/* Plans. See scenario_plan.h. In: a scenario and a seed. Out: figures and times of one run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/play.h"

enum { REPORTS_MAX = 1 << 22 }; /* of one event; some hours at one a millisecond */

/* The room is heard alone for so long. */
#define LEAD_MS_MIN 1500.0
#define LEAD_MS_MAX 2500.0

static int64_t ns(double ms)
{
	return (int64_t)(ms * 1e6 + 0.5);
}

/* Which PC: most are Windows. */
static enum host_kind draw_host(struct random *r)
{
	static const struct {
		enum host_kind host;
		double share;
	} hosts[] = {
		{HOST_WINDOWS, 0.5},
		{HOST_LINUX, 0.2},
		{HOST_MACOS, 0.2},
		{HOST_ANDROID, 0.1},
	};
	double u = random_unit(r);
	unsigned i = 0;

	while (i < 3 && u >= hosts[i].share)
		u -= hosts[i++].share;
	return hosts[i].host;
}

static struct scenario_resistance resistance(const struct scenario_path *path, struct random *r)
{
	struct scenario_resistance x = {.open = path->open};

	if (!path->open)
		x.ohm = scenario_draw(r, &path->ohm);
	return x;
}

/* Scenarios differ under one seed too. */
static uint64_t mix(uint64_t seed, const char *id)
{
	for (; *id; id++)
		seed = (seed ^ (uint8_t)*id) * UINT64_C(0x100000001b3);
	return seed;
}

static void draw(struct scenario_plan *p, const struct scenario_settings *set)
{
	const struct scenario *s = p->scenario;
	const struct scenario_amount added = {100, 900};
	struct random r;

	random_init(&p->random, mix(set->seed, s->id));
	r = random_fork(&p->random, SCENARIO_STREAM_PLAN);
	p->vbus_on_ns = ns(random_uniform(&r, LEAD_MS_MIN, LEAD_MS_MAX));
	p->end_ns = p->vbus_on_ns + ns(s->duration_s * 1000);
	p->key = set->key;
	if (p->key.chips)
		p->end_ns = p->vbus_on_ns + ns((double)p->key.chips * p->key.chip_ms) + ns(1000);
	p->host = draw_host(&r);
	if (set->host >= 0)
		p->host = (enum host_kind)set->host;
	p->idle_mA = scenario_draw(&r, &s->power.idle_mA);
	p->dp = resistance(&s->dp, &r);
	p->dm = resistance(&s->dm, &r);
	p->gnd = resistance(&s->gnd, &r);
	p->load_mA = s->far_end.has_load ? scenario_draw(&r, &s->far_end.load_mA) : 0;
	if (set->load == SCENARIO_LOAD_NONE)
		p->load_mA = 0;
	if (set->load == SCENARIO_LOAD_ADDED && !s->far_end.has_load)
		p->load_mA = scenario_draw(&r, &added);
}

static void on_item(void *context, int item, const struct scenario_span *span)
{
	struct scenario_plan *p = context;

	p->item[item] = *span;
	if ((size_t)item < p->scenario->usb_count &&
	    p->scenario->usb[item].ev == SCENARIO_OVERVOLTAGE && span->start_ns < p->vbus_cut_ns)
		p->vbus_cut_ns = span->start_ns;
}

static void on_report(void *context, int item, int64_t t_ns)
{
	struct scenario_plan *p = context;

	for (size_t i = 0; i < p->report_lists; i++) {
		struct scenario_reports *x = &p->reports[i];
		int64_t *more;

		if (x->item != item || x->count >= REPORTS_MAX)
			continue;
		if (x->count == x->room) {
			more = realloc(x->t_ns, (x->room * 2 + 256) * sizeof(*more));
			if (!more) {
				p->failed = true;
				return;
			}
			x->t_ns = more;
			x->room = x->room * 2 + 256;
		}
		x->t_ns[x->count++] = t_ns;
	}
}

static void on_payload(void *context, const char *message)
{
	struct scenario_plan *p = context;

	snprintf(p->payload_message, sizeof(p->payload_message), "%s", message);
}

static void on_left_out(void *context, enum play_left_out what, uint64_t n)
{
	struct scenario_plan *p = context;

	p->payload_left_out[what] += n;
}

static void nobody(void *context, const struct record *r)
{
	(void)context;
	(void)r;
}

/* The first thing that a keyboard in the cable types. */
static int payload_item(const struct scenario *s)
{
	for (size_t i = 0; i < s->usb_count; i++)
		if (s->usb[i].ev == SCENARIO_TYPE &&
		    s->usb[s->usb[i].device.item].by != SCENARIO_BY_FAR_END)
			return (int)i;
	return SCENARIO_NONE;
}

static bool rehearse(struct scenario_plan *p)
{
	const struct play_watch watch = {
		.context = p,
		.item = on_item,
		.report = on_report,
		.payload = on_payload,
		.left_out = on_left_out,
	};
	const struct record_sink sink = {.record = nobody};
	struct play *play = play_new(p, &sink, &watch);

	if (!play)
		return false;
	memset(p->payload_left_out, 0, sizeof(p->payload_left_out));
	while (play_step(play))
		;
	play_free(play);
	return !p->failed;
}

/* A payload may take longer than what it stands in for: first it is seen how long. */
static bool rehearse_all(struct scenario_plan *p)
{
	const int64_t end = p->end_ns, ended = INT64_C(1000000000) * SCENARIO_PAYLOAD_TAIL_S;

	if (!p->payload)
		return rehearse(p);
	p->end_ns += INT64_C(1000000000) * SCENARIO_PAYLOAD_S;
	if (!rehearse(p))
		return false;
	if (p->item[p->payload_item].end_ns >= p->end_ns && !p->payload_message[0])
		snprintf(p->payload_message, sizeof(p->payload_message),
		         "%.100s: still at work %d s after the scenario's end; cut there",
		         p->payload->name, SCENARIO_PAYLOAD_S);
	p->end_ns = end;
	if (p->item[p->payload_item].end_ns != SCENARIO_NEVER &&
	    p->item[p->payload_item].end_ns + ended > end)
		p->end_ns = p->item[p->payload_item].end_ns + ended;
	for (size_t i = 0; i < p->report_lists; i++)
		p->reports[i].count = 0;
	return rehearse(p);
}

enum err scenario_plan_new(struct scenario_plan **plan, const struct scenario *s,
                           const struct scenario_settings *set)
{
	struct scenario_plan *p = calloc(1, sizeof(*p));

	*plan = NULL;
	if (!p)
		return ERR_MEMORY;
	p->scenario = s;
	p->seed = set->seed;
	p->vbus_cut_ns = SCENARIO_NEVER;
	p->item = calloc((size_t)scenario_items(s) + 1, sizeof(*p->item));
	for (size_t i = 0; i < s->rf_count; i++)
		if (s->rf[i].timing.kind == SCENARIO_PER_REPORT &&
		    !scenario_reports(p, s->rf[i].timing.of.item))
			p->reports[p->report_lists++].item = s->rf[i].timing.of.item;
	p->payload = set->payload;
	p->payload_item = payload_item(s);
	if (p->payload && p->payload_item == SCENARIO_NONE) {
		scenario_plan_free(p);
		return ERR_SCENARIO;
	}
	draw(p, set);
	if (!p->item || !rehearse_all(p)) {
		scenario_plan_free(p);
		return ERR_MEMORY;
	}
	*plan = p;
	return ERR_NONE;
}

void scenario_plan_free(struct scenario_plan *p)
{
	for (size_t i = 0; p && i < p->report_lists; i++)
		free(p->reports[i].t_ns);
	if (p)
		free(p->item);
	free(p);
}
