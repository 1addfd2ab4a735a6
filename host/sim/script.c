/*
 * Runs scripts. In: steps. Out: calls on bus, host and traffic. Leaves alone: what any of them does.
 */
#include <string.h>

#include "sim/script.h"

static int64_t ns(double ms)
{
	return (int64_t)(ms * 1e6 + 0.5);
}

static void gate(void *context, const struct record *r)
{
	struct script *s = context;

	if (s->recording)
		s->sink.record(s->sink.context, r);
}

static bool has_record(const struct script_step *steps)
{
	for (; steps->act != SCRIPT_END; steps++)
		if (steps->act == SCRIPT_RECORD)
			return true;
	return false;
}

/* A person's timing that a replayer or mimic has got hold of: of another text, typed before. */
static size_t record_victim(struct script *s)
{
	static const char text[] =
		"Dear all, please find the minutes of our last meeting below. We agreed to move "
		"the review to Thursday and to send the numbers by noon. Let me know if the new "
		"date does not work for you, and thanks again for the quick help with the draft. ";
	struct traffic_work *w = &s->work;
	struct typist person;
	size_t n = us_keystrokes(text, false, w->keys, TRAFFIC_KEYS_MAX);

	typist_person(&person, &s->bus.random);
	person.errors_per_key = 0;
	n = typist_type(&person, &s->bus.random, w->keys, n, 0, w->edges, TRAFFIC_EDGES_MAX);
	return typist_record(w->edges, n, s->recorded, TRAFFIC_KEYS_MAX);
}

static bool pick_typist(struct script *s, const struct script_step *step, struct typist *t)
{
	struct random *r = &s->bus.random;
	int64_t poll = ns(step->poll_ms);

	if (strcmp(step->typist, "person") == 0) {
		if (step->median_ms > 0)
			typist_person_of(t, r, step->median_ms, step->overlap);
		else
			typist_person(t, r);
		return true;
	}
	if (strncmp(step->typist, "rung ", 5) == 0) {
		unsigned rung = (unsigned)(step->typist[5] - '0');
		size_t recorded = rung == 6 || rung == 7 ? record_victim(s) : 0;

		if (rung >= TYPIST_RUNGS || step->typist[6])
			return false;
		typist_rung(t, rung, poll, s->recorded, recorded, r);
		return true;
	}
	return typist_machine(t, step->typist, poll);
}

static bool plug(struct script *s, const struct script_step *step)
{
	const struct device_text *text = sim_device_find(step->device);

	if (!text || !sim_device_load(&s->model[step->slot], text))
		return false;
	s->slot[step->slot] = bus_attach(&s->bus, &s->model[step->slot], step->behind_hub);
	return s->slot[step->slot] &&
	       host_enumerate(&s->bus, s->slot[step->slot], step->host, step->address,
	                      ns(step->configured_ms), ns(step->led_ms));
}

static bool run(struct script *s, const struct script_step *step)
{
	struct bus *b = &s->bus;
	struct bus_device *d = s->slot[step->slot];
	struct typist typist;
	struct traffic_typing typing = {.typist = &typist,
	                                .keyboard = step->keyboard,
	                                .endpoint = step->endpoint,
	                                .text = step->text,
	                                .poll_ns = ns(step->poll_ms)};

	if (step->act == SCRIPT_PLUG)
		return plug(s, step);
	if (!d && step->act >= SCRIPT_UNPLUG && step->act <= SCRIPT_LEDS)
		return false;
	switch (step->act) {
	case SCRIPT_LINE:
		bus_line(b, step->line, step->speed, ns(step->ms));
		bus_run_until(b, b->now_ns + ns(step->ms));
		return true;
	case SCRIPT_HUB:
		if (!s->slot[step->amount])
			return false;
		host_hub_port(b, s->slot[step->amount], step->endpoint);
		return true;
	case SCRIPT_UNPLUG:
		bus_detach(b, d);
		s->slot[step->slot] = NULL;
		return true;
	case SCRIPT_TYPE:
		if (!pick_typist(s, step, &typist))
			return false;
		traffic_type(b, d, &typing, b->now_ns, &s->work);
		return true;
	case SCRIPT_MOUSE:
		traffic_mouse(b, d, step->endpoint, step->amount, ns(step->ms), &s->work);
		return true;
	case SCRIPT_STORAGE:
		traffic_storage(b, d, step->amount);
		return true;
	case SCRIPT_RAW:
		traffic_raw(b, d, step->interface, step->amount, ns(step->poll_ms), ns(step->ms),
		            &s->work);
		return true;
	case SCRIPT_LEDS:
		return host_leds(b, d, (uint8_t)step->amount);
	case SCRIPT_RECORD:
		s->recording = true;
		bus_line(b, LINE_CAPTURE_START, b->speed, 0);
		return true;
	default:
		return step->act == SCRIPT_WAIT;
	}
}

bool script_run(struct script *s, const struct script_step *steps, const struct record_sink *sink,
                const struct bus_settings *set, uint64_t seed)
{
	struct record_sink gated = {.context = s, .record = gate};

	memset(s->slot, 0, sizeof(s->slot));
	s->sink = *sink;
	s->recording = !has_record(steps);
	bus_init(&s->bus, &gated, set, seed);
	if (s->recording)
		bus_line(&s->bus, LINE_CAPTURE_START, USB_SPEED_UNKNOWN, 0);
	for (; steps->act != SCRIPT_END; steps++) {
		bus_run_until(&s->bus, s->bus.now_ns + ns(steps->after_ms));
		if (!run(s, steps))
			return false;
	}
	bus_line(&s->bus, LINE_CAPTURE_STOP, USB_SPEED_UNKNOWN, 0);
	return true;
}
