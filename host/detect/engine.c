/*
 * The engine: each event goes to the rules that want its kind and apply in the profile, in the order of the table. What
 * they emit is kept, at most FINDINGS_MAX; beyond that the commonest kind gives way, and the rest is counted. The last step is the waiver (R22): findings of a declared
 * device keep their own weight here, and are shown as weak for as long as the waiver holds.
 */
#include "detect/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "detect/declared.h"
#include "detect/words.h"

enum {
	RULES_MAX = 40,
	ID_MAX = 8,
	EVENT_FINDINGS_MAX = 32, /* of one event, where the list is full */
	SUFFIXES = 8,
	KINDS_OF_FINDING = RULES_MAX * SUFFIXES,
};

/* What the engine knows of a finding beside what it shows. */
struct origin {
	enum weight weight; /* before any waiver */
	uint16_t slot;      /* of its device; MODEL_NONE */
	uint32_t device_id; /* tells the slot's next user from its last */
	uint16_t kind;      /* by rule and suffix, below KINDS_OF_FINDING */
	char id[ID_MAX];
};

struct engine {
	const struct model *model;
	const struct profile *profile;
	struct rule_input input; /* what all rules are given, but for rule, state and event */
	uint32_t wanted;         /* EVENT_BIT of all that any rule wants */
	struct wish {
		void (*match)(const struct rule_input *in);
		void *state;
		unsigned rule;
	} by_event[EVENT_KINDS][RULES_MAX];
	unsigned by_events[EVENT_KINDS];
	void *state[RULES_MAX];
	uint8_t *states;
	struct declared *declared; /* state of R22; NULL where the profile declares no device */
	bool waived[MODEL_DEVICES_MAX][GROUPS];
	size_t findings;
	uint64_t dropped;
	unsigned matching;    /* the rule that is asked now */
	size_t emitted_from;  /* findings before this event: those after may still be written to */
	struct finding spare; /* where what finds no room at all is written */
	struct finding finding[FINDINGS_MAX + EVENT_FINDINGS_MAX];
	struct origin origin[FINDINGS_MAX + EVENT_FINDINGS_MAX];
};

static struct finding *emit(void *context, const struct rule_input *in, const char *suffix);

/* In the table's order, and once. */
static void wish(struct engine *e, unsigned rule, enum event_kind kind)
{
	struct wish *list = e->by_event[kind];
	unsigned at = e->by_events[kind];

	for (unsigned i = 0; i < at; i++)
		if (list[i].rule == rule)
			return;
	for (; at && list[at - 1].rule > rule; at--)
		list[at] = list[at - 1];
	list[at] = (struct wish){rules[rule]->match, e->state[rule], rule};
	e->by_events[kind]++;
	e->wanted |= EVENT_BIT(kind);
}

static void want(void *context, enum event_kind kind)
{
	struct engine *e = context;

	assert(kind != e->input.event->kind);
	wish(e, e->matching, kind);
}

struct engine *engine_new(const struct model *m, const struct profile *p)
{
	const size_t align = _Alignof(max_align_t);
	struct engine *e = calloc(1, sizeof(*e));
	size_t bytes = align;

	if (!e)
		return NULL;
	e->model = m;
	e->profile = p;
	e->input = (struct rule_input){
		.model = m, .profile = p, .emit = emit, .want = want, .engine = e};
	for (unsigned i = 0; i < rules_count; i++)
		bytes += (rules[i]->state_size + align - 1) / align * align;
	e->states = calloc(1, bytes);
	if (!e->states) {
		free(e);
		return NULL;
	}
	bytes = 0;
	for (unsigned i = 0; i < rules_count && i < RULES_MAX; i++) {
		const struct rule *r = rules[i];

		e->state[i] = e->states + bytes;
		bytes += (r->state_size + align - 1) / align * align;
		if (!r->match || !(r->profiles & PROFILE_BIT(p->kind)))
			continue;
		if (r == &rule_declared_device) {
			if (!p->has_hash)
				continue; /* nothing is declared that could be waived */
			e->declared = e->state[i];
		}
		for (unsigned k = 0; k < EVENT_KINDS; k++)
			if (r->events & EVENT_BIT(k))
				wish(e, i, k);
	}
	e->wanted |= EVENT_BIT(EVENT_DEVICE_SEEN) | EVENT_BIT(EVENT_DEVICE_DESCRIBED);
	return e;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	free(e->states);
	free(e);
}

static struct finding *emit(void *context, const struct rule_input *in, const char *suffix)
{
	struct engine *e = context;
	const struct model_device *device = in->event->device;
	struct finding *f = &e->spare;
	struct origin *o = NULL;

	if (e->findings < FINDINGS_MAX + EVENT_FINDINGS_MAX) {
		o = &e->origin[e->findings];
		f = &e->finding[e->findings++];
	} else {
		e->dropped++;
	}
	*f = (struct finding){
		.rule = in->rule->id,
		.name = in->rule->name,
		.group = in->rule->group,
		.weight = in->rule->weight,
		.t_ns = in->event->t_ns,
		.packet = in->event->packet,
	};
	if (device) {
		f->has_device = true;
		f->device_bus = device->bus;
		f->device_address = device->address;
	}
	if (!o)
		return f;
	*o = (struct origin){
		.slot = MODEL_NONE,
		.kind = (uint16_t)(e->matching * SUFFIXES + (suffix ? suffix[0] % SUFFIXES : 0))};
	words_append(o->id, sizeof(o->id), in->rule->id);
	words_append(o->id, sizeof(o->id), suffix ? suffix : "");
	f->rule = o->id;
	if (device) {
		o->slot = (uint16_t)rule_device_slot(in);
		o->device_id = device->id;
	}
	return f;
}

