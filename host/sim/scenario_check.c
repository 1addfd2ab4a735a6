/*
 * What the parts of a scenario say of each other. In: a scenario whose fields are read. Out: references resolved, or
 * what was expected. Leaves alone: times, which only a run knows (plan.c).
 */
#include <stdlib.h>
#include <string.h>

#include "sim/play_state.h"
#include "sim/scenario_fields.h"

struct item {
	const char *list;
	size_t index;
	const char *id;
	struct scenario_time *time; /* NULL: it has its own (per_report) */
	struct scenario_ref *of;    /* NULL: none */
};

/* Items in order of their numbers. */
static size_t collect(struct scenario *s, struct item *items)
{
	size_t n = 0;

	for (size_t i = 0; i < s->usb_count; i++)
		items[n++] = (struct item){"usb", i, s->usb[i].id, &s->usb[i].t_ms, NULL};
	for (size_t i = 0; i < s->rf_count; i++) {
		struct scenario_timing *t = &s->rf[i].timing;
		bool per_report = t->kind == SCENARIO_PER_REPORT;

		items[n++] = (struct item){"rf", i, s->rf[i].id, per_report ? NULL : &t->start_ms,
		                           per_report ? &t->of : NULL};
	}
	for (size_t i = 0; i < s->power.periodic_count; i++)
		items[n++] = (struct item){"power.periodic", i, s->power.periodic[i].id,
		                           &s->power.periodic[i].start_ms, NULL};
	for (size_t i = 0; i < s->power.event_count; i++)
		items[n++] = (struct item){"power.events", i, s->power.events[i].id,
		                           &s->power.events[i].t_ms, NULL};
	return n;
}

static bool resolve(struct scenario_reader *r, const struct item *items, size_t count,
                    struct scenario_ref *ref)
{
	for (size_t i = 0; ref->id && i < count; i++) {
		if (items[i].id && !strcmp(items[i].id, ref->id)) {
			ref->item = (int)i;
			return true;
		}
	}
	return !ref->id || scenario_expected(r, NULL,
	                                     "the id of an item of this scenario, found "
	                                     "'%.40s'",
	                                     ref->id);
}

static bool unique(struct scenario_reader *r, const struct item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = scenario_enter(r, ".%s[%zu].id", items[i].list, items[i].index);

		for (size_t j = 0; items[i].id && j < i; j++)
			if (items[j].id && !strcmp(items[i].id, items[j].id))
				return scenario_expected(r, NULL,
				                         "an id of its own, found '%.40s' again",
				                         items[i].id);
		scenario_leave(r, length);
	}
	return true;
}

/* An item whose time depends on its own has none. */
static bool no_circle(struct scenario_reader *r, const struct item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = i, steps = 0,
		       length = scenario_enter(r, ".%s[%zu]", items[i].list, items[i].index);

		for (;; steps++) {
			int next = items[at].time ? items[at].time->after.item : items[at].of->item;

			if (next == SCENARIO_NONE)
				break;
			if (steps > count)
				return scenario_expected(r, NULL,
				                         "a time that does not depend on itself");
			at = (size_t)next;
		}
		scenario_leave(r, length);
	}
	return true;
}

static bool check_interface(struct scenario_reader *r, const struct scenario_event *e,
                            const struct device_text *text)
{
	struct sim_device d;

	if (e->ev != SCENARIO_RAW && e->ev != SCENARIO_BULK)
		return true;
	if (!sim_device_load(&d, text))
		return false;
	for (unsigned i = 0; i < d.interfaces; i++)
		if (d.interface[i].number == e->interface)
			return true;
	return scenario_expected(r, NULL, "an interface of '%.40s', found %u", e->device.id,
	                         e->interface);
}

/* Only what a keyboard does: without one nothing at all would happen. */
static bool check_keyboard(struct scenario_reader *r, const struct scenario_event *e,
                           const struct device_text *text)
{
	struct hid_descriptor *hid;
	struct keyboard keyboard;
	struct sim_device d;
	uint8_t endpoint;
	bool good;

	if (e->ev != SCENARIO_TYPE && e->ev != SCENARIO_LOCKS && e->ev != SCENARIO_NULL_REPORT)
		return true;
	if (!sim_device_load(&d, text))
		return false;
	hid = malloc(sizeof(*hid));
	if (!hid) {
		r->err = ERR_MEMORY;
		return false;
	}
	good = play_keyboard_of(&d, hid, &keyboard, &endpoint);
	free(hid);
	return good ||
	       scenario_expected(r, NULL, "a device with a keyboard, found '%.40s', which has none",
	                         e->device.id);
}

