/*
 * Typing: texts of scenarios by their typists, null reports, lock keys. In: events. Out: reports on the keyboard's pipe.
 * Leaves alone: how people and machines type (typist.c), the grid of polls (keyboard.c, bus.c).
 */
#include "sim/play_state.h"

#include <stdlib.h>
#include <string.h>

enum { MODIFIERS = HID_PAGE_KEYBOARD << 16 | KEY_MODIFIER_FIRST };

/* The forms that keyboard.c can make: modifiers first, then an array of bytes or a bitmap. */
static bool form_of(const struct hid_descriptor *hid, struct keyboard *k)
{
	const struct hid_field *modifiers = NULL, *keys = NULL;

	for (unsigned i = 0; i < hid->fields; i++) {
		const struct hid_field *f = &hid->field[i];

		if (f->type != HID_INPUT || f->flags & HID_CONSTANT)
			continue;
		if (f->flags & HID_VARIABLE && hid_field_usage(hid, f, 0) == MODIFIERS)
			modifiers = f;
		else if (f->flags & HID_KEYS && (!keys || !(f->flags & HID_VARIABLE)) &&
		         (!keys || keys->flags & HID_VARIABLE))
			keys = f;
	}
	if (!keys)
		return false;
	/* A device may have several reports with modifiers: those of the keys' own count. */
	for (unsigned i = 0; i < hid->fields; i++) {
		const struct hid_field *f = &hid->field[i];

		if (f->type == HID_INPUT && f->flags & HID_VARIABLE &&
		    f->report_id == keys->report_id && hid_field_usage(hid, f, 0) == MODIFIERS)
			modifiers = f;
	}
	if (!modifiers || modifiers->bit != 0 || modifiers->report_id != keys->report_id)
		return false;
	*k = (struct keyboard){.report_id = keys->report_id};
	if (keys->flags & HID_VARIABLE && keys->bit == 8 && keys->size == 1) {
		k->form = keys->report_id ? FORM_NKRO_ID : FORM_NKRO;
		k->bitmap_first = (uint8_t)hid_field_usage(hid, keys, 0);
		k->bitmap_bytes = (uint8_t)((keys->count + 7) / 8);
		return k->bitmap_bytes + 2u <= KEYBOARD_REPORT_MAX;
	}
	if (keys->flags & HID_VARIABLE || keys->size != 8)
		return false;
	if (keys->bit == 8 && keys->count == 1 && !keys->report_id)
		k->form = FORM_TWO_BYTES;
	else if (keys->bit == 16 && keys->count == 6)
		k->form = keys->report_id ? FORM_REPORT_ID : FORM_BOOT;
	else
		return false;
	return true;
}

bool play_keyboard_of(const struct sim_device *d, struct hid_descriptor *hid,
                      struct keyboard *keyboard, uint8_t *endpoint)
{
	for (unsigned i = 0; i < d->interfaces; i++) {
		const struct sim_interface *itf = &d->interface[i];
		const struct sim_endpoint *e = sim_device_endpoint(d, itf->number, 0x80);

		if (!itf->report.len || !e)
			continue;
		hid_parse(hid, sim_device_bytes(d, itf->report), itf->report.len);
		if (!(hid_kinds(hid) & HID_KIND_KEYBOARD) || !form_of(hid, keyboard))
			continue;
		*endpoint = e->address;
		return true;
	}
	return false;
}

static struct spread spread_of(const struct scenario_spread *s, struct random *r)
{
	struct spread to = {.kind = SPREAD_FIXED, .a = s->a * 1e6};

	switch (s->kind) {
	case SCENARIO_RANGE:
		/* Of a fixed typist: drawn once a run. */
		to.a = random_uniform(r, s->a, s->b) * 1e6;
		break;
	case SCENARIO_MEAN_SD:
		to = spread_lognormal_of(s->a * 1e6, s->b * 1e6);
		break;
	case SCENARIO_MEDIAN_SD:
		/* SD of a log-normal is about its median times that of its logarithm. */
		to = (struct spread){SPREAD_LOGNORMAL, s->a * 1e6, s->b / s->a, 0};
		break;
	case SCENARIO_MEDIAN_LN:
		to = (struct spread){SPREAD_LOGNORMAL, s->a * 1e6, s->b, 0};
		break;
	default:
		break;
	}
	return to;
}

/* A median, where the file gives a mean or a range. */
static double median_ms(const struct scenario_spread *s)
{
	return s->kind == SCENARIO_RANGE ? (s->a + s->b) / 2 : s->a;
}

static void person_of(const struct scenario_typing *s, struct typist *t, struct random *r)
{
	typist_person_of(t, r, median_ms(&s->interval_ms), s->overlap_share);
	if (s->dwell_ms.kind != SCENARIO_FIXED) {
		t->dwell_ns = spread_of(&s->dwell_ms, r);
		t->dwell_ns.low = 22e6;
	}
	t->errors_per_key = s->errors_per_key;
	t->replace_share = s->replace_share;
	t->right_shift = s->right_shift;
}

