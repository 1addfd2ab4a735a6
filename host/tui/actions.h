/*
 * What the operator does beside looking: to the tap, to the recording, to the terminal's clipboard. All but the last is a
 * record of the input, so that whoever reads the recording later sees what was seen now.
 */
#ifndef CORDON_TUI_ACTIONS_H
#define CORDON_TUI_ACTIONS_H

#include "tui/input.h"
#include "tui/tui.h"

/* A new test in the place of the one that is on. Empty: as it was. */
struct new_test {
	char end[8], flip[8], profile[VIEW_INPUT_MAX + 1];
};

/* Out of a word such as "A2", or "b1"; "" leaves both as they were. False where it is none. */
bool actions_end_and_flip(const char *word, struct new_test *t);

/* The view's wish, unless it is a new test. Says what came of it in the view's message. */
void actions_obey(struct input *i, const struct scene *s, struct tui *t);

/* Marks that are new since there were `before` of them. */
void actions_record_marks(struct input *i, unsigned before);

#endif
