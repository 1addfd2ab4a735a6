/*
 * A case of tests/wave as JSON, for the emulator: edges [cycle, lines] for the pads, and what must come of them.
 * usage: wave CASE SEED [PPM NEXT PAIR SKEW], or wave to list the cases. Sampled at a random phase of the 120 MHz clock;
 * times are cycles from the wave's start.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/wave/case.h"

static const double CYCLE = 1e12 / WIRE_TICK_HZ;

static void print_edges(const struct wave_case *c)
{
	const struct wave_wire *wire = c->wave.wire;
	size_t at[2] = {0, 0};
	int now = 0;
	bool first = true;

	printf("{\"edges\":[");
	while (at[0] < wire[0].count || at[1] < wire[1].count) {
		unsigned i =
			at[0] >= wire[0].count ||
			(at[1] < wire[1].count && wire[1].edge[at[1]].ps < wire[0].edge[at[0]].ps);
		const struct wave_edge *e = &wire[i].edge[at[i]++];

		now = (now & ~(1 << i)) | e->high << i;
		printf("%s[%.0f,%d]", first ? "" : ",", ceil(((double)e->ps - c->phase) / CYCLE),
		       now);
		first = false;
	}
	printf("],\n\"end\":%.0f,\"settled\":%.0f", c->wave.now / CYCLE,
	       (double)c->settled / CYCLE);
}

static void print_text(const struct wave_case *c)
{
	if (!c->text)
		return;
	printf(",\n\"text\":{\"wire\":%u,\"baud\":%.0f,\"is\":\"", c->text_wire, c->text_baud);
	for (const char *s = c->text; *s; s++)
		printf(*s < ' ' ? "\\u%04x" : "%c", *s);
	printf("\"}");
}

static void print_expected(const struct wave_case *c)
{
	const struct heard *sent = &c->sent;
	bool first = true;

	/* Those that are folded are counted below. */
	printf(",\n\"count\":%zu,\"packets\":[", sent->packets);
	for (size_t i = 0; i < sent->packets; i++) {
		const struct heard_packet *p = &sent->packet[i];

		if (p->folded)
			continue;
		printf("%s\n{\"at\":%.1f,\"speed\":%d,\"flags\":%d,\"len\":%d,\"hex\":\"",
		       first ? "" : ",", ((double)p->ps - c->phase) / CYCLE, p->speed, p->flags,
		       p->len);
		for (unsigned k = 0; k < p->len && k < PACKET_RX_MAX; k++)
			printf("%02x", p->bytes[k]);
		printf("\"}");
		first = false;
	}
	printf("],\n\"events\":[");
	for (size_t i = 0; i < sent->events; i++)
		printf("%s{\"event\":%d,\"at\":%.1f,\"duration\":%.1f}", i ? "," : "",
		       sent->event[i].event, ((double)sent->event[i].tick - c->phase) / CYCLE,
		       (double)sent->event[i].duration / CYCLE);
	printf("],\n\"folds\":[");
	for (unsigned i = 0; i < c->folds; i++)
		printf("%s{\"what\":%d,\"address\":%d,\"endpoint\":%d,\"count\":%u,\"first\":%d,"
		       "\"last\":%d}",
		       i ? "," : "", c->fold[i].what, c->fold[i].address, c->fold[i].endpoint,
		       c->fold[i].count, c->fold[i].first, c->fold[i].last);
	printf("]}\n");
}

static int list(void)
{
	const char *name;
	unsigned speeds;

	for (size_t n = 0; (name = wave_case_name(n, &speeds)); n++) {
		if (speeds & WAVE_FULL)
			puts(name);
		if (speeds & WAVE_LOW)
			printf("low-%s\n", name);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct wave_limits limits;
	struct wave_case c;

	if (argc == 1)
		return list();
	if (argc == 7)
		limits = (struct wave_limits){atof(argv[3]), atof(argv[4]), atof(argv[5]),
		                              atof(argv[6])};
	if ((argc != 3 && argc != 7) ||
	    !wave_case(&c, argv[1], (uint32_t)atoi(argv[2]), argc == 7 ? &limits : NULL))
		return fprintf(stderr, "wave: unknown case '%s'\n", argv[1]), 2;
	print_edges(&c);
	print_text(&c);
	print_expected(&c);
	wave_case_release(&c);
	return 0;
}
