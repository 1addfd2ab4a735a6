/*
 * A scenario's run as the sensors need it: its radio, its supply and the room around it as trains, what it draws once a run
 * drawn. In: a plan. Out: figures. Leaves alone: pulses (train.c), levels (sensors_level.c).
 */
#include <math.h>
#include <string.h>

#include "sim/keyed.h"
#include "sim/sensors_run.h"

#define MS 1e6
#define US 1e3

/* A clock that is within 20 ppm; a beacon that waits until the air is free. K */
#define ROOM_PPM      20.0
#define ROOM_DEFER_MS 1.0
/* Stations, among which the room's data traffic is shared. E */
#define ROOM_STATIONS 4
/* An advertiser sends on three channels, one after the other: the gaps of the scenarios' own. */
#define BLE_PULSES 3
#define BLE_GAP_US                                                                                 \
	{                                                                                          \
		300, 1000                                                                          \
	}
/* What stands at the entrance of any circuit. USB 2.0 §7.2.4.1: 10 uF at most. */
#define INRUSH_UF_MIN 1.0
#define INRUSH_UF_MAX 10.0
/* By how much a charger takes less where the supply gives way. E */
#define CHARGER_STEP_MA 100.0
/* Below it, VBUS is gone for whoever is supplied by it. USB 2.0 §7.2.2 */
#define GONE_V 4.0

static struct range range(const struct scenario_amount *a)
{
	return (struct range){a->low, a->high};
}

static struct range fixed(double v)
{
	return (struct range){v, v};
}

static struct train_figures *add(struct sensors_figures *f)
{
	static struct train_figures none;

	if (f->trains == SENSORS_TRAINS_MAX)
		return &none;
	return &f->train[f->trains++];
}

static int64_t until(const struct scenario_span *span, bool ends)
{
	return ends ? span->end_ns : TRAIN_NEVER;
}

/* What goes on until the end begins anew when the supply comes back; what the scenario puts at a time happens then. */
static void place(struct train_figures *t, const struct scenario_plan *plan,
                  const struct scenario_span *span, bool ends, bool goes_on)
{
	t->restarts = t->supplied && goes_on && !ends;
	t->start_ns = span->start_ns - (t->restarts ? plan->vbus_on_ns : 0);
	t->until_ns = until(span, ends);
}

static void radio(struct sensors_figures *f, const struct scenario_plan *plan, size_t n)
{
	static const enum train_kind kinds[] = {
		[SCENARIO_ONCE] = TRAIN_ONCE,          [SCENARIO_PERIODIC] = TRAIN_PERIODIC,
		[SCENARIO_RANDOM] = TRAIN_RANDOM,      [SCENARIO_SWEEP] = TRAIN_SWEEP,
		[SCENARIO_PER_REPORT] = TRAIN_REPORTS,
	};
	const struct scenario_radio *r = &plan->scenario->rf[n];
	const struct scenario_timing *g = &r->timing;
	const struct scenario_span *span = &plan->item[scenario_radio_item(plan->scenario, n)];
	const struct scenario_reports *reports =
		g->kind == SCENARIO_PER_REPORT ? scenario_reports(plan, g->of.item) : NULL;
	struct random random = random_fork(&plan->random, SCENARIO_STREAM_RADIO + n);
	struct train_figures *t;

	if (g->kind == SCENARIO_PER_REPORT ? !reports : span->start_ns == SCENARIO_NEVER)
		return;
	t = add(f);
	*t = (struct train_figures){
		.kind = kinds[g->kind],
		.supplied = r->cause != SCENARIO_CAUSE_REMOTE,
		.report_ns = reports ? reports->t_ns : NULL,
		.report_count = reports ? reports->count : 0,
		.period_ms = scenario_draw(&random, &g->period_ms),
		.jitter_ms = g->jitter_ms,
		.defer_ms = range(&g->defer_ms),
		.random_ms = range(&g->random_ms),
		.gap_ms = range(&g->gap_ms),
		.lead_ms = range(&g->lead_ms),
		.steps = g->steps,
		.step_ms = g->step_ms,
		.length_us = range(&r->burst_us),
		.pulses = range(&r->pulses),
		.pulse_gap_us = range(&r->pulse_gap_us),
		.db = scenario_draw(&random, &r->level_dB),
		.step_ma = r->has_current ? range(&r->current_step_mA) : fixed(0),
	};
	if (g->kind == SCENARIO_PER_REPORT)
		t->until_ns = TRAIN_NEVER;
	else
		place(t, plan, span, g->has_duration, g->kind != SCENARIO_ONCE);
}

