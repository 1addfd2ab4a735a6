/*
 * The verdict for people: short, findings first, 80 columns, readable aloud. What came off the wire is escaped; what was
 * not covered is always said, because silence reads as "clean".
 */
#include "report/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/escape.h"

enum {
	WIDTH = 80,
	LINE_MAX = 4096,
	TYPED_SHOWN = 400, /* characters of typed text; all of them are in the JSON */
	FINDINGS_SHOWN = 24,
	DEVICES_SHOWN = 16,
	KEYBOARDS_SHOWN = 24,
};

struct line {
	char text[LINE_MAX];
};

static void add(struct line *l, const char *s)
{
	size_t at = strlen(l->text);

	snprintf(l->text + at, sizeof(l->text) - at, "%s", s);
}

static void add_wire(struct line *l, const char *s)
{
	size_t at = strlen(l->text);

	escape_terminal(l->text + at, sizeof(l->text) - at, s);
}

static void add_count(struct line *l, uint64_t v)
{
	char digits[32], grouped[48];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, v), at = 0;

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			grouped[at++] = ',';
		grouped[at++] = digits[i];
	}
	grouped[at] = '\0';
	add(l, grouped);
}

static void add_plural(struct line *l, uint64_t v, const char *one)
{
	add_count(l, v);
	add(l, " ");
	add(l, one);
	if (v != 1)
		add(l, "s");
}

static void add_seconds(struct line *l, int64_t ns, int decimals)
{
	char s[48];

	snprintf(s, sizeof(s), "%.*f s", decimals, (double)ns / 1e9);
	add(l, s);
}

