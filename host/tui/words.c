/* Words and shapes that several panes use: weights, times, the banner's sentence, bars. */
#include <stdio.h>
#include <string.h>

#include "tui/screen.h"

enum style finding_style(enum weight w)
{
	static const enum style styles[] = {
		[WEIGHT_DECISIVE] = STYLE_DECISIVE,
		[WEIGHT_STRONG] = STYLE_SERIOUS,
		[WEIGHT_MEDIUM] = STYLE_MEDIUM,
		[WEIGHT_WEAK] = STYLE_NORMAL,
	};

	return styles[w];
}

bool scene_flagged(const struct scene *s)
{
	return s->verdict == VERDICT_MALICIOUS || s->verdict == VERDICT_SUSPECT;
}

uint32_t finding_mark(enum weight w)
{
	static const uint32_t marks[] = {
		[WEIGHT_DECISIVE] = 0x25b2, /* ▲ */
		[WEIGHT_STRONG] = 0x25c6,   /* ◆ */
		[WEIGHT_MEDIUM] = 0x25c7,   /* ◇ */
		[WEIGHT_WEAK] = 0x00b7,     /* · */
	};

	return marks[w];
}

static const struct {
	const char *word;
	uint32_t mark;
} verdicts[] = {
	[VERDICT_MALICIOUS] = {"MALICIOUS", 0x25b2},     /* ▲ */
	[VERDICT_SUSPECT] = {"SUSPECT", 0x25c6},         /* ◆ */
	[VERDICT_NOT_COVERED] = {"NOT COVERED", 0x25a1}, /* □ */
	[VERDICT_NO_FINDING] = {"NO FINDING", 0x25cf},   /* ● */
};

const char *verdict_word(enum verdict v)
{
	return verdicts[v].word;
}

uint32_t verdict_mark(enum verdict v)
{
	return verdicts[v].mark;
}

/* Which findings speak for the verdict, by what a person would want to be told first. */
static const struct finding *find(const struct scene *s, const char *rule)
{
	for (size_t i = 0; i < s->findings; i++)
		if (strcmp(s->report->finding[i].rule, rule) == 0)
			return &s->report->finding[i];
	return NULL;
}

/* "21 keys in 0.17 s", of the keyboard that typed last; the time where all its keys are still there. */
static void keys_typed(const struct scene *s, char *out, size_t size)
{
	const struct history *h = s->history;
	uint64_t first = history_steps_first(h);
	const struct history_step *last = NULL;
	int64_t from_ns = 0, to_ns = 0;
	uint32_t presses = 0;

	out[0] = '\0';
	for (uint64_t i = s->steps; i-- > first;) {
		const struct history_step *step = history_step(h, i);

		last = last ? last : step;
		if (step->hid != last->hid || !step->presses)
			continue;
		to_ns = presses ? to_ns : step->t_ns;
		from_ns = step->t_ns;
		presses += step->presses;
	}
	if (!last)
		return;
	if (presses == last->key && presses > 1)
		snprintf(out, size, "%u keys in %.2f s", last->key,
		         (double)(to_ns - from_ns) / 1e9);
	else
		snprintf(out, size, "%u key%s", last->key, last->key == 1 ? "" : "s");
}

static void capital(char *s)
{
	if (*s >= 'a' && *s <= 'z')
		*s = (char)(*s - 'a' + 'A');
}

void banner_reason(const struct scene *s, char *out, size_t size)
{
	uint16_t order[FINDINGS_MAX];
	size_t count = scene_findings(s, order);
	bool typing = find(s, "R9") != NULL, tool = find(s, "R14a") != NULL;
	bool inside = find(s, "R5") || find(s, "R6");
	const char *found_so_far =
		count ? "What was found so far weighs too little" : "Nothing found so far";
	char keys[48];

	keys_typed(s, keys, sizeof(keys));
	switch (s->verdict) {
	case VERDICT_MALICIOUS:
	case VERDICT_SUSPECT:
		if (typing && inside)
			snprintf(out, size,
			         "A computer inside this cable became a keyboard and typed %s.",
			         keys);
		else if (typing && tool)
			snprintf(out, size, "An injection tool became a keyboard and typed %s.",
			         keys);
		else if (typing)
			snprintf(out, size, "A machine typed %s: no person types like that.", keys);
		else
			snprintf(out, size, "%s.", count ? s->report->finding[order[0]].text : "");
		capital(out);
		break;
	case VERDICT_NOT_COVERED:
		snprintf(out, size, "%s, and not enough seen: %s.", found_so_far,
		         s->coverage.missing ? s->coverage.text[0] : "");
		break;
	case VERDICT_NO_FINDING:
		snprintf(out, size, "%s. That does not prove it harmless.", found_so_far);
		break;
	}
}

void time_text(char *out, size_t size, const struct scene *s, int64_t t_ns)
{
	if (s->view->has_reference)
		snprintf(out, size, "%+.3f", (double)(t_ns - s->view->reference_ns) / 1e9);
	else
		snprintf(out, size, "%.3f", (double)t_ns / 1e9);
}

uint32_t bar_glyph(uint64_t v, uint64_t max)
{
	if (!v)
		return 0x00b7; /* · */
	if (!max || v >= max)
		return 0x2588;
	return 0x2581 + (uint32_t)(v * 7 / max);
}
