/* One table for both directions; see capture_test.h. */
#include "capture/capture_test.h"

#include <stdio.h>
#include <string.h>

static const char prefix[] = "cordon ";

enum { FIELD_NOTES = CAPTURE_TEST_FIELDS - 1 };

#define FIELD(name_, member)                                                                       \
	{                                                                                          \
		.name = (name_), .at = offsetof(struct capture_test, member),                      \
		.size = sizeof(((struct capture_test *)0)->member),                                \
	}

static const struct {
	const char *name;
	size_t at, size;
} fields[CAPTURE_TEST_FIELDS] = {
	FIELD("case", case_id),
	FIELD("exhibit", exhibit),
	FIELD("end", end),
	FIELD("flip", flip),
	[FIELD_NOTES] = FIELD("note", notes),
};

const char *capture_test_name(unsigned field)
{
	return fields[field].name;
}

const char *capture_test_text(const struct capture_test *t, unsigned field)
{
	return (const char *)t + fields[field].at;
}

static bool set(struct capture_test *t, unsigned field, const char *text, size_t len)
{
	char *to = (char *)t + fields[field].at;
	size_t used = field == FIELD_NOTES ? strlen(to) : 0;

	if (used + (used > 0) + len + 1 > fields[field].size)
		return false;
	if (used)
		to[used++] = '\n';
	memcpy(to + used, text, len);
	to[used + len] = '\0';
	return true;
}

const char *capture_test_said(const struct capture_test *t, const char *name)
{
	for (unsigned i = 0; i < CAPTURE_TEST_FIELDS; i++)
		if (strcmp(capture_test_name(i), name) == 0)
			return capture_test_text(t, i);
	return "";
}

bool capture_test_set(struct capture_test *t, const char *name, const char *text)
{
	for (unsigned i = 0; i < CAPTURE_TEST_FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			return set(t, i, text, strlen(text));
	return false;
}

bool capture_test_comment(const struct capture_test *t, unsigned i,
                          char comment[CAPTURE_TEST_COMMENT_MAX])
{
	for (unsigned field = 0; field < CAPTURE_TEST_FIELDS; field++) {
		const char *text = capture_test_text(t, field);

		while (*text) {
			size_t len = field == FIELD_NOTES ? strcspn(text, "\n") : strlen(text);

			if (i-- == 0) {
				snprintf(comment, CAPTURE_TEST_COMMENT_MAX, "%s%s: %.*s", prefix,
				         fields[field].name, (int)len, text);
				return true;
			}
			text += len + (text[len] == '\n');
		}
	}
	return false;
}

void capture_test_read(struct capture_test *t, const uint8_t *comment, size_t len)
{
	const char *at = (const char *)comment;

	/* Some writers count a NUL in. */
	while (len && !at[len - 1])
		len--;
	if (len < sizeof(prefix) - 1 || memcmp(at, prefix, sizeof(prefix) - 1) != 0 ||
	    memchr(at, 0, len))
		return;
	at += sizeof(prefix) - 1;
	len -= sizeof(prefix) - 1;
	for (unsigned i = 0; i < CAPTURE_TEST_FIELDS; i++) {
		size_t n = strlen(fields[i].name);

		if (len < n + 2 || memcmp(at, fields[i].name, n) != 0 ||
		    memcmp(at + n, ": ", 2) != 0)
			continue;
		set(t, i, at + n + 2, len - n - 2);
		return;
	}
}
