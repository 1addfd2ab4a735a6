/* See operator.h. */
#include "lib/operator.h"

#include <string.h>

static void mark(struct operator* o, const struct record *r)
{
	size_t len = r->text.len < OPERATOR_MARK_MAX ? r->text.len : OPERATOR_MARK_MAX - 1;
	uint64_t at = o->marks++;

	if (at >= REPORT_MARKS_MAX)
		return;
	/* Not in the middle of a character. */
	while (len && len < r->text.len && (r->text.bytes[len] & 0xc0) == 0x80)
		len--;
	if (len)
		memcpy(o->text[at], r->text.bytes, len);
	o->text[at][len] = '\0';
	o->mark[at] = (struct report_mark){.t_ns = r->t_ns, .text = o->text[at]};
}

bool operator_layout(struct operator* o, const char *name, size_t len)
{
	char text[LAYOUT_NAME_MAX];
	struct layout *l;

	if (!len || len >= sizeof(text) || o->layouts == OPERATOR_LAYOUTS_MAX)
		return false;
	memcpy(text, name, len);
	text[len] = '\0';
	l = layout_new(text);
	if (!l)
		return false;
	o->layouts++;
	layout_free(o->layout);
	o->layout = l;
	return true;
}

void operator_record(struct operator* o, const struct record *r)
{
	if (r->kind == RECORD_MARK)
		mark(o, r);
	else if (r->kind == RECORD_LAYOUT)
		operator_layout(o, (const char *)r->text.bytes, r->text.len);
}

void operator_release(struct operator* o)
{
	layout_free(o->layout);
	o->layout = NULL;
}
