/* Pieces of the reports for people. See text_parts.h. */
#include "report/text_parts.h"

#include <inttypes.h>
#include <string.h>

#include "report/escape.h"

enum {
	WIDTH = 80,
	FINDINGS_SHOWN = 24,
};

void text_add(struct text_line *l, const char *s)
{
	size_t at = strlen(l->text);

	snprintf(l->text + at, sizeof(l->text) - at, "%s", s);
}

void text_add_wire(struct text_line *l, const char *s)
{
	size_t at = strlen(l->text);

	escape_terminal(l->text + at, sizeof(l->text) - at, s);
}

void text_add_count(struct text_line *l, uint64_t v)
{
	char digits[32], grouped[48];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, v), at = 0;

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			grouped[at++] = ',';
		grouped[at++] = digits[i];
	}
	grouped[at] = '\0';
	text_add(l, grouped);
}

void text_add_plural(struct text_line *l, uint64_t v, const char *one)
{
	text_add_count(l, v);
	text_add(l, " ");
	text_add(l, one);
	if (v != 1)
		text_add(l, "s");
}

void text_add_seconds(struct text_line *l, int64_t ns, int decimals)
{
	char s[48];

	snprintf(s, sizeof(s), "%.*f s", decimals, (double)ns / 1e9);
	text_add(l, s);
}

void text_add_address(struct text_line *l, uint16_t bus, uint8_t address)
{
	char s[16];

	snprintf(s, sizeof(s), "%u.%u", bus, address);
	text_add(l, s);
}

/* Bytes of the next word, and its columns (one a character: good enough for what is mostly ASCII). */
static size_t word(const char *s, size_t *columns)
{
	size_t at = 0;

	for (*columns = 0; s[at] && s[at] != ' '; ++*columns) {
		int32_t c;

		at += escape_next(s + at, &c);
	}
	return at;
}

void text_wrap(FILE *out, const char *first, const char *rest, const struct text_line *l)
{
	size_t column = strlen(first), indent = strlen(rest);
	const char *s = l->text;
	bool fresh = true;

	fputs(first, out);
	while (*s) {
		size_t columns, len = word(s, &columns);

		if (!fresh && column + 1 + columns > WIDTH) {
			fprintf(out, "\n%s", rest);
			column = indent;
			fresh = true;
		}
		if (!fresh) {
			fputc(' ', out);
			column++;
		}
		for (size_t done = 0; done < len;) {
			int32_t c;
			size_t n = escape_next(s + done, &c);

			if (column >= WIDTH) {
				fprintf(out, "\n%s", rest);
				column = indent;
			}
			fwrite(s + done, 1, n, out);
			done += n;
			column++;
		}
		fresh = false;
		s += len;
		while (*s == ' ')
			s++;
	}
	fputc('\n', out);
}

static const char *colour_of(enum verdict v)
{
	switch (v) {
	case VERDICT_MALICIOUS:
		return "\033[1;31m";
	case VERDICT_SUSPECT:
		return "\033[1;33m";
	case VERDICT_NOT_COVERED:
		return "\033[1;36m";
	default:
		return "\033[1m";
	}
}

static const char *const verdict_words[] = {
	[VERDICT_MALICIOUS] = "MALICIOUS",
	[VERDICT_SUSPECT] = "SUSPECT",
	[VERDICT_NOT_COVERED] = "NOT COVERED",
	[VERDICT_NO_FINDING] = "NO FINDING",
};

void text_head(FILE *out, const struct report_input *in, const struct report_options *o)
{
	struct text_line l = {""};

	text_add_wire(&l, in->input);
	fprintf(out, "%s: %s%s%s\n", l.text, o->colour ? colour_of(in->verdict) : "",
	        verdict_words[in->verdict], o->colour ? "\033[0m" : "");
	for (size_t i = 0; i < in->label_count && !o->quiet; i++) {
		l.text[0] = '\0';
		text_add(&l, in->labels[i].name);
		text_add(&l, " ");
		text_add_wire(&l, in->labels[i].text);
		text_wrap(out, "  ", "    ", &l);
	}
}