static bool check_text(struct scenario_reader *r, const struct scenario_event *e)
{
	const char *bad =
		e->ev == SCENARIO_TYPE && e->typing.text ? us_no_key(e->typing.text) : NULL;
	int len = 1;

	if (!bad)
		return true;
	/* All bytes of a character of UTF-8. */
	while ((bad[len] & 0xc0) == 0x80)
		len++;
	return scenario_expected(r, NULL, "characters of a US keyboard, found '%.*s'", len, bad);
}

static bool check_device(struct scenario_reader *r, const struct scenario *s,
                         const struct scenario_event *e)
{
	size_t item = (size_t)e->device.item;

	if (!e->device.id)
		return true;
	if (item >= s->usb_count ||
	    (s->usb[item].ev != SCENARIO_ENUMERATE && s->usb[item].ev != SCENARIO_DOWNSTREAM))
		return scenario_expected(r, NULL,
		                         "the id of an enumerate or downstream, found "
		                         "'%.40s'",
		                         e->device.id);
	return check_interface(r, e, s->usb[item].descriptors) &&
	       check_keyboard(r, e, s->usb[item].descriptors);
}

/* Findings by their names in threats.md, section 7; a letter where a rule has several. */
static const char *const findings[] = {
	"R1",   "R1u", "R2",  "R3",   "R3a", "R3b", "R3c",  "R3d",  "R3e",  "R4",
	"R5",   "R5b", "R6",  "R6b",  "R7",  "R8",  "R9",   "R10",  "R10a", "R10b",
	"R10c", "R11", "R12", "R12b", "R13", "R14", "R14a", "R14b", "R14c", "R14d",
	"R15",  "R16", "R17", "R18",  "R19", "R20", "R21",  "R22",
};

static bool known_rules(struct scenario_reader *r, const char *list,
                        const struct scenario_rules *rules)
{
	const size_t known = sizeof(findings) / sizeof(*findings);
	size_t length = scenario_enter(r, ".%s", list);

	for (size_t i = 0; i < rules->count; i++) {
		size_t k = 0;

		while (k < known && strcmp(rules->name[i], findings[k]))
			k++;
		if (k < known)
			continue;
		scenario_enter(r, "[%zu]", i);
		return scenario_expected(r, NULL,
		                         "a rule ('cordon rules' lists them), found '%.40s'",
		                         rules->name[i]);
	}
	scenario_leave(r, length);
	return true;
}

/* Rules that must and may not fire at once are expected never. */
static bool check_rules(struct scenario_reader *r, const struct scenario_expect *x)
{
	for (size_t i = 0; i < x->forbid.count; i++)
		for (size_t j = 0; j < x->must.count + x->may.count; j++) {
			const char *name = j < x->must.count ? x->must.name[j]
			                                     : x->may.name[j - x->must.count];

			if (!strcmp(name, x->forbid.name[i]))
				return scenario_expected(
					r, NULL, "%s in `forbid`, or in `must` or `may`", name);
		}
	return true;
}

bool scenario_check(struct scenario_reader *r, struct scenario *s)
{
	static struct item none[1];
	struct item *items = none;
	size_t count = (size_t)scenario_items(s), length;

	if (count)
		items = scenario_alloc(r, count * sizeof(*items));
	if (!items)
		return false;
	collect(s, items);
	if (!unique(r, items, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		length = scenario_enter(r, ".%s[%zu].%s", items[i].list, items[i].index,
		                        items[i].of ? "timing.of" : "t_ms.after");
		if (!resolve(r, items, count, items[i].of ? items[i].of : &items[i].time->after))
			return false;
		if (items[i].of && (size_t)items[i].of->item >= s->usb_count)
			return scenario_expected(r, NULL, "the id of an event of `usb`");
		scenario_leave(r, length);
	}
	if (!no_circle(r, items, count))
		return false;
	for (size_t i = 0; i < s->usb_count; i++) {
		length = scenario_enter(r, ".usb[%zu].device", i);
		if (!resolve(r, items, count, &s->usb[i].device) || !check_device(r, s, &s->usb[i]))
			return false;
		scenario_leave(r, length);
	}
	for (size_t i = 0; i < s->usb_count; i++) {
		length = scenario_enter(r, ".usb[%zu].typing.text", i);
		if (!check_text(r, &s->usb[i]))
			return false;
		scenario_leave(r, length);
	}
	length = scenario_enter(r, ".expect");
	if (!known_rules(r, "must", &s->expect.must) || !known_rules(r, "may", &s->expect.may) ||
	    !known_rules(r, "forbid", &s->expect.forbid) ||
	    !known_rules(r, "waived", &s->expect.waived) || !check_rules(r, &s->expect))
		return false;
	scenario_leave(r, length);
	return true;
}
