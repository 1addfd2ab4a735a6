/* The truth of a run. See truth.h. In: a play's watch. Out: JSON. */
#include "sim/truth.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

struct truth {
	const struct scenario_plan *plan;
	json_t *root, *devices, *keys, *items;
	uint64_t keys_left_out;
	bool failed;
};

static const char *const hosts[HOST_KINDS] = {"windows", "linux", "macos", "android"};
static const char *const bys[] = {"cable", "far_end", "charger"};

/* To a microsecond: more digits say nothing. */
static json_t *seconds(int64_t ns)
{
	return json_real(round((double)ns / 1e3) / 1e6);
}

static void set(struct truth *t, json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value))
		t->failed = true;
}

static json_t *rules(const struct scenario_rules *from)
{
	json_t *list = json_array();

	for (size_t i = 0; i < from->count; i++)
		json_array_append_new(list, json_string(from->name[i]));
	return list;
}

static json_t *expect(const struct scenario_expect *x)
{
	static const char *const names[] = {"malicious", "suspect", "not-covered", "no-finding"};
	json_t *verdicts = json_array();

	for (unsigned i = 0; i < 4; i++)
		if (x->verdicts & 1u << i)
			json_array_append_new(verdicts, json_string(names[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "verdict", verdicts, "must", rules(&x->must),
	                 "may", rules(&x->may), "forbid", rules(&x->forbid), "waived",
	                 rules(&x->waived));
}

static json_t *resistance(const struct scenario_resistance *r)
{
	return r->open ? json_string("open") : json_real(round(r->ohm * 1e3) / 1e3);
}

static json_t *amount(double v)
{
	return json_real(round(v * 1e3) / 1e3);
}

struct truth *truth_new(const struct scenario_plan *plan)
{
	const struct scenario *s = plan->scenario;
	struct truth *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->plan = plan;
	t->devices = json_array();
	t->keys = json_array();
	t->items = json_array();
	t->root =
		json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	                  "schema", "cordon.truth/1", "scenario", s->id, "name", s->name, "label",
	                  s->malicious ? "malicious" : "benign", "seed", (json_int_t)plan->seed,
	                  "profile", scenario_profile_name(s->profile), "host", hosts[plan->host],
	                  "duration_s", seconds(plan->end_ns), "vbus_on_s",
	                  seconds(plan->vbus_on_ns), "idle_mA", amount(plan->idle_mA), "load_mA",
	                  amount(plan->load_mA), "dp_ohm", resistance(&plan->dp), "dm_ohm",
	                  resistance(&plan->dm), "expect", expect(&s->expect));
	if (!t->root || !t->devices || !t->keys || !t->items) {
		truth_free(t);
		return NULL;
	}
	return t;
}

void truth_free(struct truth *t)
{
	if (!t)
		return;
	json_decref(t->root);
	json_decref(t->devices);
	json_decref(t->keys);
	json_decref(t->items);
	free(t);
}

static json_t *name_of(const struct truth *t, int item)
{
	const struct scenario *s = t->plan->scenario;
	size_t i = (size_t)item;
	const char *id = NULL;

	if (i < s->usb_count)
		id = s->usb[i].id;
	else if ((i -= s->usb_count) < s->rf_count)
		id = s->rf[i].id;
	else if ((i -= s->rf_count) < s->power.periodic_count)
		id = s->power.periodic[i].id;
	else
		id = s->power.events[i - s->power.periodic_count].id;
	return id ? json_string(id) : json_null();
}

static const char *kind_of(const struct truth *t, int item)
{
	const struct scenario *s = t->plan->scenario;
	size_t i = (size_t)item;

	if (i < s->usb_count)
		return scenario_ev_name(s->usb[i].ev);
	return i < s->usb_count + s->rf_count ? "radio" : "power";
}

static void append(struct truth *t, json_t *list, json_t *entry)
{
	if (json_array_append_new(list, entry))
		t->failed = true;
}

static void on_item(void *context, int item, const struct scenario_span *span)
{
	struct truth *t = context;
	bool never = span->start_ns == SCENARIO_NEVER;

	append(t, t->items,
	       json_pack("{s:o, s:s, s:o, s:o}", "id", name_of(t, item), "kind", kind_of(t, item),
	                 "start_s", never ? json_null() : seconds(span->start_ns), "end_s",
	                 never ? json_null() : seconds(span->end_ns)));
}

static void on_device(void *context, int item, const struct sim_device *d, uint8_t address,
                      int64_t t_ns)
{
	struct truth *t = context;
	const uint8_t *b = sim_device_bytes(d, d->device);
	const struct scenario_event *e = &t->plan->scenario->usb[item];
	char vid[8], pid[8];

	snprintf(vid, sizeof(vid), "%04x", b[8] | b[9] << 8);
	snprintf(pid, sizeof(pid), "%04x", b[10] | b[11] << 8);
	append(t, t->devices,
	       json_pack("{s:o, s:o, s:i, s:s, s:s, s:s, s:s, s:s}", "event", name_of(t, item),
	                 "configured_s", seconds(t_ns), "address", address, "by", bys[e->by],
	                 "speed", d->speed == USB_SPEED_LOW ? "low" : "full", "vid", vid, "pid",
	                 pid, "descriptors", e->descriptors_name));
}

static void on_key(void *context, int item, uint16_t usage, uint8_t modifiers, int64_t t_ns)
{
	struct truth *t = context;

	if (json_array_size(t->keys) >= TRUTH_KEYS_MAX) {
		t->keys_left_out++;
		return;
	}
	append(t, t->keys,
	       json_pack("{s:o, s:o, s:i, s:i}", "t_s", seconds(t_ns), "device", name_of(t, item),
	                 "usage", usage, "modifiers", modifiers));
}

struct play_watch truth_watch(struct truth *t)
{
	return (struct play_watch){
		.context = t, .item = on_item, .device = on_device, .key = on_key};
}

bool truth_write(struct truth *t, FILE *out)
{
	set(t, t->root, "devices", json_incref(t->devices));
	set(t, t->root, "keys", json_incref(t->keys));
	if (t->keys_left_out)
		set(t, t->root, "keys_left_out", json_integer((json_int_t)t->keys_left_out));
	set(t, t->root, "items", json_incref(t->items));
	if (t->failed || json_dumpf(t->root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15)))
		return false;
	return fputc('\n', out) != EOF;
}