static void finding(FILE *out, const struct finding *f)
{
	struct text_line l = {""};

	text_add(&l, f->rule);
	text_add(&l, " ");
	text_add(&l, f->name);
	text_add(&l, " (");
	text_add(&l, weight_name(f->weight));
	text_add(&l, ", ");
	text_add(&l, group_name(f->group));
	text_add(&l, ") at ");
	text_add_seconds(&l, f->t_ns, 3);
	if (f->packet) {
		text_add(&l, ", packet ");
		text_add_count(&l, f->packet);
	}
	if (f->has_device) {
		text_add(&l, ", device ");
		text_add_address(&l, f->device_bus, f->device_address);
	}
	if (f->keystroke) {
		text_add(&l, ", key ");
		text_add_count(&l, f->keystroke);
	}
	text_wrap(out, "  ", "    ", &l);
	l.text[0] = '\0';
	text_add_wire(&l, f->text);
	/* A finding's sentence begins small, as it also stands in JSON. */
	if (l.text[0] >= 'a' && l.text[0] <= 'z')
		l.text[0] = (char)(l.text[0] - 'a' + 'A');
	if (f->waived_by[0]) {
		text_add(&l, " (waived: declared as ");
		text_add_wire(&l, f->waived_by);
		text_add(&l, ")");
	}
	text_add(&l, ".");
	text_wrap(out, "    ", "    ", &l);
}

void text_findings(FILE *out, const struct report_input *in)
{
	size_t shown = 0;

	for (int w = WEIGHT_DECISIVE; w >= WEIGHT_WEAK; w--)
		for (size_t i = 0; i < in->findings; i++)
			if (in->finding[i].weight == (enum weight)w && shown < FINDINGS_SHOWN) {
				finding(out, &in->finding[i]);
				shown++;
			}
	if (in->findings + in->findings_dropped > shown) {
		struct text_line l = {"and "};

		text_add_plural(&l, in->findings + in->findings_dropped - shown, "more finding");
		text_wrap(out, "  ", "    ", &l);
	}
}

static unsigned groups_with(const struct report_input *in, enum weight w, struct text_line *names)
{
	uint32_t groups = 0;
	unsigned n = 0;

	for (size_t i = 0; i < in->findings; i++)
		if (in->finding[i].weight >= w)
			groups |= 1u << in->finding[i].group;
	for (unsigned g = 0; g < GROUPS; g++) {
		if (!(groups >> g & 1))
			continue;
		text_add(names, n++ ? " and " : "");
		text_add(names, group_name((enum group)g));
	}
	return n;
}

void text_why(FILE *out, const struct report_input *in)
{
	struct text_line l = {""}, names = {""};

	switch (in->verdict) {
	case VERDICT_MALICIOUS:
		if (groups_with(in, WEIGHT_DECISIVE, &names)) {
			text_add(&l, "a decisive finding, on ");
		} else {
			groups_with(in, WEIGHT_STRONG, &names);
			text_add(&l, "strong findings of different kinds, on ");
		}
		break;
	case VERDICT_SUSPECT:
		if (groups_with(in, WEIGHT_STRONG, &names)) {
			text_add(&l, "a strong finding, on ");
		} else {
			groups_with(in, WEIGHT_MEDIUM, &names);
			text_add(&l, "medium findings of different kinds, on ");
		}
		break;
	case VERDICT_NOT_COVERED:
		text_add(&l, "nothing weighs enough, and too little was seen to say more");
		break;
	default:
		text_add(&l, in->findings ? "nothing that was found weighs enough"
		                          : "nothing was found; that does not prove it harmless");
		break;
	}
	text_add(&l, names.text);
	text_add(&l, ".");
	text_wrap(out, "Why: ", "     ", &l);
}

void text_not_seen(FILE *out, const struct report_input *in)
{
	const struct coverage *c = in->coverage;

	for (unsigned i = 0; i < c->missing && i < COVERAGE_MISSING_MAX; i++) {
		struct text_line l = {""};

		text_add_wire(&l, c->text[i]);
		text_add(&l, ".");
		text_wrap(out, i ? "          " : "Not seen: ", "          ", &l);
	}
}