static void beacons(struct sensors_figures *f, const struct scenario_ambient *a,
                    struct random *random)
{
	struct train_figures *t = add(f);
	double period = a->period_ms * (1 + random_uniform(random, -ROOM_PPM, ROOM_PPM) * 1e-6);

	*t = (struct train_figures){
		.kind = TRAIN_PERIODIC,
		.start_ns = llround(-period * random_unit(random) * MS),
		.until_ns = TRAIN_NEVER,
		.period_ms = period,
		.defer_ms = {0, ROOM_DEFER_MS},
		.length_us = range(&a->burst_us),
		.pulses = fixed(1),
		.db = scenario_draw(random, &a->level_dB),
	};
}

static void data(struct sensors_figures *f, const struct scenario_ambient *a, double per_s,
                 struct random *random)
{
	*add(f) = (struct train_figures){
		.kind = TRAIN_POISSON,
		.until_ns = TRAIN_NEVER,
		.period_ms = 1000 / per_s,
		.length_us = range(&a->burst_us),
		.pulses = fixed(1),
		.db = scenario_draw(random, &a->level_dB),
	};
}

static void advertiser(struct sensors_figures *f, const struct scenario_ambient *a,
                       struct random *random)
{
	double interval = scenario_draw(random, &a->interval_ms);

	*add(f) = (struct train_figures){
		.kind = TRAIN_PERIODIC,
		.start_ns = llround(-interval * random_unit(random) * MS),
		.until_ns = TRAIN_NEVER,
		.period_ms = interval,
		.random_ms = {0, 10}, /* Bluetooth Core, Vol 6 Part B §4.4.2.2.1: advDelay */
		.length_us = range(&a->burst_us),
		.pulses = fixed(BLE_PULSES),
		.pulse_gap_us = BLE_GAP_US,
		.db = scenario_draw(random, &a->level_dB),
	};
}

static void room(struct sensors_figures *f, const struct scenario_plan *plan, size_t n)
{
	const struct scenario_ambient *a = &plan->scenario->ambient[n];
	struct random random = random_fork(&plan->random, SCENARIO_STREAM_AMBIENT + n);
	double many, per_s;

	if (a->type == SCENARIO_ROOM_DATA) {
		per_s = scenario_draw(&random, &a->bursts_per_s) / ROOM_STATIONS;
		for (unsigned i = 0; i < ROOM_STATIONS && per_s > 0; i++)
			data(f, a, per_s, &random);
		return;
	}
	many = round(scenario_draw(&random, &a->transmitters));
	for (double i = 0; i < many && f->trains < SENSORS_TRAINS_MAX; i++) {
		if (a->type == SCENARIO_ROOM_BEACONS)
			beacons(f, a, &random);
		else
			advertiser(f, a, &random);
	}
}

static void wakes(struct sensors_figures *f, const struct scenario_plan *plan, size_t n)
{
	const struct scenario_periodic *p = &plan->scenario->power.periodic[n];
	int item = scenario_periodic_item(plan->scenario, n);
	struct random random = random_fork(&plan->random, SCENARIO_STREAM_POWER + (uint64_t)item);
	struct train_figures *t;

	if (plan->item[item].start_ns == SCENARIO_NEVER)
		return;
	t = add(f);
	*t = (struct train_figures){
		.kind = TRAIN_PERIODIC,
		.supplied = true,
		.period_ms = scenario_draw(&random, &p->period_ms),
		.jitter_ms = p->jitter_ms,
		.length_us = {p->duration_ms.low * 1000, p->duration_ms.high * 1000},
		.pulses = fixed(1),
		.step_ma = range(&p->step_mA),
	};
	place(t, plan, &plan->item[item], false, true);
}