/* Somebody's timing, of another text: what a replayer has got hold of. */
static size_t record_victim(const struct scenario_typing *s, struct traffic_work *w,
                            struct typist_timing *out, size_t max, struct random *r)
{
	char text[401];
	struct typist person;
	size_t n;

	person_of(s, &person, r);
	person.errors_per_key = 0;
	play_text(SCENARIO_PROSE, sizeof(text) - 1, r, text);
	n = us_keystrokes(text, false, w->keys, TRAFFIC_KEYS_MAX);
	n = typist_type(&person, r, w->keys, n, 0, w->edges, TRAFFIC_EDGES_MAX);
	return typist_record(w->edges, n, out, max);
}

void play_machine(const struct scenario_typing *s, struct typist *t, struct random *r)
{
	const struct scenario_spread *i = &s->interval_ms;
	double gap[2] = {s->alt_char_gap_ms.low * 1e6, s->alt_char_gap_ms.high * 1e6};

	*t = (struct typist){
		.name = "machine",
		.press = s->press_style,
		/* Holds that overlap need modifiers of their own. */
		.shift = s->press_style == PRESS_OVERLAP ? SHIFT_LEAD : s->shift_style,
		.coding = s->coding,
		.right_shift = s->right_shift,
		.step_ns = play_ns(s->poll_ms),
		.interval_ns = spread_of(i, r),
		.dwell_ns = spread_of(&s->dwell_ms, r),
		.overlap_share = s->overlap_share,
		.replace_share = s->replace_share,
		.overlap_ns = {SPREAD_UNIFORM, 5e6, 40e6, 0},
		.shift_lead_ns = {SPREAD_UNIFORM, 50e6, 150e6, 0},
		.shift_lag_ns = {SPREAD_UNIFORM, 60e6, 140e6, 0},
		.errors_per_key = s->errors_per_key,
		.error_ns = {SPREAD_LOGNORMAL, 280e6, 0.4, 90e6},
		.chord_settle_ns = {SPREAD_UNIFORM, gap[0], gap[1], 0},
	};
	if (s->model == SCENARIO_MODEL_UNIFORM && i->kind == SCENARIO_RANGE)
		t->interval_ns = (struct spread){SPREAD_UNIFORM, i->a * 1e6, i->b * 1e6, 0};
	if (s->model == SCENARIO_MODEL_GAUSS && i->kind != SCENARIO_RANGE)
		t->interval_ns = (struct spread){SPREAD_NORMAL, i->a * 1e6, i->b * 1e6, 0};
	if (s->coding != CODING_ALT_KEYPAD)
		t->chord_settle_ns = (struct spread){0};
}

/* Reports that pass through a second controller come later, each by its own amount, in their order. */
static void delay_edges(const struct scenario_amount *ms, struct key_edge *edge, size_t count,
                        struct random *r)
{
	for (size_t i = 0; i < count; i++) {
		edge[i].t_ns += play_ns(scenario_draw(r, ms));
		if (i && edge[i].t_ns < edge[i - 1].t_ns)
			edge[i].t_ns = edge[i - 1].t_ns;
	}
}

static bool type_on(struct play *p, struct play_activity *a)
{
	/* Gone, or asleep: what is left is never sent. */
	if (!a->pipe || (a->pipe->next < a->pipe->count && p->bus.now_ns >= a->end_ns))
		return false;
	if (a->pipe->next == a->pipe->count)
		return false;
	a->next_ns = p->bus.now_ns + PLAY_MS(1);
	return true;
}

struct play_activity *play_keyboard_activity(struct play *p, int item, play_act *act)
{
	struct bus_device *d = play_device(p, p->s->usb[item].device.item);
	struct play_activity *a;
	uint8_t endpoint;

	if (!d) {
		play_done(p, item, p->bus.now_ns);
		return NULL;
	}
	a = play_activity(p, item, act);
	if (!a)
		return NULL;
	a->hid = malloc(sizeof(*a->hid));
	a->work = malloc(sizeof(*a->work));
	keys_init(&a->keys);
	if (a->hid && a->work && play_keyboard_of(d->model, a->hid, &a->keyboard, &endpoint))
		a->pipe = bus_pipe(&p->bus, d, endpoint);
	if (a->pipe)
		return a;
	/* Ends at its first turn. */
	a->act = type_on;
	a->next_ns = p->bus.now_ns;
	return NULL;
}

void play_send_edges(struct play *p, struct play_activity *a, size_t count)
{
	int64_t poll_ns = (int64_t)a->pipe->every * BUS_FRAME_NS;
	int64_t phase = bus_pipe_poll(&p->bus, a->pipe, p->bus.now_ns);

	a->reports = keyboard_reports(&a->keyboard, a->work->edges, count, poll_ns, phase,
	                              a->work->reports, TRAFFIC_EDGES_MAX + 1);
	a->next_ns = p->bus.now_ns;
	if (!a->reports)
		return;
	bus_reports(&p->bus, a->pipe->device, a->pipe->endpoint, a->work->reports, a->reports);
	a->next_ns = a->work->reports[a->reports - 1].t_ns;
	a->end_ns = a->next_ns + 4 * poll_ns;
}

