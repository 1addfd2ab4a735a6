/* Reads the recorded people; see typing_people.h. Leaves polls and reports to typing_feed.c. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "typing_people.h"

enum { PEOPLE_MAX = 512, LINE_MAX_BYTES = 4096, MODIFIER_MS_MAX = 5000 };

/* JavaScript key codes that are no letter or digit. W3C UI Events, appendix "Legacy keyCode values". */
static const struct {
	uint8_t code, usage;
} codes[] = {
	{8, 0x2a},   {9, 0x2b},   {13, 0x28},  {16, 0xe1},  {17, 0xe0},  {18, 0xe2},  {20, 0x39},
	{27, 0x29},  {32, 0x2c},  {33, 0x4b},  {34, 0x4e},  {35, 0x4d},  {36, 0x4a},  {37, 0x50},
	{38, 0x52},  {39, 0x4f},  {40, 0x51},  {45, 0x49},  {46, 0x4c},  {91, 0xe3},  {92, 0xe7},
	{93, 0x65},  {186, 0x33}, {187, 0x2e}, {188, 0x36}, {189, 0x2d}, {190, 0x37}, {191, 0x38},
	{192, 0x35}, {219, 0x2f}, {220, 0x31}, {221, 0x30}, {222, 0x34},
};

static uint8_t usage_of(unsigned code)
{
	if (code >= 'A' && code <= 'Z')
		return (uint8_t)(0x04 + code - 'A');
	if (code >= '1' && code <= '9')
		return (uint8_t)(0x1e + code - '1');
	if (code == '0')
		return 0x27;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].usage;
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct key_edge *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	if (x->usage == y->usage)
		return x->down - y->down;
	return x->group < y->group ? -1 : x->group > y->group;
}

/* The columns of a line that matter; false where it is no keystroke. */
static bool row(char *line, long long *press, long long *release, unsigned *code)
{
	char *field[9] = {line}, *at = line;

	for (unsigned i = 1; i < 9; i++) {
		at = strchr(at, '\t');
		if (!at)
			return false;
		*at++ = '\0';
		field[i] = at;
	}
	*press = atoll(field[5]);
	*release = atoll(field[6]);
	*code = (unsigned)atoi(field[8]);
	return *press > 0 && *release >= *press;
}

/* A key that goes down while it is down, or up while it is up, was mis-recorded: left out, with its other end. */
static void tidy(struct person *p)
{
	bool down[256] = {false};
	size_t n = 0;

	qsort(p->edge, p->edges, sizeof(*p->edge), by_time);
	for (size_t i = 0; i < p->edges; i++) {
		struct key_edge e = p->edge[i];

		if (down[e.usage] == e.down)
			continue;
		down[e.usage] = e.down;
		p->keys += e.down && e.usage < 0xe0;
		p->edge[n] = e;
		p->edge[n].t_ns -= n ? p->edge[0].t_ns : 0;
		n++;
	}
	if (n)
		p->edge[0].t_ns = 0;
	p->edges = n;
}

static bool read_person(const char *path, struct person *p)
{
	char line[LINE_MAX_BYTES];
	FILE *f = fopen(path, "r");
	size_t room = 0;
	uint32_t group = 0;

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		long long press, release;
		unsigned code;
		uint8_t usage;

		if (!row(line, &press, &release, &code))
			continue;
		usage = usage_of(code);
		if (!usage || (usage >= 0xe0 && release - press > MODIFIER_MS_MAX))
			continue;
		if (p->edges + 2 > room) {
			room = room ? room * 2 : 4096;
			p->edge = realloc(p->edge, room * sizeof(*p->edge));
			if (!p->edge)
				abort();
		}
		p->edge[p->edges++] = (struct key_edge){press * 1000000, group++, usage, true};
		p->edge[p->edges++] = (struct key_edge){release * 1000000, group++, usage, false};
	}
	fclose(f);
	tidy(p);
	return p->keys > 0;
}

static int by_id(const void *a, const void *b)
{
	const struct person *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

size_t people_load(const char *dir, struct person **out)
{
	struct person *people = calloc(PEOPLE_MAX, sizeof(*people));
	DIR *d = opendir(dir);
	size_t n = 0;

	*out = people;
	for (struct dirent *e; people && d && n < PEOPLE_MAX && (e = readdir(d));) {
		char path[512];

		if (!strstr(e->d_name, "_keystrokes.txt"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		people[n] = (struct person){.id = (uint32_t)atol(e->d_name)};
		if (read_person(path, &people[n]))
			n++;
		else
			free(people[n].edge);
	}
	if (d)
		closedir(d);
	if (people)
		qsort(people, n, sizeof(*people), by_id);
	return n;
}

void people_free(struct person *p, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(p[i].edge);
	free(p);
}
