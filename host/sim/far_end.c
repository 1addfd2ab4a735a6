/* The far end of a cable. See far_end.h. In: a plan, and its play's wires. Out: plans and wires as they are there. */
#include "sim/far_end.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/wires.h"

/* Two people press two buttons; crystals of 25 ppm each, which wander by a millionth as the boards warm up. E */
#define LATER_MAX_S 1.2
#define PPM         25.0
#define WANDER_PPM  1.0
#define WANDER_S    600.0
/* What the length of a cable takes of its radio. E */
#define RADIO_LESS_DB 6.0

/* Who has the far end's wires from a moment on. */
struct change {
	int64_t t_ns;
	bool through;
	enum wire_lines alone; /* its device's own level, while nobody talks to it */
};

struct far_end {
	const struct scenario_plan *near;
	/* The scenario as it is there. */
	struct scenario scenario;
	struct scenario_event *usb;
	struct scenario_radio *rf;
	struct scenario_periodic *periodic;
	struct scenario_power_event *events;
	struct scenario_plan sensed;    /* shares the items of `near`, or of `replayed` */
	struct scenario_plan *replayed; /* NULL: the far end's wires are those of the near end */
	int64_t begin_ns;
	double ppm;
	/* The wires. */
	struct record_sink sink;
	struct change change[SCENARIO_EVENTS_MAX];
	unsigned changes, next;
	bool through;
	enum wire_lines near_lines, lines;
};

static bool stands_in(const struct scenario *s)
{
	for (size_t i = 0; i < s->usb_count; i++)
		if (s->usb[i].replaces_far_end)
			return true;
	return false;
}

static void *copy_of(const void *from, size_t count, size_t size)
{
	void *to = calloc(count + 1, size);

	if (to && count)
		memcpy(to, from, count * size);
	return to;
}

static void nothing(struct scenario_event *e)
{
	e->ev = SCENARIO_DR_SWAP; /* on CC, and not on the wires */
}

static void fixed_at(struct scenario_time *t, double ms)
{
	*t = (struct scenario_time){.ms = {ms, ms}, .after = {.item = SCENARIO_NONE}};
}

/* Typed on the device that stands in: what came from the far end, as it was there. */
static void typed(const struct far_end *f, struct scenario_event *e, int64_t start_ns)
{
	if (e->typing.added_latency_ms.high <= 0 || start_ns == SCENARIO_NEVER) {
		nothing(e);
		return;
	}
	e->typing.added_latency_ms = (struct scenario_amount){0, 0};
	e->typing.poll_ms = 1; /* the cable asks in each frame, so as not to add to its delay */
	fixed_at(&e->t_ms, (double)(start_ns - f->near->vbus_on_ns) / 1e6);
}

/* What the cable does to the host is none of the far end's; what it does to the device there is its host's. */
static void as_host(struct far_end *f)
{
	const struct device_text *device = f->scenario.far_end.descriptors;

	for (size_t i = 0; i < f->scenario.usb_count; i++) {
		struct scenario_event *e = &f->usb[i];
		const struct scenario_span *span = &f->near->item[i];

		if (span->start_ns != SCENARIO_NEVER)
			fixed_at(&e->t_ms, (double)(span->start_ns - f->near->vbus_on_ns) / 1e6);
		if (e->by == SCENARIO_BY_FAR_END && e->ev != SCENARIO_TYPE)
			continue;
		if (e->ev == SCENARIO_ATTACH && device) {
			e->by = SCENARIO_BY_FAR_END;
			e->speed = device->speed;
		} else if (e->ev == SCENARIO_ENUMERATE && e->replaces_far_end && device) {
			e->by = SCENARIO_BY_FAR_END;
			e->replaces_far_end = false;
			e->descriptors = device;
			e->host = HOST_LINUX; /* small host stacks ask as little */
		} else if (e->ev == SCENARIO_TYPE) {
			typed(f, e, span->start_ns);
		} else {
			nothing(e);
		}
	}
}

/* Whose the wires are, from the times of the near end's events. */
static void find_changes(struct far_end *f)
{
	const struct scenario *s = f->near->scenario;
	enum wire_lines alone = WIRE_SE0;

	for (size_t i = 0; i < s->usb_count; i++) {
		const struct scenario_event *e = &s->usb[i];
		bool forced = e->ev == SCENARIO_LINE || e->ev == SCENARIO_UART;
		bool device = e->ev == SCENARIO_ATTACH || e->ev == SCENARIO_ENUMERATE;
		struct change *c = &f->change[f->changes];
		int64_t t = f->near->item[i].start_ns;

		if (t == SCENARIO_NEVER || (!forced && !device))
			continue;
		*c = (struct change){.t_ns = t,
		                     .through = device && e->by != SCENARIO_BY_CABLE,
		                     .alone = device && e->by == SCENARIO_BY_FAR_END
		                                      ? wires_j(e->ev == SCENARIO_ATTACH
		                                                        ? e->speed
		                                                        : e->descriptors->speed)
		                                      : WIRE_SE0};
		f->changes++;
	}
	/* They come as the file has them; few, and nearly in order. */
	for (unsigned i = 1; i < f->changes; i++) {
		struct change c = f->change[i];
		unsigned k = i;

		for (; k > 0 && f->change[k - 1].t_ns > c.t_ns; k--)
			f->change[k] = f->change[k - 1];
		f->change[k] = c;
	}
	for (unsigned i = 0; i < f->changes; i++) {
		if (f->change[i].through)
			alone = f->change[i].alone;
		f->change[i].alone = alone;
	}
}

