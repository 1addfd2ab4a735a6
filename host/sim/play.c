/*
 * Time and order of a play. In: a plan. Out: events begun when they are due, activities gone on with, times of items told. Leaves
 * alone: what an event does.
 *
 * An item's time may hang on the end of another, which is known only when that has happened. So the next event is chosen among
 * those whose time is known; nothing that hangs on it can come before it.
 */
#include "sim/play_state.h"

#include <stdlib.h>
#include <string.h>

static play_begin *const begins[SCENARIO_EVS] = {
	[SCENARIO_LINE] = play_line,
	[SCENARIO_UART] = play_uart,
	[SCENARIO_SETUP_UNANSWERED] = play_setup_unanswered,
	[SCENARIO_ATTACH] = play_attach,
	[SCENARIO_DETACH] = play_detach,
	[SCENARIO_ENUMERATE] = play_enumerate,
	[SCENARIO_DOWNSTREAM] = play_downstream,
	[SCENARIO_HS_CHIRP] = play_hs_chirp,
	[SCENARIO_HS_BLIND] = play_hs_blind,
	[SCENARIO_NULL_REPORT] = play_null_report,
	[SCENARIO_TYPE] = play_type,
	[SCENARIO_LOCKS] = play_locks,
	[SCENARIO_LED_STREAM] = play_led_stream,
	[SCENARIO_MOUSE] = play_mouse,
	[SCENARIO_RAW] = play_raw,
	[SCENARIO_BULK] = play_bulk,
	[SCENARIO_CONTROL] = play_control,
	[SCENARIO_SUSPEND] = play_suspend,
	[SCENARIO_OVERVOLTAGE] = play_overvoltage,
	/* Messages on CC, which a tap has no receiver for. */
	[SCENARIO_DR_SWAP] = play_nothing,
	[SCENARIO_PD_SOP1] = play_nothing,
	[SCENARIO_VBUS_DIP] = play_vbus_dip,
};

/* Two streams an item: when it begins, and what it draws. */
enum { OWN_DRAWS = 0x400 };

struct random play_random(const struct play *p, int item)
{
	return random_fork(&p->plan->random, SCENARIO_STREAM_EVENT + OWN_DRAWS + (uint64_t)item);
}

static void on_sent(void *context, const struct bus_pipe *pipe, const struct keyboard_report *r,
                    int64_t t_ns)
{
	struct play *p = context;

	for (unsigned i = 0; i < PLAY_ACTIVITIES; i++) {
		struct play_activity *a = &p->activity[i];
		struct key_report k;

		if (!a->used || a->pipe != pipe)
			continue;
		if (p->watch.report)
			p->watch.report(p->watch.context, a->item, t_ns);
		if (!a->hid || !p->watch.key ||
		    !keys_report(&a->keys, a->hid, r->bytes, r->len, t_ns, 0, &k))
			return;
		for (unsigned n = 0; n < k.presses; n++)
			p->watch.key(p->watch.context, p->s->usb[a->item].device.item, k.press[n],
			             k.modifiers, t_ns);
		return;
	}
}

struct play *play_new(const struct scenario_plan *plan, const struct record_sink *wires,
                      const struct play_watch *watch)
{
	struct play *p = calloc(1, sizeof(*p));
	struct random r = random_fork(&plan->random, SCENARIO_STREAM_BUS);
	const struct bus_settings set = {
		.view = BUS_WIRE, .frames = true, .empty_polls = true, .loss = PLAY_LOSS};
	struct record_sink to;

	if (!p)
		return NULL;
	p->plan = plan;
	p->s = plan->scenario;
	p->forced = SCENARIO_NONE;
	if (watch)
		p->watch = *watch;
	wires_init(&p->wires, wires);
	to = (struct record_sink){.context = &p->wires, .record = wires_record};
	bus_init(&p->bus, &to, &set, random_u64(&r));
	p->bus.sent = on_sent;
	p->bus.sent_context = p;
	p->address = (uint8_t)(1 + random_below(&r, 20));
	if (plan->payload && !play_payload_new(p)) {
		play_free(p);
		return NULL;
	}
	return p;
}

static void end_activity(struct play_activity *a)
{
	free(a->work);
	free(a->hid);
	a->work = NULL;
	a->hid = NULL;
	a->used = false;
}

void play_free(struct play *p)
{
	for (unsigned i = 0; p && i < PLAY_ACTIVITIES; i++)
		end_activity(&p->activity[i]);
	if (p)
		play_payload_free(p);
	free(p);
}

int64_t play_now(const struct play *p)
{
	return p->bus.now_ns;
}

