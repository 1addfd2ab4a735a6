/*
 * What a recording is of: the case, the exhibit, which end and flip, notes. It stands in the section header of a pcapng
 * file, a comment each ("cordon case: 2026-117"), so that every reader of such files shows it.
 */
#ifndef CORDON_CAPTURE_CAPTURE_TEST_H
#define CORDON_CAPTURE_CAPTURE_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CAPTURE_TEST_FIELDS = 5, CAPTURE_TEST_COMMENT_MAX = 2048 };

/* UTF-8 where the tool wrote it; out of a file anything. "" not said. */
struct capture_test {
	char case_id[128], exhibit[128], end[32], flip[32];
	char notes[1024]; /* a line each */
};

/* By index below CAPTURE_TEST_FIELDS: the field's name in header and JSON; its text. The last one is the notes. */
const char *capture_test_name(unsigned field);
const char *capture_test_text(const struct capture_test *t, unsigned field);
const char *capture_test_said(const struct capture_test *t, const char *name); /* "" nothing */

/* False where there is no such field, or the text finds no room. Notes gather, of others the last one stays. */
bool capture_test_set(struct capture_test *t, const char *name, const char *text);

/* The `i`-th comment; false behind the last. */
bool capture_test_comment(const struct capture_test *t, unsigned i,
                          char comment[CAPTURE_TEST_COMMENT_MAX]);

/* A comment of somebody's header: taken where it is one of ours. */
void capture_test_read(struct capture_test *t, const uint8_t *comment, size_t len);

#endif