void play_type(struct play *p, int item, const struct scenario_event *e)
{
	const struct scenario_typing *s = &e->typing;
	struct play_activity *a;
	struct typist_timing recorded[512];
	char text[SCENARIO_TEXT_MAX + 1];
	struct typist typist;
	size_t n;

	if (p->payload && p->s->usb[e->device.item].by != SCENARIO_BY_FAR_END) {
		play_payload(p, item, e);
		return;
	}
	a = play_keyboard_activity(p, item, type_on);
	if (!a)
		return;
	if (s->model == SCENARIO_MODEL_HUMAN) {
		person_of(s, &typist, &a->random);
	} else if (s->model == SCENARIO_MODEL_REPLAY) {
		n = record_victim(s, a->work, recorded, 512, &a->random);
		typist_rung(&typist, 6, play_ns(s->poll_ms), recorded, n, &a->random);
	} else {
		play_machine(s, &typist, &a->random);
	}
	if (!s->text)
		play_text(s->alphabet, s->count, &a->random, text);
	n = us_keystrokes(s->text ? s->text : text, s->text != NULL, a->work->keys,
	                  TRAFFIC_KEYS_MAX);
	n = typist_type(&typist, &a->random, a->work->keys, n, p->bus.now_ns, a->work->edges,
	                TRAFFIC_EDGES_MAX);
	if (s->added_latency_ms.high > 0)
		delay_edges(&s->added_latency_ms, a->work->edges, n, &a->random);
	if (s->key_slot == 1 && a->keyboard.form == FORM_BOOT)
		a->keyboard.form = FORM_BOOT_SLOT1;
	a->keyboard.null_first = s->null_report_first;
	a->keyboard.scans = s->model == SCENARIO_MODEL_HUMAN || s->model == SCENARIO_MODEL_REPLAY;
	play_send_edges(p, a, n);
}

void play_null_report(struct play *p, int item, const struct scenario_event *e)
{
	struct play_activity *a = play_keyboard_activity(p, item, type_on);
	/* A report that says nothing: the null report ahead of a key that is never pressed. */
	const struct key_edge nothing = {.t_ns = p->bus.now_ns, .usage = 0, .down = false};

	(void)e;
	if (!a)
		return;
	a->keyboard.null_first = true;
	a->work->edges[0] = nothing;
	play_send_edges(p, a, 1);
}

static int by_time(const void *a, const void *b)
{
	const struct play_lock_act *x = a, *y = b;

	return x->t_ns < y->t_ns ? -1 : x->t_ns > y->t_ns;
}

/* Which hosts answer which lock: threats.md §4. */
static bool answers(enum host_kind host, enum scenario_lock key)
{
	switch (host) {
	case HOST_WINDOWS:
		return true;
	case HOST_LINUX:
		return key != SCENARIO_SCROLL;
	default:
		return key == SCENARIO_CAPS;
	}
}

static bool lock_on(struct play *p, struct play_activity *a)
{
	while (a->index < a->count && a->lock[a->index].t_ns <= p->bus.now_ns) {
		const struct play_lock_act *l = &a->lock[a->index++];

		if (!a->pipe)
			return false;
		if (l->usage) {
			a->one = (struct keyboard_report){.t_ns = p->bus.now_ns};
			keyboard_now(&a->keyboard, l->down ? l->usage : 0, &a->one);
			bus_reports(&p->bus, a->pipe->device, a->pipe->endpoint, &a->one, 1);
		} else {
			host_leds(&p->bus, a->pipe->device, l->leds);
		}
	}
	a->next_ns = a->index < a->count ? a->lock[a->index].t_ns : a->end_ns;
	return a->index < a->count || p->bus.now_ns < a->end_ns;
}

void play_locks(struct play *p, int item, const struct scenario_event *e)
{
	static const uint8_t usage[] = {KEY_CAPS_LOCK, 0x53, 0x47}, led[] = {2, 1, 4};
	struct play_activity *a = play_keyboard_activity(p, item, lock_on);
	int64_t t = p->bus.now_ns;
	uint8_t leds = 1;

	if (!a)
		return;
	for (size_t i = 0; i < e->lock_count; i++) {
		const struct scenario_lock_step *l = &e->locks[i];
		int64_t up = t + play_ns(l->press_ms);

		a->lock[a->count++] = (struct play_lock_act){t, usage[l->key], true, 0};
		a->lock[a->count++] = (struct play_lock_act){up, usage[l->key], false, 0};
		leds ^= led[l->key];
		if (answers(p->plan->host, l->key))
			a->lock[a->count++] = (struct play_lock_act){
				t + play_ns(scenario_draw(&a->random, &e->host_answer_ms)) +
					PLAY_MS(10),
				0, false, leds};
		t = up + play_ns(l->after_ms + l->wait_ms);
	}
	qsort(a->lock, a->count, sizeof(*a->lock), by_time);
	a->end_ns = t;
	a->next_ns = p->bus.now_ns;
}
