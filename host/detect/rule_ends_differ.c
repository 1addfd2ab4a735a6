/*
 * R20 over captures of both ends (detect/pair/pair.h): the ends of a cable differ. It sees no events, and so it has no entry in
 * the table: the one of R20 in a single capture (rule_stand_in.c) speaks for both.
 *
 * - A device was described at one end, while the other end was listened to and saw none of that structure.
 * - Keys came out at one end that did not go in at the other: five or more, beyond what 1 % of lost reports explains
 *   (more than that and coverage is not reached), with an error of 1e-6.
 * - The same keys at both ends, but at distances that change: over copper they stay the same within microseconds from one
 *   press to the next, for crystals wander by less than one in a million; a controller that takes reports in and sends them
 *   anew waits for polls, each time for another part of one. Median change 0.1 ms or more over 20 keys, where both captures
 *   are of packets with clocks of at most 10 us a step.
 */
#include "detect/rules.h"

#include <math.h>
#include <string.h>

#include "detect/chance.h"
#include "detect/pair/pair.h"

enum {
	KEYS_ALONE_MIN = 5,
	KEYS_REDRIVEN_MIN = 20,
	STEP_NS_MAX = 10000,
};

#define LOST_SHARE  0.01
#define LOG10_ERROR (-6.0)
#define REDRIVEN_NS 100000.0

static struct finding *emit(struct pair *p, const char *name, int64_t t_ns, uint64_t packet)
{
	struct finding *f = &p->spare;

	if (p->findings < PAIR_FINDINGS_MAX)
		f = &p->finding[p->findings++];
	else
		p->findings_dropped++;
	*f = (struct finding){
		.rule = rule_stand_in.id,
		.name = name,
		.group = rule_stand_in.group,
		.weight = rule_stand_in.weight,
		.t_ns = t_ns,
		.packet = packet,
	};
	return f;
}

static bool same(const struct pair_device *a, const struct pair_device *b)
{
	if (a->has_hash && b->has_hash)
		return !memcmp(a->hash, b->hash, sizeof(a->hash));
	return a->has_descriptor && b->has_descriptor &&
	       !memcmp(a->descriptor, b->descriptor, sizeof(a->descriptor));
}

static bool somewhere(const struct pair_device *d, const struct pair_trace *t)
{
	for (unsigned i = 0; i < t->devices; i++)
		if (same(d, &t->device[i]))
			return true;
	return false;
}

/* One like it came before: it comes and goes. */
static bool said(const struct pair_trace *at, unsigned device)
{
	for (unsigned i = 0; i < device; i++)
		if (same(&at->device[i], &at->device[device]))
			return true;
	return false;
}

/* Whether the other end was listened to when the device came. */
static bool watched(const struct pair *p, const struct pair_trace *other, int64_t near_ns)
{
	bool far = other == p->far;
	int64_t begin = far ? pair_near_ns(&p->clock, other->begin_ns) : other->begin_ns;
	int64_t end = far ? pair_near_ns(&p->clock, other->end_ns) : other->end_ns;

	return p->clock.by != PAIR_UNALIGNED && near_ns >= begin && near_ns <= end;
}

static void devices(struct pair *p, const struct pair_trace *at, const struct pair_trace *other)
{
	bool near = at == p->near;

	for (unsigned i = 0; i < at->devices; i++) {
		const struct pair_device *d = &at->device[i];
		int64_t t = near ? d->first_ns : pair_near_ns(&p->clock, d->first_ns);
		struct finding *f;

		if (!d->has_hash || somewhere(d, other) || other->devices_dropped ||
		    !watched(p, other, t) || said(at, i))
			continue;
		f = emit(p, "other-device", t, d->packet);
		f->has_device = true;
		f->device_bus = d->bus;
		f->device_address = d->address;
		finding_say(f, near ? "the near end shows a device that the far end never saw: it "
		                      "is inside the cable"
		                    : "the far end shows a device that never reached the near end: "
		                      "the cable keeps it to itself");
		finding_text(f, "end", near ? "near" : "far");
		finding_hex(f, "structure_sha256", d->hash, sizeof(d->hash));
		finding_integer(f, "devices_at_other_end", other->devices);
	}
}

static void keys_alone(struct pair *p, const struct pair_trace *at, unsigned keys)
{
	bool near = at == p->near;
	unsigned alone = keys - p->keys_both;
	const struct pair_mark *first = near ? p->alone_near : p->alone_far;
	double error = chance_tail_log10(keys, alone, LOST_SHARE);
	struct finding *f;

	if (!first || alone < KEYS_ALONE_MIN || error > LOG10_ERROR)
		return;
	f = emit(p, near ? "added-keys" : "withheld-keys",
	         near ? first->t_ns : pair_near_ns(&p->clock, first->t_ns), first->packet);
	finding_say_integer(f, alone);
	finding_say(f, " of ");
	finding_say_integer(f, keys);
	finding_say(f, near ? " keys came out at the near end and never went in at the far end: "
	                      "the cable typed them"
	                    : " keys that went in at the far end never came out: the cable "
	                      "withheld them");
	finding_text(f, "end", near ? "near" : "far");
	finding_integer(f, "keys", keys);
	finding_integer(f, "keys_at_one_end", alone);
	finding_number(f, "error_claimed_log10", error, 1);
}

static void redriven(struct pair *p)
{
	struct finding *f;

	if (p->clock.by != PAIR_BY_MARKS || p->keys_both < KEYS_REDRIVEN_MIN ||
	    p->keys_apart_ns < REDRIVEN_NS || !p->near->on_wire || !p->far->on_wire ||
	    p->near->step_ns > STEP_NS_MAX || p->far->step_ns > STEP_NS_MAX)
		return;
	f = emit(p, "re-driven", p->near->end_ns, 0);
	finding_say(f,
	            "the same keys come out at the near end, but the way through the cable takes "
	            "another time for each, by ");
	finding_say_number(f, p->keys_apart_ns / 1e6, 2);
	finding_say(f, " ms: something in the cable takes them in and sends them anew");
	finding_integer(f, "keys_at_both_ends", p->keys_both);
	finding_number(f, "change_ms_median", p->keys_apart_ns / 1e6, 4);
}

void ends_differ(struct pair *p)
{
	devices(p, p->near, p->far);
	devices(p, p->far, p->near);
	if (p->clock.by != PAIR_UNALIGNED) {
		keys_alone(p, p->near, p->keys_near);
		keys_alone(p, p->far, p->keys_far);
	}
	redriven(p);
}