static void tell(struct play *p, int item)
{
	p->stage[item] = PLAY_OVER;
	if (p->watch.item)
		p->watch.item(p->watch.context, item, &p->span[item]);
}

void play_done(struct play *p, int item, int64_t end_ns)
{
	p->span[item].end_ns = end_ns > p->span[item].start_ns ? end_ns : p->span[item].start_ns;
	tell(p, item);
}

struct play_activity *play_activity(struct play *p, int item, play_act *act)
{
	for (unsigned i = 0; i < PLAY_ACTIVITIES; i++) {
		struct play_activity *a = &p->activity[i];

		if (a->used)
			continue;
		*a = (struct play_activity){.used = true, .item = item, .act = act};
		a->random = play_random(p, item);
		a->next_ns = p->bus.now_ns;
		return a;
	}
	play_done(p, item, p->bus.now_ns);
	return NULL;
}

struct bus_device *play_device(const struct play *p, int item)
{
	struct bus_device *d = item == SCENARIO_NONE ? NULL : p->device_of[item];

	return d && d->present && d->configured ? d : NULL;
}

void play_drop(struct play *p)
{
	/* What hangs on a hub goes with it. */
	for (unsigned behind = 2; behind-- > 0;)
		for (unsigned i = 0; i < BUS_DEVICES_MAX; i++)
			if (p->bus.device[i].present && p->bus.device[i].behind_hub == (bool)behind)
				bus_detach(&p->bus, &p->bus.device[i]);
	p->bus.running = false;
	memset(p->device_of, 0, sizeof(p->device_of));
	for (unsigned i = 0; i < PLAY_ACTIVITIES; i++)
		p->activity[i].pipe = NULL;
}

void play_setting(struct play *p, enum wire_setting setting, enum wire_cause cause, uint32_t before,
                  uint32_t after)
{
	const struct record r = {.kind = RECORD_SETTING,
	                         .t_ns = p->bus.now_ns,
	                         .step_ns = 1,
	                         .setting = {.setting = (uint8_t)setting,
	                                     .cause = (uint8_t)cause,
	                                     .before = before,
	                                     .after = after}};

	wires_record(&p->wires, &r);
}

static const struct scenario_time *time_of(const struct scenario *s, int item)
{
	size_t i = (size_t)item;

	if (i < s->usb_count)
		return &s->usb[i].t_ms;
	i -= s->usb_count;
	if (i < s->rf_count)
		return s->rf[i].timing.kind == SCENARIO_PER_REPORT ? NULL
		                                                   : &s->rf[i].timing.start_ms;
	i -= s->rf_count;
	if (i < s->power.periodic_count)
		return &s->power.periodic[i].start_ms;
	return &s->power.events[i - s->power.periodic_count].t_ms;
}

/* How long a burst of radio takes at most: its item ends then, wherever its last pulse falls. */
static double burst_ms(const struct scenario_radio *x)
{
	return x->pulses.high * (x->burst_us.high + x->pulse_gap_us.high) / 1000;
}

/* The end of an item that is no event of `usb`, whose start is known. */
static int64_t end_of(const struct play *p, int item)
{
	const struct scenario *s = p->s;
	size_t i = (size_t)item - s->usb_count;
	int64_t start = p->span[item].start_ns, end = p->plan->end_ns;
	struct random r = play_random(p, item);

	if (i < s->rf_count) {
		const struct scenario_timing *t = &s->rf[i].timing;

		if (t->kind == SCENARIO_ONCE)
			end = start + play_ns(burst_ms(&s->rf[i]));
		else if (t->has_duration)
			end = start + play_ns(scenario_draw(&r, &t->duration_ms));
	} else if (i >= s->rf_count + s->power.periodic_count) {
		i -= s->rf_count + s->power.periodic_count;
		end = start + play_ns(scenario_draw(&r, &s->power.events[i].duration_ms));
	}
	return end > start ? end : start;
}