static void add_address(struct line *l, uint16_t bus, uint8_t address)
{
	char s[16];

	snprintf(s, sizeof(s), "%u.%u", bus, address);
	add(l, s);
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

/* First line after `first`, the next ones after `rest`; words longer than a line are broken. */
static void wrap(FILE *out, const char *first, const char *rest, const struct line *l)
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

static void head(FILE *out, const struct report_input *in, const struct report_options *o)
{
	struct line l = {""};

	add_wire(&l, in->input);
	fprintf(out, "%s: %s%s%s\n", l.text, o->colour ? colour_of(in->verdict) : "",
	        verdict_words[in->verdict], o->colour ? "\033[0m" : "");
	for (size_t i = 0; i < in->label_count && !o->quiet; i++) {
		l.text[0] = '\0';
		add(&l, in->labels[i].name);
		add(&l, " ");
		add_wire(&l, in->labels[i].text);
		wrap(out, "  ", "    ", &l);
	}
}

static void finding(FILE *out, const struct finding *f)
{
	struct line l = {""};

	add(&l, f->rule);
	add(&l, " ");
	add(&l, f->name);
	add(&l, " (");
	add(&l, weight_name(f->weight));
	add(&l, ", ");
	add(&l, group_name(f->group));
	add(&l, ") at ");
	add_seconds(&l, f->t_ns, 3);
	if (f->packet) {
		add(&l, ", packet ");
		add_count(&l, f->packet);
	}
	if (f->has_device) {
		add(&l, ", device ");
		add_address(&l, f->device_bus, f->device_address);
	}
	if (f->keystroke) {
		add(&l, ", key ");
		add_count(&l, f->keystroke);
	}
	wrap(out, "  ", "    ", &l);
	l.text[0] = '\0';
	add_wire(&l, f->text);
	/* A finding's sentence begins small, as it also stands in JSON. */
	if (l.text[0] >= 'a' && l.text[0] <= 'z')
		l.text[0] = (char)(l.text[0] - 'a' + 'A');
	if (f->waived_by[0]) {
		add(&l, " (waived: declared as ");
		add_wire(&l, f->waived_by);
		add(&l, ")");
	}
	add(&l, ".");
	wrap(out, "    ", "    ", &l);
}

static void findings(FILE *out, const struct report_input *in)
{
	size_t shown = 0;

	for (int w = WEIGHT_DECISIVE; w >= WEIGHT_WEAK; w--)
		for (size_t i = 0; i < in->findings; i++)
			if (in->finding[i].weight == (enum weight)w && shown < FINDINGS_SHOWN) {
				finding(out, &in->finding[i]);
				shown++;
			}
	if (in->findings + in->findings_dropped > shown) {
		struct line l = {"and "};

		add_plural(&l, in->findings + in->findings_dropped - shown, "more finding");
		wrap(out, "  ", "    ", &l);
	}
}

static unsigned groups_with(const struct report_input *in, enum weight w, struct line *names)
{
	uint32_t groups = 0;
	unsigned n = 0;

	for (size_t i = 0; i < in->findings; i++)
		if (in->finding[i].weight >= w)
			groups |= 1u << in->finding[i].group;
	for (unsigned g = 0; g < GROUPS; g++) {
		if (!(groups >> g & 1))
			continue;
		add(names, n++ ? " and " : "");
		add(names, group_name((enum group)g));
	}
	return n;
}

static void why(FILE *out, const struct report_input *in)
{
	struct line l = {""}, names = {""};

	switch (in->verdict) {
	case VERDICT_MALICIOUS:
		if (groups_with(in, WEIGHT_DECISIVE, &names)) {
			add(&l, "a decisive finding, on ");
		} else {
			groups_with(in, WEIGHT_STRONG, &names);
			add(&l, "strong findings of different kinds, on ");
		}
		break;
	case VERDICT_SUSPECT:
		if (groups_with(in, WEIGHT_STRONG, &names)) {
			add(&l, "a strong finding, on ");
		} else {
			groups_with(in, WEIGHT_MEDIUM, &names);
			add(&l, "medium findings of different kinds, on ");
		}
		break;
	case VERDICT_NOT_COVERED:
		add(&l, "nothing weighs enough, and too little was seen to say more");
		break;
	default:
		add(&l, in->findings ? "nothing that was found weighs enough"
		                     : "nothing was found; that does not prove it harmless");
		break;
	}
	add(&l, names.text);
	add(&l, ".");
	wrap(out, "Why: ", "     ", &l);
}

static void device(FILE *out, const struct report_input *in, const struct model_device *d)
{
	struct line l = {""};
	const char *speed = report_speed(d->speed);
	char ids[16], vendor[REPORT_NAME_MAX] = "", product[REPORT_NAME_MAX] = "";
	bool first = true;

	add_address(&l, d->bus, d->address);
	if (d->has_device) {
		snprintf(ids, sizeof(ids), " %04x:%04x", d->device.idVendor, d->device.idProduct);
		add(&l, ids);
		if (in->names)
			in->names(in->names_context, d->device.idVendor, d->device.idProduct,
			          vendor, sizeof(vendor), product, sizeof(product));
	}
	if (vendor[0]) {
		add(&l, " (");
		add_wire(&l, vendor);
		add(&l, product[0] ? ", " : "");
		add_wire(&l, product);
		add(&l, ")");
	}
	if (d->manufacturer[0] || d->product[0]) {
		add(&l, " calls itself \"");
		add_wire(&l, d->manufacturer);
		add(&l, d->manufacturer[0] && d->product[0] ? " " : "");
		add_wire(&l, d->product);
		add(&l, "\"");
	}
	if (speed) {
		add(&l, ", ");
		add(&l, speed);
		add(&l, " speed");
	}
	for (unsigned i = 0; i < REPORT_KINDS; i++) {
		uint32_t bit;
		const char *name = report_kind(i, &bit);

		if (!(d->kinds & bit))
			continue;
		add(&l, first ? ": " : ", ");
		add(&l, name);
		first = false;
	}
	if (d->is_hub)
		add(&l, first ? ": hub" : ", hub");
	for (unsigned i = 0; i < in->model->hids; i++)
		if (in->model->hid[i].inferred &&
		    in->model->hid[i].device == (size_t)(d - in->model->device)) {
			add(&l, " (inferred from its reports)");
			break;
		}
	wrap(out, "  ", "      ", &l);
}

/* Where not all are shown, those that findings rest on come first, then keyboards. */
static unsigned device_rank(const struct model_device *d)
{
	return (d->reached ? 0 : 2) + (d->kinds & HID_KIND_KEYBOARD ? 0 : 1);
}

static int by_rank(const void *a, const void *b)
{
	const struct model_device *x = *(const struct model_device *const *)a;
	const struct model_device *y = *(const struct model_device *const *)b;

	if (device_rank(x) != device_rank(y))
		return device_rank(x) < device_rank(y) ? -1 : 1;
	/* What came before an attack says less than the attack. */
	return (x->id < y->id) - (x->id > y->id);
}

static int by_coming(const void *a, const void *b)
{
	const struct model_device *x = *(const struct model_device *const *)a;
	const struct model_device *y = *(const struct model_device *const *)b;

	return (x->id > y->id) - (x->id < y->id);
}

static void devices(FILE *out, const struct report_input *in)
{
	const struct model_device *d[MODEL_DEVICES_MAX];
	size_t n = 0;

	for (unsigned i = 0; i < in->model->devices; i++)
		if (in->model->device[i].used)
			d[n++] = &in->model->device[i];
	if (n > DEVICES_SHOWN) {
		qsort(d, n, sizeof(d[0]), by_rank);
		n = DEVICES_SHOWN;
	}
	qsort(d, n, sizeof(d[0]), by_coming);
	for (size_t i = 0; i < n; i++)
		device(out, in, d[i]);
	if (in->model->devices_seen > n) {
		struct line l = {"and "};

		add_plural(&l, in->model->devices_seen - n, "more device");
		wrap(out, "  ", "    ", &l);
	}
}

static void typed(FILE *out, const struct report_keystrokes *k, const struct report_options *o)
{
	struct line l = {""};

	add(&l, "device ");
	add_address(&l, k->bus, k->address);
	add(&l, " typed ");
	add_plural(&l, k->count, "key");
	add(&l, " from ");
	add_seconds(&l, k->first_ns, 2);
	add(&l, " to ");
	add_seconds(&l, k->last_ns, 2);
	if (k->text && k->text[0] && !o->no_text) {
		char shown[4 * TYPED_SHOWN + 1];
		size_t at = 0;

		for (unsigned n = 0; k->text[at] && n < TYPED_SHOWN; n++) {
			int32_t c;

			at += escape_next(k->text + at, &c);
		}
		memcpy(shown, k->text, at);
		shown[at] = '\0';
		add(&l, ": ");
		add_wire(&l, shown);
		if (k->text[at] || k->text_truncated)
			add(&l, " ...");
	}
	wrap(out, "  ", "      ", &l);
}

static size_t typed_more(const struct report_input *in, size_t than)
{
	const struct report_keystrokes *k = in->keystrokes;
	size_t n = 0;

	for (size_t i = 0; i < in->keyboards; i++)
		n += k[i].count > k[than].count || (k[i].count == k[than].count && i > than);
	return n;
}

static void seen(FILE *out, const struct report_input *in, const struct report_options *o)
{
	struct line l = {""};
	uint64_t more = in->keyboards_forgotten;

	add_plural(&l, in->packets, "packet");
	add(&l, " in ");
	add_seconds(&l, in->duration_ns, 2);
	add(&l, ", ");
	add_plural(&l, in->model->devices_seen, "device");
	if (in->bad_packets) {
		add(&l, ", ");
		add_count(&l, in->bad_packets);
		add(&l, " bad");
	}
	if (in->lost_packets) {
		add(&l, ", ");
		add_count(&l, in->lost_packets);
		add(&l, " lost");
	}
	if (in->skipped_packets) {
		add(&l, ", ");
		add_count(&l, in->skipped_packets);
		add(&l, " of other link types skipped");
	}
	add(&l, in->truncated ? "; the file is cut or damaged, and was judged up to there." : ".");
	wrap(out, "Seen: ", "      ", &l);
	devices(out, in);
	for (size_t i = 0; i < in->keyboards; i++) {
		if (typed_more(in, i) >= KEYBOARDS_SHOWN) {
			more++;
			continue;
		}
		typed(out, &in->keystrokes[i], o);
	}
	if (more) {
		l = (struct line){"and "};
		add_plural(&l, more, "more keyboard");
		add(&l, more == 1 ? " that typed less" : " that typed less each");
		wrap(out, "  ", "    ", &l);
	}
}

static void not_seen(FILE *out, const struct report_input *in)
{
	const struct coverage *c = in->coverage;

	for (unsigned i = 0; i < c->missing && i < COVERAGE_MISSING_MAX; i++) {
		struct line l = {""};

		add_wire(&l, c->text[i]);
		add(&l, ".");
		wrap(out, i ? "          " : "Not seen: ", "          ", &l);
	}
}

bool report_text(FILE *out, const struct report_input *in, const struct report_options *o)
{
	head(out, in, o);
	if (!o->quiet) {
		findings(out, in);
		why(out, in);
		seen(out, in, o);
		not_seen(out, in);
	}
	return !ferror(out);
}