static bool copy_scenario(struct far_end *f)
{
	const struct scenario *s = f->near->scenario;

	f->scenario = *s;
	f->usb = copy_of(s->usb, s->usb_count, sizeof(*s->usb));
	f->rf = copy_of(s->rf, s->rf_count, sizeof(*s->rf));
	f->periodic =
		copy_of(s->power.periodic, s->power.periodic_count, sizeof(*s->power.periodic));
	f->events = copy_of(s->power.events, s->power.event_count, sizeof(*s->power.events));
	f->scenario.usb = f->usb;
	f->scenario.rf = f->rf;
	f->scenario.power.periodic = f->periodic;
	f->scenario.power.events = f->events;
	return f->usb && f->rf && f->periodic && f->events;
}

/* The supply as it is behind the cable: no current but the far end's. Items keep their numbers. */
static void without_cable(struct scenario *s)
{
	static const struct scenario_amount none = {0, 0};

	s->power.boot_count = 0;
	s->power.idle_mA = none;
	for (size_t i = 0; i < s->power.periodic_count; i++)
		s->power.periodic[i].step_mA = none;
	for (size_t i = 0; i < s->power.event_count; i++)
		s->power.events[i].step_mA = none;
	for (size_t i = 0; i < s->rf_count; i++) {
		s->rf[i].has_current = false;
		if (s->rf[i].cause == SCENARIO_CAUSE_CABLE) {
			s->rf[i].level_dB.low -= RADIO_LESS_DB;
			s->rf[i].level_dB.high -= RADIO_LESS_DB;
		}
	}
}

enum err far_end_new(struct far_end **out, const struct scenario_plan *plan,
                     const struct scenario_settings *set)
{
	struct far_end *f = calloc(1, sizeof(*f));
	struct random random = random_fork(&plan->random, SCENARIO_STREAM_FAR);
	enum err err = f ? ERR_NONE : ERR_MEMORY;

	*out = f;
	if (err)
		return err;
	f->near = plan;
	f->begin_ns = (int64_t)(random_uniform(&random, 0, LATER_MAX_S) * 1e9);
	f->ppm = random_uniform(&random, -PPM, PPM);
	f->through = true;
	if (!copy_scenario(f)) {
		far_end_free(f);
		*out = NULL;
		return ERR_MEMORY;
	}
	without_cable(&f->scenario);
	if (stands_in(plan->scenario)) {
		struct scenario_settings same = *set;

		as_host(f);
		same.payload = NULL;
		err = scenario_plan_new(&f->replayed, &f->scenario, &same);
		if (!err)
			f->replayed->end_ns = plan->end_ns;
	} else {
		find_changes(f);
	}
	if (err) {
		far_end_free(f);
		*out = NULL;
		return err;
	}
	f->sensed = *plan;
	f->sensed.scenario = &f->scenario;
	f->sensed.idle_mA = 0;
	/* Another tap, with noise and amplifiers of its own; the room is the same, but not its draws. */
	f->sensed.random = random_fork(&plan->random, SCENARIO_STREAM_FAR + 1);
	return ERR_NONE;
}

void far_end_free(struct far_end *f)
{
	if (!f)
		return;
	scenario_plan_free(f->replayed);
	free(f->usb);
	free(f->rf);
	free(f->periodic);
	free(f->events);
	free(f);
}

const struct scenario_plan *far_end_play(const struct far_end *f)
{
	return f->replayed ? f->replayed : f->near;
}

const struct scenario_plan *far_end_sensed(const struct far_end *f)
{
	return &f->sensed;
}

int64_t far_end_begin(const struct far_end *f)
{
	return f->begin_ns;
}

int64_t far_end_time(const struct far_end *f, int64_t t_ns)
{
	const double turn = WANDER_S * 1e9 / (2 * M_PI);
	double t = (double)(t_ns - f->begin_ns);
	double late = t * f->ppm * 1e-6 + sin(t / turn) * turn * WANDER_PPM * 1e-6;

	/* A time stamp is a tick. */
	return (int64_t)((t + late) * (WIRE_TICK_HZ / 1e9)) * 25 / 3;
}

static void set_lines(struct far_end *f, int64_t t_ns, enum wire_lines lines)
{
	const struct record_edge edge = {.lines = lines};
	const struct record r = {
		.kind = RECORD_EDGES,
		.t_ns = t_ns,
		.step_ns = 1,
		.edges = {.edge = &edge, .count = 1},
	};

	if (f->lines == lines)
		return;
	f->lines = lines;
	f->sink.record(f->sink.context, &r);
}

static void time_goes_on(struct far_end *f, int64_t t_ns)
{
	while (f->next < f->changes && f->change[f->next].t_ns <= t_ns) {
		const struct change *c = &f->change[f->next++];

		if (c->through == f->through)
			continue;
		f->through = c->through;
		set_lines(f, c->t_ns, f->through ? f->near_lines : c->alone);
	}
}

static void on_wires(void *context, const struct record *r)
{
	struct far_end *f = context;
	bool lines = r->kind == RECORD_EDGES && r->edges.count;

	time_goes_on(f, r->t_ns);
	if (lines)
		f->near_lines = r->edges.edge[r->edges.count - 1].lines;
	if (r->kind == RECORD_PACKET || r->kind == RECORD_LINE || r->kind == RECORD_EDGES) {
		if (!f->through)
			return;
		if (lines)
			f->lines = f->near_lines;
	} else if (r->kind != RECORD_SETTING || r->setting.setting != WIRE_SET_VBUS) {
		return; /* the near tap's own affairs; the supply comes through the cable */
	}
	f->sink.record(f->sink.context, r);
}

struct record_sink far_end_wires(struct far_end *f, const struct record_sink *sink)
{
	f->sink = *sink;
	return (struct record_sink){.context = f, .record = on_wires};
}