/* When the item begins, where that can be known by now; then the same of whatever it hangs on. */
static bool place(struct play *p, int item)
{
	const struct scenario_time *t = time_of(p->s, item);
	int64_t from = p->plan->vbus_on_ns;
	struct random r;

	if (p->placed[item])
		return true;
	if (!t) {
		/* Radio of each report: it lasts as long as they do. */
		const struct scenario_radio *x = &p->s->rf[(size_t)item - p->s->usb_count];
		int of = x->timing.of.item;

		if (p->stage[of] != PLAY_OVER)
			return false;
		p->span[item] = p->span[of];
		p->placed[item] = true;
		tell(p, item);
		return true;
	}
	if (t->after.item != SCENARIO_NONE) {
		int of = t->after.item;

		if (!place(p, of) || (!t->from_start && p->stage[of] != PLAY_OVER))
			return false;
		from = t->from_start ? p->span[of].start_ns : p->span[of].end_ns;
	}
	if (from == SCENARIO_NEVER)
		return false;
	r = random_fork(&p->plan->random, SCENARIO_STREAM_EVENT + (uint64_t)item);
	from += play_ns(scenario_draw(&r, &t->ms));
	p->span[item].start_ns = from > 0 ? from : 0;
	p->placed[item] = true;
	if ((size_t)item >= p->s->usb_count) {
		p->span[item].end_ns = end_of(p, item);
		tell(p, item);
	}
	return true;
}

int play_next(struct play *p)
{
	int next = SCENARIO_NONE;

	for (int i = 0; i < scenario_items(p->s); i++)
		if (place(p, i) && (size_t)i < p->s->usb_count && p->stage[i] == PLAY_WAITS &&
		    (next == SCENARIO_NONE || p->span[i].start_ns < p->span[next].start_ns))
			next = i;
	return next;
}

static struct play_activity *next_activity(struct play *p)
{
	struct play_activity *next = NULL;

	for (unsigned i = 0; i < PLAY_ACTIVITIES; i++)
		if (p->activity[i].used && (!next || p->activity[i].next_ns < next->next_ns))
			next = &p->activity[i];
	return next;
}

/* Nothing runs on beyond the end; what never came is told so. */
static void finish(struct play *p)
{
	bus_run_until(&p->bus, p->plan->end_ns);
	for (unsigned i = 0; i < PLAY_ACTIVITIES; i++) {
		struct play_activity *a = &p->activity[i];

		if (a->used && p->stage[a->item] != PLAY_OVER)
			play_done(p, a->item, p->plan->end_ns);
		end_activity(a);
	}
	for (int i = 0; i < scenario_items(p->s); i++) {
		place(p, i);
		if (p->stage[i] == PLAY_OVER)
			continue;
		p->span[i] = (struct scenario_span){SCENARIO_NEVER, SCENARIO_NEVER};
		tell(p, i);
	}
	p->over = true;
}

bool play_step(struct play *p)
{
	/* Quiet spans go by in pieces, for whoever keeps pace with a clock. */
	const int64_t piece = PLAY_MS(100);
	struct play_activity *a;
	int64_t t = p->plan->end_ns, due, on = p->plan->vbus_on_ns;
	int item;

	if (p->over)
		return false;
	a = next_activity(p);
	item = play_next(p);
	if (item != SCENARIO_NONE && p->span[item].start_ns < t)
		t = p->span[item].start_ns;
	if (a && a->next_ns < t)
		t = a->next_ns;
	if (p->bus.now_ns < on && on <= t) {
		bus_run_until(&p->bus, on);
		play_setting(p, WIRE_SET_VBUS, WIRE_BY_COMMAND, 0, 1);
		return true;
	}
	due = p->bus.now_ns + piece;
	if (t > due) {
		bus_run_until(&p->bus, due);
		return true;
	}
	bus_run_until(&p->bus, t);
	if (a && a->next_ns <= t) {
		if (!a->act(p, a)) {
			if (p->stage[a->item] != PLAY_OVER)
				play_done(p, a->item, p->bus.now_ns);
			end_activity(a);
		}
	} else if (item != SCENARIO_NONE && p->span[item].start_ns <= t && t < p->plan->end_ns) {
		/* Something before it may have taken longer than it should. */
		p->span[item].start_ns = p->bus.now_ns;
		p->stage[item] = PLAY_RUNS;
		p->forced = SCENARIO_NONE;
		begins[p->s->usb[item].ev](p, item, &p->s->usb[item]);
	} else {
		finish(p);
	}
	return !p->over;
}

struct play *play_again(const struct scenario_plan *phase, int64_t t_ns,
                        const struct record_sink *wires, const struct play_watch *watch)
{
	struct play *p = play_new(phase, wires, watch);

	/* The step that switches on is the first. */
	if (p)
		p->bus.now_ns = t_ns - 1;
	return p;
}

void play_unpower(struct play *p, int64_t t_ns)
{
	play_drop(p);
	p->bus.now_ns = t_ns;
	wires_set(&p->wires, t_ns, WIRE_SE0);
	play_setting(p, WIRE_SET_VBUS, WIRE_BY_COMMAND, 1, 0);
}
