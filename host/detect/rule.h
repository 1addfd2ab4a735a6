/*
 * A rule: a const entry in the table of rules.c, and a pure function. It sees an event, the const model, the profile
 * and its own state (zeroed before the first event), and fills in findings through `emit`. It never prints,
 * allocates or looks at a clock.
 */
#ifndef CORDON_DETECT_RULE_H
#define CORDON_DETECT_RULE_H

#include "detect/finding.h"
#include "detect/profile.h"
#include "model/event.h"

struct rule_input {
	const struct event *event;
	const struct model *model;
	const struct profile *profile;
	void *state;
	/* A finding with rule, name, group, weight, time, packet and device set from rule and event; to be filled in. NULL-free:
	   when the list is full it still counts, and what is written goes nowhere. Borrowed until the rule returns. */
	struct finding *(*emit)(void *engine, const struct rule_input *in, const char *suffix);
	void (*want)(void *engine, enum event_kind kind);
	void *engine;
	const struct rule *rule;
};

/* How far a rule has come that has not found anything: "R10a: 1 onset; 5 are needed". */
struct rule_progress {
	uint32_t have, need;
	const char *one, *more; /* what is counted */
};

struct rule {
	const char *id;      /* "R14" */
	const char *name;    /* "known-identity" */
	const char *summary; /* one line for `cordon rules` */
	enum group group;
	enum weight weight; /* default; the finding has the last word */
	uint32_t events;    /* EVENT_BIT of those it wants from the start; see rule_want */
	uint32_t profiles;  /* PROFILE_BIT of those it applies in */
	uint32_t state_size;
	void (*match)(const struct rule_input *in); /* NULL: makes no finding, is coverage alone */
	/* False where it has nothing, or is through. NULL: it is never half-way. Pure, of its state alone. */
	bool (*progress)(const void *state, struct rule_progress *p);
};

/* Version of the table, and of the identities and hashes that rules know. */
#define RULES_VERSION "2026.1"

/* The table of rules.c, in the order of their ids. */
extern const struct rule *const rules[];
extern const unsigned rules_count;

/* `suffix` completes the id ("a" makes R14a), NULL or "" for none; `name` NULL: the rule's. */
static inline struct finding *rule_emit(const struct rule_input *in, const char *suffix)
{
	return in->emit(in->engine, in, suffix);
}

/* From the next event on the rule gets those of this kind as well; never the kind at hand. For what is frequent and
 * matters only once something else has shown. */
static inline void rule_want(const struct rule_input *in, enum event_kind kind)
{
	in->want(in->engine, kind);
}

/* The slot of the event's device, to index state by; MODEL_NONE where it has none. */
static inline unsigned rule_device_slot(const struct rule_input *in)
{
	return in->event->device ? (unsigned)(in->event->device - in->model->device) : MODEL_NONE;
}

/*
 * For rules that say one thing of a device once: where to note that it was said; NULL where there is nothing to say, for
 * want of a device or because it was said. A device that is new in its slot has had nothing said of it.
 */
static inline bool *rule_unsaid(const struct rule_input *in, bool said[MODEL_DEVICES_MAX])
{
	unsigned slot = rule_device_slot(in);

	if (slot >= MODEL_DEVICES_MAX)
		return NULL;
	if (in->event->kind == EVENT_DEVICE_SEEN)
		said[slot] = false;
	return said[slot] ? NULL : &said[slot];
}

#endif