static void step(struct sensors_figures *f, const struct scenario_plan *plan, size_t n)
{
	int item = scenario_power_event_item(plan->scenario, n);
	const struct scenario_span *span = &plan->item[item];
	struct train_figures *t;

	if (span->start_ns == SCENARIO_NEVER)
		return;
	t = add(f);
	*t = (struct train_figures){
		.kind = TRAIN_ONCE,
		.supplied = true,
		.length_us = fixed((double)(span->end_ns - span->start_ns) / US),
		.pulses = fixed(1),
		.step_ma = range(&plan->scenario->power.events[n].step_mA),
	};
	place(t, plan, span, false, false);
}

/* Chargers take less, a step at a time, until VBUS no longer sags: what is left stays under the load switch's limit. */
static double settled(double load_ma, double idle_ma)
{
	double room = SENSORS_LIMIT_MA - idle_ma;

	return load_ma <= room ? load_ma : floor(room / CHARGER_STEP_MA) * CHARGER_STEP_MA;
}

static void supply(struct sensors_figures *f, const struct scenario_plan *plan)
{
	const struct scenario_power *p = &plan->scenario->power;
	struct random random = random_fork(&plan->random, SCENARIO_STREAM_POWER + 0xfff);
	double inrush = random_uniform(&random, INRUSH_UF_MIN, INRUSH_UF_MAX);

	f->idle_ma = plan->idle_mA;
	f->load_ma = settled(plan->load_mA, plan->idle_mA);
	f->noise_ma = p->noise_rms_mA;
	for (size_t i = 0; i < p->boot_count; i++)
		f->boot[f->boots++] = (struct supply_boot){
			.from_ns = llround(p->boot[i].t_ms * MS),
			.length_ns = llround(p->boot[i].duration_ms * MS),
			.level_ma = scenario_draw(&random, &p->boot[i].level_mA),
		};
	if (f->idle_ma > 0 || f->load_ma > 0 || f->boots)
		f->inrush_uf = inrush;
}

static void change(struct sensors_figures *f, int64_t t_ns, bool on)
{
	size_t i = f->changes++;

	for (; i > 0 && f->change[i - 1].t_ns > t_ns; i--)
		f->change[i] = f->change[i - 1];
	f->change[i] = (struct supply_change){.t_ns = t_ns, .on = on};
}

/* What the cable does from power-on, each time anew; the rest belongs to one long life. */
static void keyed(struct sensors_figures *f, const struct scenario_plan *plan)
{
	unsigned kept = 0;

	for (unsigned i = 0; i <= plan->key.chips && f->changes < SENSORS_CHANGES_MAX; i++)
		change(f, keyed_chip_ns(plan, i), vbus_code_on(&plan->key, i));
	for (unsigned i = 0; i < f->trains; i++)
		if (!f->train[i].supplied || f->train[i].restarts)
			f->train[kept++] = f->train[i];
	f->trains = kept;
}

static void switches(struct sensors_figures *f, const struct scenario_plan *plan)
{
	change(f, plan->vbus_on_ns, true);
	for (size_t i = 0; i < plan->scenario->usb_count; i++) {
		const struct scenario_event *e = &plan->scenario->usb[i];
		const struct scenario_span *span = &plan->item[i];

		if (e->ev != SCENARIO_VBUS_DIP || span->start_ns == SCENARIO_NEVER ||
		    e->min_V.low >= GONE_V)
			continue;
		change(f, span->start_ns, false);
		change(f, span->end_ns, true);
	}
	if (plan->vbus_cut_ns != SCENARIO_NEVER)
		change(f, plan->vbus_cut_ns, false);
}

void sensors_figures(struct sensors_figures *f, const struct scenario_plan *plan)
{
	const struct scenario *s = plan->scenario;

	memset(f, 0, sizeof(*f));
	f->calibrated = true;
	supply(f, plan);
	if (!plan->key.chips)
		switches(f, plan);
	for (size_t i = 0; i < s->rf_count; i++)
		radio(f, plan, i);
	for (size_t i = 0; i < s->power.periodic_count; i++)
		wakes(f, plan, i);
	for (size_t i = 0; i < s->power.event_count; i++)
		step(f, plan, i);
	for (size_t i = 0; i < s->ambient_count; i++)
		room(f, plan, i);
	if (plan->key.chips)
		keyed(f, plan);
}