static void apply_waiver(struct engine *e, size_t i)
{
	struct finding *f = &e->finding[i];
	const struct origin *o = &e->origin[i];

	if (o->slot == MODEL_NONE || o->device_id != e->model->device[o->slot].id)
		return;
	f->weight = o->weight;
	f->waived_by[0] = '\0';
	if (e->waived[o->slot][f->group]) {
		f->weight = WEIGHT_WEAK;
		words_append(f->waived_by, sizeof(f->waived_by),
		             e->profile->name[0] ? e->profile->name : "declared device");
	}
}

/* A waiver may come after the finding that it covers (the hash is known late) and may be lost again (a foreign key). */
static void waive(struct engine *e, const struct event *ev)
{
	size_t first = e->emitted_from;

	if (e->declared && ev->device) {
		unsigned slot = (unsigned)(ev->device - e->model->device);

		for (unsigned g = 0; g < GROUPS; g++) {
			bool now = declared_waives(e->declared, slot, (enum group)g);

			if (now == e->waived[slot][g])
				continue;
			e->waived[slot][g] = now;
			first = 0;
		}
	}
	for (size_t i = first; i < e->findings; i++)
		apply_waiver(e, i);
}

static bool worth_less(const struct engine *e, size_t a, size_t b)
{
	if (e->finding[a].weight != e->finding[b].weight)
		return e->finding[a].weight < e->finding[b].weight;
	return e->origin[a].weight < e->origin[b].weight;
}

/*
 * A flood of one kind must not push out what is new: the commonest kind loses its least, of equals its last. The verdict
 * stays what it would have been, for no kind loses its heaviest.
 */
static void make_room(struct engine *e)
{
	while (e->findings > FINDINGS_MAX) {
		uint16_t count[KINDS_OF_FINDING] = {0};
		uint16_t most = e->origin[0].kind;
		size_t drop = FINDINGS_MAX + EVENT_FINDINGS_MAX;

		for (size_t i = 0; i < e->findings; i++) {
			uint16_t kind = e->origin[i].kind;

			count[kind]++;
			if (count[kind] > count[most])
				most = kind;
		}
		for (size_t i = e->findings; i-- > 0;)
			if (e->origin[i].kind == most &&
			    (drop >= e->findings || worth_less(e, i, drop)))
				drop = i;
		e->findings--;
		e->dropped++;
		memmove(e->finding + drop, e->finding + drop + 1,
		        (e->findings - drop) * sizeof(e->finding[0]));
		memmove(e->origin + drop, e->origin + drop + 1,
		        (e->findings - drop) * sizeof(e->origin[0]));
		/* Ids are kept beside their findings. */
		for (size_t i = drop; i < e->findings; i++)
			e->finding[i].rule = e->origin[i].id;
	}
}

/* A device may be found before it has its address: its findings follow it. */
static void readdress(struct engine *e, const struct model_device *d)
{
	size_t slot = (size_t)(d - e->model->device);

	for (size_t i = 0; i < e->findings; i++) {
		if (e->origin[i].slot != slot || e->origin[i].device_id != d->id)
			continue;
		e->finding[i].device_bus = d->bus;
		e->finding[i].device_address = d->address;
	}
}

void engine_event(struct engine *e, const struct event *ev)
{
	struct rule_input *in = &e->input;

	if (!(e->wanted & EVENT_BIT(ev->kind)))
		return;
	in->event = ev;
	if (ev->kind == EVENT_DEVICE_SEEN && ev->device)
		memset(e->waived[rule_device_slot(in)], 0, sizeof(e->waived[0]));
	e->emitted_from = e->findings;
	for (const struct wish *w = e->by_event[ev->kind], *end = w + e->by_events[ev->kind];
	     w < end; w++) {
		e->matching = w->rule;
		in->rule = rules[w->rule];
		in->state = w->state;
		w->match(in);
	}
	for (size_t i = e->emitted_from; i < e->findings; i++)
		e->origin[i].weight = e->finding[i].weight;
	if (ev->kind == EVENT_DEVICE_DESCRIBED && ev->device)
		readdress(e, ev->device);
	if (e->declared)
		waive(e, ev);
	if (e->findings > FINDINGS_MAX)
		make_room(e);
}

uint32_t engine_wanted(const struct engine *e)
{
	return e->wanted;
}

const struct model *engine_model(const struct engine *e)
{
	return e->model;
}

const struct finding *engine_findings(const struct engine *e, size_t *count)
{
	*count = e->findings;
	return e->finding;
}

uint64_t engine_findings_dropped(const struct engine *e)
{
	return e->dropped;
}

bool engine_progress(const struct engine *e, unsigned i, struct rule_progress *p)
{
	return i < rules_count && i < RULES_MAX && rules[i]->progress && e->state[i] &&
	       rules[i]->progress(e->state[i], p);
}

const void *engine_rule_state(const struct engine *e, const char *id)
{
	for (unsigned i = 0; i < rules_count && i < RULES_MAX; i++)
		if (!strcmp(rules[i]->id, id))
			return e->state[i];
	return NULL;
}
