/* See moments.h. */
#include "tui/moments.h"

#include <stdlib.h>

#include "detect/rule.h"

#define COLUMN_NS_FIRST INT64_C(10000000)

struct moments *moments_new(void)
{
	struct moments *m = calloc(1, sizeof(*m));

	if (m)
		m->column_ns = COLUMN_NS_FIRST;
	return m;
}

void moments_free(struct moments *m)
{
	free(m);
}

/* The later of each two stays. */
static void halve(struct moments *m)
{
	for (unsigned i = 0; i < MOMENTS; i++) {
		unsigned late = 2 * i + 1;

		if (late >= MOMENTS)
			m->column[i] = (struct moment){.any = false};
		else
			m->column[i] = m->column[late].any ? m->column[late] : m->column[late - 1];
	}
	m->column_ns *= 2;
}

void moments_add(struct moments *m, int64_t t_ns, const struct coverage_input *seen,
                 const struct engine *e)
{
	struct moment *to;

	if (!m->any) {
		m->any = true;
		m->begin_ns = t_ns;
	}
	if (t_ns < m->begin_ns)
		return;
	while ((t_ns - m->begin_ns) / m->column_ns >= MOMENTS)
		halve(m);
	to = &m->column[(t_ns - m->begin_ns) / m->column_ns];
	*to = (struct moment){.any = true, .seen = *seen};
	for (unsigned i = 0; i < rules_count && to->rules < MOMENT_RULES; i++)
		if (engine_progress(e, i, &to->rule[to->rules].progress))
			to->rule[to->rules++].rule = (uint8_t)i;
}

int64_t moments_due(const struct moments *m, int64_t t_ns)
{
	if (t_ns < m->begin_ns)
		return m->begin_ns;
	return m->begin_ns + ((t_ns - m->begin_ns) / m->column_ns + 1) * m->column_ns;
}

const struct moment *moments_at(const struct moments *m, int64_t t_ns)
{
	int64_t i;

	/* A screen without an input has none. */
	if (!m || !m->any || t_ns < m->begin_ns)
		return NULL;
	i = (t_ns - m->begin_ns) / m->column_ns;
	for (i = i < MOMENTS ? i : MOMENTS - 1; i >= 0; i--)
		if (m->column[i].any)
			return &m->column[i];
	return NULL;
}
